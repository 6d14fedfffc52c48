// Package fetch is the one HTTP client for all sources: it says who it is, waits
// no longer than it was told, reads no more than it was told, and tells exactly
// what went wrong. It knows nothing of what it fetches, and keeps no cookies.
//
// The first idea to keep in mind: an answer is handed over whole, or not at all. A
// [Response] has been read to its end within its limits and had the status and
// the media type that were asked for; everything else is an [*Error].
//
// The second: manners are kept towards a host, by which is meant a host and port, and
// never towards one address or for one source. All requests of a [Client] share what it
// knows of a host:
//
//   - No more than PerHost requests are under way at once, and no more than PerMinute in
//     a minute, spread evenly. A host that answers 429 or 503 gets half as many for an
//     hour; [Client.Slowed] tells it, for whoever plans polls.
//   - A host that cannot be reached, breaks off, is too slow, or answers 429, 502, 503,
//     504 or a third 500 in a row rests: from BackoffLeast on, twice as long after each
//     further failure up to BackoffMost, and up to half as much again by chance, so that
//     clients that were turned away together do not come back together. Its own wish
//     (Retry-After, up to a week) counts where that is longer. Any other status, a 404 or
//     403 too, is an answer.
//   - A request for a host that rests waits if that is short, and otherwise fails at once
//     with [KindResting], before anything is sent. [Client.Rest] tells it beforehand.
//   - When a host has rested, one request goes ahead, and the others wait for what
//     becomes of it. So no outage ends in a burst, and none is for ever.
//   - GET, HEAD and what is Repeatable are sent up to three times, with the host's rest
//     in between.
//
// Rests and halvings outlive the process in the StateFile.
package fetch

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
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
	// StateFile keeps which hosts are to be left alone, and which get less, over a
	// restart; empty for none.
	StateFile string
	// ReadOnly says that the StateFile is read, and never written.
	ReadOnly bool
	// Jitter is a chance from 0 to 1, for tests; nil for a real one.
	Jitter    func() float64
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
	if o.PerMinute <= 0 {
		o.PerMinute = 600
	}
	o.BackoffLeast = orDuration(o.BackoffLeast, 10*time.Second)
	o.BackoffMost = max(orDuration(o.BackoffMost, time.Hour), o.BackoffLeast)
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
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

// IsAddress tells addresses from names of directories, where either may be given.
func IsAddress(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// Client fetches. It is safe for use by several goroutines.
type Client struct {
	o     Options
	hosts *hosts
}

// New returns a client. It knows what is in the StateFile.
func New(o Options) *Client {
	c := &Client{o: o.withDefaults(), hosts: &hosts{all: make(map[string]*host)}}
	c.hosts.kept = &hostsFile{path: c.o.StateFile, readOnly: c.o.ReadOnly, logger: c.o.Logger, hosts: make(map[string]keptHost)}
	for name, k := range c.hosts.kept.load(time.Now(), c.o.BackoffMost) {
		h := c.host(name)
		h.rest, h.pace.slowness = k.rest, k.slowness
	}
	return c
}

// With returns a client of other manners, which shares with c what is known of hosts,
// so that both together keep to what a host asks for, and the StateFile: that of o, and
// its ReadOnly, do not count.
func (c *Client) With(o Options) *Client { return &Client{o: o.withDefaults(), hosts: c.hosts} }

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
	// User and Password are sent as basic auth to the URL's own host only, and so is
	// Bearer, as a bearer token.
	User, Password string
	Bearer         string
	// Private says that no part of the answer is logged.
	Private bool
	// Into is asked for a place for the body, once for each time that the request is sent,
	// so that a large one is never in memory; the Response has no Body then. It is asked for
	// unpacked.
	Into func() io.Writer
	// SizeOnly turns a GET into a question for the size, for a server that answers no HEAD:
	// it asks for the first byte alone, and no body is read, whatever comes. It needs no
	// Limit.
	SizeOnly bool
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
	// Validators are those of the answer, and with 304 those that were sent where the
	// answer has none; zero where the server sends none.
	Validators Validators
	// Length is the Content-Length of a HEAD, or the size that the answer to SizeOnly
	// tells; -1 when not told.
	Length int64
}

// Stats counts what a client has done.
type Stats struct {
	Requests int64 // redirects and repetitions count, too
	Bytes    int64 // of bodies as they came over the wire
	// Errors counts what failed, by kind, also where sending it again helped; nil when
	// nothing did.
	Errors map[Kind]int
}
