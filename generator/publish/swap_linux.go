package publish

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// swap lets two directories change their names in one step. The error is
// errors.ErrUnsupported where the file system cannot do that.
func swap(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}
