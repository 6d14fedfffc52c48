package release

import (
	"cmp"
	"slices"
	"strings"
)

// FindingsOf are the findings of a picture about a subject, and those of them that are
// excused, each in the order of the picture.
func FindingsOf(p *Picture, s Subject) (counted, excused []*Finding) {
	about := s.findings()
	for _, f := range p.Findings {
		if about(f) {
			counted = append(counted, f)
		}
	}
	for _, f := range p.Excused {
		if s.excused(f.Excused.about) {
			excused = append(excused, f)
		}
	}
	return counted, excused
}

// findings tells which findings are about a subject.
func (s Subject) findings() func(*Finding) bool {
	switch {
	case s.Line != nil:
		hung := setOf(s.Line.Findings)
		return func(f *Finding) bool { return hung[f] || f.Series == s.Line.Slug }
	case s.Manifest != nil:
		hung := setOf(s.Manifest.Findings)
		return func(f *Finding) bool { return hung[f] }
	case s.Product != nil:
		hung := setOf(s.Product.Findings)
		return func(f *Finding) bool { return hung[f] }
	}
	return func(*Finding) bool { return true }
}

// excused reports whether an excused finding is about the subject.
func (s Subject) excused(a about) bool {
	switch {
	case s.Line != nil:
		return slices.Contains(a.series, s.Line.Slug)
	case s.Manifest != nil:
		return slices.Contains(a.series, s.Manifest.Line.Slug) && slices.Contains(a.milestones, s.Manifest.Slug)
	case s.Product != nil:
		return slices.Contains(a.products, s.Product.Slug)
	}
	return true
}

func setOf(list []*Finding) map[*Finding]bool {
	set := make(map[*Finding]bool, len(list))
	for _, f := range list {
		set[f] = true
	}
	return set
}

// String is the subject as people name it on the command line; empty for everything.
func (s Subject) String() string {
	switch {
	case s.Line != nil:
		return s.Line.Slug
	case s.Manifest != nil:
		return s.Manifest.path()
	case s.Product != nil:
		return s.Product.Slug
	}
	return ""
}

// AtLeast reports whether a severity is another one or above it.
func (s Severity) AtLeast(least Severity) bool { return s.rank() <= least.rank() }

// WhoCan names who can act: the contact of a product where it is known, else the actor.
func (f *Finding) WhoCan() string {
	if f.Who != "" {
		return f.Who
	}
	return string(f.Actor)
}

// ByWho are findings that the same people can act on.
type ByWho struct {
	Who   string
	Actor Actor // what they are
	// Blockers, Warnings and Notes count the findings.
	Blockers, Warnings, Notes int
	Findings                  []*Finding
}

// GroupByWho groups findings by who can act: who has more blockers first, then who has
// more warnings, then by name. Within a group they keep their order.
func GroupByWho(list []*Finding) []ByWho {
	var groups []ByWho
	for _, f := range list {
		i := slices.IndexFunc(groups, func(g ByWho) bool { return g.Who == f.WhoCan() && g.Actor == f.Actor })
		if i < 0 {
			i = len(groups)
			groups = append(groups, ByWho{Who: f.WhoCan(), Actor: f.Actor})
		}
		g := &groups[i]
		g.Findings = append(g.Findings, f)
		switch f.Severity {
		case Blocker:
			g.Blockers++
		case Warning:
			g.Warnings++
		default:
			g.Notes++
		}
	}
	slices.SortStableFunc(groups, compareWho)
	return groups
}

// CountFindings are numbers of findings in words; what there is none of is left out.
func CountFindings(blockers, warnings, notes int) string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{blockers, "blocker"}, {warnings, "warning"}, {notes, "note"}} {
		if c.n > 0 {
			parts = append(parts, Plural(c.n, c.word, c.word+"s"))
		}
	}
	return strings.Join(parts, ", ")
}

func compareWho(a, b ByWho) int {
	return cmp.Or(cmp.Compare(b.Blockers, a.Blockers), cmp.Compare(b.Warnings, a.Warnings), texts(a.Who, b.Who, string(a.Actor), string(b.Actor)))
}
