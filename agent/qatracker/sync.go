package qatracker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// The most series and milestones that are asked about: more than any tracker has,
// and a bound for what a hostile one can make us do.
const (
	maxSeries     = 500
	maxMilestones = 5000
)

// Options are what a [Source] is made of.
type Options struct {
	Tracker config.Tracker
	// Key is the API key of Tracker.User; it is not needed for reading.
	Key    config.Secret
	Limits config.Limits
	Rules  release.Rules
	Client *fetch.Client
	// Now is the clock by which milestones are asked for again; time.Now when nil.
	Now func() time.Time
	// StateDir holds a small file that says which builds' testcases were asked for
	// last, so that each gets its turn. Without it the turns are kept in memory.
	// ReadOnly says that nothing is to be written there.
	StateDir string
	ReadOnly bool
	Logger   *slog.Logger
}

// Source is one tracker. It polls once at a time.
type Source struct {
	o     Options
	turns turns
}

// New returns a source.
func New(o Options) *Source {
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Limits.TrackerBytes <= 0 {
		o.Limits.TrackerBytes = defaultLimit
	}
	if o.Limits.Connections <= 0 {
		o.Limits.Connections = 2
	}
	s := &Source{o: o}
	if o.StateDir != "" {
		s.turns.path = filepath.Join(o.StateDir, o.Tracker.Name+".turns.json")
	}
	return s
}

// Poll asks for everything once. What it returns is one state of the tracker, or an
// error, apart from the exceptions that the package's documentation names. prev are
// the facts of the last good poll: what cannot be asked any more comes from there.
func (s *Source) Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error) {
	p := &poll{
		o: &s.o,
		c: &client{
			session: s.o.Client.Session(), tracker: s.o.Tracker, key: s.o.Key.Reveal(),
			limit: s.o.Limits.TrackerBytes, log: s.o.Logger,
		},
	}
	p.notes = &notes{address: p.c.address()}
	p.a = newAssembler(s.o.Tracker.Name, s.o.Rules, prev, p.notes)
	suspect, err := p.run(ctx)
	if err == nil && suspect == "" && s.o.Tracker.Tests {
		err = s.count(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	if p.c.mended.Load() {
		p.notes.add(ruleText, "an answer holds bytes that are not UTF-8; they are shown as \ufffd")
	}
	p.a.facts.Sort()
	stats := p.c.session.Stats()
	return &release.Answer{
		Facts: p.a.facts, Problems: p.notes.problems(), Suspect: suspect,
		Requests: stats.Requests, Bytes: stats.Bytes,
	}, nil
}

// poll is one run.
type poll struct {
	o     *Options
	c     *client
	a     *assembler
	notes *notes

	series, milestones []int // ids, beside the assembler's facts
}

// run asks for the lists, then for what belongs to each series and milestone.
func (p *poll) run(ctx context.Context) (suspect string, err error) {
	l, err := p.lists(ctx)
	if err != nil {
		return "", err
	}
	if suspect := p.suspect(l); suspect != "" {
		return suspect, nil
	}
	if len(l.series) > maxSeries || len(l.milestones) > maxMilestones {
		return "", fmt.Errorf("%s: %d series and %d milestones; the most are %d and %d",
			p.c.address(), len(l.series), len(l.milestones), maxSeries, maxMilestones)
	}
	p.a.addProducts(l.products)
	p.series = p.a.addSeries(l.series)
	p.milestones = p.a.addMilestones(l.milestones)
	details, err := p.details(ctx)
	if err != nil {
		return "", err
	}
	p.assemble(l, details)
	return "", nil
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

func (p *poll) lists(ctx context.Context) (*lists, error) {
	replies, err := p.c.together(ctx,
		ask("get_access"),
		ask("series.get_list", numbers(0, 1)),
		ask("milestones.get_list", numbers(0, 1, 2)),
		ask("products.get_list", numbers(0, 1)),
		// Requests that are open; published and canceled ones say nothing any more.
		ask("rebuilds.get_list", numbers(0, 1, 2, 3)),
	)
	if err != nil {
		return nil, err
	}
	l := &lists{access: replies[0].value.text}
	if replies[0].err != nil {
		return nil, replies[0].err
	}
	if l.series, err = take(p.c, "qatracker.series.get_list", replies[1], readSeries); err != nil {
		return nil, err
	}
	if l.milestones, err = take(p.c, "qatracker.milestones.get_list", replies[2], readMilestone); err != nil {
		return nil, err
	}
	if l.products, err = take(p.c, "qatracker.products.get_list", replies[3], readProduct); err != nil {
		return nil, err
	}
	if isFault(replies[4].err) {
		l.refused = replies[4].err
		return l, nil
	}
	l.rebuilds, err = take(p.c, "qatracker.rebuilds.get_list", replies[4], readRebuild)
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

// suspect says why the lists must not be believed, if so.
func (p *poll) suspect(l *lists) string {
	switch {
	case l.access == "invalid":
		return fmt.Sprintf("%s has no site %q: it answers \"invalid\" to qatracker.get_access; check url and host of the tracker", p.c.address(), p.c.host())
	case len(l.series) == 0 && len(l.milestones) == 0 && len(l.products) == 0:
		return fmt.Sprintf("%s, asked as %q, has no series, milestones or products at all", p.c.address(), p.c.host())
	}
	if p.c.key != "" && l.access == "public" {
		p.notes.add(ruleAccess, fmt.Sprintf("the tracker does not accept the key of user %q and answers as to anybody; reading needs none", p.o.Tracker.User))
	}
	return ""
}

// details is what belongs to each series and each milestone, beside poll.series and
// poll.milestones.
type details struct {
	manifests [][]manifestRecord
	builds    [][]buildRecord
	bugs      [][]bugRecord
	refused   []error // why a milestone has no bugs, where the tracker does not tell them
}

// details asks in rounds: one series and one milestone in each, as a multicall takes
// a method once only.
func (p *poll) details(ctx context.Context) (*details, error) {
	d := &details{
		manifests: make([][]manifestRecord, len(p.series)),
		builds:    make([][]buildRecord, len(p.milestones)),
		bugs:      make([][]bugRecord, len(p.milestones)),
		refused:   make([]error, len(p.milestones)),
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(p.o.Limits.Connections)
	for i := range max(len(p.series), len(p.milestones)) {
		group.Go(func() error { return p.round(inner, d, i) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return d, p.again(ctx, d)
}

// again asks once more for the builds of milestones on which a product has lost the
// build that stood there. Posting a build is several steps to the tracker, and
// between two of them the old one is superseded and the new one not there yet. What
// is still so the second time is so.
func (p *poll) again(ctx context.Context, d *details) error {
	for i := range p.milestones {
		if !p.a.lost(i, d.builds[i]) {
			continue
		}
		list, err := askFor(ctx, p.c, readBuild, p.buildsOf(i))
		if err != nil {
			return err
		}
		d.builds[i] = list
	}
	return nil
}

// buildsOf is the call for the builds of the milestone at place i.
func (p *poll) buildsOf(i int) call {
	return ask("builds.get_list", number(p.milestones[i]), numbers(p.statuses(i)...))
}

func (p *poll) round(ctx context.Context, d *details, i int) error {
	var calls []call
	if i < len(p.milestones) {
		calls = append(calls, p.buildsOf(i), ask("bugs.get_list", number(p.milestones[i])))
	}
	if i < len(p.series) {
		calls = append(calls, ask("series.get_manifest", number(p.series[i]), numbers(0, 1)))
	}
	replies, err := p.c.together(ctx, calls...)
	if err != nil {
		return err
	}
	if i < len(p.series) {
		if d.manifests[i], err = take(p.c, "qatracker.series.get_manifest", replies[len(replies)-1], readManifest); err != nil {
			return err
		}
	}
	if i >= len(p.milestones) {
		return nil
	}
	if d.builds[i], err = take(p.c, "qatracker.builds.get_list", replies[0], readBuild); err != nil {
		return err
	}
	if isFault(replies[1].err) {
		d.refused[i] = replies[1].err
		return nil
	}
	d.bugs[i], err = take(p.c, "qatracker.bugs.get_list", replies[1], readBug)
	return err
}

// statuses are the states of builds that are wanted of a milestone. What was
// replaced on a daily one grows without end.
func (p *poll) statuses(i int) []int {
	if p.a.facts.Milestones[i].Kind == release.KindDaily {
		return []int{0, 1, 4}
	}
	return []int{0, 1, 2, 3, 4}
}

// assemble makes facts of it all. What has a product's title comes first: a build
// has none.
func (p *poll) assemble(l *lists, d *details) {
	for i, list := range d.manifests {
		p.a.addManifest(i, list)
	}
	if l.refused != nil {
		p.a.keepRebuilds(l.refused)
	} else {
		p.a.addRebuilds(l.rebuilds)
	}
	for i, list := range d.builds {
		p.a.addBuilds(i, list)
	}
	for i, list := range d.bugs {
		if d.refused[i] != nil {
			p.a.keepBugs(i, d.refused[i])
			continue
		}
		p.a.addBugs(i, list)
	}
}
