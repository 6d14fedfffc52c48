package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rowsScript is what a reader sees of the long table of a page, and of the form over it.
const rowsScript = `(() => {
  const seen = (e) => e.getClientRects().length > 0;
  const table = document.querySelector("table[data-rows]");
  const rows = [...table.querySelectorAll("tbody tr:not(.group, .more)")].filter(seen);
  const text = (e) => (e ? e.textContent.trim() : "");
  return {
    names: rows.map((r) => r.querySelector("th[scope=row]").textContent.trim()),
    states: [...new Set(rows.map((r) => text(r.querySelector(".what .state"))))],
    sizes: rows.map((r) => Number((r.querySelector("td.size") || {dataset: {}}).dataset.k || 0)),
    families: [...table.querySelectorAll("tr.group, tbody th.family")].filter(seen).length,
    orphans: [...table.querySelectorAll("tr.more")].filter((m) => seen(m) && !seen(m.previousElementSibling)).length,
    said: text(document.querySelector(".filter output")),
    query: location.search,
    sorted: [...table.querySelectorAll("[aria-sort]")].map((h) => h.dataset.sort + " " + h.getAttribute("aria-sort")).join(),
    focus: document.activeElement.name || document.activeElement.className,
  };
})()`

// tableLook is what rowsScript returns.
type tableLook struct {
	Names, States []string
	Sizes         []int64
	Families      int
	Orphans       int // second lines of rows without their first
	Said, Query   string
	Sorted, Focus string
}

// filtered opens the page of a kind on a desk.
func (v visit) filtered(t *testing.T, kind, query string) *tab {
	t.Helper()
	for _, p := range v.pages {
		if p.kind == kind {
			return open(t, v.browser, v.home, p.path+query, way{1440, "light", true})
		}
	}
	t.Fatalf("the site has no page of kind %s", kind)
	return nil
}

func (b *tab) rows(t *testing.T) tableLook {
	t.Helper()
	return evaluate[tableLook](t, b, rowsScript)
}

// keys presses keys, where the focus is.
func (b *tab) keys(t *testing.T, keys string) {
	t.Helper()
	b.call(t, fmt.Sprintf("press %q", keys), func() error { return chromedp.Do(b.ctx, chromedp.KeyEvent(keys)) })
}

// focus sets the focus to an element, as tabbing to it does.
func (b *tab) focus(t *testing.T, selector string) {
	t.Helper()
	b.call(t, "focus "+selector, func() error { return chromedp.Do(b.ctx, chromedp.Focus(selector)) })
}

// eventually waits for what a key brings about, and fails when it does not come.
func (b *tab) eventually(t *testing.T, what string, holds func(tableLook) bool) tableLook {
	t.Helper()
	var got tableLook
	for range 50 {
		if got = b.rows(t); holds(got) {
			return got
		}
		evaluate[bool](t, b, `new Promise((done) => setTimeout(() => done(true), 20))`)
	}
	t.Fatalf("%s: the table is %+v", what, got)
	return got
}

// testFilter chooses and sorts rows of a manifest by keyboard, and comes back to it.
func (v visit) testFilter(t *testing.T) {
	b := v.filtered(t, "milestone", "")
	all := b.rows(t)
	if len(all.Names) < 8 || all.Families < 2 || all.Orphans > 0 || all.Said != fmt.Sprintf("%d products", len(all.Names)) {
		t.Fatalf("at first the table is %+v", all)
	}
	b.focus(t, `.filter [name="q"]`)
	b.keys(t, "subiquity arm64")
	some := b.eventually(t, "type words", func(l tableLook) bool { return l.Query == "?q=subiquity+arm64" })
	if len(some.Names) == 0 || len(some.Names) >= len(all.Names) || some.Orphans > 0 || !strings.HasPrefix(some.Said, fmt.Sprintf("%d of %d", len(some.Names), len(all.Names))) {
		t.Errorf("with words the table is %+v", some)
	}
	for _, name := range some.Names {
		if !strings.Contains(name, "Subiquity") || !strings.Contains(name, "arm64") {
			t.Errorf("%q is shown", name)
		}
	}
	b.focus(t, `.filter [name="state"]`)
	b.keys(t, "rea") // as people choose in a list: by its first letters
	chosen := b.eventually(t, "choose a state", func(l tableLook) bool { return strings.Contains(l.Query, "state=ready") })
	if strings.Join(chosen.States, "") != "ready" || len(chosen.Names) > len(some.Names) {
		t.Errorf("with a state the table is %+v", chosen)
	}
	b.call(t, "reload", func() error { return chromedp.Do(b.ctx, chromedp.Reload()) })
	b.eventually(t, "reload", func(l tableLook) bool { return l.Said == chosen.Said && len(l.Names) == len(chosen.Names) })
	b.call(t, "go back", func() error { return chromedp.Do(b.ctx, chromedp.NavigateBack()) })
	b.eventually(t, "go back", func(l tableLook) bool { return l.Query == some.Query && len(l.Names) == len(some.Names) })
	b.focus(t, `.filter [type="reset"]`)
	b.keys(t, kb.Enter)
	b.eventually(t, "show all", func(l tableLook) bool { return l.Query == "" && len(l.Names) == len(all.Names) })
	for _, fault := range b.faults() {
		t.Error(fault)
	}
}

// testSort sorts by the head of a column, with one key, and back.
func (v visit) testSort(t *testing.T) {
	b := v.filtered(t, "milestone", "")
	all := b.rows(t)
	b.focus(t, `th[data-sort="size"] button`)
	b.keys(t, kb.Enter)
	largest := b.eventually(t, "sort", func(l tableLook) bool { return l.Query == "?sort=-size" })
	if largest.Sorted != "size descending" || largest.Families != 0 || len(largest.Names) != len(all.Names) || largest.Orphans > 0 || largest.Focus != "sort" {
		t.Errorf("sorted by size the table is %+v", largest)
	}
	for i, n := range largest.Sizes[1:] {
		if n > largest.Sizes[i] {
			t.Errorf("size %d comes after %d", n, largest.Sizes[i])
		}
	}
	b.keys(t, kb.Enter)
	b.eventually(t, "turn round", func(l tableLook) bool { return l.Sorted == "size ascending" && l.Sizes[0] > 0 })
	b.keys(t, kb.Enter)
	again := b.eventually(t, "sort no more", func(l tableLook) bool { return l.Query == "" })
	if strings.Join(again.Names, ",") != strings.Join(all.Names, ",") || again.Families != all.Families {
		t.Errorf("sorted no more the table is %+v", again)
	}
}

// testFilterAddress opens addresses that somebody sent, one with choices that are none.
func (v visit) testFilterAddress(t *testing.T) {
	b := v.filtered(t, "milestone", "?state=not+ready&sort=state")
	got := b.rows(t)
	if len(got.Names) == 0 || strings.Contains(strings.Join(got.States, ","), "ready,") || got.Sorted != "state ascending" {
		t.Errorf("the table is %+v", got)
	}
	b = v.filtered(t, "milestone", "?state=%3Cscript%3E&sort=zz&family=&untested=0&q=")
	if got := b.rows(t); len(got.Names) == 0 || got.Sorted != "" {
		t.Errorf("with choices that are none the table is %+v", got)
	}
	for _, fault := range b.faults() {
		t.Error(fault)
	}
}

// testMatrixFilter shows one family of a matrix; its name stays beside the first row.
func (v visit) testMatrixFilter(t *testing.T) {
	all := v.filtered(t, "series", "").rows(t)
	got := v.filtered(t, "series", "?q="+strings.ReplaceAll(all.Names[len(all.Names)-1], " ", "+")).rows(t)
	if len(got.Names) != 1 || got.Families != 1 {
		t.Errorf("the matrix is %+v, want one row with its family", got)
	}
}

// testHash follows links to a row that the choice of rows hides, and one that is no link.
func (v visit) testHash(t *testing.T) {
	all := v.filtered(t, "milestone", "").rows(t)
	const ready = "?state=ready"
	b := v.filtered(t, "milestone", ready)
	row := evaluate[string](t, b, `document.querySelector("table[data-rows] tbody tr[hidden][id]:not(.group)").id`)
	if seen := b.rows(t); len(seen.Names) == 0 || len(seen.Names) >= len(all.Names) {
		t.Fatalf("with a state the table is %+v", seen)
	}
	inSight := func(b *tab) bool {
		return evaluate[bool](t, b, `(() => {
			const box = document.getElementById(decodeURIComponent(location.hash.slice(1))).getBoundingClientRect();
			return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
		})()`)
	}
	evaluate[bool](t, b, `location.hash = "`+row+`", true`)
	b.eventually(t, "follow a link to a hidden row", func(l tableLook) bool { return len(l.Names) == len(all.Names) && inSight(b) })

	sent := v.filtered(t, "milestone", ready+"#"+row)
	sent.eventually(t, "open the address of a hidden row", func(l tableLook) bool {
		return len(l.Names) == len(all.Names) && l.Query == "" && inSight(sent)
	})
	kept := v.filtered(t, "milestone", ready+"#rows")
	if got := kept.rows(t); got.Query != ready || len(got.Names) >= len(all.Names) {
		t.Errorf("with a hash that leads to no row the table is %+v", got)
	}
	odd := v.filtered(t, "milestone", ready+"#%")
	evaluate[bool](t, odd, `location.hash = "#%E0%A4%A", true`)
	if got := odd.rows(t); len(got.Names) == 0 || got.Query != ready {
		t.Errorf("with a hash that is none the table is %+v", got)
	}
	for _, one := range []*tab{b, sent, kept, odd} {
		for _, fault := range one.faults() {
			t.Error(fault)
		}
	}
}
