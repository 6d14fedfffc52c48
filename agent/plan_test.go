package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// TestPlanPolls: a changed file is in the data after the next poll, whatever it takes
// away; a mistake leaves what was there.
func TestPlanPolls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	c.Store.Data, c.Store.State = filepath.Join(dir, "data"), filepath.Join(dir, "state")
	c.Trackers, c.Trees, c.Plans = nil, nil, []config.Plan{{Name: "plans", Path: filepath.Join(dir, "plan.toml"), Schedule: "* * * * *"}}
	for _, step := range []struct {
		text    string
		outcome Outcome
		intents int
		told    string
	}{
		{`["a", "b", "c", "d", "e", "f"]`, OK, 6, ""},
		{`["a"]`, OK, 1, ""},
		{`["a",]]`, Failed, 1, "plan.toml:3:18"},
		{`["a", "b"]`, OK, 2, ""},
		{`["a", "b"]`, Unchanged, 2, ""},
	} {
		text := "series = \"noble\"\nmilestone = \"beta\"\nproducts = " + step.text
		if err := os.WriteFile(c.Plans[0].Path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		a, err := New(Options{Config: c})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Once(t.Context(), OnceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Load(c.Store.Data)
		if err != nil {
			t.Fatal(err)
		}
		m := s.Source("plans").Facts.Milestones
		if r.Sources[0].Outcome != step.outcome || !strings.Contains(r.Sources[0].Error, step.told) || len(m) != 1 || len(m[0].Intended) != step.intents {
			t.Errorf("%s: %+v, stored %+v", step.text, r.Sources[0], m)
		}
	}
}

// TestEveryKindIsRetired: a plan and a Test Observer that the configuration does not name any
// more go with the next poll, with all that they alone knew, and the log says so.
func TestEveryKindIsRetired(t *testing.T) {
	t.Parallel()
	for _, leaves := range []string{"plans", "tests"} {
		a := newAsking(t, images(3), nil)
		c := *a.o.Config
		file := filepath.Join(t.TempDir(), "plan.toml")
		if err := os.WriteFile(file, []byte("series = \"s0\"\nmilestone = \"beta\"\nproducts = [\"a\"]"), 0o644); err != nil {
			t.Fatal(err)
		}
		c.Plans = []config.Plan{{Name: "plans", Path: file, Schedule: "* * * * *"}}
		poll := func() Report {
			agent, err := New(Options{Config: &c, Env: func(string) string { return "" }, Now: func() time.Time { return a.now }})
			if err != nil {
				t.Fatal(err)
			}
			r, err := agent.Once(t.Context(), OnceOptions{})
			if err != nil || r.Trouble() {
				t.Fatalf("%s: report %v, error %v", leaves, r, err)
			}
			return r
		}
		poll()
		stays := "tests"
		if leaves == stays {
			c.Trackers, stays = nil, "plans"
		} else {
			c.Plans = nil
		}
		r := poll()
		if last := r.Sources[len(r.Sources)-1]; last.Name != leaves || last.Outcome != Retired {
			t.Errorf("%s: the report ends with %v", leaves, last)
		}
		s, err := store.Load(c.Store.Data)
		if err != nil {
			t.Fatal(err)
		}
		if s.Source(leaves) != nil || s.Source(stays) == nil {
			t.Errorf("%s: stored %+v", leaves, s.Sources)
		}
		if _, err := os.Stat(filepath.Join(c.Store.Data, leaves)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the folder is still there: %v", leaves, err)
		}
		log, err := store.LastEvents(c.Store.Data, 10)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(log, func(e release.Event) bool { return e.What == release.EventSourceRetired && e.Source == leaves }) {
			t.Errorf("%s: the log does not say so: %+v", leaves, log)
		}
	}
}
