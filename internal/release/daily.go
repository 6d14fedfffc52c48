package release

import "slices"

// makeDaily gives a series that no source has a daily milestone for one of the
// newest builds that any source knows or, where none knows a build, of the newest
// images of the trees.
func (j *joiner) makeDaily(l *Line) {
	if l.Slug == Other || l.Daily() != nil {
		return
	}
	standing := j.newestBuilds(l)
	ofImages := len(standing) == 0
	if ofImages {
		standing = j.newestImages(l)
	}
	if len(standing) == 0 {
		return
	}
	m := &Manifest{
		Line: l, Slug: DailySlug, Title: l.Title + " Daily", Kind: KindDaily,
		Made: true, Version: l.Version,
	}
	if l.Status == SeriesActive || l.Status != SeriesDisabled && j.alive(l) {
		m.Status, m.Open = MilestoneTesting, true
	}
	l.Milestones = slices.Insert(l.Milestones, 0, m)
	j.fill(m, standing)
}

// alive reports whether a series of which no source tells the status is worked on:
// a milestone of it is open, or a tree points to current or pending dailies.
func (j *joiner) alive(l *Line) bool {
	for _, m := range l.Milestones {
		if m.Open {
			return true
		}
	}
	key := j.seriesKey(l.Slug)
	for ps, images := range j.images {
		if ps.series == key && slices.ContainsFunc(images, func(i *TreeImage) bool { return i.Current || i.Pending }) {
			return true
		}
	}
	return false
}

// newestBuilds are the builds with the highest id of every product of a series,
// without those that were removed from all milestones they were on. The state is
// that on the latest milestone where the build stands.
func (j *joiner) newestBuilds(l *Line) map[*ProductLine][]claim {
	claims := map[buildKey][]claim{}
	gone := map[buildKey]bool{}
	for key, builds := range j.builds {
		if key.series == l.Slug {
			b := builds[0]
			claims[key] = []claim{{part{src: b.src, m: &Milestone{}}, Entry{BuildID: key.id, State: StateUnknown}}}
		}
	}
	for _, m := range l.Milestones {
		for _, p := range j.parts[m] {
			for _, e := range p.m.Entries {
				key := buildKey{l.Slug, j.product(p.src.index, e.Product), e.BuildID}
				e.State, e.RawState = knownState(e.State, e.RawState)
				if e.State.Current() {
					claims[key], gone[key] = []claim{{p, e}}, false
				} else if _, seen := gone[key]; !seen {
					gone[key] = true
				}
			}
		}
	}
	newest := map[*ProductLine][]claim{}
	for key, list := range claims {
		best := newest[key.product]
		if !gone[key] && (best == nil || CompareBuildIDs(key.id, best[0].entry.BuildID) > 0) {
			newest[key.product] = list
		}
	}
	return newest
}

// newestImages are the newest daily images of every product of a series, as if
// they were builds.
func (j *joiner) newestImages(l *Line) map[*ProductLine][]claim {
	newest := map[*ProductLine][]claim{}
	for ps, images := range j.images {
		if ps.series != j.seriesKey(l.Slug) {
			continue
		}
		for _, i := range images {
			best := newest[ps.product]
			if i.Kind != ImageDaily || i.BuildID == "" ||
				best != nil && CompareBuildIDs(i.BuildID, best[0].entry.BuildID) <= 0 {
				continue
			}
			newest[ps.product] = []claim{{entry: Entry{BuildID: i.BuildID, State: StateUnknown}}}
		}
	}
	return newest
}
