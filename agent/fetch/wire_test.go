package fetch

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a network in memory that notes when it was asked. answer is told how many
// requests came before.
type wire struct {
	answer func(n int, r *http.Request) (*http.Response, error)

	mu    sync.Mutex
	start time.Time
	asked []time.Duration // since start
	now   int
	most  int // at once
}

func newWire(answer func(n int, r *http.Request) (*http.Response, error)) *wire {
	return &wire{answer: answer, start: time.Now()}
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	n := len(w.asked)
	w.asked = append(w.asked, time.Since(w.start))
	w.now++
	w.most = max(w.most, w.now)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.now--
		w.mu.Unlock()
	}()
	return w.answer(n, r)
}

// times are when it was asked so far.
func (w *wire) times() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// reply is an answer; header are names and values in turn.
func reply(r *http.Request, status int, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("body")), ContentLength: -1, Request: r,
	}
	for pair := range slices.Chunk(header, 2) {
		resp.Header.Add(pair[0], pair[1])
	}
	return resp
}

// statuses answers with one status after the other, and with the last one for ever.
func statuses(list ...int) *wire {
	return newWire(func(n int, r *http.Request) (*http.Response, error) {
		return reply(r, list[min(n, len(list)-1)]), nil
	})
}

// steady is a chance that is always the same.
func steady(chance float64) func() float64 { return func() float64 { return chance } }

// get asks for an address with a client.
func get(ctx context.Context, c *Client, address string) error {
	_, err := c.Session().Do(ctx, Request{URL: address, Limit: 100})
	return err
}

// post asks in a way that is not repeated.
func post(ctx context.Context, c *Client, address string) error {
	_, err := c.Session().Do(ctx, Request{Method: http.MethodPost, URL: address, Limit: 100})
	return err
}

// wantTimes asserts when a wire was asked.
func wantTimes(t *testing.T, w *wire, want ...time.Duration) {
	t.Helper()
	if got := w.times(); !slices.Equal(got, want) {
		t.Errorf("asked at %v, want %v", got, want)
	}
}
