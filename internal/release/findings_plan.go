package release

import (
	"fmt"
	"slices"
)

// findPlans tells what plans of open milestones say and what cannot be meant.
func (j *joiner) findPlans() {
	for _, d := range j.doubts {
		m := j.manifestOf(d.m)
		if m == nil || !m.Open {
			continue
		}
		at := spot{milestone: m}
		if d.product != nil {
			at.products = []*ProductLine{d.product}
			at.rows = slices.DeleteFunc(j.openRowsOf(m.Line, d.product), func(r *Row) bool { return r.Manifest != m })
		}
		var ev []Evidence
		for _, place := range d.at {
			ev = append(ev, says(place.src.state, place.at, "in the plan of "+m.Title))
		}
		j.report(Finding{Rule: d.rule, Text: d.text, Advice: d.advice, Actor: ActorRelease, Evidence: ev}, at)
	}
}

// manifestOf is the joined milestone of a source's.
func (j *joiner) manifestOf(m *Milestone) *Manifest {
	l := j.lines[j.lineSlug(m.Series)]
	if l == nil {
		return nil
	}
	slug, _ := j.milestoneName(l.Slug, m)
	return l.MilestoneOf(slug)
}

// findGonePins looks for builds that a plan decided for and that are nowhere. Where another
// build stands in its place, that disagreement tells of it.
func (j *joiner) findGonePins() {
	for _, r := range j.open {
		for _, c := range r.claims {
			if !j.gone(r, c) || j.disagreesAboutBuild(r) {
				continue
			}
			j.report(Finding{
				Rule: "plan-build-gone",
				Text: fmt.Sprintf("%s decides for build %s of %s, which no tree holds and no tracker has standing.",
					c.entry.Pinned, c.entry.BuildID, r.name()),
				Advice:   "Decide for a build that is there, or have it built again.",
				Actor:    ActorRelease,
				Evidence: []Evidence{says(c.part.src.state, c.entry.Pinned, r.Product.Title+" "+c.entry.BuildID)},
			}, spot{rows: []*Row{r}})
		}
	}
}

// gone reports whether a build that a plan decided for is nowhere.
func (j *joiner) gone(r *Row, c claim) bool {
	return c.entry.Pinned != "" && r.publishable() && j.knows(r.Product) && !j.isThere(r, c.entry.BuildID) && j.wouldShow(r, c.entry.BuildID)
}

// absent reports whether nobody has the row's build, though a tree or a source that is no
// plan has such builds.
func (j *joiner) absent(r *Row) bool {
	could := r.publishable() && r.Identity != (Identity{}) && len(j.dailyTrees()) > 0 || j.stands(r, func(string) bool { return true })
	return could && !j.isThere(r, r.BuildID)
}

// isThere reports whether a tree holds a build of the row's product, or a source that is
// no plan has it standing.
func (j *joiner) isThere(r *Row, id string) bool {
	if len(j.candidates(r).byID[id]) > 0 {
		return true
	}
	return j.stands(r, func(build string) bool { return build == id || r.Is(id) && r.Is(build) })
}

// stands reports whether a source that is no plan has a build of the row's product
// standing on any milestone of the series, or by itself, that is wanted.
func (j *joiner) stands(r *Row, wanted func(id string) bool) bool {
	for _, m := range r.Manifest.Line.Milestones {
		if m.Made {
			continue // it says again what others do
		}
		for _, other := range m.Rows() {
			if other.Product == r.Product && slices.ContainsFunc(other.claims, func(c claim) bool {
				return c.part.src != nil && !c.part.src.plans() && wanted(c.entry.BuildID)
			}) {
				return true
			}
		}
	}
	for _, b := range j.buildIDs[r.Manifest.Line.Slug] {
		if b.product != r.Product || !wanted(b.id) {
			continue
		}
		for _, one := range j.builds[buildKey{r.Manifest.Line.Slug, b.product, b.id}] {
			if state, _ := knownState(one.b.State, one.b.RawState); one.b.State != "" && state.Current() {
				return true
			}
		}
	}
	return false
}

// wouldShow reports whether a build would be seen if it were there: a tree of dailies was
// looked at on its day or later, or a tracker has builds of the product.
func (j *joiner) wouldShow(r *Row, id string) bool {
	b, dated := ParseBuildID(id)
	if r.Identity != (Identity{}) && slices.ContainsFunc(j.dailyTrees(), func(t *Tree) bool {
		return !dated || !j.seen(t.Name).Before(b.Date)
	}) {
		return true
	}
	return j.stands(r, func(string) bool { return true })
}
