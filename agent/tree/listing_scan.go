package tree

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// scanner walks over the tokens of a page and fills the containers.
type scanner struct {
	p *page
	z *html.Tokenizer

	open    *container // the innermost that has not ended; they are not nested here
	heading bool       // inside title, h1 or h2
	anchor  bool       // inside a link
	cell    *cell
}

// maxText bounds what is kept of a text that is only looked at.
const maxText = 4096

func (s *scanner) start() {
	name, more := s.z.TagName()
	tag := atom.Lookup(name)
	switch tag {
	case atom.Title, atom.H1, atom.H2:
		s.heading, s.p.plain = true, false
	case atom.Ul, atom.Pre, atom.Table:
		s.open = &container{tag: tag}
		s.p.containers = append(s.p.containers, s.open)
		s.cell = nil
	case atom.Hr:
		if s.open != nil {
			s.open.rule = true
		}
	case atom.Tr:
		if s.open != nil {
			s.startRow()
		}
	case atom.Td, atom.Th:
		s.startCell(tag == atom.Th, more)
	case atom.A:
		s.startLink(more)
	case atom.Script, atom.Style:
		s.p.plain = false
	}
}

// attribute returns the value of an attribute of the current tag.
func (s *scanner) attribute(name string, more bool) string {
	for more {
		var key, value []byte
		key, value, more = s.z.TagAttr()
		if string(key) == name {
			return string(value)
		}
	}
	return ""
}

// startRow makes room for as many cells as the row before had.
func (s *scanner) startRow() {
	var row []cell
	if n := len(s.open.rows); n > 0 {
		row = make([]cell, 0, len(s.open.rows[n-1]))
	}
	s.open.rows = append(s.open.rows, row)
	s.cell = nil
}

func (s *scanner) startCell(head, more bool) {
	if s.open == nil || s.open.tag != atom.Table || len(s.open.rows) == 0 {
		return
	}
	row := &s.open.rows[len(s.open.rows)-1]
	*row = append(*row, cell{head: head, order: s.attribute("data-order", more)})
	s.cell = &(*row)[len(*row)-1]
}

func (s *scanner) startLink(more bool) {
	s.anchor = false
	if s.open == nil {
		return
	}
	href := s.attribute("href", more)
	if strings.HasPrefix(href, "?") && (strings.Contains(href, "C=") || strings.Contains(href, "sort=")) {
		s.open.sort = true
		return
	}
	s.anchor = true
	at := link{href: href, row: -1}
	if s.open.tag == atom.Table {
		if s.cell == nil || s.cell.head {
			return
		}
		at.row, at.column = len(s.open.rows)-1, len(s.open.rows[len(s.open.rows)-1])-1
	}
	s.open.links = append(s.open.links, at)
	s.p.over = len(s.open.links) > s.p.limit+16
}

func (s *scanner) end() {
	name, _ := s.z.TagName()
	switch tag := atom.Lookup(name); tag {
	case atom.Title, atom.H1, atom.H2:
		s.heading = false
	case atom.A:
		s.endLink()
	case atom.Td, atom.Th:
		s.cell = nil
	case atom.Ul, atom.Pre, atom.Table:
		if s.open != nil && s.open.tag == tag {
			s.open.closed = true
			s.open = nil
		}
	}
}

// endLink looks whether the link led upwards: by its words, which is all that tells
// it in lists.
func (s *scanner) endLink() {
	if s.anchor && s.open != nil && len(s.open.links) > 0 {
		text := s.open.links[len(s.open.links)-1].text
		if strings.TrimSpace(text) == "Parent Directory" {
			s.open.parent = true
		}
	}
	s.anchor = false
}

func (s *scanner) text() {
	raw := s.z.Text()
	if s.heading && !s.p.titled {
		s.p.titled = titleForm.Match(raw)
	}
	if s.open == nil {
		return
	}
	if s.cell != nil {
		s.cell.text = grow(s.cell.text, raw)
	}
	c := s.open
	switch {
	case c.tag == atom.Table:
		// What matters stands in cells.
	case s.anchor && len(c.links) > 0:
		last := &c.links[len(c.links)-1]
		last.text = grow(last.text, raw)
	case c.tag == atom.Pre && len(c.links) > 0:
		last := &c.links[len(c.links)-1]
		last.after = grow(last.after, raw)
		last.newline = last.newline || bytes.IndexByte(raw, '\n') >= 0
	}
	if c.tag == atom.Pre && !c.rule && len(c.links) == 0 {
		c.before = grow(c.before, raw)
	}
}

// grow adds to a text that is kept for a look, within its bound.
func grow(s string, raw []byte) string {
	if len(s) >= maxText {
		return s
	}
	return s + string(raw[:min(len(raw), maxText-len(s))])
}
