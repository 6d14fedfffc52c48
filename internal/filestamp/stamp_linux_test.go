package filestamp

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestOf: another file of the same size and time under the same name has another stamp.
func TestOf(t *testing.T) {
	t.Parallel()
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
