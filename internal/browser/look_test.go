package browser

import (
	"cmp"
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
	Cut, Over   []string // text of which a part is cut off, or under other text
	Wordless    []string // marks of a state that have no word
	Chrome      int      // elements that are of use on a screen alone: menus, filters, buttons to copy
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
	t.Parallel()
	v := visit{browser: start(t)}
	dir, demo := site(t)
	v.home, v.pages = serve(t, dir), pages(t, dir)
	if demo {
		complete(t, v.pages)
	}
	t.Run("pages", v.testPages)
	t.Run("markup", func(t *testing.T) { testMarkup(t, dir) })
	t.Run("filter", v.testFilter)
	t.Run("sort", v.testSort)
	t.Run("address", v.testFilterAddress)
	t.Run("matrix", v.testMatrixFilter)
	t.Run("hash", v.testHash)
	if out := os.Getenv("SHIPLIST_SCREENSHOTS"); out != "" {
		v.dayPictures(t, out)
	}
}

// testPages looks at them in every way.
func (v visit) testPages(t *testing.T) {
	rules := axe(t)
	for _, p := range v.pages {
		t.Run(p.kind, func(t *testing.T) {
			t.Parallel()
			with := v.check(t, p, true, rules)
			without := v.check(t, p, false, rules)
			// Nothing is there only with JavaScript, or only without it.
			if with.Rows != without.Rows || with.Links != without.Links {
				t.Errorf("with JavaScript %d rows and %d links can be seen, without it %d and %d", with.Rows, with.Links, without.Rows, without.Links)
			}
		})
	}
}

// widths are those of a phone, a tablet and a desk.
var widths = []int64{320, 768, 1440}

// check loads a page once, and looks at it at every width, light and dark. It returns
// what is seen on a desk.
//
// Where the boxes are does not depend on the colours, so when it is dark only the
// contrast is looked at; and colours do not depend on scripts, so that needs them only
// once.
func (v visit) check(t *testing.T, p page, scripts bool, rules string) look {
	t.Helper()
	b := open(t, v.browser, v.home, p.path, way{1440, "light", scripts})
	// What the page did not run when it was loaded stays undone; axe-core can run then.
	b.turn(t, way{1440, "light", true})
	evaluate[bool](t, b, rules+"\n;true")
	var l look
	for _, width := range widths {
		w := way{width, "light", scripts}
		t.Run(w.String(), func(t *testing.T) {
			b.turn(t, way{width, "light", true})
			l = b.hold(t, p, w, cmp.Or(p.rules, everyRule))
		})
		if w.scheme = "dark"; scripts {
			t.Run(w.String(), func(t *testing.T) {
				b.turn(t, w)
				b.hold(t, p, w, contrastRule)
			})
		}
	}
	if scripts {
		t.Run("print", func(t *testing.T) { b.testPrint(t) })
	}
	for _, fault := range b.faults() {
		t.Error(fault)
	}
	return l
}

// hold holds a page as it is shown to what it owes its reader, and to rules of axe-core.
func (b *tab) hold(t *testing.T, p page, w way, options string) look {
	t.Helper()
	l := evaluate[look](t, b, lookScript)
	for _, fault := range l.faults() {
		t.Error(fault)
	}
	keep(t, b, p, w, l.Height)
	for _, broken := range evaluate[[]violation](t, b, axeScript+"("+options+")") {
		t.Error(broken)
	}
	return l
}

// What axe-core is asked for.
const (
	everyRule    = `{ resultTypes: ["violations"] }`
	contrastRule = `{ resultTypes: ["violations"], runOnly: ["color-contrast"] }`
)

// axe is the program of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	rules, err := os.ReadFile(filepath.Join("node", "node_modules", "axe-core", "axe.min.js"))
	if errors.Is(err, fs.ErrNotExist) {
		testenv.Missing(t, "axe-core is not installed (npm ci --prefix internal/browser/node)")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(rules)
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
	return append(append(faults, l.Hidden...), l.textFaults()...)
}

// textFaults says which text cannot be read.
func (l look) textFaults() []string {
	var faults []string
	for _, text := range l.Cut {
		faults = append(faults, "text is cut off: "+text)
	}
	for _, text := range l.Over {
		faults = append(faults, "text is over text: "+text)
	}
	for _, mark := range l.Wordless {
		faults = append(faults, "a mark of a state without a word: "+mark)
	}
	return faults
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
