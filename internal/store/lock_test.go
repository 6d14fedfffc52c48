//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/testenv"
)

// TestSuspendedReader: a reader that is never done fails a commit soon enough for the
// watchdog of who writes, and the same commit is made when the reader has gone.
func TestSuspendedReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		data, st := place(t)
		w := open(t, data, st)
		reader, err := readLock(data)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = w.Commit(t.Context(), state("a"), sample("a", "1"))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the writer waited for %s", took)
		}
		if err == nil || !strings.Contains(err.Error(), filepath.Join(data, lockName)+": somebody has read there for 10s") || !strings.Contains(err.Error(), "the next poll tries again") {
			t.Errorf("error %v", err)
		}
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
		commit(t, w, sample("a", "1"))
		closed(t, w)
	})
}

// TestOpenNowhere: where neither directory can be written to, one line says so.
func TestOpenNowhere(t *testing.T) {
	if os.Getuid() == 0 {
		testenv.RunAsNobody(t)
		return
	}
	data, st := place(t)
	if err := os.Chmod(filepath.Dir(data), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(data), 0o755) })
	_, err := Open(t.Context(), data, st)
	if !errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// TestHeldAdvice: what one is told fits a service and a single run.
func TestHeldAdvice(t *testing.T) {
	t.Parallel()
	for pid, want := range map[int]string{
		12: "/data is in use by another agent (process 12), and one is enough: leave the polling to it where it runs as a service, or try again when it is done",
		0:  "/data is in use by another agent, and one is enough: leave the polling to it where it runs as a service, or try again when it is done",
	} {
		if got := (&HeldError{Dir: "/data", PID: pid}).Error(); got != want {
			t.Errorf("%d: %s\nwant %s", pid, got, want)
		}
	}
}
