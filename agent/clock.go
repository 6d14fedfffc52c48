package agent

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/robfig/cron/v3"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// All of this file is computed from the wall clock, because that is what schedules
// are about; it asks no clock itself. A turn is a moment at which a source is polled:
// a slot of its schedule, and on top of it an offset of its own, so that those whose
// slots are the same do not begin together.

// timetable says when one source is polled.
type timetable struct {
	plain  cron.Schedule
	rushes []rush // those that the source is part of, the first counts
	// least is how far apart two polls begin, whatever a schedule says.
	least  time.Duration
	spread time.Duration
	hash   uint64 // of the source's name
	// halved is how often the pace of the source's host is halved now: the gaps are
	// twice as long for each.
	halved int
}

// rush is another schedule from a moment on and before another.
type rush struct {
	from, until time.Time
	schedule    cron.Schedule
}

// noSchedule is for tables that have none.
const noSchedule = "@hourly"

func newTimetable(c *config.Config, name, kind, spec string) (timetable, error) {
	if spec == "" {
		spec = noSchedule
	}
	hash := fnv.New64a()
	hash.Write([]byte(name))
	t := timetable{least: config.LeastGap(kind), spread: c.Agent.Spread, hash: hash.Sum64()}
	var err error
	if t.plain, err = config.Schedule(spec, c.Agent.Zone()); err != nil {
		return t, fmt.Errorf("source %s: %w", name, err)
	}
	for _, r := range c.Rushes {
		if len(r.Sources) > 0 && !release.Match(r.Sources, name) {
			continue
		}
		s, err := config.Schedule(r.Schedule, c.Agent.Zone())
		if err != nil {
			return t, fmt.Errorf("rush of source %s: %w", name, err)
		}
		t.rushes = append(t.rushes, rush{r.From, r.Until, s})
	}
	return t, nil
}

// inForce returns the schedule that holds at a time, and until when; the zero time for
// ever.
func (t timetable) inForce(at time.Time) (s cron.Schedule, until time.Time) {
	earlier := func(end time.Time) {
		if end.After(at) && (until.IsZero() || end.Before(until)) {
			until = end
		}
	}
	for _, r := range t.rushes {
		if !at.Before(r.from) && at.Before(r.until) {
			earlier(r.until)
			return r.schedule, until
		}
		earlier(r.from)
	}
	return t.plain, until
}

// slot is the first slot at from or later. Durations like @every count from last,
// when the source was polled last. The zero time says that there is none for years.
func (t timetable) slot(last, from time.Time) time.Time {
	began := false // a schedule, with from
	for {
		s, until := t.inForce(from)
		next := upcoming(s, last, from, began)
		if until.IsZero() || !next.IsZero() && next.Before(until) {
			return next
		}
		from, began = until, true
	}
}

// upcoming is the first slot of one schedule at from or later. One that began with
// from owes nothing to what it counted before.
func upcoming(s cron.Schedule, last, from time.Time, began bool) time.Time {
	every, ok := s.(cron.ConstantDelaySchedule)
	if !ok {
		return s.Next(from.Add(-time.Nanosecond))
	}
	next := last.Add(every.Delay)
	switch {
	case !next.Before(from):
		return next
	case began:
		return from
	}
	behind := (from.Sub(next) + every.Delay - 1) / every.Delay
	return next.Add(behind * every.Delay)
}

// offset is the source's own at a slot: less than half of the time to the next slot.
func (t timetable) offset(slot time.Time) time.Duration {
	s, _ := t.inForce(slot)
	if _, every := s.(cron.ConstantDelaySchedule); every {
		return 0 // these count from a start that was spread
	}
	return t.within(t.gap(slot) / 2)
}

// within is the source's own part of a time, and of the configured spread.
func (t timetable) within(most time.Duration) time.Duration {
	most = min(most, t.spread)
	if most <= 0 {
		return 0
	}
	return time.Duration(t.hash % uint64(most)).Truncate(time.Millisecond)
}

// gap is the time between a slot and the one after it.
func (t timetable) gap(slot time.Time) time.Duration {
	s, _ := t.inForce(slot)
	if next := s.Next(slot); !next.IsZero() {
		return next.Sub(slot)
	}
	return 366 * 24 * time.Hour
}

// due is when the plain schedule asks for the answer after one of a time: a rush does
// not make facts out of date that were good enough before. Zero when it never does.
func (t timetable) due(after time.Time) time.Time {
	if t.plain == nil {
		return time.Time{}
	}
	return t.plain.Next(after).UTC().Truncate(time.Second)
}

// turn is a moment at which a source is to be polled.
type turn struct {
	at time.Time
	// late says that it is not where the schedule has it, but made up for one that
	// was missed.
	late bool
}

// never is for a source whose schedule does not come for years.
var never = turn{at: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}

// next is the first turn after now. A turn that came late takes the place of one
// that would follow it sooner than the schedule means.
func (t timetable) next(last turn, now time.Time) turn {
	from := last.at.Add(time.Nanosecond)
	if now.Add(-t.spread).After(from) {
		from = now.Add(-t.spread)
	}
	for {
		slot := t.slot(last.at, from)
		if slot.IsZero() {
			return never
		}
		at := slot.Add(t.offset(slot))
		if least := last.at.Add(t.least); at.Before(least) {
			at = least
			if _, until := t.inForce(slot); !until.IsZero() && !at.Before(until) {
				from = until // the schedule of the slot has nothing to say then
				continue
			}
		}
		if at.After(now) && at.Sub(last.at) >= t.apart(slot, last.late) {
			return turn{at: at}
		}
		from = slot.Add(time.Nanosecond)
	}
}

// mostStretched bounds a gap that is longer because the host is slowed down.
const mostStretched = 24 * time.Hour

// apart is how far a turn at a slot is from the last one at least. A tenth is left for
// turns that come a little later than they were meant to.
func (t timetable) apart(slot time.Time, late bool) time.Duration {
	if t.halved == 0 && !late {
		return 0
	}
	gap := t.gap(slot)
	return max(gap, min(gap<<t.halved, mostStretched)) - gap/10
}

// again is the next turn of a source that is asked in another way from now on, or by
// other rules: soon, and yet not before half of the gap to the next turn is over.
func (t timetable) again(last turn, now time.Time) turn {
	planned, slot := t.resume(last, now), t.slot(last.at, now)
	if last.at.IsZero() || slot.IsZero() || t.halved > 0 {
		return planned
	}
	half := max(t.gap(slot), slot.Sub(last.at)) / 2
	at := now.Add(t.within(half))
	if earliest := last.at.Add(max(t.least, half)); at.Before(earliest) {
		at = earliest
	}
	if at.Before(planned.at) {
		return turn{at: at, late: true}
	}
	return planned
}

// atOnce is the next turn of a source that is another one from now on: now, unless its
// kind forbids that.
func (t timetable) atOnce(last turn, now time.Time) turn {
	if earliest := last.at.Add(t.least); earliest.After(now) {
		return turn{at: earliest, late: true}
	}
	return turn{at: now, late: true}
}

// resume is the first turn of a source when nothing was waited for: at the start of
// the agent, or after its clock leapt. One that was missed meanwhile comes now, and
// once, however many there were.
func (t timetable) resume(last turn, now time.Time) turn {
	s, _ := t.inForce(now)
	soon := turn{at: now.Add(t.within(s.Next(now).Sub(now) / 2)), late: true}
	if last.at.IsZero() {
		return soon
	}
	if next := t.next(last, last.at); next.at.After(now) {
		return next
	}
	return soon
}

// clockwatch finds out when the clock was set: it compares it with the time that passed.
type clockwatch struct{ wall, passed time.Time }

func (c *clockwatch) set(now time.Time) { c.wall, c.passed = now.Round(0), time.Now() }

func (c *clockwatch) leapt(now time.Time) bool {
	off := now.Round(0).Sub(c.wall) - time.Since(c.passed)
	c.set(now)
	return off.Abs() > leap
}
