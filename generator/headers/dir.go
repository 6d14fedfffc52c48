// Package headers is the directory of what is laid into image trees for their own web
// servers: HEADER.html, FOOTER.html and .htaccess of each directory, below the name of
// the tree. It holds what was last asked for and nothing else: a file is written only
// when it differs, and goes when nobody asks for it any more. What lies there of
// somebody else's is not touched. The generator writes here; a mirror script reads.
package headers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"

	"shiplist/generator/owned"
)

// markerFile stands at the top of the directory; what else does is the lock, and the
// folder of each tree.
const markerFile = ".shiplist-headers"

// kind is what a directory of headers is.
var kind = owned.Kind{
	Name: "headers", Marker: markerFile, Text: markerText,
	Else: "name another directory with [site] headers, or empty this one",
}

// Result tells what became of the directory.
type Result struct {
	Dir string `json:"dir"`
	// Digest stands for all files, as that of a set does for a site.
	Digest      string `json:"digest"`
	Directories int    `json:"directories"` // of image trees
	Files       int    `json:"files"`       // in them
	Written     int    `json:"written"`     // of those, new or changed
	Removed     int    `json:"removed"`     // files that are not wanted any more
}

// Dir is the directory, held by this process.
type Dir struct {
	dir  string
	root *os.Root // no name leads out of it
	temp string   // below root: what is not in its place yet
	lock *flock.Flock
	old  map[string]string // sums of the files of the last run, by path

	mu    sync.Mutex
	sums  map[string]string // of this one's
	fresh []fresh           // what is in temp
	dirs  int
}

// Open takes hold of the directory, making it when it is not there. One that is not
// empty and was not made by us is refused.
func Open(ctx context.Context, dir string) (_ *Dir, err error) {
	lock, err := kind.Hold(ctx, dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{dir: dir, sums: map[string]string{}, lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if d.old, err = readMarker(dir); err != nil {
		return nil, err
	}
	if err := owned.Sweep(dir); err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	if d.root, err = os.OpenRoot(dir); err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	temp, err := os.MkdirTemp(dir, owned.TempPrefix)
	if err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	d.temp = filepath.Base(temp)
	return d, nil
}

// Ours reports whether a directory is there and was made by us.
func Ours(dir string) bool { return kind.Ours(dir) }

// Close lets go of the directory, and removes what is not in its place.
func (d *Dir) Close() error {
	var errs []error
	if d.temp != "" {
		errs = append(errs, os.RemoveAll(filepath.Join(d.dir, d.temp)))
	}
	if d.root != nil {
		errs = append(errs, d.root.Close())
	}
	return errors.Join(append(errs, d.lock.Close())...)
}

// longest is how many bytes a name may have: file systems take 255.
const longest = 255

// Fits reports whether a directory of a tree can be one here, with files of the given
// names in it and in those above: its name is whole, leads nowhere else, and can stand
// in a line.
func Fits(dir string, names ...string) bool {
	if !fs.ValidPath(dir) || dir == "." {
		return false
	}
	for part := range strings.SplitSeq(dir, "/") {
		if len(part) > longest || slices.Contains(names, part) || strings.ContainsAny(part, `\`) || strings.ContainsFunc(part, unprintable) {
			return false
		}
	}
	return true
}
