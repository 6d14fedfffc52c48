package browser

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A working is a preview that runs, with the folder that it shows.
type working struct {
	browser context.Context
	home    string
	dir     string
}

// TestPreview works on a site as its owner does, with pages of it open.
func TestPreview(t *testing.T) {
	t.Parallel()
	browser := start(t)
	program, dir := demo(t)
	// What is published differs: it has one page of its own.
	published := filepath.Join(dir, "first")
	if err := os.CopyFS(published, os.DirFS(stagedSet(t, dir))); err != nil {
		t.Fatal(err)
	}
	change(t, filepath.Join(published, "index.html"), "sample", "simple")
	if err := os.Symlink("first", filepath.Join(dir, "public")); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join("data", "iso", "milestones", "resolute", "26.04.1.toml")
	change(t, filepath.Join(dir, first), `state = "testing"`, `state = "ready"`)
	w := working{browser, startPreview(t, program, dir), dir}
	t.Run("text", w.testText)
	t.Run("style", w.testStyle)
	t.Run("look", w.testLook)
	t.Run("mistake", w.testMistake)
	t.Run("config", w.testConfig)
}

// startPreview starts the program and returns the address that it prints.
func startPreview(t *testing.T, program, dir string) string {
	t.Helper()
	c := exec.Command(program, "preview", "--listen", "127.0.0.1:0")
	c.Dir, c.Stderr = dir, t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := c.Wait(); err != nil {
			t.Errorf("the preview ended with %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	home := ""
	for lines.Scan() {
		if m := regexp.MustCompile(`http://\S+`).FindString(lines.Text()); m != "" {
			home = m
		}
		if regexp.MustCompile(`^[0-9a-f]{12}  `).MatchString(lines.Text()) {
			go func() { // it goes on to tell, and would wait for a reader
				for lines.Scan() {
				}
			}()
			return home
		}
	}
	t.Fatalf("the preview printed no address or made no site: %v", lines.Err())
	return ""
}

// change replaces the first place of a text in a file.
func change(t *testing.T, name, old, now string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	put(t, name, strings.Replace(string(text), old, now, 1))
}

// put writes a file as editors do: aside, and then in its place.
func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name+"~", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+"~", name); err != nil {
		t.Fatal(err)
	}
}

// until waits for something to become true in a page.
func until(t *testing.T, b *tab, what string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		// While the page is loaded anew there is nothing to ask.
		script := `(() => { try { return !!(` + what + `) } catch { return false } })()`
		if yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script)); err == nil && yes {
			return
		}
	}
	t.Fatalf("it never became true that %s; the page has %s", what, evaluate[string](t, b, `JSON.stringify({y: scrollY, height: document.body.scrollHeight, state: document.readyState, title: document.title, bar: document.querySelector('shiplist-preview')?.shadowRoot.textContent})`))
}

const shadow = `document.querySelector('shiplist-preview').shadowRoot`

// testText: a page that changes is loaded again where it was read, and one that does
// not is left alone.
func (w working) testText(t *testing.T) {
	b := open(t, w.browser, w.home, "about/", way{768, "light", true})
	other := open(t, w.browser, w.home, "mirrors/", way{768, "light", true})
	evaluate[bool](t, other, `window.before = true`)
	long := strings.Repeat("One more paragraph.\n\n", 100)
	put(t, filepath.Join(w.dir, "content", "about.md"), "+++\ntitle = \"First\"\nmenu = \"About\"\n+++\n"+long)
	until(t, b, `document.querySelector('h1').textContent === 'First' && document.readyState === 'complete'`)
	evaluate[bool](t, b, `scrollTo({ top: 1200, behavior: 'instant' }); true`)
	put(t, filepath.Join(w.dir, "content", "about.md"), "+++\ntitle = \"Second\"\nmenu = \"About\"\n+++\n"+long)
	until(t, b, `document.querySelector('h1').textContent === 'Second' && document.readyState === 'complete' && scrollY === 1200`)
	digest := evaluate[string](t, b, shadow+`.querySelector('code').textContent`)
	until(t, other, shadow+`.querySelector('code').textContent === '`+digest+`'`)
	if !evaluate[bool](t, other, `window.before === true`) {
		t.Error("a page that did not change was loaded again")
	}
	for _, fault := range append(b.faults(), other.faults()...) {
		t.Error(fault)
	}
}

// testStyle: another style sheet comes without loading the page again.
func (w working) testStyle(t *testing.T) {
	css, err := os.ReadFile(filepath.Join(root, "layouts", "assets", "style.css"))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, w.browser, w.home, "mirrors/", way{768, "light", true})
	evaluate[bool](t, b, `window.before = true`)
	name := filepath.Join(w.dir, "layouts", "assets", "style.css")
	put(t, name, string(css)+"\n:root { --test: seven; }\n")
	until(t, b, `getComputedStyle(document.documentElement).getPropertyValue('--test') === 'seven'`)
	if !evaluate[bool](t, b, `window.before === true && document.querySelectorAll('link[rel=stylesheet]').length === 1`) {
		t.Error("the page was loaded again for another style sheet, or has two")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	until(t, b, `getComputedStyle(document.documentElement).getPropertyValue('--test') === ''`)
	for _, fault := range b.faults() {
		t.Error(fault)
	}
}

// testLook: what the preview adds to pages, and its own, keep the rules of any page.
func (w working) testLook(t *testing.T) {
	put(t, filepath.Join(w.dir, "content", "new.md"), "+++\ntitle = \"New\"\n+++\nA page.\n")
	b := open(t, w.browser, w.home, "_changes", way{1440, "light", true})
	until(t, b, `document.body.textContent.includes('new/')`)
	for _, p := range []page{
		{kind: "preview-page", path: "mirrors/"},
		{kind: "preview-changes", path: "_changes"},
		{kind: "preview-diff", path: "_changes/diff?page=resolute/26.04.1/"},
		{kind: "preview-diff-new", path: "_changes/diff?page=new/"},
	} {
		t.Run(p.kind, func(t *testing.T) { w.hold(t, p) })
	}
}

// hold looks at a page at both ends of the widths, and holds it to the rules of axe-core.
func (w working) hold(t *testing.T, p page) {
	b := open(t, w.browser, w.home, p.path, way{320, "light", true})
	for _, fault := range b.faults() { // before axe-core, whose own style these pages refuse
		t.Error(fault)
	}
	evaluate[bool](t, b, axe(t)+"\n;true")
	for _, way := range []way{{320, "light", true}, {320, "dark", true}, {1440, "light", true}, {1440, "dark", true}} {
		t.Run(way.String(), func(t *testing.T) {
			b.turn(t, way)
			b.hold(t, p, way, everyRule)
		})
	}
}

// testMistake: a mistake comes over every page, which stays what it was, and goes when
// it is mended.
func (w working) testMistake(t *testing.T) {
	name := filepath.Join(w.dir, "layouts", "pages", "404.html")
	b := open(t, w.browser, w.home, "mirrors/", way{768, "light", true})
	evaluate[bool](t, b, `window.before = true`)
	put(t, name, "{{define \"main\"}}\n<h1>{{.Titel}}</h1>{{end}}")
	until(t, b, shadow+`.querySelector('.panel').textContent.includes('layouts/pages/404.html:2:7')`)
	if !evaluate[bool](t, b, `window.before === true && `+shadow+`.querySelector('.panel').textContent.includes('Did you mean Title?')`) {
		t.Error("the page was loaded again, or the panel does not say what was meant")
	}
	w.hold(t, page{kind: "preview-mistake", path: "mirrors/"})
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	until(t, b, `!`+shadow+`.querySelector('.panel')`)
	for _, fault := range b.faults() {
		t.Error(fault)
	}
}

// testConfig: the configuration is taken anew, and a mistake in it is told.
func (w working) testConfig(t *testing.T) {
	name := filepath.Join(w.dir, "config.toml")
	b := open(t, w.browser, w.home, "mirrors/", way{768, "light", true})
	change(t, name, "title =", "titel =")
	until(t, b, shadow+`.querySelector('.panel').textContent.includes('config.toml:')`)
	change(t, name, "titel =", "title = \"Renamed\" #")
	until(t, b, `document.title.includes('Renamed') && !`+shadow+`.querySelector('.panel')`)
	for _, fault := range b.faults() {
		t.Error(fault)
	}
}
