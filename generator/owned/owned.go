// Package owned is what the directories have in common that shiplist has for itself: one
// that somebody else filled is refused, one run at a time writes there, and what a run
// left that was cut short is swept away. What lies in them is the business of their
// packages.
package owned

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"shiplist/internal/lockfile"
)

// LockFile is the name of the file that is locked, in the directory itself.
const LockFile = ".lock"

// TempPrefix begins the names of what is not whole yet, or not any more.
const TempPrefix = ".tmp-"

// lockWait is how long one run waits for another to end.
const lockWait = 2 * time.Minute

// Kind says what a directory is for.
type Kind struct {
	Name   string // of what is in it, as errors begin: "staged sets"
	Marker string // name of the file by which a directory of ours is known
	Text   string // what is in the marker of a new directory
	Else   string // what the owner can do where a directory is not ours
	// Public directories can be passed by everybody, whatever the umask is.
	Public bool
}

// Hold makes a directory ours when it is not there or empty, and returns the lock on it;
// it waits some time for another run to end.
func (k Kind) Hold(ctx context.Context, dir string) (*flock.Flock, error) {
	if err := k.claim(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", k.Name, err)
	}
	lock, err := lockfile.Hold(ctx, filepath.Join(dir, LockFile), "writing", lockWait)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.Name, err)
	}
	return lock, nil
}

// Ours reports whether a directory is there and was made by us.
func (k Kind) Ours(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, k.Marker))
	return err == nil
}

// claim makes sure that the directory is there and ours.
func (k Kind) claim(dir string) error {
	if k.Ours(dir) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o755); err == nil && k.Public {
			err = os.Chmod(dir, 0o755)
		}
	}
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return k.unfinished(e.Name()) })
	// Another run may have made it ours after it was first asked.
	if len(entries) > 0 && !k.Ours(dir) {
		return fmt.Errorf("%s is not empty (%s) and was not made by shiplist; %s", dir, entries[0].Name(), k.Else)
	}
	var opts []renameio.Option
	if k.Public {
		opts = append(opts, renameio.IgnoreUmask())
	}
	return renameio.WriteFile(filepath.Join(dir, k.Marker), []byte(k.Text), 0o644, opts...)
}

// unfinished tells the name of a marker that is not in its place yet, which a run that
// was cut short may have left: renameio puts a dot before it and a number behind.
func (k Kind) unfinished(name string) bool {
	number, ok := strings.CutPrefix(name, "."+k.Marker)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// Sweep removes what a run left that was cut short. The lock has to be held, so that none
// of it is in use.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), TempPrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("remove what is not whole: %w", err)
		}
	}
	return nil
}
