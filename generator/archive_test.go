package generator

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// archiveRules are four series: one that is supported, one with extended support, one
// that has ended and one of which nothing is left.
var archiveRules = []release.SeriesRule{
	{Name: "warty", Version: "4.10", DisplayName: "Warty Warthog", Released: "2004-10-20", EOL: "2006-04-30"},
	{Name: "raring", Version: "13.04", DisplayName: "Raring Ringtail", Released: "2013-04-25", EOL: "2014-01-27"},
	{Name: "focal", Version: "20.04", DisplayName: "Focal Fossa", LTS: true, PointVersion: "20.04.6", Versions: []string{"20.04.5"}, Released: "2020-04-23", EOL: "2025-05-31", EOLESM: "2030-04-02"},
	{Name: "noble", Version: "24.04", DisplayName: "Noble Numbat", LTS: true, PointVersion: "24.04.1", Released: "2024-04-25", EOL: "2029-05-31"},
}

// oldImage is an image of the past in the directory of its series.
func oldImage(series, dir, version, milestone, arch string, built time.Time) release.Image {
	name := "ubuntu-" + version + milestone + "-server-" + arch
	return release.Image{
		Series: series, Project: "ubuntu", Dir: dir, Name: name, Kind: release.ImageRelease, PublishType: "server", Arch: arch,
		Version: version, Milestone: milestone, Files: []release.File{{Name: name + ".iso", Type: "iso", Main: true, Modified: built}},
	}
}

func releaseDirectory(series, path string) release.Directory {
	return release.Directory{Series: series, Project: "ubuntu", Path: path, Kind: release.DirectoryRelease}
}

// archiveSite is a site with an old tree, a simple one and a full one.
func archiveSite(t *testing.T) *site {
	t.Helper()
	c := defaultConfig(t)
	c.Rules.Series, c.Rules.Netboot = archiveRules, nil
	day := func(d int) time.Time { return time.Date(2013, 4, d, 0, 0, 0, 0, time.UTC) }
	tree := func(role string, f release.Facts) release.SourceFacts {
		f.Source = role
		site := "https://" + role + ".example.org"
		return release.SourceFacts{State: release.SourceState{Name: role, Kind: "tree", Role: role, Address: site, Site: site, Success: sampleNow}, Facts: &f}
	}
	p := release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{
		tree(release.RoleSimple, release.Facts{
			Directories: []release.Directory{releaseDirectory("focal", "focal"), releaseDirectory("noble", "noble")},
			Images: []release.Image{
				oldImage("focal", "focal", "20.04.6", "", "amd64", day(1)), oldImage("noble", "noble", "24.04.1", "", "amd64", day(1)),
			},
		}),
		tree(release.RoleOld, release.Facts{
			Directories: []release.Directory{releaseDirectory("raring", "raring"), releaseDirectory("raring", "raring/beta"), releaseDirectory("noble", "noble")},
			Images: []release.Image{
				oldImage("raring", "raring", "13.04", "", "amd64", day(24)), oldImage("raring", "raring", "13.04", "", "i386", day(24)),
				oldImage("raring", "raring/beta", "13.04", "beta2", "amd64", day(3)), oldImage("raring", "raring/beta", "13.04", "alpha3", "amd64", day(2)),
				oldImage("noble", "noble", "24.04", "", "amd64", day(1)),
			},
		}),
	}})
	s := prepared(t, Options{Config: c}, p)
	s.arrange()
	return s
}

func TestArchive(t *testing.T) {
	t.Parallel()
	p := archiveSite(t).arrangeArchive()
	place := func(tree, dir string, n int) []archivePlace {
		return []archivePlace{{
			Page: Link{Text: "Ubuntu", Href: "../images/" + tree + "/" + dir + "/"}, Tree: tree,
			Where: Link{Text: dir, Href: "https://" + tree + ".example.org/" + dir + "/"}, Images: n,
		}}
	}
	want := []archiveLine{
		{
			ID: "series-noble", Series: Link{Text: "Noble Numbat 24.04 LTS", Href: "../noble/"}, Images: 1,
			Dates:  "Released 25 April 2024. Supported until 31 May 2029: a newer release of it is what to take.",
			Finals: []archiveRelease{{Title: "24.04", Places: place("old", "noble", 1)}},
		},
		{
			ID: "series-focal", Series: Link{Text: "Focal Fossa 20.04 LTS", Href: "../focal/"}, Images: 1, NotThere: []string{"20.04.5", "20.04"},
			Dates:  "Released 23 April 2020. Ordinary support ended on 31 May 2025; extended support, for those who have it, goes on until 2 April 2030.",
			Finals: []archiveRelease{{Title: "20.04.6", Places: place("simple", "focal", 1)}},
		},
		{
			ID: "series-raring", Series: Link{Text: "Raring Ringtail 13.04", Href: "../raring/"}, Images: 4,
			Dates:  "Released 25 April 2013. Support ended on 27 January 2014.",
			Finals: []archiveRelease{{Title: "13.04", Places: place("old", "raring", 2)}},
			Stages: []archiveRelease{{Title: "13.04 Beta 2", Places: place("old", "raring/beta", 1)}, {Title: "13.04 Alpha 3", Places: place("old", "raring/beta", 1)}},
		},
	}
	if diff := cmp.Diff(want, p.Lines, cmpopts.IgnoreUnexported(archiveRelease{})); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	gone := []goneLine{{"4.10", "Warty Warthog", "20 October 2004", "30 April 2006"}}
	if diff := cmp.Diff(gone, p.Gone); diff != "" || p.Answer != "3 releases of the past, 6 images." {
		t.Errorf("answer %q, gone (-want +got):\n%s", p.Answer, diff)
	}
}

// TestArchiveHasWhatAPointReleaseReplaced: each kind of image by itself, whatever lies beside
// it, and only by what is out.
func TestArchiveHasWhatAPointReleaseReplaced(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Rules.Series, c.Rules.Netboot = archiveRules, nil
	built := sampleNow.AddDate(0, -1, 0)
	tracker := release.Facts{
		Source: "iso", Series: []release.Series{{Slug: "noble", Title: "Noble", Status: release.SeriesActive}},
		Milestones: []release.Milestone{{Series: "noble", Slug: "24.04.2", Title: "Noble 24.04.2", Kind: release.KindRelease, Status: release.MilestoneTesting}},
	}
	tree := release.Facts{
		Source:      "full",
		Directories: []release.Directory{releaseDirectory("noble", "noble")},
		Images: []release.Image{
			oldImage("noble", "noble", "24.04", "", "amd64", built), oldImage("noble", "noble", "24.04", "", "s390x", built),
			oldImage("noble", "noble", "24.04.1", "", "amd64", built), oldImage("noble", "noble", "24.04.2", "", "amd64", built),
			oldImage("noble", "noble", "24.04", "beta", "amd64", built),
		},
		Netboot: []release.NetbootSet{{Series: "noble", Parent: "noble", Project: "ubuntu", Dir: "noble/netboot/amd64", Arch: "amd64", Kind: release.ImageRelease, Version: "24.04", Kernel: "linux", Initrd: "initrd"}},
	}
	p := siteOf(t, c, tracker, tree).arrangeArchive()
	if len(p.Lines) != 1 || len(p.Lines[0].Finals) != 1 || p.Lines[0].Images != 1 {
		t.Fatalf("%+v, want the one image that 24.04.1 replaced", p.Lines)
	}
	got := p.Lines[0].Finals[0]
	if got.Title != "24.04" || got.Netboot.Href != "../netboot/noble/#machine-amd64" {
		t.Errorf("release %q with netboot %q, want 24.04 and its sets", got.Title, got.Netboot.Href)
	}
}

// siteOf is a site of a tracker and a tree.
func siteOf(t *testing.T, c *config.Config, tracker, tree release.Facts) *site {
	t.Helper()
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{
		{State: release.SourceState{Name: tracker.Source, Kind: "qatracker", Success: sampleNow}, Facts: &tracker},
		{State: release.SourceState{Name: tree.Source, Kind: "tree", Role: "full", Success: sampleNow}, Facts: &tree},
	}}))
	s.arrange()
	return s
}

// TestArchiveClaimsNothingUnseen: before a tree has told anything nothing is gone.
func TestArchiveClaimsNothingUnseen(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow}))
	s.arrange()
	p := s.arrangeArchive()
	if len(p.Lines)+len(p.Gone) > 0 || p.Answer != "No image of a past release is in the trees." {
		t.Errorf("answer %q, %d series, %d gone; want none", p.Answer, len(p.Lines), len(p.Gone))
	}
}
