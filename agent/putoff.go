package agent

import "time"

// A host that wants to be left alone, or says that it is asked too much, has its sources
// polled later than their schedules mean.

// rest is until when the source's host wants to be left alone, and why; zero when it
// can be asked.
func (e *entry) rest() (until time.Time, why string) {
	if e.resting == nil {
		return time.Time{}, ""
	}
	if until, why = e.resting(); !until.After(time.Now()) {
		return time.Time{}, ""
	}
	return until, why
}

// slower is the source's timetable as its host wants to have it now.
func (e *entry) slower() timetable {
	t := e.timetable
	if e.slowed != nil {
		t.halved = e.slowed()
	}
	return t
}

// rests puts off a poll until the host can be asked again.
func (s *service) rests(e *entry, now, until time.Time, why string) {
	next := turn{at: now.Add(time.Until(until) + e.timetable.within(time.Minute)), late: true}
	s.putOff(e, next, until, why)
}

// slows puts off a poll for which it is too early since its host was slowed down, as by
// another source, and reports whether that is so.
func (s *service) slows(e *entry, now time.Time) bool {
	t := e.slower()
	if t.halved == 0 || e.last.at.IsZero() {
		return false
	}
	next := t.next(e.last, e.last.at)
	if !next.at.After(now) {
		return false
	}
	s.putOff(e, next, time.Time{}, "its host is asked less often, since it said that it is asked too much")
	return true
}

// putOff plans a poll anew that was due, and tells it.
func (s *service) putOff(e *entry, next turn, until time.Time, why string) {
	e.next = next
	s.builder.polled(e.state.Name)
	state := s.settler.w.State(e.state.Name)
	entry := SourceReport{Name: e.state.Name, Kind: e.state.Kind, Outcome: Resting, Note: why, Success: state.Success, Lost: state.Lost}
	entry.Next, entry.Resting = e.next.at.UTC(), until.UTC()
	s.o.Logger.DebugContext(s.work, "source not polled", "source", entry.Name, "err", why, "next", entry.Next)
	s.o.Observer.Polled(entry)
}
