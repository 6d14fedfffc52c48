package release

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func netbootText(p *Picture) []string {
	var list []string
	for _, n := range p.Netboot {
		for _, e := range n.Entries {
			product := "-"
			if e.Product != nil {
				product = e.Product.Slug
			}
			list = append(list, fmt.Sprintf("%s %s %s %s state=%s disabled=%v hashed=%v archive=%v", n.Line.Slug, e.Arch, e.URL, product, e.State, e.Disabled, e.Hashed, e.Archive))
		}
	}
	return list
}

func TestNetbootIndex(t *testing.T) {
	t.Parallel()
	set := func(arch string, change func(*NetbootSet)) NetbootSet {
		n := NetbootSet{Series: "noble", Project: "ubuntu-server", Arch: arch, Kind: ImageRelease, Version: "24.04", Parent: "noble", Dir: "noble/netboot/" + arch}
		change(&n)
		return n
	}
	sets := []NetbootSet{
		set("arm64", func(n *NetbootSet) {}),
		set("amd64", func(n *NetbootSet) { n.Boot = []File{{Name: "grub.cfg", SHA256: "x"}} }),
		set("amd64", func(n *NetbootSet) {
			n.Kind, n.Version, n.BuildID, n.Parent, n.Dir, n.Current = ImageDaily, "", "20240424", "noble/daily-live/20240424", "", true
			n.Tarball = &File{Name: "noble-netboot-amd64.tar.gz"}
		}),
	}
	const archive = "focal amd64 https://archive.example/focal/amd64/ - state= disabled=false hashed=false archive=true"
	for _, tc := range []struct {
		name   string
		change func(*Facts)
		want   []string
	}{
		{"no product", func(*Facts) {}, []string{
			"noble amd64 https://full.example/noble/netboot/amd64/ - state= disabled=false hashed=true archive=false",
			"noble arm64 https://full.example/noble/netboot/arm64/ - state= disabled=false hashed=false archive=false",
			"noble amd64 https://full.example/noble/daily-live/20240424/ - state= disabled=false hashed=false archive=false",
			archive,
		}},
		{"product with a state", func(f *Facts) {
			f.Milestones = []Milestone{{Series: "noble", Slug: "final", Kind: KindRelease, Status: MilestoneTesting, Entries: []Entry{{Product: "netboot-arm64", BuildID: "20101020ubuntu229", State: StateReady}}}}
		}, []string{
			"noble amd64 https://full.example/noble/netboot/amd64/ - state= disabled=false hashed=true archive=false",
			"noble arm64 https://full.example/noble/netboot/arm64/ netboot-arm64 state=ready disabled=false hashed=false archive=false",
			"noble amd64 https://full.example/noble/daily-live/20240424/ - state= disabled=false hashed=false archive=false",
			archive,
		}},
		{"switched off in the series manifest", func(f *Facts) {
			f.Series[0].Manifest = []Intent{{Product: "netboot-arm64", Disabled: true}}
		}, []string{
			"noble amd64 https://full.example/noble/netboot/amd64/ - state= disabled=false hashed=true archive=false",
			"noble arm64 https://full.example/noble/netboot/arm64/ netboot-arm64 state= disabled=true hashed=false archive=false",
			"noble amd64 https://full.example/noble/daily-live/20240424/ - state= disabled=false hashed=false archive=false",
			archive,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := Facts{Products: products("Netboot arm64"), Series: []Series{{Slug: "noble", Status: SeriesActive}}}
			tc.change(&f)
			p := Join(input(tracker("iso", f), tree("full", "full", Facts{Netboot: sets})))
			check(t, p)
			if diff := cmp.Diff(tc.want, netbootText(p)); diff != "" {
				t.Errorf("index (-want +got)\n%s", diff)
			}
		})
	}
}

// TestNetbootState wants the state and the build of a set to be its own, where that
// can be told.
func TestNetbootState(t *testing.T) {
	t.Parallel()
	f := Facts{
		Products: products("Netboot amd64"),
		Series:   []Series{{Slug: "noble", Status: SeriesActive}},
		Milestones: []Milestone{
			{
				Series: "noble", Slug: "24.04.1", ID: "1", Kind: KindRelease, Status: MilestoneReleased,
				Entries: []Entry{{Product: "netboot-amd64", BuildID: "20240801", State: StateReady}},
			},
			{
				Series: "noble", Slug: "24.04.2", ID: "2", Kind: KindRelease, Status: MilestoneTesting,
				Entries: []Entry{{Product: "netboot-amd64", BuildID: "20250201", State: StateTesting}},
			},
		},
	}
	rules := sampleRules()
	for _, tc := range []struct {
		name   string
		set    NetbootSet
		change func(*Facts)
		want   string
	}{
		{"daily of the build that is tested", NetbootSet{Kind: ImageDaily, BuildID: "20250201"}, nil, "20250201 testing"},
		{"daily of the build that was released", NetbootSet{Kind: ImageDaily, BuildID: "20240801"}, nil, "20240801 ready"},
		{"daily of no build", NetbootSet{Kind: ImageDaily, BuildID: "20250131"}, nil, "20250131 "},
		{"release by its version", NetbootSet{Kind: ImageRelease, Version: "24.04.1"}, nil, "20240801 ready"},
		{"release of the open milestone", NetbootSet{Kind: ImageRelease, Version: "24.04.2"}, nil, "20250201 testing"},
		{"release of another version", NetbootSet{Kind: ImageRelease, Version: "24.04"}, nil, " "},
		{"beta of a version that is not", NetbootSet{Kind: ImageRelease, Version: "24.04.2", Milestone: "beta"}, nil, " "},
		{
			"builds without a date",
			NetbootSet{Kind: ImageDaily, BuildID: "20250131"},
			func(f *Facts) { f.Milestones[1].Entries[0].BuildID = "20101020ubuntu229" }, "20250131 testing",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := clone(f)
			if tc.change != nil {
				tc.change(&f)
			}
			tc.set.Series, tc.set.Arch, tc.set.Parent = "noble", "amd64", "x"
			in := input(tracker("iso", f), tree("full", "full", Facts{Netboot: []NetbootSet{tc.set}}))
			in.Rules = rules
			e := Join(in).Netboot[0].Entries[0]
			if got := e.BuildID + " " + string(e.State); got != tc.want || e.Product == nil {
				t.Errorf("build and state %q of %v, want %q", got, e.Product, tc.want)
			}
		})
	}
}

// TestNetbootProductInUse wants a product that is not offered any more to leave the
// sets to the one that took its place.
func TestNetbootProductInUse(t *testing.T) {
	t.Parallel()
	entry := func(product string) Entry { return Entry{Product: product, BuildID: "20240424", State: StateReady} }
	f := Facts{
		Products: append(products("Netboot Ubuntu amd64"), Product{Slug: "netboot-amd64", Title: "Netboot amd64", Disabled: true}),
		Series:   []Series{{Slug: "noble", Status: SeriesActive}},
		Milestones: []Milestone{{
			Series: "noble", Slug: "final", Kind: KindRelease, Status: MilestoneTesting,
			Entries: []Entry{entry("netboot-amd64"), entry("netboot-ubuntu-amd64")},
		}},
	}
	sets := tree("full", "full", Facts{Netboot: []NetbootSet{{Series: "noble", Arch: "amd64", Parent: "x"}}})
	p := Join(input(tracker("iso", f), sets))
	if p.Netboot[0].Line.Slug != "noble" {
		t.Fatalf("index %q", netbootText(p))
	}
	e := p.Netboot[0].Entries[0]
	if e.Disabled || e.Product.Slug != "netboot-ubuntu-amd64" {
		t.Errorf("disabled %v by %s", e.Disabled, e.Product.Slug)
	}
}

// TestNetbootArchiveOfCore wants no installer in the archive for the numbers of Core
// images: the archive knows series by name.
func TestNetbootArchiveOfCore(t *testing.T) {
	t.Parallel()
	in := input(tracker("iso", Facts{Series: []Series{{Slug: "24", Title: "24", Status: SeriesActive}}}))
	in.Rules.Netboot[1].Series = []string{"jammy-"}
	var got []string
	for _, n := range Join(in).Netboot {
		got = append(got, n.Line.Slug)
	}
	if diff := cmp.Diff([]string{"noble", "jammy"}, got); diff != "" {
		t.Errorf("series with installers (-want +got)\n%s", diff)
	}
}

func TestNetbootArchive(t *testing.T) {
	t.Parallel()
	p := Join(input())
	if len(p.Netboot) != 1 || p.Netboot[0].Line.Slug != "focal" {
		t.Fatalf("index %q", netbootText(p))
	}
	// The series has an installer in the archive and nothing else.
	if len(p.Lines) > 0 {
		t.Errorf("%s is a series of the picture", p.Lines[0].Slug)
	}
	if l := p.Netboot[0].Line; l.Version != "20.04" || l.Title != "Focal" || l.Rule == nil {
		t.Errorf("line %+v", *l)
	}
	e := p.Netboot[0].Entries[0]
	if e.Note != "for 20.04" || e.Kernel != "linux" || e.Initrd != "initrd.gz" || e.Tree != nil {
		t.Errorf("entry %+v", *e)
	}
}

func TestAllNetbootSwitchedOff(t *testing.T) {
	t.Parallel()
	f := Facts{
		Products: products("Netboot amd64"),
		Series:   []Series{{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: "netboot-amd64", Disabled: true}}}},
	}
	p := Join(input(tracker("iso", f), tree("full", "full", Facts{Netboot: []NetbootSet{{Series: "noble", Arch: "amd64", Parent: "noble"}}})))
	for _, n := range p.Netboot {
		if n.Line.Slug == "noble" {
			t.Errorf("index %q", netbootText(p))
		}
	}
}
