// Package fetch is the one HTTP client for all sources: it says who it is, waits
// no longer than it was told, reads no more than it was told, and tells exactly
// what went wrong. It knows nothing of what it fetches.
package fetch

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Options are fixed for the life of a [Client].
type Options struct {
	UserAgent string
	PerHost   int           // requests at once to one host; 2 when zero
	Connect   time.Duration // 10 s when zero
	Headers   time.Duration // 30 s when zero
	Answer    time.Duration // 2 min when zero
	Logger    *slog.Logger
	Transport http.RoundTripper // for tests; nil for the network
}

// Client fetches. It is safe for use by several goroutines.
type Client struct{ o Options }

// New returns a client.
func New(o Options) *Client { return &Client{o: o} }

// Request is one request.
type Request struct {
	Method string // GET when empty
	URL    string
	Host   string // Host header, where it differs from the URL's
	Header http.Header
	Body   []byte
	// Limit is how many bytes of body are accepted, after decompression; required
	// for methods that have a body in the answer.
	Limit int64
	// Types are the media types that are accepted ("text/html"); any when empty.
	// An answer without Content-Type is always accepted.
	Types []string
	// User and Password are sent as basic auth to the URL's own host only.
	User, Password string
}

// Response is a whole answer with a status of 2xx, or 304 when validators were sent.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decompressed
	URL    string // after redirects, which stay on the host
	// Length is the Content-Length of a HEAD; -1 when not told.
	Length int64
}

// Stats counts what a client has done.
type Stats struct {
	Requests int64 // redirects count, too
	Bytes    int64 // of bodies as they came over the wire
}

// Session is a view of the client that counts for itself.
func (c *Client) Session() *Session { return &Session{c: c} }

// Session fetches through its client and counts what it did.
type Session struct{ c *Client }

// Do sends one request. Any error is an [*Error].
func (s *Session) Do(ctx context.Context, r Request) (*Response, error) { return nil, nil }

// Stats tells what the session has done so far.
func (s *Session) Stats() Stats { return Stats{} }

// Kind sorts errors by what went wrong.
type Kind string

// The kinds of error.
const (
	KindNetwork  Kind = "network"  // no connection, reset, cut short
	KindTimeout  Kind = "timeout"  // one of the three limits, or the context's
	KindStatus   Kind = "status"   // any status but 2xx (and 304 when asked for)
	KindType     Kind = "type"     // not a media type we can read
	KindSize     Kind = "size"     // more than Limit, packed or unpacked
	KindRedirect Kind = "redirect" // to another host, a weaker scheme, or without end
	KindEncoding Kind = "encoding" // broken gzip
	KindRequest  Kind = "request"  // the request itself is no good
)

// Error is what every failed request ends with.
type Error struct {
	Method, URL string // without credentials
	Kind        Kind
	Status      int    // where there was one
	Text        string // what went wrong, and for KindStatus the reason phrase
	Err         error
}

func (e *Error) Error() string { return e.Method + " " + e.URL + ": " + e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
