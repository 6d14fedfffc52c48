package generator

import (
	"cmp"
	"fmt"
	"slices"

	"shiplist/internal/release"
)

// checksPage is all findings, by severity and who can act. Of a rule that found
// very much it shows the first, and leads to pages with all.
type checksPage struct {
	Page
	Answer string
	Groups []severityGroup
	Intro  html
}

type severityGroup struct {
	Severity release.Severity
	Word     string // "Blockers"
	Count    int
	Actors   []actorGroup
}

type actorGroup struct {
	Actor string
	Rules []ruleGroup
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
	counts := map[release.Severity]int{}
	for _, f := range s.found {
		counts[f.severity] += len(f.findings)
	}
	for _, sev := range severities {
		if counts[sev.severity] > 0 {
			p.Groups = append(p.Groups, severityGroup{sev.severity, sev.word, counts[sev.severity], s.byActor(&p.Page, sev.severity)})
		}
	}
	p.Answer = checksAnswer(counts)
	var err error
	p.Intro, err = s.part("checks", p.Root)
	return p, err
}

func checksAnswer(n map[release.Severity]int) string {
	text := blocking(n[release.Blocker])
	if n[release.Warning]+n[release.Note] == 0 {
		return text
	}
	return text + " " + plural(n[release.Warning], "warning") + ", " + plural(n[release.Note], "note") + "."
}

// byActor shows the groups of one severity by who can act.
func (s *site) byActor(p *Page, want release.Severity) []actorGroup {
	var groups []actorGroup
	for _, f := range s.found {
		if f.severity != want {
			continue
		}
		if n := len(groups); n == 0 || groups[n-1].Actor != string(f.actor) {
			groups = append(groups, actorGroup{Actor: string(f.actor)})
		}
		g := &groups[len(groups)-1]
		g.Rules = append(g.Rules, s.viewFound(p, f))
	}
	return groups
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
