// Package fetch is the one HTTP client for all sources: it says who it is, waits
// no longer than it was told, reads no more than it was told, and tells exactly
// what went wrong. It knows nothing of what it fetches, keeps no cookies, and
// asks once: whether and when to ask again is for the caller to say.
//
// The one idea to keep in mind: an answer is handed over whole, or not at all. A
// [Response] has been read to its end within its limits and had the status and
// the media type that were asked for; everything else is an [*Error].
package fetch

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options are fixed for the life of a [Client].
type Options struct {
	UserAgent string
	PerHost   int           // requests at once to one host; 2 when zero
	Connect   time.Duration // 10 s when zero
	Headers   time.Duration // 30 s when zero
	Answer    time.Duration // 2 min when zero; waiting for one's turn is not part of it
	// PerMinute is how many requests one host gets in a minute; 600 when zero.
	PerMinute int
	// BackoffLeast is how long a host is left alone after its first failure, twice
	// as long after each further one, up to BackoffMost; 10 s and 1 h when zero.
	BackoffLeast, BackoffMost time.Duration
	// StateFile keeps which hosts are to be left alone over a restart; empty for none.
	StateFile string
	Logger    *slog.Logger
	Transport http.RoundTripper // for tests; nil for the network
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.PerHost <= 0 {
		o.PerHost = 2
	}
	o.Connect = orDuration(o.Connect, 10*time.Second)
	o.Headers = orDuration(o.Headers, 30*time.Second)
	o.Answer = orDuration(o.Answer, 2*time.Minute)
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Transport == nil {
		o.Transport = network(o)
	}
	return o
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// network is the transport of a client that was given none. It does not
// decompress: that has to count against a limit, which it does not know.
func network(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Connect, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    o.Connect,
		ResponseHeaderTimeout:  o.Headers,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    o.PerHost,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// Client fetches. It is safe for use by several goroutines.
type Client struct {
	o Options

	mu    sync.Mutex
	slots map[string]chan struct{} // by host and port
}

// New returns a client.
func New(o Options) *Client {
	return &Client{o: o.withDefaults(), slots: make(map[string]chan struct{})}
}

// Request is one request.
type Request struct {
	Method string // GET when empty
	URL    string
	Host   string // Host header, where it differs from the URL's
	Header http.Header
	Body   []byte
	// Limit is how many bytes of body are accepted, before and after
	// decompression; required for methods that have a body in the answer.
	Limit int64
	// Types are the media types that are accepted ("text/html"); any when empty.
	// An answer without Content-Type is always accepted.
	Types []string
	// Validators are those of the answer that the caller still has; the server may say
	// that it has not changed (304).
	Validators Validators
	// Repeatable says that sending the request twice does no harm, as it never does
	// for GET and HEAD.
	Repeatable bool
	// User and Password are sent as basic auth to the URL's own host only.
	User, Password string
}

// Validators are what a server says to recognise an answer by.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Response is a whole answer with a status of 2xx, or 304 when validators were sent.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decompressed
	URL    string // after redirects, which stay on the host
	// Validators are those of the answer; zero where the server sends none.
	Validators Validators
	// Length is the Content-Length of a HEAD; -1 when not told.
	Length int64
}

// Stats counts what a client has done.
type Stats struct {
	Requests int64 // redirects count, too
	Bytes    int64 // of bodies as they came over the wire
}
