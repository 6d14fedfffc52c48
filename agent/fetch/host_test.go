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
	if e := wantKind(t, <-errs, KindTimeout, "canceled"); !errors.Is(e, context.Canceled) || e.Status != 0 {
		t.Errorf("%v does not wrap context.Canceled, or has status %d", e, e.Status)
	}
	if took := time.Since(start); took != 0 {
		t.Errorf("ended %s after its context", took)
	}
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
		time.Sleep(time.Until(until))
		if until, reason := c.Rest("http://h/"); !until.IsZero() || reason != "" {
			t.Errorf("a probe is due, and the host rests until %s because %s", until, reason)
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

// TestPanicFreesHost holds that a panic, which the caller may survive, does not block
// the host for all who come after.
func TestPanicFreesHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				panic("oh")
			}
			return reply(r, 200), nil
		})
		c := New(Options{Transport: w, PerHost: 1})
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_ = get(t.Context(), c, "http://h/")
		}()
		if err := get(t.Context(), c, "http://h/"); err != nil {
			t.Error(err)
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
