package release

import (
	"cmp"
	"strings"
)

// The answers to who a contact is.
const (
	ContactTeam   = "team"
	ContactPerson = "person"
	// ContactNeither is a contact with the form of an account of which there is none.
	ContactNeither = "neither"
)

// saidContact is whom a source names for a product in a series.
type saidContact struct {
	src *source
	who string
	// owner says that it is for the product in every series, and not in a manifest; on is
	// the milestone for which alone it is, nil for the series.
	owner bool
	on    *Manifest
}

// namesOwner keeps whom a source names for a product in every series.
func (j *joiner) namesOwner(src *source, p *ProductLine, who string) {
	if who = strings.TrimSpace(who); who != "" {
		j.keepers[p] = append(j.keepers[p], saidContact{src: src, who: who, owner: true})
	}
}

// names keeps whom a source names in the manifest of a series, or of one milestone.
func (j *joiner) names(l *Line, p *ProductLine, s saidContact) {
	if s.who = strings.TrimSpace(s.who); s.who != "" {
		key := lineProduct{l, p}
		have := j.whom[key]
		if n := len(j.whomRoom); have == nil && n < cap(j.whomRoom) { // mostly the only one: no slice of its own
			have, j.whomRoom = j.whomRoom[n:n:n+1], j.whomRoom[:n+1]
		}
		j.whom[key] = append(have, s)
	}
}

// readPlanned keeps whom the plans of open milestones name, of the newest first.
func (j *joiner) readPlanned(l *Line) {
	for i := range l.Milestones {
		m := l.Milestones[len(l.Milestones)-1-i]
		for _, p := range j.parts[m] {
			if !m.Open || !p.src.plans() {
				continue
			}
			for _, in := range p.m.Intended {
				j.names(l, j.product(p.src.index, in.Product), saidContact{src: p.src, who: in.Contact, on: m})
			}
		}
	}
}

// settleContacts finds whom to ask about the products of a series manifest.
func (j *joiner) settleContacts(l *Line) {
	for _, n := range l.Intents {
		n.Contact, n.Team, n.ContactFrom = j.contactIn(l, n.Product, nil)
	}
}

// contactIn is whom to ask about a product in a series, or on one of its milestones.
func (j *joiner) contactIn(l *Line, p *ProductLine, m *Manifest) (contact, team, from string) {
	var best saidContact
	for _, list := range [2][]saidContact{j.whom[lineProduct{l, p}], j.keepers[p]} {
		for _, s := range list {
			if (m == nil || s.on == nil || s.on == m) && (best.src == nil || j.asksBefore(s, best)) {
				best = s
			}
		}
	}
	return j.contact(p, best.who, best.src)
}

// asksBefore reports whether whom one source names counts before whom another does.
func (j *joiner) asksBefore(a, b saidContact) bool {
	return cmp.Or(
		cmp.Compare(j.first.contact[a.src.index], j.first.contact[b.src.index]),
		flags(a.owner, b.owner),
		cmp.Compare(a.src.index, b.src.index),
	) < 0
}

// ConfiguredSource stands for the configuration where a source is named.
const ConfiguredSource = "configuration"

// contact is whom to ask about a product where a source, nil for none, says so; whether
// that is a team or a person as far as the rules know, or else a look-up; and who said it.
func (j *joiner) contact(p *ProductLine, said string, src *source) (contact, team, from string) {
	contact = strings.TrimSpace(said)
	if src != nil {
		from = src.state.Name
	}
	if own := j.rules.Contacts.Product[p.Slug]; own != "" {
		contact, from = own, ConfiguredSource
	}
	team, known := j.teams[contact]
	if !known {
		if team = j.rules.Contacts.Team(contact); team == "" {
			if name, ok := Account(contact); ok {
				team = j.accounts[name]
			}
		}
		j.teams[contact] = team
	}
	if team == "" && src != nil && from == src.state.Name && src.state.Kind == KindTestObserver {
		team = ContactTeam // its owners are teams and nothing else
	}
	return contact, team, from
}

// Team reports whether a contact is known to be a team or a person; capitals do
// not matter. It is empty where neither is known.
func (c Contacts) Team(contact string) string {
	switch {
	case contact == "":
		return ""
	case matchFold(c.Teams, contact):
		return ContactTeam
	case matchFold(c.People, contact):
		return ContactPerson
	}
	return ""
}

// matchFold is like Match without regard to capitals, and an empty list matches
// nothing.
func matchFold(patterns []string, s string) bool {
	s = strings.ToLower(s)
	for _, p := range patterns {
		if glob(strings.ToLower(p), s) {
			return true
		}
	}
	return false
}
