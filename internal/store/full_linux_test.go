package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/testenv"
)

// TestDiskFull fills a small disk, with less and less room for a commit.
func TestDiskFull(t *testing.T) {
	if !testenv.WithMounts() {
		t.Parallel()
		testenv.RunWithMounts(t)
		return
	}
	for _, tt := range []struct {
		name, data, state string
		rounds, fail      int
	}{
		{"both on it", "disk/data", "disk/state", 24, 10},
		{"data on it", "disk/data", "state", 24, 10},
		{"state on it", "data", "disk/state", 6, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			testenv.SmallDisk(t, filepath.Join(dir, "disk"))
			f := smallDisk{t: t, data: filepath.Join(dir, tt.data), ballast: filepath.Join(dir, "disk/ballast")}
			f.w = open(t, f.data, filepath.Join(dir, tt.state))
			f.w.most = smallMonth
			for pages := range tt.rounds {
				f.round(pages, pages%2 == 0)
			}
			t.Logf("%d commits, %d met a full disk; after %d of these errors the commit stood", f.n, f.failed, f.stood)
			if f.failed < tt.fail || f.failed == f.n {
				t.Errorf("%d of %d commits failed", f.failed, f.n)
			}
		})
	}
}

// smallDisk commits one counted state after the other.
type smallDisk struct {
	t                *testing.T
	w                *Writer
	data, ballast    string
	n, failed, stood int
}

// round leaves some pages of the disk free and commits the next state, twice, which
// may fail; then there is room again.
func (f *smallDisk) round(pages int, asks bool) {
	f.t.Helper()
	testenv.FillUp(f.t, f.ballast, pages)
	next := f.n + 1
	err := f.commit(next)
	if err != nil {
		f.failed++
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), filepath.Dir(f.data)) || strings.Count(err.Error(), "make room") != 1 {
			f.t.Fatalf("%d pages free: error %v", pages, err)
		}
		if f.check() == next {
			f.stood++
		}
		err = f.commit(next)
	}
	if e := os.Remove(f.ballast); e != nil {
		f.t.Fatal(e)
	}
	if err != nil && (!asks || f.check() != next) {
		if err := f.commit(next); err != nil {
			f.t.Fatalf("%d pages were free, now there is room: %v", pages, err)
		}
	}
	f.n = next
	if got := f.check(); got != next {
		f.t.Fatalf("%d pages were free: commit %d is there after %d", pages, got, next)
	}
}

func (f *smallDisk) commit(n int) error {
	_, err := f.w.Commit(f.t.Context(), state("a"), counted(n), eventsOf(n)...)
	return err
}

// check reads what is there, and returns the number of the commit.
func (f *smallDisk) check() int {
	f.t.Helper()
	facts, err := f.w.Facts("a")
	if err != nil {
		f.t.Fatal(err)
	}
	n := count(facts)
	if n == 0 {
		return 0
	}
	s, err := Load(f.data)
	if err != nil {
		f.t.Fatal(err)
	}
	if diff := cmp.Diff(counted(n), s.Sources[0].Facts); diff != "" || n < f.n {
		f.t.Fatalf("commit %d after %d (-want +got):\n%s", n, f.n, diff)
	}
	log, err := LoadEvents(f.data, time.Time{}, time.Time{})
	if err != nil || !slices.Equal(eventsUpTo(n), log) {
		f.t.Fatalf("commit %d: the log (%v) (-want +got):\n%s", n, err, cmp.Diff(eventsUpTo(n), log))
	}
	return n
}
