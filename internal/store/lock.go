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
	// readWait is how long readers wait for a writer. Loading and moving take a second
	// at most.
	readWait = time.Minute
	// moveWait is how long a writer waits for readers. Who writes gives signs of life,
	// too, and one reader that was suspended must not make it look dead.
	moveWait = 10 * time.Second
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
	ctx, cancel := context.WithTimeout(context.Background(), readWait)
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
		return nil, fmt.Errorf("data directory %s: a writer has held it for %s; is its disk stuck?", dir, readWait)
	}
	return nil, fmt.Errorf("data directory %s: lock: %w", dir, err)
}

// moveLock takes the lock alone, as soon as the readers that have it are done.
func moveLock(ctx context.Context, dir string) (locks, error) {
	short, cancel := context.WithTimeout(ctx, moveWait)
	defer cancel()
	var held locks
	for _, name := range []string{gateName, lockName} {
		path := filepath.Join(dir, name)
		lock := flock.New(path, flock.SetPermissions(0o644))
		_, err := lock.TryLockContext(short, lockRetry)
		switch {
		case err == nil:
			held = append(held, lock)
			continue
		case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			err = fmt.Errorf("%s: somebody has read there for %s; the next poll tries again, and `fuser %[1]s` tells who reads", path, moveWait)
		default:
			err = fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, errors.Join(err, held.Close())
	}
	return held, nil
}

// HeldError says that another writer is at work.
type HeldError struct {
	Dir string
	PID int // zero when it is not known
}

func (e *HeldError) Error() string {
	who := ""
	if e.PID > 0 {
		who = fmt.Sprintf(" (process %d)", e.PID)
	}
	return fmt.Sprintf("%s is in use by another agent%s, and one is enough: leave the polling to it where it runs as a service, or try again when it is done", e.Dir, who)
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
