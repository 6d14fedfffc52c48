package generator

import (
	"fmt"
	"html/template"
)

// textPage is a page written in Markdown.
type textPage struct {
	Page
	Body html
}

func (s *site) arrangeText(d document) (textPage, error) {
	p := textPage{Page: s.newPage(d.pagePath(), d.Title, d.Description)}
	var err error
	if p.Body, err = s.text.html(d.body, p.Root); err != nil {
		return p, fmt.Errorf("content/%s: %w", d.name, err)
	}
	return p, nil
}

// lostPage is shown by servers at addresses that are not there. It may stand at
// any address, so nothing on it is relative: its style is inside, and its only
// link goes to where the site is said to be.
type lostPage struct {
	Page
	Inline template.CSS
	Home   string // empty when the configuration does not say where the site is
}

func (s *site) arrangeLost() (lostPage, error) {
	p := lostPage{Page: s.newPage("404.html", "Not found", "There is no page at this address.")}
	p.Menu, p.Crumbs, p.Style, p.Script, p.Logo = nil, nil, "", "", ""
	p.Inline, p.Home = inlineStyle(s.assets.css), webURL(s.config.BaseURL)
	return p, nil
}
