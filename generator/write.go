package generator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
)

// output is one file of the site: where it lies and how it is made. Rendering
// waits until the file is written, so that a large site is never in memory whole.
type output struct {
	path   string // below the site, with the file's name
	render func(*bytes.Buffer) error
}

// written is what is known of a file once it is in the set.
type written struct {
	sum    string
	bytes  int64
	shared bool
}

// set is a set being written. All its names are below one root, so that no name,
// whatever it is made of, leads out of the directory of staged sets.
type set struct {
	root *os.Root
	dir  string // of this set, below root
	// before is the newest earlier set, whose unchanged files are shared; empty for none.
	before string
	pool   sync.Pool
}

// writeSet renders all outputs into parent/dir, several at once, and returns the digest
// of the whole: sha256 over the sorted paths, each with the sum of its content.
func writeSet(ctx context.Context, parent, dir, before string, outputs []output) (string, []written, error) {
	slices.SortFunc(outputs, func(a, b output) int { return strings.Compare(a.path, b.path) })
	for i := 1; i < len(outputs); i++ {
		if outputs[i].path == outputs[i-1].path {
			return "", nil, fmt.Errorf("two pages for one address: /%s", outputs[i].path)
		}
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		return "", nil, err
	}
	defer root.Close()
	s := &set{root: root, dir: dir, before: before, pool: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	if err := s.makeDirs(outputs); err != nil {
		return "", nil, err
	}
	files := make([]written, len(outputs))
	var bad layoutProblems
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range outputs {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if files[i], err = s.write(outputs[i]); bad.take(err) {
				return nil // the others go on, so that all bad layouts are told in one go
			}
			return err
		})
	}
	if err := errors.Join(group.Wait(), bad.err()); err != nil {
		return "", nil, err
	}
	return digestSet(outputs, files), files, s.settle(outputs, files)
}

// syncs is how many files are synced at once: waiting for a disk needs no
// processor, and file systems write several waiting files in one go.
const syncs = 64

// settle waits until every new file and every directory is on disk, so that a set
// that has its name is whole even after the power failed.
func (s *set) settle(outputs []output, files []written) error {
	var group errgroup.Group
	group.SetLimit(syncs)
	dirs := map[string]bool{".": true}
	for i, o := range outputs {
		for dir := path.Dir(o.path); !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
		}
		if !files[i].shared {
			group.Go(func() error { return s.sync(o.path) })
		}
	}
	for dir := range dirs {
		group.Go(func() error { return s.sync(dir) })
	}
	return group.Wait()
}

func (s *set) sync(name string) error {
	f, err := s.root.Open(path.Join(s.dir, name))
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write /%s: %w", name, err)
	}
	return nil
}

// makeDirs makes every directory once, before the writers start.
func (s *set) makeDirs(outputs []output) error {
	last := "."
	for _, o := range outputs {
		dir := path.Dir(o.path)
		if dir == last {
			continue
		}
		if err := s.root.MkdirAll(path.Join(s.dir, dir), 0o755); err != nil {
			return fmt.Errorf("make directory for /%s: %w", o.path, err)
		}
		last = dir
	}
	return nil
}

// write renders one file and puts it into the set.
func (s *set) write(o output) (written, error) {
	buf := s.pool.Get().(*bytes.Buffer)
	defer s.pool.Put(buf)
	buf.Reset()
	if err := o.render(buf); err != nil {
		return written{}, failed(o.path, err)
	}
	w := written{sum: digestOf(buf.Bytes()), bytes: int64(buf.Len())}
	var err error
	if w.shared, err = s.share(o.path, buf.Bytes()); err != nil || w.shared {
		return w, err
	}
	return w, s.create(o.path, buf.Bytes(), time.Time{})
}

// failed says which file could not be made.
func failed(name string, err error) error {
	var layout *LayoutError
	if errors.As(err, &layout) {
		met := *layout
		met.Page = "/" + strings.TrimSuffix(name, "index.html")
		return &met
	}
	return fmt.Errorf("page /%s: %w", name, err)
}

// share takes over the earlier set's file where it has the same bytes, so that
// servers and mirrors see that it did not change.
func (s *set) share(name string, content []byte) (bool, error) {
	if s.before == "" {
		return false, nil
	}
	earlier := path.Join(s.before, name)
	info, err := s.root.Lstat(earlier)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(content)) {
		return false, nil
	}
	old, err := s.root.ReadFile(earlier)
	if err != nil || !bytes.Equal(old, content) {
		return false, nil
	}
	if s.root.Link(earlier, path.Join(s.dir, name)) == nil {
		return true, nil
	}
	// The file system has no hard links, or no more of them for this file.
	return true, s.create(name, content, info.ModTime())
}

// create writes a new file, with a given time where there is one.
func (s *set) create(name string, content []byte, modified time.Time) error {
	f, err := s.root.OpenFile(path.Join(s.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
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
	return s.root.Chtimes(path.Join(s.dir, name), modified, modified)
}

func digestSet(outputs []output, files []written) string {
	return staged.Digest(func(yield func(path, sum string) bool) {
		for i, o := range outputs {
			if !yield(o.path, files[i].sum) {
				return
			}
		}
	})
}

// digestOf is the sha256 of some bytes in hex.
func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
