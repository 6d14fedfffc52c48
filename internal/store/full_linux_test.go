package store

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const mountEnv = "SHIPLIST_STORE_TEST_MOUNT"

// TestDiskFull fills a small disk, with less and less room for a commit.
func TestDiskFull(t *testing.T) {
	if os.Getenv(mountEnv) == "" {
		t.Parallel()
		withMounts(t)
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
			mount(t, filepath.Join(dir, "disk"))
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
	f.fillUp(pages)
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

// fillUp leaves so many pages free.
func (f *smallDisk) fillUp(pages int) {
	f.t.Helper()
	ballast, err := os.Create(f.ballast)
	if err != nil {
		f.t.Fatal(err)
	}
	defer ballast.Close()
	size, page := int64(0), make([]byte, os.Getpagesize())
	for err == nil {
		_, err = ballast.Write(page)
		size += int64(len(page))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		f.t.Fatal(err)
	}
	if err := ballast.Truncate(max(0, size-int64((pages+1)*len(page)))); err != nil {
		f.t.Fatal(err)
	}
}

// mount makes a disk of two megabytes. It is gone with this process.
func mount(t *testing.T, at string) {
	t.Helper()
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// withMounts runs the test that calls it once more, in a process that may mount what
// nobody else sees, and passes if that did. Not every kernel or container lets us.
func withMounts(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+t.Name()+"$")
	c.Env = append(os.Environ(), mountEnv+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
	}
	out, err := c.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) && errors.Is(err, fs.ErrPermission) {
		t.Skipf("this process may not mount a disk of its own: %v", err)
	}
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("with mounts: %v", err)
	}
}
