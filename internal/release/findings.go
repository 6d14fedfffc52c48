package release

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// find makes all findings and hangs each at everything that it concerns. Findings
// are made of what can still be acted on: open milestones, the newest release,
// directories in use, sources as they are now. The past is not judged.
func (j *joiner) find() {
	j.open = j.openRows()
	j.placed = j.placedRows()
	for _, rule := range []func(){
		j.findMissing, j.findFailed, j.findNoFiles,
		j.findBuildDisagreements, j.findApart, j.findStateDisagreements, j.findReplacedPins, j.findIntentDisagreements, j.findContactDisagreements, j.findDateDisagreements, j.findKindDisagreements, j.findStatusDisagreements, j.findSumDisagreements, j.findNameDisagreements,
		j.findUnready, j.findNoLocation, j.findSameLocation, j.findRoles,
		j.findTwoBuilds, j.findAmbiguous, j.findRebuilds, j.findOutdated, j.findContacts,
		j.findLists, j.findSignatures, j.findOrphans, j.findOversized, j.findArches, j.findIntended, j.findUnpublished, j.findNetboot, j.findRounded,
		j.findUnknownNames, j.findUnknownSeries, j.findUnknownStates,
		j.findUnruled, j.findUnmet, j.findUnused, j.findPlans, j.findGonePins,
		j.findSources, j.findProblems,
		j.findExpired,
	} {
		rule()
	}
	j.sortFindings()
}

// sortFindings puts all findings in order, wherever they hang.
func (j *joiner) sortFindings() {
	o := newFindingOrder()
	var beside sync.WaitGroup // the longest list takes as long as the others
	beside.Go(func() {
		o.sort(j.p.Findings)
		o.sort(j.p.Excused)
	})
	for _, p := range j.p.Products {
		o.sort(p.Findings)
	}
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			o.sort(d.Findings)
		}
	}
	for _, l := range j.p.Lines {
		o.sort(l.Findings)
		for _, m := range l.Milestones {
			m.countFindings(o)
		}
	}
	beside.Wait()
}

// SortFindings orders findings: blockers first, then by rule in the order of
// [FindingRules], then by what they are about.
func SortFindings(list []*Finding) {
	if len(list) > 1 {
		newFindingOrder().sort(list)
	}
}

// findingOrder is the place of each rule in the order of findings.
type findingOrder map[string]int

func newFindingOrder() findingOrder {
	o := make(findingOrder, len(everyFindingRule))
	for i, r := range everyFindingRule {
		o[r.Name] = i
	}
	return o
}

// rankedFinding is a finding with its place by severity and rule.
type rankedFinding struct {
	*Finding
	severity, rule int
}

func (o findingOrder) sort(list []*Finding) {
	if len(list) < 2 {
		return
	}
	ranked := make([]rankedFinding, len(list))
	for i, f := range list {
		ranked[i] = rankedFinding{f, f.Severity.rank(), o[f.Rule]}
	}
	slices.SortStableFunc(ranked, compareFindings)
	for i, r := range ranked {
		list[i] = r.Finding
	}
}

func compareFindings(a, b rankedFinding) int {
	if c := cmp.Compare(a.severity, b.severity); c != 0 {
		return c
	}
	if c := cmp.Compare(a.rule, b.rule); c != 0 {
		return c
	}
	if c := texts(a.Series, b.Series, a.Milestone, b.Milestone); c != 0 {
		return c
	}
	if c := compareNatural(a.Product, b.Product); c != 0 {
		return c
	}
	if c := texts(a.Source, b.Source, a.Tree, b.Tree); c != 0 {
		return c
	}
	return cmp.Or(compareNatural(a.Dir, b.Dir), strings.Compare(a.Text, b.Text))
}

func (s Severity) rank() int {
	switch s {
	case Blocker:
		return 0
	case Warning:
		return 1
	case Note:
		return 2
	}
	return 3
}

// spot is what a finding concerns. A row stands for its milestone, product and
// series, too.
type spot struct {
	rows      []*Row
	line      *Line
	milestone *Manifest
	products  []*ProductLine
	dirs      []*TreeDirectory
	entry     *NetbootEntry
}

// report adds a finding and hangs it at what it concerns. One that is excused is only
// kept: nothing that counts findings, or is blocked by them, sees it.
func (j *joiner) report(f Finding, at spot) {
	f.Severity = ruleOfFinding(f.Rule).Severity
	f.fill(at)
	j.judge(&f, at)
	p := &f
	if f.Excused != nil {
		j.p.Excused = append(j.p.Excused, p)
		return
	}
	j.p.Findings = append(j.p.Findings, p)
	if at.line != nil {
		hang(&at.line.Findings, p)
	}
	if at.milestone != nil {
		hang(&at.milestone.Findings, p)
		hang(&at.milestone.Line.Findings, p)
	}
	for _, r := range at.rows {
		hang(&r.Findings, p)
		hang(&r.Manifest.Findings, p)
		hang(&r.Manifest.Line.Findings, p)
		hang(&r.Product.Findings, p)
	}
	for _, product := range at.products {
		hang(&product.Findings, p)
	}
	for _, d := range at.dirs {
		hang(&d.Findings, p)
	}
	if at.entry != nil {
		hang(&at.entry.Findings, p)
	}
}

// hang adds a finding once: it is always the newest that is hung.
func hang(list *[]*Finding, f *Finding) {
	if n := len(*list); n > 0 && (*list)[n-1] == f {
		return
	}
	*list = append(*list, f)
}

// fill names what the finding is about, where that is one thing.
func (f *Finding) fill(at spot) {
	if at.line != nil {
		f.Series = at.line.Slug
	}
	if at.milestone != nil {
		f.Series, f.Milestone = at.milestone.Line.Slug, at.milestone.Slug
	}
	if len(at.products) == 1 {
		f.Product = at.products[0].Slug
	}
	if len(at.rows) > 0 {
		f.fillRows(at.rows)
	}
	if len(at.dirs) > 0 {
		d := at.dirs[0]
		f.Tree, f.Dir = d.Tree.Name, d.Path
		if !slices.ContainsFunc(at.dirs, func(o *TreeDirectory) bool { return o.Series != d.Series }) {
			f.Series = cmp.Or(f.Series, d.traits.line)
		}
	}
}

func (f *Finding) fillRows(rows []*Row) {
	first := rows[0]
	f.Series, f.Milestone, f.Product = first.Manifest.Line.Slug, first.Manifest.Slug, first.Product.Slug
	for _, r := range rows[1:] {
		if r.Manifest.Line != first.Manifest.Line {
			f.Series = ""
		}
		if r.Manifest != first.Manifest {
			f.Milestone = ""
		}
		if r.Product != first.Product {
			f.Product = ""
		}
	}
}

// countFindings sorts the findings of a milestone and counts them.
func (m *Manifest) countFindings(o findingOrder) {
	o.sort(m.Findings)
	m.Totals.countFindings(m.Findings)
	last := map[*Finding]int{} // the number of the group, from 1, that counted it last
	for i := range m.Groups {
		var list []*Finding
		for _, r := range m.Groups[i].Rows {
			o.sort(r.Findings)
			for _, f := range r.Findings {
				if last[f] != i+1 {
					last[f] = i + 1
					list = append(list, f)
				}
			}
		}
		m.Groups[i].Totals.countFindings(list)
	}
}

func (t *Totals) countFindings(list []*Finding) {
	for _, f := range list {
		switch f.Severity {
		case Blocker:
			t.Blockers++
		case Warning:
			t.Warnings++
		default:
			t.Notes++
		}
	}
}

// openRows are the rows of all open milestones in order.
func (j *joiner) openRows() []*Row {
	var rows []*Row
	for _, l := range j.p.Lines {
		for _, m := range l.Milestones {
			if m.Open {
				rows = append(rows, m.Rows()...)
			}
		}
	}
	return rows
}

// placedRows finds the open rows whose daily or released image lies in a directory.
func (j *joiner) placedRows() map[*TreeDirectory][]*Row {
	placed := map[*TreeDirectory][]*Row{}
	for _, r := range j.open {
		for _, i := range []*TreeImage{r.Daily, r.Release} {
			if i == nil {
				continue
			}
			if d := i.dir; !slices.Contains(placed[d], r) {
				placed[d] = append(placed[d], r)
			}
		}
	}
	return placed
}

// hasOpen reports whether a milestone of the series is open.
func (l *Line) hasOpen() bool {
	return slices.ContainsFunc(l.Milestones, func(m *Manifest) bool { return m.Open })
}

// hasOpen reports whether a milestone of a line, by its slug, is open.
func (j *joiner) hasOpen(line string) bool {
	l := j.lines[line]
	return l != nil && l.hasOpen()
}

// releases reports whether a row is an image that will be published when its
// release milestone is: meant to be, or built where nobody said what is meant.
func (r *Row) releases() bool {
	return r.Manifest.Kind == KindRelease && r.publishable() && (r.Intended || !r.IntentKnown)
}

// publishable reports whether a row is an image that can have files.
func (r *Row) publishable() bool { return !r.Netboot && !imageless(r.Product) }

// name is the product and its milestone in a sentence.
func (r *Row) name() string { return r.Product.Title + " on " + r.Manifest.Title }

// asks fills in the contact of a row as the one who can act, the release team
// where there is none.
func (f Finding) asks(r *Row) Finding {
	f.Actor = ActorRelease
	if r.Contact != "" {
		f.Actor, f.Who = ActorContact, r.Contact
	}
	return f
}

// says is evidence from a source, of the time of its last good answer as it is shown.
func says(s SourceState, url, fact string) Evidence {
	return Evidence{Source: s.Name, URL: url, Fact: fact, Time: s.Success}
}

// claimed is the evidence of a source that has a build on a milestone, decided for it, or
// knows it as the newest.
func claimed(r *Row, c claim) Evidence {
	s := c.part.src.state
	word := string(c.entry.State)
	url := cmp.Or(pageOfMilestone(s, c.part.m.ID), milestoneFile(r, s))
	switch {
	case c.part.src.plans():
		word, url = "decided for", cmp.Or(c.entry.Pinned, url)
	case c.assumed():
		word, url = "the newest that it knows", s.Name+"/builds/"+r.Manifest.Line.Slug+".toml"
	case c.entry.RawState != "" && c.entry.State == StateUnknown:
		word = c.entry.RawState
	}
	return says(s, url, r.Product.Title+" "+c.entry.BuildID+": "+word)
}

// milestoneFile is where a source's facts about a milestone lie below the data
// directory.
func milestoneFile(r *Row, s SourceState) string {
	return s.Name + "/milestones/" + r.Manifest.Line.Slug + "/" + r.Manifest.Slug + ".toml"
}

// evidence is what all sources have of a row.
func (j *joiner) evidence(r *Row) []Evidence {
	var list []Evidence
	for _, c := range r.claims {
		if c.part.src != nil {
			list = append(list, claimed(r, c))
		}
	}
	return append(list, j.stateEvidence(r)...)
}

// stateEvidence is whoever gives a row the state that is shown, where that is the state of
// the build itself, and not that on the milestone.
func (j *joiner) stateEvidence(r *Row) []Evidence {
	if slices.ContainsFunc(r.claims, func(c claim) bool {
		return c.part.src != nil && c.part.src.state.Name == r.StateFrom && r.Is(c.entry.BuildID) && c.entry.State == r.State
	}) {
		return nil
	}
	for _, b := range j.buildsOf(r) {
		if state, counts := r.ownState(b); counts && b.src.state.Name == r.StateFrom && state == r.State {
			return []Evidence{ownClaim(r, b, state)}
		}
	}
	return nil
}

// grounds are what the sources have of a row: its builds or, where there is none, the
// intent to have one.
func (j *joiner) grounds(r *Row) []Evidence {
	if list := j.evidence(r); len(list) > 0 {
		return list
	}
	return j.intentEvidence(r)
}

// configured is evidence from the configuration.
func configured(fact string) Evidence { return Evidence{Source: "configuration", Fact: fact} }

// lies is the evidence of a directory.
func (j *joiner) lies(d *TreeDirectory, fact string) Evidence {
	return says(j.stateOf(d.Tree.Name), cmp.Or(d.URL, d.Path), fact)
}

// seen is when a source last gave a good answer, to the second.
func (j *joiner) seen(name string) time.Time {
	for i := range j.p.Sources {
		if j.p.Sources[i].Name == name {
			return j.p.Sources[i].Success
		}
	}
	return time.Time{}
}

func (j *joiner) stateOf(name string) SourceState {
	for i := range j.sources {
		if j.sources[i].state.Name == name {
			return j.sources[i].state
		}
	}
	return SourceState{Name: name}
}
