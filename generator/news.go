package generator

import (
	"maps"
	"slices"
	"sync"
	"time"

	"shiplist/internal/release"
)

// happening is an event with what it concerns on the site, by name: it is told on one site
// after the other.
type happening struct {
	*release.Event
	line     string   // slug of the series; empty where the site has none
	products []string // slugs
	// instead is the build that this one took the place of in the same poll.
	instead string
}

// newsIndex is what pages tell of the change log. It is never changed; the next one
// shares what is the same.
type newsIndex struct {
	news   []*happening // newest first, like the other lists
	days   []newsDay    // the same by days
	newsOf map[string]ownNewsList
	newsIn map[string]seriesNews // by slug of the series
	begins map[string]time.Time  // when the log of each source begins; see release.Beginnings
	// revision is the last that a list was given; revisionAll tells news from any others on
	// the sites before.
	revision, revisionAll uint64
}

// seriesNews is what happened in one series.
type seriesNews struct {
	news     []*happening
	days     []newsDay // the same by days
	revision uint64    // as that of ownNewsList
}

// ownNewsList is what happened to one product.
type ownNewsList struct {
	news []*happening
	// revision tells it from any other list of the product on the sites before.
	revision uint64
}

// readLog works out what pages tell of the past. Where nothing that it follows from
// changed but that the log grew, it goes on from the site before.
func (s *site) readLog(before *site) {
	old, log := &newsIndex{}, s.log
	var past *release.Past
	var begins map[string]time.Time
	more := s.log
	if before != nil {
		s.revision = before.revision
		if added, ok := s.addedEvents(before); ok {
			past, more, begins = before.past, added, before.begins
			if before.key.is(s.key) {
				old, log = &before.newsIndex, added
			}
		}
	}
	var beside sync.WaitGroup
	beside.Go(func() { s.past = past.Next(s.picture, s.log, len(more)) })
	s.addNews(old, log)
	s.begins = release.Beginnings(more, begins)
	beside.Wait()
}

// addedEvents are the events that the log has besides those of the site before; ok is false
// where it does not have all of those, or some of the same poll.
func (s *site) addedEvents(before *site) (added []release.Event, ok bool) {
	if s.logged == nil || before.logged == nil {
		return nil, false
	}
	if s.logged == before.logged {
		return nil, true
	}
	n := len(before.log)
	if s.logged.grown < 0 || n == 0 || n+s.logged.grown != len(s.log) || s.log[n-1] != before.log[n-1] || s.log[0] != before.log[0] {
		return nil, false
	}
	return s.log[n:], s.log[n].Seen.After(s.log[n-1].Seen)
}

// addNews puts the news of some events before those of an earlier index.
func (s *site) addNews(old *newsIndex, log []release.Event) {
	var all []*happening
	of, in := map[string][]*happening{}, map[string][]*happening{}
	lines := map[string]string{} // by what sources call them
	replaced := replacedBuilds(log)
	for i := range slices.Backward(log) {
		e := &log[i]
		if replaced.drops(e) {
			continue
		}
		line, known := lines[e.Series]
		if !known {
			if l := s.picture.LineOf(e.Series); l != nil {
				line = l.Slug
			}
			lines[e.Series] = line
		}
		h := &happening{Event: e, line: line, products: s.productsOf(e), instead: replaced.by(e)}
		all = append(all, h)
		if line != "" {
			in[line] = append(in[line], h)
		}
		for _, slug := range h.products {
			of[slug] = append(of[slug], h)
		}
	}
	s.news, s.days = slices.Concat(all, old.news), joinDays(byDay(all), old.days)
	if s.revisionAll = old.revisionAll; len(all) > 0 {
		s.revision++
		s.revisionAll = s.revision
	}
	s.newsIn, s.newsOf = maps.Clone(old.newsIn), maps.Clone(old.newsOf)
	if s.newsIn == nil {
		s.newsIn, s.newsOf = map[string]seriesNews{}, map[string]ownNewsList{}
	}
	for slug, more := range in {
		s.revision++
		was := s.newsIn[slug]
		s.newsIn[slug] = seriesNews{slices.Concat(more, was.news), joinDays(byDay(more), was.days), s.revision}
	}
	for slug, more := range of {
		s.revision++
		s.newsOf[slug] = ownNewsList{slices.Concat(more, s.newsOf[slug].news), s.revision}
	}
}

// productsOf are the slugs of the products that an event concerns: the one that a
// source calls so, or those that have the image.
func (s *site) productsOf(e *release.Event) []string {
	pl := s.product(e.Product)
	if pl == nil && e.Product != "" {
		pl = s.product(release.Slug(e.Product))
	}
	if pl != nil {
		return []string{pl.Slug}
	}
	var slugs []string
	if i := s.imageOf(e); i != nil {
		for _, pl := range i.Products { // may be of the picture before
			if s.products[pl.Slug] != nil {
				slugs = append(slugs, pl.Slug)
			}
		}
	}
	return slugs
}

// imageOf is the image that an event is about; nil where no tree has it any more.
func (s *site) imageOf(e *release.Event) *release.TreeImage {
	d := s.directories[treeDir{e.Source, e.Dir}]
	if e.Image == "" || d == nil {
		return nil
	}
	for _, i := range d.Images {
		if i.Name == e.Image {
			return i
		}
	}
	return nil
}

// milestoneIn is the milestone at which it happened; nil where the site has none.
func (s *site) milestoneIn(h *happening) *release.Manifest {
	if l := s.line(h.line); l != nil {
		return l.MilestoneOf(h.Milestone)
	}
	return nil
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
