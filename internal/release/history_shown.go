package release

import (
	"cmp"
	"slices"
	"strings"
)

// What a row showed at a moment, from what the sources knew then: as Join derives it now.

// shown derives what a row shows as Join does.
func (b *backward) shown(s *stand, r *rowThen, product string) shownThen {
	v := shownThen{meant: !b.netboot[product] && b.meant(s, product)}
	claims := make([]claimThen, 0, len(r.claims))
	for c, word := range r.claims {
		if stateOf(word).Current() {
			claims = append(claims, c)
		}
	}
	if len(claims) == 0 {
		if v.id = b.assumed(s, r, product); v.id != "" {
			v.state = b.stateThen(s, r, product, v.id, nil)
		} else if v.meant {
			v.state = StateMissing
		}
		return v
	}
	slices.SortFunc(claims, func(x, y claimThen) int {
		return cmp.Or(
			cmp.Compare(b.first.build[x.source], b.first.build[y.source]), cmp.Compare(x.source, y.source),
			-CompareBuildIDs(x.id, y.id), strings.Compare(x.id, y.id),
		)
	})
	v.id = claims[0].id
	v.state = b.stateThen(s, r, product, v.id, claims)
	return v
}

// stateThen is the state of a build, as joiner.settleState finds it.
func (b *backward) stateThen(s *stand, r *rowThen, product, id string, claims []claimThen) State {
	var said foremost[State]
	odd, pinned := false, false
	hear := func(source int, word string, own bool) {
		switch state := stateOf(word); {
		case !state.Current():
		case state == StateUnknown:
			odd = odd || word != string(StateUnknown)
		default:
			said.hear(b.first.state, source, own, state)
		}
	}
	for _, c := range claims {
		if r.one(c.id, id) {
			hear(c.source, r.claims[c], false)
			pinned = pinned || b.sources[c.source].plans
		}
	}
	for i := range b.sources {
		hear(i, r.ownWord(b.sources[i].builds[product], id), true)
	}
	switch {
	case said.said:
		return said.value
	case !pinned:
		return StateUnknown
	}
	for c, word := range r.claims {
		if r.one(c.id, id) && !stateOf(word).Current() {
			return StateRemoved // or superseded, which counts alike
		}
	}
	if odd || b.open(s) && b.absent(r, product, id) {
		return StateUnknown
	}
	return StateReady
}

// lyingBuilds are the builds of a row's product that trees hold.
func lyingBuilds(r *Row) []string {
	var ids []string
	for _, i := range r.Product.Images {
		ids = append(ids, i.BuildID)
		if i.dir != nil {
			ids = append(ids, i.dir.BuildID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// absent tells it as joiner.absent does.
func (b *backward) absent(r *rowThen, product, id string) bool {
	could, there := r.trees, slices.Contains(r.lying, id)
	hear := func(source int, own, word string) {
		if !b.sources[source].plans && stateOf(word).Current() {
			could, there = true, there || r.one(own, id)
		}
	}
	for _, s := range b.stands {
		if other := s.rows[product]; other != nil {
			for c, word := range other.claims {
				hear(c.source, c.id, word)
			}
		}
	}
	for c, word := range b.left {
		if c.product == product {
			hear(c.source, c.id, word)
		}
	}
	for i := range b.sources {
		for own, word := range b.sources[i].builds[product] {
			hear(i, own, word)
		}
	}
	return could && !there
}

// one reports whether two ids are of one build, as far as the row tells now.
func (r *rowThen) one(a, b string) bool {
	return a == b || slices.Contains(r.twins, a) && slices.Contains(r.twins, b)
}

// ownWord is the state of a source's own build, under its very id or another one.
func (r *rowThen) ownWord(own map[string]string, id string) string {
	word, has := own[id]
	for _, twin := range r.twins {
		if !has && r.one(twin, id) {
			word, has = own[twin]
		}
	}
	return word
}

// assumed is the build that joiner.assume takes for a row on which none stands; empty for
// none.
func (b *backward) assumed(s *stand, r *rowThen, product string) string {
	newest := ""
	for i := range b.sources {
		for id, word := range b.sources[i].builds[product] {
			if stateOf(word).Current() && (newest == "" || CompareBuildIDs(id, newest) > 0) {
				newest = id
			}
		}
	}
	if newest == "" || !b.assumes(s) || s.m.Kind != KindDaily && !b.meant(s, product) {
		return ""
	}
	for c := range r.claims {
		if CompareBuildIDs(c.id, newest) >= 0 {
			return ""
		}
	}
	return newest
}

// assumes tells it as joiner.assumes does.
func (b *backward) assumes(s *stand) bool {
	only := true
	for i := range b.sources {
		_, has := b.sources[i].statuses[s]
		only = only && (!has || b.sources[i].plans)
	}
	return (s.m.Kind == KindDaily || only) && b.open(s)
}

// frozenOf is what the source has written down for a milestone.
func (s *sourceThen) frozenOf(m *stand) map[string]bool {
	if s.frozen[m] == nil {
		s.frozen[m] = map[string]bool{}
	}
	return s.frozen[m]
}

// buildsOf are the states of the source's own builds of a product, by id.
func (s *sourceThen) buildsOf(product string) map[string]string {
	if s.builds[product] == nil {
		s.builds[product] = map[string]string{}
	}
	return s.builds[product]
}

// stateOf is the state that a word of an event means.
func stateOf(word string) State {
	state, _, _ := strings.Cut(word, ": ")
	return State(state)
}
