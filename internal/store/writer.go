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

	"github.com/gofrs/flock"

	"shiplist/internal/release"
)

// Writer is the one who writes to a data directory, for as long as a process runs. It
// is not safe for use by several goroutines. Between calls it knows how it stands with
// each source, and no facts; those it has read lie in the state directory (kept.go).
//
// What it needs may be deleted under it at any time: the next call makes it anew,
// locks included, and the result of the next commit says so (see [Result.Edited]).
// Facts that were deleted are not there then, as if their source were new.
type Writer struct {
	data, state         string
	disk                disk // the data directory
	stateLock, dataLock *flock.Flock
	states              map[string]release.SourceState
	broken              map[string]Problems // as of the last reading, by source; of sources.toml under ""
	written             written
	// cut says that the last commit may have been done in part.
	cut bool
	// stood are the events of commits that stand although they ended with an error,
	// by source, until that source's next commit.
	stood map[string]map[string]bool
	// notices are what was deleted, until a commit has told of it.
	notices []release.Problem
	keeper  *keeper // of the facts of large sources
	// encoded tells what text the facts of each file gave at the last commit, by source
	// and by path below its folder.
	encoded map[string]map[string]want
	// months tells the hash of each file of the change log that can be read.
	months map[string]string
	// most is the size from which on a file of the change log is not added to.
	most int64
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
	w := &Writer{
		keeper: newKeeper(state), data: data, state: state, disk: disk{fault: faultless}, most: maxMonth, stood: map[string]map[string]bool{},
		encoded: map[string]map[string]want{}, months: map[string]string{},
	}
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
		return explain("data directory", err)
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
	if err := w.takeState(); err != nil { // what is wrong is likely to be wrong with both
		return err
	}
	if err := w.takeData(); err != nil {
		return err
	}
	w.keeper.tidy()
	var err error
	if w.written, err = readWritten(w.state); err != nil {
		return err
	}
	return w.resume(ctx)
}

// takeState makes the state directory, and takes its lock.
func (w *Writer) takeState() error {
	if err := os.MkdirAll(w.state, 0o755); err != nil {
		return explain("state directory", err)
	}
	lock, err := ownLock(w.state, stateLock)
	if err != nil {
		return err
	}
	err = unlock(w.stateLock)
	w.stateLock = lock
	return err
}

// takeData makes the data directory, takes its lock, and reads how it stands with the
// sources. It changes nothing of the writer when there is an error.
func (w *Writer) takeData() error {
	if err := os.MkdirAll(filepath.Join(w.data, ownDir), 0o755); err != nil {
		return explain("data directory", err)
	}
	lock, err := ownLock(w.data, writerLock)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.data)
	if err != nil {
		return errors.Join(err, unlock(lock))
	}
	states, broken, err := w.take(root)
	if err != nil {
		return errors.Join(err, root.Close(), unlock(lock))
	}
	old := *w
	w.disk.root, w.dataLock, w.states, w.broken, w.cut = root, lock, states, map[string]Problems{"": broken}, true
	if old.disk.root != nil {
		err = old.disk.root.Close()
	}
	return errors.Join(err, unlock(old.dataLock))
}

// take makes a directory ready and reads sources.toml. Nobody else writes, so that
// takes no lock; a commit that was cut short is seen as if it were finished.
func (w *Writer) take(root *os.Root) (map[string]release.SourceState, Problems, error) {
	if err := hide(root); err != nil {
		return nil, nil, explain("data directory "+w.data, err)
	}
	t, err := surveyBelow(root, sourcesFile)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", w.data, err)
	}
	list, broken, err := t.sources(w.data, root)
	states := map[string]release.SourceState{}
	for _, s := range list {
		states[s.Name] = s
	}
	return states, broken.some(), err
}

// resume finishes or undoes a commit that was cut short, here or by a crash.
func (w *Writer) resume(ctx context.Context) error {
	if !w.cut {
		return nil
	}
	if err := w.recover(ctx); err != nil {
		return explain("data directory "+w.data+": finish the commit that was cut short", err)
	}
	w.cut = false
	return nil
}

// hide keeps the writer's own folder out of version control, and makes the locks
// that readers look for.
func hide(root *os.Root) error {
	for _, file := range [][2]string{{ownDir + "/.gitignore", "*\n"}, {gateName, ""}, {lockName, ""}} {
		if _, err := root.Lstat(file[0]); err == nil {
			continue
		}
		if err := root.WriteFile(file[0], []byte(file[1]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Close gives the locks back.
func (w *Writer) Close() error {
	var err error
	if w.disk.root != nil {
		err = w.disk.root.Close()
	}
	return errors.Join(err, unlock(w.dataLock), unlock(w.stateLock))
}

// Dir is the data directory, as in the places of [Writer.Broken].
func (w *Writer) Dir() string { return w.data }

// Broken are the mistakes in sources.toml and in the facts of each source, as they
// were when they were last read here, by source; no more than some of each file.
func (w *Writer) Broken() Problems {
	var all Problems
	for _, name := range slices.Sorted(maps.Keys(w.broken)) {
		all = append(all, w.broken[name]...)
	}
	return all
}

// Facts reads what is stored of a source now, without files that have mistakes (see
// [Writer.Broken]); never nil without an error. It looks into the source's folder even
// where sources.toml does not name the source: nothing is forgotten because that file
// was lost or damaged.
//
// After a commit that ended with an error the old facts may be there or the new ones:
// whoever derives something from a difference asks again.
func (w *Writer) Facts(name string) (*release.Facts, error) {
	if problem := unfitSource(name); problem != "" {
		return nil, fmt.Errorf("%q cannot be the name of a source: %s", name, problem)
	}
	if err := w.present(); err != nil {
		return nil, err
	}
	facts, broken, err := sourceFacts(w.data, w.disk.root, name, w.keeper)
	if err != nil {
		return nil, err
	}
	w.broken[name] = broken.some()
	return facts, nil
}

// State returns how it stands with a source; the zero state, with the name, for one
// that sources.toml does not have.
func (w *Writer) State(name string) release.SourceState {
	if state, known := w.states[name]; known {
		return state
	}
	return release.SourceState{Name: name}
}

// States returns how it stands with each source that sources.toml has, by name.
func (w *Writer) States() []release.SourceState {
	states := make([]release.SourceState, 0, len(w.states))
	for _, name := range slices.Sorted(maps.Keys(w.states)) {
		states = append(states, w.states[name])
	}
	return states
}
