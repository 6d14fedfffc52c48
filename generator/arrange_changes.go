package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// changesPage is what happened of late, by day: at all places or in one series.
type changesPage struct {
	Page
	Answer string
	Days   []dayView
	// Earlier are the days before those, with pages of their own; the months lead them.
	Earlier []monthView
	Series  []Link // pages of the series; none on those themselves
	All     Link   // all changes; empty on that page itself
	Begin   time.Time
}

// dayView is one day in short.
type dayView struct {
	Day   Link // "Thursday, 23 April 2026"
	Polls []pollView
	More  Link // "All 54 changes of this day"; empty where all are here
}

// monthView is the days of one month that have news.
type monthView struct {
	Month string // "March 2026"
	Days  []Link // "2"
}

// changesDayPage is all that happened on one day.
type changesDayPage struct {
	Page
	Answer         string
	Polls          []pollView
	Parts          []Link // where the day has several pages
	Earlier, Later Link   // the neighbouring days with news
}

const (
	daysAtOnce = 30   // days with news on the page of all changes
	newsAtOnce = 12   // pieces of news of each of these days
	dayPart    = 1000 // events on one page of a day
	homeNews   = 8    // pieces of news on the home page
	ownNews    = 12   // and on that of a product or family
	// recentAtMost is how many events are looked at for the few newest.
	recentAtMost = 2000
)

// newsDay is the news of one day in UTC, newest first.
type newsDay struct {
	date string // 2026-04-23
	at   time.Time
	news []*happening
}

// byDay sorts news by their days, both newest first.
func byDay(news []*happening) []newsDay {
	var days []newsDay
	for _, h := range news {
		if n := len(days); n == 0 || dayOf(days[n-1].at) != dayOf(h.Seen) {
			days = append(days, newsDay{date: h.Seen.UTC().Format(time.DateOnly), at: h.Seen.UTC()})
		}
		d := &days[len(days)-1]
		d.news = append(d.news, h)
	}
	return days
}

// joinDays puts days before earlier ones; the day on which they meet is one.
func joinDays(later, earlier []newsDay) []newsDay {
	n := len(later)
	if n == 0 || len(earlier) == 0 || later[n-1].date != earlier[0].date {
		return slices.Concat(later, earlier)
	}
	both := later[n-1]
	both.news = slices.Concat(both.news, earlier[0].news)
	return slices.Concat(later[:n-1], []newsDay{both}, earlier[1:])
}

const changesPath = "changes/"

func (d *newsDay) path(part int) string {
	if part == 0 {
		return pagePath("changes", d.date)
	}
	return pagePath("changes", d.date, fmt.Sprint(part+1))
}

// parts is on how many pages a day is.
func (d *newsDay) parts() int { return (len(d.news) + dayPart - 1) / dayPart }

// changesSeriesPath is the page of what happened in a series. A series that is called
// like a day has none.
func (s *site) changesSeriesPath(l *release.Line) string {
	dir := s.seriesDirs[l.Slug]
	if _, err := time.Parse(time.DateOnly, dir); err == nil || dir == "" {
		return ""
	}
	return changesPath + dir + "/"
}

func (s *site) arrangeChanges() changesPage {
	p := changesPage{Page: s.newPage(changesPath, "Changes", "What happened in the releases of "+s.config.Distribution+", day by day.")}
	s.rest(&p.Page)
	p.Feeds = []Link{s.newsFeed(&p.Page)}
	p.Also = []Link{{Text: "JSON", Href: p.to(apiRoot + "changes.json")}, {Text: "feed", Href: p.Feeds[0].Href}}
	p.fill(s, s.days)
	for _, l := range s.lines() {
		if to := s.changesSeriesPath(l); to != "" && len(s.newsIn[l.Slug].news) > 0 {
			p.Series = append(p.Series, Link{Text: l.Title, Href: p.to(to)})
		}
	}
	return p
}

func (s *site) arrangeSeriesChanges(l *release.Line) changesPage {
	p := changesPage{Page: s.newPage(s.changesSeriesPath(l), "Changes in "+seriesTitle(l), "What happened in "+seriesTitle(l)+", day by day.",
		menuItem{"Changes", changesPath})}
	s.rest(&p.Page, l.Sources...)
	p.Feeds = []Link{s.seriesFeed(&p.Page, l)}
	p.Also = []Link{{Text: "JSON", Href: p.to(apiRoot + "changes.json")}, {Text: "feed", Href: p.Feeds[0].Href}}
	p.All = Link{Text: "Changes in all series", Href: p.to(changesPath)}
	p.fill(s, s.newsIn[l.Slug].days)
	return p
}

// fill adds the days of news.
func (p *changesPage) fill(s *site, days []newsDay) {
	p.Begin, p.Answer = s.begun(), recentAnswer(days, s.picture.AsOf)
	for i := range days {
		d := &days[i]
		if i < daysAtOnce {
			p.Days = append(p.Days, s.viewDay(&p.Page, d))
			continue
		}
		month := d.at.Format("January 2006")
		if n := len(p.Earlier); n == 0 || p.Earlier[n-1].Month != month {
			p.Earlier = append(p.Earlier, monthView{Month: month})
		}
		m := &p.Earlier[len(p.Earlier)-1]
		m.Days = append(m.Days, Link{Text: d.at.Format("2"), Href: p.to(d.path(0))})
	}
}

// viewDay tells the loud news of a day, and where the rest is.
func (s *site) viewDay(p *Page, d *newsDay) dayView {
	v := dayView{Day: Link{Text: d.at.Format("Monday, 2 January 2006"), Href: p.to(d.path(0))}}
	news := loud(d.news, len(d.news))
	polls, more := fewPolls(s.viewPolls(p, news, ofDay, newsAtOnce+1), newsAtOnce)
	v.Polls = polls
	if more || len(news) < len(d.news) {
		v.More = Link{Text: "All " + plural(len(d.news), "change") + " of this day", Href: v.Day.Href}
		if len(d.news) == 1 {
			v.More.Text = "The one change of this day"
		}
	}
	return v
}

// answerDays is of how many days the answer tells.
const answerDays = 7

// recentAnswer tells of the last days before a moment.
func recentAnswer(days []newsDay, asOf time.Time) string {
	var news []*happening
	from := asOf.AddDate(0, 0, 1-answerDays).Format(time.DateOnly)
	for _, d := range days {
		if d.date >= from {
			news = append(news, d.news...)
		}
	}
	span := "The last " + plural(answerDays, "day") + ": "
	switch {
	case len(days) == 0:
		return "Nothing has changed yet."
	case len(news) == 0:
		return span + "nothing changed."
	}
	return span + tally(news)
}

// tally counts what people ask for first in some news: a build once, on however many
// milestones it stands.
func tally(news []*happening) string {
	counts := map[release.EventKind]int{}
	type build struct {
		what        release.EventKind
		product, id string
	}
	told := map[build]bool{}
	for _, h := range news {
		b := build{h.What, h.Product, h.BuildID}
		if b.product == "" || b.id == "" || !told[b] {
			counts[h.What]++
		}
		told[b] = true
	}
	var parts []string
	for _, k := range []struct {
		kind      release.EventKind
		one, many string
	}{
		{release.EventBuildAppeared, "new build", "new builds"},
		{release.EventBuildReady, "became ready", "became ready"},
		{release.EventBuildFailed, "failed", "failed"},
		{release.EventImagePublished, "image published", "images published"},
		{release.EventSourceLost, "source lost", "sources lost"},
	} {
		if n := counts[k.kind]; n > 0 {
			parts = append(parts, plural(n, k.one, k.many))
		}
	}
	if len(parts) == 0 {
		return allChanges(news)
	}
	return strings.Join(parts, ", ") + "."
}

func allChanges(news []*happening) string { return plural(len(news), "change") + "." }

// dayPage is one page of a day, with its neighbours.
type dayPage struct {
	*newsDay
	part           int
	earlier, later *newsDay
}

func (s *site) arrangeChangesDay(d dayPage) changesDayPage {
	title := partTitle(d.at.Format("Monday, 2 January 2006"), d.part, d.parts())
	p := changesDayPage{Page: s.newPage(d.path(d.part), title, "What happened on "+d.at.Format("2 January 2006")+".", menuItem{"Changes", changesPath})}
	s.rest(&p.Page)
	p.Feeds = []Link{s.newsFeed(&p.Page)}
	p.Also = []Link{{Text: "JSON", Href: p.to(apiRoot + "changes/" + d.date + ".json")}}
	some := d.news[d.part*dayPart : min((d.part+1)*dayPart, len(d.news))]
	if p.Answer = tally(d.news); p.Answer != allChanges(d.news) {
		p.Answer += " " + strings.TrimSuffix(allChanges(d.news), ".") + " in all."
	}
	p.Polls = s.viewPolls(&p.Page, some, ofDay, len(some))
	for n := range d.parts() {
		if d.parts() > 1 {
			p.Parts = append(p.Parts, Link{Text: fmt.Sprint(n + 1), Href: p.to(d.path(n)), Current: n == d.part})
		}
	}
	if d.earlier != nil {
		p.Earlier = Link{Text: d.earlier.at.Format("2 January 2006"), Href: p.to(d.earlier.path(0))}
	}
	if d.later != nil {
		p.Later = Link{Text: d.later.at.Format("2 January 2006"), Href: p.to(d.later.path(0))}
	}
	return p
}

// changePages are the outputs of this file.
func (s *site) changePages() []output {
	out := []output{pageOutput(s, changesPath, "changes", s.arrangeChanges)}
	for _, l := range s.lines() {
		if to := s.changesSeriesPath(l); to != "" && len(s.newsIn[l.Slug].news) > 0 {
			out = append(out, pageOutput(s, to, "changes", with(s.arrangeSeriesChanges, l)))
		}
	}
	days := s.days
	for i := range days {
		for n := range days[i].parts() {
			d := dayPage{newsDay: &days[i], part: n}
			if i+1 < len(days) {
				d.earlier = &days[i+1]
			}
			if i > 0 {
				d.later = &days[i-1]
			}
			out = append(out, pageOutput(s, d.path(n), "changes-day", with(s.arrangeChangesDay, d)).of(s.dayKey(d)))
		}
	}
	return out
}

// dayKey stands for the page of a day; for nothing where that is not known.
func (s *site) dayKey(d dayPage) fingerprint {
	if s.logged == nil {
		return fingerprint{}
	}
	neighbours := [2]string{}
	for i, n := range []*newsDay{d.earlier, d.later} {
		if n != nil {
			neighbours[i] = n.date
		}
	}
	return s.keys.of(s.logged.days[d.date].sum, d.part, neighbours)
}

// newsList is the newest of what happened, on a page about something else.
type newsList struct {
	Polls []pollView
	All   Link
}

// newsList picks the newest loud news of some, few of them.
func (s *site) newsList(p *Page, news []*happening, most int) newsList {
	few, _ := fewPolls(s.viewPolls(p, loud(news, recentAtMost), ofYear, most+1), most)
	return newsList{few, Link{Text: "All changes", Href: p.to(changesPath)}}
}
