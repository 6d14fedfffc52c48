package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/shell"
	"shiplist/internal/terminal"
)

// print writes the commands as they are pasted, and all else as comments between them.
func (r *respun) print(w io.Writer, t terminal.Terminal) error {
	var b strings.Builder
	say := func(text string) { b.WriteString(t.Wrap(text, "# ", "#   ") + "\n") }
	say(r.summary())
	for _, c := range r.Commands {
		b.WriteString("\n")
		say(c.about())
		b.WriteString(c.Command + "\n")
	}
	for i, l := range r.Refused {
		if i == 0 {
			b.WriteString("\n")
		}
		say(fmt.Sprintf("refused: %s: %s", l.Title, l.Why))
	}
	for i, l := range r.Left {
		if i == 0 {
			b.WriteString("\n")
		}
		say(fmt.Sprintf("left out: %s: %s", l.Title, l.Why))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary says what is built, and what is saved, in a sentence or two.
func (r *respun) summary() string {
	of := r.Series
	if r.Milestone != "" {
		of += "/" + r.Milestone
	}
	text := of + ": nothing to build again"
	if len(r.Commands) > 0 {
		text = fmt.Sprintf("%s: %s for %s", of, release.Plural(len(r.Commands), "command", "commands"), r.Build)
	}
	if r.Saved.Images > 0 {
		text += "; what is left out saves " + r.Saved.String()
	}
	if len(r.Refused) > 0 {
		text += fmt.Sprintf("; %s refused, as a rule is missing", release.Plural(len(r.Refused), "product", "products"))
	}
	return text
}

// about says for what a command is.
func (c *respinCall) about() string {
	var titles []string
	for _, p := range c.Products {
		titles = append(titles, p.Title)
	}
	text := strings.Join(titles, ", ")
	for _, q := range c.Requests {
		text += fmt.Sprintf("; request %s on %s", q.ID, q.Source)
		if q.By != "" {
			text += " by " + q.By
		}
	}
	for _, q := range c.group.Begun {
		text += "; attention: " + q.Became(q.Status) + " already"
	}
	return strings.TrimPrefix(shell.Comment(text), "# ")
}

// String is the cost in words: 40 images, 55 hours.
func (c respinCost) String() string {
	text := release.Plural(c.Images, "image", "images")
	switch {
	case c.Unknown == c.Images:
		return text
	case c.Unknown > 0:
		return fmt.Sprintf("%s, at least %s of building", text, hours(c.Hours))
	}
	return fmt.Sprintf("%s, %s of building", text, hours(c.Hours))
}

func hours(n float64) string {
	if n == 1 {
		return "1 hour"
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + " hours"
}
