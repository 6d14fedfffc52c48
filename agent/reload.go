package agent

import (
	"errors"
	"slices"
	"sync"

	"shiplist/internal/config"
)

// life says whether the agent runs, to those who want something of it.
type life struct {
	reloading sync.Mutex // one at a time
	mu        sync.Mutex
	over      chan struct{} // closed when it does not any more; nil when it does not run
	reloads   chan reloadRequest
}

// begin notes that the agent runs; it cannot twice at once.
func (a *Agent) begin() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over != nil {
		return errors.New("this agent runs already")
	}
	a.over = make(chan struct{})
	return nil
}

func (a *Agent) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.over)
	a.over = nil
}

// reloadRequest asks the running agent to become another.
type reloadRequest struct {
	next   *Agent
	answer chan error
}

// Reload makes a running agent go on with another configuration. Polls of sources that
// are gone, or are asked for something else, are cancelled; the latter are polled again
// at once. Other sources end the poll that runs: those for which rules or limits are not
// the same come again soon, all others go on as if nothing had happened. With an error
// everything stays as it was: data and state directories cannot change while an agent
// runs.
func (a *Agent) Reload(c *config.Config) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	a.mu.Lock()
	over := a.over
	a.mu.Unlock()
	if over == nil {
		return errors.New("the agent does not run")
	}
	o := a.o
	o.Config = c
	next, err := create(o, a)
	if err != nil {
		return err
	}
	r := reloadRequest{next: next, answer: make(chan error, 1)}
	select {
	case a.reloads <- r:
		return <-r.answer
	case <-over:
		return errors.New("the agent has stopped")
	}
}

// reload takes over the sources of another agent, and keeps those that are the same.
func (s *service) reload(next *Agent) error {
	if was, is := s.o.Config.Store, next.o.Config.Store; was != is {
		return errors.New("[store] data and state cannot change while the agent runs; restart it for that")
	}
	now := s.o.Now()
	old := s.entries
	s.o.Config, s.client, s.sources, s.entries = next.o.Config, next.client, next.sources, nil
	for _, source := range next.sources {
		i := slices.IndexFunc(old, func(e *entry) bool { return e.state.Name == source.state.Name })
		if i < 0 {
			// A source that was dropped a moment ago and comes back still has its state.
			e := &entry{configuredSource: source, last: turn{at: lastPoll(s.settler.w.State(source.state.Name)), late: true}}
			s.resume(e, now)
			s.entries = append(s.entries, e)
			continue
		}
		s.entries = append(s.entries, s.succeed(old[i], source))
		old = slices.Delete(old, i, i+1)
	}
	for _, e := range old {
		s.drop(e)
	}
	s.leaving = s.settler.strangers()
	s.retireLeaving()
	s.builder.wanted(now) // the rules of the site may be others
	s.o.Observer.Configured(s.names())
	s.o.Logger.InfoContext(s.work, "configuration taken", "count", len(s.entries))
	return nil
}

// succeed puts a source of a new configuration in the place of that of the old one.
func (s *service) succeed(old *entry, next configuredSource) *entry {
	now := s.o.Now()
	if old.asks != next.asks {
		s.drop(old)
		e := &entry{configuredSource: next, last: old.last, began: old.began}
		e.rebase(now)
		e.next = next.timetable.atOnce(e.last, now)
		return e
	}
	if old.table == next.table {
		timetable := next.timetable
		next = old.configuredSource
		next.timetable = timetable
	} else {
		old.renewed = true
	}
	old.configuredSource = next
	if !s.polling[next.state.Name] {
		s.resume(old, now)
	}
	return old
}

// drop ends what a source is at, and makes what it brings unwanted.
func (s *service) drop(e *entry) {
	e.dropped = true
	if e.stop != nil {
		e.stop()
	}
}

func (s *service) names() []string {
	var names []string
	for _, e := range s.entries {
		names = append(names, e.state.Name)
	}
	return names
}

// retireLeaving retires the sources that are to be, when their last polls have ended.
// What cannot be written is tried again.
func (s *service) retireLeaving() {
	leaving := s.leaving
	s.leaving = nil
	for _, name := range leaving {
		if s.polling[name] {
			s.leaving = append(s.leaving, name)
			continue
		}
		entry, err := s.settler.retire(s.work, name)
		s.log(s.work, entry)
		if err != nil {
			s.leaving = append(s.leaving, name)
			continue
		}
		s.o.Observer.Polled(entry)
		s.builder.wanted(s.o.Now())
	}
}
