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
// that is still what it was ought to be in the list: it stays, and where more are missing
// than can be asked for, the whole list is suspect.
func (p *poll) unlisted(ctx context.Context, a *assembler) (suspect string, err error) {
	ask := a.missing()
	lacking, example := 0, int64(0)
	for i, b := range ask {
		g := a.group(groupKey{b.Series, b.Product})
		if i >= mostUnlisted || !askable(numberOf(b.ID)) {
			a.hold(g, b)
			continue
		}
		r, err := p.single(ctx, numberOf(b.ID))
		switch {
		case gone(err):
			continue
		case err != nil:
			return "", err
		case r == nil:
			a.hold(g, b)
			continue
		}
		a.add(r)
		if !r.archived && r.stage == b.Stage {
			lacking, example = lacking+1, r.id
			p.notes.AddAt(p.page(r.id), ruleKept, fmt.Sprintf("artefact %d of %s is not listed, and is there when it is asked for; it counts", r.id, r.title))
		}
	}
	switch more := len(ask) - mostUnlisted; {
	case more <= 0:
		return "", nil
	case lacking > 0:
		return fmt.Sprintf("%s lacks %d artefacts that were there; of %d of them that were asked for, %d are there still, such as %d",
			p.notes.Address, len(ask), mostUnlisted, lacking, example), nil
	default:
		p.notes.Add(ruleKept, fmt.Sprintf("%d artefacts that are not listed any more stay as they were; the next polls ask for them", more))
		return "", nil
	}
}

// hold keeps a build that may stand, though the list does not have it.
func (a *assembler) hold(g *group, b *release.Build) {
	a.keep(b.Product)
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
	if err != nil || a.id != id {
		p.notes.AddAt(p.page(id), ruleUnreadable, fmt.Sprintf("artefact %d cannot be used, and stays as it was: %v", id, err))
		return nil, nil
	}
	return &row{a, p.namer.call(&a)}, nil
}
