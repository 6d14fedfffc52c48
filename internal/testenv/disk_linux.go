package testenv

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// mountVariable is set in a process of [RunWithMounts].
const mountVariable = "SHIPLIST_TEST_MOUNT"

// WithMounts reports whether this is a process that [RunWithMounts] started.
func WithMounts() bool { return os.Getenv(mountVariable) != "" }

// RunWithMounts runs the test that calls it once more, in a process that may mount what
// nobody else sees, and passes if that did. Not every kernel or container lets us.
func RunWithMounts(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+t.Name()+"$")
	c.Env = append(os.Environ(), mountVariable+"=1")
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

// SmallDisk makes a disk of two megabytes. It is gone with this process, which has to be
// one of [RunWithMounts].
func SmallDisk(t *testing.T, at string) {
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

// FillUp makes a file that leaves so many pages of its disk free.
func FillUp(t *testing.T, name string, pages int) {
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
