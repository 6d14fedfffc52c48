package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// Source is one place that facts come from.
type Source interface {
	// Poll asks for everything once. prev are the facts of the last good poll, never
	// nil and not to be changed; what cannot be learnt this time, while the rest
	// can, is taken over from there. An error means that there is no answer.
	Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error)
}

// Options are what an [Agent] is made of.
type Options struct {
	Config *config.Config
	// Version of the program, sent in the User-Agent.
	Version string
	// Now is the clock; time.Now when nil.
	Now    func() time.Time
	Logger *slog.Logger // nil for none
	// Env reads environment variables, for credentials; os.Getenv when nil.
	Env func(string) string
	// Transport replaces the network, for tests.
	Transport http.RoundTripper
	// Generate makes the site from the data directory, for a running agent; nil for
	// none. It is never called twice at once.
	Generate func(context.Context) (Build, error)
	Observer Observer // nil for none
}

// OnceOptions say what [Agent.Once] does.
type OnceOptions struct {
	// Sources are the names of those that are polled; all when empty. Only then are
	// sources retired that the configuration does not name any more.
	Sources []string
	// DryRun says that nothing is written: the report tells what would be.
	DryRun bool
}

// Agent polls the sources of one configuration.
type Agent struct {
	o       Options
	sources []source
}

// New returns an agent. A source that cannot be made, because its key is missing for
// instance, fails at every poll and keeps no other from being polled.
func New(o Options) (*Agent, error) {
	if o.Config == nil {
		return nil, errors.New("an agent needs a configuration")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	a := &Agent{o: o}
	a.sources = a.configured()
	return a, nil
}

// now is the time in the only form in which it is stored: UTC, whole seconds.
func (a *Agent) now() time.Time { return a.o.Now().UTC().Truncate(time.Second) }

// Once polls all sources, side by side, and stores what they bring. Sources that the
// configuration does not name any more are retired: their facts are removed. What
// went wrong with a source is in the report; the error is about the data directory,
// or that ctx ended.
func (a *Agent) Once(ctx context.Context, _ OnceOptions) (report Report, err error) {
	w, err := a.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	before, err := a.before(w)
	if err != nil {
		return Report{}, err
	}
	for _, p := range w.Broken() {
		a.o.Logger.WarnContext(ctx, "data file with a mistake, edited by hand?", "err", p.Error())
	}
	retired, err := a.retire(ctx, w)
	report.Sources = append(make([]SourceReport, len(a.sources)), retired...)
	if err != nil {
		return report, err
	}
	s := settler{agent: a, w: w}
	for p := range a.poll(ctx, before, brokenFiles(w)) {
		entry, e := s.settle(ctx, p)
		a.log(ctx, entry)
		report.Sources[p.index] = entry
		err = errors.Join(err, e)
	}
	return report, errors.Join(err, ctx.Err())
}

// Accept lets in what is held back of a source, exactly as it was kept aside: the
// source is not polled.
func (a *Agent) Accept(ctx context.Context, name string) (report Report, err error) {
	w, err := a.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	s := settler{agent: a, w: w}
	entry, err := s.accept(ctx, name)
	if err != nil {
		return Report{}, err
	}
	a.log(ctx, entry)
	return Report{Sources: []SourceReport{entry}}, nil
}

func (a *Agent) open(ctx context.Context) (*store.Writer, error) {
	return store.Open(ctx, a.o.Config.Store.Data, a.o.Config.Store.State)
}

// retire removes the sources that are stored but not configured.
func (a *Agent) retire(ctx context.Context, w *store.Writer) ([]SourceReport, error) {
	configured := map[string]bool{}
	for _, s := range a.sources {
		configured[s.state.Name] = true
	}
	var entries []SourceReport
	for _, stored := range w.Snapshot().Sources {
		name := stored.State.Name
		if configured[name] {
			continue
		}
		start := time.Now()
		r, err := w.Retire(ctx, name)
		if err == nil {
			err = w.Drop(name)
		}
		if err != nil {
			return entries, fmt.Errorf("retire source %s: %w", name, err)
		}
		entry := SourceReport{
			Name: name, Kind: stored.State.Kind, Outcome: Retired, Changed: r.Changed, Problems: r.Edited, Duration: time.Since(start),
			Note: "the configuration does not name it any more",
		}
		a.log(ctx, entry)
		entries = append(entries, entry)
	}
	return entries, nil
}

// log writes the one line for a source and poll.
func (a *Agent) log(ctx context.Context, r SourceReport) {
	level, message := slog.LevelInfo, "source polled"
	switch r.Outcome {
	case Failed:
		level, message = slog.LevelWarn, "source failed"
	case Held:
		level, message = slog.LevelWarn, "answer held back"
	case Retired:
		message = "source retired"
	}
	facts := []slog.Attr{
		slog.String("source", r.Name), slog.String("status", string(r.Outcome)), slog.Duration("dur", r.Duration.Round(time.Millisecond)),
		slog.Int("count", r.Counts.total()), slog.Int("changed", len(r.Changed)), slog.Int64("requests", r.Requests), slog.Int64("bytes", r.Bytes),
	}
	if reason := r.reason(); reason != "" {
		facts = append(facts, slog.String("err", reason))
	}
	a.o.Logger.LogAttrs(ctx, level, message, facts...)
}
