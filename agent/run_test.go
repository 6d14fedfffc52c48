package agent

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestRun: sources are polled by their schedules, at once where they never were, and
// the agent says what it does.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "@every 40m"})
		stop := s.run()
		time.Sleep(time.Hour + time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got, want := s.fakes["a"].times(), "0s 15m0s 30m0s 45m0s 1h0m0s"; got != want {
			t.Errorf("a was polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["b"].times(), "0s 40m0s"; got != want {
			t.Errorf("b was polled at %s, want %s", got, want)
		}
		if want := []string{"configured a b", "ready", "stopping"}; !slices.Equal(s.seen.said, want) {
			t.Errorf("the observer was told %q, want %q", s.seen.said, want)
		}
		if want := "2 sources, 0 being polled, 0 in trouble; next a at 2000-01-01 00:15:00 UTC"; !slices.Contains(s.seen.status, want) {
			t.Errorf("the observer was told %q, want %q among it", s.seen.status, want)
		}
		for i, at := range s.seen.beats[1:] {
			if at.Sub(s.seen.beats[i]) > beat {
				t.Errorf("no beat between %s and %s", s.seen.beats[i], at)
			}
		}
		first := s.seen.of("a")[0]
		if first.Outcome != OK || !first.Next.Equal(midnight.Add(15*time.Minute)) || !first.Success.Equal(midnight) {
			t.Errorf("first report %+v", first)
		}
		if got := fmt.Sprint(len(s.load().Sources)); got != "2" {
			t.Errorf("%s sources are stored", got)
		}
	})
}

// TestStartsSpread: sources that were never polled do not begin together.
func TestStartsSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *", "c": "*/15 * * * *"})
		s.config.Agent.Spread = 5 * time.Minute
		s.renew(nil)
		stop := s.run()
		time.Sleep(5 * time.Minute)
		stop()
		seen := map[string]bool{}
		for name, f := range s.fakes {
			if f.polls() != 1 || seen[f.times()] {
				t.Errorf("%s was polled at %s", name, f.times())
			}
			seen[f.times()] = true
		}
	})
}
