//go:build unix

package owned

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

var notes = Kind{Name: "notes", Marker: ".notes", Text: "ours\n", Else: "name another"}

// TestHold: a directory that is not there becomes ours, and one of ours is taken again.
// Who may read there may look at the lock, too.
func TestHold(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "notes")
	if notes.Ours(dir) {
		t.Error("what is not there is ours")
	}
	for range 2 {
		lock, err := notes.Hold(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, LockFile)); err != nil || info.Mode() != 0o644 {
		t.Errorf("lock file %v, error %v; want mode 0644", info.Mode(), err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, notes.Marker)); err != nil || string(text) != notes.Text || !notes.Ours(dir) {
		t.Errorf("marker %q, %v", text, err)
	}
}

// TestSomebodyElses: what we did not fill stays as it is.
func TestSomebodyElses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := notes.Hold(t.Context(), dir)
	if want := "notes: " + dir + " is not empty (thesis) and was not made by shiplist; name another"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("there is now %v, %v", entries, err)
	}
}

// TestTogether: runs that begin at the same time all find a new directory ours.
func TestTogether(t *testing.T) {
	t.Parallel()
	for range 100 {
		dir := t.TempDir()
		var all errgroup.Group
		for range 8 {
			all.Go(func() error { return notes.claim(dir) })
		}
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMarkerCutShort: a run that ended while it wrote the marker is no somebody else.
func TestMarkerCutShort(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{"..notes8273": true, "..notes": false, "..notes12x": false, ".notes12": false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := notes.claim(dir); (err == nil) != ok {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestLockRefused: a lock that cannot be opened is nobody's at work.
func TestLockRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(dir, LockFile), 0o755), os.WriteFile(filepath.Join(dir, notes.Marker), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	_, err := notes.Hold(t.Context(), dir)
	if err == nil || strings.Contains(err.Error(), "another run") || !strings.Contains(err.Error(), filepath.Join(dir, LockFile)) {
		t.Errorf("error %v", err)
	}
}

// TestSweep: only what is not whole goes, also where the name of the directory looks like
// a pattern.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b")
	for _, name := range []string{TempPrefix + "1/deep", TempPrefix + "2", "whole"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || entries[0].Name() != "whole" {
		t.Errorf("left %v, %v", entries, err)
	}
}
