package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// Names in the directory of published sets.
const (
	markerFile  = ".shiplist-published"
	lockFile    = ".lock"
	historyFile = "history.jsonl"
	pendingFile = "pending.json"
	tempPrefix  = ".tmp-"
)

const markerText = `The published sets of a site, written by shiplist. The symbolic link beside this
directory leads to the one that visitors see; the others are kept to go back to.
`

// lockWait is how long one run waits for another to end.
const lockWait = 2 * time.Minute

// setName is a number that grows with each set, and the beginning of the digest.
var setName = regexp.MustCompile(`^[0-9]{6,}-[0-9a-f]{12}$`)

// sets is the directory of published sets, held by this process.
type sets struct {
	dir    string
	output string
	lock   *flock.Flock
}

// hold takes hold of the directory, making it when it is not there, and tidies up what
// a run left that was cut short.
func hold(ctx context.Context, s Site) (*sets, error) {
	d := &sets{dir: SetsDir(s.Output), output: s.Output}
	if err := d.claim(); err != nil {
		return nil, stays(fmt.Errorf("published sets: %w", err))
	}
	d.lock = flock.New(filepath.Join(d.dir, lockFile), flock.SetPermissions(0o644))
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	switch _, err := d.lock.TryLockContext(ctx, 20*time.Millisecond); {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("published sets: %s: another run is publishing; try again when it is done: %w", d.lock.Path(), err)
	case err != nil:
		return nil, stays(fmt.Errorf("published sets: lock: %w", err))
	}
	if err := errors.Join(d.recover(), d.sweep()); err != nil {
		return nil, errors.Join(stays(err), d.end())
	}
	return d, nil
}

// end lets go of the directory.
func (d *sets) end() error { return d.lock.Close() }

// claim makes sure that the directory is ours. Whoever serves the site has to be able
// to get through it, whatever the umask is.
func (d *sets) claim() error {
	entries, err := os.ReadDir(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(d.dir, 0o755); err == nil {
			err = os.Chmod(d.dir, 0o755)
		}
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == markerFile }) {
		return nil
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty (%s) and was not made by shiplist; move it away, or name another place with [site] output",
			d.dir, entries[0].Name())
	}
	return renameio.WriteFile(filepath.Join(d.dir, markerFile), []byte(markerText), 0o644, renameio.IgnoreUmask())
}

// temp makes the directory in which a set is made.
func (d *sets) temp() (string, error) {
	dir, err := os.MkdirTemp(d.dir, tempPrefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// sweep removes what is not whole, or not wanted any more. The lock is held, so none of
// it is in use.
func (d *sets) sweep() error {
	left, err := filepath.Glob(filepath.Join(d.dir, tempPrefix+"*"))
	if err != nil {
		return err
	}
	for _, name := range append(left, d.nextLink()) {
		if err := os.RemoveAll(name); err != nil {
			return fmt.Errorf("tidy up: %w", err)
		}
	}
	return nil
}

// numberOf is the number of a set.
func numberOf(name string) int {
	n := 0
	_, _ = fmt.Sscanf(name, "%d-", &n) // the name was matched
	return n
}

// nextName is the name of a new set.
func (d *sets) nextName(digest string) string {
	n := 0
	names, _ := filepath.Glob(filepath.Join(d.dir, "*-*")) // the pattern is good
	for _, name := range names {
		n = max(n, numberOf(filepath.Base(name)))
	}
	return fmt.Sprintf("%06d-%s", n+1, Short(digest))
}

// name gives a finished set its name.
func (d *sets) name(temp, name string) error {
	if err := os.Rename(temp, filepath.Join(d.dir, name)); err != nil {
		return err
	}
	return syncFile(d.dir)
}

// nextLink is the link that takes the place of the output.
func (d *sets) nextLink() string {
	dir, name := filepath.Split(d.output)
	return filepath.Join(dir, "."+name+".shiplist-next")
}

// point makes the output lead to a set, in one step, after linked was told that it is
// about to. The link is relative, so that the whole tree can be moved.
func (d *sets) point(name string, linked func() error) error {
	next := d.nextLink()
	if err := os.Symlink(filepath.Join(filepath.Base(d.dir), name), next); err != nil {
		return err
	}
	err := linked()
	if err == nil {
		err = os.Rename(next, d.output)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return syncFile(filepath.Dir(d.output))
}

// wentBack reports whether a set is shown although a newer one was.
func (d *sets) wentBack(shown string) bool {
	all, err := d.list()
	return err == nil && len(all) > 0 && shown != "" && numberOf(shown) < numberOf(all[len(all)-1].Name)
}

// prune removes sets above the number to keep: first those to which no rollback from
// the shown one leads, then the oldest; never the shown one, nor the one before it as
// long as more than one is kept.
func (d *sets) prune(shown string, keep int) error {
	all, err := d.list()
	if err != nil {
		return err
	}
	wanted := chain(all, shown)
	for _, s := range slices.Backward(all) {
		if !slices.Contains(wanted, s.Name) {
			wanted = append(wanted, s.Name)
		}
	}
	for _, name := range wanted[min(len(wanted), max(keep, 1)):] {
		if err := d.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// chain is the shown set, the one that was shown before it, and so on.
func chain(all []Set, shown string) []string {
	var names []string
	for shown != "" && !slices.Contains(names, shown) {
		i := slices.IndexFunc(all, func(s Set) bool { return s.Name == shown })
		if i < 0 {
			break
		}
		names = append(names, shown)
		shown = all[i].Before
	}
	return names
}

// remove removes a set: renamed first, so that nobody finds half of one.
func (d *sets) remove(name string) error {
	aside := filepath.Join(d.dir, tempPrefix+"old-"+name)
	if err := os.Rename(filepath.Join(d.dir, name), aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(recordFile(d.dir, name)); err != nil {
		return err
	}
	return os.RemoveAll(aside)
}

// syncFile waits until a file, or the names in a directory, are on the disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
