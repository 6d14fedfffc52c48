package hostscript

import (
	_ "embed"
	"fmt"
	"strings"

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
	set   *release.ArchiveSet
	rules release.ArchiveRules
	sign  func(list string) (string, error)
	b     strings.Builder
	err   error
}

// Archive writes the script that archives a release, with the roots of the rules and, for
// each list that is signed anew, the command that sign gives for its path. What is doubtful of the
// facts stands at its beginning. An error names what cannot stand in a script.
func Archive(set *release.ArchiveSet, rules release.ArchiveRules, sign func(list string) (string, error), doubts []release.Doubt) (string, error) {
	s := &archiveScript{set: set, rules: rules, sign: sign}
	s.head(doubts)
	s.files()
	s.lists()
	s.names()
	s.pages()
	s.text("\nsay %s\n", s.quoted("done; "+set.Version+" is in the archive"))
	return s.b.String(), s.err
}

func (s *archiveScript) text(format string, args ...any) { fmt.Fprintf(&s.b, format, args...) }

func (s *archiveScript) comment(text string) { s.text("%s\n", shell.Comment(text)) }

// quoted is a word of the script.
func (s *archiveScript) quoted(text string) string {
	w, err := shell.Quote(text)
	if err != nil && s.err == nil {
		s.err = err
	}
	return w.String()
}

func (s *archiveScript) place(h release.HostPath) string { return s.quoted(s.rules.On(h)) }

// lines write a here-document.
func (s *archiveScript) lines(lines []string) {
	d, err := newDocument(lines)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.text(" %s\n", d)
}

func (s *archiveScript) head(doubts []release.Doubt) {
	s.text("#!/bin/bash\n")
	for _, text := range release.DoubtLines(doubts) {
		s.comment("attention: " + text)
	}
	s.comment(fmt.Sprintf("Moves the files of %s to the archive, as %s is out.", s.set.Version, s.set.Newer))
	for _, text := range s.set.Unsure {
		s.comment("attention: " + text)
	}
	s.text("# Run it in the directory that holds the roots, or name that: bash SCRIPT DIRECTORY.\n")
	s.text("# It looks at everything before it changes anything, and may be run again.\n")
	for _, l := range s.set.KeptLinks {
		s.comment("stays: the link " + s.rules.On(l) + ", which shows what is newer from now on")
	}
	for _, i := range s.set.Stays {
		s.comment("stays, as no newer release has it: " + i.Tree.Name + " " + i.Dir + " " + i.Name)
	}
	s.text("\n%s\ncd -- \"${1:-.}\"\nalone\n", strings.TrimRight(archiveFunctions, "\n"))
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
	for _, l := range s.set.Lists {
		s.text("relist %s %s%s", s.place(l.From), s.place(l.To), perhaps(l.Perhaps))
		s.lines(l.Lines)
	}
	for _, list := range s.set.Signed() {
		command, err := s.sign(s.rules.On(list))
		if err != nil && s.err == nil {
			s.err = err
		}
		s.text("signed %s || %s\n", s.place(list), command)
	}
}

// names writes what leads to the files: descriptions, the index, links, redirects.
func (s *archiveScript) names() {
	s.text("\n# What leads to them.\n")
	for _, d := range s.set.Described {
		s.text("describe %s %s", s.place(d.From), s.place(d.To))
		s.lines(d.Files)
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

// pages says what people have to edit.
func (s *archiveScript) pages() {
	if len(s.set.Pages) == 0 {
		return
	}
	s.text("\n# Pages that people keep.\n")
	for _, p := range s.set.Pages {
		if p.In != "" {
			s.text("takes_in %s %s\n", s.place(p.At), s.quoted(p.In))
			continue
		}
		s.text("takes_out %s", s.place(p.At))
		s.lines(p.Out)
	}
}
