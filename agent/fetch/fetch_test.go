package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// serve starts a server that ends with the test.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// session is one that does not wait: a host that failed is not asked again, and the
// ceiling is out of reach.
func session(t *testing.T, o Options) *Session {
	t.Helper()
	o.BackoffLeast, o.PerMinute = time.Hour, 1e6
	return New(o).Session()
}

// wantKind asserts the kind of an error and that its text holds all of parts.
func wantKind(t *testing.T, err error, kind Kind, parts ...string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want an *Error of kind %s", err, kind)
	}
	if e.Kind != kind {
		t.Errorf("got kind %s (%v), want %s", e.Kind, e, kind)
	}
	for _, p := range parts {
		if !strings.Contains(e.Error(), p) {
			t.Errorf("error %q lacks %q", e, p)
		}
	}
	return e
}

func TestRequestAsSent(t *testing.T) {
	t.Parallel()
	type seen struct {
		Method, Host, Agent, Encoding, Accept, Extra, User, Key, Cookie, Body string
	}
	var got seen
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{
			Method: r.Method, Host: r.Host, Agent: r.UserAgent(), Body: string(body),
			Encoding: r.Header.Get("Accept-Encoding"), Accept: r.Header.Get("Accept"),
			Extra: r.Header.Get("X-Extra"), Cookie: r.Header.Get("Cookie"),
		}
		got.User, got.Key, _ = r.BasicAuth()
		http.SetCookie(w, &http.Cookie{Name: "SESS", Value: "worthless"})
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		fmt.Fprint(w, "<ok/>")
	})
	s := session(t, Options{UserAgent: "shiplist/1 (+mailto:a@example.org)"})
	r := Request{
		Method: http.MethodPost, URL: u + "/xmlrpc.php#x", Host: "iso.example.org", Body: []byte("<call/>"), Limit: 100,
		Header: http.Header{"X-Extra": {"1"}}, Types: []string{"text/xml"}, User: "ana", Password: "key",
	}
	want := seen{
		Method: "POST", Host: "iso.example.org", Agent: "shiplist/1 (+mailto:a@example.org)", Body: "<call/>",
		Encoding: "gzip", Accept: "text/xml, */*;q=0.1", Extra: "1", User: "ana", Key: "key",
	}
	// The second time shows that no cookie was kept.
	for range 2 {
		res, err := s.Do(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		if string(res.Body) != "<ok/>" || res.Status != 200 || res.URL != u+"/xmlrpc.php" {
			t.Errorf("got %d %q from %s", res.Status, res.Body, res.URL)
		}
	}
	if diff := cmp.Diff(http.Header{"X-Extra": {"1"}}, r.Header); diff != "" {
		t.Errorf("the caller's header was changed, credentials and all (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Stats{Requests: 2, Bytes: 10}, s.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.Header.Get("Accept-Encoding") != "identity" {
			http.Error(w, "a HEAD wants the true length", http.StatusBadRequest)
			return
		}
		if r.URL.Path == "/known" {
			w.Header().Set("Content-Length", "4700000000")
		}
	})
	for path, want := range map[string]int64{"/known": 4700000000, "/unknown": -1} {
		res, err := session(t, Options{}).Do(t.Context(), Request{Method: http.MethodHead, URL: u + path})
		if err != nil {
			t.Fatal(err)
		}
		if res.Length != want {
			t.Errorf("%s: got length %d, want %d", path, res.Length, want)
		}
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	u := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	s := session(t, Options{})
	res, err := s.Do(t.Context(), Request{URL: u, Limit: 1, Header: http.Header{"If-None-Match": {`"a"`}}})
	if err != nil || res.Status != http.StatusNotModified {
		t.Errorf("with validators: got %v, %v", res, err)
	}
	_, err = s.Do(t.Context(), Request{URL: u, Limit: 1})
	wantKind(t, err, KindStatus, "304")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go rawServer(l, "HTTP/1.1 500 Service unavailable (with message)\r\nContent-Type: text/html\r\nContent-Length: 27\r\n\r\n<h1>unexpected error</h1>\r\n")
	t.Cleanup(func() { l.Close() })
	s := session(t, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	_, err = s.Do(t.Context(), Request{URL: "http://" + l.Addr().String() + "/x", Limit: 10, Types: []string{"text/xml"}})
	e := wantKind(t, err, KindStatus, "GET http://"+l.Addr().String()+"/x: 500 Service unavailable (with message), with text/html")
	if e.Status != 500 {
		t.Errorf("got status %d, want 500", e.Status)
	}
	if strings.Contains(e.Error(), "unexpected") || !strings.Contains(log.String(), "unexpected error") {
		t.Errorf("the body belongs into the debug log alone: error %q, log %s", e, &log)
	}
}

// rawServer answers every connection with the same bytes.
func rawServer(l net.Listener, answer string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, 4096)
		_, _ = c.Read(buf)
		_, _ = io.WriteString(c, answer)
		_ = c.Close()
	}
}

func TestType(t *testing.T) {
	t.Parallel()
	types := []string{"text/xml", "application/xml"}
	for name, test := range map[string]struct {
		header string
		ok     bool
	}{
		"exact":           {"text/xml", true},
		"parameter":       {"text/xml;charset=UTF-8", true},
		"upper case":      {"Application/XML; charset=x", true},
		"bad parameter":   {"text/xml; charset", true},
		"none":            {"", true},
		"login page":      {"text/html; charset=utf-8", false},
		"nonsense":        {";;", false},
		"longer than one": {"text/xmlish", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if test.header != "" {
					w.Header().Set("Content-Type", test.header)
				}
				fmt.Fprint(w, "body")
			})
			_, err := session(t, Options{}).Do(t.Context(), Request{URL: u, Limit: 10, Types: types})
			if test.ok && err != nil {
				t.Error(err)
			}
			if !test.ok {
				wantKind(t, err, KindType, "text/xml or application/xml")
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	drip := func(w http.ResponseWriter, r *http.Request) {
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-tick.C:
				fmt.Fprint(w, "x")
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				tick.Stop()
				return
			}
		}
	}
	silent := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "beginning")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	for name, test := range map[string]struct {
		h    http.HandlerFunc
		o    Options
		text string
	}{
		"no headers":            {hang, Options{Headers: 30 * time.Millisecond}, "no headers within 30ms"},
		"one byte at a time":    {drip, Options{Answer: 60 * time.Millisecond}, "answer not complete within 60ms"},
		"silence":               {silent, Options{Answer: 60 * time.Millisecond}, "answer not complete within 60ms"},
		"headers within answer": {hang, Options{Answer: 60 * time.Millisecond}, "answer not complete within 60ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := session(t, test.o).Do(t.Context(), Request{URL: serve(t, test.h), Limit: 1 << 20})
			wantKind(t, err, KindTimeout, test.text)
		})
	}
}

// TestConnectTimeout uses a TLS handshake that nobody answers, which is the part of
// connecting that can be made to hang without a network.
func TestConnectTimeout(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, err = session(t, Options{Connect: 30 * time.Millisecond}).Do(t.Context(), Request{URL: "https://" + l.Addr().String(), Limit: 1})
	wantKind(t, err, KindTimeout, "not connected within 30ms")
}

func TestContextEndsEverything(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 10)
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "beginning")
		_ = http.NewResponseController(w).Flush()
		reached <- struct{}{}
		<-r.Context().Done()
	})
	s := session(t, Options{PerHost: 1})
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 2)
	// One of the two is in the middle of its answer, the other waits for its turn.
	for range 2 {
		go func() {
			_, err := s.Do(ctx, Request{URL: u, Limit: 100})
			errs <- err
		}()
	}
	<-reached
	cancel()
	for range 2 {
		e := wantKind(t, <-errs, KindTimeout, "canceled")
		if !errors.Is(e, context.Canceled) {
			t.Errorf("%v does not wrap context.Canceled", e)
		}
	}
	if n := s.Stats().Requests; n != 1 {
		t.Errorf("got %d requests, want 1: the second never had its turn", n)
	}
	done, stop := context.WithTimeout(t.Context(), -1)
	defer stop()
	_, err := s.Do(done, Request{URL: u, Limit: 100})
	wantKind(t, err, KindTimeout, "deadline")
}

// TestDefaults holds what a client does that was told nothing: what the documentation
// of Options promises.
func TestDefaults(t *testing.T) {
	t.Parallel()
	type limits struct {
		PerHost, PerMinute                                  int
		Connect, Headers, Answer, BackoffLeast, BackoffMost time.Duration
	}
	o := New(Options{}).o
	want := limits{2, 600, 10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Second, time.Hour}
	got := limits{o.PerHost, o.PerMinute, o.Connect, o.Headers, o.Answer, o.BackoffLeast, o.BackoffMost}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPerHost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		now += n
		most = max(most, now)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	u := serve(t, func(http.ResponseWriter, *http.Request) {
		count(1)
		entered <- struct{}{}
		<-leave
		count(-1)
	})
	c := New(Options{PerHost: 3, PerMinute: 1e6})
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if _, err := c.Session().Do(t.Context(), Request{URL: u, Limit: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	// Three are let in together, then each that leaves makes room for one more.
	for range 3 {
		<-entered
	}
	for range 9 {
		leave <- struct{}{}
		<-entered
	}
	close(leave)
	all.Wait()
	if most != 3 {
		t.Errorf("got %d requests at once, want 3", most)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	for address, text := range map[string]string{
		"ftp://host/":              "scheme",
		"file:///etc/passwd":       "scheme",
		"http:///x":                "names no host",
		"relative":                 "scheme",
		"http://u:secret@host/":    "credentials",
		"http://u:secret@h ost/%z": "is not an address",
		"":                         "scheme",
	} {
		_, err := session(t, Options{}).Do(t.Context(), Request{URL: address, Limit: 1})
		e := wantKind(t, err, KindRequest, text)
		if strings.Contains(fmt.Sprintf("%v %+v", e, *e), "secret") {
			t.Errorf("%q shows the password", e)
		}
	}
	_, err := session(t, Options{}).Do(t.Context(), Request{URL: "http://127.0.0.1:1/"})
	wantKind(t, err, KindRequest, "no limit")
	_, err = session(t, Options{}).Do(t.Context(), Request{URL: "http://127.0.0.1:1/", Limit: 1, Method: "a b"})
	wantKind(t, err, KindRequest)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String() + "/"
	l.Close()
	_, err = session(t, Options{}).Do(t.Context(), Request{URL: address, Limit: 1})
	wantKind(t, err, KindNetwork, "GET "+address, "refused")
}

func TestNoCredentialsInLogs(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, strings.Replace(u0(r), "http://", "http://me:secret2@", 1)+"/b", http.StatusFound)
			return
		}
		if _, _, ok := r.BasicAuth(); !ok {
			http.Error(w, "who?", http.StatusUnauthorized)
		}
	})
	s := session(t, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	res, err := s.Do(t.Context(), Request{URL: u + "/a", Limit: 10, User: "ana", Password: "secret1"})
	if err != nil {
		t.Fatal(err)
	}
	if all := log.String() + res.URL; strings.Contains(all, "secret") {
		t.Errorf("credentials in %s", all)
	}
	for _, want := range []string{"level=DEBUG", "method=GET", "url=" + u + "/b", "status=302", "status=200", "bytes=", "dur="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log lacks %s:\n%s", want, &log)
		}
	}
}

func u0(r *http.Request) string { return "http://" + r.Host }

func TestBare(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://a:b@example.org/x?y#z")
	if err != nil {
		t.Fatal(err)
	}
	if got := bare(u).String(); got != "https://example.org/x?y" || u.User == nil {
		t.Errorf("got %s, and the argument as %s", got, u)
	}
}
