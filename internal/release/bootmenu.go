package release

import (
	"slices"
	"strings"
)

// Rule of this file: it decides which installers a boot menu offers and what they are
// called there. Menus are typed into other people's boot servers, so a name stays while
// point releases come and go: it says series, machine and what sort of installer it is,
// and always means the newest.

// BootSeries is what a boot menu offers of a series.
type BootSeries struct {
	Line    *Line
	Choices []BootChoice
}

// BootChoice is one installer of a boot menu.
type BootChoice struct {
	// ID is its name for machines, unique in the menu: noble-amd64, noble-amd64-daily,
	// noble-amd64-milestone. Lower case; letters, digits, ".", "+" and "-".
	ID    string
	Entry *NetbootEntry
}

// BootMenu chooses the installers: for each series and machine the newest final, or what
// the archive keeps; before there is one the newest milestone; and the newest daily.
// One that was switched off, or of which a file that it needs is gone, leaves its place to
// the next.
func (p *Picture) BootMenu() []BootSeries {
	var menu []BootSeries
	taken := map[string]bool{}
	for _, n := range p.Netboot {
		s := BootSeries{Line: n.Line}
		for _, e := range n.Entries {
			if !e.Startable() || e.sort() == bootMilestone && n.hasFinal(e.Arch) {
				continue
			}
			id := e.bootID(n.Line)
			if !taken[id] {
				taken[id] = true
				s.Choices = append(s.Choices, BootChoice{id, e})
			}
		}
		if len(s.Choices) > 0 {
			menu = append(menu, s)
		}
	}
	return menu
}

// The sorts of installers, as the ends of their names.
const (
	bootFinal     = ""
	bootMilestone = "-milestone"
	bootDaily     = "-daily"
)

func (e *NetbootEntry) sort() string {
	switch {
	case e.Kind == ImageDaily:
		return bootDaily
	case e.Milestone != "":
		return bootMilestone
	}
	return bootFinal
}

func (e *NetbootEntry) bootID(l *Line) string {
	return strings.Trim(Slug(l.Slug)+"-"+Slug(e.Arch), "-") + e.sort()
}

// Startable reports whether there is all that a boot loader has to fetch.
func (e *NetbootEntry) Startable() bool {
	return !e.Disabled && e.URL != "" && e.Kernel != "" && e.Initrd != "" && e.Arch != "" &&
		!slices.ContainsFunc(e.Faults, func(f NetbootFault) bool { return f.Needed })
}

// Unasked reports whether nobody has asked for the files of an installer that a rule adds.
// Those of a set in a tree are in a listing, at least.
func (e *NetbootEntry) Unasked() bool {
	return e.Archive && (e.answer(e.Kernel).Name == "" || e.answer(e.Initrd).Name == "")
}

func (n *NetbootSeries) hasFinal(arch string) bool {
	return slices.ContainsFunc(n.Entries, func(e *NetbootEntry) bool {
		return e.Arch == arch && !e.Archive && e.sort() == bootFinal && e.Startable()
	})
}

// Boots are the names of the processors, in the words of a boot loader, on which it can
// start a machine of an architecture. A board counts as its processor where no rule knows
// it; known is false where no rule knows that either.
func (r *Rules) Boots(arch string, of func(*Architecture) []string) (names []string, known bool) {
	cpu, _, _ := strings.Cut(arch, "+")
	for _, name := range []string{arch, cpu} {
		if a, _ := r.Architecture(name); a != nil {
			return of(a), true
		}
	}
	return nil, false
}
