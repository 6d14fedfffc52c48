package generator

import (
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
	l.events = newestEvents(l.join(before), logEvents)
	l.divide(before)
	return l
}

// join puts the months together; where events were only added to the last one, to those
// that were there before.
func (l *changeLog) join(before *changeLog) []release.Event {
	byTime := func(a, b release.Event) int { return a.Seen.Compare(b.Seen) }
	if n := len(l.months) - 1; n >= 0 && before.from.Equal(l.from) && len(before.months) == n+1 && slices.Equal(before.months[:n], l.months[:n]) {
		was, is := before.months[n].Events, l.months[n].Events
		if len(was) > 0 && len(was) < len(is) && slices.Equal(was, is[:len(was)]) {
			added := is[len(was):]
			inOrder := slices.IsSortedFunc(added, byTime)
			if k := len(before.events); inOrder && k > 0 && !added[0].Seen.Before(before.events[k-1].Seen) {
				return append(before.events, added...)
			}
		}
	}
	var events []release.Event
	for _, m := range l.months {
		events = append(events, m.Events...)
	}
	slices.SortStableFunc(events, byTime)
	return events
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

// newestEvents are the last events of a log, all of one poll or none.
func newestEvents(events []release.Event, most int) []release.Event {
	from := len(events) - most
	if from <= 0 {
		return events
	}
	for from < len(events) && events[from].Seen.Equal(events[from-1].Seen) {
		from++
	}
	return events[from:]
}

// happening is an event with what it concerns on the site.
type happening struct {
	*release.Event
	line      *release.Line
	milestone *release.Manifest
	image     *release.TreeImage
	products  []*release.ProductLine
	// instead is the build that this one took the place of in the same poll.
	instead string
}

// readLog works out what pages tell of the past.
func (s *site) readLog() {
	s.past = release.NewPast(s.picture, s.log)
	s.newsOf, s.newsIn = map[*release.ProductLine][]*happening{}, map[*release.Line][]*happening{}
	lines := map[string]*release.Line{} // by what sources call them
	replaced := replacedBuilds(s.log)
	s.news = make([]*happening, 0, len(s.log))
	for i := len(s.log) - 1; i >= 0; i-- {
		e := &s.log[i]
		if replaced.drops(e) {
			continue
		}
		line, known := lines[e.Series]
		if !known {
			line = s.picture.LineOf(e.Series)
			lines[e.Series] = line
		}
		h := &happening{Event: e, line: line, image: s.imageOf(e)}
		h.instead = replaced.by(e)
		if h.line != nil {
			h.milestone = h.line.MilestoneOf(e.Milestone)
			s.newsIn[h.line] = append(s.newsIn[h.line], h)
		}
		if pl := s.productNamed(e.Product); pl != nil {
			h.products = []*release.ProductLine{pl}
		} else if h.image != nil {
			h.products = s.productsOf(h.image)
		}
		s.news = append(s.news, h)
		for _, pl := range h.products {
			s.newsOf[pl] = append(s.newsOf[pl], h)
		}
	}
}

// productNamed finds a product by a source's slug; nil where the site has none.
func (s *site) productNamed(slug string) *release.ProductLine {
	if pl := s.product(slug); pl != nil || slug == "" {
		return pl
	}
	return s.product(release.Slug(slug))
}

// imageOf is the image that an event is about; nil where no tree has it any more.
func (s *site) imageOf(e *release.Event) *release.TreeImage {
	if e.Image == "" {
		return nil
	}
	d := s.directories[treeDir{e.Source, e.Dir}]
	if d == nil {
		return nil
	}
	for _, i := range d.Images {
		if i.Name == e.Image {
			return i
		}
	}
	return nil
}

// productsOf are the products of an image, which may be of the picture before.
func (s *site) productsOf(i *release.TreeImage) []*release.ProductLine {
	var all []*release.ProductLine
	for _, pl := range i.Products {
		if now := s.products[pl.Slug]; now != nil {
			all = append(all, now)
		}
	}
	return all
}

// replaced are the builds that made room for a newer one in the same poll: that the old
// one is superseded, or gone, goes without saying.
type replaced map[buildPlace]string // the newest of the old builds where a new one appeared

// buildPlace is a product on a milestone at one poll.
type buildPlace struct {
	seen                               int64
	source, series, milestone, product string
}

func placeOf(e *release.Event) buildPlace {
	return buildPlace{e.Seen.UnixNano(), e.Source, e.Series, e.Milestone, e.Product}
}

func replacedBuilds(log []release.Event) replaced {
	r := replaced{}
	for i := range log {
		if e := &log[i]; appears(e) {
			r[placeOf(e)] = ""
		}
	}
	for i := range log {
		e := &log[i]
		if !leaves(e) {
			continue
		}
		if old, ok := r[placeOf(e)]; ok && release.CompareBuildIDs(e.BuildID, old) > 0 {
			r[placeOf(e)] = e.BuildID
		}
	}
	return r
}

func appears(e *release.Event) bool {
	return e.What == release.EventBuildAppeared && e.Milestone != ""
}

func leaves(e *release.Event) bool {
	return e.Milestone != "" && (e.What == release.EventBuildSuperseded || e.What == release.EventBuildLeft)
}

// drops reports whether an event goes without saying.
func (r replaced) drops(e *release.Event) bool {
	if !leaves(e) {
		return false
	}
	_, ok := r[placeOf(e)]
	return ok
}

// by is the build in whose place this one came.
func (r replaced) by(e *release.Event) string {
	if !appears(e) {
		return ""
	}
	return r[placeOf(e)]
}
