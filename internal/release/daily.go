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
// without those that were removed from all milestones they were on, and those that by
// their own state count no more. The state is that on the latest milestone where the build
// stands.
func (j *joiner) newestBuilds(l *Line) map[*ProductLine][]claim {
	stand := 0
	for _, m := range l.Milestones {
		for _, p := range j.parts[m] {
			stand += len(p.m.Entries)
		}
	}
	builds := make(map[productBuild]seenBuild, max(stand, len(j.buildIDs[l.Slug])))
	for _, key := range j.buildIDs[l.Slug] {
		list := j.builds[buildKey{l.Slug, key.product, key.id}]
		builds[key] = seenBuild{
			claim: claim{part{list[0].src, &unplaced}, Entry{BuildID: key.id, State: StateUnknown}},
			gone:  !slices.ContainsFunc(list, func(b sourceBuild) bool { return !b.b.passed() }),
		}
	}
	for _, m := range l.Milestones {
		for _, p := range j.parts[m] {
			for n := range p.m.Entries {
				e := &p.m.Entries[n]
				key := productBuild{j.product(p.src.index, e.Product), e.BuildID}
				b := builds[key]
				b.see(p, *e)
				builds[key] = b
			}
		}
	}
	newest := map[*ProductLine][]claim{}
	for key, b := range builds {
		best := newest[key.product]
		switch {
		case b.gone && !b.stands:
		case best == nil:
			newest[key.product] = []claim{b.claim}
		case CompareBuildIDs(key.id, best[0].entry.BuildID) > 0:
			best[0] = b.claim
		}
	}
	return newest
}

type productBuild struct {
	product *ProductLine
	id      string
}

// seenBuild is a build as the milestones of its series have it.
type seenBuild struct {
	claim        claim
	stands, gone bool // on a milestone, from one
}

func (b *seenBuild) see(p part, e Entry) {
	if e.State, e.RawState = knownState(e.State, e.RawState); e.State.Current() {
		b.claim, b.stands = claim{p, e}, true
		return
	}
	b.gone = true
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
			newest[ps.product] = []claim{{part{m: &unplaced}, Entry{BuildID: i.BuildID, State: StateUnknown}}}
		}
	}
	return newest
}
