package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SplitMoment splits SERIES/SLUG@TIME, or any name@TIME. The time is zero where there is
// none. It is in UTC unless it says otherwise; a day alone is its beginning.
func SplitMoment(text string) (name string, at time.Time, err error) {
	name, word, has := strings.Cut(text, "@")
	switch {
	case !has:
		return text, time.Time{}, nil
	case name == "":
		return "", time.Time{}, fmt.Errorf("%q: write what is to be compared before the @, like resolute/final@2026-04-20", text)
	}
	for _, form := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.Parse(form, word); err == nil && t.Year() > 0 {
			return name, t.UTC(), nil
		}
	}
	return "", time.Time{}, fmt.Errorf("%q: %q is not a time; write it like 2026-04-20 or 2026-04-20T14:00, in UTC", text, word)
}

// UnknownMomentError says that nothing is known of a milestone at a time.
type UnknownMomentError struct {
	Milestone string // SERIES/SLUG
	At        time.Time
	// Since is when what is known begins, or ends where Future is set; zero where no
	// event tells of it at all.
	Since  time.Time
	Future bool
	// Source is the one of which no more is known.
	Source string
}

func (e *UnknownMomentError) Error() string {
	const form = "2006-01-02 15:04 UTC"
	text := fmt.Sprintf("%s at %s: ", e.Milestone, e.At.UTC().Format(form))
	switch {
	case e.Future:
		return text + "the data ends at " + e.Since.UTC().Format(form)
	case e.Source != "" && e.Since.IsZero():
		return text + "the change log tells nothing of " + e.Source
	case e.Source != "":
		return text + "the change log tells of " + e.Source + " since " + e.Since.UTC().Format(form) + " only"
	}
	return text + "no source had this milestone then"
}

// At is the picture as it was at a time of which the change log tells all: the facts of
// each source with every event undone that was seen later. So it is right at its end
// whatever the log lacks. A source that was new later has no facts in it. Rules, and
// whatever [Facts.Undo] leaves, are those of today.
func (p *Picture) At(rules Rules, log []Event, at time.Time) *Picture {
	log = byTime(log)
	begins := logBegins(log)
	in := Input{Rules: rules, AsOf: at}
	for i := range p.Sources {
		src := &p.Sources[i]
		facts := src.Facts
		switch later := laterOf(log, src.Name, at); {
		case facts == nil:
			facts = &Facts{Source: src.Name}
		case begins[src.Name].After(at):
			facts = &Facts{Source: src.Name}
		case len(later) > 0:
			facts = facts.Undo(later)
		}
		in.Sources = append(in.Sources, SourceFacts{State: src.SourceState, Facts: facts})
	}
	return Join(in)
}

// laterOf are the events of a source that were seen after a time.
func laterOf(log []Event, source string, at time.Time) []Event {
	var later []Event
	for _, e := range log {
		if e.Source == source && e.Seen.After(at) {
			later = append(later, e)
		}
	}
	return later
}

// MilestoneAt is a milestone, of SERIES/SLUG or as [FindMilestone] finds it, at a time in
// the past. The error is a [LookupError], or an [UnknownMomentError] where the change log
// does not reach so far back, or no source had the milestone.
func (p *Picture) MilestoneAt(rules Rules, log []Event, name string, at time.Time) (*Manifest, error) {
	unknown := &UnknownMomentError{Milestone: name, At: at}
	if end := p.newest(); at.After(end) {
		unknown.Since, unknown.Future = end, true
		return nil, unknown
	}
	now, errNow := FindMilestone(p, name)
	if errNow == nil {
		name = now.path()
		unknown.Milestone = name
		if err := covered(log, now, unknown); err != nil {
			return nil, err
		}
	}
	then := p.At(rules, log, at)
	m, err := FindMilestone(then, name)
	switch {
	case err != nil && errNow != nil:
		return nil, errNow
	case err != nil || m.Made:
		return nil, unknown
	}
	// One that is gone today: what was known of it has to reach as far.
	if err := covered(log, m, unknown); err != nil {
		return nil, err
	}
	return m, nil
}

// newest is when any source was asked last; the picture's own time is rounded down.
func (p *Picture) newest() time.Time {
	end := p.AsOf
	for i := range p.Sources {
		if t := p.Sources[i].Attempt; t.After(end) {
			end = t
		}
	}
	return end
}

// covered reports an error where the log does not tell all of what the sources of a
// milestone said since a time.
func covered(log []Event, m *Manifest, unknown *UnknownMomentError) error {
	begins := logBegins(byTime(log))
	for _, ref := range m.Refs {
		begin, new := begins[ref.Source]
		if !new {
			begin = begins[""]
		}
		if begin.IsZero() || begin.After(unknown.At) {
			e := *unknown
			e.Source, e.Since = ref.Source, begin
			return &e
		}
	}
	return nil
}

// Retired are the sources whose facts were removed after a time: what they had said of a
// milestone then is not known any more.
func Retired(log []Event, since time.Time) []string {
	var names []string
	for _, e := range log {
		if e.What == EventSourceRetired && e.Seen.After(since) && !slices.Contains(names, e.Source) {
			names = append(names, e.Source)
		}
	}
	slices.Sort(names)
	return names
}
