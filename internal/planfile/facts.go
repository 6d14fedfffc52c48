package planfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// Facts are what the files of one plan say. Files that speak of one milestone are joined:
// what two of them say differently, and a product that two of them name, is a mistake with
// both places. The error is a [config.Problems]. The order of the files does not matter.
func Facts(files []*config.PlanFile, rules release.Rules) (*release.Facts, error) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b *config.PlanFile) int { return strings.Compare(a.Name, b.Name) })
	j := joiner{rules: rules, milestones: map[string]*joined{}, products: map[string]bool{}}
	for _, f := range files {
		j.add(f)
	}
	if len(j.problems) > 0 {
		return nil, j.problems
	}
	j.facts.Milestones = make([]release.Milestone, 0, len(j.order))
	for _, key := range j.order {
		m := j.milestones[key].m
		m.Status = cmp.Or(m.Status, release.MilestoneTesting)
		m.Kind = cmp.Or(m.Kind, rules.KindOf(m.Series, m.Slug, m.Title))
		j.facts.Milestones = append(j.facts.Milestones, m)
	}
	j.facts.Sort()
	return &j.facts, nil
}

// joiner collects the facts of several files.
type joiner struct {
	rules      release.Rules
	facts      release.Facts
	milestones map[string]*joined
	order      []string
	products   map[string]bool // those that have a record
	problems   config.Problems
}

// joined is a milestone with where each part of it was said first.
type joined struct {
	m     release.Milestone
	said  map[string]said
	named map[string]string // place by slug of the product
}

type said struct{ value, at string }

func (j *joiner) add(f *config.PlanFile) {
	key := f.Series + "/" + f.Slug
	of := j.milestones[key]
	if of == nil {
		of = &joined{m: release.Milestone{Series: f.Series, Slug: f.Slug}, said: map[string]said{}, named: map[string]string{}}
		j.milestones[key] = of
		j.order = append(j.order, key)
	}
	j.describe(of, f)
	list := release.PlanList{From: f.From}
	for i := range f.Products {
		p := &f.Products[i]
		if p.Pattern() {
			list.Products = append(list.Products, pattern(f, p))
			continue
		}
		j.product(of, f, p)
	}
	for i := range f.Except {
		if p := &f.Except[i]; !j.contradicts(f, p) {
			list.Except = append(list.Except, pattern(f, p))
		}
	}
	if list.From != "" || len(list.Products)+len(list.Except) > 0 {
		list.At = listAt(f, &list)
		of.m.Lists = append(of.m.Lists, list)
	}
}

// listAt is the place of a list.
func listAt(f *config.PlanFile, l *release.PlanList) string {
	switch {
	case l.From != "":
		return at(f, f.Lines["from"])
	case len(l.Products) > 0:
		return l.Products[0].At
	}
	return l.Except[0].At
}

// describe joins what is said of the milestone itself.
func (j *joiner) describe(of *joined, f *config.PlanFile) {
	line := func(key string) int { return cmp.Or(f.Lines[key], 1) }
	say := func(key, value string, into func()) {
		if value == "" {
			return
		}
		was, known := of.said[key]
		switch {
		case !known:
			of.said[key] = said{value, at(f, line(key))}
			into()
		case was.value != value:
			j.note(f, line(key), 1, key, fmt.Sprintf("%q here and %q in %s; write the same, or leave it out here", value, was.value, was.at))
		}
	}
	say("milestone", f.Title, func() { of.m.Title = f.Title })
	say("date", f.Date, func() { of.m.Date, of.m.DateAt = f.Date, at(f, line("date")) })
	say("status", string(f.Status), func() { of.m.Status, of.m.StatusAt = f.Status, at(f, line("status")) })
	say("kind", string(f.Kind), func() { of.m.Kind, of.m.KindAt = f.Kind, at(f, line("kind")) })
}

// product adds a line that names a product.
func (j *joiner) product(of *joined, f *config.PlanFile, p *config.PlanProduct) {
	slug, place := release.Slug(p.Name), at(f, p.Line)
	if first, twice := of.named[slug]; twice {
		j.note(f, p.Line, p.Col, "products", fmt.Sprintf("%q is in %s already; leave it to one of the files", p.Name, first))
		return
	}
	of.named[slug] = place
	of.m.Intended = append(of.m.Intended, release.Intent{Product: slug, Contact: p.Contact, Note: p.Note, At: place})
	if p.Build != "" {
		of.m.Entries = append(of.m.Entries, release.Entry{
			Product: slug, BuildID: p.Build, State: release.StateUnknown, Note: p.Note, Pinned: at(f, p.BuildLine),
		})
	}
	if title := j.title(slug, p.Name); title != "" && !j.products[slug] {
		j.products[slug] = true
		j.facts.Products = append(j.facts.Products, release.Product{Slug: slug, Title: title})
	}
}

// title is the title of a product where the rules or the file tell one; a slug is none.
func (j *joiner) title(slug, name string) string {
	for i := range j.rules.Products {
		if title := j.rules.Products[i].Title; release.Slug(title) == slug {
			return title
		}
	}
	if name == slug {
		return ""
	}
	return name
}

// contradicts notes a product that a file names and leaves out.
func (j *joiner) contradicts(f *config.PlanFile, except *config.PlanProduct) bool {
	if except.Pattern() {
		return false
	}
	for i := range f.Products {
		if p := &f.Products[i]; release.Slug(p.Name) == release.Slug(except.Name) {
			j.note(f, except.Line, except.Col, "except", fmt.Sprintf("%q is among the products in line %d; take it out of one of the lists", except.Name, p.Line))
			return true
		}
	}
	return false
}

func (j *joiner) note(f *config.PlanFile, line, col int, key, text string) {
	j.problems = append(j.problems, config.Problem{File: f.Name, Line: line, Col: col, Key: key, Text: text})
}

func pattern(f *config.PlanFile, p *config.PlanProduct) release.PlanPattern {
	return release.PlanPattern{Name: p.Name, At: at(f, p.Line), Contact: p.Contact, Note: p.Note}
}

// at is a place as facts have it.
func at(f *config.PlanFile, line int) string { return fmt.Sprintf("%s:%d", f.Name, line) }

// Told is an error of this package in one line: its first mistakes, and how many more
// there are.
func Told(err error) error {
	const shown = 3
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		return err
	}
	var words []string
	for _, p := range problems[:min(len(problems), shown)] {
		words = append(words, p.String())
	}
	text := strings.Join(words, "; ")
	if more := len(problems) - shown; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return errors.New(text)
}
