package config

import (
	"bytes"
	"regexp"
	"strings"

	"shiplist"
)

// rulesMark begins the line of the embedded default that stands between what a
// user's file says for itself and the rule tables.
const rulesMark = "# --- The rules:"

var tableLine = regexp.MustCompile(`(?m)^\[\[?([a-z_.]+)\]\]?$`)

// InitText returns what a new config.toml begins with: all of the embedded default
// up to the rules, and of each rule table what it is for and its first row, as a
// comment, so that the default's rules hold until someone wants others.
func InitText() []byte {
	var b bytes.Buffer
	rules := false
	shown := map[string]bool{}
	var text []string // comments that wait for their table
	for _, block := range strings.Split(strings.TrimRight(string(shiplist.Config), "\n"), "\n\n") {
		rules = rules || strings.HasPrefix(block, rulesMark)
		head := tableLine.FindStringSubmatch(block)
		switch {
		case !rules || strings.HasPrefix(block, rulesMark):
			b.WriteString(block + "\n\n")
		case head == nil:
			text = append(text, block)
		default:
			if !shown[head[1]] {
				shown[head[1]] = true
				b.WriteString(strings.Join(append(text, example(block)), "\n\n") + "\n\n")
			}
			text = nil
		}
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

// example makes a comment of a table; comments in it stay as they are.
func example(block string) string {
	lines := strings.Split(block, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "#") {
			lines[i] = "# " + line
		}
	}
	return strings.Join(lines, "\n")
}
