package testobserver

import (
	"context"
	"fmt"
	"slices"

	"shiplist/internal/release"
)

// mostUnlisted is how many artefacts one poll asks for that are not in the list any more.
const mostUnlisted = 50

// unlisted takes in what the facts before have and the list has not. What did not stand
// stays as it is. What stood was superseded where the list has a newer artefact of its
// product and stage; otherwise it is asked for: it was promoted, archived, or is gone. One
// that is still what it was ought to be in the list, and stays.
//
// Where more are missing than can be asked for, those that were tell of the rest: if some
// are there still, the whole list is suspect; if some are gone, so is the rest, and whoever
// compares the facts with those before has all of the loss in view at once; if all were
// archived, the rest stays until it is asked for. What a newer row of the list hides tells
// nothing of the list.
func (p *poll) unlisted(ctx context.Context, a *assembler) (suspect string, err error) {
	ask := a.missing()
	asked, rest := ask[:min(len(ask), mostUnlisted)], ask[min(len(ask), mostUnlisted):]
	there, hidden, lost := 0, 0, 0
	for _, b := range asked {
		switch found, err := p.look(ctx, a, b); {
		case gone(err):
			lost++
		case particular(err):
			p.notes.AddAt(p.page(numberOf(b.ID)), ruleOf(err), fmt.Sprintf("artefact %s is not listed, and stays as it was: %v", b.ID, err))
			a.hold(b)
		case err != nil:
			return "", err
		case found != nil && a.hides(found) != nil:
			hidden++
		case found != nil:
			there++
		}
	}
	if len(rest) == 0 || lost > 0 && there+hidden == 0 {
		return "", nil
	}
	for _, b := range rest {
		a.hold(b)
	}
	if there > 0 {
		return fmt.Sprintf("%s lacks %d artefacts that were there; of %d of them that were asked for, %d are there still",
			p.notes.Address, len(ask), len(asked), there), nil
	}
	p.notes.Add(ruleKept, fmt.Sprintf("%d artefacts that are not listed any more stay as they were; the next polls ask for them", len(rest)))
	return "", nil
}

// look asks for an artefact that the list does not have, and takes in what it is now. It
// returns one that still is what it was, else nil.
func (p *poll) look(ctx context.Context, a *assembler, b *release.Build) (*row, error) {
	if !askable(numberOf(b.ID)) {
		a.hold(b)
		return nil, nil
	}
	r, err := p.single(ctx, numberOf(b.ID))
	if err != nil {
		return nil, err
	}
	if r == nil {
		a.hold(b)
		return nil, nil
	}
	a.add(r)
	if r.archived || r.stage != b.Stage {
		return nil, nil
	}
	why := "is not listed, and is there when it is asked for"
	if newer := a.hides(r); newer != nil {
		why = fmt.Sprintf("is hidden in the list by artefact %d of %s (%s), which has its name, os, release and stage", newer.id, newer.title, newer.version)
	}
	p.notes.AddAt(p.page(r.id), ruleKept, fmt.Sprintf("artefact %d of %s %s; it counts", r.id, r.title, why))
	return r, nil
}

// hold keeps a build that may stand, though the list does not have it.
func (a *assembler) hold(b *release.Build) {
	a.keep(b.Product)
	g := a.group(groupKey{b.Series, b.Product})
	g.held = append(g.held, b)
}

// missing are the builds of the facts before that have to be asked for, newest first. All
// others that are not in the list are taken over.
func (a *assembler) missing() []*release.Build {
	var ask []*release.Build
	for i := range a.p.prev.Builds {
		b := &a.p.prev.Builds[i]
		if a.listed[b.ID] || b.SHA256 != "" && a.sums[b.SHA256] != nil || !a.p.counts(b.Series) {
			continue
		}
		switch g := a.group(groupKey{b.Series, b.Product}); {
		case !b.State.Current():
			a.keep(b.Product)
			g.kept = append(g.kept, b)
		case g.newer(b):
			was := *b
			was.State = release.StateSuperseded
			g.kept = append(g.kept, &was)
		default:
			ask = append(ask, b)
		}
	}
	slices.SortFunc(ask, func(x, y *release.Build) int { return newestID(*x, *y) })
	return ask
}

// newer reports whether the list has a newer artefact of a build's stage.
func (g *group) newer(b *release.Build) bool {
	return slices.ContainsFunc(g.rows, func(r *row) bool { return r.stage == b.Stage && r.id > numberOf(b.ID) })
}

// single asks for one artefact. It is nil where it cannot be used, or is not the one that
// we knew.
func (p *poll) single(ctx context.Context, id int64) (*row, error) {
	path := "artefacts/" + itoa(id)
	body, err := p.c.get(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	a, err := readArtefact(body)
	if err == nil && a.id != id {
		err = fmt.Errorf("the answer is artefact %d", a.id)
	}
	if err != nil {
		p.notes.AddAt(p.page(id), ruleUnreadable, fmt.Sprintf("artefact %d cannot be used, and stays as it was: %v", id, err))
		return nil, nil
	}
	return &row{a, p.namer.call(&a)}, nil
}
