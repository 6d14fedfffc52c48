package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
)

// folders are the directories of a set that is being written. Those that have others in
// them stay open, up to a number: an os.Root opens every directory of a name, one after
// the other, each time, which is most of the work of writing a small file.
type folders struct {
	made sync.Map // by name below the set
	mu   sync.RWMutex
	open map[string]*os.Root // "." is the set
}

// mostFolders is how many are open at a time; the limit of a process is often 1024.
const mostFolders = 200

func openFolders(root *os.Root, set string) (*folders, error) {
	top, err := root.OpenRoot(set)
	if err != nil {
		return nil, err
	}
	return &folders{open: map[string]*os.Root{".": top}}, nil
}

// make makes a directory with those that it lies in.
func (f *folders) make(name string) error {
	if _, made := f.made.Load(name); made || name == "." {
		return nil
	}
	if !fs.ValidPath(name) {
		return fmt.Errorf("make directory %q: the name does not stay below the site", name)
	}
	parent := path.Dir(name)
	if err := f.make(parent); err != nil {
		return err
	}
	if err := f.keep(parent); err != nil {
		return fmt.Errorf("open directory /%s: %w", parent, err)
	}
	root, rest := f.way(name)
	if err := root.Mkdir(rest, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make directory /%s: %w", name, err)
	}
	f.made.Store(name, true)
	return nil
}

// keep leaves a directory open, unless there are many.
func (f *folders) keep(name string) error {
	f.mu.RLock()
	_, open := f.open[name]
	full := len(f.open) >= mostFolders
	f.mu.RUnlock()
	if open || full {
		return nil
	}
	root, rest := f.way(name)
	opened, err := root.OpenRoot(rest)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[name] != nil || len(f.open) >= mostFolders {
		return opened.Close() // others were faster
	}
	f.open[name] = opened
	return nil
}

// way is the innermost open directory that has a name in it, and the rest of the name.
func (f *folders) way(name string) (root *os.Root, rest string) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if root := f.open[dir]; root != nil {
			if dir == "." {
				return root, name
			}
			return root, name[len(dir)+1:]
		}
	}
}

func (f *folders) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []error
	for _, root := range f.open {
		all = append(all, root.Close())
	}
	return errors.Join(all...)
}
