package qatracker

import (
	"fmt"
	"slices"

	"shiplist/internal/problems"
	"shiplist/internal/release"
)

// assembler makes facts of records. It is pure: what it makes depends on its
// arguments alone, and not on the order of the records.
//
// Names are given in the order of ids: where two things would have one slug, the one
// with the lowest id has it, and the others get their id as a suffix. Ids rise with
// time, so a newcomer never takes the name of what is there.
type assembler struct {
	source string
	rules  release.Rules
	prev   *release.Facts
	notes  *problems.List

	facts      *release.Facts
	products   map[string]string // slugs by id
	taken      map[string]bool   // slugs of products
	series     map[string]int    // places in facts.Series by id
	milestones map[string]int    // places in facts.Milestones by id
	builds     map[buildKey]int  // places in facts.Builds
}

type buildKey struct{ series, product, buildID string }

func newAssembler(source string, rules release.Rules, prev *release.Facts, n *problems.List) *assembler {
	return &assembler{
		source: source, rules: rules, prev: prev, notes: n,
		facts:    &release.Facts{Source: source},
		products: make(map[string]string), taken: make(map[string]bool),
		series: make(map[string]int), milestones: make(map[string]int),
		builds: make(map[buildKey]int),
	}
}

func (a *assembler) addProducts(list []productRecord) {
	for _, r := range ordered(list, func(r productRecord) string { return r.id }) {
		if _, twice := a.products[r.id]; twice {
			a.notes.Add(ruleDuplicate, fmt.Sprintf("product %s is listed twice; %q is left out", r.id, r.title))
			continue
		}
		a.addProduct(r)
	}
}

func (a *assembler) addProduct(r productRecord) {
	slug, title := release.Slug(r.title), r.title
	if slug == release.NoName {
		slug = release.Slug("product " + r.id)
	}
	if title == "" {
		title = "Product " + r.id
	}
	slug = release.UniqueSlug(a.taken, slug, r.id)
	a.products[r.id] = slug
	a.facts.Products = append(a.facts.Products, release.Product{
		Slug: slug, Title: title, Family: r.family, ID: r.id, Type: word(r.kindText, r.kind),
		Disabled: r.status == "1", Identities: a.rules.Identities(a.source, title),
	})
}

// product is the slug of a product that something refers to. One that is not listed
// gets a record of its own, under the title that the reference has, if any.
func (a *assembler) product(id, title string) (slug string, ok bool) {
	if slug, ok := a.products[id]; ok {
		return slug, true
	}
	if id == "" {
		return "", false
	}
	a.addProduct(productRecord{id: id, title: title})
	added := a.facts.Products[len(a.facts.Products)-1]
	a.notes.Add(ruleUnlisted, fmt.Sprintf("product %s is referred to and not listed; it is shown as %q", id, added.Title))
	return added.Slug, true
}

// addSeries adds the series and returns their ids as numbers, in the order of
// facts.Series.
func (a *assembler) addSeries(list []seriesRecord) []int {
	var ids []int
	taken := make(map[string]bool)
	for _, r := range ordered(list, func(r seriesRecord) string { return r.id }) {
		id, ok := sendable(r.id)
		if _, twice := a.series[r.id]; twice || !ok {
			a.leaveOut("series", r.id, r.title, twice)
			continue
		}
		s := release.Series{
			Slug: release.UniqueSlug(taken, seriesSlug(r.title, r.id), r.id), Title: named(r.title, "Series", r.id), ID: r.id,
		}
		s.Status, s.RawStatus = seriesStatus(r.status, r.statusText)
		a.series[r.id] = len(a.facts.Series)
		a.facts.Series, ids = append(a.facts.Series, s), append(ids, id)
	}
	return ids
}

// leaveOut notes a series or milestone that cannot be used.
func (a *assembler) leaveOut(what, id, title string, twice bool) {
	if twice {
		a.notes.Add(ruleDuplicate, fmt.Sprintf("%s %s is listed twice; %q is left out", what, id, title))
		return
	}
	a.notes.Add(ruleUnreadable, fmt.Sprintf("%s %q has the id %q, which is no number that can be asked for; it is left out", what, title, id))
}

func seriesSlug(title, id string) string {
	if release.Slug(title) == release.NoName {
		return release.Slug("series " + id)
	}
	return release.SeriesSlug(title, id)
}

// named is the title of something, or what it is where it has none.
func named(title, what, id string) string {
	if title == "" {
		return what + " " + id
	}
	return title
}

// addMilestones adds the milestones, without their builds, and returns their ids as
// numbers, in the order of facts.Milestones.
func (a *assembler) addMilestones(list []milestoneRecord) []int {
	var ids []int
	taken := make(map[string]map[string]bool)
	for _, r := range ordered(list, func(r milestoneRecord) string { return r.id }) {
		id, ok := sendable(r.id)
		if _, twice := a.milestones[r.id]; twice || !ok {
			a.leaveOut("milestone", r.id, r.title, twice)
			continue
		}
		m := a.milestone(r)
		if taken[m.Series] == nil {
			taken[m.Series] = make(map[string]bool)
		}
		m.Slug = release.UniqueSlug(taken[m.Series], m.Slug, r.id)
		m.Kind = a.rules.KindOf(m.Series, m.Slug, m.Title)
		m.Intended = a.intended(&m)
		a.milestones[r.id] = len(a.facts.Milestones)
		a.facts.Milestones, ids = append(a.facts.Milestones, m), append(ids, id)
	}
	return ids
}

// milestone reads a record, up to what depends on the milestone's slug.
func (a *assembler) milestone(r milestoneRecord) release.Milestone {
	series, title := a.seriesOf(r)
	m := release.Milestone{
		Series: series, Slug: release.MilestoneSlug(title, r.title), Title: named(r.title, "Milestone", r.id), ID: r.id,
	}
	if release.Slug(r.title) == release.NoName {
		m.Slug = release.Slug("milestone " + r.id)
	}
	m.Status, m.RawStatus = milestoneStatus(r.status, r.statusText)
	return m
}

// seriesOf is the slug and title of a milestone's series; one that is not listed is
// known by what the milestone says of it.
func (a *assembler) seriesOf(r milestoneRecord) (slug, title string) {
	if i, ok := a.series[r.series]; ok {
		return a.facts.Series[i].Slug, a.facts.Series[i].Title
	}
	slug = release.Other
	if r.seriesTitle != "" || r.series != "" {
		slug = seriesSlug(r.seriesTitle, r.series)
	}
	a.notes.Add(ruleUnlisted, fmt.Sprintf("series %q of milestone %q is not listed; the milestone is shown under %s", r.series, r.title, slug))
	return slug, r.seriesTitle
}

// intended is the statement of intent of a milestone that has left testing: that of
// its series when it was last seen in testing. It is taken once and then kept.
func (a *assembler) intended(m *release.Milestone) []release.Intent {
	was := a.was(m)
	switch {
	case m.Status == release.MilestoneTesting || was == nil:
		return nil
	case len(was.Intended) > 0:
		return slices.Clone(was.Intended)
	case was.Status != release.MilestoneTesting:
		return nil
	}
	i := slices.IndexFunc(a.prev.Series, func(s release.Series) bool { return s.Slug == was.Series })
	if i < 0 {
		return nil
	}
	active := slices.Clone(a.prev.Series[i].Manifest)
	return slices.DeleteFunc(active, func(n release.Intent) bool { return n.Disabled })
}

// was is the milestone in the facts before: the one with its id, else the one with
// its name.
func (a *assembler) was(m *release.Milestone) *release.Milestone {
	list := a.prev.Milestones
	i := slices.IndexFunc(list, func(b release.Milestone) bool { return b.ID == m.ID })
	if i < 0 {
		i = slices.IndexFunc(list, func(b release.Milestone) bool { return b.Series == m.Series && b.Slug == m.Slug })
	}
	if i < 0 {
		return nil
	}
	return &list[i]
}

// addManifest fills in the manifest of the series at place i.
func (a *assembler) addManifest(i int, list []manifestRecord) {
	s := &a.facts.Series[i]
	places := make(map[string]int)
	for _, r := range ordered(list, func(r manifestRecord) string { return r.id }) {
		product, ok := a.product(r.product, r.productTitle)
		if !ok {
			a.notes.Add(ruleUnreadable, fmt.Sprintf("line %s of the manifest of %s names no product; it is left out", r.id, s.Title))
			continue
		}
		intent := release.Intent{Product: product, Contact: r.contact, Disabled: r.status == "1"}
		at, twice := places[product]
		if !twice {
			places[product] = len(s.Manifest)
			s.Manifest = append(s.Manifest, intent)
			continue
		}
		a.notes.Add(ruleDuplicate, fmt.Sprintf("the manifest of %s names %s twice; the line that is active counts, else the first", s.Title, product))
		if s.Manifest[at].Disabled && !intent.Disabled {
			s.Manifest[at] = intent
		}
	}
}

// addRebuilds adds the requests for rebuilds to their series.
func (a *assembler) addRebuilds(list []rebuildRecord) {
	seen := make(map[string]bool)
	for _, r := range ordered(list, func(r rebuildRecord) string { return r.id }) {
		i, known := a.series[r.series]
		product, ok := a.product(r.product, r.productTitle)
		switch {
		case !known || !ok:
			a.notes.Add(ruleUnreadable, fmt.Sprintf("request %s for a rebuild of %q names no known series or product; it is left out", r.id, r.productTitle))
			continue
		case seen[r.id]:
			a.notes.Add(ruleDuplicate, fmt.Sprintf("request %s for a rebuild is listed twice; the first counts", r.id))
			continue
		}
		seen[r.id] = true
		b := release.Rebuild{Product: product, ID: r.id, By: r.by, Requested: r.at}
		b.Status, b.RawStatus = rebuildStatus(r.status, r.statusText)
		if m, ok := a.milestones[r.milestone]; ok {
			b.Milestone = a.facts.Milestones[m].Slug
		}
		a.facts.Series[i].Rebuilds = append(a.facts.Series[i].Rebuilds, b)
	}
}

// keepRebuilds takes the requests from the facts before, as the tracker refused to
// tell them.
func (a *assembler) keepRebuilds(why error) {
	a.notes.Add(ruleKept, fmt.Sprintf("requests for rebuilds stay as they were: %v", why))
	for i := range a.facts.Series {
		s := &a.facts.Series[i]
		for k := range a.prev.Series {
			if a.prev.Series[k].Slug == s.Slug {
				s.Rebuilds = slices.Clone(a.prev.Series[k].Rebuilds)
			}
		}
	}
}
