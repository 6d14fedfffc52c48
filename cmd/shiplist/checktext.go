package main

import (
	"fmt"
	"io"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// styleOf marks the word of a severity.
func styleOf(s release.Severity) terminal.Style {
	switch s {
	case release.Blocker:
		return terminal.Bad
	case release.Warning:
		return terminal.Poor
	}
	return terminal.Quiet
}

// summary is the first line: of what, how much, of when.
func (r *checkResult) summary() string {
	what := "everything open"
	if r.Subject != "" {
		what = r.Subject
	}
	found := release.CountFindings(r.Blockers, r.Warnings, r.Notes)
	switch {
	case found == "" && r.closed:
		found = "not open any more, and the past is not judged"
	case found == "":
		found = "nothing found"
	}
	if r.Excused > 0 {
		found += fmt.Sprintf(" (%d excused)", r.Excused)
	}
	return fmt.Sprintf("%s: %s, as of %s", what, found, r.AsOf.UTC().Format(timeForm))
}

// textWidth is the width above which paragraphs are hard to read.
const textWidth = 100

// text is the result for people: a paragraph for each finding, under who can act.
func (r *checkResult) text(t terminal.Terminal) string {
	t.Width = min(t.Width, textWidth)
	var b strings.Builder
	b.WriteString(t.Wrap(r.summary(), "", "") + "\n")
	for _, g := range r.groups {
		heading := g.Who
		if g.Who != string(g.Actor) {
			heading += ", " + string(g.Actor)
		}
		b.WriteString("\n" + t.WrapCells("", "  ", terminal.Cell{Text: heading + ":", Style: terminal.Strong},
			terminal.Text(release.CountFindings(g.Blockers, g.Warnings, g.Notes))) + "\n")
		for _, f := range g.Findings {
			writeFinding(&b, t, f)
		}
	}
	if len(r.aside) > 0 {
		fmt.Fprintf(&b, "\n%s\n", t.Paint("Excused", terminal.Strong))
		for _, f := range r.aside {
			writeFinding(&b, t, f)
		}
	}
	return b.String()
}

// writeFinding writes what is found, what to do, and what it rests on.
func writeFinding(b *strings.Builder, t terminal.Terminal, f *release.Finding) {
	const indent = "    "
	b.WriteString("\n" + t.WrapCells("  ", indent, terminal.Cell{Text: string(f.Severity), Style: styleOf(f.Severity)},
		terminal.Text(f.Rule), terminal.Cell{Text: aboutFinding(f), Style: terminal.Quiet}) + "\n")
	b.WriteString(t.Wrap(f.Text, indent, indent) + "\n")
	switch {
	case f.Excused != nil:
		b.WriteString(t.Wrap(excuseText(f), indent, indent) + "\n")
	case f.Advice != "":
		b.WriteString(t.Wrap(f.Advice, indent+"do: ", indent+"    ") + "\n")
	}
	for _, v := range f.Evidence {
		b.WriteString(t.Wrap(evidenceText(v), indent+"see: ", indent+"     ") + "\n")
	}
}

func excuseText(f *release.Finding) string {
	return fmt.Sprintf("excused until %s: %s", f.Excused.Until, f.Excused.Reason)
}

// evidenceText is who says what, when and where.
func evidenceText(v release.Evidence) string {
	text := v.Source
	if !v.Time.IsZero() {
		text += v.Time.UTC().Format(", " + timeForm)
	}
	if v.Fact != "" && text != "" {
		text += ": "
	}
	return strings.TrimSpace(text + v.Fact + " " + v.URL)
}

// aboutFinding is what a finding is about, as people name it on the command line.
func aboutFinding(f *release.Finding) string {
	milestone := strings.Trim(f.Series+"/"+f.Milestone, "/")
	if f.Series == "" {
		milestone = "" // a slug alone says little
	}
	switch {
	case f.Product != "":
		return strings.TrimSpace(f.Product + " " + milestone)
	case f.Dir != "":
		return f.Tree + ":" + f.Dir
	case milestone != "":
		return milestone
	}
	return f.Source
}

// lines is the result for other programs that read lines: one record each, with all that
// the paragraphs tell.
func (r *checkResult) lines(w io.Writer, t terminal.Terminal) error {
	tab := terminal.NewTable(t, terminal.Column{}, terminal.Column{Least: 14, Keep: terminal.BothEnds},
		terminal.Column{Least: 14, Keep: terminal.BothEnds}, terminal.Column{Least: 8, Leave: 1}, terminal.Column{Least: 16, Leave: 2})
	add := func(f *release.Finding) {
		parts := []string{f.Text, f.Advice}
		if f.Excused != nil {
			parts = []string{f.Text, excuseText(f)}
		}
		for _, v := range f.Evidence {
			parts = append(parts, "["+evidenceText(v)+"]")
		}
		tab.Row(
			terminal.Cell{Text: string(f.Severity), Style: styleOf(f.Severity)},
			terminal.Text(f.Rule), terminal.Text(orDash(aboutFinding(f))), terminal.Text(f.WhoCan()), terminal.Text(strings.Join(parts, " ")),
		)
	}
	for _, g := range r.groups {
		for _, f := range g.Findings {
			add(f)
		}
	}
	for _, f := range r.aside {
		add(f)
	}
	if _, err := fmt.Fprintln(w, t.Wrap(r.summary(), "", "")); err != nil {
		return err
	}
	return tab.Print(w, "")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// markdown is the result for pasting into a bug, a wiki page or a chat.
func (r *checkResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", inMarkdown(r.summary()))
	item := func(f *release.Finding) {
		advice := f.Advice
		if f.Excused != nil {
			advice = excuseText(f)
		}
		fmt.Fprintf(&b, "- **%s** `%s` %s", f.Severity, f.Rule, inMarkdown(f.Text))
		if advice != "" {
			fmt.Fprintf(&b, " *%s*", inMarkdown(advice))
		}
		b.WriteByte('\n')
		for _, v := range f.Evidence {
			fmt.Fprintf(&b, "  - %s\n", evidenceMarkdown(v))
		}
	}
	for _, g := range r.groups {
		fmt.Fprintf(&b, "\n### %s\n\n", inMarkdown(g.Who))
		for _, f := range g.Findings {
			item(f)
		}
	}
	if len(r.aside) > 0 {
		b.WriteString("\n### Excused\n\n")
		for _, f := range r.aside {
			item(f)
		}
	}
	return b.String()
}

// evidenceMarkdown makes a link of an address that can be one.
func evidenceMarkdown(v release.Evidence) string {
	url := v.URL
	v.URL = ""
	text := inMarkdown(evidenceText(v))
	switch link := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://"); {
	case url == "":
		return text
	case link && !strings.ContainsAny(url, " <>\n\r\t"):
		return text + " <" + terminal.Clean(url) + ">"
	}
	return text + " " + inMarkdown(url)
}

// markdownSigns are escaped in texts from outside.
var markdownSigns = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "@", "@\u200b",
)

// inMarkdown is a text that stays as it is in Markdown; nobody is called by it.
func inMarkdown(text string) string { return markdownSigns.Replace(terminal.Clean(text)) }
