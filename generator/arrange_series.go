package generator

import (
	"fmt"
	"slices"
	"time"

	"shiplist/internal/release"
)

// seriesPage is a series: what is meant to be released, and every product on
// every milestone.
type seriesPage struct {
	Page
	Ended      bool   // no longer supported
	Lead       string // "Version 24.04, long-term support. In development."
	Answer     string
	Open       []progressView
	Facts      []factView
	Matrix     matrix
	Intents    []intentGroup
	Intended   int
	Findings   []findingView
	Milestones []progressView // all of them, the newest first
	Filter     *filterView    // over the matrix; nil where it is short
	Releases   []Link         // its publishing pages
	Dailies    []Link         // likewise, of current and pending
	Netboot    string         // address; empty when the series has none
}

type factView struct{ Name, Value string }

// progressView is a milestone with how far it is.
type progressView struct {
	Link
	Series   string
	Lead     string
	Answer   string
	Bar      []segment
	Blocks   int
	Blocking []Link // the first of what blocks
	Further  int    // how many more there are
}

type intentGroup struct {
	Family string
	Lines  []intentView
}

type intentView struct {
	Product  Link
	Contact  Link
	Is       string // what the contact is instead of a team, in words
	Disabled bool
	Source   string
}

// matrix is products by milestones.
type matrix struct {
	Label      string
	Milestones []Link
	Groups     []matrixGroup
	Wide       bool // more columns than fit beside each other with their names across
}

type matrixGroup struct {
	Family string
	Rows   []matrixRow
}

type matrixRow struct {
	Product Link
	Cells   []cell
}

// cell is a product on a milestone; an empty Word says that it is not on it.
type cell struct {
	Class, Word, Build, Href string
}

func (s *site) arrangeSeries(l *release.Line) seriesPage {
	p := seriesPage{Page: s.newPage(s.seriesPath(l), seriesTitle(l),
		"What "+seriesTitle(l)+" ships: products, milestones and contacts.")}
	s.rest(&p.Page, l.Sources...)
	p.Feeds = []Link{s.seriesFeed(&p.Page, l)}
	p.Also = []Link{{Text: "JSON", Href: p.to(apiRoot + "series.json")}, {Text: "feed", Href: p.Feeds[0].Href}}
	if len(s.calendarDays(l)) > 0 {
		p.Also = append(p.Also, Link{Text: "calendar", Href: calendarFile})
	}
	p.Lead, p.Facts = seriesLead(l), seriesFacts(l, s.newestOut(l), s.picture.AsOf)
	p.Ended = l.SupportEnded(s.picture.AsOf)
	for _, m := range l.Milestones {
		if m.Open && m.Kind == release.KindRelease {
			p.Open = append(p.Open, s.viewProgress(&p.Page, m))
		}
	}
	for _, m := range slices.Backward(l.Milestones) {
		p.Milestones = append(p.Milestones, s.viewProgress(&p.Page, m))
	}
	p.Answer = seriesAnswer(l, p.Open, p.Ended)
	p.Matrix = s.viewMatrix(&p.Page, l, nil)
	p.Filter = matrixFilter(p.Matrix)
	p.Intents, p.Intended = s.viewIntents(&p.Page, l)
	p.Findings = viewFindings(l.Findings)
	for _, d := range s.ofSeries[l.Slug] {
		link := Link{Text: d.title, Href: p.to(d.path)}
		if d.kind == release.DirectoryRelease {
			p.Releases = append(p.Releases, link)
		} else {
			p.Dailies = append(p.Dailies, link)
		}
	}
	if slices.ContainsFunc(s.picture.Netboot, func(n *release.NetbootSeries) bool { return n.Line == l }) {
		p.Netboot = p.to(s.netbootPath(l))
	}
	return p
}

// lines are the series that have a page: all but that of images of no known series
// when there is nothing to tell of it.
func (s *site) lines() []*release.Line {
	return slices.DeleteFunc(slices.Clone(s.picture.Lines), func(l *release.Line) bool {
		return l.Slug == release.Other && len(l.Milestones)+len(l.Intents)+len(l.Findings) == 0 &&
			!slices.ContainsFunc(s.downloads, func(d *download) bool { return d.series == l.Slug })
	})
}

func seriesLead(l *release.Line) string {
	if l.Slug == release.Other {
		return "Images whose names do not tell their series."
	}
	if l.Rule != nil && l.Rule.Development {
		return "The series in development."
	}
	switch l.Status {
	case release.SeriesActive:
		return "An active series."
	case release.SeriesDisabled:
		return "A closed series."
	}
	return ""
}

// seriesAnswer says where the series stands.
func seriesAnswer(l *release.Line, open []progressView, ended bool) string {
	if len(open) == 1 {
		return open[0].Text + ": " + open[0].Answer
	}
	if len(open) > 1 {
		n := 0
		for _, m := range open {
			n += m.Blocks
		}
		return fmt.Sprintf("%d milestones are in testing. %s", len(open), blocking(n))
	}
	if d := l.Daily(); d != nil && d.Open {
		return "Only daily builds are in testing."
	}
	if ended {
		return "No longer supported since " + day(supportEnd(l)) + "."
	}
	return "No milestone is in testing."
}

// newestOut is the newest version of a series that is out and that a tree holds; empty
// for none.
func (s *site) newestOut(l *release.Line) string {
	newest := ""
	for _, d := range s.downloads {
		if d.series == l.Slug && d.out != "" && release.CompareBuildIDs(d.out, newest) > 0 {
			newest = d.out
		}
	}
	return newest
}

// isToCome reports whether a version that the rules know was still to come when the
// given one was the newest that was out: it is above that. Of a series that is no
// longer supported nothing is to come.
func isToCome(l *release.Line, version, newest string, asOf time.Time) bool {
	return newest != "" && !l.SupportEnded(asOf) && release.CompareBuildIDs(version, newest) > 0
}

// seriesFacts are the dates and point releases that the rules know, as seen from a
// moment, when the given version was the newest that was out.
func seriesFacts(l *release.Line, newest string, asOf time.Time) []factView {
	r := l.Rule
	if r == nil {
		return nil
	}
	var facts []factView
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, factView{name, value})
		}
	}
	today := asOf.UTC().Format(time.DateOnly)
	by := func(date, coming, past string) {
		if date >= today {
			past = coming
		}
		add(past, day(date))
	}
	switch {
	case isToCome(l, r.PointVersion, newest, asOf):
		if newest != r.Version {
			add("Newest point release", newest)
		}
		add("Next point release", r.PointVersion)
	case newest != "" && release.CompareBuildIDs(r.PointVersion, newest) > 0:
		add("Last point release", r.PointVersion)
	case newest != "" && newest != r.Version:
		add("Newest point release", newest)
	default:
		add("Newest point release", r.PointVersion)
	}
	if r.Released > today {
		add("Planned for", day(r.Released))
	} else {
		add("Released", day(r.Released))
	}
	by(r.EOL, "Supported until", "Support ended")
	by(r.EOLServer, "Servers until", "Servers ended")
	by(r.EOLESM, "Extended until", "Extended support ended")
	by(r.EOLLegacy, "Legacy until", "Legacy support ended")
	return facts
}

// shownBlockers is how many blockers stand beside a milestone on other pages.
const shownBlockers = 3

func (s *site) viewProgress(p *Page, m *release.Manifest) progressView {
	at := p.to(s.milestonePath(m))
	v := progressView{
		Link: Link{Text: m.Title, Href: at}, Series: seriesTitle(m.Line),
		Lead: lead(m), Answer: answer(m, s.picture.AsOf), Bar: segments(m), Blocks: m.Totals.Blockers,
	}
	for i, f := range severity(m.Findings, release.Blocker) {
		if i < shownBlockers {
			v.Blocking = append(v.Blocking, Link{Text: sentence(f.Text), Href: at + "#blocks"})
		} else {
			v.Further++
		}
	}
	return v
}

// viewMatrix lays the rows of a series' milestones out as a table; with a product
// filter only those rows.
func (s *site) viewMatrix(p *Page, l *release.Line, want map[*release.ProductLine]bool) matrix {
	m := matrix{Label: "Products by milestones of " + seriesTitle(l)}
	type place struct{ group, row int }
	places := map[*release.ProductLine]place{}
	for column, ms := range l.Milestones {
		m.Milestones = append(m.Milestones, Link{Text: ms.Slug, Href: p.to(s.milestonePath(ms))})
		for _, r := range ms.Rows() {
			if want != nil && !want[r.Product] {
				continue
			}
			at, ok := places[r.Product]
			if !ok {
				at.group = m.group(r.Product.Family)
				at.row = m.row(at.group, Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))}, len(l.Milestones))
				places[r.Product] = at
			}
			m.Groups[at.group].Rows[at.row].Cells[column] = viewCell(r, m.Milestones[column].Href)
		}
	}
	m.sort()
	m.Wide = len(m.Milestones) > 6
	return m
}

func viewCell(r *release.Row, milestone string) cell {
	state := rowState(r)
	return cell{Class: state.Class, Word: state.Word, Build: r.BuildID, Href: milestone + "#row-" + r.Product.Slug}
}

// group finds or makes the group of a family.
func (m *matrix) group(family string) int {
	for i := range m.Groups {
		if m.Groups[i].Family == family {
			return i
		}
	}
	m.Groups = append(m.Groups, matrixGroup{Family: family})
	return len(m.Groups) - 1
}

func (m *matrix) row(group int, product Link, columns int) int {
	g := &m.Groups[group]
	g.Rows = append(g.Rows, matrixRow{Product: product, Cells: make([]cell, columns)})
	return len(g.Rows) - 1
}

// sort puts families and products in order, whatever milestone showed them first.
func (m *matrix) sort() {
	slices.SortStableFunc(m.Groups, func(a, b matrixGroup) int { return compareTitles(a.Family, b.Family) })
	for i := range m.Groups {
		slices.SortStableFunc(m.Groups[i].Rows, func(a, b matrixRow) int { return compareTitles(a.Product.Text, b.Product.Text) })
	}
}

// insteadOfTeam says what a contact is that is not known to be a team, as
// "shiplist check --contacts" does; it is empty for a team, and where there is no contact.
func insteadOfTeam(in *release.Intended) string {
	switch {
	case in.Contact == "" || in.Team == release.ContactTeam:
		return ""
	case in.Team == release.ContactPerson:
		return "a person"
	case in.Team == release.ContactNeither:
		return "neither a team nor a person"
	}
	return "not known to be a team"
}

// viewIntents lists the statement of intent and counts what is meant to ship.
func (s *site) viewIntents(p *Page, l *release.Line) ([]intentGroup, int) {
	var groups []intentGroup
	n := 0
	for _, in := range l.Intents {
		if len(groups) == 0 || groups[len(groups)-1].Family != in.Product.Family {
			groups = append(groups, intentGroup{Family: in.Product.Family})
		}
		g := &groups[len(groups)-1]
		g.Lines = append(g.Lines, intentView{
			Product: Link{Text: in.Product.Title, Href: p.to(productPath(in.Product))}, Contact: s.contact(in.Contact),
			Is: insteadOfTeam(in), Disabled: in.Disabled, Source: in.Source,
		})
		if !in.Disabled {
			n++
		}
	}
	return groups, n
}
