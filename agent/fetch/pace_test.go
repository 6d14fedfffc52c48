package fetch

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCeiling holds that requests are spread evenly below the ceiling, but for the few
// that may go at once.
func TestCeiling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(200)
		c := New(Options{Transport: w, PerMinute: 60, PerHost: 3})
		var all sync.WaitGroup
		for range 103 {
			all.Go(func() {
				if err := get(t.Context(), c, "http://h/"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		want := []time.Duration{0, 0, 0}
		for i := range 100 {
			want = append(want, time.Duration(i+1)*time.Second)
		}
		wantTimes(t, w, want...)

		// After a pause a few may go at once again, and not as many as were saved up.
		time.Sleep(time.Hour)
		start := time.Now()
		for range 5 {
			if err := get(t.Context(), c, "http://h/"); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("five requests after a pause took %s, want 2s", took)
		}
		// Another host has a ceiling of its own.
		start = time.Now()
		if err := get(t.Context(), c, "http://other/"); err != nil || time.Since(start) != 0 {
			t.Errorf("another host: %v after %s", err, time.Since(start))
		}
	})
}

// TestCeilingCountsRedirects holds that what a redirect costs is counted.
func TestCeilingCountsRedirects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Transport: chain(5), PerMinute: 60, PerHost: 1})
		for range 2 {
			if err := get(t.Context(), c, "http://h/0"); err != nil {
				t.Fatal(err)
			}
		}
		// Six each, of which the last five of the second do not wait.
		if got, want := time.Since(c.host("h:80").pace.next), -6*time.Second; got != want {
			t.Errorf("next after %s, want %s", -got, -want)
		}
	})
}

// TestSlowedDown holds that a host that says it is too much gets half as many
// requests, and the whole again after an hour without complaint.
func TestSlowedDown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			w := statuses(200, status, 200)
			c := New(Options{Transport: w, PerMinute: 60, PerHost: 1, BackoffLeast: time.Second, Jitter: steady(0)})
			measure := func(want time.Duration) {
				t.Helper()
				time.Sleep(time.Minute)
				start := time.Now()
				for range 11 {
					if err := get(t.Context(), c, "http://h/"); err != nil {
						t.Fatal(err)
					}
				}
				if got := time.Since(start); got != want {
					t.Errorf("after %d: 11 requests took %s, want %s", status, got, want)
				}
			}
			if err := get(t.Context(), c, "http://h/"); err != nil {
				t.Fatal(err)
			}
			if err := post(t.Context(), c, "http://h/"); err == nil {
				t.Fatal("no failure")
			}
			measure(20 * time.Second)
			time.Sleep(time.Hour)
			measure(10 * time.Second)
		})
	}
}

// TestSlowedDownOnce holds that a maintenance, however long, does not make a host
// slower with each probe, and that a host is never slowed down to nothing.
func TestSlowedDownOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(503)
		c := New(Options{Transport: w, PerMinute: 60, PerHost: 1, BackoffMost: time.Minute, Jitter: steady(0)})
		for range 8 {
			_ = post(t.Context(), c, "http://h/")
			time.Sleep(time.Minute)
		}
		if got := c.host("h:80").pace.halved; got != 1 || len(w.times()) != 8 {
			t.Errorf("halved %d times by %d answers", got, len(w.times()))
		}
	})
	p := newPace(60, 1)
	for range 100 {
		p.slow(noon)
	}
	if got := p.step(noon); got != 32*time.Second {
		t.Errorf("a request every %s, want every 32s", got)
	}
	if got := p.step(noon.Add(3*time.Hour + time.Minute)); got != 4*time.Second {
		t.Errorf("three hours later a request every %s, want every 4s", got)
	}
	if got := p.step(noon.Add(1000 * time.Hour)); got != time.Second {
		t.Errorf("weeks later a request every %s, want every 1s", got)
	}
}

// TestCeilingEndsWithContext holds that nobody waits for a turn that is not wanted.
func TestCeilingEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Transport: statuses(200), PerMinute: 1, PerHost: 1})
		if err := get(t.Context(), c, "http://h/"); err != nil {
			t.Fatal(err)
		}
		wantCanceled(t, c, http.MethodGet)
	})
}
