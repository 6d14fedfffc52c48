package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
	"shiplist/internal/terminal"
)

func whyCommand() command {
	return command{
		name:    "why",
		args:    "PRODUCT [MILESTONE]",
		short:   "tell why a product is out, or is not: from the intent to the published file",
		example: "shiplist why kubuntu-desktop-amd64 noble/final",
		setup: func(fs *flag.FlagSet) action {
			var o whyOptions
			o.define(fs)
			return o.answering(o.run)
		},
	}
}

type whyOptions struct{ asking }

// whyLog is how much of the change log is read: since when something is so is not told of
// what is older.
const whyLog = 400 * 24 * time.Hour

func (o *whyOptions) run(_ context.Context, e *environment, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return usagef("name a product, and a milestone if you mean only that one")
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	product, err := release.FindProduct(s.Picture, args[0])
	if err != nil {
		return err
	}
	milestones := release.WhyMilestones(product)
	if len(args) == 2 {
		m, err := release.FindMilestone(s.Picture, args[1])
		if err != nil {
			return err
		}
		milestones = []*release.Manifest{m}
	}
	log, err := store.LoadEvents(s.config.Store.Data, s.AsOf.Add(-whyLog), s.AsOf.Add(24*time.Hour))
	if err != nil {
		return err
	}
	r := whyResult{Product: product.Slug, AsOf: s.AsOf, Milestones: []chainResult{}, Doubts: s.doubts}
	broken := false
	for _, m := range milestones {
		c := release.WhyOut(s.Picture, log, product, m)
		broken = broken || c.Broken >= 0
		r.Milestones = append(r.Milestones, chainResultOf(c))
	}
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	if o.json {
		err = printJSON(e, r)
	} else {
		err = r.print(e)
	}
	return o.end(s, broken, err)
}

// whyResult is the result of the command; docs/operations.md tells its JSON.
type whyResult struct {
	Product    string          `json:"product"`
	AsOf       time.Time       `json:"as_of"`
	Milestones []chainResult   `json:"milestones"`
	Doubts     []release.Doubt `json:"doubts,omitempty"`
}

// chainResult is the chain of a product on one milestone.
type chainResult struct {
	Series    string        `json:"series"`
	Milestone string        `json:"milestone"`
	BuildID   string        `json:"build_id,omitempty"`
	Broken    string        `json:"broken,omitempty"` // name of the first broken link
	Why       string        `json:"why"`
	Advice    string        `json:"advice,omitempty"`
	Actor     release.Actor `json:"actor,omitempty"`
	Who       string        `json:"who,omitempty"`
	Links     []linkResult  `json:"links"`
}

// linkResult is one link.
type linkResult struct {
	Name   string            `json:"name"`
	State  release.LinkState `json:"state"`
	Text   string            `json:"text"`
	Since  *time.Time        `json:"since,omitempty"`
	Before *time.Time        `json:"since_before,omitempty"` // the log begins there, and it was so already
	Source string            `json:"source,omitempty"`
	URL    string            `json:"url,omitempty"`
}

func chainResultOf(c *release.Chain) chainResult {
	r := chainResult{
		Series: c.Manifest.Line.Slug, Milestone: c.Manifest.Slug, BuildID: c.BuildID,
		Why: c.Why, Advice: c.Advice, Actor: c.Actor, Who: c.Who,
	}
	for i, l := range c.Links {
		if i == c.Broken {
			r.Broken = l.Name
		}
		r.Links = append(r.Links, linkResult{l.Name, l.State, l.Text, known(l.Since), known(l.Before), l.Source, l.URL})
	}
	return r
}

// linkStyles mark the words of states.
var linkStyles = map[release.LinkState]terminal.Style{
	release.LinkHolds: terminal.Good, release.LinkBroken: terminal.Bad,
	release.LinkWaits: terminal.Quiet, release.LinkUnknown: terminal.Quiet,
}

// print prints for people: the answer, and a line for each link. In a pipe each line
// begins with what it is about, as grep takes it out of its place.
func (r *whyResult) print(e *environment) error {
	if len(r.Milestones) == 0 {
		_, err := fmt.Fprintf(e.stdout, "%s stands on no milestone, and no open one wants it\n", r.Product)
		return err
	}
	t := e.terminal
	for i, c := range r.Milestones {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if _, err := fmt.Fprintln(e.stdout, t.Wrap(c.Why, "", "")); err != nil {
			return err
		}
		if c.Advice != "" {
			who := string(c.Actor)
			if c.Who != "" {
				who = c.Who + ", " + who
			}
			fmt.Fprintln(e.stdout, t.Wrap(c.Advice, "do:  ", "     "))
			fmt.Fprintln(e.stdout, t.Wrap(who, "who: ", "     "))
		}
		if url := c.brokenURL(); url != "" && t.Width > 0 {
			fmt.Fprintln(e.stdout, t.Wrap(url, "see: ", "     "))
		}
		if err := c.links(e.stdout, t, r.Product); err != nil {
			return err
		}
	}
	return nil
}

// since is the time in words.
func (l linkResult) since() string {
	switch {
	case l.Since != nil:
		return l.Since.UTC().Format(timeForm)
	case l.Before != nil:
		return "before " + l.Before.UTC().Format(time.DateOnly)
	}
	return "-"
}

// brokenURL is where the first broken link can be seen.
func (c chainResult) brokenURL() string {
	for _, l := range c.Links {
		if l.Name == c.Broken {
			return l.URL
		}
	}
	return ""
}

// links writes the chain: for a pipe a table, in a terminal texts that are read whole, as
// one sentence among them is the answer.
func (c chainResult) links(w io.Writer, t terminal.Terminal, product string) error {
	if t.Width > 0 {
		return c.told(w, t)
	}
	tab := terminal.NewTable(t, make([]terminal.Column, 8)...)
	for _, l := range c.Links {
		tab.Row(terminal.Text(product), terminal.Text(c.Series+"/"+c.Milestone), terminal.Text(string(l.State)), terminal.Text(l.Name),
			terminal.Text(l.Text), terminal.Text(l.since()), terminal.Text(orDash(l.Source)), terminal.Text(l.URL))
	}
	return tab.Print(w, "")
}

// besideLeast is the width of a terminal in which the text of a link stands beside its
// name, and not below it.
const besideLeast = 80

// told writes the links for a terminal: state and name, the text, and since when and by
// whose word it is so. There is no room for addresses.
func (c chainResult) told(w io.Writer, t terminal.Terminal) error {
	states, names := 0, 0
	for _, l := range c.Links {
		states, names = max(states, terminal.Columns(string(l.State))), max(names, terminal.Columns(l.Name))
	}
	var b strings.Builder
	for _, l := range c.Links {
		fmt.Fprintf(&b, "%s%s  %s", t.Paint(string(l.State), linkStyles[l.State]), pad(string(l.State), states), terminal.Clean(l.Name))
		cells := []terminal.Cell{terminal.Text(l.Text), {Text: l.aside(), Style: terminal.Quiet}}
		if t.Width < besideLeast {
			b.WriteString("\n" + t.WrapCells("    ", "    ", cells...) + "\n")
			continue
		}
		indent := strings.Repeat(" ", states+names+4)
		b.WriteString(pad(l.Name, names) + "  " + strings.TrimPrefix(t.WrapCells(indent, indent, cells...), indent) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// pad are the spaces that a text lacks in a column.
func pad(text string, width int) string {
	return strings.Repeat(" ", max(0, width-terminal.Columns(text)))
}

// aside is since when a link is so, and who says it, in brackets; empty where neither is known.
func (l linkResult) aside() string {
	var words []string
	switch {
	case l.Since != nil:
		words = append(words, "since "+l.since())
	case l.Before != nil:
		words = append(words, l.since())
	}
	if l.Source != "" {
		words = append(words, l.Source)
	}
	if len(words) == 0 {
		return ""
	}
	return "(" + strings.Join(words, ", ") + ")"
}
