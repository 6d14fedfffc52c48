package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var errDown = errors.New("connection refused")

// down is a host that cannot be reached.
func down(int, *http.Request) (*http.Response, error) { return nil, errDown }

// wantCanceled asserts that a request that waits ends with its context, at once.
func wantCanceled(t *testing.T, c *Client, method string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 1)
	go func() {
		_, err := c.Session().Do(ctx, Request{Method: method, URL: "http://h/", Limit: 100})
		errs <- err
	}()
	synctest.Wait()
	select {
	case err := <-errs:
		t.Fatalf("did not wait: %v", err)
	default:
	}
	start := time.Now()
	cancel()
	if e := wantKind(t, <-errs, KindTimeout, "canceled"); !errors.Is(e, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", e)
	}
	if took := time.Since(start); took != 0 {
		t.Errorf("ended %s after its context", took)
	}
}

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

// TestOneProbe holds that of twenty that wait one is sent when the rest is over, the
// others wait for what becomes of it, and none comes in a burst afterwards.
func TestOneProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				return reply(r, 503), nil
			}
			time.Sleep(5 * time.Second)
			return reply(r, 200), nil
		})
		c := New(Options{Transport: w, Jitter: steady(0), PerHost: 4})
		_ = post(t.Context(), c, "http://h/")
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := get(t.Context(), c, "http://h/"); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(12 * time.Second)
		wantTimes(t, w, 0, 10*time.Second)
		all.Wait()
		if got := w.times(); got[2] < 15*time.Second || len(got) != 21 || w.most != 4 {
			t.Errorf("asked at %v, %d at once", got, w.most)
		}
	})
}

// TestProbeFails holds that those who wait for a probe that fails find the host
// resting, longer, and that the one that failed is told what happened.
func TestProbeFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return reply(r, 502), nil
		})
		c := New(Options{Transport: w, Jitter: steady(0)})
		_ = post(t.Context(), c, "http://h/")
		kinds := make(chan Kind, 20)
		for range 20 {
			go func() {
				var e *Error
				_ = errors.As(get(t.Context(), c, "http://h/"), &e)
				kinds <- e.Kind
			}()
		}
		got := map[Kind]int{}
		for range 20 {
			got[<-kinds]++
		}
		if diff := cmp.Diff(map[Kind]int{KindResting: 19, KindStatus: 1}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		wantTimes(t, w, 0, 11*time.Second)
		until, reason := c.Rest("http://h/elsewhere")
		if left := time.Until(until); left != 20*time.Second || reason != "it answered Bad Gateway" {
			t.Errorf("rests for %s because %s", left, reason)
		}
	})
}

// TestProbeGivenUp holds that a probe that its caller gives up says nothing, and that
// the next takes its place.
func TestProbeGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			switch n {
			case 0:
				return nil, errDown
			case 1:
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return reply(r, 200), nil
		})
		c := New(Options{Transport: w, Jitter: steady(0)})
		_ = post(t.Context(), c, "http://h/")
		time.Sleep(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		go func() { _ = get(ctx, c, "http://h/") }()
		synctest.Wait()
		if err := get(t.Context(), c, "http://h/"); err != nil {
			t.Error(err)
		}
		wantTimes(t, w, 0, 10*time.Second, 13*time.Second)
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
		"two unreached":             {answers{lost, lost}, 20 * time.Second},
		"probe with 404":            {answers{lost, status(404)}, 0},
		"probe with 500":            {answers{lost, fault}, 0},
		"unreached, ok, unreached":  {answers{lost, ok, lost}, 10 * time.Second},
		"shorter wish":              {answers{status(503, "Retry-After", "5")}, 10 * time.Second},
		"longer wish":               {answers{status(503, "Retry-After", "3000")}, 50 * time.Minute},
		"wish longer than the most": {answers{status(429, "Retry-After", "7200")}, 2 * time.Hour},
		"wish without bounds":       {answers{status(429, "Retry-After", "31536000")}, 24 * time.Hour},
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

// TestResting holds what is told about a host that rests, and that nothing is sent.
func TestResting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			return reply(r, 503, "Retry-After", "3600"), nil
		})
		c := New(Options{Transport: w})
		s := c.Session()
		_, err := s.Do(t.Context(), Request{URL: "https://h/x", Limit: 1})
		wantKind(t, err, KindStatus)
		start := time.Now()
		time.Sleep(time.Millisecond)
		_, err = s.Do(t.Context(), Request{URL: "https://h/y#z", Limit: 1})
		e := wantKind(t, err, KindResting)
		const want = "GET https://h/y: not asked: the host is left alone until 2000-01-01 01:00:00 UTC, because it answered Service Unavailable (Retry-After)"
		if e.Error() != want || !e.Until.Equal(start.Add(time.Hour)) {
			t.Errorf("got %s (%s)\nwant %s", e, e.Until, want)
		}
		if diff := cmp.Diff(Stats{Requests: 1, Bytes: 4, Errors: map[Kind]int{KindStatus: 1, KindResting: 1}}, s.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		// Another port, and with it another scheme, is another host.
		if until, _ := c.Rest("http://h/"); !until.IsZero() {
			t.Errorf("http rests, too, until %s", until)
		}
		for _, address := range []string{"", "h", "http://[::1", "/x"} {
			if until, reason := c.Rest(address); !until.IsZero() || reason != "" {
				t.Errorf("%q rests until %s because %s", address, until, reason)
			}
		}
	})
}

// TestShortRest holds for which rests a request waits.
func TestShortRest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rest, answer, deadline time.Duration
		waits                  bool
	}{
		"short":               {15 * time.Second, time.Minute, 0, true},
		"longer":              {15*time.Second + 1, time.Minute, 0, false},
		"longer than answers": {5 * time.Second, 4 * time.Second, 0, false},
		"ends in time":        {5 * time.Second, time.Minute, 6 * time.Second, true},
		"ends too late":       {5 * time.Second, time.Minute, 4 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := statuses(503, 200)
				c := New(Options{Transport: w, BackoffLeast: test.rest, Jitter: steady(0), Answer: test.answer})
				_ = post(t.Context(), c, "http://h/")
				ctx := t.Context()
				if test.deadline != 0 {
					limited, cancel := context.WithTimeout(ctx, test.deadline)
					defer cancel()
					ctx = limited
				}
				err := get(ctx, c, "http://h/")
				if test.waits && err != nil {
					t.Error(err)
				}
				if !test.waits {
					wantKind(t, err, KindResting)
				}
				want := time.Duration(0)
				if test.waits {
					want = test.rest
				}
				if took := time.Since(w.start); took != want {
					t.Errorf("took %s, want %s", took, want)
				}
			})
		})
	}
}

// TestRestsWaitedFor holds that nobody waits for ever for a host whose rests stay
// short.
func TestRestsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(503)
		c := New(Options{Transport: w, BackoffLeast: 5 * time.Second, BackoffMost: 5 * time.Second, Jitter: steady(0)})
		_ = post(t.Context(), c, "http://h/")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _ = get(t.Context(), c, "http://h/") })
		}
		all.Wait()
		if took := time.Since(w.start); took > 15*time.Second {
			t.Errorf("waited for %s", took)
		}
		wantTimes(t, w, 0, 5*time.Second, 10*time.Second, 15*time.Second)
	})
}

// TestWaitsEndWithContext holds that a request that waits for a host's rest, or for
// the probe of another, ends with its context. For the ceiling and for one's turn see
// TestCeilingEndsWithContext and TestContextEndsEverything.
func TestWaitsEndWithContext(t *testing.T) {
	t.Parallel()
	t.Run("rest", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := New(Options{Transport: statuses(503)})
			_ = post(t.Context(), c, "http://h/")
			wantCanceled(t, c, http.MethodGet)
		})
	})
	t.Run("rest before sending again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := statuses(503)
			wantCanceled(t, New(Options{Transport: w}), http.MethodGet)
			wantTimes(t, w, 0)
		})
	})
	t.Run("probe", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWire(func(n int, r *http.Request) (*http.Response, error) {
				if n == 0 {
					return nil, errDown
				}
				time.Sleep(time.Minute)
				return reply(r, 200), nil
			})
			c := New(Options{Transport: w, Jitter: steady(0)})
			_ = post(t.Context(), c, "http://h/")
			time.Sleep(10 * time.Second)
			var probe sync.WaitGroup
			probe.Go(func() { _ = get(t.Context(), c, "http://h/") })
			synctest.Wait()
			wantCanceled(t, c, http.MethodGet)
			probe.Wait()
			wantTimes(t, w, 0, 10*time.Second)
		})
	})
}

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

// TestLateWishOfHealthy holds that a host that recovered is left alone all the same
// when an older request brings its wish.
func TestLateWishOfHealthy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			switch n {
			case 0:
				time.Sleep(20 * time.Second)
				return reply(r, 429, "Retry-After", "3"), nil
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
		until, _ := c.Rest("http://h/")
		if got := time.Until(until); got != 3*time.Second {
			t.Errorf("rests for %s, want 3s", got)
		}
	})
}

// TestOneBadAnswer holds that one address that always fails does not take its host
// with it: what waits beside it is sent first, and the host stays healthy.
func TestOneBadAnswer(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(*http.Request) (*http.Response, error){
		"not reached": func(*http.Request) (*http.Response, error) { return nil, errDown },
		"503":         func(r *http.Request) (*http.Response, error) { return reply(r, 503), nil },
		"silent": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(func(n int, r *http.Request) (*http.Response, error) {
					if r.URL.Path == "/bad" {
						return bad(r)
					}
					return reply(r, 200), nil
				})
				c := New(Options{Transport: w})
				turns := make(chan struct{}, 4)
				var all sync.WaitGroup
				for i := range 40 {
					turns <- struct{}{}
					all.Go(func() {
						defer func() { <-turns }()
						path := fmt.Sprintf("/%d", i)
						if i == 10 {
							path = "/bad"
						}
						if err := get(t.Context(), c, "http://h"+path); (err != nil) != (i == 10) {
							t.Errorf("%s: %v", path, err)
						}
					})
				}
				all.Wait()
			})
		})
	}
}
