package observe

import (
	"io"
	"log/slog"
	"sync"
	"time"

	"shiplist/agent"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// Options are what a [State] is made of.
type Options struct {
	Config  *config.Config
	Version string
	// Now is the clock by which facts are dated; time.Now when nil.
	Now    func() time.Time
	Logger *slog.Logger // nil for none
}

// State is what is known of a running agent. Its methods may be called by several
// goroutines at once.
type State struct {
	version string
	now     func() time.Time
	log     *slog.Logger
	// counting is held while milestones or held directories are counted, which takes a
	// moment.
	counting sync.Mutex

	mu       sync.Mutex
	config   *config.Config
	ready    bool // the data directory is open
	stopping bool
	beat     time.Time
	status   string
	names    []string // of the sources, in the order of the configuration
	sources  map[string]*source
	events   counts
	site     site
	reload   reload
	counted  milestones
	targets  []Target
}

// Target is how it stands with a place to which what is published is brought.
type Target struct {
	Name string
	// Behind says that it does not have what is published, or could not be brought to last.
	Behind bool
	Since  time.Time // when it last got something; zero for never
}

// source is what is known of one source.
type source struct {
	success, attempt, next time.Time
	took                   time.Duration
	outcomes, errors       counts
	records                agent.Counts
	requests, bytes        int64
	held, lost             bool
	resting                time.Time // until when its host is left alone
	directories            directories
}

// site is what is known of making the site.
type site struct {
	builds counts
	failed bool // the last of them
	pages  int
	took   time.Duration
	made   time.Time // when it was last made
	// published is when it was last published by itself; unpublished says that the last
	// one that was made could not be. Neither is known where a person publishes.
	published   time.Time
	unpublished bool
	publishes   bool
}

// reload is what became of the last change of the configuration.
type reload struct {
	failed bool
	taken  time.Time // when a configuration was last taken
}

// New returns the state of an agent that has not begun.
func New(o Options) *State {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &State{version: o.Version, now: o.Now, log: o.Logger, config: o.Config, sources: map[string]*source{}}
	s.reload.taken = o.Now()
	return s
}

// Reloaded says what became of a change of the configuration: it is the one that
// holds now, or nil when the one before stays because the new one was wrong.
func (s *State) Reloaded(c *config.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reload.failed = c == nil
	if c == nil {
		return
	}
	s.reload.taken, s.config = s.now(), c
	s.counted.stale = true
}

// Configured keeps the sources that are polled from now on, and forgets all others.
func (s *State) Configured(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := map[string]*source{}
	for _, name := range names {
		kept[name] = s.sources[name]
		if kept[name] == nil {
			kept[name] = &source{directories: directories{stale: true}}
		}
	}
	s.names, s.sources = names, kept
	s.counted.stale = true
}

// Ready notes that the agent is at work, and learns from the data directory how it
// stands with sources that are not due for a while.
func (s *State) Ready() {
	states := s.stored()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready, s.beat, s.counted.stale = true, time.Now(), true
	for _, state := range states {
		// One that only began has no outcome yet.
		begun := state.Success.IsZero() && state.Error == "" && state.Held == nil
		if src := s.sources[state.Name]; src != nil && src.attempt.IsZero() && !begun {
			src.success, src.attempt = state.Success, state.Attempt
			src.lost, src.held = state.Lost, state.Held != nil
		}
	}
}

// stored are the states of the sources in the data directory.
func (s *State) stored() []release.SourceState {
	snapshot, err := store.LoadOnly(s.settings().Store.Data, func(release.SourceState) bool { return false })
	if err != nil {
		s.log.Warn("how it stood with the sources is not known", "err", err)
	}
	if snapshot == nil {
		return nil
	}
	var states []release.SourceState
	for _, src := range snapshot.Sources {
		states = append(states, src.State)
	}
	return states
}

func (s *State) settings() *config.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config
}

// Beat notes that the agent is alive. It goes by a clock that nobody sets.
func (s *State) Beat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat = time.Now()
}

// Status keeps what the agent is doing.
func (s *State) Status(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = text
}

// Stopping notes that the agent was told to stop.
func (s *State) Stopping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
}

// Polled counts a poll.
func (s *State) Polled(r agent.SourceReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, event := range r.Events {
		s.events.add(string(event.What))
	}
	if len(r.Changed) > 0 || r.Outcome == agent.Retired {
		s.counted.stale = true
	}
	if src := s.sources[r.Name]; src != nil && r.Outcome != agent.Retired {
		src.directories.stale = src.directories.stale || len(r.Changed) > 0
		src.polled(r, s.now())
	}
}

func (s *source) polled(r agent.SourceReport, now time.Time) {
	s.next, s.resting, s.lost = r.Next, r.Resting, r.Lost
	if !r.Success.IsZero() {
		s.success = r.Success
	}
	if r.Outcome == agent.Resting {
		return // nothing was asked
	}
	s.outcomes.add(string(r.Outcome))
	s.attempt, s.took = now, r.Duration
	s.requests += r.Requests
	s.bytes += r.Bytes
	if r.ErrorKind != "" {
		s.errors.add(r.ErrorKind)
	}
	switch r.Outcome {
	case agent.OK, agent.Unchanged:
		s.records, s.held = r.Counts, false
	case agent.Held:
		s.held = true
	}
}

// Targets says how it stands with the places to which what is published is brought.
func (s *State) Targets(all []Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.targets = all
}

// Built counts a run of the generator.
func (s *State) Built(b agent.Build) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.site.took, s.site.failed = b.Duration, b.Err != nil
	if b.Err != nil {
		s.site.builds.add("failed")
		return
	}
	s.site.builds.add("ok")
	s.site.pages, s.site.made = b.Pages, s.now()
	s.site.publishes, s.site.unpublished = b.Publication.Tried, b.Publication.Err != nil
	if b.Publication.Tried && b.Publication.Err == nil {
		s.site.published = s.now()
	}
}

// counts are numbers by a word. Words may come from elsewhere, so there is a bound.
type counts struct{ of map[string]int64 }

// wordsMost is how many words are counted apart; all further ones count as "other".
const wordsMost = 64

func (c *counts) add(word string) {
	if c.of == nil {
		c.of = map[string]int64{}
	}
	if _, known := c.of[word]; !known && len(c.of) >= wordsMost {
		word = "other"
	}
	c.of[word]++
}
