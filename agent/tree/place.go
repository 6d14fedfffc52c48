package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shiplist/agent/fetch"
)

// place is where a tree lies: behind a web server, or in a local directory. Paths
// are below the tree, names as the file system has them, "" the tree itself.
type place interface {
	list(ctx context.Context, path string) (*listing, error)
	read(ctx context.Context, path string, limit int64) ([]byte, error)
	// size asks for the exact size of a file and its time.
	size(ctx context.Context, path string) (int64, time.Time, error)
	// address is how people name a path: a URL or a path of the file system.
	address(path string) string
}

// errAbsent is wrapped by errors for what is not there, as opposed to what cannot
// be read.
var errAbsent = errors.New("not there")

func isAbsent(err error) bool {
	if errors.Is(err, errAbsent) {
		return true
	}
	var e *fetch.Error
	return errors.As(err, &e) && e.Kind == fetch.KindStatus &&
		(e.Status == http.StatusNotFound || e.Status == http.StatusGone)
}

// isForbidden reports whether the server refuses to show what may well be there.
func isForbidden(err error) bool {
	var e *fetch.Error
	return errors.As(err, &e) && e.Kind == fetch.KindStatus &&
		(e.Status == http.StatusForbidden || e.Status == http.StatusUnauthorized)
}

// isUnreached reports whether the server could not be asked at all.
func isUnreached(err error) bool {
	var e *fetch.Error
	return errors.As(err, &e) && (e.Kind == fetch.KindNetwork || e.Kind == fetch.KindTimeout)
}

// web is a tree behind a web server.
type web struct {
	base    *url.URL // ends in a slash
	session *fetch.Session
	listing int64 // bytes
	entries int
}

// listingTypes are the media types of listings; listingAccept asks Caddy for JSON,
// which has exact sizes, and changes nothing with the others.
var listingTypes = []string{"text/html", "application/xhtml+xml", "application/json"}

const listingAccept = "application/json, text/html;q=0.9, */*;q=0.1"

// url escapes a path name by name, so that a name that holds an escape itself, such
// as %2e%2e, stays one name.
func (w *web) url(path string) string {
	names := strings.Split(path, "/")
	for i, name := range names {
		names[i] = url.PathEscape(name)
	}
	return w.base.String() + strings.Join(names, "/")
}

func (w *web) address(path string) string { return w.url(path) }

func (w *web) list(ctx context.Context, path string) (*listing, error) {
	at := w.url(path)
	if path != "" {
		at += "/"
	}
	res, err := w.session.Do(ctx, fetch.Request{
		URL: at, Limit: w.listing, Types: listingTypes,
		Header: http.Header{"Accept": {listingAccept}},
	})
	if err != nil {
		return nil, err
	}
	final, err := url.Parse(res.URL)
	if err != nil {
		return nil, err
	}
	if lastName(final.Path) != lastName(path) && path != "" {
		// The front page in place of a directory would be the tree in itself.
		return nil, notListing("the server sent us on to " + final.Redacted())
	}
	return parseListing(final, res.Header.Get("Content-Type"), res.Body, w.entries)
}

func (w *web) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	res, err := w.session.Do(ctx, fetch.Request{URL: w.url(path), Limit: limit})
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

func (w *web) size(ctx context.Context, path string) (int64, time.Time, error) {
	res, err := w.session.Do(ctx, fetch.Request{
		Method: http.MethodHead, URL: w.url(path),
		Header: http.Header{"Accept-Encoding": {"identity"}},
	})
	if err != nil {
		return 0, time.Time{}, err
	}
	if res.Length < 0 {
		return 0, time.Time{}, errors.New("the answer has no Content-Length")
	}
	at, _ := http.ParseTime(res.Header.Get("Last-Modified"))
	return res.Length, at.UTC(), nil
}

// lastName is the last name of a path, with or without a slash at its end.
func lastName(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// local is a tree in a directory of this machine. Links are followed, wherever they
// lead, as a web server would.
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

func (p *local) list(ctx context.Context, path string) (*listing, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := os.Open(p.address(path))
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

func (p *local) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(p.address(path))
	if err != nil {
		return nil, absent(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", p.address(path))
	}
	f, err := os.Open(p.address(path))
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

// size is not asked for locally: listings have exact sizes.
func (p *local) size(_ context.Context, path string) (int64, time.Time, error) {
	info, err := os.Stat(p.address(path))
	if err != nil {
		return 0, time.Time{}, absent(err)
	}
	return info.Size(), info.ModTime().UTC(), nil
}

func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", errAbsent, err)
	}
	return err
}
