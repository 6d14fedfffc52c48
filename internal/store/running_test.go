package store

import (
	"os"
	"path/filepath"
	"testing"

	"shiplist/internal/release"
)

func TestRunning(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	look := func(wantPID int, want bool) {
		t.Helper()
		pid, ok, err := Running(data)
		if pid != wantPID || ok != want || err != nil {
			t.Errorf("Running = %d, %t, %v; want %d, %t", pid, ok, err, wantPID, want)
		}
	}
	look(0, false) // no directory yet
	w := open(t, data, st)
	look(os.Getpid(), true)
	look(os.Getpid(), true) // looking left no lock behind
	closed(t, w)
	look(0, false)               // its number is still in the file
	closed(t, open(t, data, st)) // and the next writer is not kept out
	if err := os.WriteFile(filepath.Join(data, writerLock), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	look(0, false)
}

func TestLoadOnly(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	none := func(release.SourceState) bool { return false }
	if s, err := LoadOnly(data, none); err != nil || len(s.Sources) != 0 {
		t.Errorf("without a data directory: %v, %v", s, err)
	}
	w := open(t, data, st)
	commit(t, w, sample("one", "20240424", "final"))
	commit(t, w, sample("two", "20240424", "final"))
	closed(t, w)
	s, err := LoadOnly(data, func(s release.SourceState) bool { return s.Name == "two" })
	if err != nil || len(s.Sources) != 2 {
		t.Fatalf("LoadOnly = %v, %v; want two sources", s, err)
	}
	if n := len(s.Source("one").Facts.Products); n != 0 {
		t.Errorf("one, which was not wanted, has %d products", n)
	}
	if n := len(s.Source("two").Facts.Products); n != 1 {
		t.Errorf("two has %d products, want 1", n)
	}
	if s.Source("one").State.Kind != "tree" {
		t.Errorf("the state of one is %+v", s.Source("one").State)
	}
	// A mistake in what is not wanted does not matter, in what is wanted it does.
	if err := os.WriteFile(filepath.Join(data, "one", "products.toml"), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOnly(data, none); err != nil {
		t.Errorf("a mistake in a file that is not wanted: %v", err)
	}
	if _, err := LoadOnly(data, func(release.SourceState) bool { return true }); err == nil {
		t.Error("a mistake in a file that is wanted was not told")
	}
}
