package publish

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/issue"
)

// date gives each directory that has the same names as before its old time, so that
// mirrors have nothing to do there; and counts what is gone.
func (b *build) date() error {
	if b.before == "" {
		return nil
	}
	var err error
	if b.removed, err = gone(b.before, b.to); err != nil {
		return err
	}
	for _, dir := range b.dirs() {
		at, earlier := filepath.Join(b.to, dir), filepath.Join(b.before, dir)
		if !sameNames(at, earlier) {
			continue
		}
		info, err := os.Stat(earlier)
		if err != nil {
			return err
		}
		if err := os.Chtimes(at, info.ModTime(), info.ModTime()); err != nil {
			return err
		}
	}
	return nil
}

// gone counts the files of one set that another does not have. Assets of earlier sets
// come and go with those.
func gone(before, after string) (int, error) {
	names, err := listFiles(before)
	n := 0
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(after, name)); err != nil && !issue.Own(name) && !strings.HasPrefix(name, assetsDir) {
			n++
		}
	}
	return n, err
}

// sameNames reports whether two directories have entries of the same names.
func sameNames(a, b string) bool {
	one, err := os.ReadDir(a)
	if err != nil {
		return false
	}
	other, err := os.ReadDir(b)
	return err == nil && slices.EqualFunc(one, other, func(x, y os.DirEntry) bool { return x.Name() == y.Name() })
}

// syncs is how many files are synced at once: waiting for a disk needs no processor.
const syncs = 64

// sync waits until all that is new is on the disk. What is linked was there before.
func (b *build) sync() error {
	names := b.dirs()
	if !b.verbatim { // else it is one of the files
		names = append(names, sumsFile)
	}
	for _, f := range slices.Concat(b.files, b.carried) {
		if f.copied {
			names = append(names, f.path)
		}
	}
	var group errgroup.Group
	group.SetLimit(syncs)
	for _, name := range names {
		group.Go(func() error { return syncFile(filepath.Join(b.to, name)) })
	}
	return group.Wait()
}
