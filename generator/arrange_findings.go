package generator

import (
	"strings"
	"time"

	"shiplist/internal/release"
)

// findingView is a finding on a page. Its sentence is Before, Name and Text in a row.
type findingView struct {
	Severity release.Severity
	Rule     string
	Before   string
	Name     Link // product or directory where the sentence names it; else empty
	Text     string
	Advice   string
	Who      string
	Subject  Link   // what it is about, for pages where neither they nor the sentence tell
	Href     string // its place on the same page; empty where it has none
	Evidence []evidenceView
}

type evidenceView struct {
	Source string
	Fact   string
	Link   Link
	Time   time.Time
}

// viewFindings shows findings on a page that is about their subject.
func viewFindings(all []*release.Finding) []findingView {
	views := make([]findingView, 0, len(all))
	for _, f := range all {
		views = append(views, viewFinding(f))
	}
	return views
}

// viewSubjects shows findings on a page about several things: they tell which they are about.
func (s *site) viewSubjects(p *Page, all []*release.Finding) []findingView {
	views := make([]findingView, 0, len(all))
	for _, f := range all {
		v := s.viewNamed(p, f)
		place := s.placeOf(p, f)
		switch {
		case strings.Contains(f.Text, place.Text):
		case v.Subject.Text == "":
			v.Subject = place
		default:
			v.Subject.Text += ", " + place.Text
		}
		views = append(views, v)
	}
	return views
}

func viewFinding(f *release.Finding) findingView {
	v := findingView{Severity: f.Severity, Rule: f.Rule, Text: sentence(f.Text), Advice: sentence(f.Advice), Who: string(f.Actor)}
	if f.Who != "" {
		v.Who = f.Who
	}
	for _, e := range f.Evidence {
		v.Evidence = append(v.Evidence, evidenceView{
			Source: e.Source, Fact: e.Fact, Time: e.Time, Link: Link{Text: e.URL, Href: webURL(e.URL)},
		})
	}
	return v
}

// viewNamed shows a finding whose product or directory is a link: in its sentence where
// that names it, else, for a product, before it.
func (s *site) viewNamed(p *Page, f *release.Finding) findingView {
	v := viewFinding(f)
	name := s.nameOf(p, f)
	before, after, ok := strings.Cut(v.Text, name.Text)
	switch {
	case name.Text == "":
	case ok:
		v.Before, v.Name, v.Text = before, name, after
	case f.Product != "":
		v.Subject = name
	}
	return v
}

// nameOf is the product or the directory that a finding is about, if any. A product on a
// milestone leads to its row there.
func (s *site) nameOf(p *Page, f *release.Finding) Link {
	if pl := s.product(f.Product); pl != nil {
		l := Link{Text: pl.Title, Href: p.to(productPath(pl))}
		if m := s.milestoneOf(f); m != nil {
			l.Href = p.to(s.milestonePath(m)) + "#" + rowID(pl.Slug)
		}
		return l
	}
	if d := s.directories[treeDir{f.Tree, f.Dir}]; d != nil {
		if page := s.downloadOf[d]; page != nil {
			return Link{Text: f.Dir, Href: p.to(page.path)}
		}
	}
	return Link{}
}

// placeOf is the milestone, series, directory or source that a finding is about.
func (s *site) placeOf(p *Page, f *release.Finding) Link {
	if m := s.milestoneOf(f); m != nil {
		return Link{Text: m.Title, Href: p.to(s.milestonePath(m))}
	}
	if l := s.line(f.Series); l != nil {
		return Link{Text: l.Title, Href: p.to(s.seriesPath(l))}
	}
	if pl := s.product(f.Product); pl != nil {
		return Link{Text: pl.Title, Href: p.to(productPath(pl))}
	}
	if f.Dir != "" {
		return Link{Text: strings.TrimSpace(f.Tree + " " + f.Dir)}
	}
	if f.Source != "" {
		return Link{Text: f.Source}
	}
	return Link{Text: s.config.Distribution}
}

func (s *site) milestoneOf(f *release.Finding) *release.Manifest {
	if l := s.line(f.Series); l != nil {
		for _, m := range l.Milestones {
			if m.Slug == f.Milestone {
				return m
			}
		}
	}
	return nil
}

// severity picks the findings of one severity.
func severity(all []*release.Finding, want release.Severity) []*release.Finding {
	var some []*release.Finding
	for _, f := range all {
		if f.Severity == want {
			some = append(some, f)
		}
	}
	return some
}
