package preview

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"shiplist/generator"
	"shiplist/internal/issue"
)

// changes are what publishing a site would change.
type changes struct {
	public *published
	site   *generator.BuiltSite
	files  []fileChange      // by path
	did    map[string]string // of each of them
	here   map[string]bool   // the files of the site
	// words and around are made when somebody asks for them.
	words  func() []subject
	around func() around
}

// fileChange is a file that differs.
type fileChange struct {
	Path string
	Did  string // added, removed, changed
}

// What publishing does with a file.
const (
	added   = "added"
	removed = "removed"
	changed = "changed"
)

// compareSites compares a site with what is published. Where nothing is published every
// file is added.
func compareSites(public *published, site *generator.BuiltSite) *changes {
	c := &changes{public: public, site: site}
	c.words = sync.OnceValue(c.inWords)
	c.around = sync.OnceValue(c.lookAround)
	files := site.Files()
	c.here, c.did = make(map[string]bool, len(files)), map[string]string{}
	for _, f := range files {
		c.here[f.Path] = true
		switch sum, ok := public.sums[f.Path]; {
		case !ok:
			c.files = append(c.files, fileChange{f.Path, added})
		case sum != f.Sum:
			c.files = append(c.files, fileChange{f.Path, changed})
		}
	}
	for name := range public.sums {
		// Publishing adds files of its own, and assets of earlier sites stay for a while, for
		// pages that were just read.
		own := issue.Own(name) || issue.IsInline(name) || strings.HasPrefix(name, "assets/")
		if !c.here[name] && !own {
			c.files = append(c.files, fileChange{name, removed})
		}
	}
	slices.SortFunc(c.files, func(a, b fileChange) int { return cmp.Compare(a.Path, b.Path) })
	for _, f := range c.files {
		c.did[f.Path] = f.Did
	}
	return c
}

// has tells whether either of the sites has a file.
func (c *changes) has(name string) bool { return c.here[name] || c.public.has(name) }

// pages are the pages that differ.
func (c *changes) pages() []fileChange {
	return slices.DeleteFunc(slices.Clone(c.files), func(f fileChange) bool { return path.Ext(f.Path) != ".html" })
}

// group is what differs of one kind.
type group struct {
	Title string
	Files []pageChange
}

// pageChange is a file that differs, as it is shown.
type pageChange struct {
	fileChange
	Name string // "noble/final/"; the path of a file that is no page
	Href string // of the comparison
}

// kinds of what a site has, in the order of showing.
var kinds = []struct{ title, kind string }{
	{"Front page", "home"},
	{"Series", "series"},
	{"Milestones", "milestone"},
	{"Products", "product"},
	{"Families", "family"},
	{"Directories of images", "directory"},
	{"Netboot", "netboot"},
	{"Checks", "checks"},
	{"Log of changes", "changes"},
	{"Other pages", "page"},
	{"Only around the content", "around"},
	{"Data for programs and other files", "file"},
	{"Style sheet, script, pictures", "asset"},
}

// groups are the files that differ, by kind. Pages that differ only around their content
// are a kind of their own.
func (c *changes) groups() []group {
	of, around := c.kindOf(), c.around()
	byKind := map[string][]pageChange{}
	for _, f := range c.files {
		kind := of(f.Path)
		if around.pages[f.Path] {
			kind = "around"
		}
		name := f.Path
		if path.Base(name) == "index.html" {
			name = strings.TrimSuffix(name, "index.html")
		}
		byKind[kind] = append(byKind[kind], pageChange{f, cmp.Or(name, "/"), diffAddress(f.Path)})
	}
	var all []group
	for _, k := range kinds {
		if len(byKind[k.kind]) > 0 {
			all = append(all, group{k.title, byKind[k.kind]})
		}
	}
	return all
}

// kindOf returns what tells the kind of a file.
func (c *changes) kindOf() func(string) string {
	milestones, series := c.folders()
	return func(name string) string {
		dir, base := path.Split(name)
		dir = strings.TrimSuffix(dir, "/")
		first, _, _ := strings.Cut(name, "/")
		switch {
		case first == "assets":
			return "asset"
		case path.Ext(base) != ".html":
			return "file"
		case name == "index.html":
			return "home"
		case fixedKinds[first] != "":
			return fixedKinds[first]
		case milestones[dir]:
			return "milestone"
		case series[dir]:
			return "series"
		}
		return "page"
	}
}

// folders are those of milestones, which have a manifest, and those of series.
func (c *changes) folders() (milestones, series map[string]bool) {
	milestones, series = map[string]bool{}, map[string]bool{}
	note := func(name string) {
		if path.Base(name) == manifestFile {
			milestones[path.Dir(name)], series[path.Dir(path.Dir(name))] = true, true
		}
	}
	for _, f := range c.site.Files() {
		note(f.Path)
	}
	for name := range c.public.sums {
		note(name)
	}
	for _, p := range c.site.Record.Lasting {
		if p.Kind == "series" {
			series[strings.TrimSuffix(p.Path, "/")] = true
		}
	}
	return milestones, series
}

// fixedKinds are kinds of pages by the first part of their path.
var fixedKinds = map[string]string{
	"products": "product", "families": "family", "images": "directory", "netboot": "netboot", "checks": "checks",
	"changes": "changes",
}
