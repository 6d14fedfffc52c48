package recheck

import (
	"fmt"
	"testing"
	"time"
)

var start = time.Date(2026, time.August, 27, 14, 3, 0, 0, time.UTC)

func TestDueEdges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		last, now time.Time
		period    time.Duration
		want      bool
	}{
		{"never looked at", time.Time{}, start, time.Hour, true},
		{"no period", start, start, 0, true},
		{"just looked at", start, start, time.Hour, false},
		{"a whole period ago", start, start.Add(time.Hour), time.Hour, true},
		{"days ago", start, start.Add(100 * time.Hour), time.Hour, true},
		{"clock set back by a period", start, start.Add(-time.Hour), time.Hour, true},
	} {
		if got := Due("a", tt.last, tt.now, tt.period); got != tt.want {
			t.Errorf("%s: due %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Everything was seen at once, and is then looked at with polls of a quarter of an
// hour for a week.
func TestEachOnceInAPeriodAndSpread(t *testing.T) {
	t.Parallel()
	const things, period, gap = 900, 6 * time.Hour, 15 * time.Minute
	last := map[string]time.Time{}
	for i := range things {
		last[fmt.Sprint("daily-live/", i)] = start
	}
	polls := int(period / gap)
	for now := start.Add(gap); now.Before(start.Add(7 * 24 * time.Hour)); now = now.Add(gap) {
		due := 0
		for name, at := range last {
			if !Due(name, at, now, period) {
				if now.Sub(at) > period {
					t.Fatalf("%s was not looked at for %s", name, now.Sub(at))
				}
				continue
			}
			if at.After(start) && now.Sub(at) < period {
				t.Fatalf("%s was looked at again after %s", name, now.Sub(at))
			}
			last[name] = now
			due++
		}
		if average := things / polls; due > 2*average || due < average/3 {
			t.Errorf("%s: %d of %d are due in one poll", now, due, things)
		}
	}
}
