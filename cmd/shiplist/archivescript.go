package main

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/shell"
)

// archiveFunctions are what the script of a plan calls.
//
//go:embed archive.sh
var archiveFunctions string

// archiveScript writes the script that does what a plan says. It looks at everything
// before it changes anything, and does no harm when it runs again.
type archiveScript struct {
	config *config.Config
	set    *release.ArchiveSet
	b      strings.Builder
	err    error
}

func scriptOf(cfg *config.Config, set *release.ArchiveSet, doubts []release.Doubt) (string, error) {
	s := &archiveScript{config: cfg, set: set}
	s.head(doubts)
	s.files()
	s.lists()
	s.names()
	s.text("\nsay %s\n", s.quoted("done; "+set.Version+" is in the archive"))
	return s.b.String(), s.err
}

func (s *archiveScript) text(format string, args ...any) { fmt.Fprintf(&s.b, format, args...) }

// quoted is a word of the script.
func (s *archiveScript) quoted(text string) string {
	w, err := shell.Quote(text)
	if err != nil && s.err == nil {
		s.err = err
	}
	return w.String()
}

// at is a path on the build host, below the directory in which the script runs.
func (s *archiveScript) at(h release.HostPath) string {
	return path.Join(s.config.Rules.Archive.Roots[h.Root], h.Path)
}

func (s *archiveScript) place(h release.HostPath) string { return s.quoted(s.at(h)) }

func (s *archiveScript) head(doubts []release.Doubt) {
	s.text("#!/bin/bash\n")
	for _, text := range release.DoubtLines(doubts) {
		s.text("%s\n", shell.Comment("attention: "+text))
	}
	s.text("%s\n", shell.Comment(fmt.Sprintf("Moves the files of %s to the archive, as %s is out.", s.set.Version, s.set.Newer)))
	for _, text := range s.set.Unsure {
		s.text("%s\n", shell.Comment("attention: "+text))
	}
	s.text("# Run it in the directory that holds the roots, or name that: bash SCRIPT DIRECTORY.\n")
	s.text("# It looks at everything before it changes anything, and may be run again.\n")
	for _, i := range s.set.Stays {
		s.text("%s\n", shell.Comment("stays, as no newer release has it: "+i.Tree.Name+" "+i.Dir+" "+i.Name))
	}
	s.text("\n%s\ncd -- \"${1:-.}\"\n", strings.TrimRight(archiveFunctions, "\n"))
}

func (s *archiveScript) files() {
	s.text("\n# What can be moved?\n")
	for _, m := range s.set.Moves {
		sum := "''"
		if m.SHA256 != "" {
			sum = s.quoted(m.SHA256)
		}
		s.text("look %s %s %s%s\n", s.place(m.From), s.place(m.To), sum, perhaps(m.Perhaps))
	}
	s.text("if [ \"$problems\" != 0 ]; then\n\tsay \"nothing was changed\"\n\texit 1\nfi\n\n# The files.\n")
	for _, m := range s.set.Moves {
		s.text("move %s %s\n", s.place(m.From), s.place(m.To))
	}
}

// perhaps is the last word of what need not be there.
func perhaps(yes bool) string {
	if yes {
		return " perhaps"
	}
	return ""
}

func (s *archiveScript) lists() {
	if len(s.set.Lists) == 0 {
		return
	}
	s.text("\n# Their lines in the checksum lists, and new signatures.\n")
	var sign []string
	seen := map[string]bool{}
	for _, l := range s.set.Lists {
		s.text("relist %s %s%s <<'END'\n%s\nEND\n", s.place(l.From), s.place(l.To), perhaps(l.Perhaps), strings.Join(l.Lines, "\n"))
		for _, h := range []release.HostPath{l.From, l.To} {
			if at := s.at(h); !seen[at] {
				seen[at] = true
				sign = append(sign, at)
			}
		}
	}
	for _, list := range sign {
		command, err := s.config.Commands.SignCommand(list)
		if err != nil && s.err == nil {
			s.err = err
		}
		s.text("signed %s || %s\n", s.quoted(list), command)
	}
}

// names writes what leads to the files: descriptions, the index, links, redirects.
func (s *archiveScript) names() {
	s.text("\n# What leads to them.\n")
	for _, d := range s.set.Described {
		s.text("describe %s %s <<'END'\n", s.place(d.From), s.place(d.To))
		for _, m := range s.set.Moves {
			if m.From.Root == d.From.Root && path.Dir(m.From.Path) == path.Dir(d.From.Path) {
				s.text("%s\n", path.Base(m.From.Path))
			}
		}
		s.text("END\n")
	}
	for _, i := range s.set.Index {
		s.text("line %s %s\n", s.place(i.In), s.quoted(i.Line))
	}
	for _, l := range s.set.Links {
		if l.Target == "" {
			s.text("unlink_name %s\n", s.place(l.At))
			continue
		}
		s.text("link %s %s\n", s.place(l.At), s.quoted(l.Target))
	}
	for _, r := range s.set.Redirects {
		s.text("line %s %s\n", s.place(r.In), s.quoted("RedirectPermanent "+r.From+" "+r.To))
	}
}
