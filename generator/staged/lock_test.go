//go:build unix

package staged

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLockMode: who may read the staged sets may look at their lock, too.
func TestLockMode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, lockFile))
	if err != nil || info.Mode() != 0o644 {
		t.Errorf("lock file %v, error %v; want mode 0644", info.Mode(), err)
	}
}

// TestLockRefused: a lock that cannot be opened is nobody's at work.
func TestLockRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, lockFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, markerFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir)
	if err == nil || strings.Contains(err.Error(), "another run") || !strings.Contains(err.Error(), filepath.Join(dir, lockFile)) {
		t.Errorf("error %v", err)
	}
}

// TestLockError: each reason gets words of its own.
func TestLockError(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"another run is writing there":                     context.DeadlineExceeded,
		"run it as the user to whom the directory belongs": &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES},
		"staged sets: lock x: context canceled":            context.Canceled,
	} {
		if got := lockError("x", err); !strings.Contains(got.Error(), want) || !errors.Is(got, err) {
			t.Errorf("%v, want %s", got, want)
		}
	}
}
