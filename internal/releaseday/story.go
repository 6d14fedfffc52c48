package releaseday

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist/agent"
	"shiplist/generator/preview"
	"shiplist/generator/publish"
	"shiplist/internal/demo"
	"shiplist/internal/release"
)

// story tells in the terminal how the release day goes: on the left the day's time and
// what happens in the world, further in what shiplist makes of it. The day tells it, and
// the preview between its lines what it made.
type story struct {
	mu  sync.Mutex // for out
	out io.Writer

	// Only the day looks at these.
	failed map[string]bool       // sources that do not answer
	day    map[demo.StepKind]int // what happened since the last line about a day before
}

func newStory(out io.Writer) *story {
	return &story{out: out, failed: map[string]bool{}, day: map[demo.StepKind]int{}}
}

func (s *story) begins() {
	s.line("", "The week in which %s comes out. First the days before, in a hurry:", dayRelease)
}

// dayRelease is what is released on the day.
const dayRelease = "Ubuntu 26.04.1"

func (s *story) line(at, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if at != "" {
		text = fmt.Sprintf("%-5s  %s", at, text)
	}
	fmt.Fprintln(s.out, text)
}

// inner tells what shiplist does.
func (s *story) inner(format string, args ...any) {
	s.line("", "       | "+format, args...)
}

// before sums up the days before, one line for each.
func (s *story) before(at time.Time, steps []demo.Step) {
	for _, step := range steps {
		if step.Milestone != "" {
			s.day[step.What]++
		}
	}
	if at.Add(demo.PollBefore).Day() == at.Day() {
		return
	}
	var parts []string
	for _, k := range []struct {
		what      demo.StepKind
		one, many string
	}{
		{demo.StepBuild, "build appears", "builds appear"},
		{demo.StepRespin, "respin", "respins"},
		{demo.StepTests, "test", "tests"},
		{demo.StepRequest, "rebuild asked for", "rebuilds asked for"},
		{demo.StepReady, "build ready", "builds ready"},
	} {
		if n := s.day[k.what]; n > 0 {
			parts = append(parts, release.Plural(n, k.one, k.many))
		}
	}
	s.line("", "  %s  %s", at.Format("Mon 2 Jan"), cmp.Or(strings.Join(parts, ", "), "nothing yet"))
	clear(s.day)
}

func (s *story) dawn() {
	s.line("", "%s. What happens, and what shiplist makes of it:\n", demo.Dawn().Format("Monday 2 January 2006"))
}

func (s *story) dusk() {
	s.line("", "\nThe day is over, %s is out. The site stays as it is now; Ctrl-C ends.", dayRelease)
}

// steps tells what happened since the last poll: each thing in a line, but tests, of
// which there are many.
func (s *story) steps(all []demo.Step) {
	type told struct{ at, text string }
	var lines []told
	var tests testCount
	for _, step := range all {
		line := told{step.At.Format("15:04"), stepText(step)}
		switch {
		case step.What == demo.StepTests:
			tests.add(step)
		case step.Milestone != "" && slices.Contains(lines, line): // the same on both sites
		case step.Milestone != "" || step.Subject == "" || step.What == demo.StepDown || step.What == demo.StepUp:
			lines = append(lines, line)
		}
	}
	if text := tests.String(); text != "" {
		lines = append(lines, told{tests.last.Format("15:04"), text})
	}
	slices.SortStableFunc(lines, func(a, b told) int { return strings.Compare(a.at, b.at) })
	for _, l := range lines {
		s.line(l.at, "%s", l.text)
	}
}

// stepText says in a sentence what happened.
func stepText(s demo.Step) string {
	text := ""
	switch s.What {
	case demo.StepBuild:
		text = s.Subject + " " + s.Detail + " appears"
	case demo.StepRespin:
		text = s.Subject + " is respun: " + s.Detail
	case demo.StepRequest:
		text = s.Subject + ": a rebuild is asked for"
	case demo.StepRebuild:
		text = s.Subject + ": the rebuild is " + s.Detail
	case demo.StepReady:
		text = s.Subject + " is ready"
	case demo.StepUnready:
		text = s.Subject + " is not ready any more"
	case demo.StepDrop:
		text = s.Subject + " is dropped from the release"
	case demo.StepEnable:
		text = s.Subject + " is to be tested after all"
	case demo.StepReleased:
		text = s.Milestone + " is marked released"
	default:
		return s.Why
	}
	switch why := s.Why; {
	case why != "" && s.What != demo.StepRespin:
		return text + ": " + lowerFirst(why)
	}
	return text
}

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }

// testCount counts what testers reported.
type testCount struct {
	passed, failed, running int
	broken                  []string // products of which a test failed
	last                    time.Time
}

func (c *testCount) add(s demo.Step) {
	if s.Milestone == "" {
		return
	}
	c.last = s.At
	marks, _, _ := strings.Cut(s.Detail, " ")
	c.passed += strings.Count(marks, "P")
	c.running += strings.Count(marks, "R")
	if n := strings.Count(marks, "F"); n > 0 {
		c.failed += n
		if !slices.Contains(c.broken, s.Subject) {
			c.broken = append(c.broken, s.Subject)
		}
	}
}

func (c *testCount) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{c.passed, "passed"}, {c.failed, "failed (" + strings.Join(c.broken, ", ") + ")"}, {c.running, "begun"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "tests: " + strings.Join(parts, ", ")
}

// seen tells what the agent found.
func (s *story) seen(r agent.Report) {
	var news []string
	for _, source := range r.Sources {
		switch failed := source.Outcome == agent.Failed; {
		case failed && !s.failed[source.Name]:
			s.inner("%s does not answer; its facts of %s stay", source.Name, source.Success.Format("15:04"))
		case !failed && s.failed[source.Name]:
			s.inner("%s answers again", source.Name)
		case source.Outcome == agent.Held:
			s.inner("%s: the answer is held back: %s", source.Name, source.Held.Reason)
		}
		s.failed[source.Name] = source.Outcome == agent.Failed
		if n := len(source.Events); n > 0 && source.Outcome != agent.Failed {
			news = append(news, fmt.Sprintf("%d in %s", n, source.Name))
		}
	}
	if len(news) > 0 {
		s.inner("the agent sees what is new: %s", strings.Join(news, ", "))
	}
}

// made tells of a new site in the preview.
func (s *story) made(m preview.Made) {
	if m.Err != nil {
		s.inner("no new site: %v", m.Err)
		return
	}
	differ := ""
	if m.Published {
		differ = ", " + release.Plural(m.Differ, "page differs", "pages differ") + " from what is published"
	}
	s.inner("site %s made in %s%s", publish.Short(m.Result.Digest), m.Duration.Round(time.Millisecond), differ)
}

// published tells what became of publishing.
func (s *story) published(res publish.Result, refused *publish.Refused) {
	if refused != nil {
		s.inner("not published: %v", refused)
		return
	}
	s.inner("site %s is published: %d files added, %d changed, %d removed", publish.Short(res.Digest), res.Added, res.Changed, res.Removed)
}
