package observe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/agent"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// noble is a tracker with one open milestone, one that is not, and a series that is
// not active; ready of its two intended products are ready.
func noble(ready int) *release.Facts {
	f := &release.Facts{
		Source:   "iso",
		Products: []release.Product{{Slug: "kubuntu", Title: "Kubuntu"}, {Slug: "xubuntu", Title: "Xubuntu"}},
		Series: []release.Series{
			{Slug: "jammy", Title: "Jammy", Status: "disabled"},
			{Slug: "noble", Title: "Noble", Status: "active", Manifest: []release.Intent{{Product: "kubuntu"}, {Product: "xubuntu"}}},
		},
		Milestones: []release.Milestone{
			{Series: "jammy", Slug: "22.04.9", Title: "Jammy 22.04.9", Kind: release.KindRelease, Status: "testing"},
			{Series: "noble", Slug: "24.04.3", Title: "Noble 24.04.3", Kind: release.KindRelease, Status: "testing"},
			{Series: "noble", Slug: "24.04.2", Title: "Noble 24.04.2", Kind: release.KindRelease, Status: "released"},
		},
	}
	for i, product := range []string{"kubuntu", "xubuntu"} {
		state := release.State("testing")
		if i < ready {
			state = "ready"
		}
		f.Builds = append(f.Builds, release.Build{Series: "noble", Product: product, BuildID: "20250805"})
		f.Milestones[1].Entries = append(f.Milestones[1].Entries, release.Entry{Product: product, BuildID: "20250805", State: state})
	}
	f.Sort()
	return f
}

func tracker() release.SourceState { return release.SourceState{Name: "iso", Kind: "qatracker"} }

const milestoneMetrics = `
	# HELP shiplist_milestone_products Products of an open milestone that have to be ready.
	# TYPE shiplist_milestone_products gauge
	shiplist_milestone_products{milestone="24.04.3",series="noble"} 2
	# HELP shiplist_milestone_ready Products of an open milestone that are ready.
	# TYPE shiplist_milestone_ready gauge
	shiplist_milestone_ready{milestone="24.04.3",series="noble"} READY
	`

func wantReady(t *testing.T, s *State, ready string) {
	t.Helper()
	wantMetrics(t, s, strings.ReplaceAll(milestoneMetrics, "READY", ready), "shiplist_milestone_ready", "shiplist_milestone_products")
}

// TestMilestones: open milestones are counted when the data has changed, and only then.
func TestMilestones(t *testing.T) {
	t.Parallel()
	c := settings(t)
	stored(t, c, tracker(), noble(1))
	s := stateOf(t, c)
	s.Configured([]string{"iso", "full"})
	s.Ready()
	wantReady(t, s, "1")

	stored(t, c, tracker(), noble(2))
	wantReady(t, s, "1") // nobody said that it changed
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.Unchanged})
	wantReady(t, s, "1")
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.OK, Changed: []string{"milestones/noble/24.04.3.toml"}})
	wantReady(t, s, "2")

	// While the data cannot be read, what was known stays.
	broken := filepath.Join(c.Store.Data, "iso", "products.toml")
	good, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	write(t, broken, []byte("nonsense"))
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.OK, Changed: []string{"products.toml"}})
	wantReady(t, s, "2")
	write(t, broken, good)
	stored(t, c, tracker(), noble(0))
	wantReady(t, s, "0")
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestMilestonesWithoutIntent: where nothing says what is meant, all rows count.
func TestMilestonesWithoutIntent(t *testing.T) {
	t.Parallel()
	c := settings(t)
	facts := noble(1)
	for i := range facts.Series {
		facts.Series[i].Manifest = nil
	}
	stored(t, c, tracker(), facts)
	got, err := countMilestones(c)
	if err != nil || len(got) != 1 || got[0] != (milestone{"noble", "24.04.3", 1, 2}) {
		t.Errorf("milestones %v, %v; want one of two ready", got, err)
	}
}

// TestTreesAreNotRead: they are most of the data, and nothing of them is counted.
func TestTreesAreNotRead(t *testing.T) {
	t.Parallel()
	c := settings(t)
	stored(t, c, tracker(), noble(1))
	image := release.Image{Series: "noble", Project: "kubuntu", Dir: "kubuntu", Name: "kubuntu", Files: []release.File{{Name: "kubuntu.iso"}}}
	stored(t, c, release.SourceState{Name: "full", Kind: "tree"}, &release.Facts{Source: "full", Images: []release.Image{image}})
	write(t, filepath.Join(c.Store.Data, "full", "images", "noble", "kubuntu.toml"), []byte("nonsense"))
	if got, err := countMilestones(c); err != nil || len(got) != 1 {
		t.Errorf("milestones %v, %v; want one", got, err)
	}
}

// TestPrecedence: what the configuration names first is believed first.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	c := &config.Config{Trackers: []config.Tracker{{Name: "zebra"}, {Name: "ape"}}}
	var found []release.SourceFacts
	for _, name := range []string{"ape", "gone", "zebra"} {
		found = append(found, release.SourceFacts{State: release.SourceState{Name: name}})
	}
	var got []string
	for _, s := range inOrder(c, found) {
		got = append(got, s.State.Name)
	}
	if strings.Join(got, " ") != "zebra ape gone" {
		t.Errorf("order %v", got)
	}
}
