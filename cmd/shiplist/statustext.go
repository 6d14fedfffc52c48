package main

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// timeForm is how times are printed for people; always UTC.
const timeForm = "2006-01-02 15:04 UTC"

// problemsShown is how many problems of one source are told to people, and how many
// held directories; JSON has all.
const problemsShown = 5

// statusStyles mark the words of how it stands with a source.
var statusStyles = map[string]terminal.Style{
	"ok": terminal.Good, "stale": terminal.Poor, "failed": terminal.Bad, "lost": terminal.Bad, "held": terminal.Bad,
}

// print prints for people: who writes, one line a source, what is wrong with any and
// what to do about it, with the configuration in file, and what happened last.
func (st *status) print(e *environment, file string) error {
	p := paper{terminal: e.terminal}
	p.say("", "agent: %s", st.Agent)
	p.WriteByte('\n')
	tab := terminal.NewTable(e.terminal, terminal.Column{Least: 10}, terminal.Column{}, terminal.Column{},
		terminal.Column{Leave: 1}, terminal.Column{Least: 20, Leave: 2})
	for _, s := range st.Sources {
		tab.Row(terminal.Text(s.Name), terminal.Cell{Text: s.State, Style: statusStyles[s.State]}, terminal.Text(ageOf(s.Success, e.now())),
			terminal.Text(strings.TrimSpace(s.Kind+" "+s.Role)), terminal.Text(s.Address))
	}
	p.table(tab, "")
	for _, s := range st.Sources {
		s.print(&p, file)
	}
	if len(st.Targets) > 0 {
		p.WriteByte('\n')
		p.standings(st.Targets)
	}
	if len(st.Strangers) > 0 {
		p.say("", "\nno part of the data directory, and neither read nor touched:")
		for _, name := range st.Strangers {
			p.say("  ", "%s", name)
		}
	}
	st.printEvents(&p)
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

func (a agentStatus) String() string {
	switch {
	case !a.Running:
		return "not running"
	case a.PID == 0:
		return "running"
	}
	return fmt.Sprintf("running, process %d", a.PID)
}

// print tells what is wrong with one source, and what to do.
func (s sourceStatus) print(p *paper, file string) {
	if s.Held != "" {
		p.say("", "\n%s: held back since %s: %s", s.Name, s.HeldSince.Format(timeForm), s.Held)
		until := "it is not let in by itself"
		if s.HeldUntil != nil {
			until = fmt.Sprintf("it is let in by itself from %s on if it stays the same", s.HeldUntil.Format(timeForm))
		}
		p.say("  ", "%s; if it is right, '%s' lets it in now", until, commandLine("agent --accept "+s.Accept, file))
	}
	if s.Error != "" {
		what := "the last poll failed"
		if s.Lost {
			what = "lost, the last poll failed"
		}
		p.say("", "\n%s: %s%s: %s", s.Name, what, at(s.Attempt), s.Error)
	}
	switch s.State {
	case "new":
		text := "not polled yet"
		if s.Began != nil {
			text = "no answer yet; a poll began" + at(s.Began)
		}
		p.say("", "\n%s: %s", s.Name, text)
	case "dropped":
		p.say("", "\n%s: the configuration does not name it any more; the next poll of all sources removes it", s.Name)
	}
	s.printHeldDirectories(p)
	s.printProblems(p)
}

func (s sourceStatus) printProblems(p *paper) {
	if len(s.Problems) == 0 {
		return
	}
	p.say("", "\n%s: %s", s.Name, release.Plural(len(s.Problems), "problem", "problems"))
	for _, one := range s.Problems[:min(len(s.Problems), problemsShown)] {
		if one.Address != "" {
			p.say("  ", "%s: %s", one.Address, one.Text)
			continue
		}
		p.say("  ", "%s", one.Text)
	}
	printMore(p, len(s.Problems))
}

func printMore(p *paper, all int) {
	if more := all - problemsShown; more > 0 {
		p.say("  ", "and %d more; --json lists all", more)
	}
}

func (s sourceStatus) printHeldDirectories(p *paper) {
	if len(s.HeldDirectories) == 0 {
		return
	}
	p.say("", "\n%s: %s held back, as last believed until the tree mends it", s.Name, release.Plural(len(s.HeldDirectories), "directory", "directories"))
	for _, d := range s.HeldDirectories[:min(len(s.HeldDirectories), problemsShown)] {
		p.say("  ", "%s: %s", d.Path, d.Why)
	}
	printMore(p, len(s.HeldDirectories))
}

func (st *status) printEvents(p *paper) {
	if len(st.Events) == 0 {
		return
	}
	p.say("", "\nwhat happened last:")
	tab := terminal.NewTable(p.terminal, terminal.Column{Leave: 1}, terminal.Column{Least: 6, Leave: 2}, terminal.Column{}, terminal.Column{Least: 16})
	for _, e := range st.Events {
		tab.Row(terminal.Text(e.Seen.UTC().Format(timeForm)), terminal.Text(e.Source), terminal.Text(string(e.What)), terminal.Text(about(e)))
	}
	p.table(tab, "  ")
}

// about says in a few words what an event concerns, and what changed into what.
func about(e release.Event) string {
	var said []string
	for _, part := range []string{e.Series, e.Milestone, e.Product, e.BuildID, place(e)} {
		if part != "" {
			said = append(said, part)
		}
	}
	switch {
	case e.From != "" && e.To != "":
		said = append(said, short(e.From)+" -> "+short(e.To))
	case e.From+e.To != "":
		said = append(said, "("+short(e.From+e.To)+")")
	}
	return strings.Join(said, " ")
}

// place is where in a tree it happened. The path of a file tells its project and its
// image, too.
func place(e release.Event) string {
	if strings.Contains(e.File, "://") { // the image of a netboot set
		return e.File
	}
	return path.Join(e.Dir, cmp.Or(e.File, e.Image))
}

// checksum matches the sums that images have.
var checksum = regexp.MustCompile("^[0-9a-f]{64}$")

// short keeps checksums and reasons from filling the line.
func short(text string) string {
	const most = 60
	if checksum.MatchString(text) {
		return text[:12] + "…"
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func at(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " at " + t.Format(timeForm)
}

func ageOf(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	return release.Age(now.Sub(*t)) + " ago"
}
