package main

import (
	"fmt"
	"strings"

	"shiplist/internal/terminal"
)

// paper is a text for people, laid out for a terminal, before it is printed as a whole.
type paper struct {
	strings.Builder
	terminal terminal.Terminal
}

// say writes a paragraph behind an indent, and two columns further where it goes on. Ends
// of lines at its beginning are empty lines before it.
func (p *paper) say(indent, format string, args ...any) {
	text := strings.TrimLeft(format, "\n")
	p.WriteString(strings.Repeat("\n", len(format)-len(text)))
	p.WriteString(p.terminal.Wrap(fmt.Sprintf(text, args...), indent, indent+"  ") + "\n")
}

// table writes a table, each line behind an indent, and which of its columns that have
// titles the terminal has no room for.
func (p *paper) table(t *terminal.Table, indent string) {
	_ = t.Print(p, indent) // a builder takes everything
	if left := t.LeftOut(indent); len(left) > 0 {
		p.say(indent, "(Too narrow for: %s. A wider terminal, a pipe or --json has all.)", strings.Join(left, ", "))
	}
}
