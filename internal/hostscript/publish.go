// Package hostscript writes whole scripts for the build host, in bash: one makes a
// backup, runs the commands of a publish set, and compares what lies there afterwards
// with what was meant; another moves a superseded release to the archive. A script that
// was interrupted can be run again.
//
// Names reach a script only as words of package shell, as comments, or as lines of a
// here-document that are known to be printable. Nothing here runs a script.
package hostscript

import (
	_ "embed"
	"fmt"
	"html"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"

	"shiplist/internal/release"
	"shiplist/internal/shell"
)

//go:embed publish.sh.tmpl
var publishText string

var publishTemplate = template.Must(template.New("publish.sh").Option("missingkey=error").Parse(publishText))

// publishScript is the data of the template; comments begin with "#".
type publishScript struct {
	Head     []string // comments
	Name     shell.Word
	LeftOut  []string // comments
	Steps    []step
	Expected []string // "SIZE DAILY PATH", "-" for what is not known
	Begins   []string
	Stems    []string
	Beside   []string   // stems of what other milestones have there
	Ours     []string   // comments: directories whose pages this program writes
	Pages    []string   // directories whose pages are headed anew
	Heading  shell.Word // how, for sed
}

// step is one command with what it does, as comments.
type step struct {
	Comments []string
	Command  string
}

// Publish writes the script of a publish set, whose commands are those of the set in
// the form of the configuration. Where ours says so the pages of the full tree are this program's,
// and not headed anew. An error names what cannot stand in a script.
func Publish(set *release.PublishSet, commands []string, asOf time.Time, ours bool) (string, error) {
	m := set.Manifest
	name, err := shell.Quote(m.Line.Slug + "/" + m.Slug)
	if err != nil {
		return "", err
	}
	s := publishScript{Name: name, Head: []string{
		shell.Comment("Publish " + m.Title + ": " + release.Plural(len(commands), "command", "commands") + "."),
		shell.Comment("Facts as of " + asOf.UTC().Format("2006-01-02 15:04 UTC") + "."),
	}}
	if over := m.Over(); over != "" {
		s.Head = append(s.Head, shell.Comment(over+"."))
	}
	for i, c := range set.Commands {
		s.Steps = append(s.Steps, step{Comments: stepComments(c), Command: commands[i]})
	}
	for _, p := range set.Products {
		if !p.Publishes() {
			s.LeftOut = append(s.LeftOut, shell.Comment(p.Row.Product.Title+": "+p.WhyText()))
		}
	}
	for _, e := range set.Expected() {
		size := "-"
		if e.Size >= 0 {
			size = strconv.FormatInt(e.Size, 10)
		}
		daily := e.Daily
		if daily == "" || strings.ContainsFunc(daily, unicode.IsSpace) {
			daily = "-"
		}
		s.Expected = append(s.Expected, size+" "+daily+" "+e.Path)
	}
	s.Begins, s.Stems, s.Beside = set.Begins(), set.Stems(), set.Beside
	if err := s.head(set, ours); err != nil {
		return "", err
	}
	for _, lines := range [][]string{s.Expected, s.Begins, s.Stems, s.Beside, s.Pages} {
		if err := checkLines(lines); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	err = publishTemplate.Execute(&b, s)
	return b.String(), err
}

// head says which pages are headed anew, and how.
func (s *publishScript) head(set *release.PublishSet, ours bool) error {
	if ours {
		for _, dir := range set.Headed() {
			s.Ours = append(s.Ours, shell.Comment(dir))
		}
		return nil
	}
	s.Pages = set.Headed()
	var err error
	s.Heading, err = shell.Quote(headingOf(set.Manifest.Heading()))
	return err
}

// headingOf is the command of sed that puts a name, as text of a page, in place of what
// the build host takes for one.
func headingOf(name string) string {
	if name == "" {
		return "s/ *Daily Build//g"
	}
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, html.EscapeString(name))
	return "s/Daily Build/" + strings.NewReplacer(`\`, `\\`, "/", `\/`, "&", `\&`).Replace(text) + "/g"
}

// stepComments tell the products of a command, and in spite of what they are published.
func stepComments(c *release.PublishCommand) []string {
	var list []string
	for _, p := range c.Products {
		text := p.Row.Product.Title
		if p.Row.Pinned != "" {
			text += ", pinned in " + p.Row.Pinned
		}
		if p.Forced {
			text += ", forced in spite of: " + p.WhyText()
		}
		list = append(list, shell.Comment(text))
	}
	return list
}

// end is the line that ends a here-document.
const end = "END"

// checkLines refuses what would end a here-document, or another line than it seems.
func checkLines(lines []string) error {
	for _, line := range lines {
		if _, err := shell.Always(line); err != nil {
			return fmt.Errorf("a path cannot stand in a script: %w", err)
		}
		if line == end || strings.TrimSpace(line) != line {
			return fmt.Errorf("the path %q cannot stand in a script", line)
		}
	}
	return nil
}
