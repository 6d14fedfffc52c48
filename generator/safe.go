package generator

import (
	"bytes"
	stdhtml "html"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Rule of this file: here, and nowhere else in the package, a string becomes HTML
// or CSS that html/template passes through as it is. Each such place says why it
// is safe.

// sanitizer reduces what people typed into a tracker to text with few marks.
type sanitizer struct{ policy *bluemonday.Policy }

// newSanitizer allows the inline marks, lists and links that notes use; links
// only to http and https and without passing on our good name.
func newSanitizer() sanitizer {
	p := bluemonday.NewPolicy()
	p.AllowElements("b", "strong", "i", "em", "code", "br", "p", "ul", "ol", "li")
	p.AllowAttrs("href").OnElements("a")
	// Without a host "http:x" would be a link within the site.
	hosted := func(u *url.URL) bool { return u.Host != "" && u.User == nil }
	p.AllowURLSchemeWithCustomPolicy("http", hosted)
	p.AllowURLSchemeWithCustomPolicy("https", hosted)
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return sanitizer{p}
}

// note returns a tracker's note as safe HTML; empty when nothing is left of it.
func (s sanitizer) note(raw string) template.HTML {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(raw, "�"))
	clean = strings.TrimSpace(s.policy.Sanitize(clean))
	// Safe: bluemonday has parsed the whole text and written it anew with the
	// allowed elements alone, every one of them closed by its own account or
	// harmless when left open inside the block that holds the note.
	return template.HTML(balanced(clean)) //nolint:gosec // reduced above
}

// tag finds the tags that bluemonday lets through.
var tag = regexp.MustCompile(`<(/?)(b|strong|i|em|code|p|ul|ol|li|a)(?: [^<>]*)?>`)

// balanced closes what a note left open and drops what it closed without
// opening, so that a note cannot bend the page around it.
func balanced(s string) string {
	var out strings.Builder
	var open []string
	at := 0
	for _, m := range tag.FindAllStringSubmatchIndex(s, -1) {
		name, closing := s[m[4]:m[5]], m[2] != m[3]
		out.WriteString(s[at:m[0]])
		at = m[1]
		switch {
		case !closing:
			open = append(open, name)
			out.WriteString(s[m[0]:m[1]])
		case len(open) > 0 && open[len(open)-1] == name:
			open = open[:len(open)-1]
			out.WriteString(s[m[0]:m[1]])
		}
	}
	out.WriteString(s[at:])
	for i := len(open) - 1; i >= 0; i-- {
		out.WriteString("</" + open[i] + ">")
	}
	return out.String()
}

// markdown turns texts into HTML for a page with a given root.
type markdown struct{ engine goldmark.Markdown }

// rootKey is where a conversion keeps the root of the page it is for.
var rootKey = parser.NewContextKey()

// newMarkdown knows tables and gives headings an id. Raw HTML is left out: the
// engine is not told to be unsafe.
func newMarkdown() markdown {
	return markdown{goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithASTTransformers(util.Prioritized(rooted{}, 100)),
		),
	)}
}

// html converts a text; links that begin with a slash count from the site's root.
func (m markdown) html(source []byte, root string) (template.HTML, error) {
	ctx := parser.NewContext()
	ctx.Set(rootKey, root)
	var b bytes.Buffer
	if err := m.engine.Convert(source, &b, parser.WithContext(ctx)); err != nil {
		return "", err
	}
	// Safe: goldmark without WithUnsafe escapes all text, leaves raw HTML out and
	// drops links with a dangerous scheme; a mark is one of our own names.
	return template.HTML(marked(b.String())), nil //nolint:gosec // see above
}

// anyTag finds tags, to be taken away.
var anyTag = regexp.MustCompile(`<[^<>]*>`)

// plainText is HTML that goldmark wrote, without its marks.
func plainText(html string) string {
	return stdhtml.UnescapeString(anyTag.ReplaceAllString(html, ""))
}

// stateCode is a state that a text shows with its mark: `state:ready`.
var stateCode = regexp.MustCompile(`<code>state:([a-z]+)</code>`)

// textMarks are the classes of the marks that texts may show.
var textMarks = map[string]string{
	"ready": "ready", "testing": "testing", "rebuilding": "rebuilding", "failed": "failed", "missing": "missing",
	"disabled": "off", "superseded": "off", "removed": "off", "unknown": "unknown", "extra": "extra",
	"blocker": "blocker", "warning": "warning", "note": "note",
}

// marked sets marks for the states in the HTML of a text.
func marked(html string) string {
	return stateCode.ReplaceAllStringFunc(html, func(code string) string {
		word := stateCode.FindStringSubmatch(code)[1]
		class, known := textMarks[word]
		if !known {
			return code
		}
		return `<span class="state ` + class + `"><svg class="mark" aria-hidden="true"><use href="#m-` + class + `"/></svg>` + word + `</span>`
	})
}

// textEscaper escapes what stands between tags, where quotes are letters like others:
// commands have many of them.
var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// fill joins the pieces of a text with the words of a page whose root is given. It is
// empty where the page has no value for one of them, or none that can be quoted, and
// where it has a link into the site and nobody knows where that is.
func (t *part) fill(w words, root string) template.HTML {
	var b strings.Builder
	for i := range t.pieces {
		p := &t.pieces[i]
		b.WriteString(p.html)
		if p.root && root == "" {
			return ""
		}
		if p.root {
			b.WriteString(template.HTMLEscapeString(root))
		}
		if p.word == "" {
			continue
		}
		value := w[p.word]
		text, ok := p.quote.write(value.Text)
		if !ok || value.Text == "" {
			return ""
		}
		text = textEscaper.Replace(text)
		if p.quote == inProse && value.Href != "" {
			text = `<a href="` + template.HTMLEscapeString(value.Href) + `">` + text + "</a>"
		}
		b.WriteString(text)
	}
	// Safe: the pieces are goldmark's HTML, see markdown.html, cut where text stands;
	// each word is escaped. Words link to pages of the site, or to what webURL lets
	// through.
	return template.HTML(b.String()) //nolint:gosec // see above
}

// rooted makes links that begin with a slash relative, so that texts work under
// any path.
type rooted struct{}

// Transform rewrites the destinations of links and pictures.
func (rooted) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	root, _ := pc.Get(rootKey).(string)
	relative := func(dest []byte) []byte {
		if len(dest) > 0 && dest[0] == '/' && !bytes.HasPrefix(dest, []byte("//")) {
			return append([]byte(root), dest[1:]...)
		}
		return dest
	}
	// The walker returns no error of its own, so Walk cannot either.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			if entering {
				n.Destination = relative(n.Destination)
			}
		case *ast.Image:
			if entering {
				n.Destination = relative(n.Destination)
			}
		}
		return ast.WalkContinue, nil
	})
}

// inlineStyle is the style sheet for the one page that may be shown at any
// address and so can link to nothing.
func inlineStyle(css []byte) template.CSS {
	// Safe: the text is the style sheet of the layouts, which the site owner
	// writes; "</" cannot end the element that holds it, because it is broken up.
	return template.CSS(strings.ReplaceAll(string(css), "</", `<\/`)) //nolint:gosec // see above
}

// drawing puts a picture of a chart into a page.
func drawing(svg []byte) template.HTML {
	// Safe: package chart writes it from paths whose numbers are numbers and whose
	// classes are words of ours, and nothing from outside is in it.
	return template.HTML(svg) //nolint:gosec // see above
}
