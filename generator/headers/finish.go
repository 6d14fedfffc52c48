package headers

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"shiplist/generator/staged"
)

// Finish brings all files to their places, each whole at any moment, and removes those
// of earlier runs that were not put this time.
func (d *Dir) Finish() (Result, error) {
	res := Result{Dir: d.dir, Digest: digestOf(d.sums), Directories: d.dirs, Files: len(d.sums)}
	for _, f := range d.fresh {
		res.Written += len(f.names)
	}
	if err := d.owe(); err != nil {
		return Result{}, err
	}
	if err := d.place(); err != nil {
		return Result{}, err
	}
	var err error
	if res.Removed, err = d.removeGone(); err != nil {
		return Result{}, err
	}
	if res.Written+res.Removed > 0 || res.Digest != digestOf(d.old) {
		err = writeMarker(d.dir, d.sums)
	}
	return res, err
}

// owe writes down what is about to be written, so that it is known to be ours however
// this run ends.
func (d *Dir) owe() error {
	all := map[string]string{}
	for _, sums := range []map[string]string{d.old, d.sums} {
		for path, sum := range sums {
			all[path] = sum
		}
	}
	if len(all) == len(d.old) && len(d.fresh) == 0 {
		return nil
	}
	// Without sums: what the files are is known when they are in their places.
	for path := range all {
		all[path] = noSum
	}
	return writeMarker(d.dir, all)
}

// place moves the new files to where they belong, once they are on disk.
func (d *Dir) place() error {
	if len(d.fresh) == 0 {
		return nil
	}
	if err := staged.Sync(filepath.Join(d.dir, d.temp)); err != nil {
		return err
	}
	there := map[string]bool{}
	for _, f := range d.fresh {
		if err := d.move(f, there); err != nil {
			return fmt.Errorf("headers: write %s: %w", f.dir, err)
		}
	}
	return nil
}

// move moves new files to their directory. Where that is not there, neither are those
// below it, and it moves with all that is new in them. there are the directories of which
// is known that they are in their places, and whether they were before.
func (d *Dir) move(f fresh, there map[string]bool) error {
	for end := range len(f.dir) + 1 {
		if end < len(f.dir) && f.dir[end] != '/' {
			continue
		}
		dir := filepath.FromSlash(f.dir[:end])
		before, known := there[dir]
		if !known {
			_, err := d.root.Lstat(dir)
			before = err == nil
			if errors.Is(err, fs.ErrNotExist) {
				err = d.root.Rename(filepath.Join(d.temp, dir), dir)
			}
			if err != nil {
				return err
			}
			there[dir] = before
		}
		if !before {
			return nil
		}
	}
	for _, name := range f.names {
		place := filepath.Join(filepath.FromSlash(f.dir), name)
		if err := d.root.Rename(filepath.Join(d.temp, place), place); err != nil {
			return err
		}
	}
	return nil
}

// removeGone removes the files that are not wanted any more, with the directories that
// this leaves empty.
func (d *Dir) removeGone() (int, error) {
	var gone []string
	for name := range d.old {
		if _, wanted := d.sums[name]; !wanted {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	removed := 0
	for _, name := range gone {
		err := d.root.Remove(filepath.FromSlash(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, fmt.Errorf("headers: remove %s: %w", name, err)
		}
		if err == nil {
			removed++
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if d.root.Remove(filepath.FromSlash(dir)) != nil {
				break // there is something in it
			}
		}
	}
	return removed, nil
}
