package preview

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// blocks are the elements that begin a line of text.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Br: true, atom.Caption: true, atom.Dd: true,
	atom.Details: true, atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Figcaption: true, atom.Figure: true, atom.Footer: true,
	atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Header: true,
	atom.Hr: true, atom.Li: true, atom.Main: true, atom.Nav: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true,
	atom.Summary: true, atom.Table: true, atom.Tbody: true, atom.Tfoot: true, atom.Thead: true, atom.Tr: true, atom.Ul: true,
}

// silent are the elements that show no text, or one that nobody reads as such.
var silent = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Select: true,
}

// pageText is what a reader of a page reads: a line for each block and each row of a
// table.
func pageText(page []byte) string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return string(page)
	}
	var t texter
	t.visit(doc)
	t.end()
	return strings.Join(t.lines, "\n") + "\n"
}

// texter collects lines.
type texter struct {
	lines []string
	line  strings.Builder
}

func (t *texter) visit(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		t.line.WriteString(n.Data)
		return
	case n.Type == html.ElementNode && silent[n.DataAtom]:
		return
	}
	block := n.Type == html.ElementNode && blocks[n.DataAtom]
	if block {
		t.end()
	}
	for c := range n.ChildNodes() {
		t.visit(c)
	}
	switch {
	case block:
		t.end()
	case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
		t.line.WriteString(cell)
	}
}

// cell parts the cells of a row.
const cell = " · "

var space = regexp.MustCompile(`\s+`)

// end ends a line; one without text is none.
func (t *texter) end() {
	text := strings.TrimSpace(space.ReplaceAllString(t.line.String(), " "))
	text = strings.TrimSpace(strings.TrimSuffix(text, strings.TrimSpace(cell)))
	t.line.Reset()
	if text != "" {
		t.lines = append(t.lines, text)
	}
}
