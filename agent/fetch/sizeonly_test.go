package fetch

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestSizeOnly: a GET for the first byte tells how large a file is, and what a server sends
// besides that is not read.
func TestSizeOnly(t *testing.T) {
	t.Parallel()
	ranged := func(status int, contentRange, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if contentRange != "" {
				w.Header().Set("Content-Range", contentRange)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    int64
		status  int // of the error
	}{
		"a part":                           {ranged(206, "bytes 0-0/12345", "x"), 12345, 0},
		"a part of a file of unknown size": {ranged(206, "bytes 0-0/*", "x"), -1, 0},
		"a part of nonsense":               {ranged(206, "bytes 0-0/-7", "x"), -1, 0},
		"a part, without saying so":        {ranged(206, "", "x"), -1, 0},
		"an empty file":                    {ranged(416, "bytes */0", "no such range"), 0, 0},
		"no such range of another":         {ranged(416, "bytes */9", "no such range"), 0, 416},
		"all of a small one":               {ranged(200, "", "hello"), 5, 0},
		"all of a large one": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4000000000")
			_, _ = w.Write(make([]byte, 1<<16))
		}, 4_000_000_000, 0},
		"packed all the same": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", "20")
			_, _ = w.Write(make([]byte, 20))
		}, -1, 0},
		"all without a length": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
		}, -1, 0},
		"gone": {ranged(410, "", "gone"), 0, 410},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.Header.Get("Range") != "bytes=0-0" || r.Header.Get("Accept-Encoding") != "identity" {
					t.Errorf("%s with %v", r.Method, r.Header)
				}
				tt.handler(w, r)
			}))
			defer server.Close()
			s := New(Options{BackoffLeast: time.Millisecond}).Session()
			res, err := s.Do(t.Context(), Request{URL: server.URL, SizeOnly: true})
			var failed *Error
			switch {
			case tt.status != 0:
				if !errors.As(err, &failed) || failed.Status != tt.status {
					t.Errorf("error %v, want %d", err, tt.status)
				}
			case err != nil || res.Length != tt.want || len(res.Body) > 0:
				t.Errorf("%+v, %v, want %d", res, err, tt.want)
			}
			if n := s.Stats().Bytes; n > refusal {
				t.Errorf("%d bytes were read", n)
			}
		})
	}
}

// TestSizeOnlyKeepsTheConnection where the server sends no more than was asked for.
func TestSizeOnlyKeepsTheConnection(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "a", time.Unix(1e9, 0), strings.NewReader(strings.Repeat("x", 100_000)))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	s := New(Options{}).Session()
	for range 3 {
		if res, err := s.Do(t.Context(), Request{URL: server.URL, SizeOnly: true}); err != nil || res.Length != 100_000 {
			t.Fatalf("%+v, %v", res, err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	if _, err := s.Do(t.Context(), Request{Method: http.MethodPost, URL: server.URL, SizeOnly: true, Limit: 1}); err == nil {
		t.Error("a POST asked for the size alone")
	}
	res, err := s.Do(t.Context(), Request{URL: server.URL, SizeOnly: true, Validators: Validators{LastModified: time.Unix(1e9, 0).UTC().Format(http.TimeFormat)}})
	if err != nil || res.Status != http.StatusNotModified {
		t.Errorf("with what it said before: %+v, %v", res, err)
	}
}
