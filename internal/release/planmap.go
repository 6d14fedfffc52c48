package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// PublishedBy are the products that a command publishes in a series: one for each of its
// architectures, in their order. The line may be nil for a series that no source has. The
// error names the architectures for which no product is known, or several are.
func PublishedBy(p *Picture, r Rules, l *Line, c *PublishCommand) ([]*ProductLine, error) {
	project, imageType := c.Project, c.Source
	if under, source, ok := strings.Cut(c.Source, "/"); ok {
		project, imageType = under, source
	}
	var found []*ProductLine
	var why []string
	for _, arch := range c.Arches {
		id := Identity{Project: project, ImageType: imageType, PublishType: c.PublishType, Arch: arch}
		list := likeliest(withIdentity(p, r, id), l)
		if len(list) == 1 {
			found = append(found, list[0])
			continue
		}
		text := fmt.Sprintf("no [[product]] rule has project %s, image type %s, publish type %s and architecture %s", project, imageType, c.PublishType, arch)
		if len(list) > 1 {
			text = fmt.Sprintf("several products are %s %s %s %s: %s", project, imageType, c.PublishType, arch, strings.Join(productSlugs(list), ", "))
		}
		why = append(why, text)
	}
	if len(c.Arches) == 0 {
		why = append(why, "the command names no architecture")
	}
	if len(why) > 0 {
		return found, fmt.Errorf("%s", strings.Join(why, "; "))
	}
	return found, nil
}

// withIdentity are the products with an identity: those of the sources, or else of the rules.
func withIdentity(p *Picture, r Rules, id Identity) []*ProductLine {
	list := productsWhere(p, func(one *ProductLine) bool {
		return slices.ContainsFunc(one.Identities, func(have Identity) bool { return withoutSub(have) == id })
	})
	if len(list) > 0 {
		return list
	}
	for i := range r.Products {
		rule := &r.Products[i]
		slug := Slug(rule.Title)
		if withoutSub(rule.identity()) == id && !slices.ContainsFunc(list, func(one *ProductLine) bool { return one.Slug == slug }) {
			list = append(list, &ProductLine{Slug: slug, Title: rule.Title, Identities: []Identity{rule.identity()}})
		}
	}
	return list
}

// likeliest narrows products down to those that are meant in a series, or else have a row
// in it, or else are still offered, as long as any are left.
func likeliest(list []*ProductLine, l *Line) []*ProductLine {
	for _, fits := range []func(*ProductLine) bool{
		func(p *ProductLine) bool {
			return l != nil && slices.ContainsFunc(l.Intents, func(n *Intended) bool { return n.Product == p && !n.Disabled })
		},
		func(p *ProductLine) bool {
			return l != nil && slices.ContainsFunc(p.Rows, func(row *Row) bool { return row.Manifest.Line == l })
		},
		func(p *ProductLine) bool { return !p.Disabled },
	} {
		if left := slices.DeleteFunc(slices.Clone(list), func(p *ProductLine) bool { return !fits(p) }); len(left) > 0 {
			list = left
		}
	}
	return list
}

// Mispublished says in what a command differs from the rules for a product on a milestone;
// empty in nothing. What stands for a status is not compared.
func Mispublished(r Rules, c *PublishCommand, product *ProductLine, series, milestone string) string {
	for _, id := range product.Identities {
		l, err := r.Locate(id, series, milestone)
		switch {
		case !slices.Contains(c.Arches, id.Arch) || id.PublishType != c.PublishType:
		case err != nil:
			return err.Error()
		case l.Official != c.Official:
			return fmt.Sprintf("the command says %s, and [[publish]] rule %d says %s", c.Official, l.Rule+1, l.Official)
		default:
			return ""
		}
	}
	return ""
}

// PlanTarget is what an entry of a sheet is about.
type PlanTarget struct {
	Series, Milestone string // slugs
	BuildID           string // empty where nothing is decided
}

// Misdirected says why a command is not one for what its entry is about: it names another
// series, build or status; empty where it is. Words without a digit in the place of a
// build id, and without a small letter in that of a status, stand for what is filled in.
func Misdirected(r Rules, c *PublishCommand, products []*ProductLine, t PlanTarget) string {
	if c.Series != "" && lineSlug(c.Series) != t.Series {
		return fmt.Sprintf("the command publishes %s, and the sheet is one of %s", c.Series, t.Series)
	}
	if strings.ContainsAny(c.BuildID, "0123456789") && c.BuildID != t.BuildID {
		return fmt.Sprintf("the command publishes %s, and the serial is %q", c.BuildID, t.BuildID)
	}
	if strings.ToUpper(c.Status) == c.Status {
		return ""
	}
	for _, p := range products {
		for _, id := range p.Identities {
			if !slices.Contains(c.Arches, id.Arch) || id.PublishType != c.PublishType {
				continue
			}
			if l, err := r.Locate(id, t.Series, t.Milestone); err == nil && l.Status != c.Status {
				return fmt.Sprintf("the command publishes to %s, and [[publish]] rule %d has the status %s", c.Status, l.Rule+1, l.Status)
			}
		}
	}
	return ""
}

// Planned is what a source means of a milestone, with all lists worked out.
type Planned struct {
	Series, Slug string
	Own          string // the slug as the source has it; another where its kind makes it one of the dailies
	Lines        []PlannedLine
	Begun        bool       // a list of it begins with another one
	Said         []PlanSaid // of the milestone itself
	Doubts       []PlanDoubt
}

// PlanDoubt is what is wrong in a plan itself, as a finding tells it where the milestone is
// open.
type PlanDoubt struct {
	Rule    string       // of the finding
	Text    string       // of the finding
	At      []string     // where the plan says so, as file and line; others may be in the text
	Product *ProductLine // nil where it is about none
}

// PlannedLine is a product of a plan, or of what it leaves out.
type PlannedLine struct {
	Product  *ProductLine
	Disabled bool
	At       string // file and line
	Contact  string
	Note     string
	BuildID  string // the build that was decided for; empty for none
	Pinned   string // where that stands
}

// PlannedBy works out what a source, one of those of a picture, means of its milestones.
// The products are those of the picture.
func PlannedBy(p *Picture, r Rules, source string) []Planned {
	j := &joiner{memo: new(Joiner), rules: r, p: &Picture{}, slugs: map[string]string{}, products: map[string]*ProductLine{}, keepers: map[*ProductLine][]saidContact{}}
	j.readRanks()
	var in []SourceFacts
	for i := range p.Sources {
		in = append(in, SourceFacts{p.Sources[i].SourceState, p.Sources[i].Facts})
	}
	j.readSources(in)
	j.readProducts()
	j.readPlans()
	bySlug := map[string]*ProductLine{}
	for _, one := range p.Products {
		bySlug[one.Slug] = one
	}
	var all []Planned
	for i := range j.sources {
		src := &j.sources[i]
		if src.state.Name != source {
			continue
		}
		for n := range src.facts.Milestones {
			m := &src.facts.Milestones[n]
			name, _ := j.milestoneName(j.lineSlug(m.Series), m)
			begun := slices.ContainsFunc(m.Lists, func(l PlanList) bool { return l.From != "" })
			one := Planned{Series: j.lineSlug(m.Series), Slug: name, Own: Slug(m.Slug), Lines: j.plannedLines(src, m, bySlug), Begun: begun, Said: j.saidOf(m)}
			one.Doubts = j.doubtsOf(src, one.Series, one.Slug, bySlug)
			all = append(all, one)
		}
	}
	return all
}

// doubtsOf are those about a plan's list for a milestone.
func (j *joiner) doubtsOf(src *source, series, slug string, bySlug map[string]*ProductLine) []PlanDoubt {
	var list []PlanDoubt
	for _, d := range j.doubts {
		if name, _ := j.milestoneName(series, d.m); j.lineSlug(d.m.Series) != series || name != slug {
			continue
		}
		one := PlanDoubt{Rule: d.rule, Text: d.text}
		if d.product != nil {
			one.Product = cmp.Or(bySlug[d.product.Slug], d.product)
		}
		for _, place := range d.at {
			if place.src == src {
				one.At = append(one.At, place.at)
			}
		}
		list = append(list, one)
	}
	return list
}

// saidOf is what a plan says of a milestone itself.
func (j *joiner) saidOf(m *Milestone) []PlanSaid {
	date, kind := "", ""
	if rule, _ := j.rules.MilestoneRule(j.lineSlug(m.Series), Slug(m.Slug)); rule != nil {
		date, kind = rule.Date, string(rule.Kind)
	}
	all := []PlanSaid{{"date", m.Date, m.DateAt, date}, {"kind", string(m.Kind), m.KindAt, kind}, {"status", string(m.Status), m.StatusAt, ""}}
	return slices.DeleteFunc(all, func(s PlanSaid) bool { return s.At == "" })
}

func (j *joiner) plannedLines(src *source, m *Milestone, bySlug map[string]*ProductLine) []PlannedLine {
	of := func(slug string) *ProductLine {
		line := j.product(src.index, slug)
		if known := bySlug[line.Slug]; known != nil {
			return known
		}
		return line
	}
	pins := map[*ProductLine]Entry{}
	for _, e := range m.Entries {
		pins[of(e.Product)] = e
	}
	var lines []PlannedLine
	for _, in := range m.Intended {
		product := of(in.Product)
		lines = append(lines, PlannedLine{
			Product: product, Disabled: in.Disabled, At: in.At, Contact: in.Contact, Note: in.Note,
			BuildID: pins[product].BuildID, Pinned: pins[product].Pinned,
		})
	}
	slices.SortFunc(lines, func(a, b PlannedLine) int { return compareByFamily(a.Product, b.Product) })
	return lines
}
