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
// and go and events that were lost need no care of their own. Data alone is looked at
// before that, too: it comes whole, and people wait for it.

const (
	// quiet is how long nothing may happen before it is looked.
	quiet = 100 * time.Millisecond
	// longest is how long it is waited for that.
	longest = time.Second
	// breath is how long at least there is between looks at data that is not quiet yet.
	breath = 20 * time.Millisecond
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
	aboutData                        // what the agent wrote
	aboutSite                        // texts, layouts, logo
	aboutStaged                      // another process made a set
	aboutPublished                   // another set is published
	aboutHaste                       // data that is not quiet yet

	aboutAny = aboutConfig | aboutData | aboutSite | aboutStaged | aboutPublished
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
	// early is when data was looked at last without waiting for quiet.
	early time.Time
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
	w.seen = w.look(aboutAny)
}

// wait returns what changed since the last time, once it is quiet; data that seems to
// have come in one piece at once, as aboutHaste. It returns 0 when done is closed.
func (w *watcher) wait(done <-chan struct{}) topic {
	look := time.NewTimer(quiet) // it may have changed meanwhile
	defer look.Stop()
	glance := time.NewTimer(time.Hour) // at data
	glance.Stop()
	defer glance.Stop()
	var first time.Time // of what happened since it was looked last
	for {
		select {
		case <-done:
			return 0
		case e := <-w.notes.Events:
			about := w.concerns(e)
			if about == 0 {
				continue
			}
			if about&aboutData != 0 && e.Has(fsnotify.Create) {
				glance.Reset(max(0, breath-time.Since(w.early)))
			}
			if first.IsZero() {
				first = time.Now()
			}
			look.Reset(max(0, min(quiet, longest-time.Since(first))))
		case <-w.notes.Errors: // some notes were lost
			look.Reset(quiet)
		case <-glance.C:
			w.early = time.Now()
			if w.changed(aboutData) != 0 {
				return aboutHaste
			}
		case <-look.C:
			if changed := w.changed(aboutAny); changed != 0 {
				return changed
			}
			first = time.Time{}
			look.Reset(anyway)
		}
	}
}

// concerns tells which places an event is about, or the folders on the way to them. A
// commit to the data directory moves files into their places, which is told as Create;
// its readers wait until it has done so with all. What is written in place is not whole
// until it is quiet.
func (w *watcher) concerns(e fsnotify.Event) topic {
	if e.Op == fsnotify.Chmod || passing(filepath.Base(e.Name)) {
		return 0
	}
	var about topic
	for _, p := range w.places {
		if within(p.path, e.Name) || within(e.Name, p.path) {
			about |= p.about
		}
	}
	return about
}

// within tells whether a path is a folder or below it.
func within(folder, path string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// changed looks at what some topics are about, and returns those that are not as they
// were.
func (w *watcher) changed(topics topic) topic {
	now, changed := w.look(topics), topic(0)
	for about, sum := range now {
		if before, ok := w.seen[about]; !ok || before != sum {
			changed |= about
		}
		w.seen[about] = sum
	}
	return changed
}

// doubt makes the next look find that what a topic is about has changed.
func (w *watcher) doubt(about topic) { delete(w.seen, about) }

// look returns what the places of some topics are like, and sees to it that every folder
// of theirs is watched. Folders that are new are looked at again: something may have come
// into them before they were watched.
func (w *watcher) look(topics topic) map[topic]uint64 {
	for {
		sums, folders := map[topic]uint64{}, map[string]bool{}
		for _, p := range w.places {
			if p.about&topics == 0 {
				continue
			}
			var h maphash.Hash
			h.SetSeed(w.seed)
			p.look(&h, folders)
			sums[p.about] = sums[p.about]*31 + h.Sum64()
		}
		added := w.watch(folders)
		if topics == aboutAny {
			w.folder = folders
		}
		if !added {
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
		w.folder[dir] = true
	}
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
