package release

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PlanBase is a list that a new plan is copied from.
type PlanBase struct {
	Name string // noble/final; noble/series for the manifest of a series
	Why  string // why this one was taken, in words; empty where somebody named it
	// Lines are what the list means, and what it leaves out in so many words, by family.
	Lines []PlanBaseLine
}

// PlanBaseLine is a product of such a list.
type PlanBaseLine struct {
	Product *ProductLine
	Left    bool   // the list leaves it out: switched off, or not named where others are
	Contact string // empty for the one of the series manifest
}

// ErrNoPlanBase says that nothing comes before a milestone, and that there are no dailies.
var ErrNoPlanBase = errors.New("no milestone before, and no dailies")

// PlanBaseOf finds the list for a plan of a milestone: what from names (a milestone, or
// "series" for the manifest of the series, each also of another series), else the
// milestone before, else the dailies. The error is a [LookupError],
// or [ErrNoPlanBase].
func PlanBaseOf(p *Picture, r Rules, l *Line, slug, from string) (*PlanBase, error) {
	name := strings.Trim(strings.ToLower(strings.TrimSpace(from)), "/")
	if name == "" {
		return baseBefore(p, r, l, slug)
	}
	if !strings.Contains(name, "/") {
		name = l.Slug + "/" + name
	}
	if series, ok := strings.CutSuffix(name, "/"+FromSeries); ok {
		of, err := FindSeries(p, series)
		if err != nil {
			return nil, err
		}
		return baseOfSeries(of)
	}
	m, err := FindMilestone(p, name)
	if err != nil {
		return nil, err
	}
	return baseOf(p, m, l), nil
}

// baseBefore is the list of the milestone before, else of the dailies.
func baseBefore(p *Picture, r Rules, l *Line, slug string) (*PlanBase, error) {
	if m := milestoneBefore(r, l, slug); m != nil {
		b := baseOf(p, m, l)
		b.Why = "the milestone before"
		return b, nil
	}
	for _, m := range l.Milestones {
		if m.Kind == KindDaily && m.Slug != slug && m.Totals.Rows > 0 {
			b := baseOf(p, m, l)
			b.Why = fmt.Sprintf("the dailies, as %s has no milestone before %s", l.Title, slug)
			return b, nil
		}
	}
	return nil, ErrNoPlanBase
}

// milestoneBefore is the release milestone with products that comes before one of a
// series, whether that is there already or is still to come; nil where none does. One that
// is to come goes by the order of its [[milestone]] rule, within equal ones by date where
// both have one, else by name; without a rule it comes after all.
func milestoneBefore(r Rules, l *Line, slug string) *Manifest {
	there := slices.IndexFunc(l.Milestones, func(m *Manifest) bool { return m.Slug == slug })
	rule, _ := r.MilestoneRule(l.Slug, slug)
	var last *Manifest
	for i, m := range l.Milestones {
		earlier := i < there
		if there < 0 {
			earlier = rule == nil || comesBefore(r, m, slug, rule)
		}
		if earlier && m.Kind != KindDaily && m.Totals.Rows > 0 {
			last = m
		}
	}
	return last
}

// comesBefore reports whether a milestone is earlier than one to come, which has a rule.
func comesBefore(r Rules, m *Manifest, slug string, rule *MilestoneRule) bool {
	own, _ := r.MilestoneRule(m.Line.Slug, m.Slug)
	switch {
	case own == nil:
		return m.Date != "" && rule.Date != "" && m.Date < rule.Date
	case own.Order != rule.Order:
		return own.Order < rule.Order
	case m.Date != "" && rule.Date != "" && m.Date != rule.Date:
		return m.Date < rule.Date
	}
	return compareNatural(m.Slug, slug) < 0
}

// baseOf is the list of a milestone for a plan of a series: what it means, or has a build
// of where nobody said. A contact goes along that a plan named, or that the sources of
// another series name and those of this one do not.
func baseOf(p *Picture, m *Manifest, l *Line) *PlanBase {
	named := map[*ProductLine]bool{}
	for _, n := range l.Intents {
		named[n.Product] = n.Contact != ""
	}
	b := &PlanBase{Name: m.path()}
	for _, row := range m.Rows() {
		if row.Netboot {
			continue
		}
		line := PlanBaseLine{Product: row.Product, Left: row.IntentKnown && !row.Intended}
		src := p.sourceOf(row.ContactFrom)
		if src != nil && (src.Kind == KindPlan || m.Line != l && len(l.Intents) > 0 && !named[row.Product]) {
			line.Contact = row.Contact
		}
		b.Lines = append(b.Lines, line)
	}
	return b
}

// sourceOf is the source of a name; nil where it is none.
func (p *Picture) sourceOf(name string) *Source {
	for i := range p.Sources {
		if p.Sources[i].Name == name {
			return &p.Sources[i]
		}
	}
	return nil
}

// baseOfSeries is the manifest of a series.
func baseOfSeries(l *Line) (*PlanBase, error) {
	b := &PlanBase{Name: l.Slug + "/" + FromSeries}
	for _, n := range l.Intents {
		if !n.Product.Netboot {
			b.Lines = append(b.Lines, PlanBaseLine{Product: n.Product, Left: n.Disabled})
		}
	}
	if len(b.Lines) == 0 {
		return nil, &LookupError{What: "manifest", Name: b.Name, Hint: "no source says what is meant in " + l.Title + "; name a milestone"}
	}
	slices.SortStableFunc(b.Lines, func(a, c PlanBaseLine) int { return compareByFamily(a.Product, c.Product) })
	return b, nil
}

// Means reports whether any product of the list is meant.
func (b *PlanBase) Means() bool {
	return slices.ContainsFunc(b.Lines, func(n PlanBaseLine) bool { return !n.Left })
}

// Family is the group that a product is shown in.
func (n *PlanBaseLine) Family() string { return n.Product.family() }
