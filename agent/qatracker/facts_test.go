package qatracker

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// slugs are the slugs and titles of products in the order of their ids.
func slugs(f *release.Facts) map[string]string {
	m := map[string]string{}
	for _, p := range f.Products {
		m[p.ID] = p.Slug + " | " + p.Title
	}
	return m
}

func TestProducts(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, made{"products.get_list": {
		{"id", "12", "title", "kubuntu desktop  amd64", "status", "0"},
		{"id", "9", "title", "Kubuntu Desktop amd64", "status", "1", "family", " Kubuntu\n", "type", "0", "type_string", "iso"},
		{"id", "13", "title", "../../x", "status", "0"},
		{"id", "14", "title", "...", "status", "0"},
		{"id", "15", "title", " ", "status", "0"},
		{"id", "16", "title", `<script>alert("1")</script>`, "status", "0", "type", "7"},
		{"id", "17", "title", "Ubuntu Kylin 桌面版 arm64", "status", "0"},
		{"id", "18", "title", strings.Repeat("long ", 100), "status", "0"},
		{"id", "19", "title", "a\x1b[31mb\u202fc", "status", "0"},
		{"id", "../20", "title", "Odd id", "status", "0"},
		{"id", "9", "title", "Another", "status", "0"},
	}}, nil)
	want := map[string]string{
		"9":     "another | Another",
		"12":    "kubuntu-desktop-amd64 | kubuntu desktop  amd64",
		"13":    "x | ../../x",
		"14":    "product-14 | ...",
		"15":    "product-15 | Product 15",
		"16":    `script-alert-1-script | <script>alert("1")</script>`,
		"17":    "ubuntu-kylin-桌面版-arm64 | Ubuntu Kylin 桌面版 arm64",
		"18":    release.Slug(strings.TrimSpace(strings.Repeat("long ", 40))+"…") + " | " + strings.Repeat("long ", 39) + "long…",
		"19":    "a-31mb-c | a[31mb\u202fc",
		"../20": "odd-id | Odd id",
	}
	if diff := cmp.Diff(want, slugs(answer.Facts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, p := range answer.Facts.Products {
		if !filepath.IsLocal(p.Slug+".toml") || strings.ContainsAny(p.Slug, `/\`) {
			t.Errorf("slug %q leaves its folder", p.Slug)
		}
	}
	wantProblems(t, answer, `duplicate: product 9 is listed twice; "Kubuntu Desktop amd64" is left out`)
}

// TestProductsOfOneName holds that the one that was there first keeps the name.
func TestProductsOfOneName(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, made{"products.get_list": {
		{"id", "112", "title", "Kubuntu: Desktop", "status", "0"},
		{"id", "12", "title", "Kubuntu Desktop", "status", "0"},
		{"id", "9", "title", "kubuntu desktop", "status", "1"},
	}}, nil)
	want := map[string]string{
		"9": "kubuntu-desktop | kubuntu desktop", "12": "kubuntu-desktop-12 | Kubuntu Desktop", "112": "kubuntu-desktop-112 | Kubuntu: Desktop",
	}
	if diff := cmp.Diff(want, slugs(answer.Facts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSeriesAndMilestones(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, made{
		"series.get_list": {
			{"id", "2", "title", "Noble", "status", "0", "status_string", "Active"},
			{"id", "1", "title", "noble", "status", "1", "status_string", "Disabled"},
			{"id", "3", "title", "Images", "status", "5", "status_string", "Frozen"},
			{"id", "4", "title", "", "status", "9", "status_string", ""},
			{"id", "x", "title", "Odd", "status", "0"},
		},
		"milestones.get_list": {
			{"id", "7", "title", "Noble Beta", "status", "0", "series", "2", "autofill", "2", "autofill_string", "No"},
			{"id", "8", "title", "noble: beta", "status", "1", "series", "2"},
			{"id", "9", "title", "Noble Daily", "status", "2", "series", "1"},
			{"id", "10", "title", "Gone Daily", "status", "6", "status_string", "Paused", "series", "44", "series_string", "Gone"},
			{"id", "11", "title", "Lost", "status", "0", "series", "", "series_string", ""},
			{"id", "12", "title", "../..", "status", "0", "series", "2"},
			{"id", "99999999999", "title", "Too far", "status", "0", "series", "2"},
			{"id", "7", "title", "Noble RC", "status", "0", "series", "2"},
		},
	}, nil)
	wantSeries := []release.Series{
		{Slug: "images-3", Title: "Images", ID: "3", Status: "Frozen", RawStatus: "Frozen"},
		{Slug: "noble", Title: "noble", ID: "1", Status: release.SeriesDisabled},
		{Slug: "noble-2", Title: "Noble", ID: "2", Status: release.SeriesActive},
		{Slug: "series-4", Title: "Series 4", ID: "4", Status: "9", RawStatus: "9"},
	}
	if diff := cmp.Diff(wantSeries, answer.Facts.Series); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	wantMilestones := []release.Milestone{
		{Series: "gone", Slug: "daily", Title: "Gone Daily", ID: "10", Kind: release.KindDaily, Status: "Paused", RawStatus: "Paused"},
		{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "9", Kind: release.KindDaily, Status: release.MilestoneArchived},
		{Series: "noble-2", Slug: "beta", Title: "Noble Beta", ID: "7", Kind: release.KindRelease, Status: release.MilestoneTesting},
		{Series: "noble-2", Slug: "beta-8", Title: "noble: beta", ID: "8", Kind: release.KindRelease, Status: release.MilestoneReleased},
		{Series: "noble-2", Slug: "milestone-12", Title: "../..", ID: "12", Kind: release.KindRelease, Status: release.MilestoneTesting},
		{Series: "other", Slug: "lost", Title: "Lost", ID: "11", Kind: release.KindRelease, Status: release.MilestoneTesting},
	}
	if diff := cmp.Diff(wantMilestones, answer.Facts.Milestones); diff != "" {
		t.Errorf("milestones (-want +got):\n%s", diff)
	}
	wantProblems(t, answer,
		`unreadable: series "Odd" has the id "x"`,
		`duplicate: milestone 7 is listed twice; "Noble RC" is left out`,
		`unlisted: series "44" of milestone "Gone Daily" is not listed; the milestone is shown under gone`,
		`unlisted: series "" of milestone "Lost" is not listed; the milestone is shown under other`,
		`unreadable: milestone "Too far" has the id "99999999999"`)
}

// TestMilestoneKind holds that rules win over titles.
func TestMilestoneKind(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: made{"milestones.get_list": {
		{"id", "1", "title", "Noble Current", "status", "0", "series", "2", "series_string", "Noble"},
		{"id", "2", "title", "Noble DAILY", "status", "0", "series", "2", "series_string", "Noble"},
		{"id", "3", "title", "Noble Daily Preview", "status", "0", "series", "2", "series_string", "Noble"},
	}}}
	answer, err := source(start(t, s), func(o *Options) {
		o.Rules.Milestones = []release.MilestoneRule{{Match: []string{"current"}, Kind: release.KindDaily}}
	}).Poll(t.Context(), nothing())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]release.Kind{}
	for _, m := range answer.Facts.Milestones {
		got[m.Slug] = m.Kind
	}
	want := map[string]release.Kind{"current": release.KindDaily, "daily": release.KindDaily, "daily-preview": release.KindRelease}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Contains(s.calls, "qatracker.builds.get_list(1,[0,1,4])") || !slices.Contains(s.calls, "qatracker.builds.get_list(3,[0,1,2,3,4])") {
		t.Errorf("calls %q", s.calls)
	}
}

// noble is a tracker with one series, one milestone and one product.
func noble(change func(made)) made {
	m := made{
		"series.get_list":     {{"id", "1", "title", "Noble", "status", "0"}},
		"milestones.get_list": {{"id", "7", "title", "Noble Beta", "status", "0", "series", "1"}},
		"products.get_list":   {{"id", "3", "title", "Kubuntu Desktop amd64", "status", "0"}},
	}
	change(m)
	return m
}

func TestBuilds(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, noble(func(m made) {
		m["milestones.get_list"] = append(m["milestones.get_list"], entry{"id", "8", "title", "Noble Final", "status", "0", "series", "1"})
		m["builds.get_list 7"] = []entry{
			{"id", "41", "productid", "3", "version", "20240423", "note", "", "date", "2024-04-23 06:00:00", "status", "3", "status_string", "Superseded"},
			{"id", "42", "productid", "3", "version", "20240424", "note", " a\r\nb ", "date", "", "status", "1", "status_string", "Re-building"},
			{"id", "43", "productid", "77", "version", "20101020ubuntu229", "status", "9", "status_string", ""},
			{"id", "44", "productid", "", "version", "20240424", "status", "0"},
			{"id", "45", "productid", "3", "version", " ", "status", "0"},
			{"id", "42", "productid", "3", "version", "20240499", "status", "0"},
			{"id", "46", "productid", "3", "version", "20240423", "status", "4", "status_string", "Ready"},
			{"id", "47", "productid", "3", "version", "20240424", "status", "2", "status_string", "Disabled"},
		}
		m["builds.get_list 8"] = []entry{
			{"id", "42", "productid", "3", "version", "20240424", "status", "4", "status_string", "Ready"},
		}
	}), nil)
	kubuntu := func(id string, s release.State, raw, note, date string) release.Entry {
		return release.Entry{Product: "kubuntu-desktop-amd64", BuildID: id, State: s, RawState: raw, Note: note, Date: date}
	}
	want := []release.Entry{
		kubuntu("20240423", release.StateReady, "Ready", "", ""),
		kubuntu("20240424", release.StateDisabled, "Re-building", "a\nb", ""),
		{Product: "product-77", BuildID: "20101020ubuntu229", State: release.StateUnknown, RawState: "9"},
	}
	if diff := cmp.Diff(want, milestone(t, answer.Facts, "noble", "beta").Entries); diff != "" {
		t.Errorf("beta (-want +got):\n%s", diff)
	}
	want = []release.Entry{kubuntu("20240424", release.StateReady, "Ready", "", "")}
	if diff := cmp.Diff(want, milestone(t, answer.Facts, "noble", "final").Entries); diff != "" {
		t.Errorf("final (-want +got):\n%s", diff)
	}
	wantBuilds := []release.Build{
		{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240423", ID: "41"},
		{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424", ID: "42"},
		{Series: "noble", Product: "product-77", BuildID: "20101020ubuntu229", ID: "43"},
	}
	if diff := cmp.Diff(wantBuilds, answer.Facts.Builds); diff != "" {
		t.Errorf("builds (-want +got):\n%s", diff)
	}
	wantProblems(t, answer,
		"duplicate: build 42 is listed twice on Noble Beta",
		"unlisted: product 77 is referred to and not listed; it is shown as \"Product 77\"",
		"unreadable: build 44 on Noble Beta has no product or no version",
		"unreadable: build 45 on Noble Beta has no product or no version",
		"duplicate: kubuntu-desktop-amd64 20240423 has two ids, 41 and, on Noble Beta, 46",
		"duplicate: kubuntu-desktop-amd64 20240423 is on Noble Beta twice",
		"duplicate: kubuntu-desktop-amd64 20240424 has two ids, 42 and, on Noble Beta, 47",
		"duplicate: kubuntu-desktop-amd64 20240424 is on Noble Beta twice")
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ note, want string }{
		"html is kept":       {`<strong>OVERSIZED</strong> <a href="javascript:alert(1)">x</a>`, `<strong>OVERSIZED</strong> <a href="javascript:alert(1)">x</a>`},
		"line ends":          {"a\r\nb\rc", "a\nb\nc"},
		"control characters": {"a\x1b[1mb\x00\u0085c", "a[1mbc"},
		"2,000 characters":   {strings.Repeat("文", 2000), strings.Repeat("文", 2000)},
		"5,000 characters":   {strings.Repeat("文", 5000), strings.Repeat("文", 1999) + "…"},
		"escaped once":       {"&amp; &#039; <", "&amp; &#039; <"},
	} {
		answer := pollMade(t, noble(func(m made) {
			m["builds.get_list 7"] = []entry{{"id", "41", "productid", "3", "version", "1", "status", "0", "note", test.note}}
		}), nil)
		if got := answer.Facts.Milestones[0].Entries[0].Note; got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, noble(func(m made) {
		m["series.get_manifest 1"] = []entry{
			{"id", "403", "productid", "3", "product_title", "Kubuntu Desktop amd64", "contact", "second", "status", "0"},
			{"id", "401", "productid", "3", "product_title", "Kubuntu Desktop amd64", "contact", "first", "status", "1"},
			{"id", "402", "productid", "5", "product_title", "Ubuntu Studio DVD amd64", "contact", " studio-lead <a@example.invalid>\n", "status", "1"},
			{"id", "404", "productid", "6", "product_title", "", "contact", strings.Repeat("x", 300), "status", "0"},
			{"id", "405", "productid", "", "product_title", "Nothing", "contact", "", "status", "0"},
		}
		m["builds.get_list 7"] = []entry{{"id", "41", "productid", "5", "version", "20240424", "status", "0"}}
	}), nil)
	want := []release.Intent{
		{Product: "kubuntu-desktop-amd64", Contact: "second"},
		{Product: "product-6", Contact: strings.Repeat("x", 199) + "…"},
		{Product: "ubuntu-studio-dvd-amd64", Contact: "studio-lead <a@example.invalid>", Disabled: true},
	}
	if diff := cmp.Diff(want, answer.Facts.Series[0].Manifest); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := answer.Facts.Milestones[0].Entries[0].Product; got != "ubuntu-studio-dvd-amd64" {
		t.Errorf("a build takes the title from the manifest: got %q", got)
	}
	wantProblems(t, answer,
		`unlisted: product 5 is referred to and not listed; it is shown as "Ubuntu Studio DVD amd64"`,
		"duplicate: the manifest of Noble names kubuntu-desktop-amd64 twice",
		`unlisted: product 6 is referred to and not listed; it is shown as "Product 6"`,
		"unreadable: line 405 of the manifest of Noble names no product")
}

func TestRebuilds(t *testing.T) {
	t.Parallel()
	var list []entry
	for i := range 7 {
		list = append(list, entry{
			"id", fmt.Sprint(3100 + i), "seriesid", "1", "productid", "3", "milestoneid", "", "requestedby_name", "pat o'neil",
			"requestedat", "2024-04-24 10:00:00", "status", fmt.Sprint(i), "status_string", "Word",
		})
	}
	list = append(list,
		entry{"id", "3110", "seriesid", "1", "productid", "3", "milestoneid", "7", "status", "0"},
		entry{"id", "3110", "seriesid", "1", "productid", "3", "milestoneid", "7", "status", "0"},
		entry{"id", "3111", "seriesid", "9", "productid", "3", "product_title", "Kubuntu", "status", "0"},
		entry{"id", "3112", "seriesid", "1", "productid", "", "status", "0"})
	answer := pollMade(t, noble(func(m made) { m["rebuilds.get_list"] = list }), nil)
	var want []release.Rebuild
	for i, status := range []string{"requested", "queued", "building", "built", "published", "canceled", "unknown"} {
		want = append(want, release.Rebuild{
			Product: "kubuntu-desktop-amd64", ID: fmt.Sprint(3100 + i), Status: status, By: "pat o'neil", Requested: "2024-04-24 10:00:00",
		})
	}
	want[6].RawStatus = "Word"
	want = append(want, release.Rebuild{Product: "kubuntu-desktop-amd64", ID: "3110", Status: "requested", Milestone: "beta"})
	if diff := cmp.Diff(want, answer.Facts.Series[0].Rebuilds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantProblems(t, answer, "duplicate: request 3110", "unreadable: request 3111", "unreadable: request 3112")
}

func TestBugs(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, noble(func(m made) {
		m["bugs.get_list 7"] = []entry{
			{"bugnumber", "1172001", "count", "2"},
			{"bugnumber", "1159016", "count", "many"},
			{"bugnumber", "1172001", "count", "3"},
			{"bugnumber", "", "count", "1"},
		}
	}), nil)
	want := []release.Bug{{Number: "1159016"}, {Number: "1172001", Count: 2}}
	if diff := cmp.Diff(want, answer.Facts.Milestones[0].Bugs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantProblems(t, answer, `duplicate: bug ""`, `duplicate: bug "1172001"`)
}

// TestIntended holds that the statement of intent is frozen when a milestone leaves
// testing, and never before or again.
func TestIntended(t *testing.T) {
	t.Parallel()
	manifest := []release.Intent{{Product: "a", Contact: "x"}, {Product: "b", Disabled: true}}
	frozen := []release.Intent{{Product: "a", Contact: "x"}}
	old := []release.Intent{{Product: "old"}}
	before := func(m release.Milestone) *release.Facts {
		return &release.Facts{Series: []release.Series{{Slug: "noble", Manifest: manifest}}, Milestones: []release.Milestone{m}}
	}
	const testing, released = release.MilestoneTesting, release.MilestoneReleased
	for name, test := range map[string]struct {
		prev   *release.Facts
		status string
		want   []release.Intent
	}{
		"never seen":            {nothing(), "1", nil},
		"still in testing":      {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: testing}), "0", nil},
		"released":              {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: testing}), "1", frozen},
		"archived":              {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: testing}), "2", frozen},
		"known by its name":     {before(release.Milestone{Series: "noble", Slug: "beta", ID: "5", Status: testing}), "1", frozen},
		"renamed":               {before(release.Milestone{Series: "noble", Slug: "beta-1", ID: "7", Status: testing}), "1", frozen},
		"frozen before":         {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: released, Intended: old}), "2", old},
		"opened again":          {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: released, Intended: old}), "0", nil},
		"never seen in testing": {before(release.Milestone{Series: "noble", Slug: "beta", ID: "7", Status: released}), "2", nil},
		"series unknown then":   {before(release.Milestone{Series: "jammy", Slug: "beta", ID: "7", Status: testing}), "1", nil},
	} {
		answer := pollMade(t, noble(func(m made) {
			m["milestones.get_list"] = []entry{{"id", "7", "title", "Noble Beta", "status", test.status, "series", "1"}}
			m["series.get_manifest 1"] = []entry{{"id", "1", "productid", "3", "status", "0"}}
		}), test.prev)
		if diff := cmp.Diff(test.want, answer.Facts.Milestones[0].Intended); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if manifest[1].Product != "b" {
		t.Error("the facts before were changed")
	}
}
