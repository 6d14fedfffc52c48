package agent

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// midnight is when virtual time begins.
var midnight = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// shop is an agent that runs in virtual time, with sources in memory and a wall clock
// that can be set.
type shop struct {
	*Agent
	t      *testing.T
	config *config.Config
	fakes  map[string]*timed
	log    *lockedText
	seen   *witness

	mu    sync.Mutex
	off   time.Duration        // of the wall clock
	rests map[string]time.Time // until when hosts of sources want to be left alone
	slow  map[string]int       // how often their pace is halved
}

// timed is a source that notes when it was polled, and takes its time.
type timed struct {
	fake
	takes time.Duration
	hangs bool
	deaf  bool // to the end of its context
	began []time.Time
	runs  int
	most  int
}

func (f *timed) Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error) {
	f.mu.Lock()
	f.began = append(f.began, time.Now())
	f.runs++
	f.most = max(f.most, f.runs)
	takes, hangs, deaf := f.takes, f.hangs, f.deaf
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.runs--
	}()
	if hangs {
		takes = 1000 * 24 * time.Hour
	}
	if deaf {
		ctx = context.Background()
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(takes):
	}
	return f.fake.Poll(ctx, prev)
}

// set changes how the source answers.
func (f *timed) set(change func(*timed)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// polls is how often the source was polled.
func (f *timed) polls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.began)
}

// atOnce is how many polls of the source there were at one time, at most.
func (f *timed) atOnce() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.most
}

// times tells when the source was polled, since the start.
func (f *timed) times() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, t := range f.began {
		all = append(all, t.Sub(midnight).Round(time.Second).String())
	}
	return strings.Join(all, " ")
}

// lockedText is a log that several goroutines write to.
type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// witness keeps what an observer is told.
type witness struct {
	mu      sync.Mutex
	said    []string
	reports []SourceReport
	builds  []Build
	status  []string
	beats   []time.Time
}

func (w *witness) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, text)
}

func (w *witness) Configured(names []string) { w.note("configured " + strings.Join(names, " ")) }
func (w *witness) Ready()                    { w.note("ready") }
func (w *witness) Stopping()                 { w.note("stopping") }

func (w *witness) Status(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = append(w.status, text)
}

func (w *witness) Beat() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.beats = append(w.beats, time.Now())
}

func (w *witness) Polled(r SourceReport) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports = append(w.reports, r)
}

func (w *witness) Built(b Build) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.builds = append(w.builds, b)
}

// of are the reports of a source.
func (w *witness) of(name string) []SourceReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []SourceReport
	for _, r := range w.reports {
		if r.Name == name {
			all = append(all, r)
		}
	}
	return all
}

// newShop makes an agent with the sources of some schedules. It does not run yet.
func newShop(t *testing.T, schedules map[string]string) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{t: t, fakes: map[string]*timed{}, log: &lockedText{}, seen: &witness{}}
	s.config = &config.Config{
		Store: config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")},
		Site:  config.Site{Stale: 6 * time.Hour},
		Agent: config.Agent{HoldShare: 0.5, HoldLeast: 5, HoldFor: 24 * time.Hour, StopWithin: 20 * time.Second},
	}
	for name, schedule := range schedules {
		s.config.Trees = append(s.config.Trees, config.Tree{Name: name, Role: "full", URL: "https://" + name + ".example", Schedule: schedule})
		s.fakes[name] = &timed{fake: fake{facts: products("p")}}
	}
	slices.SortFunc(s.config.Trees, func(a, b config.Tree) int { return strings.Compare(a.Name, b.Name) })
	s.renew(nil)
	return s
}

// renew makes the agent anew, as a new process would; change may set more of its options.
func (s *shop) renew(change func(*Options)) {
	s.t.Helper()
	o := Options{Config: s.config, Now: s.now, Logger: slog.New(slog.NewTextHandler(s.log, nil)), Observer: s.seen}
	if change != nil {
		change(&o)
	}
	var err error
	if s.Agent, err = New(o); err != nil {
		s.t.Fatal(err)
	}
	s.pretend(s.Agent)
}

// pretend puts the fakes in the place of the sources, also of those that come later.
func (s *shop) pretend(a *Agent) {
	swap := func(all []configuredSource) {
		for i := range all {
			name := all[i].state.Name
			all[i].Source = s.fakes[name]
			all[i].resting = func() (time.Time, string) {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.rests[name], "it said so"
			}
			all[i].slowed = func() int {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.slow[name]
			}
		}
	}
	swap(a.sources)
	a.make = func(a *Agent, readOnly bool) ([]configuredSource, error) {
		all, err := a.configured(readOnly)
		swap(all)
		return all, err
	}
}

// rest says until when the host of a source wants to be left alone.
func (s *shop) rest(name string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rests = map[string]time.Time{name: until}
}

// slowDown says how often the pace of the host of a source is halved.
func (s *shop) slowDown(name string, halved int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = map[string]int{name: halved}
}

func (s *shop) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.off)
}

// turnClock sets the wall clock.
func (s *shop) turnClock(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off += by
}

// run starts the agent; the function ends it and returns what Run returned.
func (s *shop) run() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		err := <-done
		synctest.Wait()
		return err
	}
}

func (s *shop) load() *store.Snapshot {
	s.t.Helper()
	snapshot, err := store.Load(s.config.Store.Data)
	if err != nil {
		s.t.Fatal(err)
	}
	return snapshot
}
