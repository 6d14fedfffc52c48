package generator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// lying is a further image of a tree: its directory, kind and version.
type lying struct{ dir, kind, version string }

// pointReleaseInTesting is a tree that holds 24.04.1 and some images of 24.04.2, which is
// still in testing, in one directory, and more of it in another one.
func pointReleaseInTesting(t *testing.T, status release.MilestoneStatus, further ...lying) *site {
	t.Helper()
	c := defaultConfig(t)
	c.Rules.Series = []release.SeriesRule{
		{Name: "noble", Version: "24.04", DisplayName: "Noble Numbat", LTS: true, PointVersion: "24.04.2", Released: "2024-04-25", EOL: "2029-05-31"},
	}
	state := func(name, kind string) release.SourceState {
		return release.SourceState{Name: name, Kind: kind, Role: release.RoleFull, Site: "https://" + name + ".example", Success: sampleNow, Attempt: sampleNow}
	}
	tracker := &release.Facts{
		Source: "iso", Series: []release.Series{{Slug: "noble", Title: "Noble", Status: release.SeriesActive}},
		Milestones: []release.Milestone{{Series: "noble", Slug: "24.04.2", Title: "Noble 24.04.2", Kind: release.KindRelease, Status: status}},
	}
	tree := &release.Facts{Source: "full"}
	add := func(dir, kind, version, stage string) {
		tree.Directories = append(tree.Directories, release.Directory{Series: "noble", Project: "ubuntu", Path: dir, Kind: release.DirectoryRelease})
		img := image(kind, "amd64", version, "ubuntu-"+version+"-"+kind+".iso")
		img.Series, img.Project, img.Dir, img.Kind, img.Milestone = "noble", "ubuntu", dir, release.ImageRelease, stage
		tree.Images = append(tree.Images, img)
	}
	add("noble", "desktop", "24.04.1", "")
	add("noble", "live-server", "24.04.2", "")
	add("beta", "desktop", "24.04", "beta")
	for _, f := range further {
		add(f.dir, f.kind, f.version, "")
	}
	seen := map[string]bool{}
	tree.Directories = slices.DeleteFunc(tree.Directories, func(d release.Directory) bool {
		again := seen[d.Path]
		seen[d.Path] = true
		return again
	})
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{
		{State: state("iso", "qatracker"), Facts: tracker}, {State: state("full", "tree"), Facts: tree},
	}}))
	s.arrange()
	return s
}

// TestWhatIsInTestingIsNotRecommended wants no page to lead people to a version whose
// release milestone is open.
func TestWhatIsInTestingIsNotRecommended(t *testing.T) {
	t.Parallel()
	for status, want := range map[release.MilestoneStatus][]string{
		release.MilestoneTesting:  {"pick Ubuntu 24.04.1 LTS: ubuntu-24.04.1-desktop.iso, awaits 24.04.2", "take 24.04.1", "Ubuntu 24.04.1 LTS, newest, LTS", "Newest point release 24.04.1", "Next point release 24.04.2"},
		release.MilestoneReleased: {"pick Ubuntu 24.04.1 LTS: ubuntu-24.04.1-desktop.iso", "take 24.04.2", "Ubuntu 24.04.2 LTS, newest, LTS", "Newest point release 24.04.2"},
	} {
		s := pointReleaseInTesting(t, status)
		images := s.arrangeImages()
		var got []string
		for _, v := range images.Picks {
			line := "pick " + v.Text + ": " + v.Main.Name
			if v.Awaited {
				line += ", awaits " + v.Newest
			}
			got = append(got, line)
		}
		for _, version := range []string{"24.04.1", "24.04.2"} {
			if strings.Contains(joinNotices(directoryOf(t, s, "images/full/beta/")), "Ubuntu "+version+" LTS</a>") {
				got = append(got, "take "+version)
			}
		}
		got = append(got, versionsOf(directoryOf(t, s, "images/full/beta/"))...)
		for _, f := range s.arrangeSeries(s.line("noble")).Facts {
			if strings.Contains(f.Name, "point release") {
				got = append(got, f.Name+" "+f.Value)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", status, diff)
		}
	}
}

// TestWhatIsInTestingIsSaidToBe wants the version that is out in front of the one in
// testing, and a mark and a notice where there is only the latter: on pages, in the
// headers of the tree and in titles.
func TestWhatIsInTestingIsSaidToBe(t *testing.T) {
	t.Parallel()
	further := []lying{{"noble", "desktop", "24.04.2"}, {"next", "desktop", "24.04.2"}}
	for status, want := range map[release.MilestoneStatus][]string{
		release.MilestoneTesting: {
			"noble: Ubuntu 24.04.1 LTS (Noble Numbat)",
			"desktop 24.04.1, coming 24.04.2 ubuntu-24.04.2-desktop.iso", "live-server 24.04.2 in testing",
			"header desktop 24.04.1, coming 24.04.2", "header live-server 24.04.2 in testing",
			"latest ubuntu-24.04.1-desktop.iso",
			"next: Ubuntu 24.04.2 LTS in testing (Noble Numbat)", "not out yet", "desktop 24.04.2 in testing", "header desktop 24.04.2 in testing",
			"listed Ubuntu 24.04 LTS Beta, Ubuntu 24.04.1 LTS, Ubuntu 24.04.2 LTS in testing",
			"the beta is superseded",
		},
		release.MilestoneReleased: {
			"noble: Ubuntu 24.04.2 LTS (Noble Numbat)",
			"desktop 24.04.2, older ubuntu-24.04.1-desktop.iso", "live-server 24.04.2",
			"header desktop 24.04.2", "header live-server 24.04.2",
			"latest ubuntu-24.04.2-desktop.iso", "latest ubuntu-24.04.2-live-server.iso",
			"next: Ubuntu 24.04.2 LTS (Noble Numbat)", "desktop 24.04.2", "header desktop 24.04.2", "latest ubuntu-24.04.2-desktop.iso",
			"listed Ubuntu 24.04 LTS Beta, Ubuntu 24.04.2 LTS (full), Ubuntu 24.04.2 LTS (full)",
			"the beta is superseded",
		},
	} {
		s := pointReleaseInTesting(t, status, further...)
		var got []string
		for _, dir := range []string{"noble", "next"} {
			p := directoryOf(t, s, "images/full/"+dir+"/")
			got = append(got, dir+": "+p.Title)
			if strings.Contains(joinNotices(p), "is not out yet") {
				got = append(got, "not out yet")
			}
			got = append(got, versionsOn("", p.Cards)...)
			h, err := s.arrangeHeaders(s.downloads[slices.IndexFunc(s.downloads, func(d *download) bool { return d.dir == dir })])
			if err != nil {
				t.Fatal(err)
			}
			if h.Title != p.Title || len(h.Notices) != len(p.Notices) {
				t.Errorf("%s: the header of %s is titled %q and has %d notices", status, dir, h.Title, len(h.Notices))
			}
			got = append(got, versionsOn("header ", h.Cards)...)
			for _, r := range s.latestNames(s.downloads[slices.IndexFunc(s.downloads, func(d *download) bool { return d.dir == dir })]) {
				got = append(got, "latest "+r.To)
			}
		}
		var listed []string
		for _, l := range s.arrangeSeries(s.line("noble")).Releases {
			listed = append(listed, l.Text)
		}
		got = append(got, "listed "+strings.Join(listed, ", "))
		if strings.Contains(joinNotices(directoryOf(t, s, "images/full/beta/")), "A newer version is out") {
			got = append(got, "the beta is superseded")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", status, diff)
		}
	}
}

// TestTwoVersionsInTesting: where nothing is out, the older of two versions in testing is
// an earlier one, and not what comes beside it.
func TestTwoVersionsInTesting(t *testing.T) {
	t.Parallel()
	s := pointReleaseInTesting(t, release.MilestoneTesting, lying{"two", "desktop", "24.04.1"}, lying{"two", "desktop", "24.04.2"})
	s.open = append(s.open, openVersion{"noble", "24.04.1"})
	d := s.downloads[slices.IndexFunc(s.downloads, func(d *download) bool { return d.dir == "two" })]
	slices.SortStableFunc(d.images, s.compareImages)
	want := []string{"desktop 24.04.2 in testing, older ubuntu-24.04.1-desktop.iso"}
	if diff := cmp.Diff(want, versionsOn("", s.cards(d))); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
}

// versionsOn is what cards say of the versions of their images.
func versionsOn(before string, cards []card) []string {
	var lines []string
	for _, c := range cards {
		for _, v := range c.Images {
			line := before + strings.TrimPrefix(c.ID, "kind-") + " " + v.Version
			if v.Testing {
				line += " in testing"
			}
			if v.Coming != "" {
				line += ", coming " + v.Coming
			}
			for _, f := range v.Next {
				line += " " + f.Name
			}
			for _, f := range v.Older {
				line += ", older " + f.Name
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func joinNotices(p directoryPage) string {
	var b strings.Builder
	for _, n := range p.Notices {
		b.WriteString(string(n))
	}
	return b.String()
}

// TestFactsOfASeries pins which point release is the newest, the next or the last one, and
// what has ended.
func TestFactsOfASeries(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 23, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		newest, eol string
		want        []factView
	}{
		"no tree tells":        {"", "2029-05-31", []factView{{"Newest point release", "24.04.5"}, {"Supported until", "31 May 2029"}}},
		"it is there":          {"24.04.5", "2029-05-31", []factView{{"Newest point release", "24.04.5"}, {"Supported until", "31 May 2029"}}},
		"it is to come":        {"24.04.4", "2029-05-31", []factView{{"Newest point release", "24.04.4"}, {"Next point release", "24.04.5"}, {"Supported until", "31 May 2029"}}},
		"the first is to come": {"24.04", "2029-05-31", []factView{{"Next point release", "24.04.5"}, {"Supported until", "31 May 2029"}}},
		"the rules are old":    {"24.04.6", "2029-05-31", []factView{{"Newest point release", "24.04.6"}, {"Supported until", "31 May 2029"}}},
		"it has ended":         {"24.04.4", "2026-04-22", []factView{{"Last point release", "24.04.5"}, {"Support ended", "22 April 2026"}}},
	} {
		l := &release.Line{Rule: &release.SeriesRule{Version: "24.04", PointVersion: "24.04.5", EOL: test.eol}}
		if diff := cmp.Diff(test.want, seriesFacts(l, test.newest, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, test := range map[string]struct {
		newest, eol string
		want        []string
	}{
		"two are to come": {"24.04.4", "2029-05-31", []string{"24.04.1"}},
		"one is to come":  {"24.04.5", "2029-05-31", []string{"24.04.5", "24.04.1"}},
		"it has ended":    {"24.04.4", "2026-04-22", []string{"24.04.5.1", "24.04.5", "24.04.1"}},
	} {
		l := &release.Line{Rule: &release.SeriesRule{Version: "24.04", PointVersion: "24.04.5", Versions: []string{"24.04.1", "24.04.5.1"}, EOL: test.eol}}
		if diff := cmp.Diff(test.want, cameOut(l, map[string]bool{"24.04": true}, test.newest, now)); diff != "" {
			t.Errorf("came out, %s (-want +got):\n%s", name, diff)
		}
	}
	ended := seriesAnswer(&release.Line{Rule: &release.SeriesRule{EOL: "2014-01-27"}}, nil, true)
	if want := "No longer supported since 27 January 2014."; ended != want {
		t.Errorf("answer %q, want %q", ended, want)
	}
}
