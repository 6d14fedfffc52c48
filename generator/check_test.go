package generator

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

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

// checkPages tells what is wrong with any page of a site.
func checkPages(site map[string][]byte) []string {
	c := checker{site, map[string]map[string]bool{}}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if strings.HasSuffix(name, ".html") {
			for _, p := range c.page(name) {
				problems = append(problems, name+": "+p)
			}
		}
	}
	return problems
}

// page tells what is wrong with a page whatever it says: tags that do not
// balance, ids that come twice, not exactly one h1, links within the site that lead
// nowhere, and links that would break below another path.
func (c checker) page(name string) []string {
	problems := unbalanced(c.site[name])
	ids, headings := map[string]int{}, 0
	for _, e := range elements(c.site[name]) {
		if id := attribute(e, "id"); id != "" {
			ids[id]++
		}
		if e.DataAtom == atom.H1 {
			headings++
		}
		for _, key := range []string{"href", "src"} {
			if to := attribute(e, key); to != "" {
				problems = append(problems, c.deadLink(name, to)...)
			}
		}
	}
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
	if u.Scheme == "http" || u.Scheme == "https" {
		return nil
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
