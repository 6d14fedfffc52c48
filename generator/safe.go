package generator

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"
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
	if raw == "" {
		return "" // as most are
	}
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

// words are a tracker's note as text of one line, with what its safe HTML shows.
func (s sanitizer) words(raw string) string {
	if raw == "" {
		return ""
	}
	var b strings.Builder
	z := xhtml.NewTokenizer(strings.NewReader(string(s.note(raw))))
	for {
		switch kind := z.Next(); kind {
		case xhtml.ErrorToken: // a reader of a string ends, and nothing else
			return strings.Join(strings.Fields(b.String()), " ")
		case xhtml.TextToken:
			b.Write(z.Text())
		default:
			switch tag, _ := z.TagName(); string(tag) {
			case "br", "p", "ul", "ol", "li":
				b.WriteByte(' ')
			}
		}
	}
}

// balanced closes what a note left open and drops what it closed without
// opening, so that a note cannot bend the page around it.
func balanced(s string) string {
	var out strings.Builder
	var open []string
	z := xhtml.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		tag, _ := z.TagName()
		name := string(tag)
		switch {
		case kind == xhtml.ErrorToken:
			out.WriteString(raw)
			for _, name := range slices.Backward(open) {
				out.WriteString("</" + name + ">")
			}
			return out.String()
		case kind == xhtml.EndTagToken && (len(open) == 0 || open[len(open)-1] != name):
			continue
		case kind == xhtml.EndTagToken:
			open = open[:len(open)-1]
		case kind == xhtml.StartTagToken && name != "br":
			open = append(open, name)
		}
		out.WriteString(raw)
	}
}

// html converts a text; links that begin with a slash count from the site's root.
func (m markdown) html(source []byte, root string) (template.HTML, error) {
	pieces, err := m.pieces(m.parse(source), source, false)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.html)
		if p.root {
			b.WriteString(template.HTMLEscapeString(root))
		}
	}
	// Safe: goldmark without WithUnsafe escapes all text, leaves raw HTML out and
	// drops links with a dangerous scheme, and so does pieceRenderer; a mark is one of
	// our own names.
	return template.HTML(b.String()), nil //nolint:gosec // see above
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
	// Safe: the pieces are goldmark's HTML, see markdown.html, and end where text stands;
	// each word is escaped. Words link to pages of the site, or to what webURL lets
	// through.
	return template.HTML(b.String()) //nolint:gosec // see above
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
