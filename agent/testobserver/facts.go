package testobserver

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"shiplist/internal/release"
)

// keptOlder is how many builds of a product in a series are kept that do not stand: two
// weeks of dailies, in which a milestone finds the build that was chosen for it.
const keptOlder = 14

// keptAlone is for how long the builds of a product are kept of which none stands any more,
// counted back from the newest artefact of the list.
const keptAlone = 30 * 24 * time.Hour

// The service's words for a verdict, and ours for what is off the list.
const (
	statusApproved  = "APPROVED"
	statusFailed    = "MARKED_AS_FAILED"
	statusUndecided = "UNDECIDED"
	wordArchived    = "archived"
)

// stateOf is a verdict in our words. Only an approval makes a build ready.
func stateOf(status string) release.State {
	switch status {
	case statusApproved:
		return release.StateReady
	case statusFailed:
		return release.StateFailed
	case statusUndecided:
		return release.StateTesting
	}
	return release.StateUnknown
}

// assembler makes facts of artefacts and of the facts before. What it makes does not
// depend on the order of the list.
type assembler struct {
	p      *poll
	facts  *release.Facts
	groups map[groupKey]*group
	listed map[string]bool   // ids, as text
	shown  map[rowPlace]*row // the newest that the list has at each place
	sums   map[string]*row   // by checksum
	// products are places in facts.Products by slug, series in facts.Series.
	products, series map[string]int
	asked            map[request]bool   // open requests that facts have
	since            map[request]string // when they were made, as the facts before have it
	newest           time.Time          // when the newest artefact came
}

type groupKey struct{ series, product string }

// rowPlace is what the list has one artefact of at most.
type rowPlace struct{ stage, name, os, release string }

func placeOf(r *row) rowPlace { return rowPlace{r.stage, r.name, r.os, r.release} }

// hides is the newer artefact that the list has in the place of one, nil for none. That may
// be another kind of image of the same name.
func (a *assembler) hides(r *row) *row {
	if newer := a.shown[placeOf(r)]; newer != nil && newer.id > r.id {
		return newer
	}
	return nil
}

// group is all that is known of one product in one series.
type group struct {
	rows []*row // those that may stand: of the list, and asked for by their id
	// off are artefacts that were archived, kept builds of the facts before: those that
	// stay as they are, and those that may stand though nothing tells.
	off        []*row
	kept, held []*release.Build
}

func newAssembler(p *poll, rows []*row) *assembler {
	a := &assembler{
		p: p, facts: &release.Facts{Source: p.o.Tracker.Name},
		groups: make(map[groupKey]*group), listed: make(map[string]bool), sums: make(map[string]*row),
		shown:    make(map[rowPlace]*row),
		products: make(map[string]int), series: make(map[string]int), asked: make(map[request]bool), since: p.since(),
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(x, y *row) int { return cmp.Compare(y.id, x.id) }) // the newest names the contact
	for _, r := range rows {
		a.add(r)
		if place := placeOf(r); a.shown[place] == nil { // the newest comes first
			a.shown[place] = r
		}
	}
	return a
}

// add takes an artefact in.
func (a *assembler) add(r *row) {
	g := a.group(groupKey{r.series, a.product(r)})
	if r.created.After(a.newest) {
		a.newest = r.created
	}
	if a.listed[itoa(r.id)] = true; r.archived {
		g.off = append(g.off, r)
	} else {
		g.rows = append(g.rows, r)
	}
	if r.sha256 == "" {
		return
	}
	if twin := a.sums[r.sha256]; twin != nil {
		a.p.notes.AddAt(a.p.page(r.id), ruleDuplicate, fmt.Sprintf("artefacts %d and %d have one checksum (%s %s, %s %s); both are shown",
			twin.id, r.id, twin.title, twin.version, r.title, r.version))
		return
	}
	a.sums[r.sha256] = r
}

func (a *assembler) group(key groupKey) *group {
	if a.groups[key] == nil {
		a.groups[key] = &group{}
	}
	return a.groups[key]
}

// product is the slug of an artefact's product, which is added when it is new. The first
// artefact that names an owner names it for the product.
func (a *assembler) product(r *row) string {
	slug := release.Slug(r.title)
	i, known := a.products[slug]
	if !known {
		i = len(a.facts.Products)
		a.products[slug] = i
		a.facts.Products = append(a.facts.Products, release.Product{Slug: slug, Title: r.title})
	}
	p := &a.facts.Products[i]
	p.Contact = cmp.Or(p.Contact, r.owner)
	if r.identity != (release.Identity{}) && !slices.Contains(p.Identities, r.identity) {
		p.Identities = append(p.Identities, r.identity)
	}
	if !r.ruled && !a.p.named[slug] {
		a.p.named[slug] = true
		a.p.notes.AddAt(a.p.page(r.id), ruleUnruled, fmt.Sprintf("no [[product]] rule knows %s of %s (%s); it is shown as %q; add a rule with its project, image_type, publish_type and arch",
			r.name, r.os, cmp.Or(r.address, "without address"), r.title))
	}
	return slug
}

// keep takes a product over from the facts before.
func (a *assembler) keep(slug string) {
	if _, known := a.products[slug]; known {
		return
	}
	for i := range a.p.prev.Products {
		if was := &a.p.prev.Products[i]; was.Slug == slug {
			a.products[slug] = len(a.facts.Products)
			a.facts.Products = append(a.facts.Products, *was)
			return
		}
	}
}

// settle makes the builds.
func (a *assembler) settle() {
	keys := slices.SortedFunc(maps.Keys(a.groups), func(x, y groupKey) int {
		return cmp.Or(cmp.Compare(x.series, y.series), cmp.Compare(x.product, y.product))
	})
	for _, key := range keys {
		a.builds(key, a.groups[key])
	}
	for i := range a.facts.Builds {
		a.inSeries(a.facts.Builds[i].Series)
	}
}

// inSeries is the place of a series, which is added when it is new.
func (a *assembler) inSeries(slug string) int {
	i, known := a.series[slug]
	if !known {
		i = len(a.facts.Series)
		a.series[slug] = i
		a.facts.Series = append(a.facts.Series, release.Series{Slug: slug, Title: release.Capital(slug)})
	}
	return i
}

// builds makes the builds of a product in a series: the one with the highest id of those
// that may stand does so, and what else there is was superseded by it, or is off the list.
func (a *assembler) builds(key groupKey, g *group) {
	var stand, rest []release.Build
	for _, r := range g.rows {
		stand = append(stand, a.build(key, r))
	}
	for _, b := range g.held {
		stand = append(stand, *b)
	}
	slices.SortFunc(stand, newestID)
	for i := range stand {
		if i > 0 {
			stand[i].State = release.StateSuperseded
		}
	}
	for _, r := range g.off {
		b := a.build(key, r)
		b.State, b.RawState = release.StateRemoved, wordArchived
		rest = append(rest, b)
	}
	for _, b := range g.kept {
		rest = append(rest, *b)
	}
	if len(stand) > 0 {
		rest = append(rest, stand[1:]...)
	} else {
		rest = slices.DeleteFunc(rest, func(b release.Build) bool { return b.Posted.Before(a.newest.Add(-keptAlone)) })
	}
	slices.SortFunc(rest, newestID)
	seen := make(map[string]bool)
	for i, b := range append(stand[:min(len(stand), 1)], rest[:min(len(rest), keptOlder)]...) {
		if i > 0 && seen[b.BuildID] {
			a.twice(key, &b)
			continue
		}
		seen[b.BuildID] = true
		a.facts.Builds = append(a.facts.Builds, b)
	}
}

// twice tells of a build id that a product has twice, where that is news of the list.
func (a *assembler) twice(key groupKey, b *release.Build) {
	if a.listed[b.ID] {
		a.p.notes.Add(ruleDuplicate, fmt.Sprintf("%s %s of %s is there twice; artefact %s is left out, as a newer one has the same version", key.product, b.BuildID, key.series, b.ID))
	}
}

// newestID orders builds by id, the highest first.
func newestID(x, y release.Build) int {
	return cmp.Or(cmp.Compare(numberOf(y.ID), numberOf(x.ID)), cmp.Compare(y.BuildID, x.BuildID))
}

// numberOf is an id of ours as a number; zero where it is none.
func numberOf(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// build is what an artefact says of its build. What only more requests tell is that of the
// facts before, until they are made.
func (a *assembler) build(key groupKey, r *row) release.Build {
	b := release.Build{
		Series: key.series, Product: key.product, BuildID: r.version, ID: itoa(r.id), State: stateOf(r.status), RawState: r.status,
		Stage: r.stage, Posted: r.created, Address: r.address, SHA256: r.sha256, Note: r.comment,
	}
	if b.State == release.StateUnknown {
		a.p.notes.AddAt(a.p.page(r.id), ruleUnknown, fmt.Sprintf("artefact %d of %s has the status %q, which is not known; it is shown as it is", r.id, r.title, r.status))
	}
	if r.reviews > 0 {
		b.Reviews = &release.Reviews{Done: min(r.reviewed, r.reviews), All: r.reviews}
	}
	was := a.p.before(b.ID, b.SHA256)
	if was == nil || !a.p.o.Tracker.Tests {
		return b
	}
	if was.Tests != nil {
		tests := *was.Tests
		b.Tests = &tests
	}
	b.Bugs = slices.Clone(was.Bugs)
	if b.Reviews != nil && was.Reviews != nil {
		b.Reviews.Rejected = min(was.Reviews.Rejected, b.Reviews.Done)
	}
	return b
}

// before is the build of an artefact in the facts before: that with its checksum, else that
// with its id and no other checksum.
func (p *poll) before(id, sum string) *release.Build {
	if was := p.wasSum[sum]; sum != "" && was != nil {
		return was
	}
	if was := p.wasID[id]; was != nil && (was.SHA256 == "" || sum == "") {
		return was
	}
	return nil
}

// remember makes the facts before easy to find.
func (p *poll) remember(prev *release.Facts) {
	p.prev = prev
	p.wasID, p.wasSum = make(map[string]*release.Build), make(map[string]*release.Build)
	for i := range prev.Builds {
		b := &prev.Builds[i]
		p.wasID[b.ID], p.wasSum[b.SHA256] = b, b
	}
}
