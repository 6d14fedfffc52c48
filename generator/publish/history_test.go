package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzHistory: whatever is in the history, its whole lines stay as they are, what was
// cut short goes, and the new entry is the last, once.
func FuzzHistory(f *testing.F) {
	for _, text := range []string{"", "\n", "half", `{"action":"publish"}` + "\n", `{"action":"publish"}` + "\nhalf", "\n\n", `{"set":`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := Site{Output: filepath.Join(t.TempDir(), "public")}
		d := &sets{dir: SetsDir(s.Output), output: s.Output}
		name := filepath.Join(d.dir, historyFile)
		put(t, name, text)
		for range 2 {
			if err := d.append(Entry{Time: start, Action: Published, Set: "000001-0123456789ab"}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		added, whole := strings.CutPrefix(string(got), text[:strings.LastIndexByte(text, '\n')+1])
		if !whole || strings.Count(added, "\n") > 1 || !strings.HasSuffix(string(got), "\n") {
			t.Errorf("%q became %q", text, got)
		}
		all, err := History(s.Output)
		if err != nil || len(all) == 0 || all[len(all)-1].Set != "000001-0123456789ab" {
			t.Errorf("history %+v, %v", all, err)
		}
	})
}
