package generator

import (
	"fmt"
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

// loadLog reads the change log as far back as pages tell of it, oldest first.
func loadLog(data string, asOf time.Time) ([]release.Event, error) {
	from := time.Date(asOf.Year(), asOf.Month()-(logMonths-1), 1, 0, 0, 0, 0, time.UTC)
	if asOf.IsZero() {
		from = time.Time{}
	}
	events, err := store.LoadEvents(data, from, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("load the change log: %w", err)
	}
	slices.SortStableFunc(events, func(a, b release.Event) int { return a.Seen.Compare(b.Seen) })
	return newestEvents(events, logEvents), nil
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
	images, lines := s.imageIndex(), map[string]*release.Line{}
	for _, l := range s.picture.Lines {
		lines[l.Slug] = l
	}
	replaced := replacedBuilds(s.log)
	s.news = make([]*happening, 0, len(s.log))
	for i := len(s.log) - 1; i >= 0; i-- {
		e := &s.log[i]
		if replaced.drops(e) {
			continue
		}
		h := &happening{Event: e, line: lines[e.Series], image: images[imageKey{e.Source, e.Dir, e.Image}]}
		h.instead = replaced.by(e)
		if h.line != nil {
			h.milestone = milestoneOf(h.line, e.Milestone)
			s.newsIn[h.line] = append(s.newsIn[h.line], h)
		}
		if pl := s.productNamed(e.Product); pl != nil {
			h.products = []*release.ProductLine{pl}
		} else if h.image != nil {
			h.products = h.image.Products
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

func milestoneOf(l *release.Line, slug string) *release.Manifest {
	if slug == "" {
		return nil
	}
	for _, m := range l.Milestones {
		if m.Slug == slug {
			return m
		}
	}
	return nil
}

type imageKey struct{ tree, dir, name string }

func (s *site) imageIndex() map[imageKey]*release.TreeImage {
	images := map[imageKey]*release.TreeImage{}
	for _, t := range s.picture.Trees {
		for _, d := range t.Directories {
			for _, i := range d.Images {
				images[imageKey{t.Name, i.Dir, i.Name}] = i
			}
		}
	}
	return images
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
