package testobserver

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"shiplist/internal/release"
)

// builder is the environment in which images are built: a request to repeat what was done
// there is one to build again.
const builder = "cdimage.ubuntu.com"

// rerunsPath is where requests are listed, made and taken off.
const rerunsPath = "test-executions/reruns"

// requested is how far every request is.
const requested = "requested"

// requests adds the open requests to build again to their series. Where they are refused,
// the search for test runs tells the same but their times; where that is, too, or where
// nothing that can be read comes, those of the facts before stay.
func (p *poll) requests(ctx context.Context, a *assembler) error {
	texts, err := p.open(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		p.notes.AddAt(p.c.address(rerunsPath, nil), ruleAccess, fmt.Sprintf("requests to build again stay as they were: %v", err))
		a.keepRequests()
		return nil
	}
	for i, text := range texts {
		r, err := readRerun(text)
		if err != nil {
			p.notes.AddAt(p.c.address(rerunsPath, nil), ruleUnreadable, fmt.Sprintf("request number %d to build again is left out: %v", i+1, err))
			continue
		}
		a.request(&r)
	}
	return nil
}

// open are the requests, or the test runs that are requested again where only these may be
// read. An error is that of the requests.
func (p *poll) open(ctx context.Context) ([]json.RawMessage, error) {
	texts, err := p.reruns(ctx)
	if !optional(err) {
		return texts, err
	}
	if runs, second := p.runs(ctx); second == nil {
		p.notes.AddAt(p.c.address(rerunsPath, nil), ruleAccess, fmt.Sprintf("requests to build again come from the search for test runs, which does not tell since when they are open: %v", err))
		return runs, nil
	}
	return nil, err
}

func (p *poll) reruns(ctx context.Context) ([]json.RawMessage, error) {
	query := url.Values{"family": {"image"}, "environment": {builder}}
	body, err := p.c.get(ctx, rerunsPath, query)
	if err != nil {
		return nil, err
	}
	texts, err := elements(body)
	if err == nil && len(texts) > mostArtefacts {
		err = fmt.Errorf("%d requests; the most are %d", len(texts), mostArtefacts)
	}
	if err != nil {
		return nil, p.c.wrong(rerunsPath, query, err)
	}
	return texts, nil
}

// runs are the test runs that are requested again. A request names the newest of its kind.
func (p *poll) runs(ctx context.Context) ([]json.RawMessage, error) {
	const path = "test-executions"
	query := url.Values{
		"families": {"image"}, "environments": {builder}, "rerun_is_requested": {"true"}, "execution_is_latest": {"true"},
	}
	var texts []json.RawMessage
	whole, err := p.pages(ctx, path, "test_executions", query, func(text json.RawMessage) { texts = append(texts, text) })
	if err != nil {
		return nil, err
	}
	if !whole {
		return nil, p.c.wrong(path, query, fmt.Errorf("more than %d test runs are requested again", len(texts)))
	}
	return texts, nil
}

// request tells open requests apart.
type request struct{ series, id string }

// request adds an open request. What was archived is not built again.
func (a *assembler) request(r *rerun) {
	of := &row{r.artefact, a.p.namer.call(&r.artefact)}
	if of.archived || !a.p.counts(of.series) {
		return
	}
	s := &a.facts.Series[a.inSeries(of.series)]
	req := request{of.series, itoa(r.execution)}
	if a.asked[req] {
		return
	}
	a.asked[req] = true
	s.Rebuilds = append(s.Rebuilds, release.Rebuild{
		Product: a.product(of), ID: req.id, BuildID: of.version, Status: requested, Requested: cmp.Or(r.created, a.since[req]),
	})
}

// since is when requests were made, as the facts before have it.
func (p *poll) since() map[request]string {
	since := map[request]string{}
	for i := range p.prev.Series {
		for _, b := range p.prev.Series[i].Rebuilds {
			since[request{p.prev.Series[i].Slug, b.ID}] = b.Requested
		}
	}
	return since
}

// keepRequests takes the requests over from the facts before.
func (a *assembler) keepRequests() {
	for i := range a.p.prev.Series {
		was := &a.p.prev.Series[i]
		if len(was.Rebuilds) == 0 || !a.p.counts(was.Slug) {
			continue
		}
		s := &a.facts.Series[a.inSeries(was.Slug)]
		for _, b := range was.Rebuilds {
			a.keep(b.Product)
			s.Rebuilds = append(s.Rebuilds, b)
		}
	}
}
