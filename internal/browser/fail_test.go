package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaultsAreSeen shows that every check can fail: each page has one thing wrong
// with it, and is looked at like a page of the site.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	table := `<table><tr><td style="min-width:900px">wide</td></tr></table>`
	tests := []struct{ name, body, want string }{
		{"fine", `<h1>fine</h1><div style="overflow-x:auto" tabindex="0">` + table + `</div>`, ""},
		{"no-heading", `<p>text</p>`, "there should be one h1"},
		{"wide", `<h1>wide</h1><pre class="long" style="width:900px">x</pre>`, "what sticks out: pre.long"},
		{"cut", `<h1>cut</h1><div style="overflow:hidden">` + table + `</div>`, "table is cut by div"},
		{"over", `<h1>over</h1><div style="width:100px">` + table + `</div>`, "table sticks out of div"},
		{"no-key", `<h1>no key</h1><div style="overflow-x:auto">` + table + `</div>`, "which no key reaches"},
		{"throws", `<h1>throws</h1><script>throw new Error("broken")</script>`, "exception: Uncaught Error: broken"},
		{"complains", `<h1>complains</h1><script>console.error("broken")</script>`, "console.error was called"},
		{"warns", `<h1>warns</h1><script>console.warn("odd")</script>`, "console.warning was called"},
		{"cut-text", `<h1>cut</h1><p style="overflow:hidden;white-space:nowrap;width:60px">much more than fits</p>`, "text is cut off: p"},
		{"over-text", `<h1>over</h1><p style="margin:0">below</p><p style="margin:-1em 0 0">above</p>`, "text is over text: p"},
		{"wordless", `<h1>mark</h1><p><svg class="mark" width="9" height="9"></svg></p>`, "a mark of a state without a word"},
		{"missing", `<h1>missing</h1><img src="absent.png" alt="">`, "absent.png answers 404"},
		{"absolute", `<h1>absolute</h1><img src="/style.png" alt="">`, "outside the site's own path"},
		{"foreign", `<h1>foreign</h1><img src="http://127.0.0.1:9/x.png" alt="">`, "request to another host"},
	}
	dir := t.TempDir()
	for _, tt := range tests {
		html := "<!doctype html><html lang=en><title>t</title><link rel=icon href=\"data:,\"><body>" + tt.body
		if err := os.WriteFile(filepath.Join(dir, tt.name+".html"), []byte(html), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	browser, home := start(t), serve(t, dir)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := open(t, browser, home, tt.name+".html", way{320, "light", true})
			faults := append(evaluate[look](t, b, lookScript).faults(), b.faults()...)
			got := strings.Join(faults, "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("faults are %q, want %q among them", got, tt.want)
			}
		})
	}
}
