package release

import (
	"fmt"
	"strings"
	"testing"
)

// askedPicture has two series with a beta each, of which one is closed, and four
// products.
func askedPicture() *Picture {
	iso := Facts{
		Products: products("Kubuntu Desktop amd64", "Kubuntu Desktop arm64", "Xubuntu Desktop amd64", "Ubuntu Server amd64"),
		Series: []Series{
			{Slug: "noble", Title: "Noble", Status: SeriesActive},
			{Slug: "jammy", Title: "Jammy", Status: SeriesActive},
		},
	}
	for _, m := range []Milestone{
		{Series: "noble", Slug: "beta", Status: MilestoneTesting},
		{Series: "noble", Slug: "final", Status: MilestoneTesting},
		{Series: "jammy", Slug: "beta", Status: MilestoneReleased},
		{Series: "jammy", Slug: "final", Status: MilestoneTesting},
		{Series: "jammy", Slug: "alpha", Status: MilestoneReleased},
	} {
		m.Title, m.Kind = m.Series+" "+m.Slug, KindRelease
		m.Entries = []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "1", State: StateReady}}
		iso.Milestones = append(iso.Milestones, m)
	}
	return Join(input(tracker("iso", iso)))
}

func TestWhat(t *testing.T) {
	t.Parallel()
	p := askedPicture()
	for _, tc := range []struct{ name, want string }{
		{"", "everything"},
		{"noble", "series noble"},
		{"Noble", "series noble"},
		{"24.04", "series noble"},
		{"noble/beta", "milestone noble/beta"},
		{"24.04/beta", "milestone noble/beta"},
		{"jammy/beta", "milestone jammy/beta"},
		{"beta", "milestone noble/beta"},
		{"kubuntu-desktop-arm64", "product kubuntu-desktop-arm64"},
		{"kubuntu desktop ARM64", "product kubuntu-desktop-arm64"},
		{"server", "product ubuntu-server-amd64"},
		{"kub arm", "product kubuntu-desktop-arm64"},

		{"final", `"final" could be any of 2: noble/final, jammy/final; write one of them`},
		{"alpha", `no open milestone is called "alpha"; did you mean jammy/alpha?`},
		{"noble/btea", `no milestone is called "noble/btea"; did you mean noble/beta?`},
		{"noble/x", `no milestone is called "noble/x"; there are noble/final, noble/beta, noble/daily`},
		{"nobel/beta", `no series is called "nobel"; did you mean noble?`},
		{"kubuntu", `"kubuntu" could be any of 2: kubuntu-desktop-amd64, kubuntu-desktop-arm64; write one of them`},
		{"xubunut", `no series, milestone or product is called "xubunut"; did you mean xubuntu-desktop-amd64?`},
		{"kubuntu-dekstop-amd64", `no series, milestone or product is called "kubuntu-dekstop-amd64"; did you mean kubuntu-desktop-amd64?`},
		{"nobl", `no series, milestone or product is called "nobl"; did you mean noble?`},
		{"kubutnu-zzz", `no series, milestone or product is called "kubutnu-zzz"; near it are kubuntu-desktop-amd64, kubuntu-desktop-arm64`},
		{"zzz", `no series, milestone or product is called "zzz"; series are noble, jammy; open milestones are noble/daily, noble/beta, noble/final, jammy/daily, jammy/final; a product has its title or its name in addresses, like kubuntu-desktop-amd64, or words of it; 'shiplist check --contacts --all' lists them`},
		{"--", `no series, milestone or product is called "--"; series are noble, jammy; open milestones are noble/daily, noble/beta, noble/final, jammy/daily, jammy/final; a product has its title or its name in addresses, like kubuntu-desktop-amd64, or words of it; 'shiplist check --contacts --all' lists them`},
	} {
		got := ""
		s, err := What(p, tc.name)
		switch {
		case err != nil:
			got = err.Error()
		case s.Line != nil:
			got = "series " + s.Line.Slug
		case s.Manifest != nil:
			got = "milestone " + s.Manifest.path()
		case s.Product != nil:
			got = "product " + s.Product.Slug
		default:
			got = "everything"
		}
		if got != tc.want {
			t.Errorf("%q: %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

func TestFindMilestoneUnknown(t *testing.T) {
	t.Parallel()
	_, err := FindMilestone(askedPicture(), "gamma")
	want := `no milestone is called "gamma"; open are noble/daily, noble/beta, noble/final, jammy/daily, jammy/final; write it as SERIES/MILESTONE`
	if fmt.Sprint(err) != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestFindProductUnknown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		p          *Picture
		name, want string
	}{
		{askedPicture(), "xubunut", `no product is called "xubunut"; did you mean xubuntu-desktop-amd64?`},
		{askedPicture(), "nothinglike", `no product is called "nothinglike"; a product has its title or its name in addresses, like kubuntu-desktop-amd64, or words of it; 'shiplist check --contacts --all' lists them`},
		{askedPicture(), " ", `no product is called " "; a product has its title or its name in addresses, like kubuntu-desktop-amd64, or words of it; 'shiplist check --contacts --all' lists them`},
		{&Picture{}, "kubuntu", `no product is called "kubuntu"; no product is known, as no source has told of one yet; 'shiplist status' tells how they stand`},
	} {
		if _, err := FindProduct(tc.p, tc.name); fmt.Sprint(err) != tc.want {
			t.Errorf("%v\nwant %s", err, tc.want)
		}
	}
}

func TestFindSeriesUnknown(t *testing.T) {
	t.Parallel()
	in := input()
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		f := Facts{Series: []Series{{Slug: name, Title: name, Status: SeriesActive}}}
		in.Sources = append(in.Sources, tracker("of-"+name, f))
	}
	p := Join(in)
	if len(p.Lines) != 8 {
		t.Fatalf("%d series", len(p.Lines))
	}
	_, err := FindSeries(p, "nothinglike")
	if err == nil || !strings.HasSuffix(err.Error(), " and 2 more") || !strings.HasPrefix(err.Error(), `no series is called "nothinglike"; there are `) {
		t.Error(err)
	}
	if _, err = FindSeries(&Picture{}, "noble"); fmt.Sprint(err) != `no series is called "noble"` {
		t.Error(err)
	}
}

func TestDoubts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*SourceState)
		want   string
	}{
		"fine":  {func(*SourceState) {}, ""},
		"held":  {func(s *SourceState) { s.Held = &Held{Reason: "it is empty"} }, "the answer of iso is held back, shown as of 2024-04-24 12:00 UTC: it is empty"},
		"lost":  {func(s *SourceState) { s.Lost = true }, "iso does not answer, shown as of 2024-04-24 12:00 UTC"},
		"stale": {func(s *SourceState) { s.Success = noon.Add(-1000 * 3600e9) }, "iso is stale, shown as of 2024-03-13 20:00 UTC"},
		"late":  {func(s *SourceState) { s.Success = noon.Add(-3 * 3600e9) }, "iso is stale, shown as of 2024-04-24 09:00 UTC"},
		"due":   {func(s *SourceState) { s.Success, s.Due = noon.Add(-3*3600e9), noon }, ""},
		"new":   {func(s *SourceState) { *s = SourceState{Name: "iso", Kind: "qatracker"} }, "iso has not been polled"},
	} {
		in := cleanInput()
		in.Sources = in.Sources[:1]
		in.Stale = 24 * 3600e9
		tc.change(&in.Sources[0].State)
		got := ""
		for _, d := range Join(*in).Doubts(noon.Add(22*3600e9), in.Stale) {
			got += d.Text
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestDoubtLines(t *testing.T) {
	t.Parallel()
	stale := func(name, of string) Doubt { return Doubt{Source: name, Text: name + " is stale" + of} }
	lost := Doubt{Source: "b", Text: "b does not answer"}
	for _, tc := range []struct {
		doubts []Doubt
		want   string
	}{
		{nil, ""},
		{[]Doubt{stale("a", ", 1")}, "a is stale, 1"},
		{[]Doubt{stale("a", ", 1"), stale("b", ", 1"), stale("c", ", 1")}, "a, b and c are stale, 1"},
		{[]Doubt{stale("a", ", 1"), stale("b", ", 2")}, "a is stale, 1|b is stale, 2"},
		{[]Doubt{stale("a", ", 1"), lost, stale("c", ", 1"), stale("d", ", 1")}, "a is stale, 1|b does not answer|c and d are stale, 1"},
		{[]Doubt{{Source: "a", Text: "left: a is stale"}, {Source: "a", Text: "right: a is stale"}}, "left: a is stale|right: a is stale"},
	} {
		if got := strings.Join(DoubtLines(tc.doubts), "|"); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}
