package generator

import (
	"strings"
	"testing"

	"shiplist/internal/release"
)

// setPicture is an open release milestone with one product ready, one in testing, and
// one of which no rule says what it is.
func setPicture(t *testing.T) (*site, *release.Manifest) {
	t.Helper()
	c := defaultConfig(t)
	iso, full := &release.Facts{Source: "iso"}, &release.Facts{Source: "full"}
	series := release.Series{Slug: "noble", Title: "Noble", Status: release.SeriesActive}
	m := release.Milestone{Series: "noble", Slug: "final", Title: "Noble Final", ID: "1", Kind: release.KindRelease, Status: release.MilestoneTesting}
	for title, state := range map[string]release.State{
		"Kubuntu Desktop amd64": release.StateReady, "Xubuntu Desktop amd64": release.StateTesting, "Strange amd64": release.StateReady,
	} {
		slug := release.Slug(title)
		iso.Products = append(iso.Products, release.Product{Slug: slug, Title: title, Family: "F", Type: "iso"})
		series.Manifest = append(series.Manifest, release.Intent{Product: slug, Contact: "a-team"})
		m.Entries = append(m.Entries, release.Entry{Product: slug, BuildID: "20240424", State: state})
	}
	full.Images = []release.Image{{
		Series: "noble", Project: "kubuntu", Dir: "kubuntu/noble/daily-live/20240424", Name: "noble-desktop-amd64", Kind: release.ImageDaily,
		ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", BuildID: "20240424",
		Files: []release.File{{Name: "noble-desktop-amd64.iso", Type: "iso", Main: true}},
	}}
	iso.Series, iso.Milestones = []release.Series{series}, []release.Milestone{m}
	iso.Sort()
	state := func(name, kind, role string) release.SourceState {
		return release.SourceState{Name: name, Kind: kind, Role: role, Success: sampleNow, Attempt: sampleNow}
	}
	p := release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{
		{State: state("iso", "qatracker", ""), Facts: iso}, {State: state("full", "tree", "full"), Facts: full},
	}})
	s := prepared(t, Options{Config: c}, p)
	s.arrange()
	return s, p.Lines[0].Milestones[len(p.Lines[0].Milestones)-1]
}

func TestWhatGoesWhere(t *testing.T) {
	t.Parallel()
	s, m := setPicture(t)
	page := s.arrangeManifest(m)
	if page.Set == nil || page.Set.Summary != "1 product can be published by 1 command; 1 cannot yet." || page.Set.Name != "noble/final" {
		t.Fatalf("%+v", page.Set)
	}
	if want := "DIST=noble ARCHES='amd64' for-project kubuntu publish-release daily-live 20240424 desktop named"; page.Set.Commands != want || page.Set.Count != 1 {
		t.Errorf("%d commands: %s", page.Set.Count, page.Set.Commands)
	}
	if len(page.Set.Refused) != 1 || !strings.HasPrefix(page.Set.Refused[0], "Strange amd64 on Noble Final has no place: ") {
		t.Errorf("refused: %q", page.Set.Refused)
	}
	got := map[string]string{}
	for _, g := range page.Places {
		for _, p := range g.Places {
			got[p.Product.Text] = p.Waits
			if p.Ready == (p.Waits != "") {
				t.Errorf("%s: ready %t, waits %q", p.Product.Text, p.Ready, p.Waits)
			}
		}
	}
	if len(got) != 2 || got["Xubuntu Desktop amd64"] != "not ready: testing; no tree holds files of the build" {
		t.Errorf("%q", got)
	}
}
