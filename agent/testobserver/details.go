package testobserver

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"shiplist/agent/recheck"
	"shiplist/internal/release"
)

// manualPlan is the test plan whose results people report.
const manualPlan = "Manual Testing"

// overlap is how far the time from which results are asked for goes back beyond what was
// asked for already: the clock of the service is another one.
const overlap = 15 * time.Minute

// pageSize is how many items a search gives at once, and mostPages how many times we ask
// for more: whatever that does not reach makes everything due.
const (
	pageSize  = 1000
	mostPages = 20
)

// details asks what the list does not tell: tests of the manual plan with their bugs, and
// reviews that reject. A service that does not answer ends the asking and not the poll,
// which has all its other facts by then.
func (p *poll) details(ctx context.Context, a *assembler) error {
	p.memory = memory{Since: p.now, Details: make(map[string]asking)}
	fresh, whole, err := p.news(ctx)
	all := a.standing()
	var due []*release.Build
	for _, b := range all {
		last, known := p.asked.last.Details[b.ID]
		if known && whole && !fresh[b.ID] && !p.due(b, last) {
			p.memory.Details[b.ID] = last
			p.retell(last.Notes)
			continue
		}
		due = append(due, b)
	}
	// Who waited longest comes first.
	slices.SortFunc(due, func(x, y *release.Build) int {
		return cmp.Or(p.asked.last.Details[x.ID].At.Compare(p.asked.last.Details[y.ID].At), cmp.Compare(numberOf(x.ID), numberOf(y.ID)))
	})
	t := &teller{p: p, left: p.o.Tracker.TestCalls}
	told := 0
	if err == nil {
		told, err = t.tell(ctx, due)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		p.notes.Add(ruleKept, fmt.Sprintf("tests and reviews of %d of %d builds stay as they were: %v", len(due)-told, len(all), err))
	}
	for _, b := range due[told:] { // their turn is still to come
		if _, ended := p.memory.Details[b.ID]; !ended {
			p.memory.Details[b.ID] = asking{At: p.asked.last.Details[b.ID].At}
		}
	}
	p.o.Logger.DebugContext(ctx, "asked about builds", "source", p.o.Tracker.Name, "count", told, "due", len(due), "of", len(all))
	return nil
}

// standing are the builds that stand, and that can be asked about.
func (a *assembler) standing() []*release.Build {
	var list []*release.Build
	for i := range a.facts.Builds {
		if b := &a.facts.Builds[i]; b.State.Current() && askable(numberOf(b.ID)) {
			list = append(list, b)
		}
	}
	return list
}

// due reports whether a build that was asked about is to be asked about again: the list says
// something else of it, the facts before are not what was learned, or it is its turn.
func (p *poll) due(b *release.Build, last asking) bool {
	return last.Row != digestRow(b) || last.Facts != digestFacts(b) ||
		recheck.Due(p.o.Tracker.Name+"/"+b.ID, last.At, p.now, p.o.Tracker.Recheck)
}

// retell tells the problems of an artefact that is not asked about this time.
func (p *poll) retell(notes []release.Problem) {
	for _, n := range notes {
		p.notes.AddAt(n.Address, n.Rule, n.Text)
	}
}

// news are the artefacts with results that came since the last poll. It is whole where all
// of them are known.
func (p *poll) news(ctx context.Context) (fresh map[string]bool, whole bool, err error) {
	fresh = make(map[string]bool)
	since := p.asked.last.Since
	first := since.IsZero() || since.After(p.now) // nothing was ever asked, or the clock was set back
	if first {
		since = p.now
	}
	query := url.Values{
		"families":  {"image"},
		"from_date": {since.Add(-overlap).Format("2006-01-02T15:04:05")},
	}
	items, whole, err := p.search(ctx, "test-results", query)
	if err != nil {
		// Nothing is known of the time since then.
		p.memory.Since, p.memory.Results = p.asked.last.Since, p.asked.last.Results
		if particular(err) {
			p.notes.AddAt(p.c.address("test-results", nil), ruleOf(err), fmt.Sprintf("new results cannot be asked for, so test counts follow within %s: %v", p.o.Tracker.Recheck, err))
			return fresh, !first, nil
		}
		return fresh, !first, err
	}
	for _, n := range items {
		if _, had := slices.BinarySearch(p.asked.last.Results, n.result); !had {
			fresh[itoa(n.artefact)] = true
		}
		p.memory.Results = append(p.memory.Results, n.result)
	}
	slices.Sort(p.memory.Results)
	p.memory.Results = slices.Compact(p.memory.Results)
	return fresh, whole && !first, nil
}

// search asks for results.
func (p *poll) search(ctx context.Context, path string, query url.Values) (items []news, whole bool, err error) {
	seen := make(map[int64]bool)
	whole, err = p.pages(ctx, path, "test_results", query, func(text json.RawMessage) {
		n, ok := readNews(text)
		if !ok {
			p.notes.AddAt(p.c.address(path, nil), ruleUnreadable, "a new result cannot be used: it has no id, or no artefact")
			return
		}
		if !seen[n.result] {
			seen[n.result] = true
			items = append(items, n)
		}
	})
	if err != nil {
		return nil, false, err
	}
	return items, whole, nil
}

// pages asks for the items below a key page by page, and reports whether that were all.
// While we ask, new ones come in front, so some are seen twice.
func (p *poll) pages(ctx context.Context, path, key string, query url.Values, each func(json.RawMessage)) (whole bool, err error) {
	query.Set("limit", strconv.Itoa(pageSize))
	for offset := 0; offset < pageSize*mostPages; {
		query.Set("offset", strconv.Itoa(offset))
		body, err := p.c.get(ctx, path, query)
		if err != nil {
			return false, err
		}
		page, err := readPage(body, key)
		if err != nil {
			return false, p.c.wrong(path, query, err)
		}
		for _, text := range page.items {
			each(text)
		}
		offset += len(page.items)
		if len(page.items) == 0 || offset >= page.count {
			return true, nil
		}
	}
	return false, nil
}

// teller asks about builds until its calls are spent.
type teller struct {
	p       *poll
	left    int
	refused bool // reviews are not for us
}

// tell asks about builds in their order and tells how many had their turn. A failure that is
// about one build is noted, and the turn passes; any other ends the asking. Even then the
// build at which it ended comes last the next time: it may be the reason.
func (t *teller) tell(ctx context.Context, due []*release.Build) (told int, err error) {
	for _, b := range due {
		before, from := t.left, t.p.notes.Len()
		fits, err := t.build(ctx, b)
		switch {
		case gone(err):
			err = nil // since the list was made; the next one tells
		case particular(err):
			t.p.notes.AddAt(t.p.page(numberOf(b.ID)), ruleOf(err), fmt.Sprintf("tests of artefact %s stay as they were: %v", b.ID, err))
			err = nil
		case err != nil:
			t.p.memory.Details[b.ID] = asking{At: t.p.now}
		case !fits && before == t.p.o.Tracker.TestCalls:
			t.p.notes.AddAt(t.p.page(numberOf(b.ID)), ruleLimit, fmt.Sprintf("artefact %s has more runs of its tests than test_calls = %d allows to ask about; its tests are not counted", b.ID, before))
			fits = true
		}
		if err != nil || !fits {
			return told, err
		}
		told++
		t.p.memory.Details[b.ID] = asking{At: t.p.now, Row: digestRow(b), Facts: digestFacts(b), Notes: slices.Clone(t.p.notes.Since(from))}
	}
	return told, nil
}

// ruleOf is the rule of a part that stays as it was.
func ruleOf(err error) string {
	if optional(err) {
		return ruleAccess
	}
	return ruleKept
}

// build asks about one build, unless it needs more calls than are left.
func (t *teller) build(ctx context.Context, b *release.Build) (fits bool, err error) {
	if t.left--; t.left < 0 {
		return false, nil
	}
	path := "artefacts/" + b.ID
	runs, err := ask(ctx, t.p, path+"/builds", readExecutions)
	if err != nil {
		return true, err
	}
	runs = slices.DeleteFunc(runs, func(e execution) bool { return e.plan != manualPlan })
	reviews := b.Reviews != nil && b.Reviews.Done > 0 && !t.refused
	calls := len(runs)
	if reviews {
		calls++
	}
	if t.left -= calls; t.left < 0 {
		return false, nil
	}
	var results []result
	for _, e := range runs {
		list, err := ask(ctx, t.p, "test-executions/"+itoa(e.id)+"/test-results", readResults)
		if err != nil {
			return true, err
		}
		results = append(results, list...)
	}
	if reviews {
		if err := t.reviews(ctx, path+"/environment-reviews", b); err != nil {
			return true, err
		}
	}
	b.Tests, b.Bugs = tally(results)
	return true, nil
}

// ask asks for a list; elements of it that cannot be used are told.
func ask[T any](ctx context.Context, p *poll, path string, read func([]byte) ([]T, int, error)) ([]T, error) {
	body, err := p.c.get(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	list, bad, err := read(body)
	if err != nil {
		return nil, p.c.wrong(path, nil, err)
	}
	if bad > 0 {
		p.notes.AddAt(p.c.address(path, nil), ruleUnreadable, fmt.Sprintf("%s cannot be used and are left out", release.Plural(bad, "record", "records")))
	}
	return list, nil
}

// reviews counts those that reject. That they are not for us is told once.
func (t *teller) reviews(ctx context.Context, path string, b *release.Build) error {
	body, err := t.p.c.get(ctx, path, nil)
	if optional(err) {
		t.refused = true
		t.p.notes.AddAt(t.p.c.address(path, nil), ruleAccess, fmt.Sprintf("which reviews reject is not known: %v", err))
		return nil
	}
	if err != nil {
		return err
	}
	n, err := readRejected(body)
	if err != nil {
		return t.p.c.wrong(path, nil, err)
	}
	b.Reviews.Rejected = min(n, b.Reviews.Done)
	return nil
}

// tally counts each testcase by its worst result over all runs: failed before passed before
// skipped, which is as good as untested. It counts the results that name each bug. Without
// a result there is nothing to count.
func tally(results []result) (*release.Tests, []release.Bug) {
	if len(results) == 0 {
		return nil, nil
	}
	worst := make(map[string]int)
	named := make(map[string]int)
	for _, r := range results {
		worst[r.name] = max(worst[r.name], badness(r.status))
		for _, number := range r.bugs {
			named[number]++
		}
	}
	tests := &release.Tests{}
	for _, b := range worst {
		switch b {
		case badFailed:
			tests.Failed++
		case badPassed:
			tests.Passed++
		default:
			tests.Untested++
		}
	}
	var bugs []release.Bug
	for number, n := range named {
		bugs = append(bugs, release.Bug{Number: number, Count: n})
	}
	return tests, bugs
}

const (
	badNothing = iota
	badPassed
	badFailed
)

func badness(status string) int {
	switch status {
	case "FAILED":
		return badFailed
	case "PASSED":
		return badPassed
	}
	return badNothing
}
