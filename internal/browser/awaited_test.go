package browser

import (
	"path/filepath"
	"testing"
)

// TestAwaited looks at the page of a release of which nothing is out yet: the demo has
// none, as 26.04 is out before 26.04.1.
func TestAwaited(t *testing.T) {
	t.Parallel()
	browser, rules := start(t), axe(t)
	program, dir := demo(t)
	change(t, filepath.Join(dir, "data", "iso", "milestones", "resolute", "final.toml"), `status = "released"`, `status = "testing"`)
	command(t, dir, program, "generate", "--staged", "awaited/staged")
	v := visit{browser: browser, home: serve(t, stagedSet(t, filepath.Join(dir, "awaited")))}
	p := page{kind: "directory-awaited", path: "images/full/kubuntu/releases/resolute/release/"}
	b := open(t, v.browser, v.home, p.path, way{320, "light", true})
	const notice = `[...document.querySelectorAll('main strong')].some(e => e.textContent.includes('is not out yet') && e.getBoundingClientRect().height > 0)`
	if !evaluate[bool](t, b, notice) {
		t.Error("it does not say that the release is not out yet")
	}
	v.check(t, p, true, rules)
	v.check(t, p, false, rules)
}
