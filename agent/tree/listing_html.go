package tree

import (
	"bytes"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// link is an anchor in a container, with what stands between it and the next one.
type link struct {
	href, text, after string
	newline           bool // what stands after it has one
	row, column       int  // in a table
}

// cell is one td or th, with the exact figure that some servers put into an
// attribute.
type cell struct {
	text, order string
	head        bool
}

// container is a list, a preformatted text or a table: what a listing stands in.
// A page may have others, since a site's own header and footer surround it.
type container struct {
	tag    atom.Atom
	links  []link
	rows   [][]cell // table
	before string   // text before the first rule, or the first link, in a pre
	rule   bool     // there was an hr inside
	sort   bool     // a link to sort by a column
	parent bool     // a link upwards
	closed bool
}

// page is what matters of an HTML page.
type page struct {
	base       *url.URL
	limit      int
	titled     bool // a title or heading says that this is a listing
	plain      bool // nothing but what Go's file server writes
	containers []*container
	over       bool // more links than any directory may have
}

// titleForm is how title or heading of a listing begin.
var titleForm = regexp.MustCompile(`^\s*(Index of|Directory listing for) `)

// parseHTML reads the listing of a server in HTML. The page is taken apart without
// building a tree; its containers are then tried, the last first, as the listing
// follows the site's own header.
func parseHTML(base *url.URL, body []byte, limit int) (*listing, error) {
	p := scan(base, body, limit)
	if p.over {
		return nil, tooMany(limit)
	}
	for i := len(p.containers) - 1; i >= 0; i-- {
		c := p.containers[i]
		form, ok := p.form(c)
		if !ok {
			continue
		}
		if !c.closed {
			return nil, notListing("the page is cut off, its " + c.tag.String() + " has no end")
		}
		return p.read(c, form)
	}
	return nil, notListing("the page has no listing in it")
}

// form tells which server wrote a container, if any did.
func (p *page) form(c *container) (string, bool) {
	switch c.tag {
	case atom.Table:
		if c.column("name") >= 0 && (c.sort || c.column("size") >= 0 || c.column("modified") >= 0 || p.titled) {
			return "table", true
		}
	case atom.Pre:
		switch {
		case c.rule && strings.Contains(c.before, "Name"):
			return "apache-pre", true
		case p.titled && len(c.links) > 0 && c.links[0].href == "../":
			return "nginx", true
		case p.plain && len(p.containers) == 1:
			return "go", true
		}
	case atom.Ul:
		if p.titled || c.parent {
			return "ul", true
		}
	}
	return "", false
}

// read turns the links of a container into entries.
func (p *page) read(c *container, form string) (*listing, error) {
	l := &listing{form: form, entries: make([]entry, 0, len(c.links))}
	if form == "table" {
		return p.readTable(c, l), nil
	}
	for i, a := range c.links {
		name, dir, ok := addressName(p.base, a.href)
		// One line, one name: further links are the site's words about it, unless
		// the first was at the icon.
		inside := i > 0 && form != "ul" && !c.links[i-1].newline && c.links[i-1].href != a.href
		if !ok || inside {
			continue
		}
		e := entry{name: name, dir: dir, size: -1, maybeDir: form == "go" && !dir}
		if form != "ul" {
			e.readTail(a.after)
		}
		l.entries = append(l.entries, e)
	}
	return l, nil
}

// tailForm is what follows a name in preformatted text: date, time and size.
var tailForm = regexp.MustCompile(
	`^\s*(\d{4}-\d\d-\d\d \d\d:\d\d|\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d)?\s+(\d+(?:\.\d+)?[KMGTPE]?)(?:\s|$)`)

func (e *entry) readTail(tail string) {
	m := tailForm.FindStringSubmatch(tail)
	if m == nil {
		e.stamp = strings.TrimSpace(tail)
		return
	}
	e.stamp = m[1]
	e.setSize(m[2])
}

func (e *entry) setSize(text string) {
	if size, exact, step, ok := parseSize(text); ok && !e.dir {
		e.size, e.exact, e.step = size, exact, step
	}
}

// readTable reads the rows of a table by the columns that its head names.
func (p *page) readTable(c *container, l *listing) *listing {
	names, sizes, dates := c.column("name"), c.column("size"), c.column("modified")
	for _, a := range c.links {
		name, dir, ok := addressName(p.base, a.href)
		if !ok || a.row < 0 || a.column != names {
			continue
		}
		e := entry{name: name, dir: dir, size: -1}
		row := c.rows[a.row]
		if sizes >= 0 && sizes < len(row) {
			if exact, err := strconv.ParseInt(row[sizes].order, 10, 64); err == nil && exact >= 0 && !dir {
				e.size, e.exact = exact, true
			} else {
				e.setSize(row[sizes].text)
			}
		}
		if dates >= 0 && dates < len(row) {
			e.stamp = strings.TrimSpace(row[dates].text)
		}
		l.entries = append(l.entries, e)
	}
	return l
}

// column is the place of the head cell whose text has the word, -1 if none.
func (c *container) column(word string) int {
	for _, row := range c.rows {
		for i, cell := range row {
			if cell.head && strings.Contains(strings.ToLower(cell.text), word) {
				return i
			}
		}
	}
	return -1
}

// goHead is how the pages of Go's file server begin, today and before.
var goHead = regexp.MustCompile(`^(?i)(<!doctype html>\s*<meta name="viewport"[^>]*>\s*)?<pre>\n`)

// scan takes a page apart.
func scan(base *url.URL, body []byte, limit int) *page {
	p := &page{base: base, limit: limit, plain: goHead.Match(body)}
	s := scanner{p: p, z: html.NewTokenizer(bytes.NewReader(body))}
	s.z.SetMaxBuf(1 << 20)
	for !p.over {
		switch s.z.Next() {
		case html.ErrorToken:
			return p
		case html.StartTagToken, html.SelfClosingTagToken:
			s.start()
		case html.EndTagToken:
			s.end()
		case html.TextToken:
			s.text()
		}
	}
	return p
}
