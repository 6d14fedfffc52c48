package generator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// checksPage is all findings, each once: by severity, and in each by who can act. Of a rule
// that found very much it shows the first, and leads to pages with all.
type checksPage struct {
	Page
	Answer     string
	Words      []string // "Blockers", "Warnings", "Notes": the columns of the summary
	Actors     []actorRow
	Severities []severityGroup
	// Excused are those that do not count while the configuration excuses them, each
	// with until when and why instead of what to do.
	Excused []findingView
	Intro   html
}

// actorRow is how much somebody can act on.
type actorRow struct {
	Actor  string // "Release team"
	Counts []Link // of each severity, leading to them; plain where there are none
}

type severityGroup struct {
	Severity release.Severity
	Word     string // "Blockers"
	ID       string
	Count    int
	Actors   []actorGroup
}

// actorGroup is what somebody can act on, of one severity.
type actorGroup struct {
	Actor string
	ID    string
	Count int
	Rules []ruleGroup
}

// ruleGroup is the findings of one rule that one actor can act on.
type ruleGroup struct {
	Rule     string // "orphan-files"
	Title    string // "Files of no product"
	ID       string
	Count    int
	Advice   string // what to do about each of them, where it is the same
	Subjects []subjectGroup
	// Fold says that there are so many that those of each subject are shown on demand, All
	// that not all are here, and where they are.
	Fold bool
	All  Link
}

// subjectGroup is the findings of one rule about one milestone, series or source.
type subjectGroup struct {
	Subject  Link
	Findings []findingView
}

// rulePage is a part of the findings of one rule.
type rulePage struct {
	Page
	Answer  string
	Meaning string // of the rule
	Rule    ruleGroup
	Earlier Link
	Later   Link
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

func (s *site) arrangeChecks() checksPage {
	p := checksPage{Page: s.newPage("checks/", "Checks", "Where trackers, trees and intent disagree, and who can act.")}
	s.rest(&p.Page)
	for _, sev := range severities {
		p.Words = append(p.Words, sev.word)
		if n := countFound(s.found, sev.severity, ""); n > 0 {
			g := severityGroup{Severity: sev.severity, Word: sev.word, ID: string(sev.severity), Count: n}
			for _, actor := range actorsOf(s.found) {
				if countFound(s.found, sev.severity, actor) > 0 {
					g.Actors = append(g.Actors, s.viewActor(&p.Page, sev.severity, actor))
				}
			}
			p.Severities = append(p.Severities, g)
		}
	}
	for _, actor := range actorsOf(s.found) {
		p.Actors = append(p.Actors, actorCounts(s.found, actor))
	}
	p.Answer, p.Excused = checksAnswer(s.found), s.viewExcused(&p.Page)
	p.Intro = s.part("checks", p.Root)
	return p
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

// checksAnswer says how much there is, and who can act on most of what blocks, if one can.
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
	switch {
	case n == blockers:
		return text + "The " + actorName(first) + " can act on what blocks."
	case 2*n > blockers:
		return text + "The " + actorName(first) + " can act on " + plural(n, "blocker") + "."
	}
	return strings.TrimSpace(text)
}

// actorName is an actor after "the".
func actorName(a release.Actor) string {
	if a == release.ActorConfig {
		return "keeper of config.toml"
	}
	return string(a)
}

// actorTitle is an actor as a heading.
func actorTitle(a release.Actor) string { return capital(actorName(a)) }

func actorID(severity release.Severity, a release.Actor) string {
	return release.Slug(string(severity) + "-" + string(a))
}

// actorCounts is how much of each severity somebody can act on.
func actorCounts(all []*found, actor release.Actor) actorRow {
	row := actorRow{Actor: actorTitle(actor)}
	for _, sev := range severities {
		l := Link{Text: "0"}
		if n := countFound(all, sev.severity, actor); n > 0 {
			l = Link{Text: fmt.Sprint(n), Href: "#" + actorID(sev.severity, actor)}
		}
		row.Counts = append(row.Counts, l)
	}
	return row
}

// viewActor shows what one actor can act on.
func (s *site) viewActor(p *Page, severity release.Severity, actor release.Actor) actorGroup {
	g := actorGroup{Actor: actorTitle(actor), ID: actorID(severity, actor), Count: countFound(s.found, severity, actor)}
	for _, f := range s.found {
		if f.severity == severity && f.actor == actor {
			g.Rules = append(g.Rules, s.viewFound(p, f))
		}
	}
	return g
}

// viewFound shows the findings of a rule, or the first where there are very many.
func (s *site) viewFound(p *Page, f *found) ruleGroup {
	if f.parts() == 0 {
		return s.viewRule(p, f, f.findings)
	}
	v := s.viewRule(p, f, f.findings[:shownAtOnce])
	v.All = Link{Text: "All " + plural(len(f.findings), "finding"), Href: p.to(f.path(0))}
	return v
}

// viewRule shows some findings of a rule. What is the same of all of them is told once.
func (s *site) viewRule(p *Page, f *found, some []*release.Finding) ruleGroup {
	v := ruleGroup{Rule: f.rule, Title: release.RuleOf(f.rule).Title, ID: f.id(), Count: len(f.findings), Fold: len(f.findings) > foldAbove}
	same := len(some) > 1 && !slices.ContainsFunc(some, func(o *release.Finding) bool { return o.Advice != some[0].Advice })
	if same {
		v.Advice = sentence(some[0].Advice)
	}
	index := map[string]int{}
	for _, one := range some {
		view := s.viewNamed(p, one)
		if view.Who == string(f.actor) {
			view.Who = "" // the heading says it
		}
		if same {
			view.Advice = ""
		}
		place := s.placeOf(p, one)
		i, ok := index[place.Text]
		if !ok {
			i = len(v.Subjects)
			index[place.Text] = i
			v.Subjects = append(v.Subjects, subjectGroup{Subject: place})
		}
		v.Subjects[i].Findings = append(v.Subjects[i].Findings, view)
	}
	return v
}

// rulePart is one page of the findings of a rule.
type rulePart struct {
	*found
	page int
}

func (s *site) arrangeRule(r rulePart) rulePage {
	title := partTitle(release.RuleOf(r.rule).Title, r.page, r.parts())
	p := rulePage{Page: s.newPage(r.path(r.page), title, "Findings of one rule: "+r.rule+".", menuItem{"Checks", "checks/"})}
	s.rest(&p.Page)
	from := r.page * shownPerPage
	to := min(from+shownPerPage, len(r.findings))
	p.Answer = fmt.Sprintf("%d to %d of %d.", from+1, to, len(r.findings))
	p.Meaning = release.RuleOf(r.rule).Explanation
	p.Rule = s.viewRule(&p.Page, r.found, r.findings[from:to])
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
