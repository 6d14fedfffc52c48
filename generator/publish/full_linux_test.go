package publish

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiplist/generator/staged"
)

const mountEnv = "SHIPLIST_PUBLISH_TEST_MOUNT"

// TestDiskFull publishes with less and less room on the disk, from sets that lie there
// and from sets that lie elsewhere, which cannot be linked: the old site stays, and
// there is a new one as soon as there is room.
func TestDiskFull(t *testing.T) {
	if os.Getenv(mountEnv) == "" {
		t.Parallel()
		withMounts(t)
		return
	}
	for name, elsewhere := range map[string]bool{"one file system": false, "two file systems": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			disk := filepath.Join(filepath.Dir(s.Output), "disk")
			mount(t, disk)
			s.Output = filepath.Join(disk, "public")
			if !elsewhere {
				s.Staged = filepath.Join(disk, "staged")
			}
			failed := tighten(t, s, filepath.Join(disk, "ballast"))
			if failed < 3 {
				t.Errorf("only %d publishings met a full disk", failed)
			}
			if info, err := os.Stat(filepath.Join(s.Output, "about/index.html")); err != nil || !info.ModTime().Equal(start) {
				t.Errorf("what did not change has the time %v, %v", info.ModTime(), err)
			}
		})
	}
}

// tighten publishes ever new sets, with so many pages free, and counts what failed.
func tighten(t *testing.T, s Site, ballast string) (failed int) {
	t.Helper()
	shown := 0
	for pages := range 16 {
		n := pages + 1
		digest := stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
		if n == 1 {
			if err := os.Chtimes(filepath.Join(s.Staged, digest, "about/index.html"), start, start); err != nil {
				t.Fatal(err)
			}
			publish(t, s)
			shown = n
			continue
		}
		fillUp(t, ballast, pages)
		_, err := Publish(t.Context(), Options{Site: s})
		switch {
		case err == nil:
			shown = n
		case !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room on the disk") && !strings.Contains(err.Error(), "is published, but"):
			t.Fatalf("%d pages free: %v", pages, err)
		default:
			failed++
			if strings.Contains(err.Error(), "is published, but") {
				shown = n
			}
		}
		want(t, s, shown)
		sums(t, s.Output)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		publish(t, s)
		want(t, s, n)
		shown = n
	}
	return failed
}

// fillUp leaves so many pages free.
func fillUp(t *testing.T, name string, pages int) {
	t.Helper()
	ballast, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer ballast.Close()
	size, page := int64(0), make([]byte, os.Getpagesize())
	for err == nil {
		_, err = ballast.Write(page)
		size += int64(len(page))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := ballast.Truncate(max(0, size-int64((pages+1)*len(page)))); err != nil {
		t.Fatal(err)
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
