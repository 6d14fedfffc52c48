package release

import (
	"slices"
	"time"
)

// Readiness is how many products of a milestone are in which state at one time: those
// that are meant to be released, or all with a build where nobody said what is meant.
// Netboot products count in the latter case only.
type Readiness struct {
	// At is when the sources first showed it so; it holds until the next one.
	At                                               time.Time
	Ready, Testing, Failed, Disabled, Missing, Other int
}

// All is how many products were counted.
func (r Readiness) All() int {
	return r.Ready + r.Testing + r.Failed + r.Disabled + r.Missing + r.Other
}

// add counts n products more in a state.
func (r *Readiness) add(s State, n int) {
	switch s {
	case StateReady:
		r.Ready += n
	case StateTesting:
		r.Testing += n
	case StateFailed:
		r.Failed += n
	case StateDisabled:
		r.Disabled += n
	case StateMissing:
		r.Missing += n
	default:
		r.Other += n
	}
}

// sameCounts reports whether nothing but the time differs.
func (r Readiness) sameCounts(o Readiness) bool {
	r.At = o.At
	return r == o
}

// Past is what the change log tells of how the milestones of a picture came to stand
// as they do. It is worked out backward, from the facts as they are now by undoing the
// events one after the other, so that it is right at its end whatever the log lacks.
// It is not changed after it was made.
type Past struct {
	readiness map[*Manifest][]Readiness
	since     map[*Row]time.Time

	// The rest is for the next one: see Next.
	begins  map[string]time.Time
	told    map[string]bool  // slugs of the series of which the log tells
	walks   map[string]*walk // by slug of the series
	newest  time.Time        // when the last event of the log was seen
	resumed int              // how many of them went on with that of the past before
}

func emptyPast(begins map[string]time.Time) *Past {
	return &Past{readiness: map[*Manifest][]Readiness{}, since: map[*Row]time.Time{}, begins: begins, told: map[string]bool{}, walks: map[string]*walk{}}
}

func (p *Past) tellOf(events map[string][]*Event) {
	for slug := range events {
		p.told[slug] = true
	}
}

// NewPast works out the past of all milestones of a picture. The events are those of
// the change log, as far back as they were read.
func NewPast(p *Picture, log []Event) *Past {
	log = byTime(log)
	begins, known, events := logBegins(log), indexLines(p), historicOf(log)
	past := emptyPast(begins)
	if len(log) > 0 {
		past.newest = log[len(log)-1].Seen
	}
	past.tellOf(events)
	for _, l := range p.Lines {
		if len(events[l.Slug]) == 0 {
			continue
		}
		b := newBackward(p, known, l, begins)
		start := b.remember()
		b.run(events[l.Slug])
		past.walks[l.Slug] = &walk{start, b.tell(past, p.AsOf)}
	}
	return past
}

// Readiness is how a milestone stood from the beginning of what is known to now,
// oldest first, a moment for each time that a count changed. It ends with how the
// picture counts now. It is empty where the log does not tell of the milestone.
func (p *Past) Readiness(m *Manifest) []Readiness {
	if p == nil {
		return nil
	}
	return p.readiness[m]
}

// Since is when the product of a row was first seen with this build in this state;
// zero where that was before the log begins.
func (p *Past) Since(r *Row) time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.since[r]
}

// byTime sorts events by when they were seen; those of one poll keep their order.
func byTime(log []Event) []Event {
	older := func(a, b Event) int { return a.Seen.Compare(b.Seen) }
	if slices.IsSortedFunc(log, older) {
		return log
	}
	log = slices.Clone(log)
	slices.SortStableFunc(log, older)
	return log
}

// logBegins tells since when the log tells all of each source: since its first facts,
// or, where they are older than the log, since that begins, which is under "".
func logBegins(log []Event) map[string]time.Time {
	begins := map[string]time.Time{}
	if len(log) > 0 {
		begins[""] = log[0].Seen
	}
	for _, e := range log {
		if e.What == EventSourceNew {
			begins[e.Source] = e.Seen
		}
	}
	return begins
}

// Thin leaves out moments until there are no more than most, which is two at least: it
// keeps the last of each hour, of each six, of each day, of each two days, and so on. The
// first and the last moment stay.
func Thin(moments []Readiness, most int) []Readiness {
	step := time.Hour
	for len(moments) > most {
		moments = LastOfEach(moments, step)
		switch {
		case step < 6*time.Hour:
			step = 6 * time.Hour
		case step < 24*time.Hour:
			step = 24 * time.Hour
		default:
			step *= 2
		}
	}
	return moments
}

// LastOfEach keeps the last moment of each hour, day or other length of time, and the
// very first moment. Days begin at midnight UTC.
func LastOfEach(moments []Readiness, length time.Duration) []Readiness {
	var kept []Readiness
	for i, m := range moments {
		last := i+1 == len(moments) || !moments[i+1].At.Truncate(length).Equal(m.At.Truncate(length))
		if i == 0 || last {
			kept = append(kept, m)
		}
	}
	return kept
}

// ReadinessAt is how it stood at a time; ok is false where that is before the first of the
// moments.
func ReadinessAt(moments []Readiness, t time.Time) (r Readiness, ok bool) {
	i, exact := slices.BinarySearchFunc(moments, t, func(m Readiness, t time.Time) int { return m.At.Compare(t) })
	if !exact {
		i--
	}
	if i < 0 {
		return Readiness{}, false
	}
	return moments[i], true
}
