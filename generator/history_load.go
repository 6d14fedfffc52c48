package generator

import (
	"cmp"
	"slices"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// How much of the change log is read for a site: the month of the facts and those before
// it, and no more events than these, the newest. What is older stays in the data
// directory; reading years of it would slow every build down for pages that nobody opens.
const (
	logMonths = 13
	logEvents = 50_000
)

// changeLog is the change log as far back as pages tell of it, which is kept from one
// build to the next.
type changeLog struct {
	months []*store.Month
	from   time.Time
	events []release.Event // oldest first; never changed, only added to
	days   map[string]logDay
	// grown is how many of events were added to those of the log before, which are all still
	// there; negative where it is not so.
	grown int
}

// logDay is what happened on one day in UTC.
type logDay struct {
	events []release.Event
	sum    fingerprint // stands for them
}

// logBegin is where the log begins that a site of a moment tells of.
func logBegin(asOf time.Time) time.Time {
	if asOf.IsZero() {
		return time.Time{}
	}
	return time.Date(asOf.Year(), asOf.Month()-(logMonths-1), 1, 0, 0, 0, 0, time.UTC)
}

// newLog divides months of the log into days, and takes over what did not change since
// before, which may be nil.
func newLog(months []*store.Month, from time.Time, before *changeLog) *changeLog {
	if before == nil {
		before = &changeLog{}
	}
	if before.from.Equal(from) && slices.Equal(before.months, months) {
		return before
	}
	l := &changeLog{months: months, from: from}
	all, grown := l.join(before)
	l.events, l.grown = newestEvents(all, logEvents), -1
	if grown && len(l.events) == len(all) {
		l.grown = len(all) - len(before.events)
	}
	l.divide(before)
	return l
}

// join puts the months together; where events were only added to the last one, and grown
// is true, to those that were there before.
func (l *changeLog) join(before *changeLog) (all []release.Event, grown bool) {
	if n := len(l.months) - 1; n >= 0 && before.from.Equal(l.from) && len(before.months) == n+1 && slices.Equal(before.months[:n], l.months[:n]) {
		was, is := before.months[n].Events, l.months[n].Events
		if len(was) > 0 && len(was) < len(is) && slices.Equal(was, is[:len(was)]) {
			added := is[len(was):]
			inOrder := slices.IsSortedFunc(added, byPoll)
			if k := len(before.events); inOrder && k > 0 && byPoll(before.events[k-1], added[0]) <= 0 {
				return append(before.events, added...), true
			}
		}
	}
	var events []release.Event
	for _, m := range l.months {
		events = append(events, m.Events...)
	}
	slices.SortStableFunc(events, byPoll)
	return events, false
}

// byPoll orders events by time and, at one time, by source: which of them answered first
// means nothing, and the log has them in that order. Pages tell the last one first.
func byPoll(a, b release.Event) int {
	return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(b.Source, a.Source))
}

// divide finds the days.
func (l *changeLog) divide(before *changeLog) {
	l.days = make(map[string]logDay, len(before.days)+1)
	for from := 0; from < len(l.events); {
		day := dayOf(l.events[from].Seen)
		n := from + 1
		for n < len(l.events) && dayOf(l.events[n].Seen) == day {
			n++
		}
		date, d := l.events[from].Seen.UTC().Format(time.DateOnly), logDay{events: l.events[from:n]}
		if was := before.days[date]; was.is(d.events) {
			d.sum = was.sum
		} else {
			d.sum = fingerprintOf(d.events)
		}
		l.days[date] = d
		from = n
	}
}

// is reports whether these are all events of the day.
func (d logDay) is(events []release.Event) bool {
	if len(d.events) != len(events) || len(events) == 0 {
		return false
	}
	return &d.events[0] == &events[0] || slices.Equal(d.events, events)
}

// dayOf tells days in UTC apart.
func dayOf(t time.Time) int64 {
	const seconds = 24 * 60 * 60
	return (t.Unix() + 1<<40*seconds) / seconds
}

// newestEvents are the last events of a log, all of one day or none; of one day with more,
// all of one poll or none. So what a site tells of the past begins elsewhere once a day
// and not with every event.
func newestEvents(events []release.Event, most int) []release.Event {
	from := len(events) - most
	if from <= 0 {
		return events
	}
	before := events[from-1].Seen
	day := slices.IndexFunc(events[from:], func(e release.Event) bool { return dayOf(e.Seen) != dayOf(before) })
	if day >= 0 {
		return events[from+day:]
	}
	poll := slices.IndexFunc(events[from:], func(e release.Event) bool { return !e.Seen.Equal(before) })
	if poll >= 0 {
		return events[from+poll:]
	}
	return nil
}
