package agent

import (
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// twoAnswers are what a tracker, a source of builds and a plan say, at first and later.
func twoAnswers() map[string][2]*release.Facts {
	const kubuntu, xubuntu = "kubuntu-desktop-amd64", "xubuntu-desktop-amd64"
	known := []release.Product{{Slug: kubuntu, Title: "Kubuntu Desktop amd64"}, {Slug: xubuntu, Title: "Xubuntu Desktop amd64"}}
	beta := func(entries ...release.Entry) []release.Milestone {
		return []release.Milestone{{Series: "noble", Slug: "beta", Title: "Noble Beta", Kind: release.KindRelease, Status: release.MilestoneTesting, Entries: entries}}
	}
	tracker := func(state release.State) *release.Facts {
		return &release.Facts{
			Products: known, Milestones: beta(release.Entry{Product: kubuntu, BuildID: "20260401", State: state}),
			Series: []release.Series{{Slug: "noble", Title: "Noble", Status: release.SeriesActive, Manifest: []release.Intent{{Product: kubuntu}, {Product: xubuntu}}}},
		}
	}
	builds := func(owner string, list ...release.Build) *release.Facts {
		f := &release.Facts{Products: slices.Clone(known), Builds: list}
		f.Products[0].Contact = owner
		return f
	}
	plan := func(build string, meant ...release.Intent) *release.Facts {
		f := &release.Facts{Products: known[:1], Milestones: beta(release.Entry{Product: kubuntu, BuildID: build, State: release.StateUnknown, Pinned: "beta.toml:3"})}
		f.Milestones[0].Intended = meant
		return f
	}
	first := release.Build{Series: "noble", Product: kubuntu, BuildID: "20260401", State: release.StateTesting}
	ready := first
	ready.State, ready.Note = release.StateReady, "looked at"
	return map[string][2]*release.Facts{
		"iso":      {tracker(release.StateTesting), tracker(release.StateReady)},
		"observer": {builds("~one", first), builds("~two", ready, release.Build{Series: "noble", Product: xubuntu, BuildID: "20260402", State: release.StateTesting})},
		"plans":    {plan("20260401", release.Intent{Product: kubuntu}), plan("20260402", release.Intent{Product: kubuntu, Contact: "~two"}, release.Intent{Product: xubuntu})},
	}
}

// TestOrderOfPolls: whoever is polled first, the data is the same in the end, byte for
// byte, but for the order of what happened at one time.
func TestOrderOfPolls(t *testing.T) {
	t.Parallel()
	var want map[string]string
	for seed := range int64(12) {
		got := polledInOrder(t, rand.New(rand.NewSource(seed)))
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-first +this)\n%s", seed, diff)
		}
	}
	if !strings.Contains(want["changes/2026-04.toml"], "~two") || len(want) < 9 {
		t.Errorf("too little was written: %v", want)
	}
}

// polledInOrder polls three sources twice each, in some order, and returns the files of
// the data directory.
func polledInOrder(t *testing.T, rng *rand.Rand) map[string]string {
	t.Helper()
	b := newBench(t)
	b.sources = nil
	answers, fakes := twoAnswers(), map[string]*fake{}
	kinds := map[string]string{"iso": "qatracker", "observer": "test-observer", "plans": release.KindPlan}
	var turns []string
	for _, name := range []string{"iso", "observer", "plans"} {
		fakes[name] = &fake{facts: answers[name][0]}
		b.sources = append(b.sources, configuredSource{state: release.SourceState{Name: name, Kind: kinds[name], Address: "https://" + name + ".example"}, Source: fakes[name]})
		turns = append(turns, name, name)
	}
	rng.Shuffle(len(turns), func(i, k int) { turns[i], turns[k] = turns[k], turns[i] })
	asked := map[string]int{}
	for _, name := range turns {
		fakes[name].facts = answers[name][asked[name]]
		asked[name]++
		if r, err := b.Once(t.Context(), OnceOptions{Sources: []string{name}}); err != nil || r.Trouble() {
			t.Fatalf("%s: report %v, error %v", name, r, err)
		}
	}
	return dataFiles(t, b.data)
}

// dataFiles are the facts and events that are stored: those of the change log in order,
// as all happened at one time.
func dataFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".toml") {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		if strings.HasPrefix(name, "changes") {
			parts := strings.Split(strings.TrimSpace(string(text)), "\n\n")
			slices.Sort(parts)
			files[filepath.ToSlash(name)] = strings.Join(parts, "\n\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
