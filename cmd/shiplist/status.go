package main

import (
	"context"
	"errors"
	"flag"
	"slices"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

func statusCommand() command {
	return command{
		name:    "status",
		short:   "tell how it stands with each source, what is held back, and what happened last",
		example: "shiplist status --json",
		setup: func(fs *flag.FlagSet) action {
			var o statusOptions
			o.define(fs)
			fs.BoolVar(&o.json, "json", false, "print the result as JSON")
			return o.run
		},
	}
}

type statusOptions struct {
	common
	json bool
}

// status is the result of the command; docs/operations.md tells its JSON.
type status struct {
	Agent   agentStatus    `json:"agent"`
	Sources []sourceStatus `json:"sources"`
	// Targets are those of the configuration.
	Targets []targetStanding `json:"targets,omitempty"`
	// Strangers are files of the data directory that are no part of it.
	Strangers []string `json:"strangers,omitempty"`
	// Events are the newest of the change log, the newest last.
	Events []release.Event `json:"events,omitempty"`
}

// agentStatus says whether somebody writes the data directory now.
type agentStatus struct {
	Running bool `json:"running"`
	PID     int  `json:"pid,omitempty"`
}

// sourceStatus is one source in the result of status.
type sourceStatus struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`
	Role    string     `json:"role,omitempty"`
	Address string     `json:"address"`
	State   string     `json:"state"` // ok, stale, failed, lost, held, new, dropped
	Success *time.Time `json:"success,omitempty"`
	// Age is that of the facts, in seconds.
	Age     *int64     `json:"age_seconds,omitempty"`
	Began   *time.Time `json:"began,omitempty"` // the poll that runs, or was cut short
	Attempt *time.Time `json:"attempt,omitempty"`
	Error   string     `json:"error,omitempty"`
	Lost    bool       `json:"lost,omitempty"`
	Held    string     `json:"held,omitempty"`
	// HeldSince is when the answer that is held back was first seen; HeldUntil is from
	// when on time lets it in if it stays the same, and not there where only a person does.
	HeldSince *time.Time `json:"held_since,omitempty"`
	HeldUntil *time.Time `json:"held_until,omitempty"`
	// Accept is by what 'shiplist agent --accept' lets in this answer and no other.
	Accept   string            `json:"accept,omitempty"`
	Problems []release.Problem `json:"problems,omitempty"`
	// HeldDirectories are those of a tree of which what they show is not believed.
	HeldDirectories []heldDirectory `json:"held_directories,omitempty"`
}

// heldDirectory is a directory of a tree that is held back.
type heldDirectory struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// eventsShown is how many events are told.
const eventsShown = 10

func (o *statusOptions) run(_ context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	cfg, _, err := o.load(e)
	if err != nil {
		return err
	}
	// What cannot be read does not keep the rest from being told.
	st, err := statusOf(cfg, e.now())
	if st == nil {
		return err
	}
	if o.json {
		return errors.Join(printJSON(e, st), err)
	}
	return errors.Join(st.print(e, o.config), err)
}

// statusOf reads all there is to tell; without sources there is nothing.
func statusOf(cfg *config.Config, now time.Time) (*status, error) {
	dir := cfg.Store.Data
	snapshot, err := store.Load(dir)
	if snapshot == nil {
		return nil, err
	}
	st := &status{Strangers: snapshot.Strangers}
	var errAgent, errEvents, errTargets error
	st.Agent.PID, st.Agent.Running, errAgent = store.Running(dir)
	st.Events, errEvents = store.LastEvents(dir, eventsShown)
	if len(cfg.Targets) > 0 {
		st.Targets, errTargets = standingsOf(cfg)
		st.Targets = st.Targets[:min(len(st.Targets), len(cfg.Targets))]
	}
	st.addSources(cfg, snapshot, now)
	return st, errors.Join(err, errAgent, errEvents, errTargets)
}

// addSources tells of the sources that are configured, in that order, and of those that
// are stored and not configured any more.
func (st *status) addSources(cfg *config.Config, snapshot *store.Snapshot, now time.Time) {
	st.Sources = configuredSources(cfg)
	for _, s := range snapshot.Sources {
		one := sourceStatusOf(s.State, now, cfg)
		one.HeldDirectories = heldDirectories(s.Facts)
		i := slices.IndexFunc(st.Sources, func(c sourceStatus) bool { return c.Name == one.Name })
		if i < 0 {
			one.State = "dropped"
			st.Sources = append(st.Sources, one)
			continue
		}
		st.Sources[i] = one
	}
}

// heldDirectories are those of a source.
func heldDirectories(f *release.Facts) []heldDirectory {
	var held []heldDirectory
	for _, d := range f.Directories {
		if d.Held != "" {
			held = append(held, heldDirectory{d.Path, d.Held})
		}
	}
	return held
}

// configuredSources are the sources as they stand before their first poll.
func configuredSources(cfg *config.Config) []sourceStatus {
	var all []sourceStatus
	for _, t := range cfg.Trackers {
		all = append(all, sourceStatus{Name: t.Name, Kind: t.Kind, Address: t.URL, State: "new"})
	}
	for _, t := range cfg.Trees {
		all = append(all, sourceStatus{Name: t.Name, Kind: t.Kind(), Role: t.TreeRole(), Address: t.URL, State: "new"})
	}
	for _, p := range cfg.Plans {
		all = append(all, sourceStatus{Name: p.Name, Kind: "plan", Address: p.Path, State: "new"})
	}
	return all
}

func sourceStatusOf(s release.SourceState, now time.Time, cfg *config.Config) sourceStatus {
	st := sourceStatus{
		Name: s.Name, Kind: s.Kind, Role: s.Role, Address: s.Address, State: "ok",
		Error: s.Error, Lost: s.Lost, Problems: s.Problems, Success: known(s.Success), Began: known(s.Began), Attempt: known(s.Attempt),
	}
	if st.Success != nil {
		age := max(0, int64(now.Sub(s.Success)/time.Second))
		st.Age = &age
	}
	if s.Held != nil {
		st.Held, st.HeldSince, st.Accept = s.Held.Reason, known(s.Held.Since), s.Held.Handle(s.Name)
		if !s.Held.Never {
			st.HeldUntil = known(s.Held.Since.Add(cfg.Agent.HoldFor))
		}
	}
	switch {
	case s.Held != nil:
		st.State = "held"
	case s.Lost:
		st.State = "lost"
	case s.Error != "":
		st.State = "failed"
	case s.Success.IsZero():
		st.State = "new"
	case s.Overdue(now, cfg.Site.Stale):
		st.State = "stale"
	}
	return st
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
