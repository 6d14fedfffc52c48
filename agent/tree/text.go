package tree

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// text is a string from outside as JSON can hold it: bytes that are no text, and
// the percent sign that marks them, are written as percent sign and two digits.
type text string

// MarshalText writes the text.
func (t text) MarshalText() ([]byte, error) {
	s := string(t)
	if utf8.ValidString(s) && !strings.Contains(s, "%") {
		return []byte(s), nil
	}
	b := make([]byte, 0, len(s)+8)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 || r == '%' {
			b = fmt.Appendf(b, "%%%02x", s[0])
		} else {
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return b, nil
}

// UnmarshalText reads it back. A percent sign that marks nothing stands for itself.
func (t *text) UnmarshalText(b []byte) error {
	s := string(b)
	if !strings.Contains(s, "%") {
		*t = text(s)
		return nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, ok1 := hexDigit(s[i+1])
			low, ok2 := hexDigit(s[i+2])
			if ok1 && ok2 {
				out, i = append(out, high<<4|low), i+2
				continue
			}
		}
		out = append(out, s[i])
	}
	*t = text(out)
	return nil
}
