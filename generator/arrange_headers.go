package generator

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"shiplist/generator/headers"
	"shiplist/internal/release"
)

// Rule of this file: what a tree's own server shows around its listing of a directory.
// It is served from any mirror, under any path, and so depends on nothing but what lies
// in the directory: files are linked by their names alone, style and icons are in it,
// and links to the site are whole addresses, or left out where nobody told its address.
// It tells no times of polling, so that it changes with the directory alone.

// headersPage is what the three files of one directory show: dot of the layouts
// headers/header.html, headers/footer.html and headers/htaccess.txt.
type headersPage struct {
	Title        string // "Kubuntu 24.04.3 LTS (Noble Numbat)"
	Site         string // title of the site
	Distribution string
	Description  string // one sentence, for search engines
	Notice       string // shown on every page, such as "Sample data"
	Style        template.CSS
	Canonical    string // public address of the directory; empty where the tree has none
	Home         string // address of the site; empty where it may be anywhere
	Page         string // that of the page of the directory there, likewise
	Daily        bool
	Ask          bool   // there is something to choose from
	Only         string // the one machine that there is an image for; empty for several, or none in particular
	Held         []heldView
	Notices      []html // what to know before one takes an image
	Cards        []card
	Verify       verifyView
	Described    []described // files with their words, longest names first
	Redirects    []redirect
}

// headersDir is a directory for which the files are made.
type headersDir struct {
	*download
	place string // below the directory of headers: TREE/DIR
}

// headersDirs are the publishing directories of the trees that want the files.
func (s *site) headersDirs(trees []string) []headersDir {
	var all []headersDir
	for _, d := range s.downloads {
		place := d.tree.Name + "/" + d.dir
		if slices.Contains(trees, d.tree.Name) && d.dir != "" && headers.Fits(place, headersFiles...) && !s.shownAsCurrent(d) {
			all = append(all, headersDir{d, place})
		}
	}
	return all
}

// shownAsCurrent reports whether pending leads to the same dated directory as current.
// There is only one place for the files then, and they speak of current.
func (s *site) shownAsCurrent(d *download) bool {
	if d.kind != release.DirectoryPending || len(d.dirs) != 1 || d.dirs[0].Kind != release.DirectoryDated {
		return false
	}
	return slices.ContainsFunc(s.ofProject[projectKey{d.series, d.project}], func(o *download) bool {
		return o.kind == release.DirectoryCurrent && len(o.dirs) == 1 && o.dirs[0] == d.dirs[0]
	})
}

// arrangeHeaders decides what the files of a directory show.
func (s *site) arrangeHeaders(d *download) (headersPage, error) {
	p := Page{Root: fullAddress(s.config.BaseURL, ""), path: d.path}
	h := headersPage{
		Title: s.directoryTitle(d), Site: s.config.Title, Distribution: s.config.Distribution, Description: s.directoryDescription(d),
		Notice: s.config.Notice, Style: s.layouts.headers.style, Canonical: publicURL(d), Home: p.Root, Page: fullAddress(s.config.BaseURL, d.path),
		Daily: d.kind != release.DirectoryRelease, Held: s.viewHeld(d, p.Root), Notices: s.notices(&p, d),
	}
	h.Cards, h.Verify = s.localCards(d, p.Root), s.verify(d.local(), p.Root)
	h.Ask, h.Only = asksFirst(h.Cards), onlyMachine(h.Cards)
	h.Redirects = s.latest(d)
	var err error
	h.Described, err = s.describeFiles(d)
	return h, err
}

// publicURL is where the public finds a directory; empty where that is not known.
func publicURL(d *download) string {
	if d.tree.Site == "" {
		return ""
	}
	parts := strings.Split(d.dir, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return webURL(strings.TrimRight(d.tree.Site, "/") + "/" + strings.Join(parts, "/") + "/")
}

// local is the download as it is seen in the directory itself.
func (d *download) local() *download {
	c := *d
	c.images, c.dirs = slices.Clone(d.images), slices.Clone(d.dirs)
	images, dirs := make([]release.TreeImage, len(c.images)), make([]release.TreeDirectory, len(c.dirs))
	for i, img := range c.images {
		images[i] = *img
		images[i].URL, c.images[i] = here, &images[i]
	}
	for i, dir := range c.dirs {
		dirs[i] = *dir
		dirs[i].URL, c.dirs[i] = here, &dirs[i]
	}
	return &c
}

// localCards are the cards of a directory, without what its listing tells anyway.
func (s *site) localCards(d *download, root string) []card {
	return s.layOut(d, func(v *offer, img *release.TreeImage, behind bool) {
		if behind {
			return
		}
		main := img.Main()
		v.Main, v.Version, v.Oversized = s.viewFile(main, here), img.Version, s.oversized(img, root)
		if parts := partsOf(img); len(parts) > 1 {
			for i, f := range parts {
				v.Parts = append(v.Parts, offerPart{fileView: s.viewFile(f, here), Number: i + 1})
			}
		}
		for _, f := range img.Files {
			switch {
			case f.Main && f.Type == "bootimg" && f.Name != main.Name:
				v.Together = append(v.Together, s.viewFile(f, here))
			case f.Name == main.Name+".torrent":
				v.Quick = append(v.Quick, quickLink(f, fileURL(here, f.Name)))
			}
		}
	})
}

// asksFirst reports whether there is more than one image to choose from.
func asksFirst(cards []card) bool {
	n := 0
	for _, c := range cards {
		n += len(c.Images)
	}
	return n > 1
}
