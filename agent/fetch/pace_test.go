package fetch

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
	var p pace
	o := &Options{PerMinute: 60}
	for range 100 {
		p.slow(noon)
	}
	if got := p.step(o, noon); got != 32*time.Second {
		t.Errorf("a request every %s, want every 32s", got)
	}
	if got := p.step(o, noon.Add(3*time.Hour+time.Minute)); got != 4*time.Second {
		t.Errorf("three hours later a request every %s, want every 4s", got)
	}
	if got := p.step(o, noon.Add(1000*time.Hour)); got != time.Second {
		t.Errorf("weeks later a request every %s, want every 1s", got)
	}
}

// TestSlowedIsTold holds how often a host is told to be slowed down, also by a client
// that starts anew, until each halving has lapsed.
func TestSlowedIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(429, 200, 503, 200)
		o := Options{Transport: w, BackoffLeast: time.Second, Jitter: steady(0), StateFile: filepath.Join(t.TempDir(), "hosts.json")}
		c := New(o)
		want := func(want int) {
			t.Helper()
			for name, c := range map[string]*Client{"the client": c, "a new one": New(o)} {
				if got := c.Slowed("http://h/x"); got != want {
					t.Errorf("%s: slowed %d times, want %d", name, got, want)
				}
				if got := c.Slowed("http://other/") + c.Slowed("://") + c.Slowed(""); got != 0 {
					t.Errorf("%s: others are slowed %d times", name, got)
				}
			}
		}
		want(0)
		ask := func() {
			_ = post(t.Context(), c, "http://h/")
			time.Sleep(2 * time.Second)
		}
		ask()
		want(1)
		ask() // healthy again, and slow all the same
		want(1)
		ask()
		want(2)
		ask()
		want(2)
		time.Sleep(time.Hour - 5*time.Second)
		want(2)
		time.Sleep(2 * time.Second)
		want(1)
		c = New(o)
		time.Sleep(time.Hour)
		want(0)
		ask()
		if text, err := os.ReadFile(o.StateFile); err != nil || !strings.Contains(string(text), `"h:80"`) {
			t.Errorf("kept %s, %v", text, err)
		}
	})
}

// TestWith holds that a client of other manners keeps to what was asked of the one that
// it comes from, and the other way round, each by its own limits.
func TestWith(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(503, 200)
		o := Options{Transport: w, UserAgent: "a", PerMinute: 60, PerHost: 1, BackoffLeast: time.Hour, Jitter: steady(0), StateFile: filepath.Join(t.TempDir(), "hosts.json")}
		first := New(o)
		o.PerMinute, o.BackoffLeast, o.StateFile = 6, time.Minute, "/nowhere"
		second := first.With(o)
		_ = post(t.Context(), second, "http://h/")
		until, _ := first.Rest("http://h/")
		if left := time.Until(until); left != time.Minute || first.Slowed("http://h/") != 1 {
			t.Errorf("rests for %s, slowed %d times", left, first.Slowed("http://h/"))
		}
		wantKind(t, get(t.Context(), first, "http://h/"), KindResting)
		time.Sleep(2 * time.Hour)
		start := time.Now()
		for _, c := range []*Client{first, first, second, first, first} {
			if err := get(t.Context(), c, "http://h/"); err != nil {
				t.Error(err)
			}
		}
		// Each request is paid for by the limit of who sends it.
		if took := time.Since(start); took != 13*time.Second {
			t.Errorf("took %s, want 13s", took)
		}
	})
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
