package generator

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Rule of this file: a manifest as plain text, for chat and mail. It is UTF-8, and no
// line is wider than textWidth, unless a single word is.

const (
	textWidth  = 78
	titleWidth = 36 // of the column of products, at most
	stateWidth = 14 // likewise, of states
	buildWidth = 12 // of build ids
)

// manifestText is what the page of a milestone says, in lines.
func (s *site) manifestText(arranged func() manifestPage) []string {
	p := arranged()
	lines := append(wrap("", p.Title), wrap("", p.Lead)...)
	lines = append(append(lines, ""), wrap("", p.Answer)...)
	lines = append(lines, wrap("", strings.TrimSpace(barText(p.Bar)+" "+p.Beside))...)
	if p.Before.Text != "" {
		lines = append(lines, wrap("", "Since "+p.Before.Text+": "+p.Changed)...)
	}
	lines = append(lines, agesText(p.Ages)...)
	if base := webURL(s.config.BaseURL); base != "" {
		lines = append(lines, strings.TrimSuffix(base, "/")+"/"+p.path)
	}
	if len(p.Blockers) > 0 {
		heading := "What blocks"
		if p.Daily {
			heading = "What is wrong"
		}
		lines = append(lines, "", heading, "")
		for _, f := range p.Blockers {
			lines = append(lines, wrap("- ", f.Text)...)
			if f.Who != "" {
				lines = append(lines, wrap("  ", "Who can act: "+f.Who)...)
			}
		}
	}
	return append(lines, rowsText(p.Groups, p.Statement)...)
}

// barText is the bar in words: "24 ready, 11 testing."
func barText(bar []segment) string {
	var words []string
	for _, s := range bar {
		words = append(words, fmt.Sprintf("%d %s", s.Count, s.Word))
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ", ") + "."
}

// agesText says of when the facts are.
func agesText(ages []ageView) []string {
	var lines []string
	for _, a := range ages {
		var names []string
		for _, l := range a.Sources {
			names = append(names, l.Text)
		}
		text := "As of " + moment(a.Success) + ": " + strings.Join(names, ", ")
		if a.Trouble {
			text += " (not fresh)"
		}
		lines = append(lines, wrap("", text)...)
	}
	return lines
}

// rowsText is the table of rows, and what its marks mean. The statement is what says what is
// meant to be released.
func rowsText(groups []groupView, statement string) []string {
	var lines, legend []string
	widths, marks := textColumns(groups), map[string]bool{}
	for _, g := range groups {
		lines = append(append(lines, ""), wrap("", g.Family.Text+": "+g.Summary)...)
		for _, r := range g.Rows {
			mark := " "
			switch {
			case r.Blocked:
				mark = "!"
			case r.Extra:
				mark = "+"
			}
			marks[mark] = true
			cells := []string{r.Product.Text, r.State.Word, r.Build.Text, r.Tests.Share}
			lines = append(lines, columns(mark+" ", cells, widths)...)
			lines = append(lines, wrap("    ", joinWords(r.Tests.Failed, r.Tests.Running, r.Rebuild))...)
		}
	}
	if marks["!"] {
		legend = append(legend, "! something blocks it")
	}
	if marks["+"] {
		legend = append(legend, "+ built, and not in "+statement)
	}
	if len(legend) > 0 {
		lines = append(lines, "")
	}
	return append(lines, legend...)
}

// textColumns are the widths of the columns: of the product, the state, the build.
func textColumns(groups []groupView) []int {
	widths := make([]int, 3)
	for _, g := range groups {
		for _, r := range g.Rows {
			widths[0] = min(max(widths[0], cellsOf(oneLine(r.Product.Text))), titleWidth)
			widths[1] = min(max(widths[1], cellsOf(oneLine(r.State.Word))), stateWidth)
			widths[2] = min(max(widths[2], cellsOf(oneLine(r.Build.Text))), buildWidth)
		}
	}
	return widths
}

// columns sets cells side by side, with spaces up to their widths and two more. What
// follows a cell that is wider than its column stands in its own column on the next line.
func columns(prefix string, cells []string, widths []int) []string {
	var lines []string
	line, at := prefix, cellsOf(prefix)
	for i, cell := range cells {
		cell = oneLine(cell)
		if cell != "" && i > 0 && cellsOf(strings.TrimRight(line, " ")) > at-2 {
			lines, line = append(lines, strings.TrimRight(line, " ")), strings.Repeat(" ", at)
		}
		if i < len(widths) && cellsOf(cell) > widths[i] {
			whole := wrap(line, cell)
			lines, line = append(lines, whole[:len(whole)-1]...), whole[len(whole)-1]
		} else {
			line += cell
		}
		if i < len(widths) {
			at += widths[i] + 2
			line += strings.Repeat(" ", max(at-cellsOf(line), 0))
		}
	}
	return append(lines, strings.TrimRight(line, " "))
}

// wrap breaks a text into lines of at most textWidth; the first begins with the prefix,
// the others are set in by as much.
func wrap(prefix, text string) []string { return wrapAt(textWidth, prefix, text) }

// wrapAt does so with lines of another width.
func wrapAt(width int, prefix, text string) []string {
	var lines []string
	margin := cellsOf(prefix)
	line, cells, empty := []byte(prefix), margin, true
	for word := range strings.FieldsSeq(oneLine(text)) {
		n := cellsOf(word)
		if !empty && cells+1+n > width {
			lines = append(lines, string(line))
			line, cells, empty = append(line[:0], strings.Repeat(" ", margin)...), margin, true
		}
		if !empty {
			line, cells = append(line, ' '), cells+1
		}
		line, cells, empty = append(line, word...), cells+n, false
	}
	if empty {
		return lines
	}
	return append(lines, string(line))
}

// oneLine makes a text from outside safe for a terminal and one line long: without
// control characters, marks that turn the direction of writing, and line breaks.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// cellsOf is how many cells of a terminal a text takes: two for each of the wide
// characters of East Asian scripts.
func cellsOf(s string) int {
	n := 0
	for _, r := range s {
		if r < utf8.RuneSelf { // mostly, and each line of a long text is measured
			n++
			continue
		}
		switch k := width.LookupRune(r).Kind(); {
		case unicode.Is(unicode.Mn, r):
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
