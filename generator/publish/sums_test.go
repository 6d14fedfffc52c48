package publish

import (
	"path/filepath"
	"strings"
	"testing"
)

// FuzzReadSums: a list that can be read is the one that would be written of it, but for
// the order and what is told twice.
func FuzzReadSums(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	f.Add(sum + "  index.html\n")
	f.Add(sum + "  a b.txt\n" + sum + "  a\n")
	f.Add(sum + " *binary\n")
	f.Add(sum)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		put(t, filepath.Join(dir, sumsFile), text)
		sums, err := readSums(dir)
		if err != nil {
			return
		}
		var lines []string
		for name, sum := range sums {
			lines = append(lines, sumLine(sum, name))
			if !strings.Contains(text, sumLine(sum, name)) {
				t.Errorf("%q is not in %q", sumLine(sum, name), text)
			}
		}
		for line := range strings.Lines(string(sumsText(lines))) {
			if len(sums) > 0 && !sumForm.MatchString(strings.TrimSuffix(line, "\n")) {
				t.Errorf("%q is no line of a list", line)
			}
		}
	})
}
