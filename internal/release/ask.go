package release

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/spelling"
)

// LookupError says that a name that somebody asked for is none, or could be several.
type LookupError struct {
	What string // series, milestone, product
	Name string // as it was given
	// Matches are the names that it could be; none where nothing has it.
	Matches []string
	// Near are names that may have been meant, where nothing has it.
	Near []string
	// Hint says what there is, or what to do instead, where that is more than to write
	// another name.
	Hint string

	borne bool // something has the name
}

func (e *LookupError) Error() string {
	text := fmt.Sprintf("no %s is called %q", e.What, e.Name)
	switch {
	case len(e.Matches) > 0:
		text = fmt.Sprintf("%q could be any of %d: %s; write one of them", e.Name, len(e.Matches), strings.Join(e.Matches, ", "))
	case len(e.Near) > 0:
		text += "; near it are " + strings.Join(e.Near, ", ")
		if len(e.Near) == 1 {
			text = fmt.Sprintf("no %s is called %q; did you mean %s?", e.What, e.Name, e.Near[0])
		}
	}
	if e.Hint != "" && len(e.Near) != 1 { // a single name says what to do
		text += "; " + e.Hint
	}
	return text
}

// nearShown is how many near names an error tells.
const nearShown = 6

// near leaves no more names than can be read.
func near(names []string) []string { return names[:min(len(names), nearShown)] }

// FindSeries finds a series by its name (noble) or its version (24.04). The error is a
// [LookupError].
func FindSeries(p *Picture, name string) (*Line, error) {
	want := strings.ToLower(strings.TrimSpace(name))
	var names []string
	for _, l := range p.Lines {
		if l.Slug == want || want != "" && l.Version == want {
			return l, nil
		}
		names = append(names, l.Slug)
	}
	e := &LookupError{What: "series", Name: name}
	e.offer(spelling.Nearest(want, names), names)
	return nil, e
}

// offer says what may have been meant: the one name that is near, else what there is.
func (e *LookupError) offer(nearest string, known []string) {
	if nearest != "" {
		e.Near = []string{nearest}
		return
	}
	if len(known) > 0 {
		e.Hint = "there are " + some(known)
	}
}

// some are the first of many names, with how many more there are.
func some(names []string) string {
	text := strings.Join(near(names), ", ")
	if more := len(names) - nearShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// FindMilestone finds a milestone by SERIES/SLUG (noble/beta), or by its slug alone
// where one open milestone bears it. The error is a [LookupError].
func FindMilestone(p *Picture, name string) (*Manifest, error) {
	want := strings.Trim(strings.ToLower(strings.TrimSpace(name)), "/")
	if series, slug, ok := strings.Cut(want, "/"); ok {
		l, err := FindSeries(p, series)
		if err != nil {
			return nil, err
		}
		return milestoneOf(l, slug, name)
	}
	var open, closed, like []string
	var found *Manifest
	for _, m := range milestones(p) {
		switch path := m.path(); {
		case m.Slug == want && m.Open:
			found = m
			open = append(open, path)
		case m.Slug == want:
			closed = append(closed, path)
		case m.Open && spelling.Nearest(want, []string{m.Slug}) != "":
			like = append(like, path)
		}
	}
	switch {
	case len(open) == 1:
		return found, nil
	case len(open) > 1:
		return nil, &LookupError{What: "milestone", Name: name, Matches: open, borne: true}
	case len(closed) > 0:
		return nil, &LookupError{What: "open milestone", Name: name, Near: closed, Hint: "name the series, too", borne: true}
	}
	return nil, unknownMilestone(p, name, like)
}

// milestoneOf finds a milestone of a series.
func milestoneOf(l *Line, slug, name string) (*Manifest, error) {
	var slugs, paths []string
	for _, m := range l.Milestones {
		if m.Slug == slug {
			return m, nil
		}
		slugs, paths = append(slugs, m.Slug), append(paths, m.path())
	}
	slices.Reverse(paths) // the newest first
	e := &LookupError{What: "milestone", Name: name}
	n := spelling.Nearest(slug, slugs)
	if n != "" {
		n = l.Slug + "/" + n
	}
	e.offer(n, paths)
	return nil, e
}

// unknownMilestone offers those that are near, else those that are open.
func unknownMilestone(p *Picture, name string, like []string) error {
	e := &LookupError{What: "milestone", Name: name, Near: near(like), Hint: "write it as SERIES/MILESTONE"}
	if open := openPaths(p); len(like) == 0 && len(open) > 0 {
		e.Hint = "open are " + some(open) + "; " + e.Hint
	}
	return e
}

// openPaths are the names of the open milestones.
func openPaths(p *Picture) []string {
	var paths []string
	for _, m := range milestones(p) {
		if m.Open {
			paths = append(paths, m.path())
		}
	}
	return paths
}

// milestones are all of a picture, newest series first.
func milestones(p *Picture) []*Manifest {
	var all []*Manifest
	for _, l := range p.Lines {
		all = append(all, l.Milestones...)
	}
	return all
}

// path is how people name a milestone on the command line.
func (m *Manifest) path() string { return m.Line.Slug + "/" + m.Slug }

// FindProduct finds a product by its slug or title, else by a part of its slug, or by
// words that are all in it, that no other product has. The error is a [LookupError].
func FindProduct(p *Picture, name string) (*ProductLine, error) {
	want := Slug(name)
	for _, one := range p.Products {
		if one.Slug == want || strings.EqualFold(one.Title, strings.TrimSpace(name)) {
			return one, nil
		}
	}
	if strings.Trim(name, " -.") == "" {
		return nil, &LookupError{What: "product", Name: name, Hint: howProducts(p)}
	}
	words := strings.Split(want, "-")
	for _, fits := range []func(*ProductLine) bool{
		func(one *ProductLine) bool { return strings.Contains(one.Slug, want) },
		func(one *ProductLine) bool { return hasWords(one.Slug, words) },
	} {
		switch found := productsWhere(p, fits); {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return nil, &LookupError{What: "product", Name: name, Matches: productSlugs(found), borne: true}
		}
	}
	e := &LookupError{What: "product", Name: name, Near: nearProducts(p, want, words)}
	if len(e.Near) == 0 {
		e.Hint = howProducts(p)
	}
	return nil, e
}

// howProducts says how products are called, and where those are listed that there are.
func howProducts(p *Picture) string {
	if len(p.Products) == 0 {
		return "no product is known, as no source has told of one yet; 'shiplist status' tells how they stand"
	}
	return fmt.Sprintf("a product has its title or its name in addresses, like %s, or words of it; 'shiplist check --contacts --all' lists them",
		p.Products[0].Slug)
}

// howAll says how everything is called that [What] finds.
func howAll(p *Picture) string {
	var kinds []string
	if len(p.Lines) > 0 {
		series := make([]string, len(p.Lines))
		for i, l := range p.Lines {
			series[i] = l.Slug
		}
		kinds = append(kinds, "series are "+some(series))
	}
	if open := openPaths(p); len(open) > 0 {
		kinds = append(kinds, "open milestones are "+some(open))
	}
	return strings.Join(append(kinds, howProducts(p)), "; ")
}

func productsWhere(p *Picture, fits func(*ProductLine) bool) []*ProductLine {
	var found []*ProductLine
	for _, one := range p.Products {
		if fits(one) {
			found = append(found, one)
		}
	}
	return found
}

func productSlugs(list []*ProductLine) []string {
	slugs := make([]string, len(list))
	for i, one := range list {
		slugs[i] = one.Slug
	}
	return slugs
}

// hasWords reports whether all words are in a slug, each as a whole or as a beginning.
func hasWords(slug string, words []string) bool {
	parts := strings.Split(slug, "-")
	return !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, word) })
	})
}

// nearProducts are those with a slug like the one that was asked for, else those with
// its words, each spelt as some product does.
func nearProducts(p *Picture, want string, words []string) []string {
	var slugs, parts []string
	for _, one := range p.Products {
		slugs = append(slugs, one.Slug)
		parts = append(parts, strings.Split(one.Slug, "-")...)
	}
	if n := spelling.Nearest(want, slugs); n != "" {
		return []string{n}
	}
	spelt := make([]string, len(words))
	for i, word := range words {
		spelt[i] = word
		if n := spelling.Nearest(word, parts); n != "" {
			spelt[i] = n
		}
	}
	if found := productsWhere(p, func(one *ProductLine) bool { return hasWords(one.Slug, spelt) }); len(found) > 0 {
		return near(productSlugs(found))
	}
	// What comes first says the most.
	return near(productSlugs(productsWhere(p, func(one *ProductLine) bool { return hasWords(one.Slug, spelt[:1]) })))
}

// Subject is what somebody asks about: one of its fields is set, or none for everything
// that is open.
type Subject struct {
	Line     *Line
	Manifest *Manifest
	Product  *ProductLine
}

// What finds the series, milestone or product of a name, in this order. An empty
// name asks for everything that is open. The error is a [LookupError], and says what
// is near among all three.
func What(p *Picture, name string) (Subject, error) {
	if name == "" {
		return Subject{}, nil
	}
	if strings.Contains(name, "/") {
		m, err := FindMilestone(p, name)
		return Subject{Manifest: m}, err
	}
	if l, err := FindSeries(p, name); err == nil {
		return Subject{Line: l}, nil
	}
	m, err := FindMilestone(p, name)
	if err == nil || borne(err) {
		return Subject{Manifest: m}, err
	}
	product, err := FindProduct(p, name)
	if err == nil || borne(err) {
		return Subject{Product: product}, err
	}
	e := &LookupError{What: "series, milestone or product", Name: name, Near: nearLines(p, name)}
	if one := (*LookupError)(nil); errors.As(err, &one) {
		e.Near = near(append(e.Near, one.Near...))
	}
	if len(e.Near) == 0 {
		e.Hint = howAll(p)
	}
	return Subject{}, e
}

// borne reports whether something has the name that was asked for, though that does not
// say which is meant.
func borne(err error) bool {
	var e *LookupError
	return errors.As(err, &e) && e.borne
}

// nearLines are the series and open milestones that a name is near to.
func nearLines(p *Picture, name string) []string {
	want, names := strings.ToLower(name), []string(nil)
	for _, l := range p.Lines {
		if spelling.Nearest(want, []string{l.Slug}) != "" {
			names = append(names, l.Slug)
		}
	}
	for _, m := range milestones(p) {
		if m.Open && spelling.Nearest(want, []string{m.Slug}) != "" {
			names = append(names, m.path())
		}
	}
	return names
}
