package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: one release is spread over trees and directories, and whoever
// comes to one of them finds the way to the others: the machines of a page are those
// of all pages of the project and release, the usual one first.

// edition is what pages of one release have in common. Without project and version
// it stands for all projects: some of them have no images for a point release.
type edition struct {
	kind                            release.DirectoryKind
	series, project, version, stage string
}

func editionOf(d *download) edition {
	return edition{d.kind, d.series, d.project, newestVersion(d), stageOf(d)}
}

func (e edition) ofAll() edition {
	e.project, e.version = "", ""
	return e
}

// collectEditions groups the publishing pages: those of the old releases last, of a
// tree with a role of its own for the most wanted images first.
func (s *site) collectEditions() {
	s.editionsOf = map[edition][]*download{}
	bare := func(*offer, *release.TreeImage, bool) {}
	for _, d := range s.downloads {
		d.outline = s.layOut(d, bare)
		if s.line(d.series) == nil || d.project == release.Other {
			continue
		}
		e := editionOf(d)
		s.editionsOf[e] = append(s.editionsOf[e], d)
		s.editionsOf[e.ofAll()] = append(s.editionsOf[e.ofAll()], d)
	}
	rank := map[string]int{release.RoleSimple: -1, release.RoleOld: 1}
	for _, all := range s.editionsOf {
		slices.SortStableFunc(all, func(a, b *download) int { return rank[a.tree.Role] - rank[b.tree.Role] })
	}
}

// mostSiblings bounds the work for a tree that has one release in very many places.
const mostSiblings = 12

// siblings are the other pages of the same project and release.
func (s *site) siblings(d *download) []*download {
	var others []*download
	for _, o := range s.editionsOf[editionOf(d)] {
		if o != d && len(others) < mostSiblings {
			others = append(others, o)
		}
	}
	return others
}

// forMachine reports whether an image is for one kind of machine. Sources are for all.
func forMachine(arch string) bool { return arch != "" && arch != "source" }

// machines lists every machine once with the images for it: those of the page, and
// kinds of image that only a sibling has.
func (s *site) machines(p *Page, d *download, cards []card) []machineLink {
	machines := s.addMachines(nil, "", cards)
	if len(machines) == 0 {
		return nil
	}
	for _, o := range s.siblings(d) {
		machines = s.addMachines(machines, p.to(o.path), o.outline)
	}
	usual := unranked + 1
	for i := range machines {
		machines[i].sort()
		usual = min(usual, machines[i].ranks[0])
	}
	for i := range machines {
		m := &machines[i]
		m.Href = m.Kinds[0].Href
		m.Usual = m.Arch == "amd64" && len(machines) > 1 && m.ranks[0] == usual
	}
	slices.SortStableFunc(machines, func(a, b machineLink) int { return s.archRank(a.Arch) - s.archRank(b.Arch) })
	return machines
}

func (s *site) addMachines(machines []machineLink, page string, cards []card) []machineLink {
	for _, c := range cards {
		for _, img := range c.Images {
			if !forMachine(img.Arch) {
				continue
			}
			i := slices.IndexFunc(machines, func(m machineLink) bool { return m.Arch == img.Arch })
			if i < 0 {
				i = len(machines)
				machines = append(machines, machineLink{Title: img.Machine, Arch: img.Arch, Description: img.Description})
			}
			machines[i].add(Link{Text: c.Title, Href: page + "#" + img.ID}, c.rank, page == "")
		}
	}
	return machines
}

// add adds a kind of image; one that is elsewhere only when there is none yet.
func (m *machineLink) add(kind Link, rank int, here bool) {
	if !here && slices.ContainsFunc(m.Kinds, func(l Link) bool { return l.Text == kind.Text }) {
		return
	}
	m.Kinds, m.ranks = append(m.Kinds, kind), append(m.ranks, rank)
}

// sort puts the kinds in the order of the rules.
func (m *machineLink) sort() {
	order := make([]int, len(m.Kinds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.ranks[a], m.ranks[b]) })
	kinds, ranks := make([]Link, len(order)), make([]int, len(order))
	for to, from := range order {
		kinds[to], ranks[to] = m.Kinds[from], m.ranks[from]
	}
	m.Kinds, m.ranks = kinds, ranks
}

// siblingView is a further page with images of the same release.
type siblingView struct {
	Link
	Where string // tree and directory
	What  string // "Desktop image and Server install image for 64-bit PC"
}

func (s *site) viewSiblings(p *Page, d *download) []siblingView {
	var views []siblingView
	for _, o := range s.siblings(d) {
		views = append(views, siblingView{
			Link: Link{Text: s.shortTitle(o), Href: p.to(o.path)}, Where: o.tree.Name + " " + o.dir, What: holds(o),
		})
	}
	return views
}

// holds says in a few words what images a page has.
func holds(d *download) string {
	var kinds, machines []string
	for _, c := range d.outline {
		kinds = append(kinds, c.Title)
		for _, img := range c.Images {
			if forMachine(img.Arch) && !slices.Contains(machines, img.Machine) {
				machines = append(machines, img.Machine)
			}
		}
	}
	text := strings.Join(kinds, ", ")
	switch len(machines) {
	case 0:
		return text
	case 1, 2, 3:
		return text + " for " + strings.Join(machines, ", ")
	}
	return text + " for " + release.Plural(len(machines), "kind of machine", "kinds of machines")
}

// editions are the pages of the other projects of the same release, one for each.
func (s *site) editions(p *Page, d *download) []Link {
	var links []Link
	seen := map[string]bool{d.project: true}
	for _, o := range s.editionsOf[editionOf(d).ofAll()] {
		if !seen[o.project] {
			seen[o.project] = true
			links = append(links, Link{Text: s.shortTitle(o), Href: p.to(o.path)})
		}
	}
	slices.SortFunc(links, func(a, b Link) int { return compareTitles(a.Text, b.Text) })
	return links
}

// listTitle is a page's title in a list of pages of one series, where two must not
// read the same.
func (s *site) listTitle(d *download) string {
	title := s.shortTitle(d)
	for _, o := range s.siblings(d) {
		if s.shortTitle(o) == title {
			return title + " (" + d.tree.Name + ")"
		}
	}
	return title
}
