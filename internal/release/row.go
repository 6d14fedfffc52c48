package release

import (
	"cmp"
	"slices"
	"strings"
)

// fill makes the rows of a milestone: one for every product that is meant to be
// released or has a build, in groups by family. An intended netboot product without
// a build has no row, as it never counts as missing.
func (j *joiner) fill(m *Manifest, standing map[*ProductLine][]claim) {
	intents, known := j.intents(m)
	j.assume(m, standing, intents)
	rows := make([]Row, 0, len(intents)+len(standing))
	for product, n := range intents {
		if _, stands := standing[product]; !stands && !n.Disabled && !product.Netboot {
			rows = append(rows, Row{Manifest: m, Product: product, State: StateMissing})
		}
	}
	for product, claims := range standing {
		rows = append(rows, Row{Manifest: m, Product: product, claims: claims})
	}
	list := make([]*Row, len(rows))
	for n := range rows {
		r := &rows[n]
		r.IntentKnown, r.Netboot = known, r.Product.Netboot
		if n := intents[r.Product]; n != nil {
			r.Intended, r.IntentFrom = !n.Disabled, n.Source
			r.Contact, r.Team, r.ContactFrom = n.Contact, n.Team, n.ContactFrom
		} else {
			r.Contact, r.Team, r.ContactFrom = j.contactIn(m.Line, r.Product, m)
		}
		list[n] = r
	}
	slices.SortFunc(list, compareRows)
	for _, r := range list {
		j.completeRow(r)
	}
	j.group(m, list)
}

func compareRows(a, b *Row) int { return compareByFamily(a.Product, b.Product) }

// completeRow fills in what follows from the product, its builds and its images.
func (j *joiner) completeRow(r *Row) {
	m := r.Manifest
	r.Identity = j.identity(r.Product, m.Line)
	if m.Open {
		r.Rebuild = j.rebuild(r)
	}
	if len(r.claims) > 0 {
		r.BuildID, r.Assumed = r.claims[0].entry.BuildID, r.claims[0].assumed()
		j.settleTwins(r)
		builds := j.buildsOf(r)
		j.settleState(r, builds)
		j.settleResults(r, builds)
		j.settleNote(r, builds)
		j.refer(r, builds)
	}
	j.rowImages(r)
}

// refer adds where the row's build is found at its sources, and what else they say of it
// on the milestone. Those that have it on no milestone count where it has a state there.
func (j *joiner) refer(r *Row, builds []sourceBuild) {
	for i := range r.claims {
		c := &r.claims[i]
		if !r.Is(c.entry.BuildID) {
			continue
		}
		r.Date = cmp.Or(r.Date, c.entry.Date)
		r.Pinned = cmp.Or(r.Pinned, c.entry.Pinned)
		if c.part.src != nil { // not a build that was made of an image
			r.Refs = append(r.Refs, buildRef(r, c, builds))
		}
	}
	for _, b := range builds {
		if b.b.State != "" && !slices.ContainsFunc(r.claims, func(c claim) bool { return c.part.src == b.src }) {
			r.Refs = append(r.Refs, Ref{b.src.state.Name, b.b.ID, pageOfBuild(b.src.state, "", b.b.ID)})
		}
	}
}

// buildRef points to the testcases of a build on a milestone.
func buildRef(r *Row, c *claim, builds []sourceBuild) Ref {
	state := c.part.src.state
	for _, b := range builds {
		if b.src == c.part.src {
			return Ref{state.Name, b.b.ID, pageOfBuild(state, c.part.m.ID, b.b.ID)}
		}
	}
	return Ref{state.Name, "", pageOfMilestone(state, c.part.m.ID)}
}

func (j *joiner) buildsOf(r *Row) []sourceBuild { return ofRow(j.builds, r) }

// rowImages finds the image of the row's build among the dailies, and the place
// where the row is or will be published.
func (j *joiner) rowImages(r *Row) {
	if r.Netboot || r.Identity == (Identity{}) {
		if !r.Netboot && r.Manifest.Kind == KindRelease && !imageless(r.Product) {
			r.LocationError = j.noIdentity(r)
		}
		return
	}
	if r.BuildID != "" && r.Daily == nil {
		r.Daily = j.dailyImage(r)
	}
	if r.Manifest.Kind == KindRelease {
		j.locate(r)
	}
}

// dailyImage is the image of the row's build in a daily directory: the one with
// its build id, else the one that lies in the directory of that id or has the
// build's checksum. A dated directory is preferred, as current moves on.
func (j *joiner) dailyImage(r *Row) *TreeImage {
	var best *TreeImage
	bestRank := 0
	for _, n := range j.near(r) {
		i := &j.planted[n]
		if i.Kind != ImageDaily {
			continue
		}
		if rank := j.nearness(r, i); rank > bestRank {
			best, bestRank = i, rank
		}
	}
	return best
}

// nearness tells how surely an image is the row's build; zero when it is not.
func (j *joiner) nearness(r *Row, i *TreeImage) int {
	rank := 0
	dir := i.dir
	if dir.Path != strings.Trim(i.Dir, "/") {
		dir = nil // the tree calls it by another name
	}
	switch {
	case i.BuildID == r.BuildID:
		rank = 4
	case dir != nil && dir.BuildID == r.BuildID:
		rank = 2
	case j.sameSum(r, i):
		rank = 2
	default:
		return 0
	}
	if dir != nil && dir.Kind == DirectoryDated {
		rank++
	}
	return rank
}

// sameSum reports whether a source gives the row's build the checksum of the image.
func (j *joiner) sameSum(r *Row, i *TreeImage) bool {
	sum := i.main().SHA256
	if sum == "" {
		return false
	}
	return slices.ContainsFunc(j.buildsOf(r), func(b sourceBuild) bool { return b.b.SHA256 == sum })
}

// group puts sorted rows into families and counts them.
func (j *joiner) group(m *Manifest, rows []*Row) {
	m.Groups, m.Totals = nil, Totals{}
	last, slug := "", ""
	for _, r := range rows {
		family := cmp.Or(r.Product.Family, NoFamily)
		if len(m.Groups) == 0 || family != last {
			s := Slug(family)
			if len(m.Groups) == 0 || s != slug {
				m.Groups = append(m.Groups, Group{Family: family})
			}
			last, slug = family, s
		}
		g := &m.Groups[len(m.Groups)-1]
		g.Rows = append(g.Rows, r)
		g.Totals.count(r)
		m.Totals.count(r)
	}
}

// count adds a row, without its findings.
func (t *Totals) count(r *Row) {
	t.Rows++
	meant := !r.Netboot && (r.Intended || !r.IntentKnown)
	switch {
	case r.Netboot:
	case r.Intended:
		t.Intended++
	case r.IntentKnown && r.State != StateMissing:
		t.Extra++
	}
	if meant && r.State != StateMissing {
		t.Built++
	}
	if r.Rebuild != nil {
		t.Rebuilds++
	}
	switch r.State {
	case StateReady:
		t.AllReady++
		if meant {
			t.Ready++
		}
	case StateTesting:
		t.Testing++
	case StateFailed:
		t.Failed++
	case StateDisabled:
		t.Disabled++
	case StateMissing:
		t.Missing++
	default:
		t.Other++
	}
}
