package generator

import (
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// pageKind is a template that must be there, and the struct that it gets.
type pageKind struct {
	name string
	dot  reflect.Type
}

// pageKinds are all kinds of page.
func pageKinds() []pageKind {
	return []pageKind{
		{"404", reflect.TypeFor[lostPage]()},
		{"archive", reflect.TypeFor[archivePage]()},
		{"changes", reflect.TypeFor[changesPage]()},
		{"changes-day", reflect.TypeFor[changesDayPage]()},
		{"checks", reflect.TypeFor[checksPage]()},
		{"directory", reflect.TypeFor[directoryPage]()},
		{"family", reflect.TypeFor[familyPage]()},
		{"handover", reflect.TypeFor[handoverPage]()},
		{"home", reflect.TypeFor[homePage]()},
		{"images", reflect.TypeFor[imagesPage]()},
		{"manifest", reflect.TypeFor[manifestPage]()},
		{"moved", reflect.TypeFor[movedPage]()},
		{"netboot", reflect.TypeFor[netbootPage]()},
		{"netboot-series", reflect.TypeFor[netbootSeriesPage]()},
		{"product", reflect.TypeFor[productPage]()},
		{"rule", reflect.TypeFor[rulePage]()},
		{"series", reflect.TypeFor[seriesPage]()},
		{"text", reflect.TypeFor[textPage]()},
		{"trees", reflect.TypeFor[treesPage]()},
	}
}

// sourceView is a source with how fresh it is.
type sourceView struct {
	Name    string
	Kind    string // "tracker", "image tree"
	Href    string
	Success time.Time // rounded down to the freshness of the site; zero when it never answered
	Trouble string    // one sentence; empty when all is well
}

// sourceKinds are the kinds of source in words.
var sourceKinds = map[string]string{
	release.KindQATracker: "tracker", release.KindTestObserver: "tracker", release.KindTree: "image tree", release.KindPackages: "archive of packages",
	release.KindPlan: "plan",
}

func viewSource(src *release.Source) sourceView {
	v := sourceView{Name: src.Name, Kind: src.Kind, Success: src.AsOf, Href: webURL(src.Site)}
	if w, ok := sourceKinds[src.Kind]; ok {
		v.Kind = w
	}
	switch {
	case src.Success.IsZero():
		v.Trouble = "has never answered"
	case src.Held != nil:
		v.Trouble = "gave an answer that is held back (" + src.Held.Reason + "); the facts shown are older"
	case src.Stale:
		v.Trouble = "gave its last good answer " + release.Age(src.Age) + " before this page was made"
	case src.Error != "":
		v.Trouble = "did not answer the last time; the facts shown are older"
	}
	return v
}

// stateView is a state as word and mark.
type stateView struct {
	Class string // of the mark: ready, testing, failed, missing, off, unknown
	Word  string
}

// words for the states; any other is shown as the source says it.
var stateWords = map[release.State]stateView{
	release.StateReady:      {"ready", "ready"},
	release.StateTesting:    {"testing", "testing"},
	release.StateFailed:     {"failed", "failed"},
	release.StateMissing:    {"missing", "missing"},
	release.StateDisabled:   {"off", "disabled"},
	release.StateSuperseded: {"off", "superseded"},
	release.StateRemoved:    {"off", "removed"},
}

func viewState(s release.State, raw string) stateView {
	if v, ok := stateWords[s]; ok {
		return v
	}
	if raw == "" {
		raw = "unknown"
	}
	return stateView{"unknown", raw}
}

// testsView is how far the testers are, leading to the testcases at the tracker.
type testsView struct {
	Failed  string // "1 failed"; empty for none
	Running string // "1 running"; empty for none
	Text    string // "2 passed, 1 untested"; empty where nothing is known
	Share   string // "2 of 3", the passed ones; empty where there are none
	Done    int    // the share in thousandths, to sort by
	Href    string
}

func viewTests(r *release.Row) testsView {
	v := testsView{Href: firstHref(refs(r.Refs))}
	t := r.Tests
	if t == nil {
		return v
	}
	var words []string
	for _, c := range []struct {
		n    int
		word string
	}{{t.Passed, "passed"}, {t.Running, "running"}, {t.Untested, "untested"}} {
		if c.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if t.Failed > 0 {
		v.Failed = fmt.Sprintf("%d failed", t.Failed)
	} else if len(words) == 0 {
		words = []string{"no testcases"}
	}
	v.Text = strings.Join(words, ", ")
	if t.Running > 0 {
		v.Running = fmt.Sprintf("%d running", t.Running)
	}
	if all := t.Passed + t.Failed + t.Running + t.Untested; all > 0 {
		v.Share, v.Done = fmt.Sprintf("%d of %d", t.Passed, all), 1000*t.Passed/all
	}
	return v
}

// segment is one part of the bar over a manifest.
type segment struct {
	stateView
	Count int
}

// segments are the parts of the bar, in the order in which a release fills up. They
// add up to what the sentence above the bar counts: the intended products, or all
// where nobody said what is intended.
func segments(m *release.Manifest) []segment {
	if m.Kind == release.KindDaily {
		return dailySegments(m)
	}
	count := map[release.State]int{}
	for _, r := range m.Rows() {
		if counted(m, r) {
			count[segmentState(r.State)]++
		}
	}
	var bar []segment
	for _, s := range []release.State{
		release.StateReady, release.StateTesting, release.StateFailed,
		release.StateMissing, release.StateDisabled, release.StateUnknown,
	} {
		if n := count[s]; n > 0 {
			bar = append(bar, segment{viewState(s, "other"), n})
		}
	}
	return bar
}

// counted reports whether a row is among those of which a milestone says how many
// are ready.
func counted(m *release.Manifest, r *release.Row) bool {
	return m.Totals.Intended == 0 || r.Intended && !r.Netboot
}

// segmentState is the part of the bar to which a state belongs.
func segmentState(s release.State) release.State {
	switch s {
	case release.StateReady, release.StateTesting, release.StateFailed, release.StateMissing, release.StateDisabled:
		return s
	}
	return release.StateUnknown
}

func (s *site) line(slug string) *release.Line {
	i := slices.IndexFunc(s.picture.Lines, func(l *release.Line) bool { return l.Slug == slug })
	if slug == "" || i < 0 {
		return nil
	}
	return s.picture.Lines[i]
}

func (s *site) product(slug string) *release.ProductLine {
	if slug == "" {
		return nil
	}
	return s.products[slug]
}

// refs are the pages of a thing at its sources.
func refs(all []release.Ref) []Link {
	var links []Link
	for _, r := range all {
		links = append(links, Link{Text: r.Source, Href: webURL(r.URL)})
	}
	return links
}

// firstHref is the first address among links.
func firstHref(links []Link) string {
	for _, l := range links {
		if l.Href != "" {
			return l.Href
		}
	}
	return ""
}

// html is the type of checked HTML in page structs.
type html = template.HTML
