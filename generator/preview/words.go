package preview

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: what publishing changes is told from the facts that the site gives
// to programs, manifest.json and product.json of both sites (facts.go), as any other
// program could tell it. Where they say the same and a page does not, that is said.

// subject is what changes about one thing, in words.
type subject struct {
	Title string // "Noble 24.04.3", "Directories of images"
	Href  string // of its page in the preview; empty where it has none
	Lines []line
}

// line is one change.
type line struct {
	What string // "Kubuntu Desktop amd64"; empty where the line is about the subject
	Text string // "testing → ready; build 20260423.1 → 20260424"
	Mark string // added, removed, changed, trouble
}

// trouble marks a line that needs somebody.
const trouble = "trouble"

// imagesPage is where directories are listed.
const imagesPage = "/images/"

// otherDetails is said of what changed and has no words of its own.
const otherDetails = "other details changed"

func (s *subject) add(mark, what, format string, args ...any) {
	s.Lines = append(s.Lines, line{what, fmt.Sprintf(format, args...), mark})
}

// inWords tells the changes of milestones, then of directories and products, then
// findings that are about no milestone.
func (c *changes) inWords() []subject {
	var all []subject
	told := map[finding]bool{} // with their milestones
	for _, dir := range c.about(manifestFile) {
		name := path.Join(dir, manifestFile)
		old, now := readFacts(c.public.read, name), readFacts(c.site.Read, name)
		for _, f := range slices.Concat(allFindings(old), allFindings(now)) {
			told[f] = true
		}
		s := milestone(dir, old, now)
		if len(s.Lines) == 0 && c.other(dir) {
			s.add(changed, "", otherDetails)
		}
		all = append(all, s)
	}
	all = append(all, c.directories())
	all = append(all, c.products(told)...)
	return slices.DeleteFunc(all, func(s subject) bool { return len(s.Lines) == 0 })
}

// about returns the folders with a document of facts where that differs, or what the
// page beside it is about.
func (c *changes) about(document string) []string {
	dirs := map[string]bool{}
	for _, f := range c.files {
		dir, base := path.Dir(f.Path), path.Base(f.Path)
		if base == document || base == "index.html" && c.has(path.Join(dir, document)) && c.other(dir) {
			dirs[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(dirs))
}

// other tells whether people read something else on the page of a folder.
func (c *changes) other(dir string) bool {
	name := path.Join(dir, "index.html")
	return c.did[name] == changed && !c.around().pages[name]
}

// milestone tells what changes about one, whose facts are nil where it is not there.
func milestone(dir string, old, now *facts) subject {
	s := subject{Href: "/" + dir + "/"}
	switch {
	case now == nil && old == nil:
		return s
	case now == nil:
		return subject{Title: old.Title, Lines: []line{{Text: "is not there any more", Mark: removed}}}
	case old == nil:
		s.Title = now.Title
		s.add(added, "", "is new, with %s", release.Plural(len(now.Rows), "product", "products"))
		return s
	}
	s.Title = now.Title
	s.whole(old, now)
	s.rows(old.Rows, now.Rows)
	s.findings(allFindings(old), allFindings(now))
	if len(s.Lines) == 0 && !old.rest.same(now.rest, "rows", "findings", "sources") {
		s.add(changed, "", otherDetails)
	}
	return s
}

// whole tells what changed about the milestone as a whole.
func (s *subject) whole(old, now *facts) {
	parts := slices.Concat(turned("title", old.Title, now.Title), turned("kind", old.Kind, now.Kind),
		turned("", old.Status, now.Status), turned("date", old.Date, now.Date), turned("compared with", old.Before, now.Before))
	if len(parts) > 0 {
		s.add(changed, "", "%s", strings.Join(parts, "; "))
	}
}

// turned says how a value changed: "build a → b".
func turned(what, from, to string) []string {
	if from == to {
		return nil
	}
	if what != "" {
		what += " "
	}
	return []string{what + cmp.Or(from, "none") + " → " + cmp.Or(to, "none")}
}

// directories tells which have a page now, which have none any more, and whose is
// another.
func (c *changes) directories() subject {
	s := subject{Title: "Directories of images", Href: imagesPage}
	says := map[string]string{added: "has a page now", removed: "has no page any more", changed: otherDetails}
	for _, f := range c.files {
		dir := path.Dir(f.Path)
		name, ok := strings.CutPrefix(dir, "images/")
		if ok && path.Base(f.Path) == "index.html" && (f.Did != changed || c.other(dir)) {
			s.add(f.Did, name, "%s", says[f.Did])
		}
	}
	return s
}

// products tells what changes about products and no milestone has told.
func (c *changes) products(told map[finding]bool) []subject {
	s, checks := subject{Title: "Products"}, subject{Title: "Checks", Href: "/checks/"}
	for _, dir := range c.about(productFile) {
		name := path.Join(dir, productFile)
		old, now := readFacts(c.public.read, name), readFacts(c.site.Read, name)
		switch {
		case old == nil && now == nil:
			continue
		case old == nil:
			s.add(added, now.Title, "is new")
		case now == nil:
			s.add(removed, old.Title, "is not there any more")
		default:
			s.product(old, now, c.other(dir))
		}
		checks.findings(untold(old, told), untold(now, told))
	}
	return []subject{s, checks}
}

// product tells what is not told with the milestones: they have its rows.
func (s *subject) product(old, now *facts, other bool) {
	parts := turned("title", old.Title, now.Title)
	if !bytes.Equal(old.rest["images"], now.rest["images"]) {
		parts = append(parts, "other images in the trees")
	}
	if len(parts) == 0 && (!old.rest.same(now.rest, "rows", "findings", "sources") || other && old.rest.same(now.rest, "sources")) {
		parts = append(parts, otherDetails)
	}
	if len(parts) > 0 {
		s.add(changed, now.Title, "%s", strings.Join(parts, "; "))
	}
}
