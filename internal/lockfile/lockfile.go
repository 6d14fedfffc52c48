// Package lockfile lets one run at a time do what two must not do at once. The lock is on
// a file, and the system lets go of it when a process ends, however that ends.
package lockfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/gofrs/flock"
)

// every is how often a lock is asked for that another run has.
const every = 20 * time.Millisecond

// Hold takes the lock on a file, which is made where it is not there, and waits no longer
// than that for another run to end. Closing it lets go; the file stays, so that nobody
// holds one that another has removed. doing says what the other run does there, as in
// "writing". The errors name the file, and say what to do.
func Hold(ctx context.Context, path, doing string, wait time.Duration) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetPermissions(0o644))
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_, err := lock.TryLockContext(ctx, every)
	if err != nil {
		return nil, because(path, doing, err)
	}
	return lock, nil
}

// because tells another run from a lock that nobody could take.
func because(path, doing string, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: another run is %s there; try again when it is done: %w", path, doing, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("lock: %w; run it as the user to whom the directory belongs", err)
	}
	return fmt.Errorf("lock %s: %w", path, err)
}
