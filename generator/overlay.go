package generator

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Overlay lays one file system over another, file by file: where both have a
// file of one name, upper's is the one that is seen; a directory shows the names
// of both. It is how a site owner's layouts and texts replace the embedded ones.
// A nil upper shows lower alone.
func Overlay(upper, lower fs.FS) fs.FS {
	if upper == nil {
		return lower
	}
	return overlaid{upper, lower}
}

type overlaid struct{ upper, lower fs.FS }

// Open opens upper's file, else lower's. Only a file that is not there falls
// through: one that cannot be read is the owner's to mend, not to be hidden.
func (o overlaid) Open(name string) (fs.File, error) {
	file, err := o.upper.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.lower.Open(name)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !info.IsDir() {
		return file, nil
	}
	entries, err := o.ReadDir(name)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &mergedDir{File: file, entries: entries}, nil
}

// ReadDir lists both directories as one, sorted by name.
func (o overlaid) ReadDir(name string) ([]fs.DirEntry, error) {
	above, errAbove := fs.ReadDir(o.upper, name)
	below, errBelow := fs.ReadDir(o.lower, name)
	if errAbove != nil && !errors.Is(errAbove, fs.ErrNotExist) {
		return nil, errAbove
	}
	if errAbove != nil && errBelow != nil {
		return nil, errBelow
	}
	seen := make(map[string]bool, len(above))
	for _, e := range above {
		seen[e.Name()] = true
	}
	merged := slices.Clone(above)
	for _, e := range below {
		if !seen[e.Name()] {
			merged = append(merged, e)
		}
	}
	slices.SortFunc(merged, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return merged, nil
}

// mergedDir is an open directory of upper's that lists what both hold.
type mergedDir struct {
	fs.File
	entries []fs.DirEntry
	at      int
}

// ReadDir reads the next n entries, all that are left when n is not positive.
func (d *mergedDir) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := d.entries[d.at:]
	if n > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if n > 0 && n < len(rest) {
		rest = rest[:n]
	}
	d.at += len(rest)
	return slices.Clone(rest), nil
}
