package headers

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// fresh are new files of a directory, which lie below temp as they will below the whole.
type fresh struct {
	dir   string
	names []string
}

// File is a file of a directory.
type File struct {
	Name    string
	Content []byte
	Sum     string // sha256 of the content in hex
}

// Put takes the files of one directory of a tree, given below the whole with slashes,
// which must pass [Fits]. What differs from what lies there is in its place after
// Finish. Several goroutines may call it, each directory once.
func (d *Dir) Put(dir string, files []File) error {
	place, err := d.root.OpenRoot(filepath.FromSlash(dir))
	if err == nil {
		defer place.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("headers: %w", err)
	}
	if err := d.write(fresh{dir: dir}, differing(place, files)); err != nil {
		return fmt.Errorf("headers: %s: %w", dir, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirs++
	for _, f := range files {
		d.sums[path.Join(dir, f.Name)] = f.Sum
	}
	return nil
}

// differing are the files that a directory does not have as they should be; all where
// it is nil.
func differing(dir *os.Root, files []File) []File {
	if dir == nil {
		return files
	}
	var all []File
	for _, f := range files {
		info, err := dir.Lstat(f.Name)
		if err == nil && info.Mode().IsRegular() && info.Size() == int64(len(f.Content)) {
			if content, err := dir.ReadFile(f.Name); err == nil && bytes.Equal(content, f.Content) {
				continue
			}
		}
		all = append(all, f)
	}
	return all
}

// write keeps files of a directory aside.
func (d *Dir) write(to fresh, files []File) error {
	if len(files) == 0 {
		return nil
	}
	for _, f := range files {
		to.names = append(to.names, f.Name)
	}
	d.mu.Lock()
	d.fresh = append(d.fresh, to)
	d.mu.Unlock()
	aside := filepath.Join(d.dir, d.temp, filepath.FromSlash(to.dir))
	if err := os.MkdirAll(aside, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(aside, f.Name), f.Content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
