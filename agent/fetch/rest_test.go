package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRestGrows holds that each failed probe doubles the rest up to the most, that
// the chance is added to it, and that nothing is sent in between.
func TestRestGrows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chance float64
		want   []time.Duration // between the requests
	}{
		"no chance":   {0, []time.Duration{10, 20, 40, 80, 160, 300, 300, 300}},
		"half":        {0.5, []time.Duration{13, 25, 50, 100, 200, 375, 375, 375}},
		"most chance": {1, []time.Duration{15, 30, 60, 120, 240, 450, 450, 450}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(down)
				c := New(Options{Transport: w, BackoffLeast: 10 * time.Second, BackoffMost: 5 * time.Minute, Jitter: steady(test.chance)})
				// Somebody asks every second. The context ends before any rest does, so
				// that nobody waits.
				for range 2000 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
					_ = post(ctx, c, "http://h/")
					cancel()
					time.Sleep(time.Until(w.start.Add(time.Since(w.start).Truncate(time.Second) + time.Second)))
				}
				at, want := time.Duration(0), []time.Duration{0}
				for _, d := range test.want {
					at += d * time.Second
					want = append(want, at)
				}
				if diff := cmp.Diff(want, w.times()[:len(want)]); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestNeverGivenUp holds that after a week of failures a host is still probed every
// BackoffMost and half, and is healthy at the first answer.
func TestNeverGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(down)
		c := New(Options{Transport: w, Jitter: steady(1)})
		for range 7 * 24 * 60 {
			_ = post(t.Context(), c, "http://h/")
			time.Sleep(time.Minute)
		}
		times := w.times()
		if n := len(times); n < 7*24*60/91 || n > 7*24 {
			t.Errorf("%d requests in a week", n)
		}
		for i := range times[1:] {
			if gap := times[i+1] - times[i]; gap > 91*time.Minute {
				t.Errorf("left alone for %s", gap)
			}
		}
		w.answer = func(_ int, r *http.Request) (*http.Response, error) { return reply(r, 200), nil }
		time.Sleep(90 * time.Minute)
		for range 2 {
			if err := get(t.Context(), c, "http://h/"); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestWhatCountsAsFailure tells what makes a host rest, and for how long.
func TestWhatCountsAsFailure(t *testing.T) {
	t.Parallel()
	status := func(code int, header ...string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) { return reply(r, code, header...), nil }
	}
	type answers []func(*http.Request) (*http.Response, error)
	cut := func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200)
		resp.Body = &cutBody{}
		return resp, nil
	}
	silent := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	stuck := func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
		return silent(r)
	}
	lost := func(*http.Request) (*http.Response, error) { return nil, errDown }
	ok, fault := status(200), status(500)
	for name, test := range map[string]struct {
		answers answers
		want    time.Duration
	}{
		"200":                       {answers{ok}, 0},
		"404":                       {answers{status(404)}, 0},
		"403":                       {answers{status(403)}, 0},
		"404 with a wish":           {answers{status(404, "Retry-After", "60")}, 0},
		"501":                       {answers{status(501)}, 0},
		"redirect elsewhere":        {answers{status(301, "Location", "http://other/")}, 0},
		"too large":                 {answers{status(200, "Content-Encoding", "br")}, 0},
		"429":                       {answers{status(429)}, 10 * time.Second},
		"502":                       {answers{status(502)}, 10 * time.Second},
		"503":                       {answers{status(503)}, 10 * time.Second},
		"504":                       {answers{status(504)}, 10 * time.Second},
		"unreached":                 {answers{lost}, 10 * time.Second},
		"cut":                       {answers{cut}, 10 * time.Second},
		"silent":                    {answers{silent}, 10 * time.Second},
		"one 500":                   {answers{fault}, 0},
		"two 500s":                  {answers{fault, fault}, 0},
		"three 500s":                {answers{fault, fault, fault}, 10 * time.Second},
		"three 500s, not in a row":  {answers{fault, fault, ok, fault}, 0},
		"four 500s":                 {answers{fault, fault, fault, fault}, 20 * time.Second},
		"500 with a wish":           {answers{status(500, "Retry-After", "60")}, time.Minute},
		"three cut":                 {answers{cut, cut, cut}, 10 * time.Second},
		"four cut":                  {answers{cut, cut, cut, cut}, 80 * time.Second},
		"three silent":              {answers{silent, silent, silent}, 40 * time.Second},
		"three stuck":               {answers{stuck, stuck, stuck}, 10 * time.Second},
		"two unreached":             {answers{lost, lost}, 20 * time.Second},
		"probe with 404":            {answers{lost, status(404)}, 0},
		"probe with 500":            {answers{lost, fault}, 0},
		"unreached, ok, unreached":  {answers{lost, ok, lost}, 10 * time.Second},
		"shorter wish":              {answers{status(503, "Retry-After", "5")}, 10 * time.Second},
		"longer wish":               {answers{status(503, "Retry-After", "3000")}, 50 * time.Minute},
		"wish longer than the most": {answers{status(429, "Retry-After", "7200")}, 2 * time.Hour},
		"wish without bounds":       {answers{status(429, "Retry-After", "31536000")}, 7 * 24 * time.Hour},
		"wish, then unreached":      {answers{status(503, "Retry-After", "60"), lost}, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(func(n int, r *http.Request) (*http.Response, error) { return test.answers[n](r) })
				c := New(Options{Transport: w, Jitter: steady(0), Answer: time.Minute})
				for range test.answers {
					if until, _ := c.Rest("http://h/"); !until.IsZero() {
						time.Sleep(time.Until(until))
					}
					_ = post(t.Context(), c, "http://h/")
				}
				until, reason := c.Rest("HTTP://H:80")
				if test.want == 0 {
					if !until.IsZero() || reason != "" {
						t.Errorf("rests until %s because %s", until, reason)
					}
					return
				}
				if got := time.Until(until); got != test.want || reason == "" {
					t.Errorf("rests for %s (%s), want %s", got, reason, test.want)
				}
			})
		})
	}
}

// cutBody is a body that breaks off.
type cutBody struct{}

func (*cutBody) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }
func (*cutBody) Close() error             { return nil }

// TestLateNews holds what an answer says that comes after the host has changed:
// nothing, unless it asks to be left alone.
func TestLateNews(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		late func(*http.Request) (*http.Response, error) // of a request that was sent before the failure
		want time.Duration                               // of rest, a second after the failure
	}{
		"good":         {func(r *http.Request) (*http.Response, error) { return reply(r, 200), nil }, 9 * time.Second},
		"failed":       {func(*http.Request) (*http.Response, error) { return nil, errDown }, 9 * time.Second},
		"longer wish":  {func(r *http.Request) (*http.Response, error) { return reply(r, 503, "Retry-After", "60"), nil }, time.Minute},
		"shorter wish": {func(r *http.Request) (*http.Response, error) { return reply(r, 503, "Retry-After", "5"), nil }, 9 * time.Second},
		"idle wish":    {func(r *http.Request) (*http.Response, error) { return reply(r, 404, "Retry-After", "60"), nil }, 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(func(n int, r *http.Request) (*http.Response, error) {
					if n == 0 {
						time.Sleep(time.Second)
						return test.late(r)
					}
					return nil, errDown
				})
				c := New(Options{Transport: w, Jitter: steady(0)})
				var all sync.WaitGroup
				all.Go(func() { _ = post(t.Context(), c, "http://h/") })
				synctest.Wait()
				_ = post(t.Context(), c, "http://h/")
				all.Wait()
				until, _ := c.Rest("http://h/")
				if got := time.Until(until); got != test.want {
					t.Errorf("rests for %s, want %s", got, test.want)
				}
				if h := c.host("h:80"); h.rest.failures != 1 {
					t.Errorf("%d failures, want 1", h.rest.failures)
				}
			})
		})
	}
}

// TestLateNewsOfHealthy holds that a host that has recovered since stays healthy,
// unless an older request brings its wish.
func TestLateNewsOfHealthy(t *testing.T) {
	t.Parallel()
	for _, want := range []int{0, 3} {
		synctest.Test(t, func(t *testing.T) {
			w := newWire(func(n int, r *http.Request) (*http.Response, error) {
				switch n {
				case 0:
					time.Sleep(20 * time.Second)
					return reply(r, 429, "Retry-After", strconv.Itoa(want)), nil
				case 1:
					return nil, errDown
				}
				return reply(r, 200), nil
			})
			c := New(Options{Transport: w, Jitter: steady(0)})
			var all sync.WaitGroup
			all.Go(func() { _ = post(t.Context(), c, "http://h/") })
			synctest.Wait()
			_ = post(t.Context(), c, "http://h/")
			if err := get(t.Context(), c, "http://h/"); err != nil {
				t.Error(err)
			}
			all.Wait()
			h := c.host("h:80")
			if got := max(0, time.Until(h.rest.until)); got != time.Duration(want)*time.Second || h.rest.healthy() != (want == 0) {
				t.Errorf("rests for %s, want %ds: %+v", got, want, h.rest)
			}
		})
	}
}
