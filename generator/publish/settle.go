package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// sumsFile lists the checksums of all other files of a set, as sha256sum does.
const sumsFile = "SHA256SUMS"

// carry adds the assets of the kept sets, and of the one that is shown.
func (b *build) carry(kept *sets) error {
	own := map[string]bool{}
	for _, f := range b.files {
		own[f.path] = true
	}
	var err error
	b.carried, err = kept.carry(b.to, b.before, func(name string) bool { return own[name] })
	return err
}

// carry links the assets that the kept sets ask for into another set, but for those
// that it has, and tells which it linked. The set that is shown may be none of ours;
// then all of its assets count.
func (d *sets) carry(to, shown string, has func(name string) bool) ([]file, error) {
	wanted, err := d.wantedAssets(shown)
	if err != nil {
		return nil, err
	}
	var carried []file
	for _, name := range wanted.names {
		if has(name) {
			continue
		}
		f := file{path: name}
		if err := f.takeFrom(wanted.from[name], to); err != nil {
			return nil, err
		}
		carried = append(carried, f)
	}
	return carried, nil
}

// wantedAssets are assets by path, and a set that has each.
type wantedAssets struct {
	names []string // sorted
	from  map[string]string
}

func (w *wantedAssets) add(dir string, names []string) {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil && w.from[name] == "" {
			w.names, w.from[name] = append(w.names, name), dir
		}
	}
}

func (d *sets) wantedAssets(shown string) (*wantedAssets, error) {
	w := &wantedAssets{from: map[string]string{}}
	all, err := d.list()
	if err != nil {
		return nil, err
	}
	for _, set := range all {
		w.add(filepath.Join(d.dir, set.Name), set.Assets)
	}
	if shown != "" && !same(filepath.Dir(shown), d.dir) {
		names, err := listFiles(shown)
		if err != nil {
			return nil, err
		}
		w.add(shown, slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, assetsDir) }))
	}
	slices.Sort(w.names)
	return w, nil
}

// takeFrom links a file of one set into another.
func (f *file) takeFrom(from, to string) error {
	source, target := filepath.Join(from, f.path), filepath.Join(to, f.path)
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	f.sum = sumOf(content)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if os.Link(source, target) == nil {
		return nil
	}
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	f.copied = true
	return write(target, content, info.ModTime())
}

// sum writes the list of checksums.
func (b *build) sum() error {
	lines := make([]string, 0, len(b.files)+len(b.carried))
	for _, f := range slices.Concat(b.files, b.carried) {
		lines = append(lines, sumLine(f))
	}
	list := filepath.Join(b.to, sumsFile)
	if err := write(list, sumsText(lines), time.Time{}); err != nil || b.before == "" {
		return err
	}
	info, err := os.Stat(list)
	if err != nil {
		return err
	}
	earlier, err := os.Stat(filepath.Join(b.before, sumsFile))
	if err != nil || later(info, earlier) {
		return nil // a site that was published by hand has no list
	}
	modified := after(earlier)
	return os.Chtimes(list, modified, modified)
}

// sumLine is a file's line of the list. The names of a site have nothing in them that
// sha256sum would want escaped.
func sumLine(f file) string { return f.sum + "  " + f.path }

// sumsText is the list: sorted by path, so that it changes where the site does.
func sumsText(lines []string) []byte {
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return []byte(strings.Join(lines, "\n") + "\n")
}

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
		if _, err := os.Lstat(filepath.Join(after, name)); err != nil && name != sumsFile && !strings.HasPrefix(name, assetsDir) {
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
	names := append(b.dirs(), sumsFile)
	for _, f := range slices.Concat(b.files, b.carried) {
		if f.copied {
			names = append(names, f.path)
		}
	}
	var group errgroup.Group
	group.SetLimit(syncs)
	for _, name := range names {
		group.Go(func() error {
			f, err := os.Open(filepath.Join(b.to, name))
			if err != nil {
				return err
			}
			return errors.Join(f.Sync(), f.Close())
		})
	}
	return group.Wait()
}
