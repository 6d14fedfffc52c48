package fetch

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// instant is a network in memory that answers at once, and keeps nothing.
type instant struct{}

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Status: "200 OK", Request: r, ContentLength: -1,
		Header: http.Header{"Etag": {`"a"`}, "Last-Modified": {modified}},
		Body:   io.NopCloser(strings.NewReader("body")),
	}, nil
}

// BenchmarkDo is a whole request without a network; BenchmarkManners is the part of it
// that is spent on when it may be sent.
func BenchmarkDo(b *testing.B) {
	s := New(Options{Transport: instant{}, PerMinute: 1 << 40, StateFile: filepath.Join(b.TempDir(), "hosts.json")}).Session()
	r := Request{URL: "http://h/", Limit: 100, Validators: Validators{`"a"`, modified}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Do(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkManners(b *testing.B) {
	c := New(Options{PerMinute: 1 << 40, StateFile: filepath.Join(b.TempDir(), "hosts.json")})
	a := &attempt{s: c.Session(), o: &c.o, host: c.host("h:80")}
	b.ReportAllocs()
	for b.Loop() {
		p, err := a.host.admit(b.Context(), a)
		if err != nil {
			b.Fatal(err)
		}
		a.host.settle(p, outcome{verdict: answered})
	}
}

// BenchmarkResting is a request for a host that is left alone.
func BenchmarkResting(b *testing.B) {
	c := New(Options{Transport: newWire(down), BackoffLeast: time.Hour})
	_ = post(b.Context(), c, "http://h/")
	b.ReportAllocs()
	for b.Loop() {
		if get(b.Context(), c, "http://h/") == nil {
			b.Fatal("no error")
		}
	}
}
