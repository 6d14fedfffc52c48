package generator

import (
	"slices"

	"shiplist/internal/release"
)

// directoryPage is a publishing page: for someone who wants an image.
type directoryPage struct {
	Page
	Ask      string   // what the page asks first: "kind", "machine"; "" where there is nothing to choose
	Choices  []choice // the answers
	Mixed    bool     // its images are of different versions
	Only     string   // the one machine that there is an image for; "" where there are several, or none in particular
	Images   int
	Daily    bool
	Pending  bool
	Test     string // the stage, when it is not a final release: "Beta 2"
	Blockers []findingView
	Held     []heldView
	Notices  []html // what to know before one takes an image
	Other    Link   // of dailies: what is pending where this is current, and the reverse
	Cards    []card
	Verify   verifyView
	Uses     []instruction // what to do with a download, for each type of file
	Versions []versionLink // other releases of the project
	Siblings []siblingView // further pages with images of the same release
	Editions []Link        // the other projects of the same release
	Files    []fileView    // those that no card shows
	Netboot  []Link
	Tree     Link          // the directory itself
	Sums     Link          // one list of the checksums of all that is shown; and how many
	Unsummed int           // downloads it lacks
	Findings []findingView // but the blockers
}

// arrangeDirectory makes a publishing page.
func (s *site) arrangeDirectory(d *download) directoryPage {
	p := directoryPage{Page: s.newPage(d.path, s.directoryTitle(d), s.directoryDescription(d), s.directoryCrumbs(d)...)}
	s.rest(&p.Page, d.tree.Name)
	p.Daily = d.kind != release.DirectoryRelease
	p.Pending = d.kind == release.DirectoryPending
	if !p.Daily {
		p.Test = d.edition.stage
	}
	p.Tree = Link{Text: d.tree.Name + " " + d.dir}
	if len(d.dirs) == 1 {
		p.Tree.Href = webURL(d.dirs[0].URL)
	}
	p.Held, p.Notices, p.Other = s.viewHeld(d, p.Root), s.notices(&p.Page, d), s.counterpart(&p.Page, d)
	p.Cards, p.Images, p.Mixed = s.cards(d), len(d.images), d.mixed
	p.Ask, p.Choices = s.choices(&p.Page, d, p.Cards)
	p.Only = onlyMachine(p.Cards)
	p.Uses = s.uses(d, p.Root)
	p.Verify, p.Versions = s.verify(d, p.Root), s.versions(&p.Page, d)
	p.Siblings, p.Editions = s.viewSiblings(&p.Page, d), s.editions(&p.Page, d)
	for _, dir := range d.dirs {
		for _, f := range viewFindings(dir.Findings) {
			list := &p.Findings
			if f.Severity == release.Blocker {
				list = &p.Blockers
			}
			*list = append(*list, f)
		}
		p.Files = append(p.Files, s.otherFiles(dir, d)...)
	}
	p.Netboot = s.netbootLinks(&p.Page, d)
	if hasSums(d) {
		p.Sums = Link{Text: sumsList, Href: sumsList}
		_, p.Unsummed = filesWithSums(d)
	}
	return p
}

// onlyMachine is the machine for which all images are.
func onlyMachine(cards []card) string {
	only := ""
	for _, c := range cards {
		for _, img := range c.Images {
			if img.Any || only != "" && img.Machine != only {
				return ""
			}
			only = img.Machine
		}
	}
	return only
}

// uses are the texts on what to do with the images for machines, each type of file
// once, with the name of the first one.
func (s *site) uses(d *download, root string) []instruction {
	var list []instruction
	seen := map[string]bool{}
	for _, img := range d.images {
		f := img.Main()
		if seen[f.Type] || !forMachine(img.Arch) {
			continue
		}
		seen[f.Type] = true
		list = append(list, s.instruction("use-"+f.Type, root, words{"image": {Text: f.Name, Href: fileURL(img.URL, f.Name)}})...)
	}
	return list
}

// notices are the texts that warn of a page or lead to a better one.
func (s *site) notices(p *Page, d *download) []html {
	w := words{"release": {Text: s.bareTitle(d)}}
	if l := s.line(d.series); l != nil {
		w["series"] = Link{Text: seriesTitle(l), Href: p.to(s.seriesPath(l))}
		w["support-end"] = Link{Text: day(supportEnd(l))}
	}
	var names []string
	newer, newest := s.newerInSeries(d), s.newestRelease(d.project)
	ended := s.ended(d)
	if newer != nil && !ended {
		w["newer"] = Link{Text: newer.short, Href: p.to(newer.path)}
		names = append(names, "superseded")
	}
	if newest != nil && newest != newer {
		w["newest"] = Link{Text: s.outTitle(newest), Href: p.to(newest.path)}
	}
	warned := true
	switch {
	case d.kind == release.DirectoryPending:
		names = append(names, "pending")
	case d.kind == release.DirectoryCurrent:
		names = append(names, "daily")
	case d.edition.stage != "":
		names = append(names, "test-version")
	case s.isAwaited(d):
		names = append(names, "not-out")
	default:
		warned = false
	}
	if ended {
		names, warned = append(names, "ended"), true
	}
	if warned {
		names = append(names, "instead")
	}
	var texts []html
	for _, name := range names {
		if text := s.worded(name, p.Root, w); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// counterpart leads from current dailies to the pending ones, and back.
func (s *site) counterpart(p *Page, d *download) Link {
	if d.kind == release.DirectoryRelease {
		return Link{}
	}
	for _, o := range s.ofProject[projectKey{d.series, d.project}] {
		if o != d && o.tree == d.tree && o.kind != release.DirectoryRelease && parentOf(o.dir) == parentOf(d.dir) {
			return Link{Text: o.short, Href: p.to(o.path)}
		}
	}
	return Link{}
}

func (s *site) directoryCrumbs(d *download) []menuItem {
	crumbs := []menuItem{{"Images", "images/"}}
	if l := s.line(d.series); l != nil {
		crumbs = append(crumbs, menuItem{seriesTitle(l), s.seriesPath(l)})
	}
	return crumbs
}

// netbootLinks leads to the netboot installers of the directory.
func (s *site) netbootLinks(p *Page, d *download) []Link {
	l := s.line(d.series)
	if l == nil || len(d.netboot) == 0 {
		return nil
	}
	var links []Link
	for _, n := range d.netboot {
		if !n.Disabled {
			links = append(links, Link{Text: s.machine(n.Arch), Href: p.to(s.netbootPath(l)) + "#" + netbootID(n.Arch)})
		}
	}
	return slices.Compact(links)
}
