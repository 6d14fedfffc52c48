package terminal

import (
	"io"
	"strings"
)

// Column is one column of a [Table].
type Column struct {
	// Title is its heading; where all are empty there is no line of headings.
	Title string
	// Least is how narrow the column may become in a terminal where lines do not fit;
	// zero says that it is never cut.
	Least int
}

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

// fit makes columns narrower, the widest first, until a line fits or none can be cut
// any further.
func (t *Table) fit(widths []int, indent int) []int {
	if t.terminal.Width <= 0 {
		return widths
	}
	over := indent - t.terminal.Width
	for i, w := range widths {
		over += w
		if i > 0 {
			over += len(gap)
		}
	}
	for ; over > 0; over-- {
		widest := -1
		for i, w := range widths {
			if least := t.columns[i].Least; least > 0 && w > least && (widest < 0 || w > widths[widest]) {
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

// line writes one record. Nothing follows its last cell, not even a space.
func (t *Table) line(b *strings.Builder, indent string, row []Cell, widths []int) {
	last := len(row) - 1
	for last > 0 && row[last].Text == "" {
		last--
	}
	b.WriteString(indent)
	for i, c := range row[:last+1] {
		text := measure.Truncate(c.Text, widths[i], more)
		if i > 0 {
			b.WriteString(gap)
		}
		b.WriteString(t.terminal.Paint(text, c.Style))
		if i < last {
			b.WriteString(strings.Repeat(" ", widths[i]-Columns(text)))
		}
	}
	b.WriteByte('\n')
}
