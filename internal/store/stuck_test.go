package store

import (
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
