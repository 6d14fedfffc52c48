package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Session returns a view of the client that counts for itself.
func (c *Client) Session() *Session { return &Session{c: c} }

// Session fetches through its client and counts what it did. It is safe for use
// by several goroutines.
type Session struct {
	c        *Client
	requests atomic.Int64
	bytes    atomic.Int64

	mu     sync.Mutex
	errors map[Kind]int
}

// Stats tells what the session has done so far.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Requests: s.requests.Load(), Bytes: s.bytes.Load(), Errors: maps.Clone(s.errors)}
}

// count counts an error and returns it.
func (s *Session) count(err *Error) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errors == nil {
		s.errors = make(map[Kind]int)
	}
	s.errors[err.Kind]++
	return err
}

// attempt is one request on its way: what is asked for, where it stands after
// redirects, and how far it has come.
type attempt struct {
	s      *Session
	o      *Options
	r      Request
	method string
	host   *host    // of the address that was asked for
	url    *url.URL // without credentials

	sent   int // how often
	rests  int // of the host, how many it waited for
	rested int // the epoch of the last of them

	validated bool // validators were sent
	status    int
	reached   stage
	after     time.Duration // for how long the answer asks to be left alone
}

// Do sends one request and reads its answer. Any error is an [*Error].
func (s *Session) Do(ctx context.Context, r Request) (*Response, error) {
	a := &attempt{s: s, o: &s.c.o, r: r, method: r.Method}
	if err := a.check(); err != nil {
		return nil, s.count(err)
	}
	a.host = s.c.host(hostOf(a.url))
	res, err := a.insist(ctx)
	if err != nil {
		return nil, err
	}
	return res, nil
}

// send sends the request and follows its redirects.
func (a *attempt) send(ctx context.Context) (*Response, *Error) {
	ctx, cancel := context.WithTimeoutCause(ctx, a.o.Answer, errAnswer)
	defer cancel()
	for i := range maxRedirects + 1 {
		if i > 0 {
			a.host.charge(a.o)
		}
		res, err := a.once(ctx)
		if res != nil || err != nil {
			return res, err
		}
	}
	return nil, a.error(KindRedirect, "more than "+redirectsWord+" redirects", nil)
}

// check sees whether the request can be sent, and takes its address apart.
func (a *attempt) check() *Error {
	if a.method == "" {
		a.method = http.MethodGet
	}
	a.url = &url.URL{}
	u, err := url.Parse(a.r.URL)
	if err != nil {
		// The error of url.Parse quotes the address with the credentials in it.
		address := a.r.URL[strings.LastIndex(a.r.URL, "@")+1:]
		return a.error(KindRequest, fmt.Sprintf("%q is not an address", plain(address, 200)), nil)
	}
	a.url = bare(u)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return a.error(KindRequest, "the scheme must be http or https", nil)
	case u.Hostname() == "":
		return a.error(KindRequest, "the address names no host", nil)
	case u.User != nil:
		return a.error(KindRequest, "credentials do not belong into the address", nil)
	case a.r.SizeOnly && a.method != http.MethodGet:
		return a.error(KindRequest, "only a GET asks for the size alone", nil)
	case a.method != http.MethodHead && !a.r.SizeOnly && a.r.Limit <= 0:
		return a.error(KindRequest, "no limit for the answer", nil)
	}
	return nil
}

// once sends the request to where it stands now. Without response and error the
// answer was a redirect, and the attempt stands at its target.
func (a *attempt) once(ctx context.Context) (*Response, *Error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), a.method, a.url.String(), a.body())
	if err != nil {
		return nil, a.error(KindRequest, plain(err.Error(), 300), err)
	}
	a.dress(req)
	a.status = 0
	start, asked := time.Now(), a.url
	a.s.requests.Add(1)
	resp, err := a.o.Transport.RoundTrip(req)
	if err != nil {
		failed := a.fail(ctx, stageOf(connected.Load()), err)
		a.log(ctx, asked, start, 0, failed)
		return nil, failed
	}
	defer resp.Body.Close()
	a.status, a.after = resp.StatusCode, retryAfter(resp.Header, time.Now())
	wire := &counter{r: resp.Body}
	res, failed := a.read(ctx, resp, wire)
	if res == nil || a.r.SizeOnly && resp.ContentLength <= refusal {
		// A short rest is read so that the connection can be used again.
		_, _ = io.CopyN(io.Discard, wire, 4<<10)
	}
	a.s.bytes.Add(wire.n)
	a.log(ctx, asked, start, wire.n, failed)
	return res, failed
}

// body is the request's body, anew for each time that it is sent.
func (a *attempt) body() io.Reader {
	if a.r.Body == nil {
		return nil
	}
	return bytes.NewReader(a.r.Body)
}

// dress puts the headers on.
func (a *attempt) dress(req *http.Request) {
	if a.r.Header != nil {
		req.Header = a.r.Header.Clone()
	}
	a.r.Validators.put(req.Header)
	a.validated = req.Header.Get("If-None-Match") != "" || req.Header.Get("If-Modified-Since") != ""
	req.Header.Set("User-Agent", a.o.UserAgent)
	// Asking is ours alone; see network. The length of a packed answer is of no
	// use to whoever sends a HEAD.
	req.Header.Set("Accept-Encoding", "gzip")
	if a.method == http.MethodHead || a.r.Into != nil || a.r.SizeOnly {
		req.Header.Set("Accept-Encoding", "identity")
	}
	if a.r.SizeOnly {
		req.Header.Set("Range", "bytes=0-0")
	}
	if len(a.r.Types) > 0 && req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", strings.Join(a.r.Types, ", ")+", */*;q=0.1")
	}
	if a.r.Host != "" {
		req.Host = a.r.Host
	}
	if a.r.User != "" {
		req.SetBasicAuth(a.r.User, a.r.Password)
	}
	if a.r.Bearer != "" {
		req.Header.Set("Authorization", "Bearer "+a.r.Bearer)
	}
}

// read judges the answer's head, in the order status, media type, body.
func (a *attempt) read(ctx context.Context, resp *http.Response, wire *counter) (*Response, *Error) {
	if slices.Contains(redirects, resp.StatusCode) {
		return nil, a.follow(resp)
	}
	res := &Response{Status: resp.StatusCode, Header: resp.Header, URL: a.url.String(), Length: -1, Validators: validatorsOf(resp.Header)}
	if resp.StatusCode == http.StatusNotModified && a.validated {
		res.Validators = res.Validators.merged(a.r.Validators)
		return res, nil
	}
	if size := sizeOf(resp); a.r.SizeOnly && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && size == 0 {
		res.Length = 0 // an empty file has no first byte
		return res, nil
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		text := statusText(resp)
		if got := a.otherType(resp); got != "" {
			text += ", with " + got
		}
		failed := a.error(KindStatus, text, nil)
		failed.Body = a.beginning(ctx, wire)
		return nil, failed
	}
	if err := a.checkType(resp); err != nil {
		_ = a.beginning(ctx, wire)
		return nil, err
	}
	switch {
	case a.method == http.MethodHead:
		res.Length = resp.ContentLength
		return res, nil
	case a.r.SizeOnly:
		res.Length = sizeOf(resp)
		return res, nil
	}
	body, err := a.readBody(ctx, resp, wire)
	if err != nil {
		return nil, err
	}
	res.Body = body
	return res, nil
}

// sizeOf is the size of the whole file of which an answer has a part, or all; -1 where it
// does not tell, as one that was packed, unasked, does not.
func sizeOf(resp *http.Response) int64 {
	if e := resp.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(strings.TrimSpace(e), "identity") {
		return -1
	}
	if resp.StatusCode != http.StatusPartialContent && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		return resp.ContentLength
	}
	_, whole, _ := strings.Cut(resp.Header.Get("Content-Range"), "/")
	size, err := strconv.ParseUint(strings.TrimSpace(whole), 10, 63)
	if err != nil {
		return -1
	}
	return int64(size)
}

// statusText is the status line as it came: its reason phrase says more than the
// number where a site writes its own.
func statusText(resp *http.Response) string {
	if text := plain(resp.Status, 100); text != "" {
		return text
	}
	return http.StatusText(resp.StatusCode)
}

// log tells what became of a request, for which u was asked.
func (a *attempt) log(ctx context.Context, u *url.URL, start time.Time, n int64, err *Error) {
	attrs := []slog.Attr{
		slog.String("method", a.method), slog.String("url", u.String()),
		slog.Int("status", a.status), slog.Int64("bytes", n),
		slog.Duration("dur", time.Since(start)),
	}
	if err != nil {
		attrs = append(attrs, slog.String("err", err.Text))
	}
	a.o.Logger.LogAttrs(ctx, slog.LevelDebug, "request", attrs...)
}

// refusal is how much is kept of the body of an answer that is no good.
const refusal = 4 << 10

// beginning reads the beginning of an answer that is no good, and logs less of it for
// whoever looks into that.
func (a *attempt) beginning(ctx context.Context, wire *counter) []byte {
	head := make([]byte, refusal)
	n, _ := io.ReadFull(wire, head)
	if !a.r.Private {
		a.o.Logger.LogAttrs(ctx, slog.LevelDebug, "answer refused",
			slog.String("url", a.url.String()), slog.String("body", plain(string(head[:min(n, 200)]), 200)))
	}
	return head[:n]
}
