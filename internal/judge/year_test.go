//go:build unix

package judge_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/demo"
)

// TestYear shows that neither memory nor what is on disk grows, other than the log of
// changes.
func TestYear(t *testing.T) {
	if !measured() {
		t.Skip("it takes minutes; set SHIPLIST_MEASURE=1")
	}
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t, false, fair)
		l.forgetful = true
		var sizes []usage
		over := make(chan struct{})
		go func() {
			defer close(over)
			l.live(demo.Now().AddDate(1, 0, 0))
		}()
		for month := range 12 {
			time.Sleep(time.Until(demo.Now().AddDate(0, month+1, -1)))
			u := l.usage()
			sizes = append(sizes, u)
			t.Logf("month %2d: heap %6d KiB, data %6d KiB in %d files, changes %6d KiB, state %6d KiB in %d files",
				month+1, u.heap>>10, u.data>>10, u.files, u.changes>>10, u.state>>10, u.stateFiles)
		}
		<-over
		// The snapshots come out for four months.
		before, after := sizes[4], sizes[11]
		if after.data > before.data+before.data/10 || after.state > before.state+before.state/10 || after.heap > 2*before.heap {
			t.Errorf("grown: %+v after five months, %+v after twelve", before, after)
		}
		t.Logf("%s", l.judge.Score())
	})
}

// TestQuietDay measures a day on which nothing happens, with the default schedules.
func TestQuietDay(t *testing.T) {
	if !measured() {
		t.Skip("it measures; set SHIPLIST_MEASURE=1")
	}
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t, true, fair)
		l.calm = true
		l.live(demo.Now().AddDate(0, 0, 1))
		l.judge.Killed()
		first, cpu := l.judge.Score(), processorTime(t)
		l.live(demo.Now().AddDate(0, 0, 2))
		score := l.judge.Score()
		t.Logf("processor time of a quiet day, with the servers': %s", processorTime(t)-cpu)
		for i, h := range score.Hosts {
			was := first.Hosts[i]
			polls := 0
			for k, s := range h.Sources {
				polls += s.Polls - was.Sources[k].Polls
			}
			t.Logf("%-18s %5d requests, %9d bytes in %d polls", h.Name, h.Requests-was.Requests, h.Bytes-was.Bytes, polls)
		}
		if score.Sins() > 0 {
			t.Errorf("%s", score)
		}
	})
}

// usage is what an agent takes.
type usage struct {
	heap              uint64
	data, changes     int64
	state             int64
	files, stateFiles int
}

func (l *life) usage() usage {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{heap: m.HeapAlloc}
	u.data, u.files = sizeOf(l.config.Store.Data)
	u.changes, _ = sizeOf(filepath.Join(l.config.Store.Data, "changes"))
	u.data -= u.changes
	u.state, u.stateFiles = sizeOf(l.config.Store.State)
	return u
}

// sizeOf is how many bytes the files below a directory have.
func sizeOf(dir string) (size int64, files int) {
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // a file that went away counts for nothing
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
			files++
		}
		return nil
	})
	return size, files
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
