package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path"
	"strings"

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
	Version   string            `json:"version"`
	Series    string            `json:"series"`
	Newer     string            `json:"newer"`
	Unsure    []string          `json:"unsure,omitempty"`
	Bytes     int64             `json:"bytes"`
	Moves     []archiveMove     `json:"moves"`
	Lists     []archiveList     `json:"checksum_lists"`
	Links     []archiveLink     `json:"links"`
	Redirects []archiveRedirect `json:"redirects"`
	Index     []archiveLine     `json:"index"`
	Stays     []archiveStay     `json:"stays,omitempty"`
	Doubts    []release.Doubt   `json:"doubts,omitempty"`
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
	wanted := release.ArchiveOptions{All: o.all, Distribution: s.config.Site.Distribution}
	for _, name := range o.force {
		p, err := release.FindProduct(s.Picture, name)
		if err != nil {
			return err
		}
		wanted.Force = append(wanted.Force, p)
	}
	set, err := s.config.Rules.ArchiveSet(s.Picture, args[0], wanted)
	if err != nil {
		return err
	}
	if o.script {
		text, err := scriptOf(s.config, set, s.doubts)
		if err == nil {
			_, err = io.WriteString(e.stdout, text)
		}
		return o.end(s, false, err)
	}
	err = o.warnBeside(e, s)
	plan := (&archiveScript{config: s.config, set: set}).plan()
	plan.Doubts = s.doubts
	switch {
	case err != nil:
	case o.json:
		err = printJSON(e, plan)
	default:
		err = plan.print(e.stdout, e.terminal)
	}
	return o.end(s, false, err)
}

// plan is the set with the paths of the build host.
func (s *archiveScript) plan() *archivePlan {
	p := &archivePlan{
		Version: s.set.Version, Series: s.set.Line.Slug, Newer: s.set.Newer, Unsure: s.set.Unsure, Bytes: s.set.Bytes,
		Moves: []archiveMove{}, Lists: []archiveList{}, Links: []archiveLink{}, Redirects: []archiveRedirect{}, Index: []archiveLine{},
	}
	for _, m := range s.set.Moves {
		p.Moves = append(p.Moves, archiveMove{s.at(m.From), s.at(m.To), m.SHA256, m.There, m.Perhaps})
	}
	for _, l := range s.set.Lists {
		p.Lists = append(p.Lists, archiveList{s.at(l.From), s.at(l.To), l.Lines, l.Perhaps})
	}
	for _, l := range s.set.Links {
		p.Links = append(p.Links, archiveLink{s.at(l.At), l.Target})
	}
	for _, r := range s.set.Redirects {
		p.Redirects = append(p.Redirects, archiveRedirect{s.at(r.In), r.From, r.To})
	}
	for _, i := range s.set.Index {
		p.Index = append(p.Index, archiveLine{s.at(i.In), i.Line})
	}
	for _, i := range s.set.Stays {
		p.Stays = append(p.Stays, archiveStay{i.Tree.Name, i.Dir, i.Name})
	}
	return p
}

// print writes one line for each thing to do, with the way in a column of its own.
func (p *archivePlan) print(w io.Writer, t terminal.Terminal) error {
	_, err := fmt.Fprintln(w, t.Wrap(fmt.Sprintf("%s is superseded by %s: %s move to the archive, %.1f GB",
		p.Version, p.Newer, release.Plural(len(p.Moves), "file", "files"), float64(p.Bytes)/1e9), "", "  "))
	if err != nil {
		return err
	}
	for _, text := range p.Unsure {
		if _, err := fmt.Fprintln(w, t.Wrap("attention: "+text, "", "  ")); err != nil {
			return err
		}
	}
	table := terminal.NewTable(t, terminal.Column{Title: "what"}, terminal.Column{Title: "from", Least: 20}, terminal.Column{Title: "to", Least: 20})
	row := func(what, from, to string) { table.Row(terminal.Text(what), terminal.Text(from), terminal.Text(to)) }
	for _, m := range p.Moves {
		what := "move"
		switch {
		case m.There:
			what = "there already"
		case m.Perhaps:
			what = "move, if there"
		}
		if m.SHA256 == "" {
			what += ", without checksum"
		}
		row(what, m.From, path.Dir(m.To)+"/")
	}
	for _, l := range p.Lists {
		what := release.Plural(len(l.Lines), "line", "lines")
		if l.Perhaps {
			what += ", if there"
		}
		row(what+", then sign both", l.From, l.To)
	}
	for _, l := range p.Links {
		if l.Target == "" {
			row("remove link", l.At, "")
			continue
		}
		row("link", l.At, l.Target)
	}
	for _, r := range p.Redirects {
		row("redirect in "+r.In, r.From, r.To)
	}
	for _, i := range p.Index {
		row("add to index", i.In, i.Line)
	}
	for _, s := range p.Stays {
		row("stays", strings.Trim(s.Tree+" "+s.Dir+"/"+s.Name, "/"), "no newer release has it")
	}
	return table.Print(w, "")
}
