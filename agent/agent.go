package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// Source is one place that facts come from.
type Source interface {
	// Poll asks for everything once. prev are the facts of the last good poll, never
	// nil and not to be changed; what cannot be learnt this time, while the rest
	// can, is taken over from there. An error means that there is no answer; of one that
	// comes beside it only what it cost counts.
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
	client  *fetch.Client
	sources []configuredSource
	// make makes the sources of an agent; tests have their own.
	make func(a *Agent, readOnly bool) ([]configuredSource, error)
	life
}

// New returns an agent. A source that cannot be made, because its key is missing for
// instance, fails at every poll and keeps no other from being polled.
func New(o Options) (*Agent, error) { return create(o, nil) }

// create makes an agent that shares the client of another, where that is the same, and
// else what that one knows of hosts.
func create(o Options, other *Agent) (*Agent, error) {
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
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	a := &Agent{o: o, make: (*Agent).configured, life: life{reloads: make(chan reloadRequest)}}
	if other != nil {
		a.make = other.make
	}
	switch {
	case other == nil:
		a.client = a.newClient(filepath.Join(o.Config.Store.State, "hosts.json"))
	case a.manners() == other.manners():
		a.client = other.client
	default:
		a.client = other.client.With(a.clientOptions("")) // what is known of hosts is still true
	}
	var err error
	a.sources, err = a.make(a, false)
	return a, err
}

// now is the time in the only form in which it is stored: UTC, whole seconds.
func (a *Agent) now() time.Time { return a.o.Now().UTC().Truncate(time.Second) }

// Once polls sources once, side by side, and stores what they bring. When all are
// meant, those that the configuration does not name any more are retired: their facts
// are removed. A source that was polled too short a time ago for its operators is not polled.
// What went wrong with a source is in the report; the error is about the
// data directory, about what was asked for, or that ctx ended.
func (a *Agent) Once(ctx context.Context, o OnceOptions) (report Report, err error) {
	if o.DryRun {
		return a.rehearse(ctx, o)
	}
	chosen, err := choose(a.sources, o.Sources)
	if err != nil {
		return Report{}, err
	}
	w, err := a.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if report, err = a.once(ctx, settler{agent: a, w: w}, chosen, len(o.Sources) == 0); err == nil {
		a.lookUpOnce(ctx)
	}
	return report, err
}

// once polls some sources and settles what they bring. When they are all that are
// configured, the others are retired.
func (a *Agent) once(ctx context.Context, s settler, chosen []configuredSource, all bool) (report Report, err error) {
	report.Sources = make([]SourceReport, len(chosen))
	due, places := s.due(ctx, chosen, report.Sources)
	before, err := s.before(ctx, due)
	if err != nil {
		return Report{}, err
	}
	if all {
		retired, err := s.retireStrangers(ctx)
		report.Sources = append(report.Sources, retired...)
		if err != nil {
			return report, err
		}
	}
	for p := range a.pollAll(ctx, due, before) {
		entry, e := s.settle(ctx, p)
		a.log(ctx, entry)
		report.Sources[places[p.index]] = entry
		err = errors.Join(err, e)
	}
	return report, errors.Join(err, ctx.Err())
}

// choose returns the sources of some names, all when there are none.
func choose(all []configuredSource, names []string) ([]configuredSource, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []configuredSource
	var known []string
	for _, s := range all {
		known = append(known, s.state.Name)
		if slices.Contains(names, s.state.Name) {
			chosen = append(chosen, s)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("no source is called %q; the configuration names %s", name, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}

func (a *Agent) open(ctx context.Context) (*store.Writer, error) {
	return store.Open(ctx, a.o.Config.Store.Data, a.o.Config.Store.State)
}
