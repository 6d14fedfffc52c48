package demo

import (
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// World is a sample in which time passes: images are built, posted, tested, respun,
// published and purged, each thing at an hour of its own that follows from its name.
// It is safe for use by several goroutines, and no request sees half a change.
type World struct {
	mu     sync.RWMutex
	demo   *Demo
	forest *forest
	db     *records
	now    time.Time
	told   []Happening
}

// Happening is one thing that happened in a world.
type Happening struct {
	At   time.Time
	What string // image, current, purged, published, build, ready, unready, milestone
	// Where is a directory of the full tree, or the title of a milestone; Name a file
	// or build id in it, or the title of a product.
	Where, Name string
}

// NewWorld returns a world at the moment that the samples show.
func NewWorld() (*World, error) {
	db, err := loadRecords()
	if err != nil {
		return nil, err
	}
	f, err := growTrees(scene{})
	if err != nil {
		return nil, err
	}
	t, err := newTracker(db)
	if err != nil {
		return nil, err
	}
	return &World{demo: &Demo{tracker: t, trees: f.trees}, forest: f, db: db, now: Now()}, nil
}

// Demo is what the world is made of. Its own handlers must not be used while time
// passes.
func (w *World) Demo() *Demo { return w.demo }

// Tracker is [Demo.Tracker] of the world as it is at each request.
func (w *World) Tracker() http.Handler { return w.locked(w.demo.Tracker()) }

// Tree is [Demo.Tree] of the world as it is at each request.
func (w *World) Tree(name string) http.Handler { return w.locked(w.demo.Tree(name)) }

func (w *World) locked(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.RLock()
		defer w.mu.RUnlock()
		h.ServeHTTP(rw, r)
	})
}

// Pass lets the time up to now pass and tells what happened in it, in order.
func (w *World) Pass(now time.Time) []Happening {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = nil
	for at := w.now.Truncate(time.Hour).Add(time.Hour); !at.After(now); at = at.Add(time.Hour) {
		w.now = at
		w.hour(now)
	}
	return w.told
}

// tell notes what happened now.
func (w *World) tell(what, where, name string) {
	w.told = append(w.told, Happening{w.now, what, where, name})
}

// hour does what is to be done in this one, on the way to a moment that can be seen.
func (w *World) hour(until time.Time) {
	for _, base := range slices.Sorted(maps.Keys(w.forest.bases)) {
		if !w.forest.alive(base) {
			continue
		}
		switch w.hoursSince(base) {
		case 0:
			w.build(base)
		case 2:
			w.point(base)
		case 5:
			w.purge(base)
		}
	}
	if w.now.Hour() == 12 {
		w.publish()
	}
	// They lag behind, as the real ones do. Those that the next ones replace unseen are not written.
	if w.now.Hour()%6 == 1 && until.Before(w.now.Add(6*time.Hour)) {
		w.forest.writeSiteManifests(w.now)
	}
	w.test()
}

// hoursSince is how many hours ago today, or yesterday, it was the turn of a name.
func (w *World) hoursSince(name string) int {
	hash := fnv.New32a()
	hash.Write([]byte(name))
	return (w.now.Hour() + 24 - int(hash.Sum32()%24)) % 24
}

// day counts the days since the moment that the samples show.
func (w *World) day() int { return int(w.now.Sub(Now().Truncate(24*time.Hour)) / (24 * time.Hour)) }
