package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestGone: whatever is deleted under a writer is made anew by the next call, and the
// commit after that tells of it once. Nobody else can become the writer then.
func TestGone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gone   string // of the folder in which data and state lie
		facts  bool   // whether the facts are still there
		states string // the sources that are known
		want   string // the address of the problem
	}{
		{"data", false, "", "data"},
		{"data/.shiplist", true, "a b", "data"},
		{"data/.shiplist/writer", true, "a b", "data"},
		{"data/.shiplist/gate", true, "a b", ""},
		{"data/.shiplist/lock", true, "a b", ""},
		{"data/sources.toml", true, "a b", "sources.toml"},
		{"data/sources.toml data/b", true, "a", "sources.toml"},
		{"data/sources.toml data/a data/b data/.shiplist", false, "", "data"},
		{"data/a", false, "a b", ""},
		{"data/a/products.toml", false, "a b", ""},
		{"data/changes", true, "a b", ""},
		{"state", true, "a b", "state"},
		{"state/agent.lock", true, "a b", "state"},
		{"state/written.toml", true, "a b", ""},
		{"data state", false, "", "state data"},
	} {
		t.Run(tt.gone, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			commit(t, w, sample("a", "1", "beta"), event("a", 1))
			commit(t, w, sample("b", "1"))
			for _, name := range strings.Fields(tt.gone) {
				if err := os.RemoveAll(filepath.Join(filepath.Dir(data), name)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := w.Facts("a")
			if err != nil || cmp.Equal(sample("a", "1", "beta"), got) != tt.facts {
				t.Errorf("facts %v, error %v", got, err)
			}
			var known []string
			for _, s := range w.States() {
				known = append(known, s.Name)
			}
			if diff := cmp.Diff(tt.states, strings.Join(known, " ")); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			told := commit(t, w, sample("a", "2", "beta"), event("a", 2))
			checkTold(t, filepath.Dir(data), tt.want, told)
			checkAnew(t, w, data, st, tt.gone)
		})
	}
}

// checkTold compares what a commit told with the addresses that were expected.
func checkTold(t *testing.T, dir, want string, r Result) {
	t.Helper()
	var got []string
	for _, p := range r.Edited {
		below, err := filepath.Rel(dir, p.Address)
		if err != nil {
			below = p.Address
		}
		if got = append(got, below); p.Rule != "deleted" || !strings.Contains(p.Text, "deleted") {
			t.Errorf("told %v", p)
		}
	}
	if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
		t.Errorf("told of (-want +got):\n%s", diff)
	}
}

// checkAnew makes sure that all is as it should be again.
func checkAnew(t *testing.T, w *Writer, data, st, gone string) {
	t.Helper()
	if got := len(w.State("a").Problems); got > 2 || got == 0 && gone == "data" {
		t.Errorf("sources.toml has %d problems", got)
	}
	if r := commit(t, w, sample("a", "2", "beta")); len(r.Edited) > 0 || len(r.Changed) > 0 {
		t.Errorf("told again: %v, changed %v", r.Edited, r.Changed)
	}
	s, err := Load(data)
	if err != nil || s.Source("a") == nil || !cmp.Equal(sample("a", "2", "beta"), s.Source("a").Facts) {
		t.Errorf("loaded %v, error %v", s, err)
	}
	log, err := LoadEvents(data, time.Time{}, time.Time{})
	want := []release.Event{event("a", 1), event("a", 2)}
	if whole := gone != "data" && gone != "data state" && gone != "data/changes"; !whole {
		want = want[1:]
	}
	if diff := cmp.Diff(want, log); diff != "" || err != nil {
		t.Errorf("the log, error %v (-want +got):\n%s", err, diff)
	}
	for _, other := range [][2]string{{data, st + "2"}, {data + "2", st}} {
		var held *HeldError
		if other, err := Open(t.Context(), other[0], other[1]); !errors.As(err, &held) {
			t.Errorf("another writer was let in: %v", errors.Join(err, other.Close()))
		}
	}
	for _, name := range []string{gateName, lockName, ownDir + "/.gitignore"} {
		if _, err := os.Stat(filepath.Join(data, name)); err != nil && strings.Contains(gone, ownDir+" ") {
			t.Error(err)
		}
	}
	for name := range contents(t, data) {
		if strings.Contains(name, ".edited") {
			t.Errorf("%s was taken for a person's", name)
		}
	}
}

// TestGoneThenCommit: a commit makes anew what it needs by itself.
func TestGoneThenCommit(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"data", "data/.shiplist", "state"} {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, sample("a", "1"))
		if err := os.RemoveAll(filepath.Join(filepath.Dir(data), gone)); err != nil {
			t.Fatal(err)
		}
		if r := commit(t, w, sample("a", "2")); len(r.Edited) != 1 || r.Edited[0].Rule != "deleted" {
			t.Errorf("%s: told %v", gone, r.Edited)
		}
		if err := os.RemoveAll(filepath.Join(filepath.Dir(data), gone)); err != nil {
			t.Fatal(err)
		}
		if r, err := w.Retire(t.Context(), "a"); err != nil || len(r.Edited) != 1 {
			t.Errorf("%s: told %v, error %v", gone, r.Edited, err)
		}
	}
}

// TestGoneInside: what a commit needs is deleted while it is under way. Nobody is told
// that it went well unless it did, and the next one does.
func TestGoneInside(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, gone := range []string{"data", "data/.shiplist", "state"} {
		for nth, hit := 1, true; hit; nth += 3 {
			hit = false
			s := set(t)
			left := nth
			s.w.disk.fault = func(string, string) error {
				if left--; left == 0 {
					hit = true
					return os.RemoveAll(filepath.Join(filepath.Dir(s.data), gone))
				}
				return nil
			}
			_, err := s.w.Commit(t.Context(), second(), after())
			s.w.disk.fault = faultless
			got, e := s.w.Facts("a")
			if e != nil || err == nil && gone != "data" && !cmp.Equal(after(), got) {
				t.Errorf("%s at change %d: error %v, %v; facts %v", gone, nth, err, e, got)
			}
			if err != nil {
				seen[gone]++
			}
			commit(t, s.w, after())
			if s, err := Load(s.data); err != nil || !cmp.Equal(after(), s.Sources[0].Facts) {
				t.Errorf("%s at change %d: loaded %v, error %v", gone, nth, s, err)
			}
			for name := range contents(t, s.data) {
				if of, ok := strings.CutSuffix(name, ".edited"); ok && !slices.Contains(byHand, of) {
					t.Errorf("%s at change %d: %s was taken for a person's", gone, nth, of)
				}
			}
		}
	}
	t.Logf("commits that failed: %v", seen)
	if len(seen) != 3 {
		t.Errorf("commits that failed: %v", seen)
	}
}

// TestGoneWhileMoving: files that could not be moved are not noted as written.
func TestGoneWhileMoving(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	w.disk.fault = func(change, name string) error {
		if change == "rename" && strings.HasPrefix(name, readyDir+"/files/") {
			return os.RemoveAll(filepath.Join(data, ownDir))
		}
		return nil
	}
	if _, err := w.Commit(t.Context(), state("a"), sample("a", "2", "beta")); err == nil {
		t.Error("all is well")
	}
	w.disk.fault = faultless
	if r := commit(t, w, sample("a", "2", "beta")); len(r.Edited) != 1 || r.Edited[0].Rule != "deleted" || len(r.Changed) != 2 {
		t.Errorf("told %v, changed %v", r.Edited, r.Changed)
	}
}

// TestReplaced: another directory at the place of the data directory is believed, if it
// is one of ours, and left alone, if it is not.
func TestReplaced(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		put  func(t *testing.T, data string)
		want string // of the error; a backup is fine
	}{
		{"a file", func(t *testing.T, data string) { write(t, data, "mine") }, "not a directory; something else lies where a directory belongs"},
		{"somebody's folder", func(t *testing.T, data string) { write(t, filepath.Join(data, "holiday.jpg"), "x") }, "it is not a data directory"},
		{"another agent's", func(t *testing.T, data string) { commit(t, open(t, data, data+".state"), sample("c", "1")) }, "in use by another agent"},
		{"a backup", func(t *testing.T, data string) {
			w := open(t, data, data+".state")
			commit(t, w, sample("a", "0", "alpha"))
			closed(t, w)
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			commit(t, w, sample("a", "1", "beta"))
			if err := os.Rename(data, data+".old"); err != nil {
				t.Fatal(err)
			}
			tt.put(t, data)
			facts, err := w.Facts("a")
			if tt.want == "" {
				if err != nil || !cmp.Equal(sample("a", "0", "alpha"), facts) {
					t.Errorf("facts %v, error %v", facts, err)
				}
				if r := commit(t, w, sample("a", "1", "beta")); len(r.Edited) != 1 || r.Edited[0].Rule != "deleted" {
					t.Errorf("told %v", r.Edited)
				}
				return
			}
			_, e := w.Commit(t.Context(), state("a"), sample("a", "2"))
			for _, err := range []error{err, e} {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), data) {
					t.Errorf("error %v, want %s", err, tt.want)
				}
			}
			if err := errors.Join(os.RemoveAll(data), os.Rename(data+".old", data)); err != nil {
				t.Fatal(err)
			}
			if r := commit(t, w, sample("a", "2")); len(r.Edited) > 0 {
				t.Errorf("all is as it was, and yet: %v", r.Edited)
			}
		})
	}
}

// TestStateIsAFile: a state directory that cannot be made stops commits, not readers.
func TestStateIsAFile(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	if err := os.RemoveAll(st); err != nil {
		t.Fatal(err)
	}
	write(t, st, "mine")
	_, err := w.Commit(t.Context(), state("a"), sample("a", "2"))
	_, e := w.Kept("a")
	for _, err := range []error{err, e} {
		if err == nil || !strings.Contains(err.Error(), st) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("error %v", err)
		}
	}
	if s, err := Load(data); err != nil || !cmp.Equal(sample("a", "1"), s.Sources[0].Facts) {
		t.Errorf("loaded %v, error %v", s, err)
	}
	if err := os.Remove(st); err != nil {
		t.Fatal(err)
	}
	if r := commit(t, w, sample("a", "2")); len(r.Edited) != 1 {
		t.Errorf("told %v", r.Edited)
	}
}

// TestReaderOfDeletedLocks: a reader whose lock was deleted while it read, so that a
// writer did not wait for it, reads once more.
func TestReaderOfDeletedLocks(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	reads := 0
	got, err := shared(data, func(dir string, root *os.Root) (*release.Facts, Problems, error) {
		facts, broken, err := sourceFacts(dir, root, "a", nil)
		if reads++; reads == 1 {
			if err := os.Remove(filepath.Join(data, lockName)); err != nil {
				t.Error(err)
			}
			commit(t, w, sample("a", "2"))
		}
		return facts, broken, err
	})
	if diff := cmp.Diff(sample("a", "2"), got); diff != "" || err != nil || reads != 2 {
		t.Errorf("%d reads, error %v (-want +got):\n%s", reads, err, diff)
	}
	_, err = shared(data, func(dir string, root *os.Root) (int, Problems, error) {
		return 0, nil, errors.Join(os.Remove(filepath.Join(data, lockName)), os.WriteFile(filepath.Join(data, lockName), nil, 0o644))
	})
	if err == nil || !strings.Contains(err.Error(), "again and again") {
		t.Errorf("error %v", err)
	}
}
