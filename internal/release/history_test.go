package release

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hour is a time of the tests.
func hour(n int) time.Time { return time.Date(2026, 4, 20, n, 0, 0, 0, time.UTC) }

// told polls one tracker hour by hour, and gives the picture of the last facts with the log.
func told(polls ...*Facts) (*Picture, []Event) { return toldBoth(polls, nil) }

// toldBoth polls two trackers, the second after the first.
func toldBoth(first, second []*Facts) (*Picture, []Event) {
	var log []Event
	for _, polls := range [][]*Facts{first, second} {
		for i, f := range polls {
			if i == 0 {
				log = append(log, Event{What: EventSourceNew, Source: f.Source, Seen: hour(0)})
				continue
			}
			log = append(log, Events(f.Source, polls[i-1], f, hour(i-1), hour(i))...)
		}
	}
	last := len(first) - 1
	if second == nil {
		return pictureAt(hour(last), first[last]), log
	}
	return pictureAt(hour(last), first[last], second[last]), log
}

// pictureAt is a picture of trackers, and of a source called plans, whose word counts first.
func pictureAt(t time.Time, facts ...*Facts) *Picture {
	in := Input{AsOf: t, Rules: Rules{Precedence: Precedence{Intent: []string{KindPlan}, Build: []string{KindPlan}, State: []string{"late"}}}}
	for _, f := range facts {
		kind := "qatracker"
		if f.Source == "plans" {
			kind = KindPlan
		}
		in.Sources = append(in.Sources, SourceFacts{State: SourceState{Name: f.Source, Kind: kind, Success: t}, Facts: f})
	}
	return Join(in)
}

// poll makes the facts of a tracker with one milestone, noble beta. A word for a build is
// "product id state"; an intent is a product.
func poll(status MilestoneStatus, intents []string, builds ...string) *Facts {
	f := &Facts{
		Source:     "iso",
		Series:     []Series{{Slug: "noble", Title: "Noble", Status: SeriesActive}},
		Milestones: []Milestone{{Series: "noble", Slug: "beta", Title: "Noble Beta", ID: "7", Kind: KindRelease, Status: status}},
	}
	for _, p := range intents {
		f.Series[0].Manifest = append(f.Series[0].Manifest, Intent{Product: p})
	}
	for _, b := range builds {
		var e Entry
		if _, err := fmt.Sscan(b, &e.Product, &e.BuildID, &e.State); err != nil {
			panic(err)
		}
		f.Milestones[0].Entries = append(f.Milestones[0].Entries, e)
	}
	return f
}

// lastMilestone is the one milestone that poll knows; a daily one is made before it.
func lastMilestone(p *Picture) *Manifest {
	all := p.Lines[0].Milestones
	return all[len(all)-1]
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	testing3 := MilestoneTesting
	both := []string{"a", "b"}
	for _, tt := range []struct {
		name  string
		polls []*Facts
		want  []Readiness
	}{
		{
			"a build comes, is tested and is ready",
			[]*Facts{
				poll(testing3, both), poll(testing3, both, "a 1 testing"), poll(testing3, both, "a 1 testing"), poll(testing3, both, "a 1 ready"),
			},
			[]Readiness{{At: hour(0), Missing: 2}, {At: hour(1), Testing: 1, Missing: 1}, {At: hour(3), Ready: 1, Missing: 1}},
		},
		{
			"a respin begins anew",
			[]*Facts{poll(testing3, both, "a 1 ready", "b 1 ready"), poll(testing3, both, "a 1 superseded", "a 2 testing", "b 1 ready")},
			[]Readiness{{At: hour(0), Ready: 2}, {At: hour(1), Ready: 1, Testing: 1}},
		},
		{
			"the newest of two builds counts, before as now",
			[]*Facts{poll(testing3, both, "a 1 failed"), poll(testing3, both, "a 1 failed", "a 2 testing"), poll(testing3, both, "a 2 testing")},
			[]Readiness{{At: hour(0), Failed: 1, Missing: 1}, {At: hour(1), Testing: 1, Missing: 1}},
		},
		{
			"a product enters the manifest and leaves it",
			[]*Facts{poll(testing3, both[:1], "a 1 ready"), poll(testing3, both, "a 1 ready"), poll(testing3, both[:1], "a 1 ready")},
			[]Readiness{{At: hour(0), Ready: 1}, {At: hour(1), Ready: 1, Missing: 1}, {At: hour(2), Ready: 1}},
		},
		{
			"all builds count where nobody said what is meant",
			[]*Facts{poll(testing3, nil, "a 1 odd"), poll(testing3, nil, "a 1 odd", "b 1 disabled")},
			[]Readiness{{At: hour(0), Other: 1}, {At: hour(1), Other: 1, Disabled: 1}},
		},
		{
			"the milestone begins where it appeared",
			[]*Facts{{Source: "iso", Series: poll(testing3, both).Series}, poll(testing3, both), poll(testing3, both, "a 1 ready", "b 1 ready")},
			[]Readiness{{At: hour(1), Missing: 2}, {At: hour(2), Ready: 2}},
		},
		{
			"intent stays with a milestone that has left testing",
			[]*Facts{poll(testing3, both, "a 1 ready"), meaning(poll(MilestoneReleased, nil, "a 1 ready", "b 1 ready"), both...)},
			[]Readiness{{At: hour(0), Ready: 1, Missing: 1}, {At: hour(1), Ready: 2}},
		},
		{"nothing happened", []*Facts{poll(testing3, both), poll(testing3, both)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, log := told(tt.polls...)
			if diff := cmp.Diff(tt.want, NewPast(p, log).Readiness(lastMilestone(p))); diff != "" {
				t.Errorf("readiness (-want +got):\n%s", diff)
			}
		})
	}
}

// meaning writes down what was meant when the milestone left testing.
func meaning(f *Facts, intents ...string) *Facts {
	for _, p := range intents {
		f.Milestones[0].Intended = append(f.Milestones[0].Intended, Intent{Product: p})
	}
	return f
}

// TestReadinessIsRightNow: whatever the log says, it ends with what the picture counts.
func TestReadinessIsRightNow(t *testing.T) {
	t.Parallel()
	p, log := told(poll(MilestoneTesting, []string{"a"}), poll(MilestoneTesting, []string{"a"}, "a 1 ready"))
	m := lastMilestone(p)
	m.Groups[0].Rows[0].State = StateFailed // as if by a rule that the past does not know
	moments := NewPast(p, log).Readiness(m)
	want := []Readiness{{At: hour(0), Missing: 1}, {At: hour(1), Failed: 1}}
	if diff := cmp.Diff(want, moments); diff != "" {
		t.Errorf("readiness (-want +got):\n%s", diff)
	}
}

// TestReadinessBeforeTheLog: what an event of a source says that was known before the log
// began is not told of, and a log without a beginning begins with its first event.
func TestReadinessBeforeTheLog(t *testing.T) {
	t.Parallel()
	ab := []string{"a", "b"}
	p, log := told(poll(MilestoneTesting, ab), poll(MilestoneTesting, ab, "a 1 ready"), poll(MilestoneTesting, ab, "a 1 ready", "b 1 ready"))
	m := lastMilestone(p)
	want := []Readiness{{At: hour(1), Ready: 1, Missing: 1}, {At: hour(2), Ready: 2}}
	for name, cut := range map[string][]Event{
		"the log was cut":    log[1:],
		"the source is anew": append(slices.Clone(log), Event{What: EventSourceNew, Source: "iso", Seen: hour(1)}),
	} {
		if diff := cmp.Diff(want, NewPast(p, cut).Readiness(m)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	ab := []string{"a", "b", "c"}
	p, log := told(
		poll(MilestoneTesting, ab, "a 1 testing", "c 1 testing"), poll(MilestoneTesting, ab, "a 1 ready", "c 1 testing"),
		poll(MilestoneTesting, ab, "a 1 ready", "b 1 testing", "c 1 testing"), poll(MilestoneTesting, ab, "a 1 ready", "b 2 testing", "b 1 superseded", "c 1 testing"),
	)
	past := NewPast(p, log)
	got := map[string]time.Time{}
	for _, r := range lastMilestone(p).Rows() {
		got[r.Product.Slug] = past.Since(r)
	}
	want := map[string]time.Time{"a": hour(1), "b": hour(3), "c": {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("since (-want +got):\n%s", diff)
	}
}

// TestBackwardAgreesWithForward: for facts that change at random, going backward from the
// last ones counts at each time what a picture of the facts of that time counts.
func TestBackwardAgreesWithForward(t *testing.T) {
	t.Parallel()
	changes := 0
	for seed := range int64(100) {
		rng := rand.New(rand.NewSource(seed))
		one := randomPolls(rng, "iso", 6, true)
		p, log := told(one...)
		changes += agree(t, seed, NewPast(p, log), p, func(i int) *Picture { return pictureAt(hour(i), one[i]) })

		// Whether a line is switched off in one of two manifests, or not in it, is no event.
		first, second := randomPolls(rng, "iso", 6, false), randomPolls(rng, "other", 6, false)
		p, log = toldBoth(first, second)
		changes += agree(t, seed, NewPast(p, log), p, func(i int) *Picture { return pictureAt(hour(i), first[i], second[i]) })

		// A plan decides, and a source that counts first for states knows builds alone.
		late, plans := onlyBuilds(randomPolls(rng, "late", 6, false)), randomPlans(rng, 6)
		for _, beside := range [][]*Facts{first, late} {
			p, log = toldBoth(beside, plans)
			changes += agree(t, seed, NewPast(p, log), p, func(i int) *Picture { return pictureAt(hour(i), beside[i], plans[i]) })
		}
		p, log = toldBoth(first, late)
		changes += agree(t, seed, NewPast(p, log), p, func(i int) *Picture { return pictureAt(hour(i), first[i], late[i]) })
	}
	if changes < 1000 {
		t.Errorf("only %d moments in all: the facts change too little to tell", changes)
	}
}

// agree compares a past with the pictures of its hours, and tells how many moments it has.
func agree(t *testing.T, seed int64, past *Past, p *Picture, then func(hour int) *Picture) int {
	t.Helper()
	moments := 0
	for i := range 6 {
		was := then(i)
		for _, l := range p.Lines {
			for _, m := range l.Milestones {
				wantAt(t, seed, past.Readiness(m), m, was, hour(i))
				moments += len(past.Readiness(m))
			}
		}
	}
	return moments / 6
}

// wantAt compares one milestone at one time.
func wantAt(t *testing.T, seed int64, moments []Readiness, m *Manifest, then *Picture, at time.Time) {
	t.Helper()
	got, ok := ReadinessAt(moments, at)
	for _, l := range then.Lines {
		for _, was := range l.Milestones {
			if l.Slug != m.Line.Slug || was.Slug != m.Slug || was.Made || !ok {
				continue
			}
			if want := was.readiness(); !got.sameCounts(want) {
				t.Errorf("seed %d, %s/%s at %s: %+v, want %+v", seed, l.Slug, m.Slug, at.Format("15:04"), got, want)
			}
		}
	}
}

// randomPolls are facts of which each differs from the one before in a few records. What
// milestones keep of the manifest stays the same, as that is no event, and so does the
// milestone that keeps some.
func randomPolls(rng *rand.Rand, source string, n int, disabled bool) []*Facts {
	pick := func(words ...string) string { return words[rng.Intn(len(words))] }
	frozen := map[string][]Intent{"beta": {{Product: "a"}, {Product: "n"}}, "daily": nil, "final": nil}
	products := []Product{{Slug: "a", Title: "A", ID: "1"}, {Slug: "b", Title: "B", ID: "2"}, {Slug: "c", Title: "Sea", ID: "3"}, {Slug: "n", Title: "Netboot amd64", Family: "Netboot", ID: "4"}}
	polls := make([]*Facts, 0, n)
	for range n {
		f := &Facts{Source: source, Products: products}
		for _, series := range []string{"noble", "jammy"} {
			s := Series{Slug: series, Title: Capital(series), Status: SeriesStatus(pick("active", "active", "active", "disabled"))}
			for _, p := range []string{"a", "b", "c", "n", "gone"} {
				if rng.Intn(3) > 0 {
					s.Manifest = append(s.Manifest, Intent{Product: p, Disabled: disabled && rng.Intn(4) == 0})
				}
			}
			f.Series = append(f.Series, s)
			for id, slug := range []string{"daily", "beta", "final"} {
				m := Milestone{
					Series: series, Slug: slug, Title: Capital(series) + " " + slug, ID: series + fmt.Sprint(id), Kind: KindRelease,
					Status: MilestoneStatus(pick("testing", "testing", "testing", "released")), Intended: frozen[slug],
				}
				for range rng.Intn(8) {
					m.Entries = append(m.Entries, Entry{
						Product: pick("a", "b", "c", "n", "gone"), BuildID: pick("20260420", "20260420.2", "20260420.10"),
						State: State(pick("testing", "ready", "failed", "superseded", "removed", "unknown", "odd", "disabled")),
					})
				}
				f.Milestones = append(f.Milestones, m)
			}
			for range rng.Intn(4) {
				f.Builds = append(f.Builds, Build{
					Series: series, Product: pick("a", "b", "c"), BuildID: pick("20260420", "20260420.2"), State: State(pick("", "ready", "testing", "odd", "removed")),
				})
			}
		}
		f.Milestones = slices.DeleteFunc(f.Milestones, func(m Milestone) bool { return m.Slug == "final" && rng.Intn(8) == 0 })
		f.Sort()
		polls = append(polls, firstOfLike(f))
	}
	return polls
}

// onlyBuilds takes away what a source does not have that knows no milestones.
func onlyBuilds(polls []*Facts) []*Facts {
	for _, f := range polls {
		f.Milestones = nil
		for i := range f.Series {
			f.Series[i].Manifest = nil
		}
	}
	return polls
}

// randomPlans are facts of plans: what is meant for milestones, and the builds for some of
// it. Whether a plan that is not in testing means something else is no event.
func randomPlans(rng *rand.Rand, n int) []*Facts {
	products := []Product{{Slug: "a", Title: "A"}, {Slug: "b", Title: "B"}, {Slug: "sea", Title: "Sea"}}
	polls := make([]*Facts, 0, n)
	for range n {
		f := &Facts{Source: "plans", Products: products}
		for _, slug := range []string{"beta", "final", "daily"} {
			m := Milestone{Series: "noble", Slug: slug, Title: "Noble " + slug, Kind: KindRelease, Status: MilestoneTesting}
			for _, p := range []string{"a", "b", "sea"} {
				if rng.Intn(3) > 0 {
					m.Intended = append(m.Intended, Intent{Product: p})
				}
				if rng.Intn(3) == 0 {
					id := []string{"20260420", "20260420.2", "20260420.10"}[rng.Intn(3)]
					m.Entries = append(m.Entries, Entry{Product: p, BuildID: id, State: StateUnknown, Pinned: "beta.toml:1"})
				}
			}
			if rng.Intn(4) > 0 {
				f.Milestones = append(f.Milestones, m)
			}
		}
		f.Sort()
		polls = append(polls, f)
	}
	return polls
}

// firstOfLike leaves one record of those that events do not tell apart, as sources do.
func firstOfLike(f *Facts) *Facts {
	for i := range f.Milestones {
		f.Milestones[i].Entries = slices.CompactFunc(f.Milestones[i].Entries, func(a, b Entry) bool {
			return a.Product == b.Product && a.BuildID == b.BuildID
		})
	}
	f.Builds = slices.CompactFunc(f.Builds, func(a, b Build) bool {
		return a.Series == b.Series && a.Product == b.Product && a.BuildID == b.BuildID
	})
	return f
}

func TestThin(t *testing.T) {
	t.Parallel()
	var moments []Readiness
	for i := range 500 {
		moments = append(moments, Readiness{At: hour(0).Add(time.Duration(i) * 20 * time.Minute), Ready: i})
	}
	for _, most := range []int{1000, 200, 50, 2} {
		got := Thin(moments, most)
		if len(got) > most || got[0] != moments[0] || got[len(got)-1] != moments[499] {
			t.Errorf("no more than %d: %d, from %v to %v", most, len(got), got[0], got[len(got)-1])
		}
	}
	if got := LastOfEach(moments, 24*time.Hour); len(got) != 8 || got[1] != moments[71] {
		t.Errorf("by day: %v", got)
	}
}
