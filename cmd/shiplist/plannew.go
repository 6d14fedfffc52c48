package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"unicode"

	"shiplist/internal/planfile"
	"shiplist/internal/release"
)

func planNewCommand() command {
	return command{
		name:    "plan new",
		args:    "SERIES MILESTONE",
		short:   "write a plan with the list of the milestone before, or of the dailies, to choose from",
		example: "shiplist plan new noble beta --output plans/noble-beta.toml",
		setup: func(fs *flag.FlagSet) action {
			var o planNewOptions
			o.common.define(fs)
			fs.BoolVar(&o.strict, "strict", false, "exit with 3 where a source is stale, held back or lost")
			fs.StringVar(&o.from, "from", "", "copy the list of `MILESTONE`, such as alpha, daily or noble/final")
			fs.StringVar(&o.output, "output", "", "`FILE` to write, which must not be there yet; standard output when left out")
			return o.answering(o.run)
		},
	}
}

type planNewOptions struct {
	asking
	from, output string
}

func (o *planNewOptions) run(_ context.Context, e *environment, args []string) error {
	if len(args) != 2 {
		return usagef("name a series and a milestone, like noble beta")
	}
	if strings.TrimSpace(args[1]) != args[1] || strings.ContainsFunc(args[1], unicode.IsControl) || !strings.ContainsFunc(args[1], lettered) {
		return usagef("%q is no name of a milestone; write it like beta, or \"Snapshot 3\"", args[1])
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	l, err := lineOf(s, strings.ToLower(args[0]))
	if err != nil {
		return err
	}
	slug := release.MilestoneSlug(l.Slug, args[1])
	from, err := o.base(s, l, slug)
	if err != nil {
		return err
	}
	name := args[1]
	if m := l.MilestoneOf(slug); m != nil {
		name = m.Title
	}
	draft := planfile.Draft{
		Series: l.Slug, Milestone: name, Slug: slug, Except: draftExcept(from), Groups: draftGroups(from, l),
		Head: []string{
			fmt.Sprintf("What is meant of %s/%s, copied from %s/%s by 'shiplist plan new'.", l.Slug, slug, from.Line.Slug, from.Slug),
			"Take out the lines of what is not released; 'except' says so in words, for what is left",
			"out on purpose. 'shiplist plan fill' writes build ids into empty ones, and 'shiplist plan",
			"check' tells what the trackers and trees say otherwise.",
		},
	}
	if rule, _ := s.config.Rules.MilestoneRule(l.Slug, slug); rule != nil {
		draft.Date = rule.Date
	}
	if len(draft.Groups) == 0 {
		return fmt.Errorf("%s/%s has no product; name another milestone with --from", from.Line.Slug, from.Slug)
	}
	if err := s.warnAside(e); err != nil {
		return err
	}
	return o.end(s, false, writeDraft(e, o.output, &draft))
}

// lettered reports whether a character alone can be a name in addresses.
func lettered(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// base is the milestone whose list is copied: the one that was asked for, else the last
// release milestone that is there, else the dailies.
func (o *planNewOptions) base(s *seen, l *release.Line, slug string) (*release.Manifest, error) {
	if o.from != "" {
		name := strings.ToLower(o.from)
		if !strings.Contains(name, "/") {
			name = l.Slug + "/" + name
		}
		return release.FindMilestone(s.Picture, name)
	}
	var last *release.Manifest
	for _, m := range l.Milestones {
		if m.Slug == slug {
			break // those behind it come later
		}
		if m.Totals.Rows > 0 {
			last = m
		}
	}
	if last == nil {
		return nil, usagef("%s has no milestone before %s, and no dailies; name one of another series with --from", l.Title, slug)
	}
	return last, nil
}

// draftExcept are the products that a milestone leaves out: those that somebody switched
// off, or did not name where others are.
func draftExcept(m *release.Manifest) []string {
	var names []string
	for _, r := range m.Rows() {
		if !r.Netboot && r.IntentKnown && !r.Intended {
			names = append(names, r.Product.Title)
		}
	}
	return names
}

// draftGroups are the products that a milestone means, by family; those with a build where
// nobody said what is meant. A contact is copied where the series manifest has another.
func draftGroups(m *release.Manifest, l *release.Line) []planfile.DraftGroup {
	contacts := map[string]string{}
	for _, n := range l.Intents {
		contacts[n.Product.Slug] = n.Contact
	}
	var groups []planfile.DraftGroup
	for _, g := range m.Groups {
		group := planfile.DraftGroup{Title: g.Family}
		for _, r := range g.Rows {
			if r.Netboot || r.IntentKnown && !r.Intended {
				continue
			}
			p := planfile.DraftProduct{Name: r.Product.Title}
			if r.Contact != contacts[r.Product.Slug] && len(l.Intents) > 0 {
				p.Contact = r.Contact
			}
			group.Products = append(group.Products, p)
		}
		if len(group.Products) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
