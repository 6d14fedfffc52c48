package publish

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

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
	f.copied, err = linkOrCopy(source, target)
	return err
}

// linkOrCopy makes a file the same as another: a link to it, or, where there can be none, a
// copy of the same time.
func linkOrCopy(source, target string) (copied bool, err error) {
	if os.Link(source, target) == nil {
		return false, nil
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return false, err
	}
	info, err := os.Stat(source)
	if err != nil {
		return false, err
	}
	return true, write(target, content, info.ModTime())
}
