package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// homePage is every series at a glance.
type homePage struct {
	Page
	Answer  string
	Open    []progressView // at most three, the nearest first
	More    []progressView // the other open ones
	Lines   []lineView     // series with something open
	Closed  []lineView
	News    newsList
	Intro   html
	Sources []sourceView
}

// lineView is a series in the list of all.
type lineView struct {
	Link
	Version    string
	Lead       string
	Milestones []Link
}

// large is how many open milestones are shown large.
const large = 3

func (s *site) arrangeHome() homePage {
	p := homePage{Page: s.newPage("", s.config.Title, "What ships in the releases of "+s.config.Distribution+".")}
	s.rest(&p.Page)
	p.Feeds = []Link{s.newsFeed(&p.Page)}
	p.Sources = p.Page.Sources
	open := s.openMilestones()
	blockers := 0
	for i, m := range open {
		v := s.viewProgress(&p.Page, m)
		blockers += v.Blocks
		if i < large {
			p.Open = append(p.Open, v)
		} else {
			p.More = append(p.More, v)
		}
	}
	p.Answer = homeAnswer(len(open), blockers, len(s.picture.Lines))
	for _, l := range s.lines() {
		v := s.viewLine(&p.Page, l)
		if l.Status == release.SeriesDisabled || len(l.Milestones) == 0 {
			p.Closed = append(p.Closed, v)
		} else {
			p.Lines = append(p.Lines, v)
		}
	}
	p.News = s.newsList(&p.Page, s.news, homeNews)
	p.Intro = s.part("home", p.Root)
	return p
}

func homeAnswer(open, blockers, series int) string {
	switch {
	case series == 0:
		return "No source has told anything yet."
	case open == 0:
		return "No release milestone is in testing."
	case open == 1:
		return "1 milestone is in testing. " + blocking(blockers)
	}
	return plural(open, "milestone") + " are in testing. " + blocking(blockers)
}

// openMilestones are the release milestones in testing: those with a date first,
// the nearest day leading, then the newest series.
func (s *site) openMilestones() []*release.Manifest {
	var open []*release.Manifest
	for _, l := range s.picture.Lines {
		for _, m := range slices.Backward(l.Milestones) {
			if m.Open && m.Kind == release.KindRelease {
				open = append(open, m)
			}
		}
	}
	slices.SortStableFunc(open, func(a, b *release.Manifest) int {
		return cmp.Or(cmp.Compare(undated(a), undated(b)), strings.Compare(a.Date, b.Date))
	})
	return open
}

func undated(m *release.Manifest) int {
	if m.Date == "" {
		return 1
	}
	return 0
}

func (s *site) viewLine(p *Page, l *release.Line) lineView {
	name := l.DisplayName
	if name == "" {
		name = l.Title
	}
	v := lineView{Link: Link{Text: name, Href: p.to(s.seriesPath(l))}, Version: l.Version}
	if l.Rule != nil && l.Rule.Development {
		v.Lead = "in development"
	}
	for _, m := range l.Milestones {
		v.Milestones = append(v.Milestones, Link{Text: m.Slug, Href: p.to(s.milestonePath(m)), Current: m.Open})
	}
	return v
}
