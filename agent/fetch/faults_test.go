package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// fault is something that a server, or what is in between, does to us.
type fault struct {
	name string
	url  string              // http://h/x when empty
	dial error               // instead of a connection
	talk func(conn net.Conn) // the server's side of a connection; closed when it returns
	o    func(o *Options)    // where it is not about the defaults
	r    func(request *Request)
	kind Kind          // empty: no error
	want string        // the whole error behind method and address, or the whole body
	took time.Duration // in virtual time: what the caller waited
}

// heard is a server that reads a request, and then says text.
func heard(text string) func(net.Conn) {
	return func(conn net.Conn) {
		if hear(conn) {
			_, _ = io.WriteString(conn, text)
		}
	}
}

// hear reads one request and reports whether one came.
func hear(conn net.Conn) bool {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// drip says head, and then text again and again, with a pause before each.
func drip(head, text string, pause time.Duration, times int) func(net.Conn) {
	return func(conn net.Conn) {
		heard(head)(conn)
		for range times {
			time.Sleep(pause)
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}
}

const (
	ok       = "HTTP/1.1 200 OK\r\n"
	chunked  = ok + "Transfer-Encoding: chunked\r\n\r\n"
	kilobyte = 1 << 10
)

// faults are all that a client must survive: each ends, in time, with an error that
// says what happened, or with the answer.
func faults(t *testing.T) []fault {
	never := 1 << 30
	secure := func(f fault, c tls.Certificate) fault {
		f.url, f.kind = "https://h/x", KindNetwork
		f.talk = func(conn net.Conn) { _ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{c}}).Handshake() }
		f.o = func(o *Options) { o.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool(c)} }
		return f
	}
	stranger := secure(fault{name: "certificate of nobody we know", want: "tls: failed to verify certificate: x509: certificate signed by unknown authority"}, certificate(t, "h", -1, 1))
	stranger.o = func(o *Options) {
		o.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
	}
	return []fault{
		{name: "no such host", dial: &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}, kind: KindNetwork, want: "lookup h: no such host"},
		{name: "resolver silent", dial: &net.DNSError{Err: "i/o timeout", Name: "h", IsTimeout: true}, kind: KindTimeout, want: "not connected within 10s"},
		{name: "refused", dial: os.NewSyscallError("connect", syscall.ECONNREFUSED), kind: KindNetwork, want: "dial: connection refused"},
		{name: "no route", dial: os.NewSyscallError("connect", syscall.EHOSTUNREACH), kind: KindNetwork, want: "dial: no route to host"},
		{name: "TLS never answered", url: "https://h/x", talk: func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, kind: KindTimeout, want: "not connected within 10s", took: 10 * time.Second},
		{name: "no TLS at all", url: "https://h/x", talk: func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\n\r\n") }, kind: KindNetwork, want: "tls: first record does not look like a TLS handshake"},
		secure(fault{name: "certificate expired", want: "the certificate has expired on 1999-12-31 00:00:00 UTC"}, certificate(t, "h", -10, -1)),
		secure(fault{name: "certificate of the future", want: "the certificate is not valid before 2000-01-02 00:00:00 UTC; see whether the clock of this machine is right"}, certificate(t, "h", 1, 10)),
		secure(fault{name: "certificate of another host", want: "tls: failed to verify certificate: x509: certificate is valid for other.example, not h"}, certificate(t, "other.example", -1, 1)),
		stranger,

		{name: "closed without a word", talk: heard(""), kind: KindNetwork, want: "EOF"},
		{name: "reset before the answer", talk: reset(""), kind: KindNetwork, want: "connection reset by peer"},
		{name: "not HTTP", talk: heard("SSH-2.0-OpenSSH_9.6\r\n"), kind: KindNetwork, want: `net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.6"`},
		{name: "100 s of silence", talk: drip("", ok+"\r\n", 100*time.Second, 1), kind: KindTimeout, want: "no headers within 30s", took: 30 * time.Second},
		{name: "headers byte by byte", talk: drip(ok, "X", time.Second, never), kind: KindTimeout, want: "no headers within 30s", took: 30 * time.Second},
		{name: "headers without end", talk: drip(ok, strings.Repeat("X-Header: is one of many\r\n", 40), 0, never), kind: KindNetwork, want: "net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 1048576 bytes; aborted"},
		{name: "one header without end", talk: drip(ok+"X: ", strings.Repeat("x", kilobyte), 0, never), kind: KindNetwork, want: "net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 1048576 bytes; aborted"},
		{name: "to be continued, without end", talk: drip("", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 40), 0, never), kind: KindNetwork, want: "net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 1048576 bytes; aborted"},
		{name: "two lengths", talk: heard(ok + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody"), kind: KindNetwork, want: `net/http: HTTP/1.x transport connection broken: http: message cannot contain multiple Content-Length headers; got ["4" "5"]`},

		{name: "one byte a second", talk: drip(ok+"\r\n", "x", time.Second, never), kind: KindTimeout, want: "answer not complete within 2m", took: 2 * time.Minute},
		{name: "100 s of silence in the middle", talk: drip(ok+"Content-Length: 8\r\n\r\nbody", "body", 100*time.Second, 1), want: "bodybody", took: 100 * time.Second},
		{name: "silence in the middle for good", talk: drip(ok+"Content-Length: 8\r\n\r\nbody", "body", time.Hour, 1), kind: KindTimeout, want: "answer not complete within 2m", took: 2 * time.Minute},
		{name: "reset in the middle", talk: reset(ok + "Content-Length: 8\r\n\r\nbody"), kind: KindNetwork, want: "connection reset by peer"},
		{name: "length too long", talk: heard(ok + "Content-Length: 8\r\n\r\nbody"), kind: KindNetwork, want: "unexpected EOF"},
		{name: "length too short", talk: heard(ok + "Content-Length: 4\r\n\r\nbody and more"), want: "body"},
		{name: "length beyond the limit", talk: heard(ok + "Content-Length: 999999999\r\n\r\nbody"), kind: KindSize, want: "the answer is larger than the limit of 1 MiB"},
		{name: "length that is none", talk: heard(ok + "Content-Length: -8\r\n\r\nbody"), kind: KindNetwork, want: `net/http: HTTP/1.x transport connection broken: bad Content-Length "-8"`},
		{name: "chunks without end", talk: drip(chunked, "400\r\n"+strings.Repeat("x", kilobyte)+"\r\n", 0, never), kind: KindSize, want: "the answer is larger than the limit of 1 MiB"},
		{name: "chunks cut", talk: heard(chunked + "4\r\nbody\r\n"), kind: KindNetwork, want: "unexpected EOF"},
		{name: "chunk without a length", talk: heard(chunked + "none\r\n"), kind: KindNetwork, want: "invalid byte in chunk length"},
		{name: "trailers without end", talk: drip(chunked+"0\r\n", "X-Trailer: is one of many\r\n", 0, never), kind: KindNetwork, want: "http: suspiciously long trailer after chunked body"},

		{name: "gzip bomb", talk: heard(ok + "Content-Encoding: gzip\r\n\r\n" + strings.Repeat(string(packed(t, make([]byte, 1<<20))), 64)), kind: KindSize, want: "the answer is larger than the limit of 1 MiB"},
		{name: "gzip of nothing, without end", talk: drip(ok+"Content-Encoding: gzip\r\n\r\n", strings.Repeat(string(packed(t, nil)), 100), 0, never), kind: KindSize, want: "the answer is larger than the limit of 1 MiB"},
		{name: "gzip cut", talk: heard(ok + "Content-Encoding: gzip\r\n\r\n" + string(packed(t, []byte("body"))[:20])), kind: KindEncoding, want: "broken gzip: unexpected EOF"},
		{name: "gzip that is none", talk: heard(ok + "Content-Encoding: gzip\r\n\r\nbody without packing"), kind: KindEncoding, want: "broken gzip: gzip: invalid header"},
		{name: "login page", talk: heard(ok + "Content-Type: text/html\r\n\r\n<form>"), r: func(r *Request) { r.Types = []string{"text/plain"} }, kind: KindType, want: `the answer is "text/html", not text/plain`},

		{name: "redirect loop", talk: heard("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), kind: KindRedirect, want: "more than 5 redirects"},
		{name: "redirect to another host", talk: heard("HTTP/1.1 301 Moved Permanently\r\nLocation: http://evil.example/\r\n\r\n"), kind: KindRedirect, want: "301 Moved Permanently to http://evil.example/: not followed to another host; if that is the right address, configure it"},
		{name: "redirect to nowhere", talk: heard("HTTP/1.1 302 Found\r\n\r\n"), kind: KindRedirect, want: "302 Found, without an address that can be read"},

		{name: "HTTP/1.0", talk: heard("HTTP/1.0 200 OK\r\n\r\nbody until the end"), want: "body until the end"},
		{name: "HTTP/1.0 with a length", talk: heard("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody"), want: "body"},
		{name: "HTTP/1.0 cut", talk: heard("HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\nbody"), kind: KindNetwork, want: "unexpected EOF"},
		{name: "304 that was asked for", talk: heard("HTTP/1.1 304 Not Modified\r\n\r\n"), r: func(r *Request) { r.Validators.ETag = `"a"` }},
		{name: "304 that was not asked for", talk: heard("HTTP/1.1 304 Not Modified\r\n\r\n"), kind: KindStatus, want: "304 Not Modified"},
		{name: "429 with seconds", talk: heard("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\n\r\n"), kind: KindStatus, want: "429 Too Many Requests"},
		{name: "503 with a date", talk: heard("HTTP/1.1 503 Service Unavailable\r\nRetry-After: Sat, 01 Jan 2000 01:00:00 GMT\r\n\r\n"), kind: KindStatus, want: "503 Service Unavailable"},
		{name: "500 with words of its own", talk: heard("HTTP/1.1 500 Fell\x1b[2J over\r\nContent-Type: text/html\r\n\r\n"), kind: KindStatus, want: "500 Fell [2J over"},
	}
}

// TestFaults goes through all of them with the default limits, in virtual time. Each
// connection is new, and each is closed in the end.
func TestFaults(t *testing.T) {
	t.Parallel()
	all := faults(t)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, f.test)
		})
	}
	t.Logf("%d faults", len(all))
}

func (f fault) test(t *testing.T) {
	var servers sync.WaitGroup
	o := Options{UserAgent: "test", BackoffLeast: time.Hour}.withDefaults()
	transport := o.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		if f.dial != nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: f.dial}
		}
		ours, theirs := net.Pipe()
		servers.Go(func() {
			defer theirs.Close()
			f.talk(theirs)
		})
		return newPipe(ours), nil
	}
	if f.o != nil {
		f.o(&o)
	}
	r := Request{URL: f.url, Limit: 1 << 20}
	if f.url == "" {
		r.URL = "http://h/x"
	}
	if f.r != nil {
		f.r(&r)
	}
	start := time.Now()
	res, err := New(o).Session().Do(t.Context(), r)
	if took := time.Since(start); took != f.took {
		t.Errorf("took %s, want %s", took, f.took)
	}
	switch {
	case f.kind != "":
		if e := wantKind(t, err, f.kind); e.Error() != "GET "+r.URL+": "+f.want {
			t.Errorf("got  %s\nwant GET %s: %s", e, r.URL, f.want)
		}
	case err != nil:
		t.Error(err)
	case string(res.Body) != f.want:
		t.Errorf("got %q, want %q", res.Body, f.want)
	}
	transport.CloseIdleConnections()
	servers.Wait()
}

// resetMark is what a server sends to have its end reset.
const resetMark = "\x00reset\x00"

// reset is a server that says text and resets the connection.
func reset(text string) func(net.Conn) { return heard(text + resetMark) }

// pipe is our end of a [net.Pipe], with what sockets have: a reset, and a buffer, so
// that both ends may write at once.
type pipe struct {
	net.Conn
	out  chan []byte
	over chan struct{}
	once *sync.Once
}

func newPipe(conn net.Conn) pipe {
	p := pipe{conn, make(chan []byte, 100), make(chan struct{}), new(sync.Once)}
	go p.pump()
	return p
}

// pump brings over what was written.
func (p pipe) pump() {
	for {
		select {
		case b := <-p.out:
			_, _ = p.Conn.Write(b)
		case <-p.over:
			return
		}
	}
}

func (p pipe) Write(b []byte) (int, error) {
	select {
	case p.out <- slices.Clone(b):
		return len(b), nil
	case <-p.over:
		return 0, net.ErrClosed
	}
}

func (p pipe) Close() error {
	p.once.Do(func() { close(p.over) })
	return p.Conn.Close()
}

func (p pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if text, reset := bytes.CutSuffix(b[:n], []byte(resetMark)); reset {
		// What came before is told first, as by a socket with a reset behind it.
		return len(text), &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

// certificate is one for a host, valid from one day to another of the bubble's time,
// which begins with the year 2000.
func certificate(t *testing.T, host string, from, until int) tls.Certificate {
	t.Helper()
	start := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: start.AddDate(0, 0, from), NotAfter: start.AddDate(0, 0, until),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: c}
}

func pool(c tls.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c.Leaf)
	return p
}

// TestKeepAlive holds that fifty requests, some of which fail, need one connection.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	body := packed(t, []byte("hello"))
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path[len(r.URL.Path)-1] {
		case '3':
			http.NotFound(w, r)
		case '5':
			http.Redirect(w, r, "/there", http.StatusFound)
		case '7':
			w.WriteHeader(http.StatusNotModified)
		default:
			write("gzip", body)(w, r)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s := session(t, Options{})
	for i := range 50 {
		_, err := s.Do(t.Context(), Request{URL: fmt.Sprintf("%s/%d", server.URL, i), Limit: 100, Validators: Validators{ETag: `"a"`}})
		var e *Error
		if err != nil && !(errors.As(err, &e) && e.Status == http.StatusNotFound) {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for 50 requests", n)
	}
}
