package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Writer is the one who writes to a data directory. It is not safe for use by
// several goroutines.
type Writer struct {
	data, state string
	root        *os.Root
	locks       locks
	snapshot    *Snapshot
	broken      Problems
	states      map[string]release.SourceState
	written     written
	// cut says that the last commit may have been done in part.
	cut bool
	// step is called between the steps of a commit; tests end it there.
	step func(name string) error
}

// Open makes a data directory ready for writing: creates it where it is missing,
// keeps other writers out, finishes what a crash cut short, and reads what is
// there. It touches nothing in a directory that is not a data directory.
func Open(ctx context.Context, data, state string) (*Writer, error) {
	if err := apart(data, state); err != nil {
		return nil, err
	}
	if err := ours(data); err != nil {
		return nil, err
	}
	w := &Writer{data: data, state: state, step: func(string) error { return nil }}
	if err := w.open(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// apart refuses directories that would hold each other's files.
func apart(data, state string) error {
	for _, pair := range [][2]string{{data, state}, {state, data}} {
		below, err := filepath.Rel(pair[0], pair[1])
		if err != nil || below == "." || below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator)) {
			return fmt.Errorf("the data directory %s and the state directory %s must not hold each other; set [store] data and state to different places", data, state)
		}
	}
	return nil
}

// ours refuses a directory that holds somebody else's files. Files of version
// control may be there first.
func ours(data string) error {
	entries, err := os.ReadDir(data)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	foreign := ""
	for _, e := range entries {
		switch {
		case e.Name() == sourcesFile || e.Name() == ownDir && e.IsDir():
			return nil
		case !strings.HasPrefix(e.Name(), ".git") && foreign == "":
			foreign = e.Name()
		}
	}
	if foreign == "" {
		return nil
	}
	return fmt.Errorf("%s holds files (%s) but no %s, so it is not a data directory, and nothing in it was touched; set [store] data to a new or empty directory", data, foreign, sourcesFile)
}

func (w *Writer) open(ctx context.Context) error {
	for _, dir := range []string{filepath.Join(w.data, ownDir), w.state} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, at := range [][2]string{{w.state, stateLock}, {w.data, writerLock}} {
		lock, err := ownLock(at[0], at[1])
		if err != nil {
			return err
		}
		w.locks = append(w.locks, lock)
	}
	var err error
	if w.root, err = os.OpenRoot(w.data); err != nil {
		return err
	}
	if err := w.hide(); err != nil {
		return err
	}
	if w.written, err = readWritten(w.state); err != nil {
		return err
	}
	w.cut = true
	return w.resume(ctx)
}

// resume finishes or undoes a commit that was cut short, here or by a crash, and
// reads what is there then.
func (w *Writer) resume(ctx context.Context) error {
	if !w.cut {
		return nil
	}
	if err := w.recover(ctx); err != nil {
		return fmt.Errorf("data directory %s: finish the commit that was cut short: %w", w.data, err)
	}
	if err := w.reload(); err != nil {
		return err
	}
	w.cut = false
	return nil
}

// hide keeps the writer's own folder out of version control, and makes the locks
// that readers look for.
func (w *Writer) hide() error {
	for _, file := range [][2]string{{ownDir + "/.gitignore", "*\n"}, {gateName, ""}, {lockName, ""}} {
		if _, err := w.root.Lstat(file[0]); err == nil {
			continue
		}
		if err := w.root.WriteFile(file[0], []byte(file[1]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// reload reads the directory. Nobody else writes, so no lock is needed.
func (w *Writer) reload() error {
	t, err := survey(w.root)
	if err != nil {
		return fmt.Errorf("data directory %s: %w", w.data, err)
	}
	if w.snapshot, w.broken, err = t.load(w.data, w.root); err != nil {
		return err
	}
	w.states = map[string]release.SourceState{}
	for _, s := range w.snapshot.Sources {
		w.states[s.State.Name] = s.State
	}
	return nil
}

// Close gives the locks back.
func (w *Writer) Close() error {
	var err error
	if w.root != nil {
		err = w.root.Close()
	}
	return errors.Join(err, w.locks.Close())
}

// Dir is the data directory, as in the places of [Writer.Broken].
func (w *Writer) Dir() string { return w.data }

// Snapshot is what was there when the writer was opened.
func (w *Writer) Snapshot() *Snapshot { return w.snapshot }

// Broken are the mistakes in the files that were there; the snapshot is without them.
func (w *Writer) Broken() Problems { return w.broken }

// Facts returns what is known of a source, never nil, as it was before the writer
// changed it. It looks into the source's folder even where sources.toml does not name
// the source: nothing is forgotten because that file was lost or damaged. Mistakes in
// its files are added to [Writer.Broken] then.
func (w *Writer) Facts(name string) (*release.Facts, error) {
	if s := w.snapshot.Source(name); s != nil {
		return s.Facts, nil
	}
	t, err := survey(w.root)
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w", w.data, err)
	}
	facts := &release.Facts{Source: name}
	broken, err := t.facts(w.data, w.root, map[string]*release.Facts{name: facts})
	w.broken = append(w.broken, broken...)
	return facts, err
}

// State returns how it stands with a source; the zero state, with the name, for one
// that sources.toml does not have.
func (w *Writer) State(name string) release.SourceState {
	if state, known := w.states[name]; known {
		return state
	}
	return release.SourceState{Name: name}
}

// Result tells what a commit did.
type Result struct {
	// Changed are the data files that are new, different or gone, sorted, below the
	// data directory; sources.toml, which changes with every poll, is not named.
	Changed []string
	// Edited says for each file that a person had changed where it was kept.
	Edited []release.Problem
}

// Commit writes how it stands with a source and, unless facts is nil, replaces all
// its files by those of the facts, in one step. Files whose bytes do not change are
// not touched; those of things that are gone are removed. What a person wrote into
// a file is kept beside it and added to the problems of the state. The events are
// added to the change log in the same step.
func (w *Writer) Commit(ctx context.Context, state release.SourceState, facts *release.Facts, events ...release.Event) (Result, error) {
	if problem := unfitSource(state.Name); problem != "" {
		return Result{}, fmt.Errorf("%q cannot be the name of a source: %s", state.Name, problem)
	}
	if err := w.resume(ctx); err != nil {
		return Result{}, err
	}
	states := maps.Clone(w.states)
	states[state.Name] = state
	if facts == nil {
		return w.commit(ctx, change{states: states})
	}
	files, err := Files(state.Name, facts)
	if err != nil {
		return Result{}, err
	}
	return w.commit(ctx, change{source: state.Name, files: files, states: states})
}

// Retire removes a source: its files, its folder and its entry in sources.toml.
func (w *Writer) Retire(ctx context.Context, name string, events ...release.Event) (Result, error) {
	if err := w.resume(ctx); err != nil {
		return Result{}, err
	}
	states := maps.Clone(w.states)
	delete(states, name)
	return w.commit(ctx, change{source: name, states: states})
}

// change is what a commit is to reach.
type change struct {
	source string // the one whose files are replaced; empty for none
	files  map[string][]byte
	states map[string]release.SourceState
}

func (w *Writer) commit(ctx context.Context, c change) (Result, error) {
	p := planner{w: w, texts: map[string][]byte{}}
	if c.source != "" {
		if err := p.source(c.source, c.files); err != nil {
			return Result{}, err
		}
	}
	states, err := p.sources(c)
	if err != nil {
		return Result{}, err
	}
	r := Result{Changed: p.journal.changed(), Edited: p.edited}
	if p.journal.empty() {
		return r, nil
	}
	if err := w.stage(&p.journal, p.texts); err != nil {
		return Result{}, fmt.Errorf("write aside in %s: %w", filepath.Join(w.data, nextDir), err)
	}
	w.cut = true
	if err := w.apply(ctx, &p.journal); err != nil {
		return Result{}, fmt.Errorf("move into %s: %w", w.data, err)
	}
	w.cut, w.states = false, states
	return r, nil
}

// FactsError says that facts cannot be stored, because of a name that cannot be a
// file's or a record that could not be read again. The data directory is as it was.
type FactsError struct{ Err error }

func (e *FactsError) Error() string { return "facts that cannot be stored: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FactsError) Unwrap() error { return e.Err }

// Files encodes the facts of a source: the text of each data file by its path below
// the source's folder. It sorts the facts and puts their times into UTC. Any error
// is a [*FactsError].
func Files(source string, facts *release.Facts) (map[string][]byte, error) {
	parts, err := Split(facts)
	if err != nil {
		return nil, &FactsError{err}
	}
	texts := make([][]byte, len(parts))
	err = parallel(len(parts), func(i int) (err error) {
		texts[i], err = parts[i].encode(source)
		if err != nil {
			return &FactsError{fmt.Errorf("%s: %w", parts[i].Path, err)}
		}
		return nil
	})
	files := make(map[string][]byte, len(parts))
	for i, p := range parts {
		files[p.Path] = texts[i]
	}
	return files, err
}

// encodeSources writes sources.toml.
func encodeSources(states map[string]release.SourceState) ([]byte, error) {
	doc := sourcesDoc{}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		doc.Sources = append(doc.Sources, states[name])
	}
	return text(sourcesHead, doc)
}
