package release

import (
	"cmp"
	"slices"
)

// Comparison is what differs between two milestones, or two moments of one, in product
// words. They may be of two pictures: products are told by their slugs.
type Comparison struct {
	From, To *Manifest
	Products []ProductChange
	Intents  []IntentChange
	// Files are the published files of products that both have: what came, went or has
	// other bytes. It is empty for two milestones, which are published under other names.
	Files []FileChange
	// NoIntent are the sides of which nobody said what is meant to be released, where the
	// other side has it: then Intents is empty.
	NoIntent []*Manifest
}

// Empty reports whether nothing differs.
func (c *Comparison) Empty() bool {
	return len(c.Products) == 0 && len(c.Intents) == 0 && len(c.Files) == 0
}

// PictureComparison is what differs between two pictures, as of two data directories.
type PictureComparison struct {
	// Milestones are those of both that differ; their Files are empty, as Images has them.
	Milestones []*Comparison
	// New and Gone are milestones that only one has, with all that stands on them.
	New, Gone []*Manifest
	Images    []FileChange
}

// ComparePictures tells what differs between two pictures in all milestones and trees.
func ComparePictures(from, to *Picture) *PictureComparison {
	var p PictureComparison
	earlier := map[string]*Manifest{}
	for _, m := range milestones(from) {
		earlier[m.path()] = m
	}
	for _, m := range milestones(to) {
		old := earlier[m.path()]
		delete(earlier, m.path())
		if old == nil {
			p.New = append(p.New, m)
			continue
		}
		c := Compare(old, m)
		if c.Files = nil; !c.Empty() || len(c.NoIntent) > 0 {
			p.Milestones = append(p.Milestones, c)
		}
	}
	for _, m := range milestones(from) {
		if earlier[m.path()] != nil {
			p.Gone = append(p.Gone, m)
		}
	}
	p.Images = CompareImages(from, to)
	return &p
}

// ProductChange is a change with the rows on both sides; one is nil where there is none.
type ProductChange struct {
	Change
	Before, After *Row
}

// IntentKind says how the statement of intent differs.
type IntentKind string

// The kinds of difference in a statement of intent.
const (
	IntentEntered IntentKind = "intended"
	IntentLeft    IntentKind = "unintended"
	IntentContact IntentKind = "contact"
)

// IntentChange is a product that is meant to be released on one side only, or by other
// people. From and To are contacts.
type IntentChange struct {
	Kind     IntentKind
	Product  *ProductLine
	From, To string
}

// Compare tells what differs between two milestones, or two moments of one.
func Compare(from, to *Manifest) *Comparison {
	c := &Comparison{From: from, To: to}
	before, after := rowsBySlug(from), rowsBySlug(to)
	for _, change := range Difference(from, to) {
		slug := change.Product.Slug
		c.Products = append(c.Products, ProductChange{change, before[slug], after[slug]})
	}
	c.compareIntents(before, after)
	if from.path() == to.path() {
		c.compareFiles(before, after)
	}
	return c
}

func rowsBySlug(m *Manifest) map[string]*Row {
	rows := map[string]*Row{}
	for _, r := range m.Rows() {
		rows[r.Product.Slug] = r
	}
	return rows
}

func (c *Comparison) compareIntents(before, after map[string]*Row) {
	knownBefore, knownAfter := intentKnown(before), intentKnown(after)
	switch {
	case knownBefore && !knownAfter:
		c.NoIntent = []*Manifest{c.To}
	case knownAfter && !knownBefore:
		c.NoIntent = []*Manifest{c.From}
	}
	if !knownBefore || !knownAfter {
		return
	}
	for slug, r := range after {
		old := before[slug]
		switch was := old != nil && old.Intended; {
		case r.Intended && !was:
			c.Intents = append(c.Intents, IntentChange{IntentEntered, r.Product, "", r.Contact})
		case r.Intended && old.Contact != r.Contact:
			c.Intents = append(c.Intents, IntentChange{IntentContact, r.Product, old.Contact, r.Contact})
		}
	}
	for slug, old := range before {
		if r := after[slug]; old.Intended && (r == nil || !r.Intended) {
			c.Intents = append(c.Intents, IntentChange{IntentLeft, old.Product, old.Contact, ""})
		}
	}
	kinds := []IntentKind{IntentEntered, IntentLeft, IntentContact}
	slices.SortFunc(c.Intents, func(a, b IntentChange) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			compareProductLines(a.Product, b.Product),
		)
	})
}

// intentKnown reports whether anybody said what is meant to be released.
func intentKnown(rows map[string]*Row) bool {
	for _, r := range rows {
		if r.IntentKnown {
			return true
		}
	}
	return false
}

// compareFiles compares what is published of the rows. Two products may share a file.
func (c *Comparison) compareFiles(before, after map[string]*Row) {
	was, is := published(before), published(after)
	c.Files = compareLying(was, is)
}

func published(rows map[string]*Row) map[imageAt]*TreeImage {
	images := map[imageAt]*TreeImage{}
	for _, r := range rows {
		if r.Release != nil {
			images[lyingAt(r.Release)] = r.Release
		}
	}
	return images
}
