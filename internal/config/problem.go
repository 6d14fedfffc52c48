package config

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is one mistake in a configuration, with its place.
type Problem struct {
	File string
	Line int // from 1; 0 when the mistake has no line
	Col  int // from 1, counted in characters; 0 when only the line is known
	Key  string
	// Text says what is wrong and what is accepted instead.
	Text string
}

// String gives the problem as FILE:LINE:COL: KEY: TEXT, without the parts that are
// not known.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Line > 0 && p.Col > 0 {
		fmt.Fprintf(&b, ":%d", p.Col)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems are all mistakes of a configuration, in order of line. It is the error
// of [Load] and [Parse] whenever the file could be read at all.
type Problems []Problem

// Error gives one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted puts the problems of the file called first before those of other files,
// and each file's in order of line.
func (ps Problems) sorted(first string) Problems {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if (a.File == first) != (b.File == first) {
			return a.File == first
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Col != b.Col {
			return a.Col < b.Col
		}
		return a.Key < b.Key
	})
	return ps
}

// err is nil when there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
