package observe

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

// TestServer: it serves, moves, stays where it is when it cannot move, and ends.
func TestServer(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }), slog.New(slog.NewTextHandler(&log, nil)))
	if err := s.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	first := served(t, log.String())
	wantHello(t, first, true)
	if err := s.Listen(t.Context(), strings.TrimPrefix(first, "http://")); err == nil {
		t.Error("it listens twice at one address")
	}
	wantHello(t, first, true)
	if err := s.Listen(t.Context(), "localhost:0"); err != nil {
		t.Fatal(err)
	}
	wantHello(t, first, false)
	second := served(t, log.String())
	wantHello(t, second, true)
	if err := s.Listen(t.Context(), ""); err != nil {
		t.Error(err)
	}
	wantHello(t, second, false)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// served is the address in the last line of a log.
func served(t *testing.T, log string) string {
	t.Helper()
	_, url, found := strings.Cut(log[strings.LastIndex(log, "url="):], "=")
	if !found {
		t.Fatalf("no address in %s", log)
	}
	return strings.TrimSpace(url)
}

func wantHello(t *testing.T, url string, want bool) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(req)
	if err == nil {
		_ = answer.Body.Close()
	}
	if (err == nil) != want {
		t.Errorf("GET %s: %v; should it be served? %t", url, err, want)
	}
}
