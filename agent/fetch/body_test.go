package fetch

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
)

func TestBody(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1000)
	_, _ = rand.Read(noise)
	tests := map[string]struct {
		handler http.HandlerFunc
		limit   int64
		want    string
		kind    Kind
		text    string
	}{
		"plain":            {write("", []byte("hello")), 5, "hello", "", ""},
		"one byte over":    {write("", []byte("hello!")), 5, "", KindSize, "limit of 5 bytes"},
		"packed":           {write("gzip", packed(t, []byte("hello hello hello hello"))), 100, "hello hello hello hello", "", ""},
		"two members":      {write("gzip", append(packed(t, []byte("one ")), packed(t, []byte("two"))...)), 100, "one two", "", ""},
		"packed nothing":   {write("gzip", nil), 100, "", "", ""},
		"bomb":             {write("gzip", packed(t, make([]byte, 4<<20))), 1 << 20, "", KindSize, "limit of 1 MiB"},
		"larger packed":    {write("gzip", packed(t, noise)), 1000, "", KindSize, "limit"},
		"not gzip":         {write("gzip", []byte("hello, this is no gzip")), 100, "", KindEncoding, "broken gzip"},
		"gzip cut":         {write("gzip", packed(t, noise)[:500]), 2000, "", KindEncoding, "broken gzip"},
		"unknown encoding": {write("br", []byte("hello")), 100, "", KindEncoding, `unknown content encoding "br"`},
		"too long by head": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1073741824")
			w.WriteHeader(200)
		}, 100, "", KindSize, "limit"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for block := make([]byte, 64<<10); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, 1 << 20, "", KindSize, "limit of 1 MiB"},
		"content length too long": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			fmt.Fprint(w, "only this")
		}, 100, "", KindNetwork, "unexpected EOF"},
		"reset": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "beginning")
			_ = http.NewResponseController(w).Flush()
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}, 100, "", KindNetwork, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, test.handler)
			res, err := session(t, Options{}).Do(t.Context(), Request{URL: u, Limit: test.limit})
			if test.kind != "" {
				wantKind(t, err, test.kind, test.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(res.Body) != test.want {
				t.Errorf("got %q, want %q", res.Body, test.want)
			}
		})
	}
}

func write(encoding string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, _ = w.Write(body)
	}
}

// TestBodyLimitStopsReading holds that an answer without end costs no more than
// its limit.
func TestBodyLimitStopsReading(t *testing.T) {
	t.Parallel()
	u := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for block := make([]byte, 64<<10); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	s := session(t, Options{})
	_, err := s.Do(t.Context(), Request{URL: u, Limit: 1 << 20})
	wantKind(t, err, KindSize)
	if n := s.Stats().Bytes; n > 1<<20+8<<10 {
		t.Errorf("read %d bytes for a limit of %d", n, 1<<20)
	}
}

// TestUnpackStops holds that a bomb is not unpacked to its end before it is refused.
func TestUnpackStops(t *testing.T) {
	t.Parallel()
	a := &attempt{r: Request{Limit: 1000}}
	body, err := a.unpack("gzip", bytes.NewReader(packed(t, make([]byte, 8<<20))))
	if !errors.Is(err, errLarge) || len(body) != 1001 {
		t.Errorf("unpacked %d bytes for a limit of 1000, %v", len(body), err)
	}
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
