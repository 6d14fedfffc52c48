package generator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
	"shiplist/internal/config"
)

// writer writes one set into the directory of staged sets, of which it has hold. All
// its names are below one root, so that no name, whatever it is made of, leads out of
// the directory.
type writer struct {
	sets *staged.Dir
	root *os.Root // of all sets
	dir  string   // of this set, below root
	// before is an earlier set, whose unchanged files are shared; empty for none.
	before string
	// known is the site that before holds; nil where its files have to be read.
	known *BuiltSite
	dirs  *folders // of this set
	// same are the files that before has with the same bytes, by path.
	same sync.Map
}

// newWriter takes hold of the directory of staged sets. What is known of a set that is
// there saves reading the newest.
func newWriter(ctx context.Context, dir string, known *BuiltSite) (*writer, error) {
	sets, err := staged.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	w := &writer{sets: sets, before: sets.Newest()}
	if known != nil && sets.Has(known.Result.Digest) {
		w.before, w.known = known.Result.Digest, known
	}
	temp, err := sets.Temp()
	if err == nil {
		w.dir = filepath.Base(temp)
		w.root, err = os.OpenRoot(dir)
	}
	if err == nil {
		if w.dirs, err = openFolders(w.root, w.dir); err != nil {
			err = errors.Join(err, w.root.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(err, sets.Close())
	}
	return w, nil
}

// close lets go of the directory, and removes what is not part of a set.
func (w *writer) close() error {
	return errors.Join(os.RemoveAll(filepath.Join(w.sets.Path(), w.dir)), w.dirs.close(), w.root.Close(), w.sets.Close())
}

// put takes a file into the set. What the set before has with the same bytes is shared
// when all files are known, so that servers and mirrors see that it did not change.
func (w *writer) put(f madeFile, content []byte) error {
	if w.has(f, content) {
		w.same.Store(f.Path, true)
		return nil
	}
	return w.create(f.Path, content, time.Time{})
}

// has reports whether the set before has a file with the same bytes.
func (w *writer) has(f madeFile, content []byte) bool {
	if w.known != nil {
		before := w.known.file(f.Path)
		return before != nil && before.Sum == f.Sum
	}
	if w.before == "" {
		return false
	}
	earlier := path.Join(w.before, f.Path)
	info, err := w.root.Lstat(earlier)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.Bytes {
		return false
	}
	old, err := w.root.ReadFile(earlier)
	return err == nil && bytes.Equal(old, content)
}

// carry takes a file into the set that was not rendered anew.
func (w *writer) carry(f madeFile, from *BuiltSite) error {
	if w.known != nil && w.has(f, nil) {
		w.same.Store(f.Path, true)
		return nil
	}
	content, err := from.Read(f.Path)
	if err != nil {
		return fmt.Errorf("write /%s: %w", f.Path, err)
	}
	return w.put(f, content)
}

// create writes a new file, with a given time where there is one.
func (w *writer) create(name string, content []byte, modified time.Time) error {
	if err := w.dirs.make(path.Dir(name)); err != nil {
		return err
	}
	root, rest := w.dirs.way(name)
	f, err := root.OpenFile(rest, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write /%s: %w", name, err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write /%s: %w", name, err)
	}
	if modified.IsZero() {
		return nil
	}
	return root.Chtimes(rest, modified, modified)
}

// link shares a file of the set before.
func (w *writer) link(name string) error {
	if err := w.dirs.make(path.Dir(name)); err != nil {
		return err
	}
	earlier := path.Join(w.before, name)
	err := w.root.Link(earlier, path.Join(w.dir, name))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The file system has no hard links, or no more of them for this file.
	info, err := w.root.Stat(earlier)
	if err != nil {
		return fmt.Errorf("write /%s: %w", name, err)
	}
	content, err := w.root.ReadFile(earlier)
	if err != nil {
		return fmt.Errorf("write /%s: %w", name, err)
	}
	return w.create(name, content, info.ModTime())
}

// finish makes the set that consists of the files: whole, on disk, and the newest unless
// it is a draft. It fills what the result tells of that, and returns a hold on the set.
func (w *writer) finish(ctx context.Context, files []madeFile, r staged.Record, c config.Site) (res Result, held *staged.Held, err error) {
	for _, f := range files {
		if _, same := w.same.Load(f.Path); same {
			res.Shared++
		}
	}
	res.Dir = filepath.Join(w.sets.Path(), r.Digest)
	if w.sets.Has(r.Digest) {
		res.Shared = len(files)
	} else {
		if err := w.settle(ctx, files); err != nil {
			return res, nil, err
		}
	}
	if res.New, err = w.sets.Adopt(filepath.Join(w.sets.Path(), w.dir), r); err != nil {
		return res, nil, err
	}
	if !r.Draft {
		if err = w.sets.Point(r.Digest); err != nil {
			return res, nil, err
		}
	}
	if held, err = w.sets.Hold(r.Digest); err != nil {
		return res, nil, err
	}
	res.Removed, err = w.sets.Prune(c.Output)
	return res, held, err
}

// settle shares what did not change and waits until everything is on disk, so that a
// set that has its name is whole even after the power failed.
func (w *writer) settle(ctx context.Context, files []madeFile) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range files {
		if _, same := w.same.Load(f.Path); same {
			group.Go(func() error { return errors.Join(ctx.Err(), w.link(f.Path)) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return staged.Sync(filepath.Join(w.sets.Path(), w.dir))
}
