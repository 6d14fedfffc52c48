// Package terminal lays out what commands print: tables whose columns align and whose
// lines fit the terminal, colour for words of state, and text broken at its width.
//
// A record is one line, always. Where the output is no terminal nothing is cut, broken or
// coloured, so that what grep finds is the whole record. Texts from outside cannot
// command the terminal: whatever is not printable is replaced.
package terminal

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// Terminal is what is known of where the output goes. Its zero value is a pipe.
type Terminal struct {
	// Width is how many columns a line has; zero where nothing is cut or broken.
	Width int
	// Color says that words may be coloured.
	Color bool
}

// widthUnknown is the width of a terminal that does not tell its own.
const widthUnknown = 80

// widthLeast is the width below which lines are laid out as if they had it.
const widthLeast = 20

// Of looks at where output goes. COLUMNS tells the width of a terminal better than it
// does itself; NO_COLOR, when it is not empty, and TERM=dumb keep it without colour. A
// pipe has neither, whatever the environment says.
func Of(out io.Writer, getenv func(string) string) Terminal {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return Terminal{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = widthUnknown
	}
	return Terminal{
		Width: max(widthLeast, columns(getenv("COLUMNS"), width)),
		Color: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb",
	}
}

// columns is the width that the environment tells, else the given one.
func columns(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// Style is how a word is marked. The word itself has to tell the same.
type Style int

// The styles.
const (
	Plain  Style = iota
	Good         // nothing to do: ready, ok
	Poor         // look at it: testing, stale, a warning
	Bad          // somebody has to act: failed, missing, a blocker
	Strong       // a heading
	Quiet        // beside the matter
)

// codes are the numbers of the styles in a terminal's escape sequences.
var codes = [...]string{Plain: "", Good: "32", Poor: "33", Bad: "31", Strong: "1", Quiet: "2"}

// Paint is a text in a style; the text as it is where there is no colour.
func (t Terminal) Paint(text string, s Style) string {
	if !t.Color || text == "" || s <= Plain || int(s) >= len(codes) {
		return text
	}
	return "\x1b[" + codes[s] + "m" + text + "\x1b[0m"
}

// Columns is how many columns a text takes.
func Columns(text string) int { return measure.StringWidth(text) }

// measure counts columns the same way in every locale: characters whose width depends
// on that of the reader are narrow.
var measure = &runewidth.Condition{StrictEmojiNeutral: true}

// Clean is a text on one line that cannot command a terminal: breaks become spaces, what
// is not printable the sign for that.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// Wrap breaks a text between its words so that it fits the terminal behind the given
// beginnings, one for its first line and one for those that follow. A word that does not fit
// stays whole, so that addresses can be taken up. For a pipe it is one line.
func (t Terminal) Wrap(text, first, rest string) string {
	return t.WrapCells(first, rest, Text(text))
}

// WrapCells does so with texts that follow each other, each in its style.
func (t Terminal) WrapCells(first, rest string, cells ...Cell) string {
	var b strings.Builder
	b.WriteString(first)
	at, begun := Columns(first), false
	for _, c := range cells {
		var run []string // words of one line and style
		flush := func() {
			b.WriteString(t.Paint(strings.Join(run, " "), c.Style))
			run = nil
		}
		for _, word := range t.words(c.Text) {
			wide := Columns(word)
			switch {
			case begun && t.Width > 0 && at+1+wide > t.Width:
				flush()
				b.WriteString("\n" + rest)
				at = Columns(rest)
			case begun:
				if run == nil {
					b.WriteByte(' ')
				}
				at++
			}
			run = append(run, word)
			at, begun = at+wide, true
		}
		flush()
	}
	return b.String()
}

// words are what a text may be broken between: nothing for a pipe, where it stays as it is.
func (t Terminal) words(text string) []string {
	text = Clean(text)
	switch {
	case t.Width > 0:
		return strings.Fields(text)
	case text == "":
		return nil
	}
	return []string{text}
}
