package generator

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"shiplist/internal/release"
)

// pollView is what one poll of one source brought to light.
type pollView struct {
	Seen   time.Time
	At     string // Seen in words, without the day where that is plain
	Source string // empty where several are told of together
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
		to, source := endOfPoll(list, from)
		polls = append(polls, pollView{list[from].Seen, list[from].Seen.UTC().Format(layout), source, s.viewPoll(p, list[from:to])})
		most -= len(polls[len(polls)-1].News)
		from = to
	}
	return polls
}

// endOfPoll is where the news end that are of the same poll as the first one, and its
// source. The first polls of many sources on one day are one: they tell nothing else.
func endOfPoll(list []*happening, from int) (end int, source string) {
	first := list[from]
	run := func(same func(h *happening) bool) int {
		n := slices.IndexFunc(list[from:], func(h *happening) bool { return !same(h) })
		if n < 0 {
			return len(list)
		}
		return from + n
	}
	begun := run(func(h *happening) bool {
		return h.What == release.EventSourceNew && dayOf(h.Seen) == dayOf(first.Seen)
	})
	if begun-from >= sameFew {
		return begun, ""
	}
	return run(func(h *happening) bool { return h.Seen.Equal(first.Seen) && h.Source == first.Source }), first.Source
}

// telling is what happened to one thing, at all milestones at which it was the same.
type telling struct {
	*happening
	at []*happening // the first is the one above
}

// spread is what has to be the same for that.
type spread struct {
	what                                     release.EventKind
	series, product, build, from, to, detail string
}

// spreadOut gathers what happened to the same build at several milestones, first things first.
// The news come newest first.
func spreadOut(list []*happening) []*telling {
	index := map[spread]*telling{}
	var all []*telling
	for i := len(list) - 1; i >= 0; i-- {
		h := list[i]
		if h.Milestone == "" || h.Product == "" {
			all = append(all, &telling{h, list[i : i+1]})
			continue
		}
		k := spread{h.What, h.Series, h.Product, h.BuildID, h.From, h.To, h.detail()}
		if t := index[k]; t != nil {
			t.at = append(t.at, h)
			continue
		}
		index[k] = &telling{h, []*happening{h}}
		all = append(all, index[k])
	}
	return all
}

// alike are things that are told as one: the same happened to them at the same places.
type alike struct {
	what               release.EventKind
	series, milestones string
}

func (t *telling) alike() alike {
	a := alike{what: t.What, series: t.Series}
	for _, h := range t.at {
		a.milestones += "\x00" + h.Milestone
	}
	return a
}

// newsPiece is what is told as one: what happened to one thing, or the same to several.
type newsPiece struct {
	of   []*telling
	many string // the words for several; empty for one
}

// viewPoll tells the news of one poll: what happens to one thing in its order.
func (s *site) viewPoll(p *Page, list []*happening) []newsView {
	pieces := piecesOf(list)
	views := make([]newsView, len(pieces))
	for i, piece := range pieces {
		views[i] = s.viewPiece(p, piece)
	}
	return views
}

// piecesOf are the pieces of news of one poll.
func piecesOf(list []*happening) []newsPiece {
	groups := map[alike][]*telling{}
	var order []alike
	for _, t := range spreadOut(list) {
		a := t.alike()
		if groups[a] == nil {
			order = append(order, a)
		}
		groups[a] = append(groups[a], t)
	}
	var pieces []newsPiece
	for _, a := range order {
		most, many := itemsAtOnce, phraseOf(a.what).many
		if len(groups[a]) < sameFew || many == "" {
			most, many = 1, ""
		}
		for some := range slices.Chunk(groups[a], most) {
			pieces = append(pieces, newsPiece{some, many})
		}
	}
	return pieces
}

func (s *site) viewPiece(p *Page, piece newsPiece) newsView {
	if piece.many == "" {
		return s.viewNews(p, piece.of[0])
	}
	return s.viewMany(p, piece.of, piece.many)
}

func (s *site) viewNews(p *Page, t *telling) newsView {
	v := newsView{
		Class: t.class(), Subject: s.subjectOf(p, t.happening), Says: phraseOf(t.What).one, Where: s.placesOf(p, t),
		WhereCode: t.Image != "", Build: t.BuildID, Detail: t.detail(),
	}
	if t.What == release.EventSeriesStatus || t.What == release.EventMilestoneStatus {
		v.Says += " " + t.To
	}
	return v
}

// viewMany tells of several things as one.
func (s *site) viewMany(p *Page, some []*telling, many string) newsView {
	v := newsView{Class: some[0].class(), Subject: Link{Text: strconv.Itoa(len(some))}, Says: many, Where: s.placesOf(p, some[0]), WhereCode: some[0].Image != ""}
	for _, t := range some {
		if t.Dir != some[0].Dir {
			v.Where, v.WhereCode = []Link{{Text: s.seriesName(t.happening)}}, false // several directories
		}
		v.Items = append(v.Items, newsItem{s.subjectOf(p, t.happening), t.BuildID, t.detail()})
	}
	return v
}

// placesOf is where it happened. After the first milestone the others go without the name
// of their series.
func (s *site) placesOf(p *Page, t *telling) []Link {
	var places []Link
	for _, h := range t.at {
		l := s.whereOf(p, h)
		if l.Text == "" {
			continue
		}
		if len(places) > 0 {
			l.Text = strings.TrimPrefix(l.Text, s.seriesName(h)+" ")
		}
		places = append(places, l)
	}
	return places
}

// loud are the first of some without what only the page of the day tells, and without what
// a second source says of a milestone or series after a first one did.
func loud(list []*happening, most int) []*happening {
	var some []*happening
	echo := echoesOf(list)
	for _, h := range list {
		if len(some) == most {
			break
		}
		if !phraseOf(h.What).quiet && !echo(h) {
			some = append(some, h)
		}
	}
	return some
}

// echoesOf asks echoes, when something is asked about that may be one: most news cannot,
// and a list may be that of years.
func echoesOf(list []*happening) func(*happening) bool {
	echo := sync.OnceValue(func() map[*happening]bool { return echoes(list) })
	return func(h *happening) bool { return h.ofMilestone() && echo()[h] }
}

// ofMilestone reports whether it is about a milestone or series as a whole.
func (h *happening) ofMilestone() bool {
	return h.Series != "" && h.Product == "" && h.Dir == "" && h.Image == ""
}

// echoes are those of some news of milestones and series that another source told before.
// What a source tells once more is news again.
func echoes(list []*happening) map[*happening]bool {
	type status struct {
		what                  release.EventKind
		series, milestone, to string
	}
	told := map[status][]string{}
	echo := map[*happening]bool{}
	for i := len(list) - 1; i >= 0; i-- {
		h := list[i]
		if !h.ofMilestone() {
			continue
		}
		k := status{h.What, h.Series, h.Milestone, h.To}
		if len(told[k]) == 0 || slices.Contains(told[k], h.Source) {
			told[k] = nil
		} else {
			echo[h] = true
		}
		told[k] = append(told[k], h.Source)
	}
	return echo
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
