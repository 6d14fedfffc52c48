package release

import (
	"maps"
	"slices"
	"time"
)

// Rule of this file: going backward depends on nothing but what was known at the moment and
// the events before it. So where undoing the new events leads to what was known when the
// last past was worked out, the rest of the way is the one that was gone then. Whatever is
// not exactly so is gone anew; a series by itself.

// walk is the way back through the events of one series.
type walk struct {
	start *backward // what was known at its beginning; refers to no picture
	ends  map[string]standEnd
}

// standEnd is what the way back told of a milestone.
type standEnd struct {
	moments []Readiness // newest first
	first   Readiness   // how it stood when what is known of it begins; zero for not at all
	since   map[string]time.Time
}

// Next works out the past of a picture as [NewPast] does. Its log has all events of
// the one of p, from the same one on, and added more at the end; p may be nil for none.
// Neither part has to be in order; only what was seen after all of p is quick.
func (p *Past) Next(next *Picture, log []Event, added int) *Past {
	old := len(log) - added
	news := log[max(old, 0):]
	isNew := func(e Event) bool { return e.What == EventSourceNew }
	if p == nil || old <= 0 || slices.ContainsFunc(news, isNew) || p.mixes(news) {
		return NewPast(next, log)
	}
	past := emptyPast(p.begins)
	past.newest = p.newest
	if len(news) > 0 {
		past.newest = news[len(news)-1].Seen
	}
	known, events := indexLines(next), historicOf(news)
	past.told = maps.Clone(p.told)
	past.tellOf(events)
	var all map[string][]*Event
	for _, l := range next.Lines {
		was := p.walks[l.Slug]
		if !past.told[l.Slug] {
			continue
		}
		b := newBackward(next, known, l, p.begins)
		start := b.remember()
		b.run(events[l.Slug])
		if was != nil && b.same(was.start) {
			b.resume(was)
			past.resumed++
		} else {
			if all == nil {
				all = historicOf(byTime(log))
			}
			b = newBackward(next, known, l, p.begins)
			b.run(all[l.Slug])
		}
		past.walks[l.Slug] = &walk{start, b.tell(past, next.AsOf)}
	}
	return past
}

// mixes reports whether new events are out of order, or not all later than those before.
func (p *Past) mixes(news []Event) bool {
	return len(news) > 0 && !news[0].Seen.After(p.newest) ||
		!slices.IsSortedFunc(news, func(a, b Event) int { return a.Seen.Compare(b.Seen) })
}

// resume adds what a way back told that was gone from here.
func (b *backward) resume(was *walk) {
	for _, s := range b.stands {
		end := was.ends[s.m.Slug]
		if !s.closed {
			s.moments, s.first, s.closed = append(s.moments, end.moments...), end.first, true
		}
		for product, r := range s.rows {
			if r.since.IsZero() {
				r.since = end.since[product]
			}
		}
	}
}

// end is what the way back told of the milestone.
func (s *stand) end() standEnd {
	e := standEnd{slices.Clone(s.moments), s.first, map[string]time.Time{}}
	for product, r := range s.rows {
		if !r.since.IsZero() {
			e.since[product] = r.since
		}
	}
	return e
}

// remember copies what is known now, without what belongs to the picture.
func (b *backward) remember() *backward {
	c := &backward{netboot: b.netboot, first: b.first}
	copies := map[*stand]*stand{}
	for _, s := range b.stands {
		k := &stand{m: &Manifest{Slug: s.m.Slug, Kind: s.m.Kind, Refs: s.m.Refs}, begin: s.begin, rows: make(map[string]*rowThen, len(s.rows))}
		for product, r := range s.rows {
			k.rows[product] = &rowThen{twins: r.twins, lying: r.lying, trees: r.trees, claims: maps.Clone(r.claims), shown: r.shown}
		}
		c.stands, copies[s] = append(c.stands, k), k
	}
	for _, src := range b.sources {
		src.status, src.intents, src.builds = maps.Clone(src.status), maps.Clone(src.intents), maps.Clone(src.builds)
		for product, own := range src.builds {
			src.builds[product] = maps.Clone(own)
		}
		src.lines, src.stands = maps.Clone(src.lines), maps.Clone(src.stands)
		for slug, s := range src.stands {
			src.stands[slug] = copies[s]
		}
		statuses, frozen := map[*stand]string{}, map[*stand]map[string]bool{}
		for s, status := range src.statuses {
			statuses[copies[s]] = status
		}
		for s, intents := range src.frozen {
			frozen[copies[s]] = maps.Clone(intents)
		}
		src.statuses, src.frozen = statuses, frozen
		c.sources = append(c.sources, src)
	}
	return c
}

// same reports whether the same is known in both, so that events undone from here show
// the same.
func (b *backward) same(o *backward) bool {
	return maps.Equal(b.netboot, o.netboot) && len(b.left) == 0 && b.first.same(&o.first) && slices.EqualFunc(b.stands, o.stands, (*stand).same) &&
		slices.EqualFunc(b.sources, o.sources, sourceThen.same)
}

func (s *stand) same(o *stand) bool {
	if s.m.Slug != o.m.Slug || s.m.Kind != o.m.Kind || !slices.Equal(s.m.Refs, o.m.Refs) || !s.begin.Equal(o.begin) {
		return false
	}
	for product, r := range s.rows {
		if !r.same(o.rows[product]) {
			return false
		}
	}
	for product, r := range o.rows {
		if s.rows[product] == nil && !r.same(nil) {
			return false
		}
	}
	return true
}

// same takes a row without builds that shows nothing for one that is not there: events
// make it when they need it.
func (r *rowThen) same(o *rowThen) bool {
	if o == nil {
		o = &rowThen{}
	}
	return r.shown == o.shown && r.trees == o.trees && slices.Equal(r.lying, o.lying) && slices.Equal(r.twins, o.twins) && maps.Equal(r.claims, o.claims)
}

func (s sourceThen) same(o sourceThen) bool {
	return s.name == o.name && s.plans == o.plans && s.begin.Equal(o.begin) && s.listed == o.listed &&
		maps.Equal(s.status, o.status) && maps.Equal(s.intents, o.intents) && maps.Equal(s.lines, o.lines) &&
		maps.EqualFunc(s.builds, o.builds, maps.Equal) && sameStands(s.stands, o.stands) &&
		maps.Equal(bySlug(s.statuses), bySlug(o.statuses)) && maps.EqualFunc(bySlug(s.frozen), bySlug(o.frozen), maps.Equal)
}

func sameStands(a, b map[string]*stand) bool {
	return maps.EqualFunc(a, b, func(x, y *stand) bool { return x.m.Slug == y.m.Slug })
}

// bySlug has milestones by name.
func bySlug[V any](of map[*stand]V) map[string]V {
	named := make(map[string]V, len(of))
	for s, v := range of {
		named[s.m.Slug] = v
	}
	return named
}
