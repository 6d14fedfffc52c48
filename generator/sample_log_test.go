package generator

import (
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// The past of the sample: the tracker was polled every few hours for two weeks, in which
// Noble 24.04.4 filled up, one product after the other, with a respin and a failure; a
// tree went away and came back, and published what it has.

// sampleLog is the change log of the sample, oldest first.
func sampleLog(rules *release.Rules) []release.Event {
	now := sampleSources(rules)
	tracker, full := now[0].Facts, now[1].Facts
	begin := sampleNow.Add(-14 * oneDay)
	var log []release.Event
	for _, src := range now {
		log = append(log, release.Event{Seen: begin, What: release.EventSourceNew, Source: src.State.Name})
	}
	before, last := sampleThen(tracker, 0), begin
	for step := 1; step <= 42; step++ {
		seen, after := begin.Add(time.Duration(step)*8*time.Hour), sampleThen(tracker, step)
		log = append(log, release.Events("iso", before, after, last, seen)...)
		before, last = after, seen
	}
	log = append(log, release.Events("full", sampleTreeBefore(full), full, sampleNow.Add(-30*time.Hour), sampleNow.Add(-28*time.Hour))...)
	log = append(log,
		release.Event{After: sampleNow.Add(-10 * time.Hour), Seen: sampleNow.Add(-9 * time.Hour), What: release.EventSourceLost, Source: "simple", To: "GET https://releases.example.org/: 503 Service Unavailable"},
		release.Event{After: sampleNow.Add(-5 * oneDay), Seen: sampleNow.Add(-5*oneDay + time.Hour), What: release.EventSourceHeld, Source: "full", To: "it would remove 812 of 900 images <script>alert(5)</script>"},
		release.Event{After: sampleNow.Add(-5*oneDay + time.Hour), Seen: sampleNow.Add(-4 * oneDay), What: release.EventSourceLetIn, Source: "full"},
	)
	slices.SortStableFunc(log, func(a, b release.Event) int { return a.Seen.Compare(b.Seen) })
	return log
}

// sampleThen is the tracker as it was after so many of 42 steps.
func sampleThen(now *release.Facts, step int) *release.Facts {
	f := now.Clone()
	for i := range f.Milestones {
		m := &f.Milestones[i]
		if m.Series != "noble" || m.Slug != "24.04.4" {
			continue
		}
		var entries []release.Entry
		for k, e := range m.Entries {
			comes := 2 + k
			if step < comes {
				continue
			}
			if strings.HasPrefix(e.Product, "kubuntu") && step < 30 {
				e.BuildID, e.State, e.RawState, e.Note = "20260415", release.StateFailed, "Failed", ""
			}
			if step < comes+3 && e.State.Current() {
				e.State, e.RawState = release.StateTesting, "Active"
			}
			entries = append(entries, e)
		}
		m.Entries = entries
	}
	return f
}

// sampleTreeBefore is the full tree before the current dailies came.
func sampleTreeBefore(now *release.Facts) *release.Facts {
	f := now.Clone()
	f.Images = slices.DeleteFunc(f.Images, func(i release.Image) bool {
		return i.Current || i.Kind == release.ImageRelease && i.Project == "ubuntu-base"
	})
	return f
}
