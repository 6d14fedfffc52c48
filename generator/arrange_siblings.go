package generator

import (
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: one release is spread over trees and directories, and whoever
// comes to one of them finds the way to the others.

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
	bare := func(v *offer, img *release.TreeImage, behind bool) {
		if !behind {
			v.Version = img.Version
		}
		if f := img.Main(); !behind && f.Size != nil {
			v.Main.Size = about(*f.Size, f.Exact)
		}
	}
	for _, d := range s.downloads {
		d.outline = s.layOut(d, bare)
		d.mixed = mixed(d.outline)
		if s.line(d.series) == nil || d.project == release.Other {
			continue
		}
		e := d.edition
		s.editionsOf[e] = append(s.editionsOf[e], d)
		s.editionsOf[e.ofAll()] = append(s.editionsOf[e.ofAll()], d)
	}
	for _, all := range s.editionsOf {
		slices.SortStableFunc(all, func(a, b *download) int { return roleRank(a.tree.Role) - roleRank(b.tree.Role) })
	}
}

// mixed reports whether images are of different versions. Those that are not out yet
// say so themselves.
func mixed(cards []card) bool {
	versions := map[string]bool{}
	for _, c := range cards {
		for _, img := range c.Images {
			if !img.Testing {
				versions[img.Version] = true
			}
		}
	}
	return len(versions) > 1
}

// roleRank puts the tree of the most wanted images first, and that of the old last.
func roleRank(role string) int {
	switch role {
	case release.RoleSimple:
		return -1
	case release.RoleOld:
		return 1
	}
	return 0
}

// mostSiblings bounds the work for a tree that has one release in very many places.
const mostSiblings = 12

// siblings are the other pages of the same project and release.
func (s *site) siblings(d *download) []*download {
	var others []*download
	for _, o := range s.editionsOf[d.edition] {
		if o != d && len(others) < mostSiblings {
			others = append(others, o)
		}
	}
	return others
}

// forMachine reports whether an image is for one kind of machine. Sources are for all.
func forMachine(arch string) bool { return arch != "" && arch != "source" }

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
			Link: Link{Text: o.short, Href: p.near(o.path)}, Where: o.tree.Name + " " + o.dir, What: holds(o),
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

// editions are the pages of the other projects of the same release, one for each;
// with the version where that is another.
func (s *site) editions(p *Page, d *download) []Link {
	var links []Link
	seen := map[string]bool{d.project: true}
	for _, o := range s.editionsOf[d.edition.ofAll()] {
		if !seen[o.project] {
			seen[o.project] = true
			version := shownVersion(o)
			if version == shownVersion(d) {
				version = ""
			}
			links = append(links, Link{Text: s.titleAs(o, version), Href: p.near(o.path)})
		}
	}
	slices.SortFunc(links, func(a, b Link) int { return compareTitles(a.Text, b.Text) })
	return links
}
