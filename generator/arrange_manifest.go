package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// manifestPage is the release manifest: one milestone. That of a daily milestone
// asks other things, what was built and what is tested: see arrange_daily.go.
type manifestPage struct {
	Page
	Daily bool
	Lead  string // "Release milestone in testing, planned for 6 August 2026"
	// Statement is what says what is meant to be released: "the series manifest".
	Statement string
	Answer    string
	Bar       []segment
	Beside    string // "Not counted: 6 netboot."; empty for none
	Fresh     freshView
	Blockers  []findingView
	Warnings  []findingView
	Notes     []findingView
	Disagree  []disagreeView // what sources say differently
	Unclear   int            // products that they disagree about
	Filter    *filterView    // nil where there are too few rows for one
	Groups    []groupView
	// Columns counts them. HasTests, HasSizes and HasPlaces say whether any row has
	// something in those.
	Columns   int
	HasTests  bool
	HasSizes  bool
	HasPlaces bool
	Before    Link
	Changed   string // "17 are new, 28 have a new build."
	Changes   []changeGroup
	Places    []placeGroup
	Set       *setView    // what can be published; nil where nothing is any more
	HasFrom   bool        // some image among the dailies is on its way
	Over      bool        // it is released, so what is not there will not come
	Respin    *respinView // nil where nothing is left to build
	Trackers  []Link
	Bugs      []Link
	Made      bool
	History   *historyView   // nil where nothing is known of it
	Early     bool           // the past is told before the rows: they are still changing
	Jumps     []Link         // to the parts of a page that is long
	Handover  []handoverLink // files for other sites
}

// arrangeManifest makes the page of a milestone.
func (s *site) arrangeManifest(m *release.Manifest) manifestPage {
	p := manifestPage{Page: s.newPage(s.milestonePath(m), m.Title,
		description(m, s.picture.AsOf), menuItem{seriesTitle(m.Line), s.seriesPath(m.Line)})}
	s.rest(&p.Page, m.Line.Sources...)
	p.Feeds = []Link{s.seriesFeed(&p.Page, m.Line)}
	p.Fresh = freshest(p.Ages)
	p.Daily, p.Lead, p.Made, p.Statement = m.Kind == release.KindDaily, lead(m), m.Made, m.Statement()
	p.Answer, p.Bar, p.Beside = answer(m, s.picture.AsOf), segments(m), beside(m)
	p.Blockers = s.rowFindings(&p.Page, m, release.Blocker)
	p.Warnings = s.rowFindings(&p.Page, m, release.Warning)
	p.Notes = s.rowFindings(&p.Page, m, release.Note)
	p.Disagree = s.viewDisagreements(&p.Page, m)
	p.Unclear = disagreeing(p.Disagree)
	p.Trackers, p.Bugs = refs(m.Refs), s.bugLinks(m.Bugs)
	p.Also = []Link{{Text: "plain text", Href: "manifest.txt"}, {Text: "JSON", Href: "manifest.json"}, {Text: "CSV", Href: "manifest.csv"}, {Text: "badge", Href: badgeFile}, {Text: "feed of the series", Href: p.Feeds[0].Href}}
	for _, g := range m.Groups {
		p.Groups = append(p.Groups, s.viewGroup(&p.Page, g))
	}
	p.countColumns(m)
	p.Filter = rowFilter(p.Groups)
	if m.Before != nil {
		p.Before = Link{Text: m.Before.Title, Href: p.to(s.milestonePath(m.Before))}
		p.Changed, p.Changes = changed(m.Changes), s.viewChanges(&p.Page, m.Changes)
	}
	p.History = s.viewHistory(m)
	p.Early = m.Open && p.History != nil
	set, states := s.viewSet(m)
	p.Set, p.Places = set, s.viewPlaces(&p.Page, m, states)
	p.Respin = s.viewRespin(&p.Page, m)
	p.Over = over(m)
	p.HasFrom = slices.ContainsFunc(m.Rows(), func(r *release.Row) bool { return r.Location != nil && r.Daily != nil })
	p.Handover = s.handoverLinks(&p.Page, m)
	p.Jumps = p.jumps()
	return p
}

// jumps lead to the parts behind the rows, of which nobody sees anything at first.
func (p *manifestPage) jumps() []Link {
	var links []Link
	add := func(is bool, text, href string) {
		if is {
			links = append(links, Link{Text: text, Href: href})
		}
	}
	add(len(p.Groups) > 0, "Products", "#rows")
	add(p.Before.Text != "", "What changed", "#changes")
	add(p.History != nil && !p.Early, "Readiness over time", "#history")
	add(len(p.Disagree) > 0, "Where sources disagree", "#disagree")
	add(len(p.Warnings) > 0, "Warnings", "#warnings")
	add(len(p.Notes) > 0, "Notes", "#notes")
	add(len(p.Places) > 0, "What goes where", "#places")
	add(p.Respin != nil, "What to build again", "#respin")
	return links
}

// countColumns finds out which columns have something in them.
func (p *manifestPage) countColumns(m *release.Manifest) {
	for _, r := range m.Rows() {
		p.HasTests = p.HasTests || r.Tests != nil || m.Open && firstHref(refs(r.Refs)) != ""
		p.HasPlaces = p.HasPlaces || r.Location != nil
		p.HasSizes = p.HasSizes || rowSize(r).Bytes > 0
	}
	p.Columns = 5
	for _, has := range []bool{p.HasTests, p.HasSizes, p.HasPlaces} {
		if has {
			p.Columns++
		}
	}
}

// answer is what the page says in its largest letters.
func answer(m *release.Manifest, asOf time.Time) string {
	switch {
	case m.Kind == release.KindDaily:
		return dailyAnswer(m, asOf)
	case over(m) && m.Totals.Blockers == 0:
		return releasedAnswer(m)
	}
	return readiness(m.Totals)
}

// over reports whether a milestone was released.
func over(m *release.Manifest) bool {
	return m.Status == release.MilestoneReleased || m.Status == release.MilestoneArchived
}

// releasedAnswer is the answer of a milestone of the past.
func releasedAnswer(m *release.Manifest) string {
	built, ready := 0, 0
	for _, r := range m.Rows() {
		if !counted(m, r) || r.BuildID == "" {
			continue
		}
		built++
		if r.State == release.StateReady {
			ready++
		}
	}
	switch {
	case built == 0:
		return "Released. No build of it is known."
	case ready < built:
		return fmt.Sprintf("Released with %s, %d of them marked ready.", plural(built, "product"), ready)
	}
	return "Released with " + plural(built, "product") + "."
}

// description is the page in a sentence, for search engines and previews of links.
func description(m *release.Manifest, asOf time.Time) string {
	if m.Kind == release.KindDaily {
		return "The daily builds of " + seriesTitle(m.Line) + ": what was built last, and what is tested."
	}
	return m.Title + ": " + answer(m, asOf) + " Every image with its build, its state and where it goes."
}

// freshView is how far back the facts of a page go.
type freshView struct {
	Newest, Oldest ageView
	// Same says that both are of one moment; it is false when there is none.
	Same bool
}

// freshest finds the newest and the oldest good answer among the sources of a page.
func freshest(ages []ageView) freshView {
	var f freshView
	for _, a := range ages {
		if a.Success.IsZero() {
			continue
		}
		if f.Newest.Success.IsZero() || a.Success.After(f.Newest.Success) {
			f.Newest = a
		}
		if f.Oldest.Success.IsZero() || a.Success.Before(f.Oldest.Success) {
			f.Oldest = a
		}
	}
	f.Same = !f.Newest.Success.IsZero() && f.Newest.Success.Equal(f.Oldest.Success)
	return f
}

// rowFindings shows a milestone's findings of one severity, each leading to the
// row that it is about.
func (s *site) rowFindings(p *Page, m *release.Manifest, want release.Severity) []findingView {
	some := severity(m.Findings, want)
	views := viewFindings(some)
	there := map[string]bool{}
	for _, r := range m.Rows() {
		there[r.Product.Slug] = true
	}
	for i, f := range some {
		if there[f.Product] {
			views[i].Href = "#row-" + f.Product
		}
	}
	return views
}

// lead says in what stage a milestone is.
func lead(m *release.Manifest) string {
	what := "Release milestone"
	if m.Kind == release.KindDaily {
		what = "Daily builds"
	}
	switch {
	case m.Open && m.Kind == release.KindDaily:
		what += ": what was built last, and what is tested"
	case m.Open:
		what += " in testing"
	case m.Status == release.MilestoneReleased:
		what += ", released"
	case m.Status == release.MilestoneArchived:
		what += ", archived"
	case m.Status == release.MilestoneTesting:
		what += ", its series is closed"
	case m.Status != "":
		what += ", " + string(m.Status)
	}
	if m.Date != "" {
		what += ", " + day(m.Date)
	}
	return what
}

// seriesTitle is a series with its version: "Noble Numbat 24.04 LTS".
func seriesTitle(l *release.Line) string {
	t := l.DisplayName
	if t == "" {
		t = l.Title
	}
	if l.Version != "" {
		t += " " + l.Version
	}
	if l.Rule != nil && l.Rule.LTS {
		t += " LTS"
	}
	return t
}

// beside says which rows the answer leaves out, and why.
func beside(m *release.Manifest) string {
	netboot, extra := 0, 0
	for _, r := range m.Rows() {
		switch {
		case counted(m, r):
		case r.Netboot:
			netboot++
		default:
			extra++
		}
	}
	var words []string
	if netboot > 0 {
		words = append(words, fmt.Sprintf("%d netboot", netboot))
	}
	if extra > 0 {
		words = append(words, fmt.Sprintf("%d not in %s", extra, m.Statement()))
	}
	if len(words) == 0 {
		return ""
	}
	return "Not counted: " + strings.Join(words, ", ") + "."
}
