package release

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Signed are the checksum lists that have to be signed anew, each once.
func (s *ArchiveSet) Signed() []HostPath {
	var list []HostPath
	for _, l := range s.Lists {
		for _, h := range []HostPath{l.From, l.To} {
			if !slices.Contains(list, h) {
				list = append(list, h)
			}
		}
	}
	return list
}

// Summary tells in a sentence what is moved, and why.
func (s *ArchiveSet) Summary() string {
	return fmt.Sprintf("%s is superseded by %s: %s move to the archive, %.1f GB",
		s.Version, s.Newer, Plural(len(s.Moves), "file", "files"), float64(s.Bytes)/1e9)
}

// ArchiveStep is one thing to do, in words: what, where, where to or with what, and what
// else there is to know.
type ArchiveStep struct{ What, From, To, Note string }

// Steps are all that has to be done, in its order, with paths as the rules have them on
// the build host, and at last what stays.
func (s *ArchiveSet) Steps(r ArchiveRules) []ArchiveStep {
	var steps []ArchiveStep
	add := func(what, from, to, note string) { steps = append(steps, ArchiveStep{what, from, to, note}) }
	for _, m := range s.Moves {
		what, note := m.words()
		add(what, r.On(m.From), path.Dir(r.On(m.To))+"/", note)
	}
	for _, l := range s.Lists {
		note := ""
		if l.Perhaps {
			note = ifThere
		}
		add(Plural(len(l.Lines), "line", "lines"), r.On(l.From), r.On(l.To), note)
	}
	for _, h := range s.Signed() {
		add("sign", r.On(h), "", "")
	}
	for _, d := range s.Described {
		add("descriptions", r.On(d.From), r.On(d.To), ifThere)
	}
	for _, i := range s.Index {
		add("add to index", r.On(i.In), i.Line, "")
	}
	for _, l := range s.Links {
		what := "link"
		if l.Target == "" {
			what = "remove link"
		}
		add(what, r.On(l.At), l.Target, "")
	}
	for _, d := range s.Redirects {
		add("redirect", r.On(d.In), d.From+" to "+d.To, "")
	}
	for _, p := range s.Pages {
		add("edit by hand", r.On(p.At), p.words(), ifThere)
	}
	return append(steps, s.stays(r)...)
}

// stays are the steps of what is left as it is.
func (s *ArchiveSet) stays(r ArchiveRules) []ArchiveStep {
	var steps []ArchiveStep
	for _, l := range s.KeptLinks {
		steps = append(steps, ArchiveStep{"link stays", r.On(l), "", "shows what is newer from now on"})
	}
	for _, i := range s.Stays {
		steps = append(steps, ArchiveStep{"stays", strings.Trim(i.Tree.Name+" "+i.Dir+"/"+i.Name, "/"), "", "no newer release has it"})
	}
	return steps
}

// ifThere is the note of what may not be there.
const ifThere = "if there"

// words are what is done with a file, and what is not known of it.
func (m *ArchiveMove) words() (what, note string) {
	var notes []string
	switch what = "move"; {
	case m.There:
		what = "there already"
	case m.Perhaps:
		notes = append(notes, ifThere)
	}
	if m.SHA256 == "" {
		notes = append(notes, "no checksum")
	}
	return what, strings.Join(notes, ", ")
}

// words are what a person does with a page.
func (p *ArchivePage) words() string {
	switch {
	case p.In != "":
		return "add " + p.In
	case len(p.Out) == 1:
		return "take out " + p.Out[0]
	}
	return fmt.Sprintf("take out any of the %d files that move", len(p.Out))
}
