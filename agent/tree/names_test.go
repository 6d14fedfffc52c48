package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// TestPointerAlone takes current for what it holds where no build beside it is left,
// and for what it has more than the builds.
func TestPointerAlone(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("ubuntu/daily-live/current", "noble-desktop-amd64.iso", "a")
	s.sums("ubuntu/daily-live/current")
	s.image("kubuntu/noble/daily-live/20260901", "noble-desktop-amd64.iso", "k")
	s.sums("kubuntu/noble/daily-live/20260901")
	s.image("kubuntu/noble/daily-live/current", "noble-desktop-amd64.iso", "k")
	s.image("kubuntu/noble/daily-live/current", "noble-desktop-arm64.iso", "purged")
	s.sums("kubuntu/noble/daily-live/current")
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	var got []string
	for _, image := range answer.Facts.Images {
		got = append(got, fmt.Sprintf("%s/%s current=%v id=%s", image.Dir, image.Name, image.Current, image.BuildID))
	}
	want := []string{
		"kubuntu/noble/daily-live/20260901/noble-desktop-amd64 current=true id=20260901",
		"kubuntu/noble/daily-live/current/noble-desktop-arm64 current=true id=",
		"ubuntu/daily-live/current/noble-desktop-amd64 current=true id=",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

// TestPointerWithoutLists compares listings where there are no checksum lists.
func TestPointerWithoutLists(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("kubuntu/daily-live/20110101", "oneiric-desktop-amd64.iso", "1")
	s.image("kubuntu/daily-live/20110102", "oneiric-desktop-amd64.iso", "2")
	s.link("kubuntu/daily-live/current", "20110101")
	for name, address := range map[string]string{"server": newApache(s).start(t), "local": localCopy(t, s)} {
		answer := poll(t, newSource(t, config.Tree{URL: address}), nil)
		var current []string
		for _, image := range answer.Facts.Images {
			if image.Current {
				current = append(current, image.Dir)
			}
		}
		if diff := cmp.Diff([]string{"kubuntu/daily-live/20110101"}, current); diff != "" {
			t.Errorf("%s: current (-want +got):\n%s", name, diff)
		}
	}
}

// TestTwins counts once what lies at the root and below the root's project, and
// keeps apart what is in one of them only.
func TestTwins(t *testing.T) {
	t.Parallel()
	s := newSample()
	both := func(dir, name, key string) {
		for _, at := range []string{"releases/" + dir, "ubuntu/releases/" + dir} {
			s.image(at, name, key)
			s.sums(at)
		}
	}
	both("noble/release", "ubuntu-24.04-desktop-arm64.iso", "n")
	both("jammy/release", "ubuntu-22.04-desktop-arm64.iso", "j")
	s.image("releases/focal/release", "ubuntu-20.04-desktop-arm64.iso", "f")
	s.sums("releases/focal/release")
	s.image("ubuntu/releases/stonking/beta", "ubuntu-26.10-beta-desktop-arm64.iso", "s")
	s.sums("ubuntu/releases/stonking/beta")
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	got := map[string][]string{}
	for _, d := range answer.Facts.Directories {
		got[d.Path] = d.Aliases
	}
	want := map[string][]string{
		"ubuntu/releases/noble/release": {"releases/noble/release"},
		"ubuntu/releases/jammy/release": {"releases/jammy/release"},
		"releases/focal/release":        nil,
		"ubuntu/releases/stonking/beta": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
	if len(answer.Facts.Images) != 4 {
		t.Errorf("%d images, want 4", len(answer.Facts.Images))
	}
}

// TestVersionsApart keeps directories of one series apart that are not one.
func TestVersionsApart(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("noble", "ubuntu-24.04-desktop-amd64.iso", "0")
	s.sums("noble")
	s.image("24.04.1", "ubuntu-24.04.1-desktop-amd64.iso", "1")
	s.sums("24.04.1")
	s.link("24.04", "noble")
	answer := poll(t, newSource(t, config.Tree{Role: "old", URL: newApache(s).start(t)}), nil)
	got := map[string][]string{}
	for _, d := range answer.Facts.Directories {
		got[d.Path] = d.Aliases
	}
	if diff := cmp.Diff(map[string][]string{"noble": {"24.04"}, "24.04.1": nil}, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}

// TestSkip leaves out what the configuration names, by name or by path.
func TestSkip(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	poll(t, newSource(t, config.Tree{URL: a.start(t), Skip: []string{"livecd-*", "ubuntu/releases", "/ubuntu-server/noble/*"}}), nil)
	for at := range a.listings {
		for _, never := range []string{"livecd-base", "ubuntu/releases", "ubuntu-server/noble/daily-live"} {
			if below(at, never) {
				t.Errorf("%q is listed", at)
			}
		}
	}
}

// TestDepth visits no directory deeper than it is told.
func TestDepth(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	poll(t, newSource(t, config.Tree{URL: a.start(t), Depth: 3}), nil)
	for at := range a.listings {
		if depthOf(at) > 3 {
			t.Errorf("%q is listed", at)
		}
	}
}

// TestSiteManifest takes exact sizes of released images from the manifest only
// where they can be what the listing shows.
func TestSiteManifest(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("noble", "ubuntu-24.04-desktop-amd64.iso", "right")
	s.image("noble", "ubuntu-24.04-desktop-arm64.iso", "wrong")
	s.sums("noble")
	right := s.files["noble/ubuntu-24.04-desktop-amd64.iso"].size
	s.text(".manifest", fmt.Sprintf("ubuntu\tnoble\t/noble/ubuntu-24.04-desktop-amd64.iso\t%d\nubuntu\tnoble\t/noble/ubuntu-24.04-desktop-arm64.iso\t17\nubuntu\tnoble\t/noble/invented.iso\t17\n", right))
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: newApache(s).start(t)}), nil)
	for _, image := range answer.Facts.Images {
		f := image.Files[0]
		if want := image.Arch == "amd64"; f.Exact != want || want && *f.Size != right {
			t.Errorf("%s: size %d exact=%v", f.Name, *f.Size, f.Exact)
		}
	}
	if len(answer.Facts.Images) != 2 {
		t.Errorf("%d images, want 2", len(answer.Facts.Images))
	}
	if len(answer.Problems) != 1 || !strings.Contains(answer.Problems[0].Text, "invented.iso") {
		t.Errorf("problems: %v", answer.Problems)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "cdimage", "ftp://host/", "http://user:secret@host/", "file://elsewhere/x", "file:", "http://[::1"} {
		_, err := newSource(t, config.Tree{URL: address}).Poll(t.Context(), &release.Facts{})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v", address, err)
		}
	}
	if _, err := newSource(t, config.Tree{URL: "file:/no/such/directory"}).Poll(t.Context(), &release.Facts{}); err == nil || !strings.Contains(err.Error(), "/no/such/directory") {
		t.Errorf("error %v, want one that names the directory", err)
	}
}
