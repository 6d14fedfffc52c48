package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"shiplist/internal/hostscript"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

func archiveSetCommand() command {
	return command{
		name:    "archive-set",
		args:    "VERSION",
		short:   "tell which files of a superseded release move to the archive, and what else has to be done",
		example: "shiplist archive-set 24.04.3 --script",
		setup: func(fs *flag.FlagSet) action {
			var o archiveSetOptions
			o.define(fs)
			fs.BoolVar(&o.script, "script", false, "print a script for the build host that does it")
			fs.BoolVar(&o.all, "all", false, "move images, too, that no newer release has")
			fs.Var(&o.force, "force", "go on though `PRODUCT` of the newer release is not published; may be given several times")
			return o.answering(o.run)
		},
	}
}

type archiveSetOptions struct {
	asking
	script bool
	all    bool
	force  names
}

// archivePlan is the result of the command; docs/operations.md tells its JSON.
type archivePlan struct {
	Version      string                `json:"version"`
	Series       string                `json:"series"`
	Newer        string                `json:"newer"`
	Unsure       []string              `json:"unsure,omitempty"`
	Bytes        int64                 `json:"bytes"`
	Moves        []archiveMove         `json:"moves"`
	Lists        []archiveList         `json:"checksum_lists"`
	Sign         []string              `json:"sign"`
	Descriptions []archiveDescriptions `json:"descriptions"`
	Index        []archiveLine         `json:"index"`
	Links        []archiveLink         `json:"links"`
	KeptLinks    []string              `json:"links_kept,omitempty"`
	Redirects    []archiveRedirect     `json:"redirects"`
	Pages        []archivePage         `json:"by_hand"`
	Stays        []archiveStay         `json:"stays,omitempty"`
	Doubts       []release.Doubt       `json:"doubts,omitempty"`
}

// All paths are those of the build host, below the directory that holds the roots.
type archiveMove struct {
	From    string `json:"from"`
	To      string `json:"to"`
	SHA256  string `json:"sha256,omitempty"`
	There   bool   `json:"there,omitempty"`
	Perhaps bool   `json:"perhaps,omitempty"`
}

type archiveList struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Lines   []string `json:"lines"`
	Perhaps bool     `json:"perhaps,omitempty"`
}

// archiveDescriptions are the lines of a file about some others, where it has any.
type archiveDescriptions struct {
	From  string   `json:"from"`
	To    string   `json:"to"`
	Files []string `json:"files"`
}

// archivePage is a page that a person edits, where it is there: what goes, or what comes.
type archivePage struct {
	At  string   `json:"at"`
	Out []string `json:"take_out,omitempty"`
	In  string   `json:"add,omitempty"`
}

type archiveLink struct {
	At     string `json:"at"`
	Target string `json:"target,omitempty"` // none where it is removed
}

type archiveRedirect struct {
	In   string `json:"in"`
	From string `json:"from"`
	To   string `json:"to"`
}

type archiveLine struct {
	In   string `json:"in"`
	Line string `json:"line"`
}

type archiveStay struct {
	Tree string `json:"tree"`
	Dir  string `json:"dir"`
	Name string `json:"name"`
}

func (o *archiveSetOptions) run(_ context.Context, e *environment, args []string) error {
	switch {
	case len(args) != 1:
		return usagef("name one version, as in 'shiplist archive-set 24.04.3'")
	case o.script && o.json:
		return usagef("--script and --json cannot go together")
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	wanted, err := o.wanted(s)
	if err != nil {
		return err
	}
	set, err := s.config.Rules.ArchiveSet(s.Picture, args[0], wanted)
	if err != nil {
		return refuseArchive(err)
	}
	return o.end(s, false, o.print(e, s, set))
}

// wanted is what the flags and the configuration say about the set.
func (o *archiveSetOptions) wanted(s *seen) (release.ArchiveOptions, error) {
	wanted := release.ArchiveOptions{All: o.all, Distribution: s.config.Site.Distribution}
	for _, t := range s.config.Trees {
		if t.Headers {
			wanted.Headed = append(wanted.Headed, t.Name)
		}
	}
	for _, name := range o.force {
		p, err := release.FindProduct(s.Picture, name)
		if err != nil {
			return wanted, err
		}
		wanted.Force = append(wanted.Force, p)
	}
	return wanted, nil
}

// refuseArchive is the error of a release that cannot be archived, each reason in a line of
// its own, and what a person can do.
func refuseArchive(err error) error {
	var refused *release.ArchiveError
	if !errors.As(err, &refused) {
		return err
	}
	if refused.Mistyped {
		return usagef("%s", strings.Join(refused.Reasons, "\n  "))
	}
	lines := refused.Reasons
	switch n := len(refused.Products); {
	case n == 1:
		lines = append(lines, "if it never will be: --force "+refused.Products[0])
	case n > 1:
		lines = append(lines, "of each that never will be: --force PRODUCT, as in --force "+refused.Products[0])
	}
	return fmt.Errorf("%s cannot be archived:\n  %s", refused.Version, strings.Join(lines, "\n  "))
}

// print prints the set in the form that was asked for.
func (o *archiveSetOptions) print(e *environment, s *seen, set *release.ArchiveSet) error {
	rules := s.config.Rules.Archive
	if o.script {
		text, err := hostscript.Archive(set, rules, s.config.Commands.SignCommand, s.doubts)
		if err == nil {
			_, err = io.WriteString(e.stdout, text)
		}
		return err
	}
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	if o.json {
		return printJSON(e, archivePlanOf(set, rules, s.doubts))
	}
	return printArchive(e, set, rules)
}

// archivePlanOf is a set with the paths of the build host.
func archivePlanOf(set *release.ArchiveSet, rules release.ArchiveRules, doubts []release.Doubt) *archivePlan {
	p := &archivePlan{
		Version: set.Version, Series: set.Line.Slug, Newer: set.Newer, Unsure: set.Unsure, Bytes: set.Bytes, Doubts: doubts,
		Moves: []archiveMove{}, Lists: []archiveList{}, Sign: []string{}, Descriptions: []archiveDescriptions{}, Links: []archiveLink{},
		Redirects: []archiveRedirect{}, Index: []archiveLine{}, Pages: []archivePage{},
	}
	for _, m := range set.Moves {
		p.Moves = append(p.Moves, archiveMove{rules.On(m.From), rules.On(m.To), m.SHA256, m.There, m.Perhaps})
	}
	for _, l := range set.Lists {
		p.Lists = append(p.Lists, archiveList{rules.On(l.From), rules.On(l.To), l.Lines, l.Perhaps})
	}
	for _, h := range set.Signed() {
		p.Sign = append(p.Sign, rules.On(h))
	}
	for _, d := range set.Described {
		p.Descriptions = append(p.Descriptions, archiveDescriptions{rules.On(d.From), rules.On(d.To), d.Files})
	}
	for _, l := range set.Links {
		p.Links = append(p.Links, archiveLink{rules.On(l.At), l.Target})
	}
	for _, l := range set.KeptLinks {
		p.KeptLinks = append(p.KeptLinks, rules.On(l))
	}
	for _, r := range set.Redirects {
		p.Redirects = append(p.Redirects, archiveRedirect{rules.On(r.In), r.From, r.To})
	}
	for _, i := range set.Index {
		p.Index = append(p.Index, archiveLine{rules.On(i.In), i.Line})
	}
	for _, e := range set.Pages {
		p.Pages = append(p.Pages, archivePage{rules.On(e.At), e.Out, e.In})
	}
	for _, i := range set.Stays {
		p.Stays = append(p.Stays, archiveStay{i.Tree.Name, i.Dir, i.Name})
	}
	return p
}

// printArchive writes one line for each thing to do, with the way in columns of its own.
func printArchive(e *environment, set *release.ArchiveSet, rules release.ArchiveRules) error {
	p := paper{terminal: e.terminal}
	p.say("", "%s", set.Summary())
	for _, text := range set.Unsure {
		p.say("", "attention: %s", text)
	}
	tab := terminal.NewTable(e.terminal, terminal.Column{Title: "what"}, terminal.Column{Title: "from", Least: 16, Want: 36, Keep: terminal.Way},
		terminal.Column{Title: "to", Least: 16, Want: 24, Keep: terminal.Way, Leave: 2}, terminal.Column{Title: "note", Least: 12, Leave: 1})
	for _, s := range set.Steps(rules) {
		tab.Row(terminal.Text(s.What), terminal.Text(s.From), terminal.Text(s.To), terminal.Text(s.Note))
	}
	p.table(tab, "")
	_, err := io.WriteString(e.stdout, p.String())
	return err
}
