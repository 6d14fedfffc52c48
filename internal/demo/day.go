package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The release day is Thursday 27 August 2026, on which Ubuntu 26.04.1 comes out. It is
// told by steps. Most of them follow from the dates in the sample's own tables: when a
// build was posted, a test reported, a rebuild requested. What made the day end well is
// in sample/replay/day.tsv.

// DayBegins is when the replay begins, a few days before; Dawn and Dusk are when the
// release day does, and when it is over.
func DayBegins() time.Time { return time.Date(2026, time.August, 24, 6, 0, 0, 0, time.UTC) }

// Dawn is when the release day begins.
func Dawn() time.Time { return time.Date(2026, time.August, 27, 6, 0, 0, 0, time.UTC) }

// Dusk is when the release day is over.
func Dusk() time.Time { return time.Date(2026, time.August, 27, 21, 30, 0, 0, time.UTC) }

// StepKind is what a step of the day is about.
type StepKind string

// The kinds of steps.
const (
	StepBuild    StepKind = "build"    // a product has a new build; Detail is its id
	StepRespin   StepKind = "respin"   // likewise, in the place of another
	StepTests    StepKind = "tests"    // somebody tested; Detail has a letter for each test
	StepRequest  StepKind = "request"  // a rebuild is requested
	StepRebuild  StepKind = "rebuild"  // the request comes on; Detail says how far
	StepReady    StepKind = "ready"    // a build is marked ready
	StepUnready  StepKind = "unready"  // the mark is taken back
	StepDrop     StepKind = "drop"     // a product is not meant to be released any more
	StepEnable   StepKind = "enable"   // a disabled build is to be tested after all
	StepDown     StepKind = "down"     // a server, named by Subject, answers nothing but errors
	StepUp       StepKind = "up"       // and is well again
	StepPublish  StepKind = "publish"  // the files are in the release trees
	StepReleased StepKind = "released" // a milestone, named by Subject, is released
	StepSite     StepKind = "site"     // the release team publishes its own site
)

// StepKinds lists all kinds.
func StepKinds() []StepKind {
	return []StepKind{
		StepBuild, StepRespin, StepTests, StepRequest, StepRebuild, StepReady, StepUnready, StepDrop, StepEnable,
		StepDown, StepUp, StepPublish, StepReleased, StepSite,
	}
}

// Step is one thing that happens on the day.
type Step struct {
	At   time.Time
	What StepKind
	// Milestone is the title of the one of the day that it is about; empty where it is
	// about none.
	Milestone string
	Subject   string // a product, a server, a milestone
	Detail    string
	// Why is a sentence; empty for most.
	Why string

	do func(r *Replay)
}

// readSteps reads all steps of the day: those of the sample's tables, which are taken out
// of the records on the way, and those of the day's own.
func (r *Replay) readSteps() error {
	r.rewind()
	err := table("replay/day.tsv", "at what site subject detail why", func(row row) {
		s := Step{At: row.time("at"), What: StepKind(row.text("what")), Subject: row.text("subject"), Detail: row.text("detail"), Why: row.text("why")}
		if !slices.Contains(StepKinds(), s.What) {
			row.fail(fmt.Sprintf("what: %q is not known", s.What))
			return
		}
		if s.do = r.doing(row, &s); s.do == nil {
			return
		}
		r.steps = append(r.steps, s)
	})
	slices.SortStableFunc(r.steps, func(a, b Step) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(StepKinds(), a.What), slices.Index(StepKinds(), b.What)), strings.Compare(a.Subject, b.Subject))
	})
	r.tellRespins()
	return err
}

// tellRespins calls respins what comes in the place of an earlier build.
func (r *Replay) tellRespins() {
	type place struct{ milestone, product string }
	seen := map[place]bool{}
	for i, s := range r.steps {
		if s.Milestone == "" || s.What != StepBuild && s.What != StepRespin {
			continue
		}
		at := place{s.Milestone, s.Subject}
		if seen[at] {
			r.steps[i].What = StepRespin
		}
		seen[at] = true
	}
}

// doing returns what a row of the day's table does.
func (r *Replay) doing(row row, s *Step) func(*Replay) {
	name := s.Subject
	switch s.What {
	case StepDown, StepUp:
		if name != trackerName && !slices.Contains(treeNames(), name) {
			row.fail(fmt.Sprintf("subject: %q is no server", name))
		}
		return func(r *Replay) { r.down[name] = s.What == StepDown }
	case StepPublish:
		return func(r *Replay) { r.scene.published = r.scene.at }
	case StepSite:
		return func(*Replay) {}
	case StepReleased:
		m := find(row, "subject", r.db.milestones, func(m *milestone) bool { return m.title == name && m.series.site == r.db.siteOf(row) })
		s.Milestone = name
		return func(*Replay) { m.status = 1 }
	}
	p := r.product(row, name)
	if p == nil {
		return nil
	}
	return r.doingProduct(row, s, p)
}

// product finds the product that a step is about.
func (r *Replay) product(row row, title string) *product {
	on := r.db.siteOf(row)
	for _, p := range r.db.products {
		if p.site == on && p.title == title {
			return p
		}
	}
	row.fail(fmt.Sprintf("subject: %q is no product", title))
	return nil
}
