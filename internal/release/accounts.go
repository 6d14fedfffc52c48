package release

import (
	"regexp"
	"slices"
	"strings"
)

// accountForm is how Launchpad names people and teams: short, and without capitals.
var accountForm = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]{1,99}$`)

// Account is the name of the account that a contact may be, "~kubuntu-council" or
// "kubuntu-council"; ok is false where it has not the form of one. It says nothing of
// whether there is such an account.
func Account(contact string) (name string, ok bool) {
	name = strings.TrimPrefix(strings.TrimSpace(contact), "~")
	return name, accountForm.MatchString(name)
}

// UndecidedAccounts are the names of the accounts that contacts of the sources, or of
// the rules, may be, in order and each once: of series that are worked on, of products in
// all of them, and of milestones that plans have in testing; only where the rules do not
// say whether the contact is a team or a person.
func UndecidedAccounts(c Contacts, sources []SourceFacts) []string {
	var names []string
	add := func(contact string) {
		if name, ok := Account(contact); ok && c.Team(strings.TrimSpace(contact)) == "" {
			names = append(names, name)
		}
	}
	for _, s := range sources {
		for _, series := range s.Facts.Series {
			for _, n := range series.Manifest {
				if series.Status != SeriesDisabled && !n.Disabled && c.Product[n.Product] == "" {
					add(n.Contact)
				}
			}
		}
	}
	for _, s := range sources {
		for _, p := range s.Facts.Products {
			add(p.Contact)
		}
		for i := range s.Facts.Milestones {
			if m := &s.Facts.Milestones[i]; m.Status == MilestoneTesting {
				m.eachContact(add)
			}
		}
	}
	for _, contact := range c.Product {
		add(contact)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// eachContact visits the contacts that a plan names.
func (m *Milestone) eachContact(do func(string)) {
	for _, n := range m.Intended {
		do(n.Contact)
	}
	for _, l := range m.Lists {
		for _, p := range l.Products {
			do(p.Contact)
		}
	}
}
