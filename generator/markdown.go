package generator

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Rule of this file: what is special in our texts is told by their syntax tree, and
// nobody looks for tags in HTML: words, links that begin with a slash, blocks of
// commands and marks of states. A text is written in pieces, which end where the way to
// the root of the site stands, or a word.

// markdown turns texts into HTML.
type markdown struct{ engine goldmark.Markdown }

// newMarkdown knows tables and words, and gives headings an id. Raw HTML is left out:
// the engine is not told to be unsafe.
func newMarkdown() markdown {
	return markdown{goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithInlineParsers(util.Prioritized(wordParser{}, 50)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(pieceRenderer{}, 100))),
	)}
}

func (m markdown) parse(source []byte) ast.Node {
	return m.engine.Parser().Parse(text.NewReader(source))
}

// pieces is a parsed text as HTML, cut at its roots and, where wordy, at its words.
func (m markdown) pieces(doc ast.Node, source []byte, wordy bool) ([]piece, error) {
	w := &pieceWriter{wordy: wordy}
	if err := m.engine.Renderer().Render(w, source, doc); err != nil {
		return nil, err
	}
	w.end(piece{})
	return w.pieces, nil
}

// wordMark is a word in a text.
var wordMark = regexp.MustCompile(`\{\{ *([A-Za-z][A-Za-z0-9_-]*) *\}\}`)

// wordNode is a word in a sentence. Code is not parsed, so words in it are no nodes.
type wordNode struct {
	ast.BaseInline
	mark []byte // as it stands in the text
}

var kindWord = ast.NewNodeKind("Word")

func (n *wordNode) Kind() ast.NodeKind            { return kindWord }
func (n *wordNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// wordParser finds words in sentences.
type wordParser struct{}

func (wordParser) Trigger() []byte { return []byte{'{'} }

func (wordParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	at := wordMark.FindIndex(line)
	if at == nil || at[0] != 0 {
		return nil
	}
	block.Advance(at[1])
	return &wordNode{mark: bytes.Clone(line[:at[1]])}
}

// misplacedWord reports whether a word stands where none can: in an address or a title,
// or in place of a picture.
func misplacedWord(doc ast.Node) bool {
	found := false
	bad := func(texts ...[]byte) {
		for _, t := range texts {
			found = found || wordMark.Match(t) || bytes.Contains(t, []byte("%7B%7B"))
		}
	}
	// The walker returns no error of its own, so Walk cannot either.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			bad(n.Destination, n.Title)
		case *ast.Image:
			bad(n.Destination, n.Title)
		case *wordNode:
			found = found || isWithin(n, ast.KindImage)
		}
		return ast.WalkContinue, nil
	})
	return found
}

func isWithin(n ast.Node, kind ast.NodeKind) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == kind {
			return true
		}
	}
	return false
}

// headings are those of the second level, as plain text.
func headings(doc ast.Node, source []byte) []Link {
	var links []Link
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level != 2 {
			continue
		}
		id, _ := h.AttributeString("id")
		if name, ok := id.([]byte); ok {
			links = append(links, Link{Text: plainText(h, source), Href: "#" + string(name)})
		}
	}
	return links
}

// plainText is what stands in a part of a text, without its marks.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			value := t.Value(source)
			if !t.IsRaw() && !isWithin(t, ast.KindCodeSpan) {
				value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
			}
			b.Write(value)
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
