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
	// Want is how narrow it becomes only where no column is left that may be left out;
	// zero is the same as Least.
	Want int
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
	Way            // of paths: their first name and their last, and what there is room for between
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

// LeftOut are the titles of the columns that there is no room for behind an indent.
func (t *Table) LeftOut(indent string) []string {
	rows := t.rows
	if head := t.head(); head != nil {
		rows = append([][]Cell{head}, rows...)
	}
	var titles []string
	for i, w := range t.fit(natural(rows, len(t.columns)), Columns(indent)) {
		if w == leftOut && t.columns[i].Title != "" {
			titles = append(titles, t.columns[i].Title)
		}
	}
	return titles
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
	narrow(widths, room, t.wanted)
	narrow(widths, room, t.least)
	return widths
}

// narrow makes columns narrower, the widest first, until a line fits or none may be.
func narrow(widths []int, room int, least func(column, width int) int) {
	for over := total(widths) - room; over > 0; over-- {
		widest := -1
		for i, w := range widths {
			if w > least(i, w) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// leaveOut drops the columns that may go, in their order, as long as those that stay do
// not fit however narrow they are made.
func (t *Table) leaveOut(widths []int, room int) {
	for {
		narrow, next := slices.Clone(widths), -1
		for i, w := range widths {
			narrow[i] = t.wanted(i, w)
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

// wanted is how narrow a column of a width may become while others may be left out.
func (t *Table) wanted(column, width int) int {
	return min(width, max(t.columns[column].Want, t.least(column, width)))
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
	var cells strings.Builder
	at, next := 0, 0 // how far the line is written, and where the next column begins
	for i, c := range row {
		if widths[i] == leftOut {
			continue
		}
		if text := t.columns[i].cut(c.Text, widths[i]+spare(row, widths, i)); text != "" {
			cells.WriteString(strings.Repeat(" ", next-at) + t.terminal.Paint(text, c.Style))
			at = next + Columns(text)
		}
		next += widths[i] + len(gap)
	}
	b.WriteString(indent + cells.String() + "\n")
}

// spare is the room of the empty cells that follow one directly, which is its own.
func spare(row []Cell, widths []int, column int) int {
	room := 0
	for i := column + 1; i < len(row) && row[i].Text == ""; i++ {
		if widths[i] != leftOut {
			room += len(gap) + widths[i]
		}
	}
	return room
}

// cut is a text in a width, without the part that tells least.
func (c Column) cut(text string, width int) string {
	over := Columns(text) - width
	if over <= 0 || width <= Columns(more) {
		return measure.Truncate(text, width, more)
	}
	switch c.Keep {
	case Way:
		return way(text, width)
	case BothEnds:
		back := (width - Columns(more)) / 2
		return measure.Truncate(text, width-back, more) + measure.TruncateLeft(text, Columns(text)-back, "")
	}
	return measure.Truncate(text, width, more)
}

// way is a path in a width: its first name, as that tells of which tree or project it is,
// its last one, and of those between as many as fit, the first before others. Where a name
// has to be cut, it loses its beginning.
func way(path string, width int) string {
	names := strings.SplitAfter(path, "/")
	from, to := 1, len(names)-1
	if to > 0 && names[to] == "" { // a directory
		to--
	}
	shown := func(from, to int) string {
		return strings.Join(names[:from], "") + more + "/" + strings.Join(names[to:], "")
	}
	if to <= from || Columns(shown(from, to)) > width {
		return tail(path, names[0], width)
	}
	for from < to && Columns(shown(from+1, to)) <= width {
		from++
	}
	for from < to && Columns(shown(from, to-1)) <= width {
		to--
	}
	return shown(from, to)
}

// nameLeast is how much of the end of a name has to be seen for its beginning to be, too.
const nameLeast = 8

// tail is a text in a width without its middle, or, where its beginning leaves too little
// room for the end, without both.
func tail(text, beginning string, width int) string {
	room := width - Columns(beginning) - Columns(more)
	if room < max(width/3, nameLeast) {
		beginning, room = "", width-Columns(more)
	}
	return beginning + more + measure.TruncateLeft(text, Columns(text)-room, "")
}
