package agent

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

// Outcome is what became of one source.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"        // stored; some files are new, different or gone
	Unchanged Outcome = "unchanged" // stored; no file is different
	Failed    Outcome = "failed"    // no answer, or none that could be stored; the facts stay
	Held      Outcome = "held"      // kept aside; the facts stay
	Retired   Outcome = "retired"   // not configured any more; the facts were removed
	Resting   Outcome = "resting"   // not polled, because its host or its operators want it to be left alone for now
)

// Report tells what became of each source.
type Report struct {
	// Sources are in the order of the configuration, those that were retired last.
	Sources []SourceReport `json:"sources"`
	// DryRun says that nothing was written: the rest tells what would have been.
	DryRun bool `json:"dry_run,omitempty"`
}

// Trouble reports whether a source failed or was held back, or was not polled after a poll
// of which that is true.
func (r Report) Trouble() bool {
	for _, s := range r.Sources {
		if s.Outcome == Failed || s.Outcome == Held || s.Outcome == Resting && (s.Error != "" || s.Held != nil) {
			return true
		}
	}
	return false
}

// SourceReport tells what became of one source.
type SourceReport struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Outcome Outcome `json:"outcome"`
	// Counts are of the answer; zero where there was none.
	Counts Counts `json:"counts"`
	// Changed are the data files that are new, different or gone.
	Changed []string `json:"changed,omitempty"`
	// Duration is of the poll, without the writing.
	Duration time.Duration `json:"duration_ns"`
	Requests int64         `json:"requests"`
	Bytes    int64         `json:"bytes"` // over the wire
	Error    string        `json:"error,omitempty"`
	// ErrorKind sorts errors: the kinds of package fetch, "fault" of the program itself,
	// "store" for what could not be written, and "other".
	ErrorKind string        `json:"error_kind,omitempty"`
	Held      *release.Held `json:"held,omitempty"`
	// Lost says that the source has failed for so long that it counts as lost.
	Lost bool `json:"lost,omitempty"`
	// Success is when its stored facts were polled; zero when there are none.
	Success time.Time `json:"success,omitzero"`
	// Events are what happened since then, as they were written.
	Events []release.Event `json:"events,omitempty"`
	// Next is when it is polled next, or may be where a single poll left it out; Resting is
	// until when its host wants to be left alone, of a running agent only.
	Next    time.Time `json:"next,omitzero"`
	Resting time.Time `json:"resting,omitzero"`
	// Note says what is out of the ordinary about a good outcome.
	Note     string            `json:"note,omitempty"`
	Problems []release.Problem `json:"problems,omitempty"`
}

// Counts are numbers of records.
type Counts struct {
	Products    int `json:"products,omitempty"`
	Series      int `json:"series,omitempty"`
	Milestones  int `json:"milestones,omitempty"`
	Builds      int `json:"builds,omitempty"`
	Directories int `json:"directories,omitempty"`
	Images      int `json:"images,omitempty"`
	Netboot     int `json:"netboot,omitempty"`
}

func countFacts(f *release.Facts) Counts {
	return Counts{
		Products: len(f.Products), Series: len(f.Series), Milestones: len(f.Milestones), Builds: len(f.Builds),
		Directories: len(f.Directories), Images: len(f.Images), Netboot: len(f.Netboot),
	}
}

func (c Counts) total() int {
	return c.Products + c.Series + c.Milestones + c.Builds + c.Directories + c.Images + c.Netboot
}

// String names what there is: "2 series, 1 milestone".
func (c Counts) String() string {
	var said []string
	for _, n := range []struct {
		count     int
		one, many string
	}{
		{c.Series, "series", "series"},
		{c.Milestones, "milestone", "milestones"},
		{c.Products, "product", "products"},
		{c.Builds, "build", "builds"},
		{c.Directories, "directory", "directories"},
		{c.Images, "image", "images"},
		{c.Netboot, "netboot set", "netboot sets"},
	} {
		if n.count > 0 {
			said = append(said, release.Plural(n.count, n.one, n.many))
		}
	}
	if len(said) == 0 {
		return "no records"
	}
	return strings.Join(said, ", ")
}

// String is the one line for the source: what, how many, how long.
func (s SourceReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", s.Name, s.Outcome)
	switch s.Outcome {
	case OK, Unchanged:
		b.WriteString(", " + s.Counts.String())
	}
	if len(s.Changed) > 0 {
		b.WriteString(", " + release.Plural(len(s.Changed), "file", "files") + " changed")
	}
	if s.Outcome != Resting {
		fmt.Fprintf(&b, ", in %s", s.Duration.Round(time.Millisecond))
	}
	if s.Requests > 0 {
		fmt.Fprintf(&b, " with %s, %s", release.Plural(int(s.Requests), "request", "requests"), release.Size(s.Bytes))
	}
	if len(s.Problems) > 0 {
		b.WriteString("; " + release.Plural(len(s.Problems), "problem", "problems"))
	}
	if reason := s.reason(); reason != "" {
		b.WriteString(": " + reason)
	}
	return b.String()
}

// reason is the sentence that explains the outcome, where it needs one.
func (s SourceReport) reason() string {
	switch {
	case s.Outcome == Held && s.Held != nil:
		return s.acceptable()
	case s.Outcome == Failed:
		return s.Error
	case s.Outcome == Resting && s.Error != "":
		return s.Note + "; that poll failed: " + s.Error
	case s.Outcome == Resting && s.Held != nil:
		return s.Note + "; its answer is held back: " + s.acceptable()
	}
	return s.Note
}

// acceptable is why an answer is held back, and what lets it in.
func (s SourceReport) acceptable() string {
	return s.Held.Reason + "; if that is right, run `shiplist agent --accept " + s.Held.Handle(s.Name) + "`"
}

// The kinds of error that are no requests'.
const (
	kindFault   = "fault"
	kindStore   = "store"
	kindOther   = "other"
	kindResting = string(fetch.KindResting)
)

// kindOf sorts what a poll ended with.
func kindOf(err error) string {
	var request *fetch.Error
	var fault *faultError
	switch {
	case errors.As(err, &request):
		return string(request.Kind)
	case errors.As(err, &fault):
		return kindFault
	}
	return kindOther
}
