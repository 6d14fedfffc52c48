package filestamp

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestSettled: a stamp is believed once it is older than the coarsest clock of file
// systems, and never when it is from the future.
func TestSettled(t *testing.T) {
	t.Parallel()
	at := time.Unix(1.7e9, 0)
	s := Stamp{Inode: 1, Modified: at.UnixNano() - 1e12, Changed: at.UnixNano()}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{-time.Hour, false}, {0, false}, {settling, false}, {settling + 1, true}, {time.Hour, true}} {
		if got := s.Settled(at.Add(tt.after)); got != tt.want {
			t.Errorf("%v after the change: %v", tt.after, got)
		}
	}
	if (Stamp{}).Settled(at) {
		t.Error("a file of which nothing is known has settled")
	}
}

// TestOf: another file of the same size and time under the same name has another stamp.
func TestOf(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system does not tell enough")
	}
	dir, at := t.TempDir(), time.Unix(1.7e9, 0)
	look := func(text string) Stamp {
		name := filepath.Join(dir, text)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name, filepath.Join(dir, "same")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, "same"))
		if err != nil {
			t.Fatal(err)
		}
		s, ok := Of(info)
		if !ok {
			t.Fatal("no stamp")
		}
		return s
	}
	a, b := look("a"), look("b")
	if a == b || a.String() == b.String() {
		t.Errorf("both are %v", a)
	}
	if a.Modified != b.Modified || a.Size != 1 || !a.Touched().After(at) {
		t.Errorf("stamps %v and %v", a, b)
	}
}
