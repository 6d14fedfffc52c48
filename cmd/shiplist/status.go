package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

func statusCommand() command {
	return command{
		name:    "status",
		short:   "tell how it stands with each source, and what is held back",
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

// sourceStatus is one source in the result of status.
type sourceStatus struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`
	Role    string     `json:"role,omitempty"`
	Address string     `json:"address"`
	State   string     `json:"state"` // ok, stale, failed, held
	Success *time.Time `json:"success,omitempty"`
	Attempt *time.Time `json:"attempt,omitempty"`
	Error   string     `json:"error,omitempty"`
	Held    string     `json:"held,omitempty"`
	// HeldSince is when the answer that is held back was first seen.
	HeldSince *time.Time        `json:"held_since,omitempty"`
	Problems  []release.Problem `json:"problems,omitempty"`
}

func (o *statusOptions) run(_ context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	cfg, _, err := o.load(e)
	if err != nil {
		return err
	}
	// A data file with a mistake does not keep the rest from being told.
	snapshot, broken := store.Load(cfg.Store.Data)
	if snapshot == nil {
		return broken
	}
	var all []sourceStatus
	for _, s := range snapshot.Sources {
		all = append(all, statusOf(s.State, e.now(), cfg.Site.Stale))
	}
	if o.json {
		return errors.Join(printJSON(e, all), broken)
	}
	return errors.Join(printStatus(e.stdout, all, e.now()), broken)
}

func statusOf(s release.SourceState, now time.Time, stale time.Duration) sourceStatus {
	st := sourceStatus{
		Name: s.Name, Kind: s.Kind, Role: s.Role, Address: s.Address, State: "ok",
		Error: s.Error, Problems: s.Problems, Success: known(s.Success), Attempt: known(s.Attempt),
	}
	switch {
	case s.Held != nil:
		st.State, st.Held, st.HeldSince = "held", s.Held.Reason, known(s.Held.Since)
	case s.Error != "":
		st.State = "failed"
	case stale > 0 && now.Sub(s.Success) > stale:
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

// printStatus prints one line a source, and below it what is wrong with any.
func printStatus(w io.Writer, all []sourceStatus, now time.Time) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range all {
		kind := strings.TrimSpace(s.Kind + " " + s.Role)
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.State, ageOf(s.Success, now), kind, s.Address)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, s := range all {
		if s.Held != "" {
			fmt.Fprintf(w, "\n%s: held back since %s: %s\n  'shiplist agent --accept %s' lets in what is kept aside\n",
				s.Name, s.HeldSince.Format(timeForm), s.Held, s.Name)
		}
		if s.Error != "" {
			fmt.Fprintf(w, "\n%s: %s\n", s.Name, s.Error)
		}
		for _, p := range s.Problems {
			fmt.Fprintf(w, "\n%s: %s\n", s.Name, strings.TrimSpace(p.Address+" "+p.Text))
		}
	}
	return nil
}

// timeForm is how times are printed for people; always UTC.
const timeForm = "2006-01-02 15:04 UTC"

func ageOf(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	return release.Age(now.Sub(*t)) + " ago"
}
