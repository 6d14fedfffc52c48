package qatracker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/release"
)

// candidate is a build whose tests are worth counting: one that stands on an open
// milestone. The numbers are ids as they are sent.
type candidate struct {
	id                     string
	build, product, series int
	at                     int // its place in facts.Builds
}

// suite is a product in a series, which have testcases together.
type suite struct{ product, series int }

// count counts the tests of as many builds as the budget of calls allows; the rest
// keeps what was known of it. A tracker that does not answer ends the counting and
// not the poll, which has all its other facts by then.
func (s *Source) count(ctx context.Context, p *poll) error {
	p.a.keepTests()
	all := p.a.candidates()
	if err := s.turns.load(); err != nil {
		s.o.Logger.WarnContext(ctx, "turns not readable, so builds get theirs in another order", "source", s.o.Tracker.Name, "err", err)
	}
	s.turns.sort(all)
	t := &tester{p: p, budget: s.o.Tracker.TestCalls, left: s.o.Tracker.TestCalls, cases: make(map[suite][]int)}
	had, err := t.run(ctx, all)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	kept := t.refusals
	if err != nil {
		kept = len(all) - t.counted
	}
	if err = cmp.Or(err, t.refused); err != nil {
		p.notes.Add(ruleKept, fmt.Sprintf("test counts of %d of %d builds stay as they were: %v", kept, len(all), err))
	}
	s.o.Logger.DebugContext(ctx, "counted tests", "source", s.o.Tracker.Name, "builds", t.counted, "of", len(all), "calls", t.budget-t.left)
	if err := s.turns.took(had, all); err != nil {
		s.o.Logger.WarnContext(ctx, "turns not saved, so a restart begins with the first build", "source", s.o.Tracker.Name, "path", s.turns.file.Path, "err", err)
	}
	return nil
}

// keepTests takes from the facts before what was known of builds' tests.
func (a *assembler) keepTests() {
	for i := range a.prev.Builds {
		was := &a.prev.Builds[i]
		if at, ok := a.builds[buildKey{was.Series, was.Product, was.BuildID}]; ok && a.facts.Builds[at].ID == was.ID {
			b := &a.facts.Builds[at]
			b.Bugs = slices.Clone(was.Bugs)
			if was.Tests != nil {
				tests := *was.Tests
				b.Tests = &tests
			}
		}
	}
}

// candidates are the builds that stand on a milestone in testing of an active
// series, each once.
func (a *assembler) candidates() []candidate {
	series, products := make(map[string]int), make(map[string]int)
	for _, s := range a.facts.Series {
		if id, ok := sendable(s.ID); ok && s.Status == release.SeriesActive {
			series[s.Slug] = id
		}
	}
	for _, p := range a.facts.Products {
		if id, ok := sendable(p.ID); ok {
			products[p.Slug] = id
		}
	}
	var list []candidate
	seen := make(map[int]bool)
	for _, m := range a.facts.Milestones {
		line, open := series[m.Series]
		if !open || m.Status != release.MilestoneTesting {
			continue
		}
		for _, e := range m.Entries {
			at := a.builds[buildKey{m.Series, e.Product, e.BuildID}]
			build, ok := sendable(a.facts.Builds[at].ID)
			product, known := products[e.Product]
			if !e.State.Current() || !ok || !known || seen[at] {
				continue
			}
			seen[at] = true
			list = append(list, candidate{a.facts.Builds[at].ID, build, product, line, at})
		}
	}
	return list
}

// tester spends a budget of calls.
type tester struct {
	p            *poll
	budget, left int
	cases        map[suite][]int // mandatory testcases, as far as asked for

	counted  int // builds
	refusals int // builds that the tracker did not tell about
	refused  error
}

// run counts in the order of turns until a build needs more calls than are left; had
// are those that have had their turn. What the tracker refuses concerns one build
// only. Any other failure ends the counting, and uses up the turn of the build at
// which it came: one that can never be counted must not stand first for ever.
func (t *tester) run(ctx context.Context, all []candidate) (had []string, err error) {
	for _, k := range all {
		if t.left <= 0 {
			return had, nil
		}
		fits, err := t.turn(ctx, k)
		switch {
		case isFault(err):
			t.refusals++
			t.refused = cmp.Or(t.refused, err)
		case err != nil:
			return append(had, k.id), err
		case !fits:
			return had, nil
		}
		had = append(had, k.id)
	}
	return had, nil
}

// turn counts one build, unless it needs more calls than are left.
func (t *tester) turn(ctx context.Context, k candidate) (fits bool, err error) {
	cases, err := t.testcases(ctx, suite{k.product, k.series})
	switch {
	case err != nil:
		return true, err
	case len(cases) >= t.budget:
		t.p.notes.Add(ruleLimit, fmt.Sprintf("the tests of build %s need %d calls and are not counted; test_calls allows %d for one poll", k.id, len(cases)+1, t.budget))
		return true, nil
	case len(cases) > t.left:
		return false, nil
	}
	if err = t.build(ctx, k, cases); err == nil {
		t.counted++
	}
	return true, err
}

// testcases are the mandatory testcases of a suite; one may be in several test
// suites, with a status in each, and is mandatory when it is so in any.
func (t *tester) testcases(ctx context.Context, s suite) ([]int, error) {
	if cases, ok := t.cases[s]; ok {
		return cases, nil
	}
	t.left--
	list, err := askFor(ctx, t.p.c, readTestcase, ask("testcases.get_list", number(s.product), number(s.series), numbers(0, 1, 2, 3)))
	if err != nil {
		return nil, err
	}
	var cases []int
	for _, r := range list {
		if id, ok := sendable(r.id); ok && r.status == "0" {
			cases = append(cases, id)
		}
	}
	slices.Sort(cases)
	t.cases[s] = slices.Compact(cases)
	return t.cases[s], nil
}

// askFor makes one call for a list.
func askFor[T any](ctx context.Context, c *client, read func(value) T, k call) ([]T, error) {
	replies, err := c.together(ctx, k)
	if err != nil {
		return nil, err
	}
	return take(c, k.method, replies[0], read)
}

// build asks for the results of each testcase and counts them.
func (t *tester) build(ctx context.Context, k candidate, cases []int) error {
	t.left -= len(cases)
	results := make([][]resultRecord, len(cases))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(t.p.o.Limits.Connections)
	for i, id := range cases {
		group.Go(func() (err error) {
			results[i], err = askFor(ctx, t.p.c, readResult, ask("results.get_list", number(k.build), number(id), numbers(0)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	b := &t.p.a.facts.Builds[k.at]
	b.Tests, b.Bugs = tally(results)
	return nil
}

// tally counts each testcase by its worst valid result, and the results that name
// each bug. Without a testcase there is nothing to count.
func tally(results [][]resultRecord) (*release.Tests, []release.Bug) {
	if len(results) == 0 {
		return nil, nil
	}
	tests := &release.Tests{}
	named := make(map[string]int)
	for _, list := range results {
		switch worst(list) {
		case "0":
			tests.Failed++
		case "1":
			tests.Passed++
		case "2":
			tests.Running++
		default:
			tests.Untested++
		}
		for _, r := range list {
			if r.status == "0" {
				for _, number := range r.bugs {
					named[number]++
				}
			}
		}
	}
	var bugs []release.Bug
	for number, n := range named {
		bugs = append(bugs, release.Bug{Number: number, Count: n})
	}
	return tests, bugs
}

// worst is the number of the worst result: failed, passed, in progress, in this
// order, which is that of the tracker's numbers. Deleted results and those with a
// number that means nothing do not count.
func worst(list []resultRecord) string {
	found := ""
	for _, r := range list {
		if valid := r.result == "0" || r.result == "1" || r.result == "2"; !valid || r.status != "0" {
			continue
		}
		if found == "" || r.result < found {
			found = r.result
		}
	}
	return found
}
