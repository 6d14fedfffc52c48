package generator

import (
	"slices"
	"strings"
	"time"
)

// Rule of this file: what stands around the content of every page. Addresses are
// relative to the page, but for the canonical one.

// Page is what every page has. Each page struct embeds it; all addresses in a
// page struct are relative to the page already.
type Page struct {
	Title        string // of the page, for its h1
	Site         string // title of the site
	Distribution string
	Description  string // one sentence, for search engines and for previews of links
	Notice       string // shown on every page, such as "Sample data"
	// Root is the way to the site's root: "../../". It is empty in what lies outside of
	// the site and does not know where that is: then there are no links to it.
	Root   string
	Style  string
	Script string // empty when there is none
	Icon   string // the small picture of browsers; empty when there is none
	Logo   string // empty when there is none
	// Canonical is the full address of the page; empty when the configuration does not
	// say where the site will be.
	Canonical string
	Edit      string // where the text of the page can be edited; empty for none
	Feeds     []Link // of what changes on what the page is about, for programs that follow them
	Also      []Link // the same facts in other forms
	Menu      []Link
	Foot      []Link // texts that are not in the menu
	Crumbs    []Link // from the home page down, without the page itself
	Here      string // the page itself at the end of the crumbs; empty on the home page
	AsOf      time.Time
	Sources   []sourceView // those that the page rests on
	Stale     []sourceView // of them, those whose last answer is old or failed
	Ages      []ageView    // how old they are, in few words
	// path is where the page lies, for addresses made while it is arranged.
	path string
}

// Link is a place to go to. An empty Href is shown as plain text.
type Link struct {
	Text    string
	Href    string
	Current bool
}

// newPage fills what every page has. Crumbs are pairs of title and page path.
func (s *site) newPage(path, title, description string, crumbs ...menuItem) Page {
	p := Page{
		Title: title, Site: s.config.Title, Distribution: s.config.Distribution, Description: description,
		Notice: s.config.Notice, Root: rootOf(path), AsOf: s.picture.AsOf, path: path,
	}
	p.Canonical = fullAddress(s.config.BaseURL, path)
	p.Style, p.Script = p.asset(s.assets.style), p.asset(s.assets.script)
	p.Icon, p.Logo = p.asset(s.assets.icon), p.asset(s.assets.logo)
	p.Menu, p.Foot = p.links(s.menu), p.links(s.foot)
	if path != "" {
		p.Crumbs = append(p.Crumbs, Link{Text: "Releases", Href: p.to("")})
		p.Here = title
	}
	for _, c := range crumbs {
		p.Crumbs = append(p.Crumbs, Link{Text: c.title, Href: p.to(c.path)})
	}
	return p
}

// to is the address of another page of the site as seen from this one.
func (p *Page) to(target string) string {
	if p.Root == "" {
		return ""
	}
	return href(p.Root, target)
}

// near is the same by the shortest way: for pages with many links to others beside them.
func (p *Page) near(target string) string {
	common := 0
	for i := range min(len(p.path), len(target)) {
		if p.path[i] != target[i] {
			break
		}
		if p.path[i] == '/' {
			common = i + 1
		}
	}
	return href(rootOf(p.path[common:]), target[common:])
}

// asset is the address of a file that pages may have or not.
func (p *Page) asset(target string) string {
	if target == "" {
		return ""
	}
	return p.to(target)
}

// links are the places of a menu, with a mark at the one where the page is.
func (p *Page) links(items []menuItem) []Link {
	var links []Link
	for _, m := range items {
		here := m.path == p.path || m.path != "" && strings.HasPrefix(p.path, m.path)
		links = append(links, Link{Text: m.title, Href: p.to(m.path), Current: here})
	}
	return links
}

// fullAddress is the address of a page path where the site will be; empty when
// nobody said where.
func fullAddress(base, path string) string {
	base = webURL(base)
	if base == "" {
		return ""
	}
	return href(strings.TrimRight(base, "/")+"/", path)
}

// rest names the sources that the page rests on; without names all of them.
func (s *site) rest(p *Page, names ...string) {
	for i := range s.picture.Sources {
		src := &s.picture.Sources[i]
		if len(names) > 0 && !slices.Contains(names, src.Name) {
			continue
		}
		v := viewSource(src)
		p.Sources = append(p.Sources, v)
		if v.Trouble != "" {
			p.Stale = append(p.Stale, v)
		}
		p.addAge(v)
	}
}

// ageView is when sources of one kind last gave a good answer: those that did in the
// same minute together.
type ageView struct {
	Kind    string // "tracker"
	Sources []Link
	Success time.Time
	Trouble bool
}

func (p *Page) addAge(v sourceView) {
	name := Link{Text: v.Name, Href: v.Href}
	for i := range p.Ages {
		a := &p.Ages[i]
		if a.Kind == v.Kind && a.Trouble == (v.Trouble != "") && moment(a.Success) == moment(v.Success) {
			a.Sources = append(a.Sources, name)
			return
		}
	}
	p.Ages = append(p.Ages, ageView{v.Kind, []Link{name}, v.Success, v.Trouble != ""})
}
