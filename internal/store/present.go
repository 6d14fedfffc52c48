package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"shiplist/internal/release"
)

// Somebody may delete, move or replace anything under a writer that is open for
// years. What it has open then is no file that anybody sees any more, locks included:
// before each call the writer looks whether its directories are still those that it
// has locked.

// present makes anew what was deleted, and notes that.
func (w *Writer) present() error {
	if !same(w.stateLock, filepath.Join(w.state, stateLock)) {
		if err := w.takeState(); err != nil {
			return err
		}
		w.notice(w.state, "the state directory or its lock was deleted while the agent ran, and made anew; an answer that was held back may be gone")
	}
	return w.presentData()
}

func (w *Writer) presentData() error {
	open, err := w.disk.root.Stat(".")
	at, e := os.Stat(w.data)
	switch {
	case err != nil || e != nil || !os.SameFile(open, at):
		return w.replaced()
	case !same(w.dataLock, filepath.Join(w.data, writerLock)):
		states := w.states
		if err := w.takeData(); err != nil {
			return err
		}
		w.surviving(states)
		w.notice(w.data, "the locks of the data directory were deleted while the agent ran, and made anew")
	case !w.cut && len(w.states) > 0 && w.missing(sourcesFile):
		w.surviving(w.states)
		w.notice(sourcesFile, "the file was deleted while the agent ran, and written again")
	}
	return nil
}

// replaced takes the directory that is at the place of the data directory now, or a
// new one. What was known of the old one does not hold for it.
func (w *Writer) replaced() error {
	if err := ours(w.data); err != nil {
		return err
	}
	if err := w.takeData(); err != nil {
		return err
	}
	w.written = written{Files: map[string]string{}}
	clear(w.stood)
	clear(w.months)
	w.notice(w.data, "the data directory was deleted or replaced while the agent ran; what it held is known again with the next polls, and its change log is gone")
	return nil
}

// surviving keeps what is known of the sources whose folder is still there, where
// sources.toml is not.
func (w *Writer) surviving(states map[string]release.SourceState) {
	if !w.missing(sourcesFile) {
		return
	}
	w.states = map[string]release.SourceState{}
	for name, state := range states {
		if !w.missing(name) {
			w.states[name] = state
		}
	}
}

func (w *Writer) missing(name string) bool {
	_, err := w.disk.root.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// notice keeps something in mind until a commit tells of it.
func (w *Writer) notice(address, text string) {
	n := release.Problem{Rule: "deleted", Address: address, Text: text}
	if !slices.Contains(w.notices, n) {
		w.notices = append(w.notices, n)
	}
}

// same reports whether the file that is locked is the one that lies at the path.
func same(lock *flock.Flock, path string) bool {
	held, err := lock.Stat()
	at, e := os.Stat(path)
	return err == nil && e == nil && os.SameFile(held, at)
}
