package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/config"
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
