package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// local is a tree in a directory of this machine. Links are followed inside the
// tree only: what a mirror fetched may hold a link to anywhere, and names and sizes
// of other directories are nobody's business. What has to lie elsewhere can be
// mounted into the tree.
type local struct {
	root    string
	entries int
}

// newLocal reads a file: address.
func newLocal(address *url.URL, entries int) (*local, error) {
	path := address.Path
	if address.Opaque != "" {
		unescaped, err := url.PathUnescape(address.Opaque)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", address, err)
		}
		path = unescaped
	}
	if path == "" || address.Host != "" && address.Host != "localhost" {
		return nil, fmt.Errorf("%s names no directory of this machine; write it like file:/srv/cdimage", address)
	}
	return &local{root: filepath.FromSlash(path), entries: entries}, nil
}

func (p *local) address(path string) string { return filepath.Join(p.root, filepath.FromSlash(path)) }

// inside returns the real path of a file or directory, when that lies in the tree.
func (p *local) inside(path string) (string, error) {
	root, err := filepath.EvalSymlinks(p.root)
	if err != nil {
		return "", absent(err)
	}
	at, err := filepath.EvalSymlinks(p.address(path))
	if err != nil {
		return "", absent(err)
	}
	below, err := filepath.Rel(root, at)
	if err != nil || !filepath.IsLocal(below) {
		return "", fmt.Errorf("%s leads out of the tree, to %s, and is not followed; mount there what belongs to the tree", p.address(path), at)
	}
	return at, nil
}

func (p *local) list(ctx context.Context, path string) (*listing, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at, err := p.inside(path)
	if err != nil {
		return nil, err
	}
	dir, err := os.Open(at)
	if err != nil {
		return nil, absent(err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(p.entries + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(names) > p.entries {
		return nil, tooMany(p.entries)
	}
	l := &listing{form: "local", entries: make([]entry, 0, len(names))}
	for _, name := range names {
		e, ok, err := p.entry(path, name)
		if err != nil {
			return nil, err
		}
		if ok {
			l.entries = append(l.entries, e)
		}
	}
	l.tidy()
	return l, nil
}

// entry looks at one name; false for what is neither file nor directory, for what is
// gone by now and for links that lead nowhere. It is an error when nothing can be
// said of a name: then nothing can of the directory.
func (p *local) entry(path, name string) (entry, bool, error) {
	full := filepath.Join(p.address(path), name)
	info, err := os.Stat(full)
	if err != nil {
		_, err = os.Lstat(full)
	}
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return entry{}, false, err
	case info == nil || !validName(name):
		return entry{}, false, nil
	case !info.IsDir() && p.leavesTree(path+"/"+name):
		return entry{}, false, nil // as a link that leads nowhere; a directory says so when it is listed
	}
	switch {
	case info.IsDir():
		return entry{name: name, dir: true, size: -1, stamp: info.ModTime().UTC().String()}, true, nil
	case info.Mode().IsRegular():
		return entry{
			name: name, size: info.Size(), exact: true,
			modified: info.ModTime().UTC().Truncate(time.Second),
		}, true, nil
	}
	return entry{}, false, nil
}

// leavesTree reports whether a name is a link that leads out of the tree.
func (p *local) leavesTree(path string) bool {
	info, err := os.Lstat(p.address(path))
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return false
	}
	_, err = p.inside(path)
	return err != nil && !isAbsent(err)
}

func (p *local) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at, err := p.inside(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(at)
	if err != nil {
		return nil, absent(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", p.address(path))
	}
	f, err := os.Open(at)
	if err != nil {
		return nil, absent(err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", p.address(path), limit)
	}
	return body, err
}

// size is asked for netboot files alone: listings have the exact sizes of others.
func (p *local) size(_ context.Context, path string) (int64, time.Time, error) {
	at, err := p.inside(path)
	if err != nil {
		return 0, time.Time{}, err
	}
	info, err := os.Stat(at)
	if err != nil {
		return 0, time.Time{}, absent(err)
	}
	if !info.Mode().IsRegular() {
		return 0, time.Time{}, fmt.Errorf("%s is no file", p.address(path))
	}
	return info.Size(), info.ModTime().UTC(), nil
}
