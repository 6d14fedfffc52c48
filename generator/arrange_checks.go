package generator

import (
	"cmp"
	"fmt"
	"slices"

	"shiplist/internal/release"
)

// checksPage is all findings, by who can act and severity. Of a rule that found very much
// it shows the first, and leads to pages with all.
type checksPage struct {
	Page
	Answer string
	Words  []string // "Blockers", "Warnings", "Notes": the columns of the summary
	Actors []actorGroup
	// Severities lists the rules once more, by severity alone, each leading to its place.
	Severities []severityIndex
	// Excused are those that do not count while the configuration excuses them, each
	// with until when and why instead of what to do.
	Excused []findingView
	Intro   html
}

// actorGroup is what somebody can act on.
type actorGroup struct {
	Actor      string // "release team"
	ID         string
	Counts     []Link // of each severity, leading to them; plain where there are none
	Severities []severityGroup
}

type severityGroup struct {
	Severity release.Severity
	Word     string // "Blockers"
	ID       string
	Count    int
	Rules    []ruleGroup
}

// severityIndex is the rules of one severity, whoever can act.
type severityIndex struct {
	Severity release.Severity
	Word     string
	Count    int
	Rules    []ruleLink
}

type ruleLink struct {
	Rule  Link
	Actor string
	Count int
}

// ruleGroup is the findings of one rule that one actor can act on.
type ruleGroup struct {
	Rule     string
	ID       string
	Count    int
	Findings []findingView
	// Fold says that there are so many that they are shown on demand, All that
	// not all are here, and where they are.
	Fold bool
	All  Link
}

// rulePage is a part of the findings of one rule.
type rulePage struct {
	Page
	Answer   string
	Findings []findingView
	Earlier  Link
	Later    Link
}

const (
	foldAbove    = 12  // findings of one rule are shown open up to this many
	shownAtOnce  = 50  // and on the page of all rules up to this many
	shownPerPage = 500 // and on each of the rule's own pages
)

var severities = []struct {
	severity release.Severity
	word     string
}{{release.Blocker, "Blockers"}, {release.Warning, "Warnings"}, {release.Note, "Notes"}}

// found is the findings of one severity, actor and rule, before they are shown.
type found struct {
	severity release.Severity
	actor    release.Actor
	rule     string
	findings []*release.Finding
}

func (f *found) id() string {
	return release.Slug(string(f.severity) + "-" + string(f.actor) + "-" + f.rule)
}

func (f *found) path(page int) string {
	if page == 0 {
		return pagePath("checks", f.id())
	}
	return pagePath("checks", f.id(), fmt.Sprint(page+1))
}

// parts is on how many pages of its own the findings of a rule are; none when the
// page of all rules has room for them.
func (f *found) parts() int {
	if len(f.findings) <= shownAtOnce {
		return 0
	}
	return (len(f.findings) + shownPerPage - 1) / shownPerPage
}

// groupFindings sorts the findings into groups; within a group they keep their order.
func groupFindings(all []*release.Finding) []*found {
	type key struct {
		severity release.Severity
		actor    release.Actor
		rule     string
	}
	index := map[key]*found{}
	var groups []*found
	for _, f := range all {
		k := key{f.Severity, f.Actor, f.Rule}
		if index[k] == nil {
			index[k] = &found{severity: f.Severity, actor: f.Actor, rule: f.Rule}
			groups = append(groups, index[k])
		}
		index[k].findings = append(index[k].findings, f)
	}
	rank := func(s release.Severity) int {
		for i := range severities {
			if severities[i].severity == s {
				return i
			}
		}
		return len(severities)
	}
	slices.SortStableFunc(groups, func(a, b *found) int {
		return cmp.Or(cmp.Compare(rank(a.severity), rank(b.severity)), cmp.Compare(a.actor, b.actor), cmp.Compare(a.rule, b.rule))
	})
	return groups
}

func (s *site) arrangeChecks() (checksPage, error) {
	p := checksPage{Page: s.newPage("checks/", "Checks", "Where trackers, trees and intent disagree, and who can act.")}
	s.rest(&p.Page)
	for _, sev := range severities {
		p.Words = append(p.Words, sev.word)
		index := severityIndex{Severity: sev.severity, Word: sev.word}
		for _, f := range s.found {
			if f.severity == sev.severity {
				index.Count += len(f.findings)
				index.Rules = append(index.Rules, ruleLink{Link{Text: f.rule, Href: "#" + f.id()}, string(f.actor), len(f.findings)})
			}
		}
		if index.Count > 0 {
			p.Severities = append(p.Severities, index)
		}
	}
	for _, actor := range actorsOf(s.found) {
		p.Actors = append(p.Actors, s.viewActor(&p.Page, actor))
	}
	p.Answer, p.Excused = checksAnswer(s.found), s.viewExcused(&p.Page)
	var err error
	p.Intro, err = s.part("checks", p.Root)
	return p, err
}

// countFound counts the findings of a severity on which somebody can act; "" for all.
func countFound(all []*found, severity release.Severity, actor release.Actor) int {
	n := 0
	for _, f := range all {
		if f.severity == severity && (actor == "" || f.actor == actor) {
			n += len(f.findings)
		}
	}
	return n
}

// actorsOf are those who can act: who has more blockers first, then who has more warnings.
func actorsOf(all []*found) []release.Actor {
	var actors []release.Actor
	for _, f := range all {
		if !slices.Contains(actors, f.actor) {
			actors = append(actors, f.actor)
		}
	}
	slices.SortFunc(actors, func(a, b release.Actor) int {
		for _, sev := range severities {
			if c := countFound(all, sev.severity, b) - countFound(all, sev.severity, a); c != 0 {
				return c
			}
		}
		return cmp.Compare(a, b)
	})
	return actors
}

// checksAnswer says how much there is, and who can do most about what blocks.
func checksAnswer(all []*found) string {
	blockers, warnings := countFound(all, release.Blocker, ""), countFound(all, release.Warning, "")
	notes := countFound(all, release.Note, "")
	rest := plural(warnings, "warning") + ", " + plural(notes, "note") + "."
	switch {
	case blockers+warnings+notes == 0:
		return "Everything agrees."
	case blockers == 0:
		return "Nothing blocks. " + rest
	}
	first := actorsOf(all)[0]
	n := countFound(all, release.Blocker, first)
	text := plural(blockers, "blocker") + ", " + rest + " "
	if n == blockers {
		return text + "The " + actorName(first) + " can act on what blocks."
	}
	return text + "The " + actorName(first) + " can act on " + plural(n, "blocker") + "."
}

// actorName is an actor after "the".
func actorName(a release.Actor) string {
	if a == release.ActorConfig {
		return "keeper of config.toml"
	}
	return string(a)
}

// viewActor shows what one actor can act on.
func (s *site) viewActor(p *Page, actor release.Actor) actorGroup {
	g := actorGroup{Actor: string(actor), ID: "for-" + release.Slug(string(actor))}
	for _, sev := range severities {
		n := countFound(s.found, sev.severity, actor)
		if n == 0 {
			g.Counts = append(g.Counts, Link{Text: "0"})
			continue
		}
		v := severityGroup{Severity: sev.severity, Word: sev.word, ID: g.ID + "-" + string(sev.severity), Count: n}
		g.Counts = append(g.Counts, Link{Text: fmt.Sprint(n), Href: "#" + v.ID})
		for _, f := range s.found {
			if f.severity == sev.severity && f.actor == actor {
				v.Rules = append(v.Rules, s.viewFound(p, f))
			}
		}
		g.Severities = append(g.Severities, v)
	}
	return g
}

func (s *site) viewFound(p *Page, f *found) ruleGroup {
	v := ruleGroup{Rule: f.rule, ID: f.id(), Count: len(f.findings), Fold: len(f.findings) > foldAbove}
	shown := f.findings
	if f.parts() > 0 {
		shown = shown[:shownAtOnce]
		v.All = Link{Text: "All " + plural(len(f.findings), "finding"), Href: p.to(f.path(0))}
	}
	v.Findings = s.viewFindings(p, shown, true)
	for i := range v.Findings {
		if v.Findings[i].Who == string(f.actor) {
			v.Findings[i].Who = "" // the heading says it
		}
	}
	return v
}

// rulePart is one page of the findings of a rule.
type rulePart struct {
	*found
	page int
}

func (s *site) arrangeRule(r rulePart) rulePage {
	title := partTitle(r.rule, r.page, r.parts())
	p := rulePage{Page: s.newPage(r.path(r.page), title, "Findings of one rule: "+r.rule+".", menuItem{"Checks", "checks/"})}
	s.rest(&p.Page)
	from := r.page * shownPerPage
	to := min(from+shownPerPage, len(r.findings))
	p.Answer = fmt.Sprintf("%d to %d of %d.", from+1, to, len(r.findings))
	p.Findings = s.viewFindings(&p.Page, r.findings[from:to], true)
	if r.page > 0 {
		p.Earlier = Link{Text: "Earlier", Href: p.to(r.path(r.page - 1))}
	}
	if r.page+1 < r.parts() {
		p.Later = Link{Text: "Later", Href: p.to(r.path(r.page + 1))}
	}
	return p
}

// partTitle is the title of a page of findings.
func partTitle(rule string, page, parts int) string {
	if parts == 1 {
		return rule
	}
	return fmt.Sprintf("%s, page %d of %d", rule, page+1, parts)
}
