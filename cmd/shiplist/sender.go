package main

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/mirror"
)

// order is what a target is to get; a larger one has all of a smaller one.
type order int

const (
	idle    order = iota
	renewal       // release.json that was issued anew, where it has the rest
	newest        // what is published, or staged, when its turn comes
)

// sender brings what is published to the targets as long as the agent runs, to each by
// itself: one that is slow or fails keeps neither the others nor the next site. Nobody
// hands it a site; of several that were made meanwhile a target gets the newest.
type sender struct {
	holds func() *config.Config
	bring func(ctx context.Context, cfg *config.Config, t config.Target, renew bool) mirror.Result
	stand func(*config.Config) ([]targetStanding, error)
	tell  func([]targetStanding) // of how it stands with the targets; may be nil
	log   *slog.Logger

	mu     sync.Mutex
	routes map[string]*route // by the name of the target
	start  func(*route)      // nil while nothing is sent
}

// route is the way to one target.
type route struct {
	name    string
	wake    chan struct{} // has room for one
	ordered order
	busy    bool  // it is being sent to
	failed  order // what is to be tried again
	tries   int   // that failed, in a row
	told    string
}

// Pauses before a target that failed is tried again: twice as long each time.
const (
	retryLeast = time.Minute
	retryMost  = 15 * time.Minute
)

// pauseAfter is how long a target is left alone that failed so often.
func pauseAfter(tries int) time.Duration {
	return min(retryLeast<<min(tries-1, 10), retryMost)
}

// want orders something for targets, and does not wait for it.
func (s *sender) want(o order, targets []config.Target) {
	for _, t := range targets {
		s.ask(t.Name, o, false)
	}
}

// ask orders something for one target; what is spare only where nothing is under way.
func (s *sender) ask(name string, o order, spare bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.routes[name]
	if r == nil {
		r = &route{name: name, wake: make(chan struct{}, 1)}
		if s.routes == nil {
			s.routes = map[string]*route{}
		}
		s.routes[name] = r
		if s.start != nil {
			s.start(r)
		}
	}
	if spare && (r.busy || r.ordered != idle || r.failed != idle) {
		return
	}
	r.ordered = max(r.ordered, o)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// begin sends until ctx ends. The function that it returns waits for what is under way or
// was ordered, for as long as polls may take at the end, and cancels what still runs.
func (s *sender) begin(ctx context.Context) (end func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := sync.OnceFunc(func() { time.AfterFunc(s.holds().Agent.StopWithin, cancel) })
	unstopped := context.AfterFunc(ctx, stop)
	over := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() { s.watch(ctx, over) })
	s.mu.Lock()
	s.start = func(r *route) { group.Go(func() { s.keep(work, ctx.Done(), over, r) }) }
	for _, r := range s.routes {
		s.start(r)
	}
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.start = nil
		s.mu.Unlock()
		unstopped()
		stop()
		close(over)
		group.Wait()
		cancel()
	}
}

// keep brings to one target what is ordered, and again what failed. When the agent is told
// to stop nothing is tried again; when all is over, nothing is waited for any more.
func (s *sender) keep(work context.Context, stopping, over <-chan struct{}, r *route) {
	for {
		todo, more := s.next(stopping, over, r)
		if !more || work.Err() != nil {
			return
		}
		cfg, t, todo := s.now(r.name, todo)
		if todo == idle {
			s.ended(r, idle, mirror.Result{Action: mirror.Nothing})
			continue
		}
		res := s.bring(work, cfg, t, todo == renewal)
		if work.Err() != nil && res.Action == mirror.Failed {
			return // it was cancelled, and the next start completes it
		}
		s.ended(r, todo, res)
		s.standing()
	}
}

// next waits for something to do.
func (s *sender) next(stopping, over <-chan struct{}, r *route) (todo order, more bool) {
	var again <-chan time.Time
	if tries := s.triesOf(r); tries > 0 {
		timer := time.NewTimer(pauseAfter(tries))
		defer timer.Stop()
		again = timer.C
	}
	for {
		select {
		case <-r.wake:
			if o := s.take(r); o != idle {
				return o, true
			}
		case <-again:
			return max(s.take(r), s.failedOf(r)), true
		case <-stopping:
			stopping, again = nil, nil
		case <-over:
			o := s.take(r)
			return o, o != idle
		}
	}
}

// take takes over what was ordered, with what failed before.
func (s *sender) take(r *route) order {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := r.ordered
	if r.ordered = idle; o == idle {
		return idle
	}
	r.busy = true
	return max(o, r.failed)
}

func (s *sender) triesOf(r *route) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.tries
}

func (s *sender) failedOf(r *route) order {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.busy = r.failed != idle
	return r.failed
}

// now is a target and what it gets by the configuration of now. One that is gone gets
// nothing. Where a person publishes, it is a person who says what is brought on.
func (s *sender) now(name string, o order) (*config.Config, config.Target, order) {
	cfg := s.holds()
	i := slices.IndexFunc(cfg.Targets, func(t config.Target) bool { return t.Name == name })
	if i < 0 {
		return cfg, config.Target{}, idle
	}
	t := cfg.Targets[i]
	if !t.Staging && !publishesItself(cfg) {
		o = min(o, renewal)
	}
	return cfg, t, o
}

// ended notes and logs what became of a target; a failure in the same words once.
func (s *sender) ended(r *route, was order, res mirror.Result) {
	s.mu.Lock()
	before := r.told
	r.busy, r.failed, r.told = false, idle, res.Error
	switch {
	case res.Action == mirror.Failed:
		r.failed = was
		r.tries++
	default:
		r.tries = 0
	}
	s.mu.Unlock()
	switch {
	case res.Action == mirror.Sent:
		s.log.Info("site brought to target", "target", res.Target, "set", cmp.Or(res.Set, publish.Short(res.Digest)), "count", res.Files, "bytes", res.Bytes)
	case res.Action == mirror.Failed && res.Error != before:
		s.log.Warn("site not brought to target, it is tried again", "target", res.Target, "err", res.Error)
	}
}

// watch looks again and again how it stands with the targets.
func (s *sender) watch(ctx context.Context, over <-chan struct{}) {
	ticker := time.NewTicker(refreshLook)
	defer ticker.Stop()
	for {
		s.takeOn()
		select {
		case <-ctx.Done():
			return
		case <-over:
			return
		case <-ticker.C:
		}
	}
}

// standing tells how it stands with the targets of the configuration.
func (s *sender) standing() []targetStanding {
	cfg := s.holds()
	all, err := s.stand(cfg)
	if err != nil {
		return nil // who publishes tells what is wrong there
	}
	all = all[:min(len(all), len(cfg.Targets))] // those behind them a person named, once
	if s.tell != nil {
		s.tell(all)
	}
	return all
}

// takeOn has done what others left undone: what failed for a person, where sets are
// published by themselves, and a release.json that an agent before this one did not bring.
func (s *sender) takeOn() {
	for _, t := range s.standing() {
		switch {
		case !t.Behind || t.Staging:
		case t.Error != "" && publishesItself(s.holds()):
			s.ask(t.Target, newest, true)
		case t.stale:
			s.ask(t.Target, renewal, true)
		}
	}
}

// publishesItself reports whether the agent publishes what it makes.
func publishesItself(cfg *config.Config) bool { return cfg.Agent.Publish == "auto" }
