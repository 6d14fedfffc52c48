package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// TestOverlap: a poll that takes longer than the gap is followed by one at the next
// slot after its end, and never by two at once.
func TestOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *"})
		s.fakes["a"].takes = 20 * time.Minute
		stop := s.run()
		time.Sleep(119 * time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got, want := s.fakes["a"].times(), "0s 30m0s 1h0m0s 1h30m0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if s.fakes["a"].atOnce() != 1 || s.fakes["b"].polls() != 8 {
			t.Errorf("%d polls at once; the other one was polled %d times", s.fakes["a"].atOnce(), s.fakes["b"].polls())
		}
	})
}

// TestDeadKeepNobodyOut: 30 sources, ten of which hang for ever; the living keep their
// schedule to the second.
func TestDeadKeepNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		schedules := map[string]string{}
		for i := range 30 {
			schedules["s"+strconv.Itoa(i)] = "*/15 * * * *"
		}
		s := newShop(t, schedules)
		for i := range 10 {
			s.fakes["s"+strconv.Itoa(3*i)].hangs = true
		}
		stop := s.run()
		time.Sleep(59 * time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		for name, f := range s.fakes {
			want := "0s 15m0s 30m0s 45m0s"
			if f.hangs {
				want = "0s"
			}
			if got := f.times(); got != want {
				t.Errorf("%s was polled at %s, want %s", name, got, want)
			}
		}
	})
}

// TestPanicWhileRunning: a panic is that poll's error, and the next one comes.
func TestPanicWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		s.fakes["a"].fault = "index out of range"
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) { f.fault = "" })
		time.Sleep(15 * time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		got := s.seen.of("a")
		if len(got) != 2 || got[0].Outcome != Failed || got[0].ErrorKind != "fault" || got[1].Outcome != OK || got[1].Events[0].What != release.EventSourceNew {
			t.Errorf("reports %+v", got)
		}
	})
}

// TestRestart: an agent that was away polls what was missed, once, and nothing else
// before its time.
func TestRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "@every 10h"})
		stop := s.run()
		time.Sleep(time.Minute)
		stop()
		time.Sleep(2 * time.Minute)
		for range 3 { // it keeps crashing
			s.renew(nil)
			stop = s.run()
			time.Sleep(time.Minute)
			stop()
		}
		time.Sleep(5 * time.Hour)
		s.renew(nil)
		stop = s.run()
		time.Sleep(time.Minute)
		stop()
		if got, want := s.fakes["a"].times(), "0s 5h6m0s"; got != want {
			t.Errorf("a was polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["b"].times(), "0s"; got != want {
			t.Errorf("b was polled at %s, want %s", got, want)
		}
	})
}

// TestRestartAmidPoll: a poll that is cut short is not made again with every start, and
// the first one of a source that never answered is, after a while.
func TestRestartAmidPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"new": "@every 10h", "old": "@every 10h"})
		stop := s.run()
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		s.forget("new")
		for _, f := range s.fakes {
			f.set(func(f *timed) { f.hangs, f.began = true, nil })
		}
		time.Sleep(10*time.Hour - time.Minute) // both are due at the first start
		for range 12 {
			s.renew(nil)
			stop := s.run()
			time.Sleep(time.Minute)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Second)
		}
		if got, want := s.fakes["old"].times(), "10h0m0s"; got != want {
			t.Errorf("one that answered before is polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["new"].times(), "10h0m0s 10h10m0s"; got != want {
			t.Errorf("one that never answered is polled at %s, want %s", got, want)
		}
	})
}

// forget makes a source one that was never polled.
func (s *shop) forget(name string) {
	s.t.Helper()
	w, err := s.open(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := w.Retire(s.t.Context(), name); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// TestClockLeaps: a clock that is set loses no poll and repeats none in a burst.
func TestClockLeaps(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by   time.Duration
		at   time.Duration
		want string
	}{
		"days ahead":         {72 * time.Hour, 20*time.Minute + time.Second, "0s 15m0s 20m10s 45m0s 1h0m0s"},
		"a minute ahead":     {time.Minute, 20*time.Minute + time.Second, "0s 15m0s 29m0s 44m0s 59m0s"},
		"years back":         {-10 * 365 * 24 * time.Hour, 20*time.Minute + time.Second, "0s 15m0s 30m0s 45m0s 1h0m0s"},
		"7 minutes back":     {-7 * time.Minute, 20*time.Minute + time.Second, "0s 15m0s 37m0s 52m0s"},
		"right after a poll": {-20 * time.Second, 15*time.Minute + 5*time.Second, "0s 15m0s 30m20s 45m20s 1h0m20s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t, map[string]string{"a": "*/15 * * * *"})
			stop := s.run()
			time.Sleep(tt.at)
			s.turnClock(tt.by)
			time.Sleep(time.Hour + time.Minute - tt.at)
			if err := stop(); err != nil {
				t.Error(err)
			}
			if got := s.fakes["a"].times(); got != tt.want {
				t.Errorf("%s: polled at %s, want %s", name, got, tt.want)
			}
			for _, r := range s.seen.of("a") {
				for _, e := range r.Events {
					if e.Seen.Before(e.After) {
						t.Errorf("%s: an event was seen at %s, after %s", name, e.Seen, e.After)
					}
				}
			}
		})
	}
}

// TestStop: polls that end within the limit are stored; those that do not are
// cancelled, and nobody's fault; one that does not listen is left behind.
func TestStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"ends": "@daily", "hangs": "@daily", "deaf": "@daily"})
		s.fakes["ends"].takes, s.fakes["hangs"].hangs = 10*time.Second, true
		s.fakes["deaf"].hangs, s.fakes["deaf"].deaf, s.fakes["deaf"].takes = false, true, time.Minute
		stop := s.run()
		begin := time.Now()
		if err := stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 20*time.Second+grace {
			t.Errorf("it took %s to stop", took)
		}
		stored := s.load()
		if len(stored.Sources) != 3 || stored.Source("ends").State.Success.IsZero() || !stored.Source("hangs").State.Success.IsZero() || len(s.seen.reports) != 1 {
			t.Errorf("stored %+v, reported %+v", stored.Sources, s.seen.reports)
		}
		time.Sleep(time.Hour) // the one that is left behind disturbs nobody
	})
}

// TestStopCancels: polls that listen end with the limit, and not later.
func TestStopCancels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily", "b": "@daily"})
		s.fakes["a"].hangs, s.fakes["b"].hangs = true, true
		stop := s.run()
		begin := time.Now()
		if err := stop(); err != nil || time.Since(begin) != 20*time.Second {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
		if len(s.seen.reports) != 0 || strings.Contains(s.log.String(), "WARN") {
			t.Errorf("reports %+v, log:\n%s", s.seen.reports, s.log)
		}
	})
}

// TestStopAtOnce: with nothing under way there is nothing to wait for.
func TestStopAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily"})
		stop := s.run()
		begin := time.Now()
		if err := stop(); err != nil || time.Since(begin) != 0 {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
	})
}

// TestSecondAgent: the lock says who is there.
func TestSecondAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily"})
		stop := s.run()
		other, err := New(Options{Config: s.config, Observer: s.seen})
		if err != nil {
			t.Fatal(err)
		}
		var held *store.HeldError
		if err := other.Run(t.Context()); !errors.As(err, &held) || held.PID != os.Getpid() {
			t.Errorf("error %v", err)
		}
		if err := s.Run(t.Context()); err == nil || err.Error() != "this agent runs already" {
			t.Errorf("error %v", err)
		}
		stop()
	})
}

// TestStoreInTheWay: what cannot be written is reported and tried again; the agent
// goes on, and no event is lost.
func TestStoreInTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) {
			f.facts = &release.Facts{Milestones: []release.Milestone{milestone("beta", "1", "p")}, Products: products("p").Products}
		})
		s.fakes["b"].set(func(f *timed) { f.facts = products("p", "q") })
		folder := filepath.Join(s.config.Store.Data, "a", "milestones")
		if err := os.WriteFile(folder, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		got := s.seen.of("a")
		if len(got) != 3 || got[1].ErrorKind != "store" || got[1].Events != nil || got[2].Outcome != OK || len(got[2].Events) == 0 {
			t.Fatalf("reports %+v", got)
		}
		if other := s.seen.of("b"); len(other) != 3 || other[1].Outcome != OK {
			t.Errorf("the other source: %+v", other)
		}
	})
}

// TestRetireWhileRunning: sources that the configuration does not name go at the start.
func TestRetireWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily", "b": "@daily"})
		if _, err := s.Once(t.Context(), OnceOptions{}); err != nil {
			t.Fatal(err)
		}
		s.config.Trees = s.config.Trees[:1]
		s.renew(nil)
		stop := s.run()
		stop()
		gone := s.seen.of("b")
		if len(gone) != 1 || gone[0].Outcome != Retired || s.load().Source("b") != nil {
			t.Errorf("reports %+v", gone)
		}
		events, err := store.LoadEvents(s.config.Store.Data, time.Time{}, time.Time{})
		if err != nil || len(events) != 3 || events[2].What != release.EventSourceRetired || !events[2].After.Equal(midnight) {
			t.Errorf("events %+v, error %v", events, err)
		}
	})
}

// TestResting: a source whose host wants to be left alone is not polled before that is
// over; its report says so, and the error of the last attempt stays.
func TestResting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) { f.err = errors.New("503") })
		time.Sleep(13 * time.Minute)
		s.rest("a", midnight.Add(50*time.Minute))
		time.Sleep(10 * time.Minute)
		s.fakes["a"].set(func(f *timed) { f.err = nil })
		time.Sleep(50 * time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got, want := s.fakes["a"].times(), "0s 50m0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["b"].times(), "0s 15m0s 30m0s 45m0s 1h0m0s"; got != want {
			t.Errorf("the other one was polled at %s, want %s", got, want)
		}
		got := s.seen.of("a")
		if len(got) != 3 || got[1].Outcome != Resting || !got[1].Resting.Equal(midnight.Add(50*time.Minute)) || !got[1].Next.Equal(got[1].Resting) {
			t.Errorf("reports %+v", got)
		}
	})
}

// TestQuiet: an hour in which nothing happens is silent, and lasting trouble is told
// once.
func TestQuiet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(time.Minute)
		s.log.b.Reset()
		time.Sleep(time.Hour)
		if s.log.String() != "" {
			t.Errorf("a quiet hour said:\n%s", s.log)
		}
		s.fakes["a"].set(func(f *timed) { f.err = errors.New("down") })
		time.Sleep(time.Hour)
		if text := s.log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `level=WARN msg="source failed" source=a`) {
			t.Errorf("an hour of the same trouble said:\n%s", text)
		}
		s.log.b.Reset()
		s.fakes["a"].set(func(f *timed) { f.err = nil })
		time.Sleep(time.Hour)
		if text := s.log.String(); strings.Count(text, "source is well again") != 1 || strings.Contains(text, "WARN") || strings.Count(text, "source polled") != 1 {
			t.Errorf("being well again said:\n%s", text)
		}
		stop()
	})
}

// TestRushWhileRunning: a rush begins and ends while the agent runs.
func TestRushWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@hourly", "b": "@hourly"})
		s.config.Rushes = []config.Rush{{From: midnight.Add(90 * time.Minute), Until: midnight.Add(93 * time.Minute), Sources: []string{"a"}, Schedule: "* * * * *"}}
		s.renew(nil)
		stop := s.run()
		time.Sleep(3*time.Hour + time.Second)
		stop()
		if got, want := s.fakes["a"].times(), "0s 1h0m0s 1h30m0s 1h31m0s 1h32m0s 2h0m0s 3h0m0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["b"].times(), "0s 1h0m0s 2h0m0s 3h0m0s"; got != want {
			t.Errorf("the other one was polled at %s, want %s", got, want)
		}
	})
}

// TestHeldWhileRunning: an answer that is held back is let in after a day of its own
// accord, with the events of what it brought.
func TestHeldWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@hourly"})
		s.fakes["a"].facts = both(products(numbered(20)...), builds("1", "p1"))
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) { f.facts = both(products(numbered(3)...), builds("2", "p1")) })
		time.Sleep(24 * time.Hour)
		if state := s.load().Source("a").State; state.Held == nil || !state.Held.Since.Equal(midnight.Add(time.Hour)) {
			t.Errorf("state %+v", state)
		}
		time.Sleep(time.Hour)
		stop()
		var told []string
		for _, r := range s.seen.of("a") {
			for _, e := range r.Events {
				told = append(told, string(e.What)+" "+e.After.Sub(midnight).String()+" "+e.Seen.Sub(midnight).String())
			}
		}
		if len(told) < 3 || told[1] != "source-held 0s 1h0m0s" || told[2] != "source-let-in 0s 25h0m0s" {
			t.Errorf("events %q", told)
		}
		if got := len(s.load().Source("a").Facts.Products); got != 3 {
			t.Errorf("%d products are stored", got)
		}
	})
}

// TestManyStarts: Run can be called again after it has ended.
func TestManyStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily"})
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
			cancel()
		}
		if got, want := s.fakes["a"].times(), "0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
	})
}
