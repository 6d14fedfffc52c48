package generator

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	gohtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// piece is a stretch of HTML, and the word that follows it, if one does. Root says
// that the way to the root of the site follows.
type piece struct {
	html  string
	word  string
	quote quoting
	root  bool
}

// pieceWriter is where goldmark writes a text in pieces.
type pieceWriter struct {
	strings.Builder
	pieces []piece
	wordy  bool // words end a piece; else they stay as they stand
}

// Available, Buffered and Flush make it a [util.BufWriter], which hands nothing on.
func (w *pieceWriter) Available() int { return 0 }

// Buffered is zero, see Available.
func (w *pieceWriter) Buffered() int { return 0 }

// Flush does nothing, see Available.
func (w *pieceWriter) Flush() error { return nil }

// end ends a piece with what follows it.
func (w *pieceWriter) end(p piece) {
	p.html = w.String()
	w.Reset()
	w.pieces = append(w.pieces, p)
}

// code writes code, in which words may stand.
func (w *pieceWriter) code(raw []byte, q quoting) {
	for w.wordy {
		at := wordMark.FindSubmatchIndex(raw)
		if at == nil {
			break
		}
		w.Write(util.EscapeHTML(raw[:at[0]]))
		w.end(piece{word: string(raw[at[2]:at[3]]), quote: q})
		raw = raw[at[1]:]
	}
	w.Write(util.EscapeHTML(raw))
}

// address writes where a link or a picture leads, between quotes. What begins with a
// slash counts from the root of the site.
func (w *pieceWriter) address(dest []byte) {
	w.WriteByte('"')
	if len(dest) > 0 && dest[0] == '/' && !bytes.HasPrefix(dest, []byte("//")) {
		w.end(piece{root: true})
		dest = dest[1:]
	}
	if dest = util.URLEscape(dest, true); !gohtml.IsDangerousURL(dest) {
		w.Write(util.EscapeHTML(dest))
	}
	w.WriteByte('"')
}

// pieceRenderer writes what is special in our texts to a [pieceWriter].
type pieceRenderer struct{}

// RegisterFuncs is asked by goldmark for the kinds that are special.
func (pieceRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	for kind, write := range map[ast.NodeKind]func(w *pieceWriter, source []byte, n ast.Node, entering bool) ast.WalkStatus{
		kindWord: writeWord, ast.KindLink: writeLink, ast.KindImage: writeImage,
		ast.KindCodeSpan: writeCodeSpan, ast.KindCodeBlock: writeBlock, ast.KindFencedCodeBlock: writeBlock,
	} {
		r.Register(kind, func(b util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			return write(b.(*pieceWriter), source, n, entering), nil
		})
	}
}

func writeWord(w *pieceWriter, _ []byte, n ast.Node, entering bool) ast.WalkStatus {
	mark := n.(*wordNode).mark
	switch {
	case !entering:
	case !w.wordy:
		w.Write(util.EscapeHTML(mark))
	case isWithin(n, ast.KindLink): // in a link a word is no link of its own
		w.end(piece{word: string(wordMark.FindSubmatch(mark)[1]), quote: inCode})
	default:
		w.end(piece{word: string(wordMark.FindSubmatch(mark)[1]), quote: inProse})
	}
	return ast.WalkContinue
}

func writeLink(w *pieceWriter, _ []byte, node ast.Node, entering bool) ast.WalkStatus {
	n := node.(*ast.Link)
	if !entering {
		w.WriteString("</a>")
		return ast.WalkContinue
	}
	w.WriteString("<a href=")
	w.address(n.Destination)
	writeTitle(w, n.Title)
	return ast.WalkContinue
}

func writeImage(w *pieceWriter, source []byte, node ast.Node, entering bool) ast.WalkStatus {
	n := node.(*ast.Image)
	if !entering {
		return ast.WalkContinue
	}
	w.WriteString("<img src=")
	w.address(n.Destination)
	w.WriteString(` alt="`)
	w.Write(util.EscapeHTML([]byte(plainText(n, source))))
	w.WriteByte('"')
	writeTitle(w, n.Title)
	return ast.WalkSkipChildren
}

// writeTitle ends the tag of a link or picture.
func writeTitle(w *pieceWriter, title []byte) {
	if title != nil {
		w.WriteString(` title="`)
		gohtml.DefaultWriter.Write(w, title)
		w.WriteByte('"')
	}
	w.WriteByte('>')
}

// writeCodeSpan writes code in a sentence; state:ready is a state with its mark.
func writeCodeSpan(w *pieceWriter, source []byte, n ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		return ast.WalkContinue
	}
	var code []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		code = append(code, c.(*ast.Text).Value(source)...)
	}
	code = bytes.ReplaceAll(code, []byte("\n"), []byte(" "))
	word, ok := strings.CutPrefix(string(code), "state:")
	if class := textMarks[word]; ok && class != "" {
		w.WriteString(`<span class="state ` + class + `"><svg class="mark" aria-hidden="true"><use href="#m-` + class + `"/></svg>` + word + `</span>`)
		return ast.WalkSkipChildren
	}
	w.WriteString("<code>")
	w.code(code, inCode)
	w.WriteString("</code>")
	return ast.WalkSkipChildren
}

// textMarks are the classes of the marks that texts may show.
var textMarks = map[string]string{
	"ready": "ready", "testing": "testing", "rebuilding": "rebuilding", "failed": "failed", "missing": "missing",
	"disabled": "off", "superseded": "off", "removed": "off", "unknown": "unknown", "extra": "extra",
	"blocker": "blocker", "warning": "warning", "note": "note",
}

// writeBlock writes a block of code: one of commands can be copied, any other shows what
// they answer.
func writeBlock(w *pieceWriter, source []byte, n ast.Node, entering bool) ast.WalkStatus {
	if !entering {
		return ast.WalkContinue
	}
	q := inCode
	if fenced, ok := n.(*ast.FencedCodeBlock); ok {
		q = quotingOf(string(fenced.Language(source)))
	}
	var code []byte
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		code = append(code, line.Value(source)...)
	}
	before, after := "<pre><code>", "</code></pre>\n"
	if q != inCode {
		before, after = `<div class="commands"><pre data-copy><code>`, "</code></pre></div>\n"
	}
	w.WriteString(before)
	w.code(bytes.TrimSuffix(code, []byte("\n")), q)
	w.WriteString(after)
	return ast.WalkSkipChildren
}

// quotingOf is the language of a block of code.
func quotingOf(language string) quoting {
	switch q := quoting(language); q {
	case inShell, inPowerShell, inCommand, inCopy, inDNSMasq, inGRUB, inIPXE, inPXELINUX:
		return q
	}
	return inCode
}
