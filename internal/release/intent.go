package release

import (
	"math"
	"slices"
	"strings"
)

// readIntent joins a line of a series manifest: the source that counts first says whether
// the product is meant to be released.
func (j *joiner) readIntent(l *Line, src *source, in *Intent) {
	product := j.product(src.index, in.Product)
	j.names(l, product, saidContact{src: src, who: in.Contact})
	if j.lineIntents[l] == nil {
		j.lineIntents[l] = map[*ProductLine]*Intended{}
	}
	have := j.lineIntents[l][product]
	if have == nil {
		n := &Intended{Product: product, Disabled: in.Disabled, Source: src.state.Name, src: src}
		j.lineIntents[l][product] = n
		l.Intents = append(l.Intents, n)
		return
	}
	if before(j.first.intent, src, have.src) < 0 {
		have.Disabled, have.Source, have.src = in.Disabled, src.state.Name, src
	}
}

// settleIntents leaves the sources that speak first in each series manifest, and puts it in
// order, once all families are known.
func (j *joiner) settleIntents() {
	for _, l := range j.p.Lines {
		first := math.MaxInt
		for _, n := range l.Intents {
			first = min(first, j.first.intent[n.src.index])
		}
		l.Intents = slices.DeleteFunc(l.Intents, func(n *Intended) bool {
			less := j.first.intent[n.src.index] > first
			if less {
				delete(j.lineIntents[l], n.Product)
			}
			return less
		})
		slices.SortFunc(l.Intents, func(a, b *Intended) int { return compareByFamily(a.Product, b.Product) })
	}
}

// intents is the statement of intent that holds for a milestone, by product, and
// whether there is one: that of the sources that speak first and say something of it.
func (j *joiner) intents(m *Manifest) (map[*ProductLine]*Intended, bool) {
	intents := map[*ProductLine]*Intended{}
	for _, group := range j.speakers {
		for _, i := range group {
			src := &j.sources[i]
			list := j.intentsOf(m, src)
			for _, in := range list {
				j.intend(m, intents, src, in)
			}
			if len(list) > 0 {
				m.MeantBy, m.Planned = append(m.MeantBy, src.state.Name), m.Planned || src.plans()
			}
		}
		if len(intents) > 0 {
			break
		}
	}
	return intents, len(intents) > 0
}

// intend adds what a source means to be released with a milestone, unless one before it
// said something of the product. What was written down when a milestone left testing has
// its contact in it.
func (j *joiner) intend(m *Manifest, intents map[*ProductLine]*Intended, src *source, in Intent) {
	product := j.product(src.index, in.Product)
	if intents[product] != nil {
		return
	}
	n := &Intended{Product: product, Disabled: in.Disabled, Source: src.state.Name, src: src}
	if !m.Open && strings.TrimSpace(in.Contact) != "" {
		n.Contact, n.Team, n.ContactFrom = j.contact(product, in.Contact, src)
	} else {
		n.Contact, n.Team, n.ContactFrom = j.contactIn(m.Line, product, m)
	}
	intents[product] = n
}

// intentsOf is what one source means to be released with a milestone. Of a plan it is
// always what it says. While the milestone is open it is otherwise the series manifest of
// a source that has the milestone, or that has no milestones of the series at all;
// afterwards it is what was written down when it left testing, and the manifest of a
// source in which it has not left testing yet.
func (j *joiner) intentsOf(m *Manifest, src *source) []Intent {
	var list []Intent
	has := false
	for _, p := range j.parts[m] {
		if p.src == src {
			has = true
			list = append(list, p.m.Intended...)
		}
	}
	if has && len(list) > 0 && (src.plans() || j.left(m, src)) {
		return list
	}
	if !m.Open && !j.behind(m, src) {
		return list
	}
	if has || m.Made || !src.listed[m.Line.Slug] {
		return j.seriesManifest(m.Line, src)
	}
	return nil
}

// behind reports whether a source still has a milestone in testing that, by the
// sources before it, is not: what it meant is not written down yet.
func (j *joiner) behind(m *Manifest, src *source) bool {
	return m.Line.Status != SeriesDisabled && !j.left(m, src)
}

// left reports whether a source's own milestone is no longer in testing, though
// the joined one is.
func (j *joiner) left(m *Manifest, src *source) bool {
	for _, p := range j.parts[m] {
		if p.src == src && p.m.Status == MilestoneTesting {
			return false
		}
	}
	return true
}

func (j *joiner) seriesManifest(l *Line, src *source) []Intent {
	var list []Intent
	for i := range src.facts.Series {
		if s := &src.facts.Series[i]; j.lineSlug(s.Slug) != l.Slug {
			continue
		} else if list == nil {
			list = slices.Clip(s.Manifest) // mostly the only one: no copy
		} else {
			list = append(list, s.Manifest...)
		}
	}
	return list
}
