package qatracker

import (
	"bytes"
	"regexp"
	"strings"
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
