package generator

import (
	"strconv"
	"time"

	"shiplist/internal/release"
)

// pollView is what one poll of one source brought to light.
type pollView struct {
	Seen   time.Time
	At     string // Seen in words, without the day where that is plain
	Source string
	News   []newsView
}

// sameFew is from how many things on of one kind, at one place, they are told as one.
const sameFew = 4

// itemsAtOnce is how many things one piece of news names at most; more make another one.
const itemsAtOnce = 200

// The layouts of times where the day is known, and where it is not.
const (
	ofDay  = "15:04 UTC"
	ofYear = "2 Jan 2006, 15:04 UTC"
)

// viewPolls tells what happened, poll by poll, in the order given. Of the news of one poll
// those of one kind at one place are told together where they are many. Polls after those
// with most pieces of news or more are left out.
func (s *site) viewPolls(p *Page, list []*happening, layout string, most int) []pollView {
	var polls []pollView
	for from := 0; from < len(list) && most > 0; {
		to := from + 1
		for to < len(list) && list[to].Seen.Equal(list[from].Seen) && list[to].Source == list[from].Source {
			to++
		}
		polls = append(polls, pollView{list[from].Seen, list[from].Seen.UTC().Format(layout), list[from].Source, s.viewPoll(p, list[from:to])})
		most -= len(polls[len(polls)-1].News)
		from = to
	}
	return polls
}

// alike are things that are told as one: the same happened to them at the same place.
type alike struct {
	what              release.EventKind
	series, milestone string
}

// viewPoll tells the news of one poll. The news come newest first, so that within a poll
// they are turned round: what happens to one thing is told in its order.
func (s *site) viewPoll(p *Page, list []*happening) []newsView {
	groups := map[alike][]*happening{}
	var order []alike
	for i := len(list) - 1; i >= 0; i-- {
		a := alike{list[i].What, list[i].Series, list[i].Milestone}
		if groups[a] == nil {
			order = append(order, a)
		}
		groups[a] = append(groups[a], list[i])
	}
	var views []newsView
	for _, a := range order {
		views = append(views, s.viewAlike(p, groups[a])...)
	}
	return views
}

func (s *site) viewAlike(p *Page, some []*happening) []newsView {
	many := phraseOf(some[0].What).many
	if len(some) < sameFew || many == "" {
		views := make([]newsView, 0, len(some))
		for _, h := range some {
			views = append(views, s.viewNews(p, h))
		}
		return views
	}
	var views []newsView
	for len(some) > 0 {
		n := min(len(some), itemsAtOnce)
		views = append(views, s.viewMany(p, some[:n], many))
		some = some[n:]
	}
	return views
}

func (s *site) viewNews(p *Page, h *happening) newsView {
	v := newsView{
		Class: h.class(), Subject: s.subjectOf(p, h), Says: phraseOf(h.What).one, Where: s.whereOf(p, h),
		WhereCode: h.Image != "", Build: h.BuildID, Detail: h.detail(),
	}
	if h.What == release.EventSeriesStatus || h.What == release.EventMilestoneStatus {
		v.Says += " " + h.To
	}
	return v
}

// viewMany tells of several things as one.
func (s *site) viewMany(p *Page, some []*happening, many string) newsView {
	v := newsView{Class: some[0].class(), Subject: Link{Text: strconv.Itoa(len(some))}, Says: many, Where: s.whereOf(p, some[0]), WhereCode: some[0].Image != ""}
	for _, h := range some {
		if h.Dir != some[0].Dir {
			v.Where, v.WhereCode = Link{Text: s.seriesName(h)}, false // several directories
		}
		v.Items = append(v.Items, newsItem{s.subjectOf(p, h), h.BuildID, h.detail()})
	}
	return v
}

// loud are the first of some without what only the page of the day tells.
func loud(list []*happening, most int) []*happening {
	var some []*happening
	for _, h := range list {
		if len(some) == most {
			break
		}
		if !phraseOf(h.What).quiet {
			some = append(some, h)
		}
	}
	return some
}

// fewPolls are the first polls with no more news than most; the last one may be cut. More
// says whether something was left out.
func fewPolls(polls []pollView, most int) (few []pollView, more bool) {
	for i, poll := range polls {
		if len(poll.News) > most {
			poll.News = poll.News[:most]
			more = true
		}
		if most -= len(poll.News); len(poll.News) > 0 {
			few = append(few, poll)
		}
		if most == 0 {
			return few, more || i+1 < len(polls)
		}
	}
	return few, more
}
