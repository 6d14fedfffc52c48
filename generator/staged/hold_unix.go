//go:build unix && !aix && !solaris

package staged

import (
	"os"
	"syscall"
)

// share locks a directory for one of its readers.
func share(dir *os.File) error { return syscall.Flock(int(dir.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) }

// busy reports whether a directory has readers.
func busy(dir *os.File) bool {
	return syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == syscall.EWOULDBLOCK
}
