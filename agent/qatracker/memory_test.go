package qatracker

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

// inMemory is a tracker without a network, so that it works in virtual time, too.
type inMemory struct {
	*tracker
	// down is why the nth request does not reach it.
	down func(n int) error
	sent atomic.Int32
}

func (m *inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(m.sent.Add(1))
	if m.down != nil {
		if err := m.down(n); err != nil {
			return nil, err
		}
	}
	r = r.Clone(r.Context())
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// clock is a clock that the test moves.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func (c *clock) move(d time.Duration) { c.now = c.now.Add(d) }

func newClock() *clock {
	return &clock{time.Date(2026, time.August, 27, 14, 3, 0, 0, time.UTC)}
}

const period = 6 * time.Hour

// slow is a source that asks for what hardly changes once in a period.
func slow(m *inMemory, c *clock, change func(*Options)) *Source {
	return source("http://tracker.example.org/xmlrpc.php", func(o *Options) {
		o.Tracker.Recheck, o.Now = period, c.read
		o.Client = fetch.New(fetch.Options{PerMinute: 1 << 20, Transport: m})
		if change != nil {
			change(o)
		}
	})
}

// mustPoll polls once and tells how many requests it took.
func mustPoll(t testing.TB, s *Source, prev *release.Facts) (*release.Answer, int) {
	t.Helper()
	answer, err := s.Poll(t.Context(), prev)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Suspect != "" {
		t.Fatalf("suspect: %s", answer.Suspect)
	}
	return answer, int(answer.Requests)
}
