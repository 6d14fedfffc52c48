package release

import "slices"

// Sources that know builds but no milestones say nothing of where a build stands. On a
// daily milestone, and on one that only plans have, their newest build stands where no other
// source has one.

// readNewest finds the newest build of each product among those with a state of their own.
func (j *joiner) readNewest(src *source, b *Build, key buildKey) {
	if b.State == "" || b.passed() {
		return
	}
	at := lineProduct{j.line(key.series), key.product}
	j.readOwn(src, b, at)
	have, ok := j.newest[at]
	if !ok || CompareBuildIDs(b.BuildID, have.entry.BuildID) > 0 {
		j.newest[at] = claim{part{src, &unplaced}, Entry{BuildID: b.BuildID, State: StateUnknown}}
	}
}

// unplaced stands for the milestone of builds that are on none.
var unplaced Milestone

// passed reports whether a build counts no more by its own state.
func (b *Build) passed() bool {
	state, _ := knownState(b.State, b.RawState)
	return b.State != "" && !state.Current()
}

// assumed reports whether no source has the build of a claim on the milestone.
func (c *claim) assumed() bool { return c.part.m == &unplaced }

// assumes reports whether a milestone takes the newest builds where nothing stands.
func (j *joiner) assumes(m *Manifest) bool {
	return m.Open && (m.Kind == KindDaily || !slices.ContainsFunc(j.parts[m], func(p part) bool { return !p.src.plans() }))
}

// assume adds the newest builds of products of which none stands. A build that is not newer
// than one that was taken away from the milestone stays away, too.
func (j *joiner) assume(m *Manifest, standing map[*ProductLine][]claim, intents map[*ProductLine]*Intended) {
	if len(j.newest) == 0 || !j.assumes(m) {
		return
	}
	for at, c := range j.newest {
		n := intents[at.product]
		switch {
		case at.line != m.Line || standing[at.product] != nil:
		case m.Kind != KindDaily && (n == nil || n.Disabled):
		case slices.ContainsFunc(j.passed[m][at.product], func(p claim) bool { return CompareBuildIDs(p.entry.BuildID, c.entry.BuildID) >= 0 }):
		default:
			standing[at.product] = []claim{c}
		}
	}
}

// wantsPassed reports whether it matters what does not stand on a milestone any more.
func (j *joiner) wantsPassed(m *Manifest) bool {
	return len(j.newest) > 0 && j.assumes(m) || slices.ContainsFunc(j.parts[m], func(p part) bool { return p.src.plans() })
}

// pass keeps a build that does not stand on a milestone any more.
func (j *joiner) pass(m *Manifest, product *ProductLine, c claim) {
	if j.passed[m] == nil {
		j.passed[m] = map[*ProductLine][]claim{}
	}
	j.passed[m][product] = append(j.passed[m][product], c)
}
