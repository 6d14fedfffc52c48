package demo

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Replay is the sample as it was at one moment of the release day after another. It is
// safe for use by several goroutines, and no request sees half a step.
type Replay struct {
	mu     sync.RWMutex
	demo   *Demo
	db     *records
	scene  scene
	steps  []Step
	passed int                    // how many steps are done
	down   map[string]bool        // servers that answer nothing but errors
	tested map[*build][]time.Time // when builds of the tables were tested
}

// trackerName is how the script calls the server of the tracker.
const trackerName = "tracker"

// NewReplay returns the sample as it was at [DayBegins]. An error is a mistake in the
// tables and names file and line.
func NewReplay() (*Replay, error) {
	db, err := loadRecords()
	if err != nil {
		return nil, err
	}
	r := &Replay{db: db, down: map[string]bool{}, tested: map[*build][]time.Time{}}
	t, err := newTracker(db)
	if err != nil {
		return nil, err
	}
	r.demo = &Demo{tracker: t, passing: true}
	if err := r.readSteps(); err != nil {
		return nil, err
	}
	// The last scene has every row of every table, so a mistake in one shows now.
	if _, err := growTrees(scene{Dusk(), Dusk()}); err != nil {
		return nil, err
	}
	r.scene.at = DayBegins()
	return r, r.grow()
}

// grow makes the trees as they are now.
func (r *Replay) grow() error {
	f, err := growTrees(r.scene)
	if err == nil {
		r.demo.trees = f.trees
	}
	return err
}

// Steps are all steps of the replay in their order.
func (r *Replay) Steps() []Step { return r.steps }

// Pass lets the time up to now pass and tells what happened in it, in order.
func (r *Replay) Pass(now time.Time) ([]Step, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.passed
	for r.passed < len(r.steps) && !r.steps[r.passed].At.After(now) {
		s := r.steps[r.passed]
		r.scene.at = s.At
		s.do(r)
		r.passed++
	}
	r.scene.at = now
	return r.steps[first:r.passed], r.grow()
}

// Tracker is [Demo.Tracker] as it is at each request.
func (r *Replay) Tracker() http.Handler {
	up := r.demo.Tracker()
	return r.answering(trackerName, func() http.Handler { return up })
}

// Tree is [Demo.Tree] as it is at each request.
func (r *Replay) Tree(name string) http.Handler {
	return r.answering(name, func() http.Handler { return r.demo.Tree(name) })
}

// answering is the handler of a server that may be down.
func (r *Replay) answering(name string, up func() http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.RLock()
		defer r.mu.RUnlock()
		if r.down[name] {
			sendError(w, q, http.StatusServiceUnavailable, "The server is temporarily unable to service your request due to maintenance downtime or capacity problems. Please try again later.")
			return
		}
		up().ServeHTTP(w, q)
	})
}

// Start serves the replay as [Start] does.
func (r *Replay) Start(ctx context.Context) (*Running, error) { return start(ctx, r.demo, r) }
