package generator

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"

	xhtml "golang.org/x/net/html"
)

// void are the elements that have no end tag.
var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "source": true, "track": true, "wbr": true,
}

// checker looks at the pages of a site; the ids of a page are read once.
type checker struct {
	site map[string][]byte
	ids  map[string]map[string]bool
}

// checkPages tells what is wrong with any page of a site, and which addresses of its map
// are no pages of it.
func checkPages(site map[string][]byte) []string {
	c := checker{site, map[string]map[string]bool{}}
	problems := c.mapped()
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if strings.HasSuffix(name, ".html") {
			for _, p := range c.page(name) {
				problems = append(problems, name+": "+p)
			}
		}
	}
	return problems
}

// mapped tells which addresses of the site map are no pages.
func (c checker) mapped() []string {
	text, ok := c.site["sitemap.xml"]
	if !ok {
		return nil
	}
	var m sitemap
	if err := xml.Unmarshal(text, &m); err != nil || len(m.Pages) == 0 {
		return []string{fmt.Sprintf("sitemap.xml has %d addresses, error %v", len(m.Pages), err)}
	}
	var problems []string
	base := m.Pages[0].Address // that of the home page
	for _, p := range m.Pages {
		below, ok := strings.CutPrefix(p.Address, base)
		name, err := url.PathUnescape(below + "index.html")
		if !ok || err != nil || c.site[name] == nil {
			problems = append(problems, "sitemap.xml: there is no page at "+p.Address)
		}
	}
	return problems
}

// page tells what is wrong with a page whatever it says: tags that do not
// balance, ids that come twice or are named and are not there, not exactly one h1, more
// than one style sheet or script, links within the site that lead nowhere, and links
// that would break below another path.
func (c checker) page(name string) []string {
	problems := unbalanced(c.site[name])
	ids, headings := map[string]int{}, 0
	all := elements(c.site[name])
	for _, e := range all {
		if id := attribute(e, "id"); id != "" {
			ids[id]++
		}
		if e.DataAtom == atom.H1 {
			headings++
		}
		for _, to := range addresses(e) {
			problems = append(problems, c.deadLink(name, to)...)
		}
	}
	problems = append(problems, append(namesNothing(all, ids), loads(all)...)...)
	if headings != 1 {
		problems = append(problems, fmt.Sprintf("has %d h1", headings))
	}
	for id, n := range ids {
		if n > 1 {
			problems = append(problems, fmt.Sprintf("id %q comes %d times", id, n))
		}
	}
	return problems
}

// addresses are all those that an element names.
func addresses(e *xhtml.Node) []string {
	var all []string
	for _, key := range []string{"href", "src", "poster", "action", "data", "cite"} {
		if to := attribute(e, key); to != "" {
			all = append(all, to)
		}
	}
	for candidate := range strings.SplitSeq(attribute(e, "srcset"), ",") {
		if fields := strings.Fields(candidate); len(fields) > 0 {
			all = append(all, fields[0])
		}
	}
	return all
}

// namesNothing tells which ids elements of a page name that none of them has.
func namesNothing(all []*xhtml.Node, ids map[string]int) []string {
	var problems []string
	for _, e := range all {
		for _, key := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "for", "headers", "form", "list"} {
			for id := range strings.FieldsSeq(attribute(e, key)) {
				if ids[id] == 0 {
					problems = append(problems, fmt.Sprintf("%s of <%s> names %q, which is not there", key, e.Data, id))
				}
			}
		}
	}
	return problems
}

// asset is the address of one that never changes: its sum is in its name.
var asset = regexp.MustCompile(`(^|/)assets/[a-z]+-[0-9a-f]{10}\.(css|js|svg|png)$`)

// loads tells what a page asks for beyond one style sheet, at most one script and its
// icon, and which of these is not named after what is in it.
func loads(all []*xhtml.Node) []string {
	var problems []string
	count := map[string]int{}
	for _, e := range all {
		from, what := attribute(e, "src"), e.Data
		if e.DataAtom == atom.Link {
			from, what = attribute(e, "href"), attribute(e, "rel")
		}
		if from == "" || what == "canonical" || what == "alternate" || what == "icon" && from == "data:," {
			continue
		}
		if count[what]++; !asset.MatchString(from) {
			problems = append(problems, fmt.Sprintf("%s %q is no asset named after its content", what, from))
		}
	}
	for what, most := range map[string]int{"stylesheet": 1, "script": 1, "icon": 1} {
		if count[what] > most {
			problems = append(problems, fmt.Sprintf("loads %s %d times", what, count[what]))
		}
	}
	return problems
}

// unbalanced reads tags as they stand: a parser would mend them.
func unbalanced(page []byte) []string {
	var open, problems []string
	z := xhtml.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case xhtml.ErrorToken:
			if len(open) > 0 {
				problems = append(problems, "not closed: "+strings.Join(open, " "))
			}
			return problems
		case xhtml.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return append(problems, fmt.Sprintf("</%s> closes %v", name, open))
			}
			open = open[:len(open)-1]
		}
	}
}

func elements(page []byte) []*xhtml.Node {
	root, err := xhtml.Parse(bytes.NewReader(page))
	if err != nil {
		return nil
	}
	var all []*xhtml.Node
	for n := range root.Descendants() {
		if n.Type == xhtml.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attribute(e *xhtml.Node, key string) string {
	for _, a := range e.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// deadLink follows a link within the site, with its id.
func (c checker) deadLink(from, to string) []string {
	u, err := url.Parse(to)
	if err != nil {
		return []string{fmt.Sprintf("link %q: %v", to, err)}
	}
	if u.Scheme == "http" || u.Scheme == "https" || from == "404.html" && to == "data:," {
		return nil // the last is the icon of a page that may stand at any address
	}
	if u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		return []string{fmt.Sprintf("link %q is not relative", to)}
	}
	target := from
	if u.Path != "" {
		if target = path.Join(path.Dir(from), u.Path); strings.HasSuffix(u.Path, "/") || target == "." {
			target = path.Join(target, "index.html")
		}
	}
	page, ok := c.site[target]
	if !ok || strings.HasPrefix(target, "../") {
		return []string{fmt.Sprintf("link %q leads nowhere: no %s", to, target)}
	}
	if u.Fragment == "" {
		return nil
	}
	if c.ids[target] == nil {
		c.ids[target] = map[string]bool{}
		for _, e := range elements(page) {
			c.ids[target][attribute(e, "id")] = true
		}
	}
	if c.ids[target][u.Fragment] {
		return nil
	}
	return []string{fmt.Sprintf("link %q: no such id in %s", to, target)}
}

// TestPageFaultsAreSeen shows that each check can fail.
func TestPageFaultsAreSeen(t *testing.T) {
	t.Parallel()
	style := `<link rel="stylesheet" href="assets/style-0123456789.css">`
	for body, want := range map[string]string{
		`<p id="a"></p><a href="#a">fine</a>`:            "",
		`<a href="absent/">x</a>`:                        "leads nowhere: no absent/index.html",
		`<a href="#absent">x</a>`:                        "no such id in index.html",
		`<a href="/">x</a>`:                              "is not relative",
		`<p aria-labelledby="absent"></p>`:               `aria-labelledby of <p> names "absent"`,
		`<label for="absent">x</label>`:                  `for of <label> names "absent"`,
		`<img alt="" srcset="a.png 1x, b.png 2x">`:       "no b.png",
		`<script src="https://x.example/x.js"></script>`: "no asset named after its content",
		style:                          "loads stylesheet 2 times",
		`<p id="a"></p><p id="a"></p>`: "comes 2 times",
		`<p><b></p></b>`:               "closes",
	} {
		site := map[string][]byte{"assets/style-0123456789.css": nil, "index.html": []byte("<!doctype html><html><head>" + style + "</head><body><h1>x</h1>" + body + "</body></html>")}
		got := strings.Join(checkPages(site), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: problems %q, want %q among them", body, got, want)
		}
	}
	site := map[string][]byte{"sitemap.xml": []byte("<urlset><url><loc>https://x.example/</loc></url><url><loc>https://x.example/no/</loc></url></urlset>")}
	if got := strings.Join(checkPages(site), "\n"); !strings.Contains(got, "no page at https://x.example/no/") {
		t.Errorf("a map of pages that are not there: %q", got)
	}
}
