package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"

	"shiplist/internal/planfile"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

func planImportCommand() command {
	return command{
		name:    "plan import",
		args:    "FILE.yaml",
		short:   "make a plan of a sheet in YAML, and say what of it could not be understood",
		example: "shiplist plan import noble-beta.yaml --output plans/noble-beta.toml",
		setup: func(fs *flag.FlagSet) action {
			var o planImportOptions
			o.common.define(fs)
			o.place.define(fs)
			fs.BoolVar(&o.strict, "strict", false, "exit with 3 where a source is stale, held back or lost")
			fs.StringVar(&o.output, "output", "", "`FILE` to write, which must not be there yet; standard output when left out")
			return o.answering(o.run)
		},
	}
}

type planImportOptions struct {
	planOptions
	output string
}

func (o *planImportOptions) run(_ context.Context, e *environment, args []string) error {
	t, err := o.file(e, args)
	if err != nil {
		return err
	}
	if t.plan != nil {
		return usagef("%s is a plan already; a sheet ends in .yaml", t.path)
	}
	draft := planfile.Draft{
		Head:   []string{fmt.Sprintf("Made of %s by 'shiplist plan import'.", t.path)},
		Series: t.series, Milestone: cmp.Or(t.sheet.Title, t.milestone), Slug: t.milestone,
	}
	told := t.draft(&draft)
	if err := t.seen.warnAside(e); err != nil {
		return err
	}
	if err := writeDraft(e, o.output, &draft); err != nil {
		return err
	}
	for _, text := range told {
		fmt.Fprintln(e.stderr, terminal.Clean(text))
	}
	return o.end(t.seen, len(told) > 0, nil)
}

// draft fills in what the sheet says, and tells what it could not take over.
func (t *planAsked) draft(d *planfile.Draft) []string {
	var told []string
	lines := map[string]string{}
	for _, e := range t.entries() {
		group := planfile.DraftGroup{Title: e.name}
		if e.why != "" {
			told = append(told, fmt.Sprintf("%s: %s: not taken over: %s", t.at(e), e.name, e.why))
		}
		if e.conflict != "" {
			told = append(told, fmt.Sprintf("%s: %s: not taken over: %s", t.at(e), e.name, e.conflict))
			continue
		}
		for _, p := range e.products {
			if at, twice := lines[p.Slug]; twice {
				told = append(told, fmt.Sprintf("%s: %s: not taken over: %s is in %s already", t.at(e), e.name, p.Title, at))
				continue
			}
			lines[p.Slug] = t.at(e)
			group.Products = append(group.Products, planfile.DraftProduct{Name: p.Title, Build: e.buildID})
			if differs := release.Mispublished(t.seen.config.Rules, e.command, p, t.line.Slug, t.milestone); differs != "" {
				told = append(told, fmt.Sprintf("%s: %s: %s", t.at(e), p.Title, differs))
			}
		}
		if len(group.Products) > 0 {
			d.Groups = append(d.Groups, group)
		}
	}
	for _, u := range t.sheet.Unread {
		told = append(told, fmt.Sprintf("%s: %s: not taken over: nothing is known by this name", t.unreadAt(u), u.Key))
	}
	return told
}
