package generator

import (
	"fmt"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"
)

// textPage is a page written in Markdown.
type textPage struct {
	Page
	Body     html
	Contents []Link // its headings, where there are several
}

// contentsFrom is from how many headings on a text has a list of them.
const contentsFrom = 4

func (s *site) arrangeText(d document) (textPage, error) {
	p := textPage{Page: s.newPage(d.pagePath(), d.Title, d.Description, s.above(d)...)}
	p.Edit = s.editAddress(d.name)
	var err error
	if p.Body, err = s.text.html(d.body, p.Root); err != nil {
		return p, fmt.Errorf("content/%s: %w", d.name, err)
	}
	if list := headings(s.text.parse(d.body), d.body); len(list) >= contentsFrom {
		p.Contents = list
	}
	return p, nil
}

// above are the texts of the directories in which a text lies: help/index.md for
// help/install.md.
func (s *site) above(d document) []menuItem {
	var items []menuItem
	for dir := path.Dir(strings.TrimSuffix(d.pagePath(), "/")); dir != "."; dir = path.Dir(dir) {
		for _, other := range s.texts.pages {
			if other.pagePath() == dir+"/" {
				items = append([]menuItem{{other.Title, dir + "/"}}, items...)
			}
		}
	}
	return items
}

// editAddress is where a text can be edited; empty where it cannot.
func (s *site) editAddress(name string) string {
	if !slices.Contains(s.editable, name) {
		return ""
	}
	return fileURL(s.config.Edit, name)
}

// lostPage is shown by servers at addresses that are not there. It may stand at
// any address, so nothing on it is relative to that: its style is inside, and its links
// begin at the root of the server, where the configuration says on which path the
// site is; else it has none.
type lostPage struct {
	Page
	Inline template.CSS
	Advice html
	Places html // with links; empty where nobody knows on which path the site is
}

func (s *site) arrangeLost() lostPage {
	p := lostPage{Page: s.newPage("404.html", "Not found", "There is no page at this address.")}
	p.Inline = inlineStyle(s.assets.css)
	p.Style, p.Script, p.Icon, p.Logo = "", "", "", ""
	p.Canonical, p.Crumbs, p.Here, p.Menu, p.Foot = "", nil, "", nil, nil
	p.Advice = s.part("not-found", "./")
	base, bad := url.Parse(webURL(s.config.BaseURL))
	if bad != nil || base.Host == "" {
		return p
	}
	p.Root = strings.TrimRight(base.EscapedPath(), "/") + "/"
	p.Icon, p.Logo = p.asset(s.assets.icon), p.asset(s.assets.logo)
	p.Menu, p.Foot = p.links(s.menu), p.links(s.foot)
	p.Places = s.part("not-found-places", p.Root)
	return p
}
