package generator

import (
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// manifestPage is the release manifest: one milestone.
type manifestPage struct {
	Page
	Lead     string // "Release milestone in testing, planned for 6 August 2026"
	Answer   string
	Bar      []segment
	Beside   string // "8 more rows are not counted ..."; empty for none
	Blockers []findingView
	Warnings []findingView
	Notes    []findingView
	Groups   []groupView
	// HasTests and HasPlaces say whether any row has something in those columns.
	HasTests  bool
	HasPlaces bool
	Columns   int
	Before    Link
	Changes   []changeGroup
	Places    []placeGroup
	HasFrom   bool // some image among the dailies is on its way
	Over      bool // it is released, so what is not there will not come
	Trackers  []Link
	Bugs      []Link
	Made      bool
	JSON      string
}

type groupView struct {
	Family  Link
	ID      string
	Summary string // "5 of 6 ready"
	Rows    []rowView
}

type rowView struct {
	ID       string // for links to the row
	Product  Link
	Arch     string
	State    stateView
	Rebuild  string // "rebuild queued, asked by x"; empty for none
	Build    Link
	Trackers []Link // where the build can be looked up
	Download Link   // the daily image
	Tests    testsView
	Contact  Link
	Person   bool     // the contact is a person, not a team
	Tree     string   // to which it goes
	Place    Link     // directory and name there, leading to the directory
	PlaceID  string   // of its line in the table of what goes where
	There    bool     // it is published already
	Marks    []string // "not intended", "netboot"
	Note     html
	NoteFrom string
	Bugs     []Link
	Blockers []findingView
	Warnings int
	Blocked  bool
	Intended bool
}

type changeGroup struct {
	Word    string // "Added"
	Changes []changeView
	Fold    bool // so many that they are shown on demand
}

type changeView struct {
	Product  Link
	From, To string
}

// placeGroup is one directory to which images go.
type placeGroup struct {
	Dir    Link
	Tree   string
	Places []placeView
}

type placeView struct {
	ID      string // for links to it
	Product Link
	From    Link // the daily directory
	Name    string
	There   bool // it is published already
}

// arrangeManifest makes the page of a milestone.
func (s *site) arrangeManifest(m *release.Manifest) manifestPage {
	p := manifestPage{Page: s.newPage(s.milestonePath(m), m.Title,
		"What ships in "+m.Title+": every image, its build, its state and where it goes.",
		menuItem{seriesTitle(m.Line), s.seriesPath(m.Line)})}
	s.rest(&p.Page, m.Line.Sources...)
	p.Lead, p.Answer, p.Made = lead(m), readiness(m.Totals), m.Made
	p.Bar, p.Beside = segments(m), beside(m)
	p.Blockers = s.rowFindings(&p.Page, m, release.Blocker)
	p.Warnings = s.rowFindings(&p.Page, m, release.Warning)
	p.Notes = s.rowFindings(&p.Page, m, release.Note)
	p.Trackers = refs(m.Refs)
	p.Bugs = bugLinks(m.Bugs)
	p.JSON = "manifest.json"
	for _, g := range m.Groups {
		p.Groups = append(p.Groups, s.viewGroup(&p.Page, g))
		for _, r := range g.Rows {
			p.HasTests = p.HasTests || r.Tests != nil || m.Open && firstHref(refs(r.Refs)) != ""
			p.HasPlaces = p.HasPlaces || r.Location != nil
		}
	}
	p.Columns = 4
	if p.HasTests {
		p.Columns++
	}
	if p.HasPlaces {
		p.Columns++
	}
	if m.Before != nil {
		p.Before = Link{Text: m.Before.Title, Href: p.to(s.milestonePath(m.Before))}
		p.Changes = s.viewChanges(&p.Page, m.Changes)
	}
	p.Places = s.viewPlaces(&p.Page, m)
	p.Over = m.Status == release.MilestoneReleased || m.Status == release.MilestoneArchived
	p.HasFrom = slices.ContainsFunc(m.Rows(), func(r *release.Row) bool { return r.Location != nil && r.Daily != nil })
	return p
}

// rowFindings shows a milestone's findings of one severity, each leading to the
// row that it is about.
func (s *site) rowFindings(p *Page, m *release.Manifest, want release.Severity) []findingView {
	some := severity(m.Findings, want)
	views := s.viewFindings(p, some, false)
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

func (s *site) viewGroup(p *Page, g release.Group) groupView {
	v := groupView{Family: Link{Text: g.Family}, ID: "family-" + release.Slug(g.Family), Summary: share(g.Totals)}
	if target := s.familyPath(g.Family); target != "" {
		v.Family.Href = p.to(target)
	}
	v.Rows = make([]rowView, 0, len(g.Rows))
	for _, r := range g.Rows {
		v.Rows = append(v.Rows, s.viewRow(p, r))
	}
	return v
}

// share is how much of a group is ready: "5 of 6 ready".
func share(t release.Totals) string {
	if t.Intended == 0 {
		return plural(t.Rows, "product")
	}
	return fmt.Sprintf("%d of %d ready", t.Ready, t.Intended)
}

func (s *site) viewRow(p *Page, r *release.Row) rowView {
	v := rowView{
		ID: "row-" + r.Product.Slug, Product: Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))},
		Arch: r.Product.Arch, State: viewState(r.State, r.RawState),
		Trackers: refs(r.Refs), Contact: contact(r.Contact), Person: r.Team == "person",
		Note: s.notes.note(r.Note), NoteFrom: r.NoteFrom, Bugs: bugLinks(r.Bugs),
		Blocked: r.Blocked(), Intended: r.Intended,
	}
	v.Build = Link{Text: r.BuildID, Href: firstHref(v.Trackers)}
	v.Tests = viewTests(r)
	v.Rebuild = rebuildText(r.Rebuild)
	if r.Daily != nil {
		v.Download = Link{Text: "files", Href: webURL(r.Daily.URL)}
	}
	if r.Location != nil {
		v.Tree, v.Place, v.PlaceID, v.There = treeName(r.Location), s.place(p, r), placeID(r), r.Release != nil
	}
	if r.IntentKnown && !r.Intended && !r.Netboot {
		v.Marks = append(v.Marks, "not on the list of what is meant to ship")
	}
	if r.Netboot {
		v.Marks = append(v.Marks, "netboot")
	}
	v.Blockers = s.viewFindings(p, severity(r.Findings, release.Blocker), false)
	v.Warnings = len(severity(r.Findings, release.Warning))
	return v
}

// placeID is the id of a row in the table of what goes where.
func placeID(r *release.Row) string { return "goes-" + r.Product.Slug }

// rebuildText tells of an open rebuild request.
func rebuildText(r *release.Rebuild) string {
	if r == nil {
		return ""
	}
	word := r.Status
	if word == "unknown" && r.RawStatus != "" {
		word = r.RawStatus
	}
	return "rebuild " + word
}

// place is where a row is or will be published.
func (s *site) place(p *Page, r *release.Row) Link {
	l := Link{Text: r.Location.Dir + "/" + releasedName(r), Href: s.placeURL(r.Location)}
	if r.Release == nil {
		return l
	}
	if d := s.downloadAt(r.Release.Tree, r.Release.Dir); d != nil {
		l.Href = p.to(d.path)
	}
	return l
}

// placeURL is the address of a directory to publish in; empty as long as the tree
// does not have it.
func (s *site) placeURL(l *release.Location) string {
	if s.directories[l.Tree+"\x00"+l.Dir] == nil {
		return ""
	}
	return webURL(l.URL)
}

// contact is whom to ask: a team is followed to its page, an address is written to.
func contact(c string) Link {
	l := Link{Text: c}
	switch {
	case strings.HasPrefix(c, "~") && release.Slug(c[1:]) == c[1:]:
		l.Href = "https://launchpad.net/" + c
	case strings.HasPrefix(c, "http://") || strings.HasPrefix(c, "https://"):
		l.Href = webURL(c)
	}
	return l
}

// bugLinks are bugs by number, with how many results name them.
func bugLinks(bugs []release.Bug) []Link {
	var links []Link
	for _, b := range bugs {
		l := Link{Text: b.Number}
		if b.Number != "" && strings.Trim(b.Number, "0123456789") == "" {
			l.Href = "https://bugs.launchpad.net/bugs/" + b.Number
		}
		links = append(links, l)
	}
	return links
}

// changeWords are the kinds of change in the order in which pages tell them.
var changeWords = []struct {
	kind release.ChangeKind
	word string
}{
	{release.ChangeAdded, "Added"},
	{release.ChangeDropped, "Dropped"},
	{release.ChangeRespun, "New build"},
	{release.ChangeReadied, "Now ready"},
	{release.ChangeState, "State changed"},
}

func (s *site) viewChanges(p *Page, all []release.Change) []changeGroup {
	var groups []changeGroup
	for _, w := range changeWords {
		g := changeGroup{Word: w.word}
		for _, c := range all {
			if c.Kind == w.kind {
				g.Changes = append(g.Changes, changeView{Link{Text: c.Product.Title, Href: p.to(productPath(c.Product))}, c.From, c.To})
			}
		}
		g.Fold = len(g.Changes) > foldAbove
		if len(g.Changes) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// viewPlaces lists what goes where, by directory.
func (s *site) viewPlaces(p *Page, m *release.Manifest) []placeGroup {
	var groups []placeGroup
	index := map[string]int{}
	for _, r := range m.Rows() {
		loc := r.Location
		if loc == nil {
			continue
		}
		key := loc.Role + " " + loc.Tree + " " + loc.Dir
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			tree := loc.Tree
			if tree == "" {
				tree = "a tree with the role " + loc.Role + ", which is not configured"
			}
			groups = append(groups, placeGroup{Dir: Link{Text: loc.Dir, Href: s.placeURL(loc)}, Tree: tree})
		}
		v := placeView{ID: placeID(r), Product: Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))}, Name: releasedName(r), There: r.Release != nil}
		if r.Daily != nil {
			v.From = Link{Text: r.Daily.Dir, Href: webURL(r.Daily.URL)}
		}
		groups[i].Places = append(groups[i].Places, v)
	}
	slices.SortStableFunc(groups, func(a, b placeGroup) int {
		return strings.Compare(a.Tree+" "+a.Dir.Text, b.Tree+" "+b.Dir.Text)
	})
	return groups
}

// beside says how many rows the answer leaves out, and why.
func beside(m *release.Manifest) string {
	n := 0
	for _, r := range m.Rows() {
		if !counted(m, r) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return release.Plural(n, "further row is", "further rows are") + " not counted: netboot, or not in the series manifest."
}
