package generator

import "slices"

// Rule of this file: a page first asks what somebody wants, in people's words: the
// kinds of image, the usual one first, and in each the machines that there are for it,
// the usual one first. They are those of all pages of the project and release.

// What a page asks first; nothing where there is nothing to choose.
const (
	askKind    = "kind"
	askMachine = "machine"
)

// choice is a kind of image that somebody may want.
type choice struct {
	Title       string
	Description string
	Usual       bool
	Machines    []target
	rank        int
}

// target is an image for one machine: a place to go to.
type target struct {
	Title       string
	Arch        string
	Unknown     bool
	Description string
	Size        string
	Href        string
	Usual       bool
	On          string // the page that has it, where that is another
	Testing     bool   // it is not out yet
}

// choices are the kinds of image that are for machines, of a page and of its
// siblings; none where there is only one image.
func (s *site) choices(p *Page, d *download, cards []card) (ask string, all []choice) {
	all = addChoices(nil, Link{}, cards)
	if len(all) == 0 {
		return "", nil
	}
	for _, o := range s.siblings(d) {
		all = addChoices(all, Link{Text: s.titleBeside(d, o), Href: p.near(o.path)}, o.outline)
	}
	if len(all) == 1 && len(all[0].Machines) == 1 {
		return "", nil
	}
	slices.SortStableFunc(all, func(a, b choice) int { return a.rank - b.rank })
	for i := range all {
		slices.SortStableFunc(all[i].Machines, func(a, b target) int { return s.archRank(a.Arch) - s.archRank(b.Arch) })
	}
	if first := &all[0]; first.rank < unranked && s.archRank(first.Machines[0].Arch) == 0 {
		first.Usual, first.Machines[0].Usual = len(all) > 1, true
	}
	if len(all) == 1 {
		return askMachine, all
	}
	return askKind, all
}

// addChoices adds the images of cards; those of another page only for a machine that
// there is none for yet.
func addChoices(all []choice, page Link, cards []card) []choice {
	for _, c := range cards {
		for _, img := range c.Images {
			if !forMachine(img.Arch) {
				continue
			}
			i := slices.IndexFunc(all, func(o choice) bool { return o.Title == c.Title })
			if i < 0 {
				i = len(all)
				all = append(all, choice{Title: c.Title, Description: c.Description, rank: c.rank})
			}
			all[i].add(&img, page)
		}
	}
	return all
}

func (c *choice) add(img *offer, page Link) {
	if page.Href != "" && slices.ContainsFunc(c.Machines, func(t target) bool { return t.Arch == img.Arch }) {
		return
	}
	t := target{Title: img.Machine, Arch: img.Arch, Unknown: img.Unknown, Description: img.Description, Size: img.Main.Size, Href: page.Href + "#" + img.ID, On: page.Text, Testing: img.Testing}
	if len(img.Parts) > 0 {
		t.Size = img.Total
	}
	c.Machines = append(c.Machines, t)
}
