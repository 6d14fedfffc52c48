package preview

import (
	"errors"
	"hash/maphash"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Rule of this file: what fsnotify tells is only a reason to look. What counts is what
// the files are like when it is quiet again: so renames, swap files, folders that come
// and go and events that were lost need no care of their own.

const (
	// quiet is how long nothing may happen before it is looked.
	quiet = 100 * time.Millisecond
	// longest is how long it is waited for that.
	longest = time.Second
	// anyway is how often it is looked although nothing was heard: not every file system
	// tells.
	anyway = 3 * time.Second
	// deepest bounds folders in folders, where links lead in a circle.
	deepest = 32
)

// topic is what a change is about.
type topic int

const (
	aboutConfig    topic = 1 << iota // the configuration, or a list that it names
	aboutSite                        // data, texts, layouts, logo
	aboutStaged                      // another process made a set
	aboutPublished                   // another set is published
)

// A place is a file or a folder that is watched, with all that is in it.
type place struct {
	path  string
	about topic
	// link says that where a link leads is what counts, not what is there.
	link bool
}

// watcher looks after places.
type watcher struct {
	notes *fsnotify.Watcher // without channels where the system has none to give
	log   *slog.Logger
	// short says that it was told that some folders cannot be watched.
	short bool
	seed  maphash.Seed
	// places are what is watched; seen is what they were like.
	places []place
	seen   map[topic]uint64
	folder map[string]bool // that are watched by notes
}

func newWatcher(log *slog.Logger) *watcher {
	w := &watcher{log: log, seed: maphash.MakeSeed(), folder: map[string]bool{}}
	var err error
	if w.notes, err = fsnotify.NewWatcher(); err != nil {
		log.Warn("changes are noticed within seconds only", "err", err)
		w.notes = &fsnotify.Watcher{}
	}
	return w
}

// Close lets go of what is watched.
func (w *watcher) Close() {
	if w.notes.Events != nil {
		_ = w.notes.Close() // nothing is lost with it
	}
}

// follow sets what is watched from now on, and what it is like.
func (w *watcher) follow(places []place) {
	w.places = places
	w.seen = w.look()
}

// wait returns what changed since the last time, once it is quiet; 0 when done is
// closed.
func (w *watcher) wait(done <-chan struct{}) topic {
	look := time.NewTimer(quiet) // it may have changed meanwhile
	defer look.Stop()
	var first time.Time // of what happened since it was looked last
	for {
		select {
		case <-done:
			return 0
		case e := <-w.notes.Events:
			if !w.concerns(e) {
				continue
			}
			if first.IsZero() {
				first = time.Now()
			}
			look.Reset(max(0, min(quiet, longest-time.Since(first))))
		case <-w.notes.Errors: // some notes were lost
			look.Reset(quiet)
		case <-look.C:
			if changed := w.changed(); changed != 0 {
				return changed
			}
			first = time.Time{}
			look.Reset(anyway)
		}
	}
}

// concerns tells whether an event is about a place, or a folder on the way to one.
func (w *watcher) concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod || passing(filepath.Base(e.Name)) {
		return false
	}
	for _, p := range w.places {
		if within(p.path, e.Name) || within(e.Name, p.path) {
			return true
		}
	}
	return false
}

// within tells whether a path is a folder or below it.
func within(folder, path string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// changed looks, and returns what is not as it was.
func (w *watcher) changed() topic {
	now, changed := w.look(), topic(0)
	for about, sum := range now {
		if w.seen[about] != sum {
			changed |= about
		}
	}
	w.seen = now
	return changed
}

// look returns what the places are like, and sees to it that every folder is watched.
// Folders that are new are looked at again: something may have come into them before
// they were watched.
func (w *watcher) look() map[topic]uint64 {
	for {
		sums, folders := map[topic]uint64{}, map[string]bool{}
		for _, p := range w.places {
			var h maphash.Hash
			h.SetSeed(w.seed)
			p.look(&h, folders)
			sums[p.about] = sums[p.about]*31 + h.Sum64()
		}
		if !w.watch(folders) {
			return sums
		}
	}
}

// watch watches folders that are not watched yet, and reports whether there are any.
func (w *watcher) watch(folders map[string]bool) bool {
	added := false
	for dir := range folders {
		// One that was removed and made again is not watched any more, and adding one
		// that is does no harm.
		if w.add(dir) && !w.folder[dir] {
			added = true
		}
	}
	w.folder = folders
	return added
}

// add watches a folder and reports whether it can be. The system has only so many watches
// to give, and without one what happens in a folder is seen later.
func (w *watcher) add(dir string) bool {
	if w.notes.Events == nil {
		return false
	}
	err := w.notes.Add(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !w.short {
		w.short = true
		w.log.Warn("some folders cannot be watched; changes in them are noticed within seconds only", "dir", dir, "err", err)
	}
	return err == nil
}

// look notes what a place is like, and the folders whose events tell of it.
func (p place) look(h *maphash.Hash, folders map[string]bool) {
	for dir := filepath.Dir(p.path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			folders[dir] = true
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if p.link {
		to, _ := filepath.EvalSymlinks(p.path) // nowhere, while there is none
		note(h, to)
		return
	}
	visit(h, folders, p.path, 0)
}

// visit notes a file, or a folder with all that is in it.
func visit(h *maphash.Hash, folders map[string]bool, path string, depth int) {
	info, err := os.Stat(path)
	if err != nil {
		note(h, path)
		return
	}
	if !info.IsDir() {
		note(h, path, info.Size(), info.ModTime().UnixNano())
		return
	}
	if depth == deepest {
		return
	}
	folders[path] = true
	entries, _ := os.ReadDir(path) // what can be read of it
	for _, e := range entries {
		if !passing(e.Name()) {
			visit(h, folders, filepath.Join(path, e.Name()), depth+1)
		}
	}
}

// passing tells the names of what is no part of a site: hidden files, and what editors
// keep beside a file.
func passing(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") ||
		strings.HasSuffix(name, ".swp") || strings.HasSuffix(name, ".tmp") || name == "4913"
}

// note adds facts about a file to a sum; without facts there is no such file.
func note(h *maphash.Hash, path string, facts ...int64) {
	maphash.WriteComparable(h, path)
	for _, f := range facts {
		maphash.WriteComparable(h, f)
	}
	maphash.WriteComparable(h, len(facts))
}
