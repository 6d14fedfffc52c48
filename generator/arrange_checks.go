package generator

import (
	"slices"
	"strings"

	"shiplist/internal/release"
)

// checksPage is all findings, by severity and who can act.
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
	Findings []findingView
	// Fold says that there are so many that they are shown on demand.
	Fold bool
}

// foldAbove is how many findings of one rule are shown open.
const foldAbove = 12

var severities = []struct {
	severity release.Severity
	word     string
}{{release.Blocker, "Blockers"}, {release.Warning, "Warnings"}, {release.Note, "Notes"}}

func (s *site) arrangeChecks() (checksPage, error) {
	p := checksPage{Page: s.newPage("checks/", "Checks", "Where trackers, trees and intent disagree, and who can act.")}
	s.rest(&p.Page)
	counts := map[release.Severity]int{}
	for _, sev := range severities {
		some := severity(s.picture.Findings, sev.severity)
		counts[sev.severity] = len(some)
		if len(some) > 0 {
			p.Groups = append(p.Groups, severityGroup{sev.severity, sev.word, len(some), s.byActor(&p.Page, some)})
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

// byActor groups findings of one severity, keeping their order within a group.
func (s *site) byActor(p *Page, all []*release.Finding) []actorGroup {
	var groups []actorGroup
	for _, f := range all {
		actor := string(f.Actor)
		i := slices.IndexFunc(groups, func(g actorGroup) bool { return g.Actor == actor })
		if i < 0 {
			groups = append(groups, actorGroup{Actor: actor})
			i = len(groups) - 1
		}
		groups[i].add(s, p, f)
	}
	for i := range groups {
		slices.SortStableFunc(groups[i].Rules, func(a, b ruleGroup) int { return strings.Compare(a.Rule, b.Rule) })
		for j := range groups[i].Rules {
			groups[i].Rules[j].Fold = len(groups[i].Rules[j].Findings) > foldAbove
		}
	}
	return groups
}

func (g *actorGroup) add(s *site, p *Page, f *release.Finding) {
	i := slices.IndexFunc(g.Rules, func(r ruleGroup) bool { return r.Rule == f.Rule })
	if i < 0 {
		id := release.Slug(string(f.Severity) + "-" + string(f.Actor) + "-" + f.Rule)
		g.Rules = append(g.Rules, ruleGroup{Rule: f.Rule, ID: id})
		i = len(g.Rules) - 1
	}
	g.Rules[i].Findings = append(g.Rules[i].Findings, s.viewFindings(p, []*release.Finding{f}, true)...)
}
