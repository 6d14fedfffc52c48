package release

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func slugsOf(l *Line) []string {
	var slugs []string
	for _, m := range l.Milestones {
		slugs = append(slugs, m.Slug)
	}
	return slugs
}

func TestMilestoneOrder(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		rules      []MilestoneRule
		milestones []Milestone
		want       string
	}{
		{"by lowest id, as numbers", nil, []Milestone{{Slug: "b", ID: "10"}, {Slug: "a", ID: "9"}, {Slug: "c", ID: "100"}}, "a b c"},
		{"by rule", []MilestoneRule{{Match: []string{"z*"}, Order: 1}, {Order: 2}}, []Milestone{{Slug: "a", ID: "1"}, {Slug: "z", ID: "2"}}, "z a"},
		{"by date when all have one", nil, []Milestone{{Slug: "a", ID: "1", Date: "2024-05-01"}, {Slug: "b", ID: "2", Date: "2024-04-01"}}, "b a"},
		{"by id when one has no date", nil, []Milestone{{Slug: "a", ID: "1", Date: "2024-05-01"}, {Slug: "b", ID: "2", Date: "2024-04-01"}, {Slug: "c", ID: "3"}}, "a b c"},
		{
			"dates count within one order only",
			[]MilestoneRule{{Match: []string{"x?"}, Order: 1}, {Order: 2}},
			[]Milestone{{Slug: "x1", ID: "1", Date: "2024-05-01"}, {Slug: "x2", ID: "2", Date: "2024-04-01"}, {Slug: "c", ID: "3"}, {Slug: "b", ID: "4"}},
			"x2 x1 c b",
		},
		{
			"date from a rule",
			[]MilestoneRule{{Match: []string{"a"}, Date: "2024-06-01"}, {Match: []string{"b"}, Date: "2024-05-01"}},
			[]Milestone{{Slug: "a", ID: "1"}, {Slug: "b", ID: "2"}},
			"b a",
		},
		{"daily first", nil, []Milestone{{Slug: "a", ID: "1"}, {Slug: "daily", Kind: KindDaily, ID: "9"}}, "daily a"},
		{
			"without a rule after those before it",
			[]MilestoneRule{{Match: []string{"beta"}, Order: 30}, {Match: []string{"final"}, Order: 50}, {Match: []string{"snap-?"}, Order: 20}},
			[]Milestone{{Slug: "snap-1", ID: "1"}, {Slug: "beta", ID: "2"}, {Slug: "odd", ID: "3"}, {Slug: "final", ID: "4"}, {Slug: "snap-2", ID: "5"}, {Slug: "late", ID: "6"}, {Slug: "early", ID: "0"}},
			"early snap-1 snap-2 beta odd final late",
		},
		{"without id last", nil, []Milestone{{Slug: "a"}, {Slug: "b", ID: "9"}}, "b a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for i := range tc.milestones {
				tc.milestones[i].Series = "noble"
			}
			p := Join(Input{Rules: Rules{Milestones: tc.rules}, Sources: []SourceFacts{tracker("iso", Facts{Milestones: tc.milestones})}})
			if got := strings.Join(slugsOf(p.Lines[0]), " "); got != tc.want {
				t.Errorf("order %s, want %s", got, tc.want)
			}
		})
	}
}

func TestMilestonesOfSeveralSources(t *testing.T) {
	t.Parallel()
	a := Facts{
		Products: products("A amd64"),
		Series:   []Series{{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: "a-amd64"}}}},
		Milestones: []Milestone{
			{Series: "noble", Slug: "beta", Title: "Noble Beta", ID: "5", Kind: KindRelease, Status: MilestoneTesting, Entries: []Entry{{Product: "a-amd64", BuildID: "1", State: StateReady}}},
			{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "4", Kind: KindDaily, Status: MilestoneReleased},
			{Series: "noble", Slug: "server-daily", Title: "Noble Server Daily", ID: "6", Kind: KindDaily, Status: MilestoneTesting},
		},
	}
	b := Facts{
		Products: products("B amd64"),
		Series:   []Series{{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: "b-amd64"}}}},
		Milestones: []Milestone{
			{Series: "noble", Slug: "beta", Title: "Beta in Chinese", ID: "3", Kind: KindRelease, Status: MilestoneTesting, Entries: []Entry{{Product: "b-amd64", BuildID: "2", State: StateTesting}}},
		},
	}
	p := Join(input(tracker("a", a), tracker("b", b)))
	if got := strings.Join(slugsOf(p.Lines[0]), " "); got != "daily beta" {
		t.Errorf("milestones %s", got)
	}
	m := findManifest(t, p, "noble/beta")
	want := []Ref{
		{"a", "5", "https://a.example/qatracker/milestones/5/builds"},
		{"b", "3", "https://b.example/qatracker/milestones/3/builds"},
	}
	if diff := cmp.Diff(want, m.Refs); diff != "" {
		t.Errorf("references (-want +got)\n%s", diff)
	}
	if m.Title != "Noble Beta" || m.Totals.Rows != 2 || m.Totals.Intended != 2 {
		t.Errorf("%q %+v", m.Title, m.Totals)
	}
	d := findManifest(t, p, "noble/daily")
	if d.Title != "Noble Daily" || d.Status != MilestoneTesting || d.Made {
		t.Errorf("daily %q %s %v", d.Title, d.Status, d.Made)
	}
	// The manifest of b does not hold for a milestone that only a has.
	if d.Totals.Intended != 1 {
		t.Errorf("%d intended on a's daily, want 1", d.Totals.Intended)
	}
}

func TestFrozenIntent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		change  func(*Milestone, *Series)
		want    string // intended and built
		known   bool
		missing int
	}{
		{"in testing", func(*Milestone, *Series) {}, "2 1", true, 1},
		{"released, never written down", func(m *Milestone, _ *Series) { m.Status = MilestoneReleased }, "0 1", false, 0},
		{"released, written down", func(m *Milestone, _ *Series) {
			m.Status, m.Intended = MilestoneReleased, []Intent{{Product: "a-amd64"}}
		}, "1 1", true, 0},
		{"series switched off", func(_ *Milestone, s *Series) { s.Status = SeriesDisabled }, "0 1", false, 0},
		{"no statement", func(_ *Milestone, s *Series) { s.Manifest = nil }, "0 1", false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := Milestone{
				Series: "noble", Slug: "final", Title: "Noble Final", Kind: KindRelease, Status: MilestoneTesting,
				Entries: []Entry{{Product: "a-amd64", BuildID: "1", State: StateReady}},
			}
			s := Series{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: "a-amd64"}, {Product: "b-amd64"}}}
			tc.change(&m, &s)
			p := Join(input(tracker("iso", Facts{Products: products("A amd64", "B amd64"), Series: []Series{s}, Milestones: []Milestone{m}})))
			got := findManifest(t, p, "noble/final")
			if text := fmt.Sprint(got.Totals.Intended, got.Totals.Built); text != tc.want || got.Totals.Missing != tc.missing || got.Totals.Ready != 1 {
				t.Errorf("totals %+v, want %s", got.Totals, tc.want)
			}
			for _, r := range got.Rows() {
				if r.IntentKnown != tc.known {
					t.Errorf("%s: intent known %v", r.Product.Slug, r.IntentKnown)
				}
			}
		})
	}
}

// TestIntentWhereOneSourceIsBehind wants the past without gaps when one tracker
// closes a milestone before another does.
func TestIntentWhereOneSourceIsBehind(t *testing.T) {
	t.Parallel()
	facts := func(product string, status MilestoneStatus, frozen ...Intent) Facts {
		slug := Slug(product)
		return Facts{
			Products: products(product),
			Series:   []Series{{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: slug}}}},
			Milestones: []Milestone{{
				Series: "noble", Slug: "final", Kind: KindRelease, Status: status, Intended: frozen,
				Entries: []Entry{{Product: slug, BuildID: "1", State: StateReady}},
			}},
		}
	}
	p := Join(input(
		tracker("iso", facts("A amd64", MilestoneReleased, Intent{Product: "a-amd64"})),
		tracker("localized", facts("B amd64", MilestoneTesting)),
	))
	if m := findManifest(t, p, "noble/final"); m.Open || m.Totals.Intended != 2 || m.Totals.Extra != 0 {
		t.Errorf("open %v, %+v", m.Open, m.Totals)
	}
}

func TestMadeDaily(t *testing.T) {
	t.Parallel()
	entry := func(id string, s State) Entry { return Entry{Product: "a-amd64", BuildID: id, State: s} }
	milestone := func(slug, id string, entries ...Entry) Milestone {
		return Milestone{Series: "noble", Slug: slug, ID: id, Kind: KindRelease, Status: MilestoneReleased, Entries: entries}
	}
	for _, tc := range []struct {
		name string
		f    Facts
		want string // build and state; empty for no daily milestone
	}{
		{"newest of several", Facts{Milestones: []Milestone{
			milestone("beta", "1", entry("20240424.9", StateReady)), milestone("final", "2", entry("20240424.10", StateTesting)),
		}}, "20240424.10 testing"},
		{"state on the latest milestone", Facts{Milestones: []Milestone{
			milestone("beta", "1", entry("1", StateReady)), milestone("final", "2", entry("1", StateFailed)),
		}}, "1 failed"},
		{"removed everywhere", Facts{Milestones: []Milestone{
			milestone("beta", "1", entry("1", StateReady)), milestone("final", "2", entry("2", StateRemoved)),
		}}, "1 ready"},
		{"superseded here, standing there", Facts{Milestones: []Milestone{
			milestone("beta", "1", entry("2", StateReady)), milestone("final", "2", entry("2", StateSuperseded)),
		}}, "2 ready"},
		{"builds only", Facts{Builds: []Build{
			{Series: "noble", Product: "a-amd64", BuildID: "3", State: StateFailed}, {Series: "noble", Product: "a-amd64", BuildID: "2"},
		}}, "3 failed"},
		{"builds without a state", Facts{Builds: []Build{{Series: "noble", Product: "a-amd64", BuildID: "3"}}}, "3 unknown"},
		{"no builds", Facts{Series: []Series{{Slug: "noble"}}}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.f.Products = products("A amd64")
			p := Join(input(tracker("iso", tc.f)))
			check(t, p)
			d := p.Lines[0].Daily()
			if tc.want == "" {
				if d != nil {
					t.Errorf("made %v", dumpManifest(d))
				}
				return
			}
			if d == nil || !d.Made {
				t.Fatalf("no daily milestone was made: %v", d)
			}
			if r := d.Rows()[0]; r.BuildID+" "+string(r.State) != tc.want {
				t.Errorf("%s %s, want %s", r.BuildID, r.State, tc.want)
			}
		})
	}
}

// TestTreesAlone wants a daily milestone of what the trees hold where no tracker
// knows the series.
func TestTreesAlone(t *testing.T) {
	t.Parallel()
	in := *cleanInput()
	in.Sources = in.Sources[1:]
	older := daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240423")
	in.Sources[0].Facts.Images = append(in.Sources[0].Facts.Images, older)
	p := Join(in)
	check(t, p)
	m := findManifest(t, p, "noble/daily")
	if !m.Made || !m.Open || m.Totals.Rows != 3 {
		t.Errorf("made %v, open %v, %+v", m.Made, m.Open, m.Totals)
	}
	r := findRow(t, p, "noble/daily/kubuntu-desktop-amd64")
	if r.BuildID != "20240424" || r.State != StateUnknown || r.Daily == nil || len(r.Refs) != 0 {
		t.Errorf("row %v", dumpRow(r))
	}
}

func TestNetbootNeverMissing(t *testing.T) {
	t.Parallel()
	p := Join(sampleInput())
	m := findManifest(t, p, "noble/final")
	for _, r := range m.Rows() {
		if r.Netboot && (r.State == StateMissing || len(r.Findings) > 0 || r.Location != nil || r.LocationError != "") {
			t.Errorf("netboot row %v", dumpRow(r))
		}
	}
	d := findManifest(t, p, "noble/daily")
	if slices.ContainsFunc(d.Rows(), func(r *Row) bool { return r.Netboot }) {
		t.Error("a netboot product without a build has a row")
	}
}

func TestRowRefersToTheBuild(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		image func(*Image)
		want  string
	}{
		{"its build id", func(*Image) {}, "20240424"},
		{"carried over under an older id", func(i *Image) { i.BuildID = "20240420" }, "20240420"},
		{"other build and directory", func(i *Image) { i.BuildID, i.Dir = "20240420", "kubuntu/x/20240420" }, ""},
		{"other kind of image", func(i *Image) { i.PublishType = "alternate" }, ""},
		{"other image type", func(i *Image) { i.ImageType = "daily-dangerous" }, ""},
		{"other project", func(i *Image) { i.Project = "xubuntu" }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tc.image(&full(in).Images[0])
			r := findRow(t, Join(*in), "noble/daily/kubuntu-desktop-amd64")
			got := ""
			if r.Daily != nil {
				got = r.Daily.BuildID
			}
			if got != tc.want {
				t.Errorf("image of build %q, want %q", got, tc.want)
			}
		})
	}
}

func TestIdentityInSeries(t *testing.T) {
	t.Parallel()
	p := Join(sampleInput())
	r := findRow(t, p, "noble/final/ubuntu-server-amd64")
	if r.Identity.PublishType != "preinstalled-server" || r.Daily == nil {
		t.Errorf("identity %+v, image %v", r.Identity, r.Daily)
	}
}

func TestProductsOfSeveralSources(t *testing.T) {
	t.Parallel()
	id := []Identity{{Project: "p", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"}}
	a := tracker("a", Facts{Products: []Product{{Slug: "one", Title: "One", Identities: id, Disabled: true, Family: "Ünix"}, {Slug: "same", Title: "Same"}}})
	b := tracker("b", Facts{
		Products:   []Product{{Slug: "uno", Title: "Uno", Identities: id}, {Slug: "same", Title: "Same", Family: "F"}},
		Milestones: []Milestone{{Series: "noble", Slug: "x", Kind: KindRelease, Entries: []Entry{{Product: "uno", BuildID: "1", State: StateReady}}}},
	})
	p := Join(input(a, b))
	var got []string
	for _, x := range p.Products {
		got = append(got, fmt.Sprint(x.Slug, " ", x.Family, " ", x.Disabled, " ", len(x.Refs), " ", len(x.Rows)))
	}
	// The daily milestone that is made has the second row.
	if diff := cmp.Diff([]string{"one Ünix false 2 2", "same F false 2 0"}, got); diff != "" {
		t.Errorf("products (-want +got)\n%s", diff)
	}
	// Two of one source with one identity stay two.
	c := tracker("c", Facts{Products: []Product{{Slug: "one", Title: "One", Identities: id}, {Slug: "two", Title: "Two", Identities: id}}})
	if p := Join(input(c)); len(p.Products) != 2 {
		t.Errorf("%d products, want 2", len(p.Products))
	}
}

func TestCoreImages(t *testing.T) {
	t.Parallel()
	image := Image{
		Series: "noble", Project: "ubuntu-core", Dir: "ubuntu-core/24/stable/20240424", Name: "ubuntu-core-24-amd64", Kind: ImageDaily,
		ImageType: "stable", Arch: "amd64", BuildID: "20240424", Files: []File{{Name: "ubuntu-core-24-amd64.img.xz", Type: "img.xz", Main: true}},
	}
	f := Facts{
		Products: products("Ubuntu Core amd64 stable"),
		Milestones: []Milestone{{
			Series: "24", Slug: "daily", Title: "24 Daily", Kind: KindDaily, Status: MilestoneTesting,
			Entries: []Entry{{Product: "ubuntu-core-amd64-stable", BuildID: "20240424", State: StateTesting}},
		}},
	}
	for _, publishType := range []string{"", "live-core"} {
		image.PublishType = publishType
		p := Join(input(tracker("iso", f), tree("full", "full", Facts{Images: []Image{image}})))
		if r := findRow(t, p, "24/daily/ubuntu-core-amd64-stable"); r.Daily == nil {
			t.Errorf("publish type %q: the row has no image: %v", publishType, dumpRow(r))
		}
	}
}

func TestHostileTitles(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"../../x", "", "..", "<script>", strings.Repeat("x/", 4000), "\x00", "a\xff", "netboot"} {
		f := Facts{
			Products: []Product{{Slug: title, Title: title, Family: title}},
			Series:   []Series{{Slug: title, Title: title, Status: SeriesActive, Manifest: []Intent{{Product: title, Contact: title}}}},
			Milestones: []Milestone{{
				Series: title, Slug: title, Title: title, Kind: KindRelease, Status: MilestoneTesting,
				Entries: []Entry{{Product: title, BuildID: title, State: State(title), Note: title}},
			}},
		}
		p := Join(input(tracker("iso", f)))
		check(t, p)
		for _, slug := range append(slugsOf(p.Lines[0]), p.Lines[0].Slug, p.Products[0].Slug, p.Families[0].Slug) {
			if slug != Slug(slug) {
				t.Errorf("%q: the slug %q is not safe", title, slug)
			}
		}
		if slices.Contains(ReservedNames, p.Lines[0].Slug) && p.Lines[0].Slug != Other {
			t.Errorf("%q: the series has the reserved name %q", title, p.Lines[0].Slug)
		}
	}
}

// TestPoolIsNoSeries: a pool belongs to no series, and makes none by being there.
func TestPoolIsNoSeries(t *testing.T) {
	t.Parallel()
	pool := Facts{Directories: []Directory{{Series: Other, Project: "ubuntu", Path: ".pool", Kind: DirectoryPool}}}
	in := Input{Sources: []SourceFacts{{State: SourceState{Name: "simple", Kind: "tree", Role: "simple"}, Facts: &pool}}}
	if lines := Join(in).Lines; len(lines) != 0 {
		t.Errorf("line %q of a pool without images", lines[0].Slug)
	}
	pool.Images = []Image{{Series: Other, Project: "ubuntu", Dir: ".pool", Name: "mystery", Kind: ImageRelease}}
	if lines := Join(in).Lines; len(lines) != 1 || lines[0].Slug != Other {
		t.Errorf("%d lines of a pool with an image of no known series, want %q", len(lines), Other)
	}
}

// TestOneSeriesOfSeveralTrackers: what a tracker of localized images has of a series is shown
// with that series, each product in the family that its own tracker says, and milestones of one
// slug are one, whatever the tracker calls series and milestone.
func TestOneSeriesOfSeveralTrackers(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	for i := range in.Sources[0].Facts.Products {
		in.Sources[0].Facts.Products[i].Family = "Ubuntu"
	}
	f := Facts{
		Products: products("Ubuntu Chinese Desktop amd64", "Kubuntu Desktop amd64"),
		Series:   []Series{{Slug: "Noble", Title: "NOBLE", ID: "2", Status: SeriesActive}},
		Milestones: []Milestone{{
			Series: "Noble", Slug: "final", Title: "Noble Final (localized)", ID: "5", Kind: KindRelease, Status: MilestoneTesting,
			Entries: []Entry{{Product: "ubuntu-chinese-desktop-amd64", BuildID: "20240424", State: StateTesting}, {Product: twinProduct, BuildID: "20240424", State: StateReady}},
		}},
	}
	f.Products[0].Family, f.Products[1].Family = "Localized", "Localized"
	in.Sources = append(in.Sources, tracker("localized", f))
	p := Join(*in)
	if len(p.Lines) != 1 || len(p.Lines[0].Milestones) != 2 {
		t.Fatalf("%d series, milestones %+v", len(p.Lines), p.Lines[0].Milestones)
	}
	m := findManifest(t, p, "noble/final")
	var got []string
	for _, g := range m.Groups {
		for _, r := range g.Rows {
			got = append(got, g.Family+": "+r.Product.Title)
		}
	}
	want := []string{"Localized: Ubuntu Chinese Desktop amd64", "Ubuntu: Kubuntu Desktop amd64", "Ubuntu: Ubuntu Desktop amd64", "Ubuntu: Ubuntu Server Subiquity amd64"}
	if diff := cmp.Diff(want, got); diff != "" || m.Title != "Noble Final" || len(m.Refs) != 2 {
		t.Errorf("%s at %+v (-want +got)\n%s", m.Title, m.Refs, diff)
	}
}
