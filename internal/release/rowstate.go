package release

import "cmp"

// RawPinned is the raw state of a build that is ready because a plan pins it, and no
// source says how it stands.
const RawPinned = "pinned"

// RawPlanned is the raw state of a build that a plan pins and that nobody has: it is no state
// of a build, but of a plan.
const RawPlanned = "planned, and nobody has it"

// foremost keeps of what several sources say what counts first.
type foremost[T any] struct {
	value T
	from  int // index of the source
	said  bool
}

// hear takes what a source says, by its index. What comes in the order of the sources
// replaces only what has less of a place; what comes in another order also what an earlier
// source does not precede.
func (f *foremost[T]) hear(places []int, from int, ordered bool, value T) {
	if !f.said || places[from] < places[f.from] || !ordered && places[from] == places[f.from] && from < f.from {
		f.value, f.from, f.said = value, from, true
	}
}

// settleState finds the state of a row's build: that of the source whose word counts
// first, on the milestone before that of the build itself.
func (j *joiner) settleState(r *Row, builds []sourceBuild) {
	var state foremost[[2]string]
	raw, plan := "", ""
	for i := range r.claims {
		c := &r.claims[i]
		switch {
		case !r.Is(c.entry.BuildID):
			continue
		case c.entry.State == StateUnknown:
			raw = cmp.Or(raw, c.entry.RawState)
		default:
			state.hear(j.first.state, c.part.src.index, false, [2]string{string(c.entry.State), c.entry.RawState})
		}
		if plan == "" && c.part.src != nil && c.part.src.plans() {
			plan = c.part.src.state.Name
		}
	}
	for _, b := range builds {
		own, word := knownState(b.b.State, b.b.RawState)
		switch {
		case b.b.State == "" || !own.Current():
		case own == StateUnknown:
			raw = cmp.Or(raw, word)
		default:
			state.hear(j.first.state, b.src.index, true, [2]string{string(own), word})
		}
	}
	switch {
	case state.said:
		r.State, r.RawState, r.StateFrom = State(state.value[0]), state.value[1], j.sources[state.from].state.Name
	case plan != "":
		j.settlePinned(r, plan, raw)
	default:
		r.State, r.RawState = StateUnknown, raw
	}
}

// settlePinned finds the state of a build that a plan pins, and of which no source that has
// it standing knows the state: that with which it was taken away from the milestone, else
// ready, unless a source has a word for it that is not known.
func (j *joiner) settlePinned(r *Row, plan, raw string) {
	for _, c := range j.passed[r.Manifest][r.Product] {
		if r.Is(c.entry.BuildID) {
			r.State, r.RawState, r.StateFrom = c.entry.State, c.entry.RawState, c.part.src.state.Name
			return
		}
	}
	if r.State, r.RawState = StateUnknown, raw; raw == "" {
		r.State, r.RawState, r.StateFrom = StateReady, RawPinned, plan
	}
}

// settleAbsent finds the builds of an open milestone that a plan pins and that nobody has,
// once all milestones of the series are known. They count as ready no more.
func (j *joiner) settleAbsent(m *Manifest) {
	if !m.Open {
		return // what was released may be gone from where it was built
	}
	again := false
	rows := m.Rows()
	for _, r := range rows {
		if r.State == StateReady && r.RawState == RawPinned && j.absent(r) {
			r.State, r.RawState, again = StateUnknown, RawPlanned, true
		}
	}
	if again {
		j.group(m, rows)
	}
}

// settleResults takes counts of results and reviews, bugs and notes from the builds
// themselves.
func (j *joiner) settleResults(r *Row, builds []sourceBuild) {
	var tests foremost[*Tests]
	var reviews foremost[*Reviews]
	for _, b := range builds {
		if b.b.Tests != nil {
			tests.hear(j.first.tests, b.src.index, true, b.b.Tests)
		}
		if b.b.Reviews != nil {
			reviews.hear(j.first.tests, b.src.index, true, b.b.Reviews)
		}
		if r.Bugs == nil {
			r.Bugs = b.b.Bugs
		}
	}
	r.Tests, r.Reviews = clonePointer(tests.value), clonePointer(reviews.value)
	if tests.said {
		r.TestsFrom = j.sources[tests.from].state.Name
	}
}

// settleNote takes the note of the source whose word counts first: that on the milestone
// before that of the build itself.
func (j *joiner) settleNote(r *Row, builds []sourceBuild) {
	var note foremost[string]
	for i := range r.claims {
		if c := &r.claims[i]; r.Is(c.entry.BuildID) && c.entry.Note != "" {
			note.hear(j.first.note, c.part.src.index, false, c.entry.Note)
		}
	}
	for _, b := range builds {
		if b.b.Note != "" {
			note.hear(j.first.note, b.src.index, true, b.b.Note)
		}
	}
	if note.said {
		r.Note, r.NoteFrom = note.value, j.sources[note.from].state.Name
	}
}
