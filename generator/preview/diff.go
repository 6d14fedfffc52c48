package preview

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
)

// diffMost is up to how many bytes a text is compared: a longer one would make a page that
// nobody reads.
const diffMost = 2 << 20

// contextLines is how many lines are shown around each change.
const contextLines = 3

// diffAddress is the page that compares a file.
func diffAddress(name string) string { return "/_changes/diff?page=" + url.QueryEscape(name) }

// comparison is one file of both sites.
type comparison struct {
	Old, New bool // it is there
	Page     bool // it is an HTML page
	Same     bool // not even a byte differs
	// Markup says that readers read the same, and that what differs is shown as markup.
	Markup bool
	Hunks  [][]diffLine
	Note   string // why there are no hunks
}

// diffLine is a line of a text that is there in both, or in one.
type diffLine struct {
	Mark  string // "+", "-" or " "
	Parts []diffPart
}

// diffPart is a piece of a line; Other where the line that it replaces has another.
type diffPart struct {
	Text  string
	Other bool
}

// compareFile compares a file of the published site with one of the newest.
func compareFile(name string, old, now []byte, hadOld, hasNew bool) comparison {
	c := comparison{Old: hadOld, New: hasNew, Page: path.Ext(name) == ".html", Same: hadOld == hasNew && bytes.Equal(old, now)}
	switch {
	case c.Same:
		c.Note = "Not a byte differs."
	case !utf8.Valid(old) || !utf8.Valid(now):
		c.Note = "This is no text, so only its size can be compared."
	case len(old) > diffMost || len(now) > diffMost:
		c.Note = "This is too large to be compared here."
	default:
		before, after := string(old), string(now)
		if c.Page {
			before, after = readable(old), readable(now)
			if c.Markup = before == after; c.Markup {
				before, after = string(old), string(now)
			}
		}
		c.Hunks = hunks(before, after)
	}
	return c
}

// readable is the text of a page; of none where there is no page.
func readable(page []byte) string {
	if len(page) == 0 {
		return ""
	}
	return pageText(page)
}

// hunks are the lines that differ, with some around them.
func hunks(old, now string) [][]diffLine {
	unified, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, now), contextLines)
	if err != nil {
		return nil // the edits are those of the same text
	}
	var all [][]diffLine
	for _, h := range unified.Hunks {
		var lines []diffLine
		for _, l := range h.Lines {
			mark := map[udiff.OpKind]string{udiff.Delete: "-", udiff.Insert: "+", udiff.Equal: " "}[l.Kind]
			lines = append(lines, diffLine{mark, []diffPart{{Text: strings.TrimRight(l.Content, "\n")}}})
		}
		all = append(all, pair(lines))
	}
	return all
}

// pair marks what differs within lines that take the place of others: as many added as
// removed, one after the other.
func pair(lines []diffLine) []diffLine {
	for i := 0; i < len(lines); {
		gone := run(lines[i:], "-")
		come := run(lines[i+gone:], "+")
		if gone == come {
			for n := range gone {
				mark(&lines[i+n], &lines[i+gone+n])
			}
		}
		i += max(1, gone+come)
	}
	return lines
}

// run counts the lines at the beginning that have a mark.
func run(lines []diffLine, mark string) int {
	for i, l := range lines {
		if l.Mark != mark {
			return i
		}
	}
	return len(lines)
}

// mark finds the middle in which two lines differ, in whole words.
func mark(old, now *diffLine) {
	a, b := words(old.Parts[0].Text), words(now.Parts[0].Text)
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if head+tail == 0 {
		return // nothing is the same
	}
	old.Parts, now.Parts = parts(a, head, tail), parts(b, head, tail)
}

// words are the words of a line and the spaces between them.
func words(text string) []string { return word.FindAllString(text, -1) }

var word = regexp.MustCompile(`\s+|\S+`)

func parts(words []string, head, tail int) []diffPart {
	join := func(w []string) string { return strings.Join(w, "") }
	all := []diffPart{
		{Text: join(words[:head])},
		{Text: join(words[head : len(words)-tail]), Other: true},
		{Text: join(words[len(words)-tail:])},
	}
	var some []diffPart
	for _, p := range all {
		if p.Text != "" {
			some = append(some, p)
		}
	}
	return some
}
