package generator

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// dailyPicture is a series with a daily milestone of the given builds, all meant to
// be released, and one that has none.
func dailyPicture(t *testing.T, c *config.Config, builds map[string]release.Tests) *release.Picture {
	t.Helper()
	f := &release.Facts{Source: "iso", Series: []release.Series{{Slug: "noble", Title: "Noble", Status: release.SeriesActive}}}
	m := release.Milestone{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "1", Kind: release.KindDaily, Status: release.MilestoneTesting}
	add := func(title string) string {
		slug := release.Slug(title)
		f.Products = append(f.Products, release.Product{Slug: slug, Title: title, Family: "F", ID: "1"})
		f.Series[0].Manifest = append(f.Series[0].Manifest, release.Intent{Product: slug})
		return slug
	}
	add("Absent amd64")
	for id, tests := range builds {
		slug := add("Product " + id)
		m.Entries = append(m.Entries, release.Entry{Product: slug, BuildID: id, State: release.StateTesting})
		b := release.Build{Series: "noble", Product: slug, BuildID: id, ID: "7", Tests: &tests}
		f.Builds = append(f.Builds, b)
	}
	f.Milestones = []release.Milestone{m}
	f.Sort()
	state := release.SourceState{Name: "iso", Kind: "qatracker", Success: sampleNow, Attempt: sampleNow}
	return release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{{State: state, Facts: f}}})
}

func TestDailyPageAsksWhatIsBuiltAndTested(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := dailyPicture(t, c, map[string]release.Tests{
		"20260423":   {Passed: 2},
		"20260422.1": {Passed: 1, Failed: 1},
		"20260422.2": {Passed: 1, Untested: 1},
		"20260422.3": {Untested: 3},
		"20260422.4": {},
		"20260401":   {Running: 1},
	})
	s := prepared(t, Options{Config: c}, p)
	s.arrange()
	page := s.arrangeManifest(p.Lines[0].Milestones[0])
	if want := "5 of 7 built since 22 April. 1 tested, 1 with failed tests."; page.Answer != want {
		t.Errorf("answer %q, want %q", page.Answer, want)
	}
	var bar, rows []string
	for _, b := range page.Bar {
		bar = append(bar, fmt.Sprintf("%d %s", b.Count, b.Word))
	}
	if diff := cmp.Diff([]string{"1 tested", "2 being tested", "1 built", "1 untested", "1 tests failed", "1 not built"}, bar); diff != "" {
		t.Errorf("bar (-want +got):\n%s", diff)
	}
	for _, r := range page.Groups[0].Rows {
		rows = append(rows, strings.TrimSpace(r.Build.Text+" "+r.State.Word+" "+r.Old))
	}
	want := []string{
		"not built", "20260401 being tested 22 days old", "20260422.1 tests failed", "20260422.2 being tested",
		"20260422.3 untested", "20260422.4 built", "20260423 tested",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if page.HasPlaces || len(page.Places) > 0 {
		t.Error("a daily goes somewhere")
	}
}

func TestReleasedMilestonesSayWithWhat(t *testing.T) {
	t.Parallel()
	row := func(build string, state release.State) *release.Row {
		return &release.Row{BuildID: build, State: state}
	}
	for want, rows := range map[string][]*release.Row{
		"Released. No build of it is known.":                {row("", release.StateMissing)},
		"Released with 1 product.":                          {row("1", release.StateReady)},
		"Released with 2 products, 1 of them marked ready.": {row("1", release.StateReady), row("2", release.StateTesting), row("", release.StateMissing)},
	} {
		m := &release.Manifest{Status: release.MilestoneReleased, Kind: release.KindRelease, Groups: []release.Group{{Rows: rows}}}
		if got := answer(m, sampleNow); got != want {
			t.Errorf("answer %q, want %q", got, want)
		}
	}
}

// TestReleasedRowsSayWhatIsNotThere: beside each place of a released milestone stands
// what is there, or that nothing is; before the release the latter goes without saying.
func TestReleasedRowsSayWhatIsNotThere(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	for _, m := range s.openMilestones() {
		if m.Slug != "24.04.4" {
			continue
		}
		for status, says := range map[release.MilestoneStatus]bool{release.MilestoneTesting: false, release.MilestoneReleased: true} {
			m.Status = status
			p := s.arrangeManifest(m)
			absent := 0
			for _, g := range p.Groups {
				for _, r := range g.Rows {
					if r.Place.Text != "" && !r.There {
						absent++
					}
				}
			}
			if absent == 0 {
				t.Fatal("everything is there already")
			}
			if !says {
				absent = 0
			}
			var b strings.Builder
			if err := s.layouts.pages["manifest"].ExecuteTemplate(&b, "base.html", p); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(b.String(), `<span class="there">not there</span>`); n != absent {
				t.Errorf("%s: %d rows say that nothing is there, want %d", status, n, absent)
			}
		}
		return
	}
	t.Fatal("the sample has no open 24.04.4")
}

func TestFirstBlockersStandBesideAMilestone(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, dailyPicture(t, c, nil))
	s.arrange()
	m := s.picture.Lines[0].Milestones[0]
	for i := range shownBlockers + 2 {
		m.Findings = append(m.Findings, &release.Finding{Severity: release.Blocker, Text: fmt.Sprintf("thing %d", i)})
	}
	v := s.viewProgress(&Page{Root: "../"}, m)
	if len(v.Blocking) != shownBlockers || v.Further != 2 || v.Blocking[0] != (Link{Text: "Thing 0.", Href: "../noble/daily/#blocks"}) {
		t.Errorf("%+v, and %d more", v.Blocking, v.Further)
	}
}

func TestFreshestAndOldestSource(t *testing.T) {
	t.Parallel()
	early, late := ageView{Success: sampleNow}, ageView{Success: sampleNow.Add(time.Hour)}
	for name, test := range map[string]struct {
		ages []ageView
		want freshView
	}{
		"none":           {nil, freshView{}},
		"never answered": {[]ageView{{}}, freshView{}},
		"one":            {[]ageView{early, {}}, freshView{early, early, true}},
		"two":            {[]ageView{early, late}, freshView{late, early, false}},
	} {
		if diff := cmp.Diff(test.want, freshest(test.ages)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestChangesInASentence(t *testing.T) {
	t.Parallel()
	changes := []release.Change{{Kind: release.ChangeRespun}, {Kind: release.ChangeAdded}, {Kind: release.ChangeRespun}}
	if got, want := changed(changes), "1 is new, 2 have a new build."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := changed(nil), "Nothing differs."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestArchitectureStandsApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ title, arch, want string }{
		{"Ubuntu Desktop amd64", "amd64", "Ubuntu Desktop"},
		{"Ubuntu Server riscv64+k1", "riscv64+k1", "Ubuntu Server"},
		{"Ubuntu Core amd64 stable", "amd64", "Ubuntu Core amd64 stable"},
		{"Ubuntu", "", "Ubuntu"},
		{" amd64", "amd64", " amd64"},
	} {
		if got := nameWithoutArch(&release.ProductLine{Title: test.title, Arch: test.arch}); got != test.want {
			t.Errorf("%q is named %q, want %q", test.title, got, test.want)
		}
	}
}

func TestRowSize(t *testing.T) {
	t.Parallel()
	size := func(n int64) *int64 { return &n }
	image := func(files ...release.File) *release.TreeImage {
		return &release.TreeImage{Image: &release.Image{Files: files}}
	}
	two := image(release.File{Main: true, Size: size(2_000_000_000), Exact: true}, release.File{Main: true, Size: size(1_000_000_000)}, release.File{Size: size(5)})
	for name, test := range map[string]struct {
		row  release.Row
		want sizeView
	}{
		"nothing":        {release.Row{}, sizeView{}},
		"parts together": {release.Row{Daily: two}, sizeView{3_000_000_000, "3.00 GB", true}},
		"released":       {release.Row{Release: image(release.File{Main: true, Size: size(7), Exact: true})}, sizeView{7, "7 bytes", false}},
		"not known":      {release.Row{Daily: image(release.File{Main: true})}, sizeView{}},
	} {
		if diff := cmp.Diff(test.want, rowSize(&test.row)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFilterOffersWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	row := func(class, word, arch string) rowView {
		s := stateView{class, word}
		return rowView{State: s, Rank: stateRank(class), Arch: arch, Untested: class == "testing"}
	}
	rows := []rowView{row("ready", "ready", "arm64"), row("ready", "ready", "amd64"), row("testing", "testing", ""), row("missing", "missing", "amd64")}
	groups := []groupView{{Family: Link{Text: "A"}, Rows: rows}, {Family: Link{Text: "B"}, Rows: rows}}
	want := &filterView{
		Families: []choiceView{{"A", 4}, {"B", 4}}, Arches: []choiceView{{"amd64", 4}, {"arm64", 2}},
		States: []choiceView{{"missing", 2}, {"testing", 2}, {"ready", 4}}, Untested: true, NotReady: true,
	}
	if diff := cmp.Diff(want, rowFilter(groups)); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	if rowFilter(groups[:1]) != nil {
		t.Error("four rows have a filter")
	}
}

// TestManifestIsLight keeps the page of 60 rows, with all that it loads, within what
// a phone on a train gets in a second.
func TestManifestIsLight(t *testing.T) {
	t.Parallel()
	const rows, limit = 60, 60_000
	c := defaultConfig(t)
	sources := sampleSources(&c.Rules)
	grow(sources[0].Facts, "noble", "24.04.4", rows)
	res, err := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, Sources: sources, AsOf: sampleNow})).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site, total := readSite(t, res.Dir), 0
	for name, content := range site {
		if name == "noble/24.04.4/index.html" {
			if got := len(regexp.MustCompile(`<tr id="row-`).FindAll(content, -1)); got != rows {
				t.Fatalf("the page has %d rows, want %d", got, rows)
			}
		} else if !strings.HasPrefix(name, "assets/") {
			continue
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d compressed", name, len(content), b.Len())
		total += b.Len()
	}
	if total > limit {
		t.Errorf("%d bytes compressed, want at most %d", total, limit)
	}
}

// grow puts products on a milestone until it has so many rows: half of them as they
// are mostly, half with something to tell.
func grow(f *release.Facts, series, milestone string, rows int) {
	m := &f.Milestones[0]
	for i := range f.Milestones {
		if f.Milestones[i].Series == series && f.Milestones[i].Slug == milestone {
			m = &f.Milestones[i]
		}
	}
	const missing = 1 // Ubuntu Server Subiquity riscv64 has a row and no build
	for i := len(m.Entries) + missing; i < rows; i++ {
		title := fmt.Sprintf("Flavour %d Desktop arm64+board%d", i%9, i)
		e := release.Entry{Product: slugOf(title), BuildID: fmt.Sprintf("20260421.%d", i), State: release.StateReady}
		if i%2 == 0 {
			e.State, e.Note = release.StateTesting, fmt.Sprintf("Built again for the fix of bug %d in the installer.", 2_000_000+i*7919)
		}
		f.Products = append(f.Products, release.Product{Slug: e.Product, Title: title, Family: fmt.Sprintf("Flavour %d", i%9), ID: fmt.Sprint(5000 + i)})
		m.Entries = append(m.Entries, e)
		f.Builds = append(f.Builds, release.Build{Series: series, Product: e.Product, BuildID: e.BuildID, ID: fmt.Sprint(8000 + i*13), Tests: &release.Tests{Passed: i % 4, Untested: i % 3}})
	}
	f.Sort()
}

// TestContactsLeadSomewhere: where the configuration says, before what the name tells.
func TestContactsLeadSomewhere(t *testing.T) {
	t.Parallel()
	s := &site{rules: &release.Rules{Contacts: release.Contacts{Address: map[string]string{
		"council": "https://example.org/council", "~team": "mailto:team@example.org", "bad": "javascript:alert(1)",
	}}}}
	s.config.Teams = "https://teams.example.org"
	for who, want := range map[string]string{
		"Council": "https://example.org/council", "~team": "mailto:team@example.org", "~other": "https://teams.example.org/~other",
		"https://example.org/x": "https://example.org/x", "bad": "", "Jo": "", "": "",
	} {
		if got := s.contact(who); got.Href != want || got.Text != who {
			t.Errorf("%q leads to %q as %q, want %q", who, got.Href, got.Text, want)
		}
	}
}

// TestBugsLeadWhereTheConfigurationSays: by number alone, and nowhere without an address.
func TestBugsLeadWhereTheConfigurationSays(t *testing.T) {
	t.Parallel()
	for base, want := range map[string][]Link{
		"":                         {{Text: "12"}, {Text: "x/y"}},
		"https://bugs.example.org": {{Text: "12", Href: "https://bugs.example.org/12"}, {Text: "x/y"}},
	} {
		s := &site{}
		s.config.Bugs = base
		if diff := cmp.Diff(want, s.bugLinks([]release.Bug{{Number: "12"}, {Number: "x/y"}})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", base, diff)
		}
	}
}

// TestNoteRepeatsNoFinding: what the build host notes of an image that is too large goes
// where a finding says so in numbers or a rule decides it, and nothing else of the note does.
func TestNoteRepeatsNoFinding(t *testing.T) {
	t.Parallel()
	const mark = "<strong>WARNING: This image is OVERSIZED. This should never happen during milestone testing.</strong>"
	found := []*release.Finding{{Rule: "unsigned"}, {Rule: "oversized"}}
	s := &site{rules: &release.Rules{SizeLimits: []release.SizeLimit{{Project: []string{"kubuntu"}, Bytes: 1000}}}}
	of := func(project string) *release.TreeImage {
		return &release.TreeImage{Image: &release.Image{Project: project, Files: []release.File{{Type: "iso", Main: true}}}}
	}
	for _, tt := range []struct {
		note     string
		findings []*release.Finding
		want     string
	}{
		{mark, found, ""},
		{mark, found[:1], mark},
		{mark + "\n<p>Known.</p>", found, "<p>Known.</p>"},
		{"See below.\n" + mark, found, "See below."},
		{"<strong>OVERSIZED is fine here.</strong>", found, "<strong>OVERSIZED is fine here.</strong>"},
		{"<strong>WARNING: This image is OVERSIZED", found, "<strong>WARNING: This image is OVERSIZED"},
	} {
		if got := s.ownNote(&release.Row{Note: tt.note, Findings: tt.findings}); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.note, got, tt.want)
		}
	}
	for _, tt := range []struct {
		daily, released *release.TreeImage
		want            string
	}{
		{of("kubuntu"), nil, ""},
		{nil, of("kubuntu"), ""},
		{of("ubuntu"), of("ubuntu"), mark},
	} {
		if got := s.ownNote(&release.Row{Note: mark, Daily: tt.daily, Release: tt.released}); got != tt.want {
			t.Errorf("daily %v, released %v: %q, want %q", tt.daily, tt.released, got, tt.want)
		}
	}
}
