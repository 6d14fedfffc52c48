package main

import (
	"context"
	"fmt"
	"time"

	"shiplist/agent"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// contactsResult is the result of check --contacts; docs/operations.md tells its JSON.
type contactsResult struct {
	AsOf    time.Time `json:"as_of"`
	Missing int       `json:"missing"`
	Neither int       `json:"neither"`
	Person  int       `json:"person"`
	Unknown int       `json:"unknown"`
	Team    int       `json:"team"`
	// Contacts are those that are no team; with --all also those that are.
	Contacts []contactResult `json:"contacts"`
	Doubts   []release.Doubt `json:"doubts,omitempty"`
}

// contactResult is who looks after a product.
type contactResult struct {
	Product string              `json:"product"`
	Series  []string            `json:"series"`
	Kind    release.ContactKind `json:"kind"`
	Contact string              `json:"contact,omitempty"`
	Manager string              `json:"manager,omitempty"`
	Source  string              `json:"source,omitempty"`
}

// lookUp asks Launchpad what contacts are, and says what it could not find out. It writes
// the answers where a running agent keeps them, too.
func (o *checkOptions) lookUp(ctx context.Context, e *environment) error {
	cfg, log, err := o.load(e)
	if err != nil {
		return err
	}
	if cfg.Rules.Contacts.Launchpad == "" {
		return usagef(`--lookup: nobody is to be asked; enter launchpad = "https://api.launchpad.net/devel" in [contacts] of %s`, o.config)
	}
	if err := o.own(cfg, "check --contacts --lookup"); err != nil {
		return err
	}
	a, err := agent.New(agentFor(e, cfg, log))
	if err != nil {
		return err
	}
	r, err := a.LookUp(ctx, 0)
	if err != nil {
		return fmt.Errorf("look up contacts: %w", err)
	}
	if r.Err != nil {
		_, err = fmt.Fprintf(e.stderr, "shiplist: attention: looked up %d accounts, %d got no answer that says what they are, %d were not asked: %s\n",
			r.Asked, r.Unknown, r.Left, terminal.Clean(r.Err.Error()))
	}
	return err
}

// tellContacts tells of the contacts of all active products.
func (o *checkOptions) tellContacts(e *environment, s *seen) error {
	lines := release.ContactLines(s.Picture, s.config.Rules.Contacts)
	n := release.CountContacts(lines)
	r := contactsResult{
		AsOf: s.AsOf, Contacts: []contactResult{}, Doubts: s.doubts,
		Missing: n[release.ContactKindMissing], Neither: n[release.ContactKindNeither], Person: n[release.ContactKindPerson],
		Unknown: n[release.ContactKindUnknown], Team: n[release.ContactKindTeam],
	}
	for _, l := range lines {
		if l.Kind != release.ContactKindTeam || o.all {
			r.Contacts = append(r.Contacts, contactResultOf(l))
		}
	}
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	if o.json {
		return printJSON(e, r)
	}
	return r.print(e)
}

func contactResultOf(l release.ContactLine) contactResult {
	r := contactResult{Product: l.Product.Slug, Kind: l.Kind, Contact: l.Contact, Manager: l.Manager, Source: l.Source}
	for _, s := range l.Series {
		r.Series = append(r.Series, s.Slug)
	}
	return r
}

// contactWords say what is known of a contact, and in which style.
var contactWords = map[release.ContactKind]terminal.Cell{
	release.ContactKindMissing: {Text: "no contact", Style: terminal.Bad},
	release.ContactKindNeither: {Text: "neither", Style: terminal.Bad},
	release.ContactKindPerson:  {Text: "a person", Style: terminal.Poor},
	release.ContactKindUnknown: {Text: "not known", Style: terminal.Poor},
	release.ContactKindTeam:    {Text: "a team", Style: terminal.Good},
}

func (r *contactsResult) print(e *environment) error {
	first := fmt.Sprintf("contacts: %d missing, %d neither a team nor a person, %d of persons, %d not known to be teams, %d of teams, as of %s",
		r.Missing, r.Neither, r.Person, r.Unknown, r.Team, r.AsOf.UTC().Format(timeForm))
	if _, err := fmt.Fprintln(e.stdout, e.terminal.Wrap(first, "", "  ")); err != nil {
		return err
	}
	tab := terminal.NewTable(e.terminal,
		terminal.Column{Title: "contact is"}, terminal.Column{Title: "product", Least: 15, Keep: terminal.BothEnds},
		terminal.Column{Title: "series", Least: 6, Leave: 3}, terminal.Column{Title: "contact", Least: 7},
		terminal.Column{Title: "may manage", Least: 10, Leave: 2}, terminal.Column{Title: "says", Least: 4, Leave: 1},
	)
	for _, c := range r.Contacts {
		series := ""
		for _, s := range c.Series {
			series += " " + s
		}
		manager := c.Manager
		if manager == "" {
			manager = "not stated"
		}
		tab.Row(contactWords[c.Kind], terminal.Text(c.Product), terminal.Text(series[min(1, len(series)):]),
			terminal.Text(orDash(c.Contact)), terminal.Text(manager), terminal.Text(orDash(c.Source)))
	}
	return tab.Print(e.stdout, "")
}
