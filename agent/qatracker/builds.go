package qatracker

import (
	"fmt"
	"slices"

	"shiplist/internal/release"
)

// addBuilds fills in the builds of the milestone at place i. The state belongs to
// the pair of both; what the build is by itself is the same on all its milestones.
func (a *assembler) addBuilds(i int, list []buildRecord) {
	m := &a.facts.Milestones[i]
	ids, places := make(map[string]bool), make(map[buildKey]int)
	for _, r := range ordered(list, func(r buildRecord) string { return r.id }) {
		product, ok := a.product(r.product, "")
		switch {
		case !ok || r.version == "":
			a.notes.Add(ruleUnreadable, fmt.Sprintf("build %s on %s has no product or no version; it is left out", r.id, m.Title))
			continue
		case ids[r.id]:
			a.notes.Add(ruleDuplicate, fmt.Sprintf("build %s is listed twice on %s; the first counts", r.id, m.Title))
			continue
		}
		ids[r.id] = true
		key := buildKey{m.Series, product, r.version}
		a.addBuild(key, r.id, m.Title)
		entry := release.Entry{
			Product: product, BuildID: r.version, State: stateOf(r.status), RawState: word(r.statusText, r.status),
			Note: r.note, Date: r.date,
		}
		at, twice := places[key]
		if !twice {
			places[key] = len(m.Entries)
			m.Entries = append(m.Entries, entry)
			continue
		}
		a.notes.Add(ruleDuplicate, fmt.Sprintf("%s %s is on %s twice; the one that stands there counts, else the last", product, r.version, m.Title))
		if entry.State.Current() || !m.Entries[at].State.Current() {
			m.Entries[at] = entry
		}
	}
}

// lost reports whether a product had a build that stood on the milestone at place i,
// and has none in the list. Only on milestones in testing builds come and go.
func (a *assembler) lost(i int, list []buildRecord, before *known) bool {
	m := &a.facts.Milestones[i]
	was := a.was(m)
	if was == nil || m.Status != release.MilestoneTesting {
		return false
	}
	stands := make(map[string]bool) // by the ids of products
	for _, r := range list {
		if stateOf(r.status).Current() {
			stands[r.product] = true
		}
	}
	return slices.ContainsFunc(was.Entries, func(e release.Entry) bool {
		product := before.products[e.Product]
		return e.State.Current() && product != nil && !stands[product.ID]
	})
}

// addBuild notes a build by itself, once for all its milestones.
func (a *assembler) addBuild(key buildKey, id, milestone string) {
	i, known := a.builds[key]
	if !known {
		a.builds[key] = len(a.facts.Builds)
		a.facts.Builds = append(a.facts.Builds, release.Build{Series: key.series, Product: key.product, BuildID: key.buildID, ID: id})
		return
	}
	if have := a.facts.Builds[i].ID; have != id {
		a.notes.Add(ruleDuplicate, fmt.Sprintf("%s %s has two ids, %s and, on %s, %s; the first counts", key.product, key.buildID, have, milestone, id))
	}
}

// addBugs fills in the bugs that results of the milestone at place i named.
func (a *assembler) addBugs(i int, list []bugRecord) {
	m := &a.facts.Milestones[i]
	seen := make(map[string]bool)
	for _, r := range ordered(list, func(r bugRecord) string { return r.number }) {
		if r.number == "" || seen[r.number] {
			a.notes.Add(ruleDuplicate, fmt.Sprintf("bug %q is listed twice or without number on %s; it is left out", r.number, m.Title))
			continue
		}
		seen[r.number] = true
		m.Bugs = append(m.Bugs, release.Bug{Number: r.number, Count: count(r.count)})
	}
}

// keepBugs takes a milestone's bugs from the facts before, as the tracker refused to
// tell them.
func (a *assembler) keepBugs(i int, why error) {
	m := &a.facts.Milestones[i]
	a.notes.Add(ruleKept, fmt.Sprintf("bugs of %s stay as they were: %v", m.Title, why))
	if was := a.was(m); was != nil {
		m.Bugs = slices.Clone(was.Bugs)
	}
}
