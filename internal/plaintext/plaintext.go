// Package plaintext makes text from outside fit to be kept: bounded in length, and without
// what moves a cursor or hides. It does not escape; whoever shows the text does.
package plaintext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes one line of text: trimmed, without control characters, at most most
// characters long.
func Line(s string, most int) string {
	return Block(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s), most)
}

// Block bounds text of several lines: line ends are one form, other control
// characters and marks that turn the direction of writing are taken out, and what is too
// long ends in an ellipsis.
func Block(s string, most int) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t', unicode.Is(unicode.Bidi_Control, r):
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
