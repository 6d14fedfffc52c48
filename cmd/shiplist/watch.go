package main

import (
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Editors and tools replace a file by a rename, and a folder of links by another
// folder. So the folders are watched, not the file, and what counts is its text.

const (
	// watchSettle is how long a text has to stay the same: who writes a file in
	// several steps is not done after the first.
	watchSettle = time.Second
	// watchAnyway is how often the file is looked at although nothing was heard:
	// not every file system tells, and a folder may be replaced as a whole.
	watchAnyway = time.Minute
)

// watcher tells when the text of a file has changed.
type watcher struct {
	// Changed has the new text's fingerprint.
	Changed <-chan fingerprint

	path   string
	notes  *fsnotify.Watcher // nil where the system has none to give
	settle time.Duration
	last   fingerprint // of the text that was told
	stop   chan struct{}
	done   chan struct{}
}

// watch watches a file, of whose text it is told what is known already.
func watch(path string, known fingerprint, log *slog.Logger) *watcher {
	return watchWith(path, known, watchSettle, log)
}

func watchWith(path string, known fingerprint, settle time.Duration, log *slog.Logger) *watcher {
	changed := make(chan fingerprint)
	w := &watcher{Changed: changed, path: path, settle: settle, last: known, stop: make(chan struct{}), done: make(chan struct{})}
	var err error
	if w.notes, err = fsnotify.NewWatcher(); err != nil {
		log.Warn("changes of the configuration are noticed within a minute only", "file", path, "err", err)
		w.notes = &fsnotify.Watcher{}
	}
	w.follow()
	go w.run(changed)
	return w
}

// Close ends it.
func (w *watcher) Close() {
	close(w.stop)
	<-w.done
	if w.notes.Events != nil {
		_ = w.notes.Close() // nothing is lost with it
	}
}

func (w *watcher) run(changed chan<- fingerprint) {
	defer close(w.done)
	anyway := time.NewTicker(watchAnyway)
	defer anyway.Stop()
	settle := time.NewTimer(0) // it may have changed before it was watched
	defer settle.Stop()
	waiting, seen := true, w.last
	for {
		look := true
		select {
		case <-w.stop:
			return
		case <-w.notes.Events:
		case <-w.notes.Errors: // some notes were lost
		case <-anyway.C:
		case <-settle.C:
			waiting = false
			seen, look = w.settled(seen, changed)
		}
		if look && !waiting {
			w.follow()
			settle.Reset(w.settle)
			waiting = true
		}
	}
}

// settled tells of a text that is new and the same as when it was last looked at. It
// says what it saw, and whether to look again.
func (w *watcher) settled(before fingerprint, changed chan<- fingerprint) (text fingerprint, again bool) {
	text = fingerprintOf(w.path)
	if text == w.last || text == (fingerprint{}) {
		return text, false
	}
	if text != before {
		return text, true
	}
	select {
	case changed <- text:
		w.last = text
	case <-w.stop:
	}
	return text, false
}

// follow watches the folder in which the file lies, and the one to which a link leads.
// A folder that is watched already is no matter.
func (w *watcher) follow() {
	if w.notes.Events == nil {
		return
	}
	_ = w.notes.Add(filepath.Dir(w.path)) // that it is looked at anyway has to do then
	if real, err := filepath.EvalSymlinks(w.path); err == nil {
		_ = w.notes.Add(filepath.Dir(real))
	}
}

// fingerprintOf is of the text of a file; zero where it cannot be read, which may be
// for the moment of a rename only.
func fingerprintOf(path string) fingerprint {
	text, err := os.ReadFile(path)
	if err != nil {
		return fingerprint{}
	}
	return sha256.Sum256(text)
}
