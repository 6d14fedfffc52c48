package main

import (
	"context"
	"errors"
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
			fs.StringVar(&o.from, "from", "", "copy the list of `MILESTONE`, such as alpha, daily or noble/final; of a series' manifest with series, or noble/series")
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
	from, err := release.PlanBaseOf(s.Picture, s.config.Rules, l, slug, o.from)
	if errors.Is(err, release.ErrNoPlanBase) {
		return usagef("%s has no milestone before %s, and no dailies; name one of another series with --from", l.Title, slug)
	}
	if err != nil {
		return err
	}
	if !from.Means() {
		return fmt.Errorf("%s has no product; name another milestone with --from", from.Name)
	}
	draft := o.draft(s, l, slug, args[1], from)
	if err := s.warnAside(e); err != nil {
		return err
	}
	if err := writeDraft(e, o.output, draft); err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stderr, copied(from, draft))
	return o.end(s, false, err)
}

// draft is the plan to choose from.
func (o *planNewOptions) draft(s *seen, l *release.Line, slug, name string, from *release.PlanBase) *planfile.Draft {
	if m := l.MilestoneOf(slug); m != nil {
		name = m.Title
	}
	why := ""
	if from.Why != "" {
		why = " (" + from.Why + ")"
	}
	draft := &planfile.Draft{
		Series: l.Slug, Milestone: name, Slug: slug, Except: draftExcept(from), Groups: draftGroups(from),
		Head: []string{
			fmt.Sprintf("What is meant of %s/%s, copied from %s%s by 'shiplist plan new'.", l.Slug, slug, from.Name, why),
			"Take out the lines of what is not released; 'except' says so in words, for what is left",
			"out on purpose. 'shiplist plan fill' writes build ids into empty ones, and 'shiplist plan",
			"check' tells what the trackers and trees say otherwise.",
		},
	}
	if rule, _ := s.config.Rules.MilestoneRule(l.Slug, slug); rule != nil {
		draft.Date = rule.Date
	}
	return draft
}

// copied says which list was taken, and how to have another.
func copied(from *release.PlanBase, d *planfile.Draft) string {
	n := 0
	for _, g := range d.Groups {
		n += len(g.Products)
	}
	text := fmt.Sprintf("%s copied from %s", release.Plural(n, "product", "products"), from.Name)
	if from.Why != "" {
		text += " (" + from.Why + "; --from names another)"
	}
	if len(d.Except) > 0 {
		text += fmt.Sprintf(", %d left out", len(d.Except))
	}
	return text
}

// lettered reports whether a character alone can be a name in addresses.
func lettered(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// draftExcept are the products that a list leaves out.
func draftExcept(b *release.PlanBase) []string {
	var names []string
	for i := range b.Lines {
		if n := &b.Lines[i]; n.Left {
			names = append(names, n.Product.Title)
		}
	}
	return names
}

// draftGroups are the products that a list means, by family.
func draftGroups(b *release.PlanBase) []planfile.DraftGroup {
	var groups []planfile.DraftGroup
	for i := range b.Lines {
		n := &b.Lines[i]
		if n.Left {
			continue
		}
		if family := n.Family(); len(groups) == 0 || groups[len(groups)-1].Title != family {
			groups = append(groups, planfile.DraftGroup{Title: family})
		}
		last := &groups[len(groups)-1]
		last.Products = append(last.Products, planfile.DraftProduct{Name: n.Product.Title, Contact: n.Contact})
	}
	return groups
}
