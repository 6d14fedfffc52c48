package release

import (
	"cmp"
	"fmt"
	"strings"
)

// findContactDisagreements tells of the products of which sources name different contacts,
// unless the configuration decides: one finding in a series for all of which they say the
// same.
func (j *joiner) findContactDisagreements() {
	if len(j.keepers) == 0 && !j.severalNamed() {
		return
	}
	for _, l := range j.p.Lines {
		if !l.hasOpen() || l.Status == SeriesDisabled {
			continue
		}
		bySaying := map[string][]*ProductLine{}
		for _, p := range j.askedAbout(l) {
			if said := j.contactsSaid(l, p); said != nil && j.rules.Contacts.Product[p.Slug] == "" {
				words := strings.Join(said, "; ")
				bySaying[words] = append(bySaying[words], p)
			}
		}
		for _, words := range sortedKeys(bySaying) {
			j.reportContacts(l, words, bySaying[words])
		}
	}
}

// severalNamed reports whether several contacts are named for a product of a series at all.
func (j *joiner) severalNamed() bool {
	for _, said := range j.whom {
		if len(said) > 1 {
			return true
		}
	}
	return false
}

// askedAbout are the products of a series that are meant to be released, or stand on an
// open milestone, in the order in which they are shown.
func (j *joiner) askedAbout(l *Line) []*ProductLine {
	var list []*ProductLine
	seen := map[*ProductLine]bool{}
	add := func(p *ProductLine) {
		if !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	for _, n := range l.Intents {
		if !n.Disabled {
			add(n.Product)
		}
	}
	for _, m := range l.Milestones {
		if m.Open {
			for _, r := range m.Rows() {
				add(r.Product)
			}
		}
	}
	return list
}

// contactsSaid are the contacts that sources name for a product, in words, and nothing
// where they name the same.
func (j *joiner) contactsSaid(l *Line, p *ProductLine) []string {
	lists := [2][]saidContact{j.whom[lineProduct{l, p}], j.keepers[p]}
	if len(lists[0])+len(lists[1]) < 2 {
		return nil
	}
	var keys []string
	who, by := map[string]string{}, map[string][]string{}
	for _, list := range lists {
		for _, s := range list {
			key := contactKey(s.who)
			if who[key] == "" {
				keys, who[key] = append(keys, key), s.who
			}
			by[key] = appendNew(by[key], s.src.state.Name)
		}
	}
	if len(keys) < 2 {
		return nil
	}
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = who[key] + " by " + joinWords(by[key], "and")
	}
	return words
}

// contactKey tells contacts apart: however an account is written, it is one.
func contactKey(who string) string {
	who = strings.ToLower(strings.TrimSpace(who))
	if name, ok := Account(who); ok {
		return name
	}
	return who
}

func (j *joiner) reportContacts(l *Line, words string, products []*ProductLine) {
	at := spot{line: l, products: products}
	for _, p := range products {
		at.rows = append(at.rows, j.openRowsOf(l, p)...)
	}
	shown, _, from := j.contactIn(l, products[0], nil)
	j.report(Finding{
		Rule:     "disagree-contact",
		Text:     fmt.Sprintf("Sources name different contacts in %s for %s: %s.", l.Title, titleWords(products), words),
		Advice:   fmt.Sprintf("Correct the one that is out of date, or say in [contacts] who it is; %s of %s is shown.", shown, from),
		Actor:    ActorRelease,
		Evidence: j.contactEvidence(l, products[0]),
	}, at)
}

func (j *joiner) contactEvidence(l *Line, p *ProductLine) []Evidence {
	var ev []Evidence
	for _, s := range j.whom[lineProduct{l, p}] {
		ev = append(ev, says(s.src.state, j.intentURL(l, s.src, s.on), p.Title+": "+s.who))
	}
	for _, s := range j.keepers[p] {
		ev = append(ev, says(s.src.state, s.src.state.Name+"/products.toml", p.Title+": "+s.who))
	}
	return ev
}

// intentURL is where a source says what is meant in a series, or for one milestone.
func (j *joiner) intentURL(l *Line, src *source, m *Manifest) string {
	s := src.state
	if m != nil {
		return s.Name + "/milestones/" + l.Slug + "/" + m.Slug + ".toml"
	}
	return cmp.Or(seriesURL(s, j.seriesID(l, s.Name)), s.Name+"/series/"+l.Slug+".toml")
}

// findDateDisagreements compares the days that sources, or a rule, give open milestones.
func (j *joiner) findDateDisagreements() {
	for _, l := range j.p.Lines {
		for _, m := range l.Milestones {
			if m.Open {
				j.compareDates(m)
			}
		}
	}
}

func (j *joiner) compareDates(m *Manifest) {
	var days, words []string
	var ev []Evidence
	hear := func(day, who string, e Evidence) {
		if day != "" {
			days = appendNew(days, day)
			words = append(words, who+" says "+day)
			ev = append(ev, e)
		}
	}
	for _, p := range j.parts[m] {
		s := p.src.state
		hear(p.m.Date, s.Name, says(s, cmp.Or(p.m.DateAt, pageOfMilestone(s, p.m.ID), j.intentURL(m.Line, p.src, m)), m.Title+": "+p.m.Date))
	}
	if rule, _ := j.rules.MilestoneRule(m.Line.Slug, m.Slug); rule != nil {
		hear(rule.Date, "the configuration", configured("[[milestone]] says "+rule.Date))
	}
	if len(days) < 2 {
		return
	}
	j.report(Finding{
		Rule:     "disagree-date",
		Text:     fmt.Sprintf("Sources give %s different days: %s.", m.Title, joinWords(words, "and")),
		Advice:   fmt.Sprintf("Correct the one that is wrong; %s is shown.", m.Date),
		Actor:    ActorRelease,
		Evidence: ev,
	}, spot{milestone: m})
}

// findKindDisagreements tells of milestones that one source counts among the dailies and
// another does not. Each is shown with those of its kind.
func (j *joiner) findKindDisagreements() {
	for _, pair := range j.unlike {
		a, b := pair[0], pair[1]
		l := j.line(a.m.Series)
		m := l.MilestoneOf(a.m.Slug)
		if m == nil || !m.Open {
			continue
		}
		var words []string
		var ev []Evidence
		for _, p := range pair {
			words = append(words, fmt.Sprintf("%s says %s", p.src.state.Name, p.m.Kind))
			ev = append(ev, says(p.src.state, cmp.Or(p.m.KindAt, pageOfMilestone(p.src.state, p.m.ID), p.src.state.Name+"/milestones/"+l.Slug+"/"+a.m.Slug+".toml"), p.m.Title+": "+string(p.m.Kind)))
		}
		j.report(Finding{
			Rule:     "disagree-kind",
			Text:     fmt.Sprintf("Sources disagree about what %s of %s is: %s.", b.m.Slug, l.Title, joinWords(words, "and")),
			Advice:   "Correct one of them, or say in a [[milestone]] rule which kind it is; until then the builds are shown apart.",
			Actor:    ActorRelease,
			Evidence: ev,
		}, spot{milestone: m})
	}
}

// findStatusDisagreements tells of release milestones that are in testing at one source and
// over at another one. Whether that is released or archived is no matter, and no more are
// words that are not known, which are told as such.
func (j *joiner) findStatusDisagreements() {
	for _, l := range j.p.Lines {
		for _, m := range l.Milestones {
			if m.Kind == KindRelease && l.Status != SeriesDisabled {
				j.compareStatuses(m)
			}
		}
	}
}

func (j *joiner) compareStatuses(m *Manifest) {
	var words []string
	var ev []Evidence
	testing, over := false, false
	for _, p := range j.parts[m] {
		switch p.m.Status {
		case MilestoneTesting:
			testing = testing || p.saysStatus()
		case MilestoneReleased, MilestoneArchived:
			over = true
		default:
			continue
		}
		if s := p.src.state; p.saysStatus() {
			words = append(words, s.Name+" says "+string(p.m.Status))
			ev = append(ev, says(s, cmp.Or(p.m.StatusAt, pageOfMilestone(s, p.m.ID), j.intentURL(m.Line, p.src, m)), m.Title+": "+string(p.m.Status)))
		}
	}
	if !testing || !over {
		return
	}
	j.report(Finding{
		Rule:     "disagree-status",
		Text:     fmt.Sprintf("Sources disagree whether %s is over: %s.", m.Title, joinWords(words, "and")),
		Advice:   fmt.Sprintf("Correct the one that is out of date; it is shown as %s.", m.Status),
		Actor:    ActorRelease,
		Evidence: ev,
	}, spot{milestone: m})
}
