package generator

import (
	"slices"
	"strings"

	"shiplist/generator/staged"
	"shiplist/internal/release"
)

// siteRules are the findings that say that the site itself cannot be trusted: what
// lies together in a directory does not agree, so its page would send people to
// files that are not what it says. They forbid publishing; all other findings are
// what the pages are there to show.
var siteRules = []string{"bad-signature", "checksum-gone", "directory-held"}

// record is what is known of the set beside its files.
func (s *site) record(res Result, files []madeFile) staged.Record {
	r := staged.Record{
		Digest: res.Digest, AsOf: res.AsOf, Lasting: s.lasting(files), Troubles: s.troubles(),
		Pages: res.Pages, Files: res.Files, Bytes: res.Bytes,
		Blockers: res.Blockers, Warnings: res.Warnings, Notes: res.Notes, Lists: res.Lists, Idle: res.Idle,
	}
	for _, src := range s.picture.Sources {
		r.Sources = append(r.Sources, staged.Source{Name: src.Name, Success: src.Success})
	}
	return r
}

// lasting are the pages that must not die once they are published. What current and
// pending show changes, and their addresses stay; dated dailies have no pages, and the
// milestones of dailies come and go with their series. The texts of content/ are the owner's, who may take them away;
// the archive, the netboot index, the changes and the other lists are there by what they
// list, and a release that they name is guarded by pages of its own.
// An address that leads on is as lasting as the page that was there.
func (s *site) lasting(files []madeFile) []staged.Page {
	var pages []staged.Page
	add := func(kind, path string) { pages = append(pages, staged.Page{Path: path, Kind: kind}) }
	for _, l := range s.lines() {
		add("series", s.seriesPath(l))
		for _, m := range l.Milestones {
			if m.Kind == release.KindRelease {
				add("milestone", s.milestonePath(m))
			}
		}
	}
	for _, f := range s.picture.Families {
		add("family", pagePath("families", f.Slug))
	}
	for _, p := range s.picture.Products {
		add("product", productPath(p))
	}
	for _, d := range s.downloads {
		switch d.kind {
		case release.DirectoryRelease:
			add("directory", d.path)
		case release.DirectoryCurrent, release.DirectoryPending:
			add(string(d.kind), d.path)
		}
	}
	for _, f := range files {
		if from, leads := strings.CutSuffix(f.Path, movedApache); leads {
			add("moved", from)
		}
	}
	slices.SortFunc(pages, func(a, b staged.Page) int { return strings.Compare(a.Path, b.Path) })
	return pages
}

// troubles are the findings about the site itself, in directories that have a page.
func (s *site) troubles() []staged.Trouble {
	var all []staged.Trouble
	for _, f := range s.picture.Findings {
		if !slices.Contains(siteRules, f.Rule) {
			continue
		}
		for _, d := range s.downloads {
			if d.tree.Name == f.Tree && (d.dir == f.Dir || slices.ContainsFunc(d.dirs, func(dir *release.TreeDirectory) bool { return dir.Path == f.Dir })) {
				all = append(all, staged.Trouble{Rule: f.Rule, Text: sentence(f.Text), Page: d.path})
				break
			}
		}
	}
	return all
}
