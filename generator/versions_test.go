package generator

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// years is a project with releases over the years, in a tree and an old one, and a
// daily; now is 2026-04-23 unless it is said otherwise.
func years(t *testing.T, now time.Time) *site {
	t.Helper()
	c := defaultConfig(t)
	tree := func(name, role string) release.SourceFacts {
		return release.SourceFacts{
			State: release.SourceState{Name: name, Kind: "tree", Role: role, Site: "https://" + name + ".example", Success: now, Attempt: now},
			Facts: &release.Facts{Source: name},
		}
	}
	full, old := tree("full", release.RoleFull), tree("old", release.RoleOld)
	add := func(f *release.Facts, series, dir, version, stage string) {
		f.Directories = append(f.Directories, release.Directory{Series: series, Project: "kubuntu", Path: dir, Kind: release.DirectoryRelease})
		img := image("desktop", "amd64", version, dir+".iso")
		img.Series, img.Project, img.Dir, img.Kind, img.Milestone = series, "kubuntu", dir, release.ImageRelease, stage
		f.Images = append(f.Images, img)
	}
	add(full.Facts, "questing", "questing", "25.10", "")
	add(full.Facts, "questing", "questing-beta", "25.10", "beta")
	add(full.Facts, "noble", "noble", "24.04.4", "")
	add(old.Facts, "noble", "noble-2", "24.04.2", "")
	add(full.Facts, "jammy", "jammy", "22.04.5", "")
	add(full.Facts, "stonking", "snapshot-1", "26.10", "snapshot1")
	add(full.Facts, "stonking", "snapshot-2", "26.10", "snapshot2")
	add(old.Facts, "raring", "raring", "13.04", "")
	add(old.Facts, "raring", "raring-beta", "13.04", "beta")
	for dir, kind := range map[string][2]bool{"20260422": {true, false}, "20260423": {false, true}} {
		d := release.Directory{Series: "stonking", Project: "kubuntu", Path: "stonking/daily-live/" + dir, Kind: release.DirectoryDated, BuildID: dir}
		img := image("desktop", "amd64", "", "d.iso")
		img.Series, img.Project, img.Dir, img.Kind, img.BuildID, img.Current, img.Pending = "stonking", "kubuntu", d.Path, release.ImageDaily, dir, kind[0], kind[1]
		full.Facts.Directories, full.Facts.Images = append(full.Facts.Directories, d), append(full.Facts.Images, img)
	}
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: now, Sources: []release.SourceFacts{full, old}}))
	s.arrange()
	return s
}

func versionsOf(p directoryPage) []string {
	var lines []string
	for _, v := range p.Versions {
		line := v.Text
		if v.Newest {
			line += ", newest"
		}
		if v.LTS {
			line += ", LTS"
		}
		if v.Next {
			line += ", next"
		}
		if v.Previous {
			line += ", previous"
		}
		if v.Near && (v.Next || v.Previous) {
			line += " and near"
		}
		if v.Testing {
			line += ", in testing"
		}
		if v.Ended {
			line += ", ended"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestVersionsAroundAPage(t *testing.T) {
	t.Parallel()
	s := years(t, sampleNow)
	for path, want := range map[string][]string{
		"images/full/noble/":         {"Kubuntu 25.10, newest, next", "Kubuntu 24.04.2 LTS, previous and near", "Kubuntu 22.04.5 LTS"},
		"images/old/noble-2/":        {"Kubuntu 25.10, newest", "Kubuntu 24.04.4 LTS, LTS, next and near", "Kubuntu 22.04.5 LTS, previous"},
		"images/full/questing/":      {"Kubuntu 24.04.4 LTS, LTS, previous", "Kubuntu 22.04.5 LTS"},
		"images/full/questing-beta/": {"Kubuntu 25.10, newest", "Kubuntu 24.04.4 LTS, LTS, previous", "Kubuntu 22.04.5 LTS"},
		"images/old/raring/":         {"Kubuntu 25.10, newest", "Kubuntu 24.04.4 LTS, LTS", "Kubuntu 22.04.5 LTS, next"},
		"images/full/snapshot-2/":    {"Kubuntu 25.10, newest", "Kubuntu 24.04.4 LTS, LTS", "Kubuntu 22.04.5 LTS"},
	} {
		if diff := cmp.Diff(want, versionsOf(directoryOf(t, s, path))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// TestNoticesSayWhatIsTrue pins which warning stands on which page.
func TestNoticesSayWhatIsTrue(t *testing.T) {
	t.Parallel()
	s := years(t, sampleNow)
	const (
		superseded = "A newer version is out"
		test       = "This is a test version"
		current    = "These are daily builds"
		pending    = "These are pending daily builds"
		ended      = "Standard support for"
		instead    = "For a system to work with"
	)
	for path, want := range map[string][]string{
		"images/full/noble/":                       nil,
		"images/full/questing/":                    nil,
		"images/old/noble-2/":                      {superseded},
		"images/full/questing-beta/":               {superseded, test},
		"images/full/snapshot-1/":                  {superseded, test, instead},
		"images/full/snapshot-2/":                  {test, instead},
		"images/old/raring/":                       {ended, instead},
		"images/old/raring-beta/":                  {test, ended, instead},
		"images/full/stonking/daily-live/current/": {current, instead},
		"images/full/stonking/daily-live/pending/": {pending, instead},
	} {
		p := directoryOf(t, s, path)
		if fingerprintOf(p) == (fingerprint{}) {
			t.Errorf("%s is made anew every time", path)
		}
		var got []string
		for _, n := range p.Notices {
			for _, text := range []string{superseded, test, current, pending, ended, instead} {
				if strings.Contains(string(n), text) {
					got = append(got, text)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", path, diff, p.Notices)
		}
	}
	if p := directoryOf(t, s, "images/old/noble-2/"); !strings.Contains(string(p.Notices[0]), `<a href="../../../images/full/noble/">Kubuntu 24.04.4 LTS</a>`) {
		t.Errorf("the notice does not lead to the newer page: %s", p.Notices[0])
	}
}

func TestCurrentAndPendingLeadToEachOther(t *testing.T) {
	t.Parallel()
	s := years(t, sampleNow)
	for path, want := range map[string]string{
		"images/full/stonking/daily-live/current/": "Kubuntu pending daily build",
		"images/full/stonking/daily-live/pending/": "Kubuntu daily build",
		"images/full/noble/":                       "",
	} {
		if p := directoryOf(t, s, path); p.Other.Text != want {
			t.Errorf("%s leads to %q, want %q", path, p.Other.Text, want)
		}
	}
}

func TestIndexOfImages(t *testing.T) {
	t.Parallel()
	p := years(t, sampleNow).arrangeImages()
	if fingerprintOf(p) == (fingerprint{}) {
		t.Error("the index is made anew every time")
	}
	var got []string
	for _, v := range p.Picks {
		got = append(got, "pick "+v.Text+": "+v.Kind+" for "+v.Machine+" "+v.Main.Name)
	}
	for _, lines := range [][]imagesLine{p.Lines, p.Ended} {
		for _, l := range lines {
			line := l.Title + " (" + l.Note + ")"
			for _, d := range l.Releases {
				line += " | " + d.Text
			}
			for _, d := range l.Tests {
				line += " | test " + d.Text
			}
			for _, d := range l.Dailies {
				line += " | daily " + d.Text
			}
			got = append(got, line)
		}
		got = append(got, "--")
	}
	want := []string{
		"pick Kubuntu 24.04.4 LTS: Desktop image for 64-bit PC noble.iso",
		"pick Kubuntu 25.10: Desktop image for 64-bit PC questing.iso",
		"Questing Quokka 25.10 (released 9 October 2025) | Kubuntu 25.10 | test Kubuntu 25.10 Beta",
		"Noble Numbat 24.04 LTS (released 25 April 2024) | Kubuntu 24.04.4 LTS | Kubuntu 24.04.2 LTS",
		"Jammy Jellyfish 22.04 LTS (released 21 April 2022) | Kubuntu 22.04.5 LTS",
		"Stonking Stingray 26.10 (planned for 15 October 2026) | test Kubuntu 26.10 Snapshot 2 | test Kubuntu 26.10 Snapshot 1 | daily Kubuntu daily build | daily Kubuntu pending daily build",
		"--",
		"Raring Ringtail 13.04 (supported until 27 January 2014) | Kubuntu 13.04 | test Kubuntu 13.04 Beta",
		"--",
	}
	if diff := cmp.Diff(want, got); diff != "" || p.Places != 2 {
		t.Errorf("%d places of ended series (-want +got):\n%s", p.Places, diff)
	}
}
