package judge

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"syscall"
	"time"
)

// carry brings the request to the host and the answer back.
func (v *visit) carry(r *http.Request) (*http.Response, error) {
	ctx, f := r.Context(), v.fault
	wait := v.h.Latency
	switch f.Kind {
	case Slow:
		wait = f.Delay
	case Silent:
		wait = patience
	}
	if err := f.err(r.URL.Hostname()); err != nil && f.Kind != Silent {
		if gone := sleep(ctx, wait); gone != nil {
			return nil, gone
		}
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if gone := sleep(ctx, wait); gone != nil {
		return nil, gone
	}
	if err := f.err(r.URL.Hostname()); err != nil {
		return nil, err
	}
	return v.answer(r), nil
}

// answer lets the host answer.
func (v *visit) answer(r *http.Request) *http.Response {
	w := &writer{header: http.Header{}}
	now := time.Now().Add(v.fault.Skew)
	if status := v.fault.status(); status != 0 {
		w.status = status
		_, _ = w.Write([]byte("not now\n")) // into memory
	} else {
		server := r.Clone(r.Context())
		server.RequestURI = r.URL.RequestURI()
		if server.Host == "" {
			server.Host = r.URL.Host
		}
		v.h.Handler.ServeHTTP(w, server)
	}
	v.fault.dress(w.header, now)
	return v.response(r, w)
}

// response makes an answer of what was written.
func (v *visit) response(r *http.Request, w *writer) *http.Response {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	content := w.body.Bytes()
	length := int64(len(content))
	if v.head || w.status == http.StatusNotModified {
		content, length = nil, -1
		if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil {
			length = n
		}
	}
	b := &body{v: v, rest: content}
	if v.fault.Kind == Cut && len(content) > 0 {
		b.rest, b.cut = content[:len(content)/2], true
	}
	v.status, v.header = w.status, w.header
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Body: b, ContentLength: length, Request: r,
	}
}

// writer takes what a handler writes.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// body is what the client reads. The request is over with its end.
type body struct {
	v    *visit
	rest []byte
	cut  bool
	read bool // to the end
}

// Read gives what there is, and the end with it.
func (b *body) Read(p []byte) (int, error) {
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.v.bytes += int64(n)
	switch {
	case len(b.rest) > 0:
		return n, nil
	case b.cut:
		return n, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	b.read = true
	return n, io.EOF
}

// Close ends the request.
func (b *body) Close() error {
	switch {
	case b.cut:
		b.v.j.leave(b.v, syscall.ECONNRESET)
	case len(b.rest) > 0 && !b.read:
		b.v.j.leave(b.v, errGone)
	default:
		b.v.j.leave(b.v, nil)
	}
	return nil
}
