package qatracker

import (
	"slices"

	"shiplist/internal/release"
)

// assemble makes facts of it all. What has a product's title comes first: a build
// has none.
func (p *poll) assemble(l *lists, d *details) {
	p.learned = askings{Milestones: make(map[string]asking), Series: make(map[string]asking)}
	for i, was := range p.keptSeries {
		id := p.a.facts.Series[i].ID
		if was != nil {
			p.a.keepManifest(i, was, p.before)
			p.retell(p.asked.last.Series[id])
			continue
		}
		from := p.notes.Len()
		p.a.addManifest(i, d.manifests[i])
		p.learned.Series[id] = asking{At: p.now, Notes: since(p.notes, from)}
	}
	if l.refused != nil {
		p.a.keepRebuilds(l.refused)
	} else {
		p.a.addRebuilds(l.rebuilds)
	}
	for i, was := range p.keptMilestones {
		id := p.a.facts.Milestones[i].ID
		if was != nil {
			p.a.keepBuilds(i, was, p.before)
			p.retell(p.asked.last.Milestones[id])
			continue
		}
		from := p.notes.Len()
		p.a.addBuilds(i, d.builds[i])
		p.addBugs(d, i)
		p.learned.Milestones[id] = asking{At: p.now, Notes: since(p.notes, from)}
	}
}

func (p *poll) addBugs(d *details, i int) {
	if d.refused[i] != nil {
		p.a.keepBugs(i, d.refused[i])
		return
	}
	p.a.addBugs(i, d.bugs[i])
}

// retell tells the problems of something that was kept.
func (p *poll) retell(one asking) {
	for _, n := range one.Notes {
		p.notes.Add(n.Rule, n.Text)
	}
}

// askings are what is remembered after this poll: of what was kept what is known of
// it, of what was asked what came of it. What is asked every time is not remembered.
// The facts must be in order.
func (p *poll) askings() askings {
	now := askings{Milestones: make(map[string]asking), Series: make(map[string]asking)}
	k := index(p.a.facts)
	for id, s := range k.series {
		one, asked := p.learned.Series[id]
		if !asked {
			now.Series[id] = p.asked.last.Series[id]
		} else if digest, whole := k.digestSeries(s); whole && s.Status != release.SeriesActive {
			one.Digest = digest
			now.Series[id] = one
		}
	}
	for id, m := range k.milestones {
		one, asked := p.learned.Milestones[id]
		if !asked {
			now.Milestones[id] = p.asked.last.Milestones[id]
		} else if digest, whole := k.digestMilestone(m); whole && quiet(m) {
			one.Digest = digest
			now.Milestones[id] = one
		}
	}
	return now
}

// keepManifest fills in the manifest of the series at place i as it was.
func (a *assembler) keepManifest(i int, was *release.Series, before *known) {
	for _, n := range was.Manifest {
		product := before.products[n.Product]
		n.Product, _ = a.product(product.ID, product.Title)
		a.facts.Series[i].Manifest = append(a.facts.Series[i].Manifest, n)
	}
}

// keepBuilds fills in the builds and bugs of the milestone at place i as they were.
func (a *assembler) keepBuilds(i int, was *release.Milestone, before *known) {
	m := &a.facts.Milestones[i]
	m.Bugs = slices.Clone(was.Bugs)
	for _, e := range was.Entries {
		id := before.builds[buildKey{was.Series, e.Product, e.BuildID}]
		e.Product, _ = a.product(before.products[e.Product].ID, "")
		m.Entries = append(m.Entries, e)
		a.addBuild(buildKey{m.Series, e.Product, e.BuildID}, id, m.Title)
	}
}
