package browser

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestAwaited looks at pages that the demo does not have: of a release of which nothing is
// out yet, as 26.04 is out before 26.04.1, and of an address from which a page moved.
func TestAwaited(t *testing.T) {
	t.Parallel()
	browser, rules := start(t), axe(t)
	program, dir := demo(t)
	change(t, filepath.Join(dir, "data", "iso", "milestones", "resolute", "final.toml"), `status = "released"`, `status = "testing"`)
	config := filepath.Join(dir, "config.toml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(text, "\n[[moved]]\nfrom = \"/old/page/\"\nto = \"/netboot/\"\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, dir, program, "generate", "--staged", "awaited/staged")
	set := stagedSet(t, filepath.Join(dir, "awaited"))
	v := visit{browser: browser, home: serve(t, set)}
	t.Run("moved", func(t *testing.T) { v.testMoved(t, filepath.Join(set, "old"), rules) })
	p := page{kind: "directory-awaited", path: "images/full/kubuntu/releases/resolute/release/"}
	b := open(t, v.browser, v.home, p.path, way{320, "light", true})
	const notice = `[...document.querySelectorAll('main strong')].some(e => e.textContent.includes('is not out yet') && e.getBoundingClientRect().height > 0)`
	if !evaluate[bool](t, b, notice) {
		t.Error("it does not say that the release is not out yet")
	}
	v.check(t, p, true, rules)
	v.check(t, p, false, rules)
}

var refresh = regexp.MustCompile(`<meta http-equiv="refresh" [^>]*>`)

// testMoved looks at the page that stands where one moved from, as who sees it whose
// browser does not lead on. Where it leads is a matter of package generator.
func (v visit) testMoved(t *testing.T, old, rules string) {
	text, err := os.ReadFile(filepath.Join(old, "page", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	testMarkup(t, old)
	stays := refresh.ReplaceAll(text, nil)
	if len(stays) == len(text) {
		t.Error("it does not lead on")
	}
	if err := os.Mkdir(filepath.Join(old, "stays"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "stays", "index.html"), stays, 0o644); err != nil {
		t.Fatal(err)
	}
	p := page{kind: "moved", path: "old/stays/"}
	with, without := v.check(t, p, true, rules), v.check(t, p, false, rules)
	if with.Links != without.Links || with.Links == 0 {
		t.Errorf("with JavaScript %d links can be seen, without it %d", with.Links, without.Links)
	}
}
