package testobserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"shiplist/agent/trackers"
	"shiplist/internal/problems"
	"shiplist/internal/release"
)

// mostArtefacts is how many a list may hold: more than any service has, and a bound for
// what a hostile one can make us keep.
const mostArtefacts = 50_000

// Options are what a [Source] is made of. Its file in the state directory has what was asked
// about each artefact.
type Options = trackers.Options

// Source is one Test Observer. It polls once at a time.
type Source struct {
	o     Options
	namer *namer
	asked asked
}

// New returns a source.
func New(o Options) *Source {
	s := &Source{o: o.Complete(), namer: newNamer(o.Tracker.Name, o.Rules)}
	s.asked.file = s.o.File("details")
	return s
}

// poll is one run.
type poll struct {
	o     *Options
	c     *client
	namer *namer
	notes *problems.List
	asked *asked
	// memory is what is remembered after this poll.
	memory memory
	now    time.Time
	named  map[string]bool // products whose missing rule was told

	prev          *release.Facts
	wasID, wasSum map[string]*release.Build // of prev, by id and by checksum
}

// Poll asks for what may have changed, once. What it returns is one state of the list, or
// an error; what else there is to know is optional, as the package's documentation says.
// prev are the facts of the last good poll.
func (s *Source) Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error) {
	if err := s.asked.load(); err != nil {
		s.o.Logger.WarnContext(ctx, "what was asked not readable, so this poll asks about all artefacts", "source", s.o.Tracker.Name, "err", err)
	}
	p := &poll{
		o: &s.o, c: newClient(&s.o), namer: s.namer, asked: &s.asked, now: s.o.Now().UTC(),
		notes: &problems.List{}, named: make(map[string]bool),
	}
	p.remember(prev)
	p.notes.Address = p.c.address("artefacts", families)
	facts, suspect, err := p.run(ctx)
	stats := p.c.session.Stats()
	answer := &release.Answer{Requests: stats.Requests, Bytes: stats.Bytes}
	if err != nil {
		return answer, err
	}
	if suspect == "" {
		s.save(ctx, p)
	}
	answer.Facts, answer.Problems, answer.Suspect = facts, p.notes.Problems(), suspect
	return answer, nil
}

// save keeps what was asked. What cannot be kept is asked again.
func (s *Source) save(ctx context.Context, p *poll) {
	if err := s.asked.took(p.memory); err != nil {
		s.o.Logger.WarnContext(ctx, "what was asked not saved, so the first poll after a restart asks about all artefacts",
			"source", s.o.Tracker.Name, "path", s.asked.file.Path, "err", err)
	}
}

// families selects the images.
var families = url.Values{"family": {"image"}}

// run asks for the list, then for what belongs to it.
func (p *poll) run(ctx context.Context) (facts *release.Facts, suspect string, err error) {
	rows, listed, err := p.list(ctx)
	if err != nil {
		return nil, "", err
	}
	if listed == 0 {
		return &release.Facts{Source: p.o.Tracker.Name}, p.notes.Address + " has no images at all", nil
	}
	a := newAssembler(p, rows)
	if suspect, err = p.unlisted(ctx, a); err != nil {
		return nil, "", err
	}
	a.settle()
	if err := p.requests(ctx, a); err != nil {
		return nil, "", err
	}
	if p.o.Tracker.Tests {
		if err := p.details(ctx, a); err != nil {
			return nil, "", err
		}
	}
	a.facts.Sort()
	return a.facts, suspect, nil
}

// row is an artefact of the list with what it is.
type row struct {
	artefact
	called
}

// list asks for the list.
func (p *poll) list(ctx context.Context) (rows []*row, listed int, err error) {
	body, err := p.c.get(ctx, "artefacts", families)
	if err != nil {
		return nil, 0, err
	}
	if rows, listed, err = p.rows(body); err != nil {
		return nil, 0, p.c.wrong("artefacts", families, err)
	}
	return rows, listed, nil
}

// rows reads the list. The number is how many artefacts it has, usable or not, of whatever
// series.
func (p *poll) rows(body []byte) (rows []*row, listed int, err error) {
	texts, err := elements(body)
	if err != nil {
		return nil, 0, err
	}
	if len(texts) > mostArtefacts {
		return nil, 0, fmt.Errorf("%d artefacts; the most are %d", len(texts), mostArtefacts)
	}
	ids := make(map[int64]bool, len(texts))
	for i, text := range texts {
		a, err := readArtefact(text)
		switch {
		case errors.Is(err, errFamily):
			listed++
			continue
		case err != nil:
			p.notes.Add(ruleUnreadable, fmt.Sprintf("artefact %s (number %d of the list) is left out: %v", nameOf(&a), i+1, err))
		case ids[a.id]:
			p.notes.AddAt(p.page(a.id), ruleDuplicate, fmt.Sprintf("artefact %d is listed twice; the first counts", a.id))
		default:
			rows = p.row(rows, a)
		}
		ids[a.id] = true
		listed++
	}
	return rows, listed, nil
}

// nameOf is what is known of an artefact that cannot be used.
func nameOf(a *artefact) string {
	if a.id > 0 {
		return fmt.Sprintf("%d %q", a.id, a.name)
	}
	return fmt.Sprintf("%q", a.name)
}

// row adds an artefact of a series that counts.
func (p *poll) row(rows []*row, a artefact) []*row {
	r := &row{a, p.namer.call(&a)}
	if !p.counts(r.series) {
		return rows
	}
	if a.odd != "" {
		p.notes.AddAt(p.page(a.id), ruleUnreadable, fmt.Sprintf("artefact %d of %s has %s; it is shown without that", a.id, r.title, a.odd))
	}
	return append(rows, r)
}

// counts reports whether the configuration chose a series.
func (p *poll) counts(series string) bool {
	return p.o.Rules.MatchSeries(p.o.Tracker.Series, series)
}

// page is the address of an artefact.
func (p *poll) page(id int64) string { return p.c.address("artefacts/"+itoa(id), nil) }

// The rules of problems.
const (
	ruleUnreadable = "unreadable" // a record, or a part of one, that cannot be used
	ruleDuplicate  = "duplicate"  // the same thing twice
	ruleUnruled    = "unruled"    // a product that no rule knows
	ruleUnknown    = "unknown"    // a word that we do not know
	ruleKept       = "kept"       // could not be asked, stays as it was before
	ruleAccess     = "access"     // we may not ask for it
	ruleLimit      = problems.RuleLimit
)
