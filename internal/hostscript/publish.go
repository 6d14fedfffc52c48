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
	Expected document // "SIZE DAILY PATH", "-" for what is not known
	Begins   document
	Stems    document
	Beside   document   // stems of what other milestones have there
	Ours     []string   // comments: directories whose pages this program writes
	Pages    document   // directories whose pages are headed anew
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
	s := publishScript{}
	s.introduce(set, commands, asOf)
	for i, c := range set.Commands {
		s.Steps = append(s.Steps, step{Comments: stepComments(c), Command: commands[i]})
	}
	if err := s.documents(set, ours); err != nil {
		return "", err
	}
	var err error
	if s.Name, err = shell.Quote(set.Manifest.Line.Slug + "/" + set.Manifest.Slug); err != nil {
		return "", err
	}
	if s.Heading, err = shell.Quote(headingOf(set.Manifest.Heading())); err != nil {
		return "", err
	}
	var b strings.Builder
	err = publishTemplate.Execute(&b, s)
	return b.String(), err
}

// introduce says at the head of the script what it does, and what it leaves out.
func (s *publishScript) introduce(set *release.PublishSet, commands []string, asOf time.Time) {
	m := set.Manifest
	s.Head = comments([]string{
		"Publish " + m.Title + ": " + release.Plural(len(commands), "command", "commands") + ".",
		"Facts as of " + asOf.UTC().Format("2006-01-02 15:04 UTC") + ".",
	})
	if over := m.Over(); over != "" {
		s.Head = append(s.Head, shell.Comment(over+"."))
	}
	for _, p := range set.Products {
		if !p.Publishes() {
			s.LeftOut = append(s.LeftOut, shell.Comment(p.Row.Product.Title+": "+p.WhyText()))
		}
	}
}

// documents are the lists of paths that the script reads.
func (s *publishScript) documents(set *release.PublishSet, ours bool) error {
	pages := set.Headed()
	if ours {
		s.Ours, pages = comments(pages), nil
	}
	for _, one := range []struct {
		lines []string
		into  *document
	}{
		{expectedLines(set), &s.Expected},
		{set.Begins(), &s.Begins},
		{set.Stems(), &s.Stems},
		{set.Beside, &s.Beside},
		{pages, &s.Pages},
	} {
		var err error
		if *one.into, err = newDocument(one.lines); err != nil {
			return err
		}
	}
	return nil
}

// expectedLines are "SIZE DAILY PATH" of every file, "-" for what is not known.
func expectedLines(set *release.PublishSet) []string {
	var lines []string
	for _, e := range set.Expected() {
		size, daily := "-", e.Daily
		if e.Size >= 0 {
			size = strconv.FormatInt(e.Size, 10)
		}
		if daily == "" || strings.ContainsFunc(daily, unicode.IsSpace) {
			daily = "-"
		}
		lines = append(lines, size+" "+daily+" "+e.Path)
	}
	return lines
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
