package qatracker

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/release"
)

// details is what belongs to each series and each milestone, beside the assembler's
// facts; nothing for those that are not asked.
type details struct {
	manifests [][]manifestRecord
	builds    [][]buildRecord
	bugs      [][]bugRecord
	refused   []error // why a milestone has no bugs, where the tracker does not tell them
}

// details asks in rounds: one series and one milestone in each, as a multicall takes
// a method once only. The last one is made when the others have ended: it asks for
// the lists once more.
func (p *poll) details(ctx context.Context, l *lists) (*details, error) {
	d := &details{
		manifests: make([][]manifestRecord, len(p.series)),
		builds:    make([][]buildRecord, len(p.milestones)),
		bugs:      make([][]bugRecord, len(p.milestones)),
		refused:   make([]error, len(p.milestones)),
	}
	last := max(len(p.dueSeries), len(p.dueMilestones)) - 1
	if last < 0 {
		return d, nil
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(p.o.Limits.Connections)
	for n := range last {
		group.Go(func() error { return p.put(inner, p.round(d, n)) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := p.put(ctx, append(p.round(d, last), p.unchanged(l)...)); err != nil {
		return nil, err
	}
	return d, p.again(ctx, d, l)
}

// again asks once more for the builds of milestones on which a product has lost the
// build that stood there. Posting a build is several steps to the tracker, and
// between two of them the old one is superseded and the new one not there yet. What
// is still so the second time is so.
func (p *poll) again(ctx context.Context, d *details, l *lists) error {
	for _, i := range p.dueMilestones {
		if !p.a.lost(i, d.builds[i], p.before) {
			continue
		}
		if err := p.put(ctx, append(p.unchanged(l), p.builds(d, i))); err != nil {
			return err
		}
	}
	return nil
}

// question is a call, and what is done with its reply.
type question struct {
	call
	take func(reply) error
}

// put asks questions of different methods together.
func (p *poll) put(ctx context.Context, questions []question) error {
	calls := make([]call, len(questions))
	for i, q := range questions {
		calls[i] = q.call
	}
	replies, err := p.c.together(ctx, calls...)
	if err != nil {
		return err
	}
	for i, q := range questions {
		if err := q.take(replies[i]); err != nil {
			return err
		}
	}
	return nil
}

// round are the questions of the nth round.
func (p *poll) round(d *details, n int) []question {
	var list []question
	if n < len(p.dueMilestones) {
		i := p.dueMilestones[n]
		list = append(list, p.builds(d, i), p.bugs(d, i))
	}
	if n < len(p.dueSeries) {
		i := p.dueSeries[n]
		k := ask("series.get_manifest", number(p.series[i]), numbers(0, 1))
		list = append(list, into(p.c, k, readManifest, &d.manifests[i]))
	}
	return list
}

// builds asks for the builds of the milestone at place i.
func (p *poll) builds(d *details, i int) question {
	k := ask("builds.get_list", number(p.milestones[i]), numbers(p.statuses(i)...))
	return into(p.c, k, readBuild, &d.builds[i])
}

// bugs asks for the bugs of the milestone at place i, which may be refused.
func (p *poll) bugs(d *details, i int) question {
	q := into(p.c, ask("bugs.get_list", number(p.milestones[i])), readBug, &d.bugs[i])
	take := q.take
	q.take = func(r reply) error {
		if isFault(r.err) {
			d.refused[i] = r.err
			return nil
		}
		return take(r)
	}
	return q
}

// into asks for a list and puts it somewhere.
func into[T any](c *client, k call, read func(value) T, where *[]T) question {
	return question{k, func(r reply) (err error) {
		*where, err = take(c, k.method, r, read)
		return err
	}}
}

// unchanged asks for the lists once more, and fails where they are not what they
// were: a tracker that was restarted or restored in between, or in which a milestone
// was just opened or closed, gives answers that do not belong together. It tells no
// version, so this is as near as one can look. It costs no request, as the other
// questions of a round are of other methods.
func (p *poll) unchanged(l *lists) []question {
	access := func(r reply) error {
		if r.err == nil && r.value.text != l.access {
			return p.changed(askAccess)
		}
		return r.err
	}
	return []question{
		{askAccess, access},
		same(p, askSeries, readSeries, l.series),
		same(p, askMilestones, readMilestone, l.milestones),
		same(p, askProducts, readProduct, l.products),
	}
}

// same asks for a list that was asked for before.
func same[T comparable](p *poll, k call, read func(value) T, before []T) question {
	return question{k, func(r reply) error {
		now, err := take(p.c, k.method, r, read)
		if err != nil {
			return err
		}
		form := func(one T) string { return fmt.Sprintf("%+v", one) }
		if !slices.Equal(ordered(now, form), ordered(slices.Clone(before), form)) {
			return p.changed(k)
		}
		return nil
	}}
}

func (p *poll) changed(k call) error {
	return fmt.Errorf("%s: its answer to %s changed while the other calls were made, so they may not belong together; nothing of this poll is used", p.c.address(), k.method)
}

// statuses are the states of builds that are wanted of a milestone. What was
// replaced on a daily one grows without end.
func (p *poll) statuses(i int) []int {
	if p.a.facts.Milestones[i].Kind == release.KindDaily {
		return []int{0, 1, 4}
	}
	return []int{0, 1, 2, 3, 4}
}
