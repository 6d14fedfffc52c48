package agent

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// busy is a network whose hosts answer the first request with a status, and everything
// else with 404.
type busy struct {
	status int

	mu    sync.Mutex
	asked []string // in which minute since midnight
}

func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	status := b.status
	if len(b.asked) > 0 {
		status = http.StatusNotFound
	}
	b.asked = append(b.asked, time.Since(midnight).Truncate(time.Minute).String())
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")),
	}, nil
}

// TestBusyHost: a host that says that it is asked too much is polled half as often,
// while its pace is halved, also by an agent that starts anew.
func TestBusyHost(t *testing.T) {
	t.Parallel()
	// The first request of the first poll is sent a second time.
	for name, tt := range map[string]struct {
		status  int
		restart time.Duration
		next    time.Duration // as it is told after the first poll
		want    string
	}{
		"429":            {429, 0, 30 * time.Minute, "0s 0s 30m0s 1h0m0s 1h15m0s 1h30m0s"},
		"503":            {503, 0, 30 * time.Minute, "0s 0s 30m0s 1h0m0s 1h15m0s 1h30m0s"},
		"429, restarted": {429, 5 * time.Minute, 30 * time.Minute, "0s 0s 30m0s 1h0m0s 1h15m0s 1h30m0s"},
		"404":            {404, 0, 15 * time.Minute, "0s 15m0s 30m0s 45m0s 1h0m0s 1h15m0s 1h30m0s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t, map[string]string{"a": "*/15 * * * *"})
			s.config.Limits.Connections = 1
			network := &busy{status: tt.status}
			start := func() func() error {
				var err error
				if s.Agent, err = New(Options{Config: s.config, Transport: network, Observer: s.seen}); err != nil {
					t.Fatal(err)
				}
				return s.run()
			}
			stop := start()
			if tt.restart > 0 {
				time.Sleep(tt.restart)
				stop()
				stop = start()
			}
			time.Sleep(95*time.Minute - tt.restart)
			stop()
			if got := strings.Join(network.asked, " "); got != tt.want {
				t.Errorf("%s: asked at %s, want %s", name, got, tt.want)
			}
			// It was planned so from the beginning.
			if got := s.seen.of("a")[0].Next.Sub(midnight); got != tt.next {
				t.Errorf("%s: next at %s, want %s", name, got, tt.next)
			}
		})
	}
}

// TestSlowedByAnother: a poll that was planned before the host was slowed down is put
// off, and that is told; it is never put off twice in a row.
func TestSlowedByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *", "c": "@daily"})
		stop := s.run()
		time.Sleep(14 * time.Minute)
		s.slowDown("a", 2)
		time.Sleep(107 * time.Minute)
		s.slowDown("a", 0)
		time.Sleep(75 * time.Minute)
		stop()
		if got, want := s.fakes["a"].times(), "0s 1h0m0s 2h0m0s 3h0m0s 3h15m0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if got := s.fakes["b"].polls(); got != 14 {
			t.Errorf("the other one was polled %d times", got)
		}
		if got := s.seen.of("a")[1]; got.Outcome != Resting || !got.Resting.IsZero() || !got.Next.Equal(midnight.Add(time.Hour)) || !strings.Contains(got.Note, "asked too much") {
			t.Errorf("report %+v", got)
		}
	})
}

// TestSlowedAtStart: an agent that starts anew plans with what it knows of hosts, so
// that nothing has to be put off.
func TestSlowedAtStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(14 * time.Minute)
		stop()
		time.Sleep(5 * time.Minute)
		s.slowDown("a", 1)
		s.renew(nil)
		stop = s.run()
		time.Sleep(15 * time.Minute)
		stop()
		if got, want := s.fakes["a"].times(), "0s 30m0s"; got != want || len(s.seen.of("a")) != 2 {
			t.Errorf("polled at %s, want %s; reports %+v", got, want, s.seen.of("a"))
		}
	})
}
