package generator

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// site is everything that pages are arranged from. It is complete before the
// first page is rendered and only read from then on.
type site struct {
	config   config.Site
	rules    *release.Rules
	commands config.Commands
	moved    []config.Moved
	picture  *release.Picture
	layouts  *layouts
	texts    *texts
	// editable are the names of the texts that have a link to edit them.
	editable []string
	notes    sanitizer
	text     markdown
	assets   assets
	menu     []menuItem
	foot     []menuItem // at the foot of every page
	// seriesDirs are the names of the series' directories, by slug.
	seriesDirs map[string]string
	bootMenu   *bootMenu // of boot loaders
	holdings
	keys  subjectKeys
	found []*found
	// products are by slug, families the paths of their pages by title.
	products map[string]*release.ProductLine
	families map[string]string
	// again says that another site will be made, which wants to know of what this was;
	// before is the one before this, nil for none.
	again  bool
	before *site
	// log is the change log as far as it was read, oldest first, and logged how it was
	// read, nil where it was not; past and newsIndex are what was worked out of it.
	log    []release.Event
	logged *changeLog
	past   *release.Past
	newsIndex
	api apiFiles
}

type menuItem struct{ title, path string }

// assets are the files that pages link to, under names that tell their content.
type assets struct {
	style, script, icon, logo string // paths below the site; empty where there is none
	files                     map[string][]byte
	css                       []byte
}

// loadAssets reads the style sheet and the script from the layouts and the logo
// from where the configuration says.
func loadAssets(fsys fs.FS, c config.Site) (assets, error) {
	a := assets{files: map[string][]byte{}}
	css, err := fs.ReadFile(fsys, "assets/style.css")
	if err != nil {
		return a, fmt.Errorf("layouts: %w", err)
	}
	a.css = append(css, accent(c.Accent)...)
	a.style = a.put("style", ".css", a.css)
	script, err := fs.ReadFile(fsys, "assets/script.js")
	if err == nil {
		a.script = a.put("script", ".js", script)
	}
	if icon, err := fs.ReadFile(fsys, "assets/icon.svg"); err == nil {
		a.icon = a.put("icon", ".svg", icon)
	}
	if c.Logo == "" {
		return a, nil
	}
	logo, err := os.ReadFile(c.Logo)
	if err != nil {
		return a, fmt.Errorf("[site] logo: %w", err)
	}
	a.logo = a.put("logo", component(filepath.Ext(c.Logo)), logo)
	a.icon = a.logo
	return a, nil
}

func (a *assets) put(name, ext string, content []byte) string {
	p := "assets/" + name + "-" + digestOf(content)[:10] + strings.ReplaceAll(ext, "%2E", ".")
	a.files[p] = content
	return p
}

// colour is what may be an accent: a hex colour, a name, or a colour function.
var colour = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-zA-Z]+|[a-z]+\([0-9a-z.,%/ -]+\))$`)

// accent is the end of the style sheet that sets the owner's colour, lighter on
// dark ground.
func accent(c string) string {
	if !colour.MatchString(c) {
		return ""
	}
	return "\n:root { --accent: " + c + "; }\n" +
		"@media (prefers-color-scheme: dark) { :root { --accent: color-mix(in oklab, " + c + " 50%, white); } }\n"
}

// nameSeries gives every series its directory: its slug, with an id or a number
// behind it where the name is taken.
func (s *site) nameSeries() {
	taken := map[string]bool{}
	for _, name := range release.ReservedNames {
		// The series of images that tell none keeps its name: it is reserved for it.
		taken[name] = name != release.Other
	}
	for _, d := range s.texts.pages {
		first, _, _ := strings.Cut(d.pagePath(), "/")
		taken[first] = true
	}
	s.seriesDirs = make(map[string]string, len(s.picture.Lines))
	lines := slices.Clone(s.picture.Lines)
	for _, n := range s.picture.Netboot {
		if !slices.Contains(lines, n.Line) {
			lines = append(lines, n.Line) // known by its installers alone
		}
	}
	for _, l := range lines {
		name := component(l.Slug)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", component(l.Slug), n)
		}
		taken[name] = true
		s.seriesDirs[l.Slug] = name
	}
}

// buildMenu lists the places that every page leads to, above and below.
func (s *site) buildMenu() {
	s.menu = []menuItem{
		{"Releases", ""}, {"Changes", changesPath}, {"Images", "images/"}, {"Netboot", "netboot/"}, {"Archive", "archive/"}, {"Checks", "checks/"},
	}
	docs := slices.Clone(s.texts.pages)
	slices.SortStableFunc(docs, func(a, b document) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.name, b.name))
	})
	for _, d := range docs {
		if d.Menu != "" {
			s.menu = append(s.menu, menuItem{d.Menu, d.pagePath()})
		}
		if d.Foot != "" {
			s.foot = append(s.foot, menuItem{d.Foot, d.pagePath()})
		}
	}
}

func (s *site) seriesPath(l *release.Line) string { return s.seriesDirs[l.Slug] + "/" }

func (s *site) milestonePath(m *release.Manifest) string {
	return s.seriesPath(m.Line) + pagePath(m.Slug)
}

func productPath(p *release.ProductLine) string { return pagePath("products", p.Slug) }

func (s *site) netbootPath(l *release.Line) string { return "netboot/" + s.seriesPath(l) }

// familyPath is the page of a family; empty when it has none.
func (s *site) familyPath(title string) string { return s.families[title] }

// part is a text that a generated page shows; empty where content has none.
func (s *site) part(name, root string) template.HTML { return s.worded(name, root, nil) }

// worded is a text with a page's words; empty where content has none, or where it
// speaks of what the page does not have.
func (s *site) worded(name, root string, w words) template.HTML {
	if t := s.partNamed(name); t != nil {
		return t.fill(w, root)
	}
	return ""
}

// partNamed is a text of content/parts, nil for none.
func (s *site) partNamed(name string) *part {
	for _, t := range s.texts.ready {
		if t.name == name {
			return t
		}
	}
	return nil
}

// indexFile is the file of a page path.
func indexFile(p string) string {
	if p == "" || strings.HasSuffix(p, "/") {
		return path.Join(p, "index.html")
	}
	return p
}
