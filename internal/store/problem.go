package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is a mistake in a data file.
type Problem struct {
	File      string // as it can be opened from here
	Line, Col int    // from 1; zero when the file as a whole is meant
	Key       string // image[3].file[0].size; empty for a mistake of syntax
	Text      string // what is wrong, and the accepted form
}

func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	return b.String() + ": " + p.Text
}

// Problems are all mistakes of a data directory, by file and place. It is an error
// as long as there is one.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// err is nil when there are none, which a Problems in an error never is.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p Problems) sort() {
	slices.SortFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Key, b.Key))
	})
}

// someProblems are as many of one file as anybody reads.
const someProblems = 10

// some are the first problems of each file.
func (p Problems) some() Problems {
	var kept Problems
	of := map[string]int{}
	for _, problem := range p {
		if of[problem.File]++; of[problem.File] <= someProblems {
			kept = append(kept, problem)
		}
	}
	return kept
}
