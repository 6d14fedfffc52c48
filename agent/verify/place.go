package verify

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"shiplist/agent/fetch"
)

// place is where a copy lies. Paths are below it, with slashes. What is not there is
// fs.ErrNotExist, and what is larger than it may be errLarge.
type place interface {
	// read reads a small file.
	read(ctx context.Context, name string, most int64) ([]byte, error)
	// hash hashes a file, no more of it than most, and tells its size.
	hash(ctx context.Context, name string, most int64, into hash.Hash) (int64, error)
	// size is that of a file, -1 where nobody tells.
	size(ctx context.Context, name string) (int64, error)
	// walk tells of every file that is there; false where that cannot be asked for.
	walk(ctx context.Context, each func(name string, d fs.DirEntry)) (bool, error)
	// names are the entries of a directory; false where that cannot be asked for.
	names(dir string) ([]string, bool, error)
	close()
}

// listMost is how many bytes are read of a file that is kept in memory as a whole, other
// than those that have a bound of their own in package issue. What the copy says of its
// largest file is a bound for its honest readers only.
const listMost = 64 << 20

// Faults of a file.
var (
	errLarge = errors.New("larger than it may be")
	errOdd   = errors.New("it is no regular file")
)

// openPlace opens a place by its address or directory.
func openPlace(at string, client *fetch.Client) (place, error) {
	if fetch.IsAddress(at) {
		u, err := url.Parse(at)
		switch {
		case err != nil || u.Hostname() == "":
			return nil, fmt.Errorf("%q is no address; write it like https://mirror.example.org/releases", at)
		case u.User != nil || u.RawQuery != "" || u.Fragment != "":
			return nil, errors.New("an address has no user, no ? and no # here")
		}
		return &server{at, client.Session()}, nil
	}
	root, err := os.OpenRoot(at)
	if err != nil {
		return nil, fmt.Errorf("%w; name a directory, or an address that begins with https://", err)
	}
	return folder{root: root}, nil
}

// folder is a copy in a directory, which it does not leave.
type folder struct {
	root   *os.Root
	follow bool // links within it are followed
}

// stat tells what is at a path.
func (f folder) stat(name string) (fs.FileInfo, error) {
	look := f.root.Lstat
	if f.follow {
		look = f.root.Stat
	}
	info, err := look(filepath.FromSlash(name))
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err) // the path leads through a file
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errOdd
	}
	return info, nil
}

func (f folder) close() { _ = f.root.Close() } // it was only read

// open opens a regular file.
func (f folder) open(name string) (*os.File, int64, error) {
	info, err := f.stat(name)
	if err != nil {
		return nil, 0, err
	}
	file, err := f.root.Open(filepath.FromSlash(name))
	return file, info.Size(), err
}

func (f folder) read(_ context.Context, name string, most int64) ([]byte, error) {
	file, size, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size > most {
		return nil, errLarge
	}
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(text)) > most {
		err = errLarge
	}
	return text, err
}

func (f folder) size(_ context.Context, name string) (int64, error) {
	info, err := f.stat(name)
	if err != nil {
		return -1, err
	}
	return info.Size(), nil
}

// buffer is how much of a file is read at once.
const buffer = 1 << 20

func (f folder) hash(ctx context.Context, name string, most int64, into hash.Hash) (int64, error) {
	file, size, err := f.open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if size > most {
		return size, errLarge
	}
	// A small file needs no large buffer, and io.Copy would take one of its own.
	space := make([]byte, max(min(size+1, buffer), 512))
	n := int64(0)
	for {
		if err := context.Cause(ctx); err != nil {
			return n, err
		}
		got, err := file.Read(space)
		n += int64(got)
		_, _ = into.Write(space[:got]) // a hash takes everything
		switch {
		case n > most:
			return n, errLarge
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
	}
}

// Bounds of what is looked at in a directory.
const (
	mostEntries = 4_000_000
	mostDepth   = 100
)

func (f folder) walk(ctx context.Context, each func(string, fs.DirEntry)) (bool, error) {
	n := 0
	err := fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if n++; n > mostEntries {
			return fmt.Errorf("more than %d files", mostEntries)
		}
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.Count(name, "/") >= mostDepth:
			return fs.SkipDir
		case !d.IsDir():
			each(name, d)
		}
		return nil
	})
	return true, err
}

func (f folder) names(dir string) ([]string, bool, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, true, err
}

// server is a copy on a server.
type server struct {
	base    string
	session *fetch.Session
}

func (*server) close() {}

func (s *server) ask(ctx context.Context, r fetch.Request, name string) (*fetch.Response, error) {
	r.URL = strings.TrimRight(s.base, "/") + "/" + (&url.URL{Path: name}).EscapedPath()
	res, err := s.session.Do(ctx, r)
	var failed *fetch.Error
	switch {
	case err == nil:
		return res, nil
	case !errors.As(err, &failed):
	case failed.Status == http.StatusNotFound || failed.Status == http.StatusGone:
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case failed.Kind == fetch.KindSize:
		return nil, errLarge
	}
	return nil, err
}

func (s *server) read(ctx context.Context, name string, most int64) ([]byte, error) {
	res, err := s.ask(ctx, fetch.Request{Limit: max(most, 1)}, name)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

func (s *server) size(ctx context.Context, name string) (int64, error) {
	res, err := s.ask(ctx, fetch.Request{Method: http.MethodHead}, name)
	if err != nil {
		return -1, err
	}
	return res.Length, nil
}

func (s *server) hash(ctx context.Context, name string, most int64, into hash.Hash) (int64, error) {
	n := counted{into: into}
	_, err := s.ask(ctx, fetch.Request{Limit: max(most, 1), Into: func() io.Writer {
		into.Reset() // it is sent again
		n.n = 0
		return &n
	}}, name)
	return n.n, err
}

// counted counts what goes into a hash.
type counted struct {
	into hash.Hash
	n    int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.into.Write(p)
}

// walk tells nothing: each server lists in its own way, or not at all.
func (*server) walk(context.Context, func(string, fs.DirEntry)) (bool, error) { return false, nil }

func (*server) names(string) ([]string, bool, error) { return nil, false, nil }
