package demo

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed sample
var sampleFiles embed.FS

// The tables in sample/ are tab separated. Lines that begin with # are comments,
// the first other line names the columns, and a cell "-" is empty.

// row is one line of a table.
type row struct {
	file  string
	line  int
	cells map[string]string
	bad   *[]error // where the mistakes of the table are collected
}

// table reads a table of the samples and calls each for every line of it. All
// mistakes of the table are reported in one go.
func table(name string, columns string, each func(row)) error {
	data, err := sampleFiles.ReadFile("sample/" + name)
	if err != nil {
		return fmt.Errorf("sample table: %w", err)
	}
	var bad []error
	want := strings.Fields(columns)
	header := false
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		r := row{file: name, line: i + 1, bad: &bad}
		cells := strings.Split(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case !header:
			header = true
			if got := strings.Join(cells, " "); got != strings.Join(want, " ") {
				r.fail(fmt.Sprintf("columns are %q, want %q", got, strings.Join(want, " ")))
			}
		case len(cells) != len(want):
			r.fail(fmt.Sprintf("has %d cells, want %d", len(cells), len(want)))
		default:
			r.cells = make(map[string]string, len(want))
			for j, cell := range cells {
				if cell != "-" {
					r.cells[want[j]] = cell
				}
			}
			each(r)
		}
	}
	return errors.Join(bad...)
}

// fail reports a mistake of the row.
func (r row) fail(what string) {
	*r.bad = append(*r.bad, fmt.Errorf("%s:%d: %s", r.file, r.line, what))
}

func (r row) text(column string) string { return r.cells[column] }

// words splits a cell at blanks.
func (r row) words(column string) []string { return strings.Fields(r.cells[column]) }

func (r row) has(column, word string) bool {
	for _, w := range r.words(column) {
		if w == word {
			return true
		}
	}
	return false
}

func (r row) int(column string) int64 {
	n, err := strconv.ParseInt(r.cells[column], 10, 64)
	if err != nil {
		r.fail(fmt.Sprintf("%s: %q is not a whole number", column, r.cells[column]))
	}
	return n
}

// stamp is how times are written in the samples: UTC, to the second.
const stamp = "2006-01-02 15:04:05"

func (r row) time(column string) time.Time {
	t, err := time.Parse(stamp, r.cells[column])
	if err != nil {
		r.fail(fmt.Sprintf("%s: %q is not a time; write it like %q", column, r.cells[column], stamp))
	}
	return t
}
