package release

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// gradualPolls are what a tracker says from hour to hour: mostly builds that change, now
// and then an intent, the milestone, or the series.
func gradualPolls(rng *rand.Rand, n int) []*Facts {
	words := []string{"testing", "ready", "failed", "superseded", "disabled", "odd"}
	builds, intents, status := map[string]string{}, []string{"a", "b"}, MilestoneTesting
	var polls []*Facts
	for range n {
		for range rng.Intn(3) {
			builds[fmt.Sprintf("%c %d", 'a'+rng.Intn(4), 1+rng.Intn(2))] = words[rng.Intn(len(words))]
		}
		var told []string
		switch rng.Intn(8) {
		case 0:
			intents = [][]string{nil, {"a"}, {"a", "b"}, {"b", "c", "d"}}[rng.Intn(4)]
		case 1:
			status = []MilestoneStatus{MilestoneTesting, MilestoneReleased}[rng.Intn(2)]
		case 2:
			clear(builds)
		}
		for _, build := range slices.Sorted(maps.Keys(builds)) {
			told = append(told, build+" "+builds[build])
		}
		f := poll(status, intents, told...)
		switch rng.Intn(12) {
		case 0:
			f.Milestones = nil
		case 1:
			f.Series[0].Status = SeriesDisabled
		}
		polls = append(polls, f)
	}
	return polls
}

// goesOn lets pasts go on from poll to poll and compares each with that of the whole log. It
// returns how many series there were, and of how many the past went on.
func goesOn(t *testing.T, seed int64, n int, upTo func(k int) (*Picture, []Event)) (series, resumed int) {
	t.Helper()
	var past *Past
	known := 0
	for k := 1; k <= n; k++ {
		p, log := upTo(k)
		past = past.Next(p, log, len(log)-known)
		known = len(log)
		want := NewPast(p, log)
		for _, l := range p.Lines {
			for _, m := range l.Milestones {
				if diff := cmp.Diff(want.Readiness(m), past.Readiness(m)); diff != "" {
					t.Fatalf("seed %d, poll %d, %s/%s (-want +got):\n%s", seed, k, l.Slug, m.Slug, diff)
				}
				for _, r := range m.Rows() {
					if !want.Since(r).Equal(past.Since(r)) {
						t.Fatalf("seed %d, poll %d: %s since %v, want %v", seed, k, r.Product.Slug, past.Since(r), want.Since(r))
					}
				}
			}
		}
		series, resumed = series+len(want.walks), resumed+past.resumed
	}
	return series, resumed
}

// TestPastGoesOn: a past that goes on from the one before is what the whole log gives.
func TestPastGoesOn(t *testing.T) {
	t.Parallel()
	series, resumed := 0, 0
	for seed := range int64(150) {
		rng := rand.New(rand.NewSource(seed))
		gradual := gradualPolls(rng, 12)
		n, m := goesOn(t, seed, len(gradual), func(k int) (*Picture, []Event) { return told(gradual[:k]...) })
		series, resumed = series+n, resumed+m
		wild := randomPolls(rng, "iso", 5, true)
		goesOn(t, seed, len(wild), func(k int) (*Picture, []Event) { return told(wild[:k]...) })
		first, second := randomPolls(rng, "iso", 5, false), randomPolls(rng, "other", 5, false)
		goesOn(t, seed, 5, func(k int) (*Picture, []Event) { return sortedLog(toldBoth(first[:k], second[:k])) })
	}
	if resumed < series/2 {
		t.Errorf("%d of %d series went on from the past before", resumed, series)
	}
	t.Logf("%d of %d series went on from the past before", resumed, series)
}

func sortedLog(p *Picture, log []Event) (*Picture, []Event) { return p, byTime(log) }

// TestPastOfUnsortedLog: sources are polled side by side, so that what was seen first may
// be written last.
func TestPastOfUnsortedLog(t *testing.T) {
	t.Parallel()
	for seed := range int64(60) {
		polls := gradualPolls(rand.New(rand.NewSource(seed)), 16)
		var written []Event
		goesOn(t, seed, 8, func(k int) (*Picture, []Event) {
			p, log := told(polls[:2*k]...)
			added := slices.Clone(log[len(written):])
			slices.SortStableFunc(added, func(a, b Event) int { return b.Seen.Compare(a.Seen) })
			written = append(written, added...)
			return p, slices.Clone(written)
		})
	}
}
