package publish

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestAppendLine: lines that several add at once are all there, and whole.
func TestAppendLine(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lines")
	put(t, name, `{"cut sh`)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 20 {
				if err := AppendLine(name, []string{strings.Repeat("x", 100*i), string(rune('a' + j))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	text, n := []byte(read(t, name)), 0
	for line := range bytes.Lines(text) {
		if !json.Valid(line) || !bytes.HasSuffix(line, []byte("\n")) {
			t.Errorf("line %q", line)
		}
		n++
	}
	if n != 160 {
		t.Errorf("%d lines", n)
	}
}

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
