package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Running reports whether a process writes the data directory now, and which: a
// running agent, or one that polls once. The number is zero where it is not known. A
// directory without a lock file has never had a writer.
//
// To look it takes the writer's lock for a moment, shared with others that look, so
// that nothing is left behind by one that was killed.
func Running(dir string) (pid int, ok bool, err error) {
	path := filepath.Join(dir, writerLock)
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("look whether an agent runs: %w", errors.Join(err, lock.Close()))
	case free:
		return 0, false, lock.Close()
	}
	// Only a writer keeps the lock from being shared.
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, true, errors.Join(err, lock.Close())
	}
	pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	return pid, true, lock.Close()
}

// Unfinished reports whether a commit to the data directory was cut short, so that what
// its files say is not what they mean until the next writer has finished it.
func Unfinished(dir string) (bool, error) {
	_, err := os.Lstat(filepath.Join(dir, readyDir))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
