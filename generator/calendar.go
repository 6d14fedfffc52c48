package generator

import (
	"bytes"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"

	"shiplist/internal/release"
)

const calendarFile = "calendar.ics"

// calendarDay is a day of a series on which something is due or was done.
type calendarDay struct {
	id    string // what of the series it is; it stays when titles and days change
	title string
	day   time.Time
	path  string // of the page about it
}

// calendarDays are the days of a series that are known, in their order: those of its
// milestones, of its release and of the ends of its support.
func (s *site) calendarDays(l *release.Line) []calendarDay {
	var days []calendarDay
	add := func(id, title, date, path string) {
		if day, err := time.Parse(time.DateOnly, date); err == nil {
			days = append(days, calendarDay{id, title, day, path})
		}
	}
	released := false
	for _, m := range l.Milestones {
		add("milestone "+m.Slug, m.Title, m.Date, s.milestonePath(m))
		released = released || l.Rule != nil && m.Date == l.Rule.Released
	}
	if r := l.Rule; r != nil {
		name, at := seriesTitle(l), s.seriesPath(l)
		if !released {
			add("released", name+": release", r.Released, at)
		}
		add("eol", name+": end of standard support", r.EOL, at)
		add("eol_esm", name+": end of extended support", r.EOLESM, at)
		add("eol_legacy", name+": end of legacy support", r.EOLLegacy, at)
	}
	slices.SortStableFunc(days, func(a, b calendarDay) int { return a.day.Compare(b.day) })
	return days
}

// calendarOutput is the calendar of a series; ok is false where no day is known, as a
// calendar must have something in it.
func (s *site) calendarOutput(l *release.Line) (out output, ok bool) {
	days := s.calendarDays(l)
	return fileOutput(s.seriesPath(l)+calendarFile, func(b *bytes.Buffer) error {
		return s.calendar(l, days).SerializeTo(b, ics.WithNewLineWindows)
	}).of(s.keys.of("calendar", l.Slug)), len(days) > 0
}

// calendar is in the form of RFC 5545. Its days are days anywhere, without a time zone.
// DTSTAMP, which should tell when an entry was written, is the day itself: nothing else
// about it is a fact, and the same facts give the same bytes.
func (s *site) calendar(l *release.Line, days []calendarDay) *ics.Calendar {
	c := ics.NewCalendarFor("shiplist")
	c.SetProductId("-//shiplist//calendar of a series//EN")
	c.SetXWRCalName(oneLine(seriesTitle(l)))
	c.SetName(oneLine(seriesTitle(l)))
	for _, d := range days {
		e := c.AddEvent(uuid.NewSHA1(feedSpace, []byte(s.config.Distribution+"\n"+l.Slug+"\n"+d.id)).String())
		e.SetDtStampTime(d.day)
		e.SetAllDayStartAt(d.day)
		e.SetAllDayEndAt(d.day.AddDate(0, 0, 1))
		e.SetSummary(oneLine(d.title))
		e.SetTimeTransparency(ics.TransparencyTransparent)
		if at := fullAddress(s.config.BaseURL, d.path); at != "" {
			e.SetURL(at)
		}
	}
	return c
}
