package headers

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/google/renameio/v2"

	"shiplist/generator/staged"
)

// markerText tells whoever looks what the directory is. Below it all files follow that
// are ours, in the form of a checksum list: the list of what may be removed.
const markerText = `# HEADER.html, FOOTER.html and .htaccess of image trees, written by shiplist. Below this
# folder there is one for each tree. What no run asks for any more is removed.
`

// noSum stands for the sum of a file that is being written.
const noSum = "-"

// writeMarker writes the list of files that are ours, with their sums.
func writeMarker(dir string, sums map[string]string) error {
	var b strings.Builder
	b.WriteString(markerText)
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&b, "%s  %s\n", sums[path], path)
	}
	if err := renameio.WriteFile(filepath.Join(dir, markerFile), []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("headers: %w", err)
	}
	return nil
}

// readMarker reads the list of files that are ours; a line that is none of them is left
// out.
func readMarker(dir string) (map[string]string, error) {
	f, err := os.Open(filepath.Join(dir, markerFile))
	if err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	defer f.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		sum, path, ok := strings.Cut(lines.Text(), "  ")
		if ok && !strings.HasPrefix(sum, "#") && Fits(path) {
			sums[path] = sum
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("headers: %s: %w", f.Name(), err)
	}
	return sums, nil
}

// Digest is the digest of the files as the last whole run left them; empty where there
// was none. A file that somebody altered since does not show in it.
func Digest(dir string) (string, error) {
	sums, err := readMarker(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return digestOf(sums), nil
}

func digestOf(sums map[string]string) string {
	return staged.Digest(func(yield func(path, sum string) bool) {
		for _, path := range slices.Sorted(maps.Keys(sums)) {
			if !yield(path, sums[path]) {
				return
			}
		}
	})
}

// unprintable is what would break a line or hide in it.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029'
}
