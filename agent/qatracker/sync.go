package qatracker

import (
	"context"
	"fmt"
	"time"

	"shiplist/agent/trackers"
	"shiplist/internal/problems"
	"shiplist/internal/release"
)

// The most series and milestones that are asked about: more than any tracker has,
// and a bound for what a hostile one can make us do.
const (
	maxSeries     = 500
	maxMilestones = 5000
)

// Options are what a [Source] is made of. Their Key is the API key of Tracker.User; it is not
// needed for reading. The files in the state directory have which builds' testcases were asked
// for last, so that each gets its turn, and when each milestone was asked for that is not in
// testing.
type Options = trackers.Options

// Source is one tracker. It polls once at a time.
type Source struct {
	o     Options
	turns turns
	asked asked
}

// New returns a source.
func New(o Options) *Source {
	s := &Source{o: o.Complete()}
	s.turns.file, s.asked.file = s.o.File("turns"), s.o.File("asked")
	return s
}

// Poll asks for everything that may have changed, once. What it returns is one state of
// the tracker, or an error, apart from the exceptions that the package's documentation
// names. prev are the facts of the last good poll: what cannot be asked any more comes
// from there.
func (s *Source) Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error) {
	if err := s.asked.load(); err != nil {
		s.o.Logger.WarnContext(ctx, "what was asked not readable, so this poll asks for all milestones", "source", s.o.Tracker.Name, "err", err)
	}
	p := &poll{
		o: &s.o, asked: &s.asked, now: s.o.Now().UTC(),
		c: &client{
			session: s.o.Client.Session(), tracker: s.o.Tracker, key: s.o.Key.Reveal(),
			limit: s.o.Limits.TrackerBytes, log: s.o.Logger,
		},
	}
	p.notes = &problems.List{Address: p.c.address()}
	p.a = newAssembler(s.o.Tracker.Name, s.o.Rules, prev, p.notes)
	suspect, err := p.run(ctx)
	if err == nil && suspect == "" && s.o.Tracker.Tests {
		err = s.count(ctx, p)
	}
	if err != nil {
		return p.cost(), err
	}
	if p.c.mended.Load() {
		p.notes.Add(ruleText, "an answer holds bytes that are not UTF-8; they are shown as \ufffd")
	}
	looks := p.looks() // before the places are sorted anew, and what was remembered is replaced
	p.a.facts.Sort()
	if suspect == "" {
		s.remember(ctx, p)
	}
	answer := p.cost()
	answer.Facts, answer.Problems, answer.Suspect, answer.Looks = p.a.facts, p.notes.Problems(), suspect, looks
	return answer, nil
}

// cost is an answer that tells only what it took.
func (p *poll) cost() *release.Answer {
	stats := p.c.session.Stats()
	return &release.Answer{Requests: stats.Requests, Bytes: stats.Bytes}
}

// remember notes what was asked. What cannot be noted is asked again.
func (s *Source) remember(ctx context.Context, p *poll) {
	if err := s.asked.took(p.askings()); err != nil {
		s.o.Logger.WarnContext(ctx, "what was asked not saved, so the first poll after a restart asks for all milestones", "source", s.o.Tracker.Name, "path", s.asked.file.Path, "err", err)
	}
}

// poll is one run.
type poll struct {
	o     *Options
	c     *client
	a     *assembler
	notes *problems.List
	asked *asked
	now   time.Time

	series, milestones []int // ids, beside the assembler's facts
	plan
	learned askings // what was asked, without digests
}

// run asks for the lists, then for what belongs to series and milestones.
func (p *poll) run(ctx context.Context) (suspect string, err error) {
	l, err := p.lists(ctx)
	if err != nil {
		return "", err
	}
	suspect, usable := p.suspect(l)
	if !usable {
		return suspect, nil
	}
	if len(l.series) > maxSeries || len(l.milestones) > maxMilestones {
		return "", fmt.Errorf("%s: %d series and %d milestones; the most are %d and %d",
			p.c.address(), len(l.series), len(l.milestones), maxSeries, maxMilestones)
	}
	p.a.addProducts(l.products)
	p.series = p.a.addSeries(l.series)
	p.milestones = p.a.addMilestones(l.milestones)
	p.plan = p.planned()
	details, err := p.details(ctx, l)
	if err != nil {
		return "", err
	}
	p.assemble(l, details)
	return suspect, nil
}

// lists is what the tracker knows apart from its series and milestones' own.
type lists struct {
	access     string
	series     []seriesRecord
	milestones []milestoneRecord
	products   []productRecord
	rebuilds   []rebuildRecord
	// refused is why there are no rebuilds, where the tracker does not tell them.
	refused error
}

// The calls for the lists that everything else refers to.
var (
	askAccess     = ask("get_access")
	askSeries     = ask("series.get_list", numbers(0, 1))
	askMilestones = ask("milestones.get_list", numbers(0, 1, 2))
	askProducts   = ask("products.get_list", numbers(0, 1))
	// Requests that are open; published and canceled ones say nothing any more.
	askRebuilds = ask("rebuilds.get_list", numbers(0, 1, 2, 3))
)

func (p *poll) lists(ctx context.Context) (*lists, error) {
	replies, err := p.c.together(ctx, askAccess, askSeries, askMilestones, askProducts, askRebuilds)
	if err != nil {
		return nil, err
	}
	l := &lists{access: replies[0].value.text}
	if replies[0].err != nil {
		return nil, replies[0].err
	}
	if l.series, err = take(p.c, askSeries.method, replies[1], readSeries); err != nil {
		return nil, err
	}
	if l.milestones, err = take(p.c, askMilestones.method, replies[2], readMilestone); err != nil {
		return nil, err
	}
	if l.products, err = take(p.c, askProducts.method, replies[3], readProduct); err != nil {
		return nil, err
	}
	if isFault(replies[4].err) {
		l.refused = replies[4].err
		return l, nil
	}
	l.rebuilds, err = take(p.c, askRebuilds.method, replies[4], readRebuild)
	return l, err
}

// take reads the records of a reply.
func take[T any](c *client, method string, r reply, read func(value) T) ([]T, error) {
	if r.err != nil {
		return nil, r.err
	}
	list, err := records(r.value, read)
	if err != nil {
		return nil, c.wrong(method, err)
	}
	return list, nil
}

// suspect says why the lists must not be believed, if so, and whether there is
// anything in them.
func (p *poll) suspect(l *lists) (why string, usable bool) {
	where := fmt.Sprintf("%s, asked as %q,", p.c.address(), p.c.host())
	switch {
	case l.access == "invalid":
		return fmt.Sprintf("%s has no site %q: it answers \"invalid\" to qatracker.get_access; check url and host of the tracker", p.c.address(), p.c.host()), false
	case len(l.series) == 0 && len(l.milestones) == 0 && len(l.products) == 0:
		return where + " has no series, milestones or products at all", false
	}
	if p.c.key != "" && l.access == "public" {
		p.notes.Add(ruleAccess, fmt.Sprintf("the tracker does not accept the key of user %q and answers as to anybody; reading needs none", p.o.Tracker.User))
	}
	prev := p.a.prev
	switch {
	case len(l.products) == 0 && len(prev.Products) > 0:
		return fmt.Sprintf("%s has no products any more, of %d", where, len(prev.Products)), true
	case len(l.series) == 0 && len(prev.Series) > 0:
		return fmt.Sprintf("%s has no series any more, of %d", where, len(prev.Series)), true
	case len(l.milestones) == 0 && len(prev.Milestones) > 0:
		return fmt.Sprintf("%s has no milestones any more, of %d", where, len(prev.Milestones)), true
	}
	return "", true
}
