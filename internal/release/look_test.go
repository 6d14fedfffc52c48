package release

import (
	"testing"
	"time"
)

func TestWiden(t *testing.T) {
	t.Parallel()
	after := time.Date(2026, time.August, 27, 14, 0, 0, 0, time.UTC)
	earlier, earliest, later := after.Add(-time.Hour), after.Add(-5*time.Hour), after.Add(time.Hour)
	dir := Event{Series: "noble", Dir: "kubuntu/releases/noble/release", Image: "kubuntu-24.04-desktop-amd64"}
	build := Event{Series: "noble", Milestone: "beta", Product: "kubuntu-desktop-amd64"}
	intent := Event{Series: "noble", Product: "kubuntu-desktop-amd64"}
	for _, tt := range []struct {
		name  string
		event Event
		looks []Look
		want  time.Time
	}{
		{"no looks", dir, nil, after},
		{"of its directory", dir, []Look{{Dir: dir.Dir, At: earlier}}, earlier},
		{"of a directory above", dir, []Look{{Dir: "kubuntu/releases/noble", At: earlier}}, after},
		{"of its series, not its directory", dir, []Look{{Series: "noble", At: earlier}}, after},
		{"twice", dir, []Look{{Dir: dir.Dir, At: earlier}, {Dir: dir.Dir, At: earliest}, {Dir: dir.Dir, At: earlier}}, earliest},
		{"later than the poll before", dir, []Look{{Dir: dir.Dir, At: later}}, after},
		{"without a time", dir, []Look{{Dir: dir.Dir}}, after},
		{"of its milestone", build, []Look{{Series: "noble", Milestone: "beta", At: earlier}}, earlier},
		{"of another milestone", build, []Look{{Series: "noble", Milestone: "final", At: earlier}, {Series: "jammy", Milestone: "beta", At: earlier}}, after},
		{"of the series of a milestone", build, []Look{{Series: "noble", At: earlier}}, after},
		{"of the series", intent, []Look{{Series: "noble", At: earlier}}, earlier},
		{"of a milestone of the series", intent, []Look{{Series: "noble", Milestone: "beta", At: earlier}}, after},
	} {
		events := []Event{tt.event}
		events[0].After = after
		Widen(events, tt.looks)
		if !events[0].After.Equal(tt.want) {
			t.Errorf("%s: after %s, want %s", tt.name, events[0].After, tt.want)
		}
	}
	unknown := []Event{dir}
	Widen(unknown, []Look{{Dir: dir.Dir, At: earlier}})
	if !unknown[0].After.IsZero() {
		t.Errorf("an event that nothing was known before got the time %s", unknown[0].After)
	}
}
