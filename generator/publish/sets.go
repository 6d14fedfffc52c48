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
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"shiplist/generator/owned"
)

// Names in the directory of published sets.
const (
	markerFile  = ".shiplist-published"
	historyFile = "history.jsonl"
	pendingFile = "pending.json"
)

const markerText = `The published sets of a site, written by shiplist. The symbolic link beside this
directory leads to the one that visitors see; the others are kept to go back to.
`

// kind is what a directory of published sets is. Whoever serves the site has to be able
// to get through it.
var kind = owned.Kind{
	Name: "published sets", Marker: markerFile, Text: markerText, Public: true,
	Else: "move it away, or name another place with [site] output",
}

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
	lock, err := kind.Hold(ctx, SetsDir(s.Output))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, err // the other run may change what visitors see
	case err != nil:
		return nil, stays(err)
	}
	d := &sets{dir: SetsDir(s.Output), output: s.Output, lock: lock}
	if err := errors.Join(d.recover(), d.sweep()); err != nil {
		return nil, errors.Join(stays(err), d.end())
	}
	return d, nil
}

// end lets go of the directory.
func (d *sets) end() error { return d.lock.Close() }

// temp makes the directory in which a set is made.
func (d *sets) temp() (string, error) {
	dir, err := os.MkdirTemp(d.dir, owned.TempPrefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// sweep removes what is not whole, or not wanted any more. The lock is held, so none of
// it is in use.
func (d *sets) sweep() error {
	if err := errors.Join(owned.Sweep(d.dir), os.RemoveAll(d.nextLink())); err != nil {
		return fmt.Errorf("tidy up: %w", err)
	}
	return nil
}

// numberOf is the number of a set, or of its record; 0 for what has none.
func numberOf(name string) int {
	number, _, _ := strings.Cut(name, "-")
	n, _ := strconv.Atoi(number)
	return n
}

// nextName is the name of a new set.
func (d *sets) nextName(digest string) (string, error) {
	entries, err := os.ReadDir(d.dir)
	n := 0
	for _, e := range entries {
		n = max(n, numberOf(e.Name()))
	}
	return fmt.Sprintf("%06d-%s", n+1, Short(digest)), err
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
	aside := filepath.Join(d.dir, owned.TempPrefix+"old-"+name)
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
