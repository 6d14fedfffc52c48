package generator

import (
	"slices"

	"shiplist/internal/release"
)

// disagreeView is one thing that sources say differently of a product on a milestone.
type disagreeView struct {
	Product Link   // to all that they say, on the page of the product
	What    string // "State"
	Says    []saidByView
}

// saidByView is what one source says of it.
type saidByView struct {
	Source, Text string
	Differs      bool // from what is shown
}

// disagreements are what sources can disagree about, in the order of the columns on the
// page of a product.
var disagreements = []struct{ what, title string }{
	{release.DiffersIntent, "Meant"},
	{release.DiffersContact, "Contact"},
	{release.DiffersBuild, "Build"},
	{release.DiffersState, "State"},
	{release.DiffersChecksum, "SHA-256"},
}

// viewDisagreements tells what sources say differently of the rows of an open milestone.
func (s *site) viewDisagreements(p *Page, m *release.Manifest) []disagreeView {
	if !m.Open {
		return nil
	}
	var views []disagreeView
	for _, r := range m.Rows() {
		says := s.picture.Truth(r)
		product := Link{Text: r.Product.Title, Href: p.to(productPath(r.Product)) + "#" + truthID(m)}
		for _, d := range disagreements {
			differs := func(said release.Saying) bool { return slices.Contains(said.Differs, d.what) }
			if !slices.ContainsFunc(says, differs) {
				continue
			}
			v := disagreeView{Product: product, What: d.title}
			for i := range says {
				if text := s.saidOf(r, &says[i], d.what); text != "" {
					v.Says = append(v.Says, saidByView{says[i].Source, text, differs(says[i])})
				}
			}
			views = append(views, v)
		}
	}
	return views
}

// saidOf is what a source says of one thing; empty where it says nothing of it.
func (s *site) saidOf(r *release.Row, said *release.Saying, what string) string {
	same := r.Is(said.BuildID)
	switch {
	case what == release.DiffersIntent:
		return saidIntents[said.Intent]
	case what == release.DiffersContact:
		return s.contact(said.Contact).Text
	case what == release.DiffersBuild && said.Newer != "":
		return said.Newer
	case what == release.DiffersBuild && said.Tells() && (!said.Unplaced || slices.Contains(said.Differs, what)):
		return said.BuildID
	case what == release.DiffersState && same && said.State != "":
		return viewState(said.State, said.RawState).Word
	case what == release.DiffersChecksum && same && said.SHA256 != "":
		return said.SHA256[:min(sumStart, len(said.SHA256))] + "…"
	}
	return ""
}

// sumStart is how much of a checksum is told where it is to be told from others.
const sumStart = 12

// disagreeing counts the products that sources disagree about; the views of one product
// stand together.
func disagreeing(views []disagreeView) int {
	return len(slices.CompactFunc(slices.Clone(views), func(a, b disagreeView) bool { return a.Product == b.Product }))
}
