package agent

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// news are the events in the change log: what, and the hours after the start between
// which it happened.
func (b *bench) news() []string {
	b.t.Helper()
	events, err := store.LoadEvents(b.data, time.Time{}, time.Time{})
	if err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, e := range events {
		if e.Source != "a" {
			continue
		}
		after := "never"
		if !e.After.IsZero() {
			after = fmt.Sprint(e.After.Sub(utc(start)).Hours())
		}
		all = append(all, fmt.Sprintf("%s %s-%v", e.What, after, e.Seen.Sub(utc(start)).Hours()))
	}
	return all
}

// onBeta are facts with one milestone on which some products stand.
func onBeta(products ...string) *release.Facts {
	return &release.Facts{Milestones: []release.Milestone{milestone("beta", "1", products...)}}
}

// TestEvents: the first facts of a source are no news, what follows is, and each thing
// is told once.
func TestEvents(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = onBeta("p")
	at := func(hour int) SourceReport {
		b.clock = start.Add(time.Duration(hour) * time.Hour)
		return b.once()
	}
	at(0)
	at(1)
	b.a.facts = onBeta("p", "q")
	if r := at(2); len(r.Events) != 1 || r.Events[0].Product != "q" {
		t.Errorf("events %+v", r.Events)
	}
	at(3)
	b.clock = start
	b.a.facts = onBeta("p", "q", "r")
	at(0) // the clock was set back
	want := "source-new never-0; build-appeared 1-2; build-appeared 3-3"
	if got := strings.Join(b.news(), "; "); got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

// TestLostAndBack: a source that fails for longer than facts stay fresh is lost, once,
// and is back with the first answer that is stored.
func TestLostAndBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.o.Config.Site.Stale = 6 * time.Hour
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.err = errors.New("down")
	for hour := 1; hour <= 9; hour++ {
		b.clock = start.Add(time.Duration(hour) * time.Hour)
		if r := b.once(); r.Lost != (hour >= 6) || b.state().Lost != r.Lost {
			t.Errorf("hour %d: lost %t", hour, r.Lost)
		}
	}
	b.a.err = nil
	b.a.facts = products(numbered(5)...)
	b.clock = start.Add(10 * time.Hour)
	if r := b.once(); r.Outcome != Held || !b.state().Lost {
		t.Errorf("%s, state %+v", r, b.state())
	}
	b.a.facts = products(numbered(20)...)
	b.clock = start.Add(11 * time.Hour)
	if r := b.once(); r.Outcome != Unchanged || b.state().Lost || r.Lost {
		t.Errorf("%s, state %+v", r, b.state())
	}
	want := "source-new never-0; source-lost 0-6; source-held 0-10; source-back 0-11"
	if got := strings.Join(b.news(), "; "); got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

// TestNotLostBetweenTurns: a source that is polled once a day is not lost for failing
// once, though its facts are older than those of others may be.
func TestNotLostBetweenTurns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.o.Config.Site.Stale = 6 * time.Hour
	daily, err := config.Schedule("@every 24h", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	b.sources[0].timetable.plain = daily
	b.a.facts = products("p")
	b.once()
	b.a.err = errors.New("down")
	for day, want := range []bool{1: false, 2: true} {
		b.clock = start.AddDate(0, 0, day)
		if r := b.once(); day > 0 && r.Lost != want {
			t.Errorf("day %d: lost %t, want %t; due %s", day, r.Lost, want, b.state().Due)
		}
	}
}

// TestEventsOfLooks: what is found where nobody looked for hours happened at any time in
// them.
func TestEventsOfLooks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = onBeta("p")
	b.once()
	b.clock = start.Add(5 * time.Hour)
	b.once()
	b.clock = start.Add(6 * time.Hour)
	b.a.facts = onBeta("p", "q")
	b.a.answer.Looks = []release.Look{{Series: "noble", Milestone: "beta", At: utc(start)}}
	b.once()
	if got, want := strings.Join(b.news(), "; "), "source-new never-0; build-appeared 0-6"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

// TestNeverLost: a source that never answered, and any where facts do not grow stale,
// is not lost.
func TestNeverLost(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*bench){
		"never answered": func(b *bench) { b.o.Config.Site.Stale = time.Hour },
		"never stale":    func(b *bench) { b.once() },
	} {
		b := newBench(t)
		set(b)
		b.a.err = errors.New("down")
		for day := 1; day < 5; day++ {
			b.clock = start.AddDate(0, 0, day)
			if r := b.once(); r.Lost {
				t.Errorf("%s: lost", name)
			}
		}
	}
}

// TestEventsAmidPoll: what happens while a poll is on its way may be seen by the next
// one only, so the time in which it lies begins with that poll, not with its end.
func TestEventsAmidPoll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = onBeta("p")
	b.sources = b.sources[:1] // nobody else reads the clock meanwhile
	b.a.while = func() { b.clock = b.clock.Add(time.Hour) }
	b.once()
	b.clock = start.Add(4 * time.Hour)
	b.a.facts = onBeta("p", "q")
	b.once()
	if got := b.news(); len(got) != 2 || got[1] != "build-appeared 0-5" {
		t.Errorf("events %q", got)
	}
}

// TestAcceptWhileLost: to let in what was kept aside does not bring back a source that
// still fails.
func TestAcceptWhileLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.o.Config.Site.Stale = 6 * time.Hour
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(5)...)
	b.once()
	b.a.err = errors.New("down")
	b.clock = start.Add(10 * time.Hour)
	b.once()
	if r, err := b.Accept(t.Context(), "a"); err != nil || !r.Sources[0].Lost || !b.state().Lost {
		t.Errorf("report %+v, error %v", r, err)
	}
	if got := strings.Join(b.news(), "; "); !strings.HasSuffix(got, "source-lost 0-10; source-let-in 0-10") {
		t.Errorf("events %s", got)
	}
}

// TestRestingKeepsTheCause: that a host is left alone for now does not hide why.
func TestRestingKeepsTheCause(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	resting := &fetch.Error{Method: "GET", URL: "https://a.example", Kind: fetch.KindResting, Text: "not asked"}
	for _, tt := range []struct {
		err        error
		kind, want string
	}{
		{resting, "resting", "GET https://a.example: not asked"}, // because of another source
		{errors.New("502"), "other", "502"},
		{fmt.Errorf("lists: %w", resting), "resting", "502"},
		{&fetch.Error{Method: "GET", URL: "https://a.example", Kind: fetch.KindStatus, Text: "503"}, "status", "GET https://a.example: 503"},
	} {
		b.a.err = tt.err
		if r := b.once(); r.ErrorKind != tt.kind || b.state().Error != tt.want {
			t.Errorf("%v: kind %s, stored %s; want %s, %s", tt.err, r.ErrorKind, b.state().Error, tt.kind, tt.want)
		}
	}
}

// TestAcceptTells: what a person lets in is told with what it changed.
func TestAcceptTells(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = onBeta(numbered(9)...)
	b.once()
	b.a.facts = onBeta("product-00")
	b.clock = start.Add(time.Hour)
	b.once()
	b.clock = start.Add(2 * time.Hour)
	b.once()
	b.clock = start.Add(3 * time.Hour)
	r, err := b.Accept(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	got := b.news()
	if len(got) != 11 || got[1] != "source-held 0-1" || got[2] != "source-let-in 0-3" || got[3] != "build-left 0-2" || len(r.Sources[0].Events) != 9 {
		t.Errorf("events %q", got)
	}
}

// TestHeldKinds: what must not be believed at once is held whatever the kind of source
// that says it.
func TestHeldKinds(t *testing.T) {
	t.Parallel()
	tracker := both(products(numbered(9)...), series("team", numbered(9)...), &release.Facts{Milestones: []release.Milestone{
		milestone("beta", "1", numbered(9)...), milestone("final", "1", numbered(9)...),
	}}, builds("1", numbered(9)...))
	tree := both(dailies("noble", 6, "20260401", "20260402"), dailies("questing", 6, "20260401", "20260402"))
	for _, tt := range []struct {
		name          string
		before, after *release.Facts
		suspect, want string
	}{
		{"empty tracker", tracker, &release.Facts{}, "", "the answer is empty, and there was something before"},
		{"invalid access", tracker, tracker, "the tracker calls itself invalid", "the tracker calls itself invalid"},
		{"milestone gone", tracker, both(products(numbered(9)...), series("team", numbered(9)...), &release.Facts{Milestones: []release.Milestone{
			milestone("beta", "1", numbered(9)...),
		}}, builds("1", numbered(9)...)), "", "milestones/noble/final.toml would lose 1 of 1 milestone"},
		{"empty tree", tree, &release.Facts{}, "", "the answer is empty, and there was something before"},
		{"project gone", tree, dailies("noble", 6, "20260401", "20260402"), "", "images/questing/"},
		{"listing cut", tree, both(dailies("noble", 6, "20260401", "20260402"), dailies("questing", 1, "20260401")), "", "images/questing/"},
	} {
		b := newBench(t)
		b.a.facts = tt.before
		b.once()
		b.a.facts, b.a.answer.Suspect = tt.after, tt.suspect
		if r := b.once(); r.Outcome != Held || !strings.HasPrefix(r.Held.Reason, tt.want) {
			t.Errorf("%s: %s", tt.name, r)
		}
	}
}
