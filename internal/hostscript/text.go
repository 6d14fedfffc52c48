package hostscript

import (
	"fmt"
	"strings"

	"shiplist/internal/shell"
)

// end is the line that ends a here-document.
const end = "END"

// document is lines as a here-document, to stand after a command.
type document []string

// newDocument refuses what would end the document, or another line than it seems.
func newDocument(lines []string) (document, error) {
	for _, line := range lines {
		if _, err := shell.Always(line); err != nil {
			return nil, fmt.Errorf("a path cannot stand in a script: %w", err)
		}
		if line == end || strings.TrimSpace(line) != line {
			return nil, fmt.Errorf("the path %q cannot stand in a script", line)
		}
	}
	return lines, nil
}

func (d document) String() string {
	var b strings.Builder
	b.WriteString("<<'" + end + "'\n")
	for _, line := range d {
		b.WriteString(line + "\n")
	}
	return b.String() + end
}

// comments are texts as comments, one line each.
func comments(texts []string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = shell.Comment(text)
	}
	return list
}
