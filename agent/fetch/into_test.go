package fetch

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestInto: a body that goes somewhere is as bounded as one that is kept, and begins anew
// when the request is sent again.
func TestInto(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		handler func(n int, w http.ResponseWriter, r *http.Request)
		limit   int64
		want    string
		kind    Kind
	}{
		"whole": {func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, 100, "hello", ""},
		"unpacked": {func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Header.Get("Accept-Encoding")[:5])
		}, 100, "ident", ""},
		"packed all the same": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(t, []byte("hello")))
		}, 100, "hello", ""},
		"too large": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hel")
			w.(http.Flusher).Flush() // without a length
			_, _ = io.WriteString(w, "lo!")
		}, 5, "", KindSize},
		"bomb": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(t, make([]byte, 1<<20)))
		}, 10_000, "", KindSize},
		"again": {func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				w.Header().Set("Content-Length", "5")
				_, _ = io.WriteString(w, "he")
				return
			}
			_, _ = io.WriteString(w, "hello")
		}, 100, "hello", ""},
		"again, and empty": {func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				w.Header().Set("Content-Length", "5")
				_, _ = io.WriteString(w, "he")
				return
			}
			w.Header().Set("Content-Encoding", "gzip")
		}, 100, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n++; tt.handler(n, w, r) }))
			defer server.Close()
			var got *bytes.Buffer
			res, err := New(Options{BackoffLeast: time.Millisecond, BackoffMost: time.Millisecond}).Session().Do(t.Context(), Request{
				URL: server.URL, Limit: tt.limit, Into: func() io.Writer { got = &bytes.Buffer{}; return got },
			})
			var failed *Error
			switch {
			case tt.kind != "":
				if !errors.As(err, &failed) || failed.Kind != tt.kind {
					t.Errorf("error %v", err)
				}
			case err != nil || got.String() != tt.want || res.Body != nil:
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
