package store

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

var update = flag.Bool("update", false, "write testdata/data anew")

const goldenDir = "testdata/data"

// golden is a small data directory as it is after a poll on a point release's day.
func golden() []release.SourceFacts {
	at := time.Date(2025, 8, 7, 14, 0, 12, 0, time.UTC)
	return []release.SourceFacts{
		{
			State: release.SourceState{
				Name: "full", Kind: "tree", Role: "full", Address: "https://cdimage.example.org", Site: "https://cdimage.example.org",
				Began: at.Add(2 * time.Minute), Attempt: at.Add(time.Minute), Success: at.Add(-time.Hour), Due: at.Add(-45 * time.Minute), Error: "GET https://cdimage.example.org/: 502 Bad Gateway", Lost: true,
				Held: &release.Held{
					Reason: "images/noble/kubuntu.toml would lose 12 of 14 images",
					Since:  at.Add(-2 * time.Hour), Polls: 4, Digest: strings.Repeat("0123456789abcdef", 4),
				},
				Problems: []release.Problem{{
					Rule: "listing", Address: "https://cdimage.example.org/daily/", Text: "403 Forbidden; what was known of it before was kept",
				}},
			},
			Facts: goldenTree(),
		},
		{
			State: release.SourceState{
				Name: "iso", Kind: "qatracker", Address: "https://iso.qa.example.org", Site: "https://iso.qa.example.org",
				Attempt: at, Success: at,
			},
			Facts: goldenTracker(),
		},
	}
}

// goldenEvents are what happened to each source; every key is set in some.
func goldenEvents() map[string][]release.Event {
	at := time.Date(2025, 8, 7, 14, 0, 12, 0, time.UTC)
	return map[string][]release.Event{
		"iso": {{
			After: at.Add(-time.Minute), Seen: at, What: release.EventBuildReady, Source: "iso", Series: "noble", Milestone: "24.04.3",
			Product: "kubuntu-desktop-amd64", BuildID: "20250805.3", From: "testing", To: "ready",
		}, {
			After: at.Add(-time.Minute), Seen: at, What: release.EventRebuildRequested, Source: "iso", Series: "noble", Milestone: "24.04.3",
			Product: "kubuntu-desktop-amd64", ID: "3012", From: "rm-team", To: "queued",
		}},
		"full": {
			{Seen: at.Add(-time.Hour), What: release.EventSourceLost, Source: "full", To: "GET https://cdimage.example.org/: 502 Bad Gateway"},
			{
				After: at.Add(-2 * time.Hour), Seen: at.Add(-time.Hour), What: release.EventImagePublished, Source: "full", Series: "noble",
				Project: "kubuntu", Dir: "kubuntu/releases/noble/release", Image: "kubuntu-24.04.3-desktop-amd64",
				File: "kubuntu-24.04.3-desktop-amd64.iso", To: "8c69dd380e5a8969b77ca1708da59f0b9a50d0c151f0a65917180585697dd1e6",
			},
		},
	}
}

func goldenTracker() *release.Facts {
	return &release.Facts{
		Source: "iso",
		Products: []release.Product{
			{
				Slug: "kubuntu-desktop-amd64", Title: "Kubuntu Desktop amd64", Family: "Kubuntu", ID: "29", Type: "iso",
				Identities: []release.Identity{{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"}},
			},
			{
				Slug: "ubuntu-core-24-arm64-raspi", Title: "Ubuntu Core 24 arm64+raspi", Family: "Ubuntu Core", ID: "471", Type: "iso", Disabled: true,
				Identities: []release.Identity{{Project: "ubuntu-core", Subproject: "system", ImageType: "stable", PublishType: "live-core", Arch: "arm64+raspi"}},
			},
		},
		Series: []release.Series{{
			Slug: "noble", Title: "Noble", ID: "71", Status: release.SeriesActive, RawStatus: "Active",
			Manifest: []release.Intent{
				{Product: "kubuntu-desktop-amd64", Contact: "~kubuntu-release"},
				{Product: "ubuntu-core-24-arm64-raspi", Disabled: true},
			},
			Rebuilds: []release.Rebuild{{
				Product: "kubuntu-desktop-amd64", ID: "3012", Milestone: "24.04.3", BuildID: "20250805.3", Status: "queued", RawStatus: "Queued", By: "rm-team", Requested: "2025-08-07 13:58:01",
			}},
		}},
		Milestones: []release.Milestone{
			{
				Series: "noble", Slug: "24.04.2", Title: "Noble 24.04.2", ID: "451", Kind: release.KindRelease, Status: release.MilestoneReleased, RawStatus: "Released",
				Date: "2025-02-20", Intended: []release.Intent{{Product: "kubuntu-desktop-amd64", Contact: "~kubuntu-release"}},
				Entries: []release.Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20250215", State: release.StateReady, RawState: "Ready", Date: "2025-02-15 05:12:40"}},
			},
			{
				Series: "noble", Slug: "24.04.3", Title: "Noble 24.04.3", ID: "466", Kind: release.KindRelease, Status: release.MilestoneTesting, RawStatus: "Testing",
				Bugs: []release.Bug{{Number: "2045678", Count: 3}},
				Entries: []release.Entry{
					{Product: "kubuntu-desktop-amd64", BuildID: "20250805.2", State: release.StateSuperseded, RawState: "Superseded", Date: "2025-08-05 19:20:11"},
					{Product: "kubuntu-desktop-amd64", BuildID: "20250805.3", State: release.StateReady, RawState: "Ready", Note: "Respun for <a href=\"https://bugs.example.org/2045678\">2045678</a>", Date: "2025-08-05 21:02:33"},
				},
			},
		},
		Builds: []release.Build{
			{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20250215", ID: "314159"},
			{
				Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20250805.3", ID: "327001", State: release.StateReady, RawState: "APPROVED",
				SHA256: "8c69dd380e5a8969b77ca1708da59f0b9a50d0c151f0a65917180585697dd1e6",
				Tests:  &release.Tests{Passed: 4, Running: 1, Untested: 2}, Bugs: []release.Bug{{Number: "2045678", Count: 2}},
			},
		},
	}
}

func goldenTree() *release.Facts {
	size, zsync, bundle := int64(4560015360), int64(8900000), int64(98000000)
	iso := release.File{
		Name: "kubuntu-24.04.3-desktop-amd64.iso", Type: "iso", Main: true, Size: &size, Exact: true,
		SHA256: "8c69dd380e5a8969b77ca1708da59f0b9a50d0c151f0a65917180585697dd1e6", Modified: time.Date(2025, 8, 5, 21, 2, 33, 0, time.UTC),
	}
	return &release.Facts{
		Source: "full",
		Directories: []release.Directory{{
			Series: "noble", Project: "kubuntu", Path: "kubuntu/releases/noble/release", Kind: release.DirectoryRelease,
			Aliases: []string{"kubuntu/releases/24.04", "kubuntu/releases/24.04.3"}, Status: "release", BuildID: "20250805.3",
			Checksums: []string{"SHA256SUMS"}, Signed: true,
			Signature: &release.Signature{
				State: release.SignatureGood, Key: strings.Repeat("8439", 10), By: "Example Signing Key <images@example.org>",
				Made: time.Date(2025, 8, 7, 12, 40, 1, 0, time.UTC),
			},
			Held: "its list and its files do not agree", Gone: []string{"kubuntu-24.04.2-desktop-amd64.iso"},
			Unlisted: []string{"kubuntu-24.04.3-desktop-arm64.iso"}, Strays: []string{"README.txt"},
		}},
		Images: []release.Image{{
			Series: "noble", Project: "kubuntu", Dir: "kubuntu/releases/noble/release", Name: "kubuntu-24.04.3-desktop-amd64",
			Kind: release.ImageRelease, ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Version: "24.04.3", Milestone: "beta",
			BuildID: "20250805.3", Current: true, Pending: true, Oversized: true, Unknown: []string{"extension"},
			Files: []release.File{
				iso,
				{Name: "kubuntu-24.04.3-desktop-amd64.iso.zsync", Type: "iso.zsync", Size: &zsync, SHA1: strings.Repeat("ab", 20), MD5: strings.Repeat("cd", 16)},
			},
		}},
		Netboot: []release.NetbootSet{{
			Series: "noble", Project: "ubuntu", Arch: "amd64", Kind: release.ImageRelease, Version: "24.04.3", Milestone: "beta", BuildID: "20250805.1",
			Dir: "releases/noble/release/netboot/amd64", Parent: "releases/noble/release", Kernel: "linux", Initrd: "initrd",
			Boot:    []release.File{{Name: "bootx64.efi", Type: "efi"}, {Name: "pxelinux.cfg/default", Type: ""}},
			Tarball: &release.File{Name: "ubuntu-24.04.3-netboot-amd64.tar.gz", Type: "tar.gz", Main: true, Size: &bundle},
			ISO:     "https://releases.example.org/24.04.3/ubuntu-24.04.3-live-server-amd64.iso", Beside: "ubuntu-24.04.3-live-server-amd64.iso",
			Current: true, Pending: true,
		}},
	}
}

// TestGolden holds what is written to testdata/data; -update writes that anew, which
// is why this test runs before the parallel ones.
func TestGolden(t *testing.T) {
	data, st := place(t)
	w := open(t, data, st)
	for _, s := range golden() {
		if _, err := w.Commit(t.Context(), s.State, s.Facts, goldenEvents()[s.State.Name]...); err != nil {
			t.Fatal(err)
		}
	}
	got := contents(t, data)
	if *update {
		if err := os.RemoveAll(goldenDir); err != nil {
			t.Fatal(err)
		}
		for name, text := range got {
			write(t, filepath.Join(goldenDir, name), text)
		}
	}
	if diff := cmp.Diff(contents(t, goldenDir), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestGoldenRead: reading the golden files gives the facts, and writing what was
// read gives the files.
func TestGoldenRead(t *testing.T) {
	t.Parallel()
	s, err := Load(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(golden(), s.Sources); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	events, err := LoadEvents(goldenDir, time.Time{}, time.Time{})
	if diff := cmp.Diff(slices.Concat(goldenEvents()["full"], goldenEvents()["iso"]), events); diff != "" || err != nil {
		t.Errorf("events, error %v (-want +got):\n%s", err, diff)
	}
	files := 0
	err = fs.WalkDir(os.DirFS(goldenDir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(filepath.Join(goldenDir, name))
		if !canonical(name, text) {
			t.Errorf("%s is not what writing it gives", name)
		}
		return err
	})
	if err != nil || files != 9 {
		t.Errorf("%d files, error %v", files, err)
	}
}
