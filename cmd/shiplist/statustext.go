package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"shiplist/internal/release"
)

// timeForm is how times are printed for people; always UTC.
const timeForm = "2006-01-02 15:04 UTC"

// problemsShown is how many problems of one source are told to people, and how many
// held directories; JSON has all.
const problemsShown = 5

// print prints for people: who writes, one line a source, what is wrong with any and
// what to do about it, with the configuration in file, and what happened last.
func (st *status) print(w io.Writer, now time.Time, file string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "agent: %s\n\n", st.Agent)
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range st.Sources {
		kind := strings.TrimSpace(s.Kind + " " + s.Role)
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.State, ageOf(s.Success, now), kind, s.Address)
	}
	_ = tab.Flush() // a buffer takes everything
	for _, s := range st.Sources {
		s.print(&b, file)
	}
	if len(st.Strangers) > 0 {
		fmt.Fprintf(&b, "\nno part of the data directory, and neither read nor touched:\n")
		for _, name := range st.Strangers {
			fmt.Fprintf(&b, "  %s\n", name)
		}
	}
	st.printEvents(&b)
	_, err := io.WriteString(w, strings.Map(printable, b.String()))
	return err
}

// printable keeps texts from outside from commanding the terminal.
func printable(r rune) rune {
	if r != '\n' && !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
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
func (s sourceStatus) print(b *bytes.Buffer, file string) {
	if s.Held != "" {
		fmt.Fprintf(b, "\n%s: held back since %s: %s\n", s.Name, s.HeldSince.Format(timeForm), s.Held)
		switch {
		case s.HeldUntil == nil:
			fmt.Fprintf(b, "  it is not let in by itself")
		default:
			fmt.Fprintf(b, "  it is let in by itself from %s on if it stays the same", s.HeldUntil.Format(timeForm))
		}
		fmt.Fprintf(b, "; if it is right, '%s' lets it in now\n", commandLine("agent --accept "+s.Accept, file))
	}
	if s.Error != "" {
		what := "the last poll failed"
		if s.Lost {
			what = "lost, the last poll failed"
		}
		fmt.Fprintf(b, "\n%s: %s%s: %s\n", s.Name, what, at(s.Attempt), s.Error)
	}
	switch s.State {
	case "new":
		text := "not polled yet"
		if s.Began != nil {
			text = "no answer yet; a poll began" + at(s.Began)
		}
		fmt.Fprintf(b, "\n%s: %s\n", s.Name, text)
	case "dropped":
		fmt.Fprintf(b, "\n%s: the configuration does not name it any more; the next poll of all sources removes it\n", s.Name)
	}
	s.printHeldDirectories(b)
	s.printProblems(b)
}

func (s sourceStatus) printProblems(b *bytes.Buffer) {
	if len(s.Problems) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s: %s\n", s.Name, release.Plural(len(s.Problems), "problem", "problems"))
	for _, p := range s.Problems[:min(len(s.Problems), problemsShown)] {
		if p.Address != "" {
			fmt.Fprintf(b, "  %s: %s\n", p.Address, p.Text)
			continue
		}
		fmt.Fprintf(b, "  %s\n", p.Text)
	}
	printMore(b, len(s.Problems))
}

func printMore(b *bytes.Buffer, all int) {
	if more := all - problemsShown; more > 0 {
		fmt.Fprintf(b, "  and %d more; --json lists all\n", more)
	}
}

func (s sourceStatus) printHeldDirectories(b *bytes.Buffer) {
	if len(s.HeldDirectories) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s: %s held back, as last believed until the tree mends it\n", s.Name, release.Plural(len(s.HeldDirectories), "directory", "directories"))
	for _, d := range s.HeldDirectories[:min(len(s.HeldDirectories), problemsShown)] {
		fmt.Fprintf(b, "  %s: %s\n", d.Path, d.Why)
	}
	printMore(b, len(s.HeldDirectories))
}

func (st *status) printEvents(b *bytes.Buffer) {
	if len(st.Events) == 0 {
		return
	}
	fmt.Fprintf(b, "\nwhat happened last:\n")
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, e := range st.Events {
		fmt.Fprintf(tab, "  %s\t%s\t%s", e.Seen.UTC().Format(timeForm), e.Source, e.What)
		if what := about(e); what != "" {
			fmt.Fprintf(tab, "\t%s", what)
		}
		fmt.Fprintln(tab)
	}
	_ = tab.Flush()
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
