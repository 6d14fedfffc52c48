package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

var (
	//go:embed look.js
	lookScript string
	//go:embed axe.js
	axeScript string
)

// look is what a reader meets on a page.
type look struct {
	Title, Lang string
	Headings    []string // the h1 that can be seen
	ScrollWidth int
	ClientWidth int
	Height      int64
	Wide        []string // elements that stick out to the right
	Hidden      []string // tables that cannot be seen whole
	Rows, Links int      // that can be seen in the main part
}

// violation is a rule of axe-core that a page breaks.
type violation struct {
	Rule, Impact, Help string
	Places             []string
	Count              int
}

// A visit is a site that is served, open in a browser.
type visit struct {
	browser context.Context
	home    string
	pages   []page
}

// TestSite looks at one page of every kind.
func TestSite(t *testing.T) {
	v := visit{browser: start(t)}
	dir, demo := site(t)
	v.home, v.pages = serve(t, dir), pages(t, dir)
	if demo {
		complete(t, v.pages)
	}
	t.Run("pages", v.testPages)
	t.Run("accessibility", v.testAccessibility)
	t.Run("filter", v.testFilter)
	t.Run("sort", v.testSort)
	t.Run("address", v.testFilterAddress)
	t.Run("matrix", v.testMatrixFilter)
	if out := os.Getenv("SHIPLIST_SCREENSHOTS"); out != "" {
		v.readmePicture(t, out)
		v.dayPictures(t, out)
	}
}

// testPages looks at them in every way.
func (v visit) testPages(t *testing.T) {
	for _, p := range v.pages {
		t.Run(p.kind, func(t *testing.T) {
			t.Parallel()
			for _, w := range ways() {
				t.Run(w.String(), func(t *testing.T) { v.check(t, p, w) })
			}
			t.Run("same-without-script", func(t *testing.T) { v.same(t, p) })
		})
	}
}

// testAccessibility holds them to the rules of axe-core, in both colour schemes and
// at both ends of the widths.
func (v visit) testAccessibility(t *testing.T) {
	rules := axe(t)
	for _, p := range v.pages {
		t.Run(p.kind, func(t *testing.T) {
			t.Parallel()
			for _, w := range ways() {
				if !w.scripts || w.width != 320 && w.width != 1440 {
					continue
				}
				t.Run(w.String(), func(t *testing.T) {
					for _, broken := range violations(t, open(t, v.browser, v.home, p.path, w), rules) {
						t.Error(broken)
					}
				})
			}
		})
	}
}

// axe is the program of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	rules, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	if errors.Is(err, fs.ErrNotExist) {
		testenv.Missing(t, "axe-core is not installed (npm install --no-save --no-package-lock axe-core)")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(rules)
}

// violations runs the rules on a page that is open.
func violations(t *testing.T, b *tab, rules string) []violation {
	t.Helper()
	evaluate[bool](t, b, rules+"\n;true")
	return evaluate[[]violation](t, b, axeScript)
}

func (v violation) String() string {
	return fmt.Sprintf("%s: %s (%s), %d times:\n  %s", v.Rule, v.Help, v.Impact, v.Count, strings.Join(v.Places, "\n  "))
}

// complete fails for kinds of pages that the demo's site does not have.
func complete(t *testing.T, all []page) {
	t.Helper()
	for _, kind := range kinds {
		if !slices.ContainsFunc(all, func(p page) bool { return p.kind == kind }) {
			t.Errorf("the site has no page of kind %s", kind)
		}
	}
}

// ways are those in which a page is looked at. Scripts and colours have nothing to
// do with each other, so they are not crossed.
func ways() []way {
	var all []way
	for _, width := range []int64{320, 768, 1280, 1440} {
		all = append(all, way{width, "light", true}, way{width, "light", false}, way{width, "dark", true})
	}
	return all
}

// check looks at a page in one way.
func (v visit) check(t *testing.T, p page, w way) {
	b := open(t, v.browser, v.home, p.path, w)
	l := evaluate[look](t, b, lookScript)
	for _, fault := range append(l.faults(), b.faults()...) {
		t.Error(fault)
	}
	keep(t, b, p, w, l.Height)
}

// faults says what is wrong with what a reader meets.
func (l look) faults() []string {
	var faults []string
	if l.Title == "" || l.Lang == "" {
		faults = append(faults, fmt.Sprintf("title %q and language %q should both be given", l.Title, l.Lang))
	}
	if len(l.Headings) != 1 || l.Headings[0] == "" {
		faults = append(faults, fmt.Sprintf("there should be one h1, there are %q", l.Headings))
	}
	if l.ScrollWidth > l.ClientWidth || len(l.Wide) > 0 {
		faults = append(faults, fmt.Sprintf("the page is %d px wide on a screen of %d px; what sticks out: %s", l.ScrollWidth, l.ClientWidth, strings.Join(l.Wide, ", ")))
	}
	return append(faults, l.Hidden...)
}

// same fails when a page shows less without JavaScript than with it, or more.
func (v visit) same(t *testing.T, p page) {
	w := way{1440, "light", true}
	with := evaluate[look](t, open(t, v.browser, v.home, p.path, w), lookScript)
	w.scripts = false
	without := evaluate[look](t, open(t, v.browser, v.home, p.path, w), lookScript)
	if with.Rows != without.Rows || with.Links != without.Links {
		t.Errorf("with JavaScript %d rows and %d links can be seen, without it %d and %d", with.Rows, with.Links, without.Rows, without.Links)
	}
}

// tallest bounds pictures: a long page is cut there.
const tallest = 4000

// keep writes the pictures for people to look at, where somebody asked for them.
func keep(t *testing.T, b *tab, p page, w way, height int64) {
	t.Helper()
	dir := os.Getenv("SHIPLIST_SCREENSHOTS")
	if dir == "" || !w.scripts {
		return
	}
	save(t, dir, fmt.Sprintf("%s-%d-%s.png", p.kind, w.width, w.scheme), b.picture(t, w.width, min(height, tallest), 1))
}

// readmePicture takes the picture that the README shows: the milestone's answer, what
// blocks it and its first rows, small enough to be kept with the source.
func (v visit) readmePicture(t *testing.T, out string) {
	t.Helper()
	for _, p := range v.pages {
		if p.kind == "milestone" {
			b := open(t, v.browser, v.home, p.path, way{1280, "light", true})
			save(t, out, "readme.png", b.picture(t, 1280, 1620, 0.7))
		}
	}
}

// dayPictures takes pictures of the manifest at the end of a release day, which has a past
// to show.
func (v visit) dayPictures(t *testing.T, out string) {
	t.Helper()
	work := t.TempDir()
	command(t, root, testenv.Program(t, "go"), "run", "./cmd/shiplist", "demo", "--replay", "--once", "--keep", filepath.Join(work, "day"))
	home := serve(t, filepath.Join(work, "day", "public"))
	for _, scheme := range []string{"light", "dark"} {
		b := open(t, v.browser, home, "resolute/26.04.1/", way{1440, scheme, true})
		save(t, out, "day-1440-"+scheme+".png", b.picture(t, 1440, 2400, 1))
	}
}

func save(t *testing.T, dir, name string, picture []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
