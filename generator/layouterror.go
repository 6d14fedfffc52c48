package generator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// LayoutError is a mistake in a layout: where it is, on which page it was met, and
// what could have been written there.
type LayoutError struct {
	File string // "layouts/pages/home.html"
	Line int    // from 1; 0 when it has no place in the file
	Col  int    // from 1, counted in characters; 0 when only the line is known
	// Page is the first page on which it was met, "/noble/final/"; empty where it was
	// found without making any.
	Page string
	// Pages is how many pages it was met on.
	Pages int
	Text  string // what is wrong
	Meant string // the name that was most likely meant; empty for none
	// Known are the names that can be used in that place, KnownAs what they are: "the
	// fields of homePage".
	Known   []string
	KnownAs string
	Source  string // the line of the file
}

// Error gives one line without what is known in the place.
func (e *LayoutError) Error() string {
	text := e.Place() + ": "
	if e.Page != "" {
		text += "page " + e.Page + ": "
	}
	if e.Pages > 1 && e.Page != "" {
		text = strings.TrimSuffix(text, ": ") + fmt.Sprintf(" and %d more: ", e.Pages-1)
	}
	text += e.Text
	if e.Meant != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Meant)
	}
	return text
}

// Place is FILE:LINE:COL, without the parts that are not known.
func (e *LayoutError) Place() string {
	place := e.File
	if e.Line > 0 {
		place += fmt.Sprintf(":%d", e.Line)
	}
	if e.Line > 0 && e.Col > 0 {
		place += fmt.Sprintf(":%d", e.Col)
	}
	return place
}

// Excerpt is the line of the file with a mark below the place; empty where the place
// is not known.
func (e *LayoutError) Excerpt() string {
	if strings.TrimSpace(e.Source) == "" {
		return ""
	}
	line := []rune(strings.ReplaceAll(e.Source, "\t", " "))
	from := 0
	if e.Col > excerptBefore {
		from = min(e.Col-excerptBefore, len(line))
	}
	text := string(line[from:min(len(line), from+excerptMost)])
	if e.Col > 0 {
		text += "\n" + strings.Repeat(" ", e.Col-1-from) + "^"
	}
	return text
}

// How much of a long line is shown.
const (
	excerptBefore = 60
	excerptMost   = 100
)

// KnownText says what can be used in the place, in one line; empty where that is not
// known.
func (e *LayoutError) KnownText() string {
	if e.KnownAs == "" {
		return ""
	}
	if len(e.Known) == 0 {
		return e.KnownAs
	}
	return e.KnownAs + ": " + strings.Join(e.Known, ", ")
}

// LayoutErrors are mistakes in layouts, by file and line.
type LayoutErrors []*LayoutError

// Error gives one line for each.
func (es LayoutErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns them one by one.
func (es LayoutErrors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// Mistakes takes an error apart into those that were reported together, such as all
// bad layouts and texts of one run.
func Mistakes(err error) []error {
	if err == nil {
		return nil
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range several.Unwrap() {
		all = append(all, Mistakes(e)...)
	}
	return all
}

// layoutProblems collects mistakes that several pages meet at once. The zero value is
// ready.
type layoutProblems struct {
	mu   sync.Mutex
	seen map[string]*LayoutError
}

// take keeps a mistake in a layout and reports whether err was one.
func (p *layoutProblems) take(err error) bool {
	var e *LayoutError
	if !errors.As(err, &e) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]*LayoutError{}
	}
	key := e.Place() + e.Text
	first := *e
	if before, ok := p.seen[key]; ok {
		if before.Page < e.Page {
			first = *before
		}
		first.Pages = before.Pages + e.Pages
	}
	p.seen[key] = &first
	return true
}

// err is nil when nothing was taken.
func (p *layoutProblems) err() error {
	if len(p.seen) == 0 {
		return nil
	}
	var all LayoutErrors
	for _, e := range p.seen {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *LayoutError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Text, b.Text))
	})
	return all
}

// column turns an offset in bytes, from 0, into one in characters, from 1.
func column(line string, offset int) int {
	return utf8.RuneCountInString(line[:min(max(offset, 0), len(line))]) + 1
}
