//go:build unix

package lockfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestHold: one has it at a time, whoever may read there may look at it, and it is taken
// again when it was let go.
func TestHold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	for range 2 {
		lock, err := Hold(t.Context(), path, "writing", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Hold(t.Context(), path, "writing", time.Millisecond); err == nil || !strings.HasPrefix(err.Error(), path+": another run is writing there; try again when it is done") {
			t.Errorf("held twice: %v", err)
		}
		if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o644 {
		t.Errorf("lock file %v, error %v; want mode 0644", info.Mode(), err)
	}
}

// TestHoldWaits: it is taken as soon as another lets go, and not waited for longer than
// was said, nor when nobody wants it any more.
func TestHoldWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "x.lock")
		lock, err := Hold(t.Context(), path, "writing", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := Hold(ctx, path, "writing", time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		time.AfterFunc(10*time.Second, func() {
			if err := lock.Close(); err != nil {
				t.Error(err)
			}
		})
		began := time.Now()
		other, err := Hold(t.Context(), path, "writing", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if waited := time.Since(began); waited > 11*time.Second {
			t.Errorf("waited %s for what was let go after 10s", waited)
		}
	})
}

// TestBecause: each reason gets words of its own, and the file its name.
func TestBecause(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"x: another run is sending there; try again when it is done: ":       context.DeadlineExceeded,
		"lock: open x: permission denied; run it as the user to whom the di": &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES},
		"lock x: context canceled":                                           context.Canceled,
	} {
		if got := because("x", "sending", err); !strings.HasPrefix(got.Error(), want) || !errors.Is(got, err) {
			t.Errorf("%v, want %s", got, want)
		}
	}
}
