package release

// intents is the statement of intent that holds for a milestone, by product, and
// whether there is one. While the milestone is open it is the series manifest of the
// sources that have the milestone, or that have no milestones of the series at all;
// afterwards it is what was written down when it left testing, and the manifest of a
// source in which it has not left testing yet.
func (j *joiner) intents(m *Manifest) (map[*ProductLine]*Intended, bool) {
	intents := map[*ProductLine]*Intended{}
	known := false
	for i := range j.sources {
		src := &j.sources[i]
		list := j.intentsOf(m, src)
		known = known || len(list) > 0
		for _, in := range list {
			product := j.product(i, in.Product)
			if intents[product] != nil {
				continue
			}
			n := &Intended{Product: product, Disabled: in.Disabled, Source: src.state.Name}
			n.Contact, n.Team = j.contact(product, in.Contact)
			intents[product] = n
		}
	}
	for _, n := range intents {
		j.completeContact(m.Line, n)
	}
	return intents, known
}

// completeContact takes the contact from the series where the milestone's line has
// none.
func (j *joiner) completeContact(l *Line, n *Intended) {
	if n.Contact != "" {
		return
	}
	if whole := j.lineIntents[l][n.Product]; whole != nil {
		n.Contact, n.Team = whole.Contact, whole.Team
	}
}

func (j *joiner) intentsOf(m *Manifest, src *source) []Intent {
	var list []Intent
	has := false
	for _, p := range j.parts[m] {
		if p.src == src {
			has = true
			list = append(list, p.m.Intended...)
		}
	}
	if has && len(list) > 0 && j.left(m, src) {
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
		if s := &src.facts.Series[i]; j.lineSlug(s.Slug) == l.Slug {
			list = append(list, s.Manifest...)
		}
	}
	return list
}
