package store

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"shiplist/internal/release"
)

// Result tells what a commit did.
type Result struct {
	// Changed are the data files of sources that are new, different or gone, sorted,
	// below the data directory. It does not name sources.toml, which changes with
	// every poll, nor the change log.
	Changed []string
	// Edited says for each file that a person had changed where it was kept, and
	// whatever else happened to the directories behind the writer's back.
	Edited []release.Problem
}

// Commit writes how it stands with a source and, unless facts is nil, replaces all
// its files by those of the facts, in one step. Files whose bytes do not change are
// not touched; those of things that are gone are removed. What a person wrote into
// a file is kept beside it and added to the problems of the state. The events are
// added to the change log in the same step.
//
// When there is an error, either nothing has happened or all of it: [Writer.Facts] and
// [Writer.State] tell which. To commit the same once more is right in both cases; its
// events are not added again.
func (w *Writer) Commit(ctx context.Context, state release.SourceState, facts *release.Facts, events ...release.Event) (Result, error) {
	if problem := unfitSource(state.Name); problem != "" {
		return Result{}, fmt.Errorf("%q cannot be the name of a source: %s", state.Name, problem)
	}
	c := change{source: state.Name, replace: facts != nil, events: events}
	if facts != nil {
		var err error
		if c.parts, err = Split(facts); err != nil {
			return Result{}, &FactsError{err}
		}
	}
	if err := w.begin(ctx); err != nil {
		return Result{}, err
	}
	c.states = maps.Clone(w.states)
	c.states[state.Name] = state
	return w.commit(ctx, c)
}

// Retire removes a source: its files, its folder and its entry in sources.toml.
func (w *Writer) Retire(ctx context.Context, name string, events ...release.Event) (Result, error) {
	if problem := unfitSource(name); problem != "" {
		return Result{}, fmt.Errorf("%q cannot be the name of a source: %s", name, problem)
	}
	if err := w.begin(ctx); err != nil {
		return Result{}, err
	}
	c := change{source: name, replace: true, events: events, states: maps.Clone(w.states)}
	delete(c.states, name)
	return w.commit(ctx, c)
}

// begin makes the directories fit for a commit.
func (w *Writer) begin(ctx context.Context) error {
	if err := w.present(); err != nil {
		return err
	}
	return w.resume(ctx)
}

// change is what a commit is to reach.
type change struct {
	source  string
	replace bool // the files of the source, by those of these facts
	parts   []Part
	states  map[string]release.SourceState
	events  []release.Event
}

func (w *Writer) commit(ctx context.Context, c change) (Result, error) {
	p := planner{w: w, texts: map[string][]byte{}, edited: slices.Clone(w.notices)}
	if err := p.plan(c); err != nil {
		return Result{}, err
	}
	r := Result{Changed: p.journal.changed(), Edited: p.edited}
	if p.journal.empty() {
		w.committed(c, p.encoded)
		return r, nil
	}
	if err := w.stage(&p.journal, p.texts); err != nil {
		// What was written so far only takes room, and the next commit removes it, too.
		_ = w.disk.removeAll(nextDir)
		return Result{}, explain("write aside in "+filepath.Join(w.data, nextDir), err)
	}
	stands, err := w.apply(ctx, &p.journal)
	if err != nil {
		w.cut = true
		if stands {
			w.states, w.stood[c.source] = c.states, p.blocks
		}
		return Result{}, explain("move into "+w.data, err)
	}
	for _, file := range p.journal.Put {
		if isMonth(file.Path) {
			w.months[file.Path] = file.Hash
		}
	}
	w.committed(c, p.encoded)
	return r, nil
}

// committed notes that a commit is done, and that all was told that there was to tell.
func (w *Writer) committed(c change, encoded map[string]want) {
	w.states, w.notices = c.states, nil
	delete(w.stood, c.source)
	delete(w.broken, "")
	if c.replace {
		delete(w.broken, c.source)
		w.encoded[c.source] = encoded
	}
	if _, known := c.states[c.source]; !known {
		w.keeper.forget(c.source)
		delete(w.encoded, c.source)
	}
}
