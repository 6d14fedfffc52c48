package release

import (
	"testing"
	"time"
)

func TestSupportEndsAfterItsLastDay(t *testing.T) {
	t.Parallel()
	l := &Line{Rule: &SeriesRule{EOL: "2026-04-23"}}
	for hour, want := range map[int]bool{0: false, 23: false, 24: true} {
		if got := l.SupportEnded(time.Date(2026, 4, 23, hour, 59, 0, 0, time.UTC)); got != want {
			t.Errorf("at hour %d: %t, want %t", hour, got, want)
		}
	}
	for name, l := range map[string]*Line{"no line": nil, "no rule": {}, "no day": {Rule: &SeriesRule{}}} {
		if l.SupportEnded(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: has ended", name)
		}
	}
}
