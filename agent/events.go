package agent

import (
	"time"

	"shiplist/internal/release"
)

// What happened is derived at the only moment at which it is written, from what is on
// disk then. So each event is told once: with the facts that show it, or not at all.

// moment is when something that a poll shows happened: between two times.
type moment struct{ after, seen time.Time }

// since is the time from the last good poll of a source to one that was made at. A
// clock that was set back does not turn it around.
func since(state release.SourceState, at time.Time) moment {
	m := moment{after: state.Success, seen: at}
	if m.seen.Before(m.after) {
		m.seen = m.after
	}
	return m
}

// event is something that happened to a source as a whole.
func (m moment) event(what release.EventKind, source, to string) release.Event {
	return release.Event{After: m.after, Seen: m.seen, What: what, Source: source, To: to}
}

// news are the events of an answer that is stored in the place of before.
func (m moment) news(source string, before, after *release.Facts) []release.Event {
	if m.after.IsZero() && countFacts(before).total() == 0 {
		return []release.Event{m.event(release.EventSourceNew, source, "")}
	}
	return release.Events(source, before, after, m.after, m.seen)
}
