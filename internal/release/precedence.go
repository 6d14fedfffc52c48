package release

import (
	"cmp"
	"slices"
)

// Precedence says whose word counts first, apart for each kind of fact: lists of
// patterns for names or kinds of sources. What an earlier entry selects counts before
// what a later one selects, and that before what none selects. Among sources that one
// entry selects, or none, the order of the configuration decides.
type Precedence struct {
	// Intent is about what is meant to be released with a milestone. The sources that one
	// entry selects, or none, speak together, and who says nothing of the milestone is
	// passed over; who counts less adds nothing.
	Intent []string `toml:"intent"`
	// Contact is about whom to ask. In one place, who stands in a manifest counts before
	// the owner of a product.
	Contact []string `toml:"contact"`
	Build   []string `toml:"build"` // which build stands on a milestone
	// State is about a build. In one place, its state on the milestone counts before its own.
	State []string `toml:"state"`
	Tests []string `toml:"tests"` // counts of results, and of reviews
	Note  []string `toml:"note"`
	Date  []string `toml:"date"` // of a milestone
}

// same reports whether the lists are the same in memory.
func (p *Precedence) same(o *Precedence) bool {
	return keyOf(p.Intent) == keyOf(o.Intent) && keyOf(p.Contact) == keyOf(o.Contact) && keyOf(p.Build) == keyOf(o.Build) &&
		keyOf(p.State) == keyOf(o.State) && keyOf(p.Tests) == keyOf(o.Tests) && keyOf(p.Note) == keyOf(o.Note) && keyOf(p.Date) == keyOf(o.Date)
}

// The kinds of source.
const (
	KindQATracker    = "qatracker"
	KindTestObserver = "test-observer" // its owners are teams and nothing else
	KindTree         = "tree"          // holds files
	KindPackages     = "packages"      // holds packages; of these only the installers of [[netboot]] rules count
	KindPlan         = "plan"          // holds decisions: what is meant to be released with a milestone, and which builds
)

// standings are the places of the sources, by their index, for each kind of fact: what is
// lower counts first.
type standings struct {
	intent, contact, build, state, tests, note, date []int
}

// readStandings finds the places. They are the same for all sources where no entry selects.
func (j *joiner) readStandings() {
	p := &j.rules.Precedence
	for _, kind := range []struct {
		list []string
		into *[]int
	}{
		{p.Intent, &j.first.intent},
		{p.Contact, &j.first.contact},
		{p.Build, &j.first.build},
		{p.State, &j.first.state},
		{p.Tests, &j.first.tests},
		{p.Note, &j.first.note},
		{p.Date, &j.first.date},
	} {
		*kind.into = j.places(kind.list)
	}
	j.p.first = j.first
	j.speakers = speakersOf(j.first.intent)
}

func (j *joiner) places(list []string) []int {
	places := make([]int, len(j.sources))
	for i := range j.sources {
		s := &j.sources[i].state
		place := slices.IndexFunc(list, func(pattern string) bool { return glob(pattern, s.Name) || glob(pattern, s.Kind) })
		if place < 0 {
			place = len(list)
		}
		places[i] = place
	}
	return places
}

// same reports whether two have the places by which the past is worked out.
func (s *standings) same(o *standings) bool {
	return slices.Equal(s.intent, o.intent) && slices.Equal(s.build, o.build) && slices.Equal(s.state, o.state)
}

// speakersOf are the indexes of sources in groups of one place, those that count first
// before the others.
func speakersOf(places []int) [][]int {
	var groups [][]int
	for _, place := range slices.Compact(slices.Sorted(slices.Values(places))) {
		var group []int
		for i, p := range places {
			if p == place {
				group = append(group, i)
			}
		}
		groups = append(groups, group)
	}
	return groups
}

// before compares two sources by their places, then by their order.
func before(places []int, a, b *source) int {
	return cmp.Or(cmp.Compare(places[a.index], places[b.index]), cmp.Compare(a.index, b.index))
}

// plans reports whether the source holds decisions.
func (s *source) plans() bool { return s.state.Kind == KindPlan }
