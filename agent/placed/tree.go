package placed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"

	"shiplist/agent/fetch"
)

// tree is where the files of a role lie. Paths are below it.
type tree interface {
	// size is that of a file, -1 where it is not told; there says whether it is there.
	size(ctx context.Context, path string) (size int64, there bool, err error)
	// names are the files of a directory, where that can be asked for.
	names(dir string) ([]string, error)
	// read reads a checksum list; nil where there is none.
	read(ctx context.Context, path string) ([]byte, error)
}

// folderTree is a tree in a folder, which it does not leave.
type folderTree struct{ root *os.Root }

func (f folderTree) size(_ context.Context, name string) (int64, bool, error) {
	info, err := f.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return -1, false, nil
	case err != nil:
		return -1, false, err
	case info.IsDir():
		return -1, false, nil
	}
	return info.Size(), true, nil
}

func (f folderTree) names(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (f folderTree) read(_ context.Context, name string) ([]byte, error) {
	info, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && info.Size() > listLimit {
		return nil, fmt.Errorf("%s: more than %d bytes", path.Join(f.root.Name(), name), listLimit)
	}
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(f.root.FS(), name)
}

// server is a tree on a server.
type server struct {
	root    string
	session *fetch.Session
}

// ask sends a request for a path; nil where the server says that there is nothing.
func (s server) ask(ctx context.Context, method, name string) (*fetch.Response, error) {
	address, err := url.JoinPath(s.root, strings.Split((&url.URL{Path: name}).EscapedPath(), "/")...)
	if err != nil {
		return nil, err
	}
	res, err := s.session.Do(ctx, fetch.Request{Method: method, URL: address, Limit: listLimit})
	var failed *fetch.Error
	if errors.As(err, &failed) && (failed.Status == 404 || failed.Status == 410) {
		return nil, nil
	}
	return res, err
}

func (s server) size(ctx context.Context, name string) (int64, bool, error) {
	res, err := s.ask(ctx, "HEAD", name)
	if err != nil || res == nil {
		return -1, false, err
	}
	return res.Length, true, nil
}

// names are not asked for: each server lists in its own way, and checksum lists name
// every image.
func (server) names(string) ([]string, error) { return nil, nil }

func (s server) read(ctx context.Context, name string) ([]byte, error) {
	res, err := s.ask(ctx, "GET", name)
	if err != nil || res == nil {
		return nil, err
	}
	return res.Body, nil
}
