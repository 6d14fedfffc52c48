package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
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
	return errors.As(err, &e) && (e.Kind == fetch.KindNetwork || e.Kind == fetch.KindTimeout || e.Kind == fetch.KindResting)
}

// web is a tree behind a web server.
type web struct {
	base    *url.URL // ends in a slash
	session *fetch.Session
	listing int64 // bytes
	entries int
	// headless says that the server refused a HEAD for what it gives to a GET.
	headless atomic.Bool
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

// answered is what the server sent for a listing or a file.
type answered struct {
	body       []byte
	url, media string
	validators fetch.Validators
	// unchanged says that it is still what the validators stand for; then there is no body.
	unchanged bool
}

func (w *web) get(ctx context.Context, r fetch.Request) (answered, error) {
	res, err := w.session.Do(ctx, r)
	if err != nil {
		return answered{}, err
	}
	return answered{
		body: res.Body, url: res.URL, media: res.Header.Get("Content-Type"),
		validators: lasting(res), unchanged: res.Status == http.StatusNotModified,
	}, nil
}

// lasting are the validators of an answer. A time alone tells nothing of what was
// replaced in the second in which it was read.
func lasting(res *fetch.Response) fetch.Validators {
	v := res.Validators
	modified, err := http.ParseTime(v.LastModified)
	if v.ETag != "" || err != nil || res.Status == http.StatusNotModified {
		return v
	}
	if sent, err := http.ParseTime(res.Header.Get("Date")); err == nil && sent.Sub(modified) < time.Second {
		return fetch.Validators{}
	}
	return v
}

// getListing asks for the listing of a directory.
func (w *web) getListing(ctx context.Context, path string, v fetch.Validators) (answered, error) {
	at := w.url(path)
	if path != "" {
		at += "/"
	}
	return w.get(ctx, fetch.Request{
		URL: at, Limit: w.listing, Types: listingTypes, Validators: v,
		Header: http.Header{"Accept": {listingAccept}},
	})
}

// parse reads a listing that was sent for a path.
func (w *web) parse(path string, a answered) (*listing, error) {
	final, err := url.Parse(a.url)
	if err != nil {
		return nil, err
	}
	if lastName(final.Path) != lastName(path) && path != "" {
		// The front page in place of a directory would be the tree in itself.
		return nil, notListing("the server sent us on to " + final.Redacted())
	}
	return parseListing(final, a.media, a.body, w.entries)
}

// getFile asks for a file.
func (w *web) getFile(ctx context.Context, path string, limit int64, v fetch.Validators) (answered, error) {
	return w.get(ctx, fetch.Request{URL: w.url(path), Limit: limit, Validators: v})
}

func (w *web) size(ctx context.Context, path string) (int64, time.Time, error) {
	res, err := w.headOf(ctx, path, fetch.Validators{})
	if err != nil {
		return 0, time.Time{}, err
	}
	at, _ := http.ParseTime(res.Header.Get("Last-Modified"))
	return res.Length, at.UTC(), nil
}

// head asks whether a file is still what its validators stand for; unchanged says that
// it is. Without them it tells the size.
func (w *web) head(ctx context.Context, path string, v fetch.Validators) (size int64, now fetch.Validators, unchanged bool, err error) {
	res, err := w.headOf(ctx, path, v)
	if err != nil {
		return 0, fetch.Validators{}, false, err
	}
	if res.Status == http.StatusNotModified {
		return 0, res.Validators, true, nil
	}
	return res.Length, lasting(res), false, nil
}

// errNoLength is that a file is there, and nobody says how large it is.
var errNoLength = errors.New("the answer has no Content-Length")

// headOf asks for all of a file but its bytes: by HEAD, and where the server refuses that,
// or tells no size, by a GET for the first byte. Once that has helped, the rest of the poll
// does without HEAD.
func (w *web) headOf(ctx context.Context, path string, v fetch.Validators) (*fetch.Response, error) {
	r := fetch.Request{Method: http.MethodHead, URL: w.url(path), Validators: v}
	if !w.headless.Load() {
		if res, err := w.session.Do(ctx, r); !isHeadless(res, err) {
			return res, err
		}
	}
	r.Method, r.SizeOnly = http.MethodGet, true
	got, getErr := w.session.Do(ctx, r)
	switch {
	case getErr != nil:
		return nil, getErr
	case got.Status != http.StatusNotModified && got.Length < 0:
		return nil, errNoLength
	}
	w.headless.Store(true)
	return got, nil
}

// isHeadless reports whether an answer to HEAD tells nothing of the file: a 403 may be
// meant for the method alone.
func isHeadless(res *fetch.Response, err error) bool {
	var e *fetch.Error
	if errors.As(err, &e) && e.Kind == fetch.KindStatus {
		return slices.Contains([]int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented}, e.Status)
	}
	return err == nil && res.Status != http.StatusNotModified && res.Length < 0
}

// lastName is the last name of a path, with or without a slash at its end.
func lastName(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", errAbsent, err)
	}
	return err
}
