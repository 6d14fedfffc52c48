package release

import (
	"cmp"
	"slices"
	"time"
)

// Going backward through the change log, one series at a time: to undo an event is to
// put back the word that it replaced.

// historic are the kinds of event that change how milestones stand.
var historic = map[EventKind]func(b *backward, source int, e *Event){
	EventSeriesAppeared: (*backward).undoStatus, EventSeriesLeft: (*backward).undoStatus, EventSeriesStatus: (*backward).undoStatus,
	EventMilestoneAppeared: (*backward).undoMilestone, EventMilestoneLeft: (*backward).undoMilestone,
	EventMilestoneStatus: (*backward).undoMilestone,
	EventIntended:        (*backward).undoIntent, EventUnintended: (*backward).undoIntent,
	EventBuildAppeared: (*backward).undoBuild, EventBuildLeft: (*backward).undoBuild, EventBuildReady: (*backward).undoBuild,
	EventBuildUnready: (*backward).undoBuild, EventBuildFailed: (*backward).undoBuild,
	EventBuildSuperseded: (*backward).undoBuild, EventBuildState: (*backward).undoBuild,
}

// historicOf are the events that change how the milestones of a series stand, by its slug.
func historicOf(log []Event) map[string][]*Event {
	some, slugs := map[string][]*Event{}, map[string]string{}
	for i := range log {
		e := &log[i]
		if historic[e.What] == nil {
			continue
		}
		slug, known := slugs[e.Series]
		if !known {
			slug = lineSlug(e.Series)
			slugs[e.Series] = slug
		}
		some[slug] = append(some[slug], e)
	}
	return some
}

// run undoes events that are in order of time, the newest first, and those that were
// seen at one time together.
func (b *backward) run(events []*Event) {
	for _, s := range b.stands {
		b.change(s) // one that no source has is closed at the first step
	}
	for end := len(events); end > 0; {
		start := end - 1
		for start > 0 && events[start-1].Seen.Equal(events[end-1].Seen) {
			start--
		}
		b.step(events[start:end])
		end = start
	}
}

// step undoes the events of one time and notes how the milestones stood since then.
func (b *backward) step(events []*Event) {
	seen := events[0].Seen
	for _, s := range b.stands {
		if !s.closed && !seen.After(s.begin) {
			s.close()
		}
	}
	clear(b.touched)
	for _, e := range events {
		i, known := b.index[e.Source]
		if known && !e.Seen.Before(b.sources[i].begin) {
			historic[e.What](b, i, e)
		}
	}
	for _, s := range b.changed {
		s.after.At = seen
		s.note(s.after)
		s.changed = false
		if !s.closed && !b.exists(s) {
			s.closed = true // there was nothing to tell of before
		}
	}
	b.changed = b.changed[:0]
	for r, was := range b.touched {
		if r.since.IsZero() && r.shown != was {
			r.since = seen
		}
	}
}

// change remembers how a milestone stood before the events of one time are undone, in
// which it takes part.
func (b *backward) change(s *stand) {
	if !s.changed {
		s.changed, s.after = true, s.readiness(time.Time{})
		b.changed = append(b.changed, s)
	}
}

// note adds a moment, unless nothing changed at it.
func (s *stand) note(after Readiness) {
	if !s.closed && !after.sameCounts(s.readiness(after.At)) {
		s.moments = append(s.moments, after)
	}
}

// close remembers how it stood when what is known of it begins.
func (s *stand) close() {
	s.first, s.closed = s.readiness(s.begin), true
}

// exists reports whether a source has the milestone.
func (b *backward) exists(s *stand) bool {
	return slices.ContainsFunc(b.sources, func(src sourceThen) bool {
		_, has := src.statuses[s]
		return has
	})
}

// undoStatus undoes what happened to the series.
func (b *backward) undoStatus(source int, e *Event) {
	b.sources[source].status[Event{}] = e.From
	b.showAll(b.stands...)
}

func (b *backward) undoMilestone(source int, e *Event) {
	src := &b.sources[source]
	s := b.stand(source, e.Milestone)
	if s == nil {
		return
	}
	b.change(s)
	if e.What == EventMilestoneAppeared {
		delete(src.statuses, s)
	} else {
		src.statuses[s] = e.From
	}
	b.showAll(s)
}

func (b *backward) undoIntent(source int, e *Event) {
	src, product := &b.sources[source], b.product(source, e.Product)
	intents, stands := src.intents, b.stands
	if e.Milestone != "" {
		s := b.stand(source, e.Milestone)
		if s == nil {
			return
		}
		intents, stands = src.frozenOf(s), []*stand{s}
	}
	spoke := anyTrue(intents)
	intents[product] = e.What == EventUnintended
	if anyTrue(intents) != spoke { // whether others are heard may hang on it
		b.showAll(stands...)
	}
	for _, s := range stands {
		b.touch(s, product)
	}
}

// undoBuild undoes what happened to a build on a milestone, or to the build itself.
func (b *backward) undoBuild(source int, e *Event) {
	product := b.product(source, e.Product)
	if e.Milestone == "" {
		put(b.sources[source].buildsOf(product), e.BuildID, e)
		for _, s := range b.stands {
			b.touch(s, product)
		}
		return
	}
	s := b.stand(source, e.Milestone)
	if s == nil {
		put(b.left, leftBuild{product, e.Milestone, claimThen{source, e.BuildID}}, e)
	} else {
		put(s.rowOf(product).claims, claimThen{source, e.BuildID}, e)
		b.touch(s, product)
	}
	for _, other := range b.stands {
		if other != s && b.planned(other, product) { // whether anybody has what is planned there
			b.touch(other, product)
		}
	}
}

// planned reports whether a plan decides for a build of a product.
func (b *backward) planned(s *stand, product string) bool {
	if r := s.rows[product]; r != nil {
		for c := range r.claims {
			if b.sources[c.source].plans {
				return true
			}
		}
	}
	return false
}

// put restores the state that a build had before an event.
func put[K comparable](states map[K]string, at K, e *Event) {
	if e.What == EventBuildAppeared {
		delete(states, at)
		return
	}
	states[at] = e.From
}

// stand finds the milestone that a source calls so; nil where there is none any more.
func (b *backward) stand(source int, slug string) *stand {
	return cmp.Or(b.sources[source].stands[slug], b.bySlug[Slug(slug)])
}

// touch works out anew what a row shows.
func (b *backward) touch(s *stand, product string) {
	b.change(s)
	r := s.rowOf(product)
	if _, already := b.touched[r]; !already {
		b.touched[r] = r.shown
	}
	b.show(s, product)
}

func (b *backward) showAll(stands ...*stand) {
	for _, s := range stands {
		for product := range s.rows {
			b.touch(s, product)
		}
	}
}

// meant reports whether a source means a product to be released with a milestone, as
// joiner.intents tells it.
func (b *backward) meant(s *stand, product string) bool {
	for n, group := range b.groups {
		speaks := n == len(b.groups)-1
		for _, i := range group {
			intents := b.intents(i, s)
			if intents[product] {
				return true
			}
			speaks = speaks || anyTrue(intents)
		}
		if speaks {
			break
		}
	}
	return false
}

// anyTrue reports whether anything is meant.
func anyTrue(intents map[string]bool) bool {
	for _, meant := range intents {
		if meant {
			return true
		}
	}
	return false
}

// intents are the products that one source means to be released with a milestone.
func (b *backward) intents(source int, s *stand) map[string]bool {
	src := &b.sources[source]
	status, has := src.statuses[s]
	testing := has && status == string(MilestoneTesting)
	switch {
	case has && (src.plans || !testing) && len(src.frozen[s]) > 0:
		return src.frozen[s]
	case !b.open(s) && (!testing || b.disabled()):
		return src.frozen[s]
	case has || !src.listed:
		return src.intents
	}
	return nil
}

// open reports whether a milestone is in testing, as joiner.describe tells it.
func (b *backward) open(s *stand) bool {
	status, silent := "", ""
	for i := range b.sources {
		own := b.sources[i].statuses[s]
		if b.sources[i].plans && own == string(MilestoneTesting) {
			silent = own
		} else {
			status = cmp.Or(status, own)
		}
		if s.m.Kind == KindDaily && own == string(MilestoneTesting) {
			status = own
			break
		}
	}
	return cmp.Or(status, silent) == string(MilestoneTesting) && !b.disabled()
}

// disabled reports whether the series is closed.
func (b *backward) disabled() bool {
	status := ""
	for i := range b.sources {
		status = cmp.Or(status, b.sources[i].status[Event{}])
	}
	return status == string(SeriesDisabled)
}

// tell adds what was found to a past, and returns it by milestone. The counts of the
// picture are the last word.
func (b *backward) tell(past *Past, asOf time.Time) map[string]standEnd {
	ends := make(map[string]standEnd, len(b.stands))
	for _, s := range b.stands {
		if !s.closed {
			s.close()
		}
		ends[s.m.Slug] = s.end()
		n := len(s.moments)
		if n == 0 {
			continue
		}
		if s.first.All() > 0 && s.first.At.Before(s.moments[n-1].At) {
			s.moments = append(s.moments, s.first)
		}
		slices.Reverse(s.moments)
		past.readiness[s.m] = endWith(s.moments, s.m.readiness(), asOf)
		for _, r := range s.rows {
			if r.row != nil && !r.since.IsZero() {
				past.since[r.row] = r.since
			}
		}
	}
	return ends
}

// endWith makes moments end with how it is now.
func endWith(moments []Readiness, now Readiness, asOf time.Time) []Readiness {
	last := moments[len(moments)-1]
	switch now.At = asOf; {
	case now.sameCounts(last):
		return moments
	case last.At.Before(asOf):
		return append(moments, now)
	}
	now.At = last.At
	return append(moments[:len(moments)-1], now)
}

// readiness counts the rows as they are.
func (m *Manifest) readiness() Readiness {
	var n Readiness
	for _, r := range m.Rows() {
		if m.Totals.Intended == 0 || r.Intended && !r.Netboot {
			n.add(r.State, 1)
		}
	}
	return n
}
