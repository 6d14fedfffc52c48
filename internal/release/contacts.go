package release

import (
	"cmp"
	"slices"
)

// ContactKind is what is known of the contact of a product.
type ContactKind string

// The kinds, the worst first.
const (
	ContactKindMissing ContactKind = "missing" // there is none
	ContactKindNeither ContactKind = "neither" // no account of this name exists
	ContactKindPerson  ContactKind = "person"
	ContactKindUnknown ContactKind = "unknown" // nobody says whether it is a team
	ContactKindTeam    ContactKind = "team"
)

// contactKinds are the kinds in order.
var contactKinds = []ContactKind{ContactKindMissing, ContactKindNeither, ContactKindPerson, ContactKindUnknown, ContactKindTeam}

// ContactLine is who looks after an active product, in the series where it is the same.
type ContactLine struct {
	Product *ProductLine
	Series  []*Line // newest first
	Contact string
	Kind    ContactKind
	// Source is who says so: a source, or the configuration.
	Source string
	// Manager is who may manage the product on the tracker, as [contacts] states it; empty
	// where it does not.
	Manager string
}

// ContactLines are the contacts of the products that are meant to be released, or are in
// testing, in active series with an open milestone: those without one first, then those that are nobody, then
// persons, then those of which it is not known, teams last; by product within.
func ContactLines(p *Picture, c Contacts) []ContactLine {
	var all []ContactLine
	for _, l := range p.Lines {
		if !l.hasOpen() || l.Status == SeriesDisabled {
			continue
		}
		for _, n := range l.Intents {
			if !n.Disabled {
				all = addContact(all, l, lineOfContact(n, c))
			}
		}
		for _, n := range besides(l, func(r *Row) bool { return r.Intended || r.State != StateMissing }) {
			all = addContact(all, l, lineOfContact(n, c))
		}
	}
	slices.SortStableFunc(all, func(a, b ContactLine) int {
		return cmp.Or(
			cmp.Compare(slices.Index(contactKinds, a.Kind), slices.Index(contactKinds, b.Kind)),
			compareNatural(a.Product.Slug, b.Product.Slug),
		)
	})
	return all
}

// besides are the products of wanted rows of the open release milestones of a series that
// its manifest does not name: who looks after them has to be known all the same. They are
// shaped as if they were in it.
func besides(l *Line, wanted func(*Row) bool) []*Intended {
	known := map[*ProductLine]bool{}
	for _, n := range l.Intents {
		known[n.Product] = !n.Disabled
	}
	var list []*Intended
	for _, m := range l.Milestones {
		if !m.Open || m.Kind == KindDaily {
			continue
		}
		for _, r := range m.Rows() {
			if known[r.Product] || !wanted(r) {
				continue
			}
			known[r.Product] = true
			n := &Intended{Product: r.Product, Contact: r.Contact, Team: r.Team, Source: r.IntentFrom, ContactFrom: r.ContactFrom}
			if n.Source == "" && len(r.Refs) > 0 {
				n.Source = r.Refs[0].Source
			}
			list = append(list, n)
		}
	}
	return list
}

// CountContacts tells of how many lines each kind is.
func CountContacts(lines []ContactLine) map[ContactKind]int {
	counts := map[ContactKind]int{}
	for _, l := range lines {
		counts[l.Kind]++
	}
	return counts
}

func lineOfContact(n *Intended, c Contacts) ContactLine {
	line := ContactLine{
		Product: n.Product, Contact: n.Contact, Kind: ContactKindUnknown, Source: cmp.Or(n.ContactFrom, n.Source),
		Manager: c.Managers[n.Product.Slug],
	}
	switch {
	case n.Contact == "":
		line.Kind = ContactKindMissing
	case n.Team == ContactTeam:
		line.Kind = ContactKindTeam
	case n.Team == ContactPerson:
		line.Kind = ContactKindPerson
	case n.Team == ContactNeither:
		line.Kind = ContactKindNeither
	}
	return line
}

// addContact adds a line, or its series to the one that says the same of the product.
func addContact(all []ContactLine, l *Line, line ContactLine) []ContactLine {
	for i := range all {
		have := &all[i]
		if have.Product == line.Product && have.Contact == line.Contact && have.Source == line.Source {
			have.Series = append(have.Series, l)
			return all
		}
	}
	line.Series = []*Line{l}
	return append(all, line)
}
