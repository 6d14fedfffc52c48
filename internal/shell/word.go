package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// Word is one word of a command, in quotes where it needs them. The zero Word is the
// empty word.
type Word struct{ raw, quoted string }

// Quote makes a word of a text that is an argument of its own. Refused is what no
// quotes make harmless: a text that begins with "-", which programs take for a flag,
// and one with anything in it that cannot be printed.
func Quote(text string) (Word, error) {
	if strings.HasPrefix(text, "-") {
		return Word{}, fmt.Errorf("%q begins with %q and would be taken for a flag", text, "-")
	}
	if err := printable(text); err != nil {
		return Word{}, err
	}
	if strings.Contains(text, "!") {
		return Always(text) // in double quotes an interactive bash would look into its history
	}
	quoted, err := syntax.Quote(text, syntax.LangBash)
	return Word{text, quoted}, err
}

// Always makes a word in single quotes, needed or not: ARCHES='arm64'. It may begin
// with "-", so it is for values and not for arguments.
func Always(text string) (Word, error) {
	if err := printable(text); err != nil {
		return Word{}, err
	}
	return Word{text, "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"}, nil
}

func printable(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%q is not a text in UTF-8", text)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%q holds %U, which cannot be printed", text, r)
		}
	}
	return nil
}

// String is the word in its quotes.
func (w Word) String() string {
	if w.quoted == "" {
		return "''"
	}
	return w.quoted
}

// Is reports whether the word is a text, for conditions in templates.
func (w Word) Is(text string) bool { return w.raw == text }

// Words are several words, or the one that may be left out.
type Words []Word

// QuoteAll quotes each of the texts and leaves out the empty ones.
func QuoteAll(texts ...string) (Words, error) {
	var all Words
	for _, text := range texts {
		if text == "" {
			continue
		}
		w, err := Quote(text)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// String is the words with blanks between them.
func (ws Words) String() string {
	texts := make([]string, len(ws))
	for i, w := range ws {
		texts[i] = w.String()
	}
	return strings.Join(texts, " ")
}

// Comment is a text as a comment of one line; what cannot be printed is replaced.
func Comment(text string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
	return strings.TrimRight("# "+clean, " ")
}
