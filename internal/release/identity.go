package release

import "slices"

// identity is what a product is in the trees in a series. A title that was used for
// several kinds of image over the years is the one whose files the trees hold for
// the series; where they hold several or none, it is not known.
func (j *joiner) identity(p *ProductLine, l *Line) Identity {
	switch len(p.Identities) {
	case 0:
		return Identity{}
	case 1:
		return p.Identities[0]
	}
	key := productSeries{p, j.seriesKey(l.Slug)}
	if id, ok := j.chosen[key]; ok {
		return id
	}
	if j.chosen == nil {
		j.chosen, j.doubtful = map[productSeries]Identity{}, map[productSeries][]Identity{}
	}
	held := j.heldIdentities(p, j.images[key])
	if len(held) == 1 {
		j.chosen[key] = held[0]
		return held[0]
	}
	j.chosen[key], j.doubtful[key] = Identity{}, held
	return Identity{}
}

// heldIdentities are the identities of a product for which there are images, in
// their order. Those that only the build host tells apart are one.
func (j *joiner) heldIdentities(p *ProductLine, images []*TreeImage) []Identity {
	var held []Identity
	seen := map[Identity]bool{}
	for _, id := range p.Identities {
		if seen[withoutSub(id)] {
			continue
		}
		seen[withoutSub(id)] = true
		if slices.ContainsFunc(images, func(i *TreeImage) bool { return j.holds(id, i.Image) }) {
			held = append(held, id)
		}
	}
	return held
}
