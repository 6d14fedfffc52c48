package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Four locks, each a file that is never removed:
//
//   - DATA/.shiplist/lock is shared by readers and held alone by a writer while it
//     moves files, which takes milliseconds;
//   - DATA/.shiplist/gate is passed by readers on their way in and held by a writer
//     that waits for them to leave, so that a stream of readers cannot keep it out;
//   - DATA/.shiplist/writer is held by the one writer of the data directory;
//   - STATE/agent.lock is held by it, too, so that no two share a state directory.
//
// The kernel gives locks back when their process ends, however it ends.
const (
	lockName   = ownDir + "/lock"
	gateName   = ownDir + "/gate"
	writerLock = ownDir + "/writer"
	stateLock  = "agent.lock"
)

const (
	lockRetry = 5 * time.Millisecond
	// lockWait is how long readers and writers wait for each other. Loading and
	// moving take a second at most.
	lockWait = time.Minute
)

// locks are held together and given back in one go.
type locks []*flock.Flock

// Close gives the locks back.
func (l locks) Close() error {
	var err error
	for _, lock := range l {
		err = errors.Join(err, lock.Close())
	}
	return err
}

// readLock takes the readers' lock of a data directory. Where there is no lock file
// no writer has been yet, and none is returned: that is how a copy of the data, or a
// directory that cannot be written to, is read.
func readLock(dir string) (locks, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	reading := flock.SetFlag(os.O_RDONLY)
	gate, lock := flock.New(filepath.Join(dir, gateName), reading), flock.New(filepath.Join(dir, lockName), reading)
	_, err := gate.TryRLockContext(ctx, lockRetry)
	if err == nil {
		_, err = lock.TryRLockContext(ctx, lockRetry)
	}
	err = errors.Join(err, gate.Close())
	switch {
	case err == nil:
		return locks{lock}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("data directory %s: a writer has held it for %s; is its disk stuck?", dir, lockWait)
	}
	return nil, fmt.Errorf("data directory %s: lock: %w", dir, err)
}

// moveLock takes the lock alone, as soon as the readers that have it are done.
func moveLock(ctx context.Context, dir string) (locks, error) {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	var held locks
	for _, name := range []string{gateName, lockName} {
		lock := flock.New(filepath.Join(dir, name), flock.SetPermissions(0o644))
		if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
			return nil, errors.Join(fmt.Errorf("wait for readers of %s: %w", dir, err), held.Close())
		}
		held = append(held, lock)
	}
	return held, nil
}

// HeldError says that another writer is at work.
type HeldError struct {
	Dir string
	PID int // zero when it is not known
}

func (e *HeldError) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s is in use by another agent (%s); wait until it is done, or stop it", e.Dir, who)
}

// ownWait is for those who only look whether there is a writer: see [Running].
const ownWait = 200 * time.Millisecond

// ownLock takes a writer's lock, soon or not at all, and leaves the number of this
// process in it.
func ownLock(dir, name string) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ownWait)
	defer cancel()
	path := filepath.Join(dir, name)
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
	_, err := lock.TryLockContext(ctx, lockRetry)
	if errors.Is(err, context.DeadlineExceeded) {
		text, _ := os.ReadFile(path)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		return nil, &HeldError{Dir: dir, PID: pid}
	}
	if err != nil {
		return nil, explain("lock "+path, err)
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return nil, errors.Join(explain("lock "+path, err), lock.Close())
	}
	return lock, nil
}

// unlock gives a lock back, if it was taken.
func unlock(lock *flock.Flock) error {
	if lock == nil {
		return nil
	}
	return lock.Close()
}
