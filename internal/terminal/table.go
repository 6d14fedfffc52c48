package terminal

import (
	"io"
	"slices"
	"strings"
)

// Column is one column of a [Table].
type Column struct {
	// Title is its heading; where all are empty there is no line of headings.
	Title string
	// Least is how narrow the column may become in a terminal where lines do not fit;
	// zero says that it is never cut.
	Least int
	// Keep is the part of a text that stays when it is cut.
	Keep Part
	// Leave says that the column is left out where lines do not fit though all is cut as
	// far as it may be: the least number first, never with zero.
	Leave int
}

// Part is a part of a text.
type Part int

// The parts.
const (
	Beginning Part = iota
	Ending         // of paths, whose beginnings are alike
	BothEnds       // of names that begin alike and end alike
)

// Cell is what stands in one column of a record.
type Cell struct {
	Text  string
	Style Style
}

// Text is a cell without a mark.
func Text(text string) Cell { return Cell{Text: text} }

// Table is records of cells, one line each.
type Table struct {
	terminal Terminal
	columns  []Column
	rows     [][]Cell
}

// NewTable makes a table for a terminal.
func NewTable(t Terminal, columns ...Column) *Table {
	return &Table{terminal: t, columns: columns}
}

// Row adds a record. Cells that are missing at its end are empty; there are never more
// than columns.
func (t *Table) Row(cells ...Cell) {
	row := make([]Cell, len(t.columns))
	for i := range min(len(cells), len(row)) {
		row[i] = Cell{Clean(cells[i].Text), cells[i].Style}
	}
	t.rows = append(t.rows, row)
}

// gap stands between columns.
const gap = "  "

// more ends what was cut.
const more = "…"

// Print writes the table, each line behind an indent; nothing where it has no record.
func (t *Table) Print(w io.Writer, indent string) error {
	if len(t.rows) == 0 {
		return nil
	}
	rows := t.rows
	if head := t.head(); head != nil {
		rows = append([][]Cell{head}, rows...)
	}
	widths := t.fit(natural(rows, len(t.columns)), Columns(indent))
	var b strings.Builder
	for _, row := range rows {
		t.line(&b, indent, row, widths)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// head is the line of headings, nil where there is none.
func (t *Table) head() []Cell {
	head, titled := make([]Cell, len(t.columns)), false
	for i, c := range t.columns {
		head[i] = Cell{c.Title, Strong}
		titled = titled || c.Title != ""
	}
	if !titled {
		return nil
	}
	return head
}

// natural are the widths that the columns would like to have.
func natural(rows [][]Cell, columns int) []int {
	widths := make([]int, columns)
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], Columns(c.Text))
		}
	}
	return widths
}

// leftOut is the width of a column that is not shown.
const leftOut = -1

// fit leaves columns out, and makes those that stay narrower, the widest first, until a
// line fits or nothing more can be done.
func (t *Table) fit(widths []int, indent int) []int {
	if t.terminal.Width <= 0 {
		return widths
	}
	room := t.terminal.Width - indent
	t.leaveOut(widths, room)
	for over := total(widths) - room; over > 0; over-- {
		widest := -1
		for i, w := range widths {
			if w > t.least(i, w) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// leaveOut drops the columns that may go, in their order, as long as those that stay do
// not fit however narrow they are made.
func (t *Table) leaveOut(widths []int, room int) {
	for {
		narrow, next := slices.Clone(widths), -1
		for i, w := range widths {
			narrow[i] = t.least(i, w)
			if leave := t.columns[i].Leave; w != leftOut && leave > 0 && (next < 0 || leave < t.columns[next].Leave) {
				next = i
			}
		}
		if next < 0 || total(narrow) <= room {
			return
		}
		widths[next] = leftOut
	}
}

// least is how narrow a column of a width may become.
func (t *Table) least(column, width int) int {
	if least := t.columns[column].Least; least > 0 {
		return min(least, width)
	}
	return width
}

// total is the width of a line.
func total(widths []int) int {
	sum, shown := 0, 0
	for _, w := range widths {
		if w != leftOut {
			sum += w
			shown++
		}
	}
	return sum + max(0, shown-1)*len(gap)
}

// line writes one record. Nothing follows its last cell, not even a space.
func (t *Table) line(b *strings.Builder, indent string, row []Cell, widths []int) {
	var cells, pads strings.Builder
	for i, c := range row {
		if widths[i] == leftOut {
			continue
		}
		text := t.columns[i].cut(c.Text, widths[i])
		if text != "" {
			cells.WriteString(pads.String() + t.terminal.Paint(text, c.Style))
			pads.Reset()
		}
		pads.WriteString(strings.Repeat(" ", widths[i]-Columns(text)) + gap)
	}
	b.WriteString(indent + cells.String() + "\n")
}

// cut is a text in a width, without the part that tells least.
func (c Column) cut(text string, width int) string {
	over := Columns(text) - width
	if over <= 0 || width <= Columns(more) {
		return measure.Truncate(text, width, more)
	}
	switch c.Keep {
	case Ending:
		return ending(text, over+Columns(more))
	case BothEnds:
		back := (width - Columns(more)) / 2
		return measure.Truncate(text, width-back, more) + measure.TruncateLeft(text, Columns(text)-back, "")
	}
	return measure.Truncate(text, width, more)
}

// ending is a text without as much of its beginning. Of a path whole names stay, unless
// that were less than half of what could.
func ending(text string, without int) string {
	rest := measure.TruncateLeft(text, without, "")
	if at := strings.IndexByte(rest, '/'); at >= 0 && at < len(rest)/2 {
		rest = rest[at:]
	}
	return more + rest
}
