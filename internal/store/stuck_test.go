package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadyWithoutJournal: what is left of a commit that was moved, and removed in part,
// is in nobody's way.
func TestReadyWithoutJournal(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	closed(t, w)
	write(t, filepath.Join(data, readyDir, "files/a/products.toml"), "x")
	w = open(t, data, st)
	if r := commit(t, w, sample("a", "2")); len(r.Changed) == 0 {
		t.Error("nothing changed")
	}
	closed(t, w)
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample("a", "2"), s.Source("a").Facts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReadyWithoutJournalLater: the same while the writer works.
func TestReadyWithoutJournalLater(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	write(t, filepath.Join(data, readyDir, "files/a/products.toml"), "x")
	_, err := w.Commit(t.Context(), state("a"), sample("a", "2"))
	if _, again := w.Commit(t.Context(), state("a"), sample("a", "2")); again != nil {
		t.Errorf("first %v, then %v", err, again)
	}
}

// TestForget: the record of written files does not go on with those that a person removed
// and that are not written again.
func TestForget(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "alpha", "beta"))
	commit(t, w, sample("b", "1"))
	for _, name := range []string{"a/milestones/noble/alpha.toml", "b"} {
		if err := os.RemoveAll(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, w, sample("a", "1", "beta"))
	if _, err := w.Retire(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	closed(t, w)
	r, err := readWritten(st)
	if err != nil {
		t.Fatal(err)
	}
	for name := range r.Files {
		if _, err := os.Stat(filepath.Join(data, name)); err != nil {
			t.Errorf("%s is recorded, and is not there", name)
		}
	}
	if len(r.Files) < 5 {
		t.Errorf("only %d files are recorded", len(r.Files))
	}
}
