package quick

import (
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// Rule of this file: an escaper writes what that of html/template of the same name
// writes. What it would have to parse (tags in an attribute, style sheets) it does not
// answer: the machine fails.

// content is what a text is, by its type.
type content int

const (
	ordinary content = iota
	styleText
	htmlText
	urlText
	otherText // of a type that counts nowhere here
)

// nameFilter lets pass what is known to be an attribute, and is known for nothing else.
const nameFilter = "_html_template_htmlnamefilter"

// An escaper makes of a text one for its place.
type escaper func(m *machine, s string, c content) string

// escapers are those that are known, by the names that html/template gives them.
func escapers(name string) escaper {
	switch name {
	case "_html_template_htmlescaper":
		return func(_ *machine, s string, c content) string {
			if c == htmlText {
				return s
			}
			return escapeHTML(s, true)
		}
	case "_html_template_attrescaper":
		return func(m *machine, s string, c content) string {
			if c == htmlText && strings.Contains(s, "<") {
				m.failed = true // there may be tags to take away
			}
			return escapeHTML(s, c != htmlText)
		}
	case "_html_template_rcdataescaper":
		return func(_ *machine, s string, c content) string { return escapeHTML(s, c != htmlText) }
	case "_html_template_urlfilter":
		return func(_ *machine, s string, c content) string {
			if c == urlText || safeURL(s) {
				return s
			}
			return "#ZgotmplZ"
		}
	case "_html_template_urlnormalizer":
		return func(_ *machine, s string, _ content) string { return escapeURL(s, true) }
	case "_html_template_urlescaper":
		return func(_ *machine, s string, c content) string { return escapeURL(s, c == urlText) }
	case "_html_template_cssvaluefilter":
		return func(m *machine, s string, c content) string {
			if c != styleText && strings.Trim(s, "0123456789.%") != "" {
				m.failed = true
			}
			return s
		}
	case nameFilter:
		return func(_ *machine, s string, _ content) string { return s }
	}
	return nil
}

// splitEscapers takes the escapers off the end of a pipeline.
func splitEscapers(cmds []*parse.CommandNode) (rest []*parse.CommandNode, names []string) {
	for i, cmd := range cmds {
		if f, ok := cmd.Args[0].(*parse.IdentifierNode); ok && len(cmd.Args) == 1 && i > 0 {
			if escapers(f.Ident) != nil {
				names = append(names, f.Ident)
				continue
			}
		}
		if len(names) > 0 {
			return cmds, nil // a function after an escaper, which is left to be refused
		}
		rest = append(rest, cmd)
	}
	return rest, names
}

// printer writes values of a type through a chain of escapers.
func (c *compiler) printer(n parse.Node, t reflect.Type, names []string) (func(*machine, reflect.Value), error) {
	var chain []escaper
	for _, name := range names {
		if name == nameFilter && t != reflect.TypeFor[template.HTMLAttr]() {
			return nil, unknown(n, "the name of an attribute")
		}
		chain = append(chain, escapers(name))
	}
	if len(chain) == 0 && reflect.PointerTo(t).NumMethod() > 0 {
		return nil, unknown(n, "printing "+t.String()) // by a method, if it has an address
	}
	if t.NumMethod() == 0 {
		switch kindOf(t) {
		case integers: // digits and a sign, which none of the escapers changes
			return func(m *machine, v reflect.Value) {
				m.out.Write(strconv.AppendInt(m.out.AvailableBuffer(), v.Int(), 10))
			}, nil
		case naturals:
			return func(m *machine, v reflect.Value) {
				m.out.Write(strconv.AppendUint(m.out.AvailableBuffer(), v.Uint(), 10))
			}, nil
		}
	}
	text := textOf(t)
	if len(chain) == 0 && (text == nil || kindOf(t) != texts) {
		return nil, unknown(n, "printing "+t.String())
	}
	if text == nil {
		text = anyText
	}
	stays := c.stays(names, chain)
	return func(m *machine, v reflect.Value) {
		s, c := text(v)
		if c == ordinary && stays.all(s) {
			m.out.WriteString(s)
			return
		}
		for _, escape := range chain {
			s, c = escape(m, s, c), ordinary
		}
		m.out.WriteString(s)
	}, nil
}

// unchanged tells the bytes that a chain of escapers leaves as they are wherever they
// stand. Most texts have no others.
type unchanged struct {
	bytes [256]bool
	url   bool // whether the text is a whole URL
}

// all reports whether a text stays as it is. A colon counts as changed, as it may follow
// a scheme that is not safe.
func (u *unchanged) all(s string) bool {
	if u.url {
		s = strings.TrimPrefix(s, "https:")
	}
	for i := range len(s) {
		if !u.bytes[s[i]] {
			return false
		}
	}
	return true
}

// stays asks the escapers about each byte.
func (c *compiler) stays(names []string, chain []escaper) *unchanged {
	key := strings.Join(names, " ")
	if u := c.unchanged[key]; u != nil {
		return u
	}
	u := &unchanged{url: len(names) > 0 && names[0] == "_html_template_urlfilter"}
	for i := range u.bytes {
		m := machine{}
		one := string([]byte{byte(i)})
		s := one
		for _, escape := range chain {
			s = escape(&m, s, ordinary)
		}
		u.bytes[i] = s == one && !m.failed
	}
	c.unchanged[key] = u
	return u
}

// textOf is how values of a type become text, nil for those whose text is asked of
// package fmt.
func textOf(t reflect.Type) func(reflect.Value) (string, content) {
	c := ordinary
	switch t {
	case reflect.TypeFor[template.HTML]():
		c = htmlText
	case reflect.TypeFor[template.URL]():
		c = urlText
	case reflect.TypeFor[template.CSS]():
		c = styleText
	case reflect.TypeFor[template.HTMLAttr](), reflect.TypeFor[template.JS](), reflect.TypeFor[template.JSStr](), reflect.TypeFor[template.Srcset]():
		c = otherText
	default:
		if t.Kind() != reflect.String || speaks(t) || t.Implements(reflect.TypeFor[fmt.Formatter]()) {
			return nil
		}
	}
	return func(v reflect.Value) (string, content) { return v.String(), c }
}

// anyText is the text of any value, behind all pointers.
func anyText(v reflect.Value) (string, content) {
	if !v.IsValid() {
		return "", ordinary
	}
	end := v
	for end.Kind() == reflect.Pointer && !end.IsNil() {
		end = end.Elem()
	}
	if end.Type() == reflect.TypeFor[string]() {
		return end.String(), ordinary
	}
	if text := textOf(end.Type()); text != nil && end.Type().PkgPath() == "html/template" {
		return text(end)
	}
	for v.Kind() == reflect.Pointer && !v.IsNil() && !speaks(v.Type()) {
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface()), ordinary
}

// speaks reports whether values of a type say themselves how they are written.
func speaks(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[fmt.Stringer]()) || t.Implements(reflect.TypeFor[error]())
}

// escapeHTML replaces the signs of HTML, or all but the ampersand.
func escapeHTML(s string, ampersand bool) string {
	var b strings.Builder
	from := 0
	for i := range len(s) {
		sign := ""
		switch s[i] {
		case 0:
			sign = "\uFFFD"
		case '"':
			sign = "&#34;"
		case '&':
			if !ampersand {
				continue
			}
			sign = "&amp;"
		case '\'':
			sign = "&#39;"
		case '+':
			sign = "&#43;"
		case '<':
			sign = "&lt;"
		case '>':
			sign = "&gt;"
		default:
			continue
		}
		if from == 0 {
			b.Grow(len(s) + 32)
		}
		b.WriteString(s[from:i])
		b.WriteString(sign)
		from = i + 1
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// safeURL reports whether a URL has no scheme, or one that only leads somewhere.
func safeURL(s string) bool {
	scheme, _, found := strings.Cut(s, ":")
	if !found || strings.Contains(scheme, "/") {
		return true
	}
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

// escapeURL encodes what has no place in a URL, or, in a part of one, all that means
// something there.
func escapeURL(s string, whole bool) string {
	var b strings.Builder
	from := 0
	for i := range len(s) {
		if keeps(s, i, whole) {
			continue
		}
		if from == 0 {
			b.Grow(len(s) + 16)
		}
		b.WriteString(s[from:i])
		const digits = "0123456789abcdef"
		b.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
		from = i + 1
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// keeps reports whether a byte of a URL stays as it is.
func keeps(s string, i int, whole bool) bool {
	switch c := s[i]; c {
	case '-', '.', '_', '~':
		return true
	case '!', '#', '$', '&', '*', '+', ',', '/', ':', ';', '=', '?', '@', '[', ']':
		return whole
	case '%':
		return whole && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
	default:
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
