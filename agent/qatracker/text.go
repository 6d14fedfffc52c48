package qatracker

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// The longest texts that are kept, in characters.
const (
	mostTitle   = 200
	mostNote    = 2000
	mostContact = 200
	mostDate    = 40
)

// declared finds the encoding that an XML declaration names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// readable makes a body fit for an XML parser: UTF-8, and without the control
// characters that the tracker passes on as they were typed. What is UTF-8 counts as
// that, whatever it is declared to be: text of another encoding is hardly ever valid
// UTF-8 by chance. Bytes that fit nowhere become U+FFFD, and mended is true then.
func readable(body []byte, contentType string) (text []byte, mended bool) {
	text = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(text) {
		text, mended = recode(text, contentType)
	}
	if bytes.IndexFunc(text, illegal) < 0 {
		return text, mended
	}
	return bytes.Map(func(r rune) rune {
		if illegal(r) {
			return -1
		}
		return r
	}, text), mended
}

// recode decodes from the encoding that the header or the declaration names.
func recode(text []byte, contentType string) (utf []byte, mended bool) {
	label := ""
	if m := declared.FindSubmatch(text); m != nil {
		label = string(m[1])
	}
	if _, after, ok := strings.Cut(strings.ToLower(contentType), "charset="); ok {
		header, _, _ := strings.Cut(after, ";")
		if header = strings.Trim(header, ` "'`); !isUTF8(header) {
			label = header
		}
	}
	if encoding, name := charset.Lookup(label); encoding != nil && !isUTF8(name) {
		if utf, err := encoding.NewDecoder().Bytes(text); err == nil && utf8.Valid(utf) {
			return utf, false
		}
	}
	return bytes.ToValidUTF8(text, []byte("\ufffd")), true
}

func isUTF8(label string) bool { return label == "utf-8" || label == "utf8" }

// illegal reports whether XML has no such character.
func illegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff
}

// line makes one line of text: trimmed, without control characters, at most most
// characters long.
func line(s string, most int) string {
	return block(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s), most)
}

// block bounds text of several lines: line ends are one form, other control
// characters are taken out, and what is too long ends in an ellipsis.
func block(s string, most int) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
	return cut(strings.TrimSpace(s), most)
}

// cut shortens s to most characters, the last of which is then an ellipsis.
func cut(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == most {
			return strings.TrimRightFunc(s[:i], unicode.IsSpace) + "…"
		}
	}
	return s
}
