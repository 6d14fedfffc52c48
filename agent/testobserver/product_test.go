package testobserver

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestCall(t *testing.T) {
	t.Parallel()
	const cd = "https://cdimage.ubuntu.com/"
	n := newNamer("tests", rules(t))
	for name, tt := range map[string]struct {
		a      artefact
		series string
		title  string
		ruled  bool
	}{
		"desktop at the root": {
			artefact{os: "ubuntu-desktop", release: "resolute", name: "resolute-desktop-amd64.iso", address: cd + "daily-live/20260413.1/resolute-desktop-amd64.iso"},
			"resolute", "Ubuntu Desktop amd64", true,
		},
		"desktop of a series at the root": {
			artefact{os: "ubuntu-desktop", release: "noble", name: "noble-desktop-amd64.iso", address: cd + "noble/daily-live/20260413/noble-desktop-amd64.iso"},
			"noble", "Ubuntu Desktop amd64", true,
		},
		"desktop in its project": {
			artefact{os: "ubuntu", release: "stonking", name: "stonking-desktop-amd64.iso", address: cd + "ubuntu/stonking/daily-live/20260712.1/stonking-desktop-amd64.iso"},
			"stonking", "Ubuntu Desktop amd64", true,
		},
		"desktop by an os of old": {
			artefact{os: "daily-live", release: "noble", name: "noble-desktop-amd64.iso", address: cd + "daily-live/20240413/noble-desktop-amd64.iso"},
			"noble", "Ubuntu Desktop amd64", true,
		},
		"desktop without address": {
			artefact{os: "ubuntu-desktop", release: "resolute", name: "resolute-desktop-amd64.iso"}, "resolute", "Ubuntu Desktop amd64", true,
		},
		"the same file name in another os": {
			artefact{os: "kubuntu", release: "resolute", name: "resolute-desktop-amd64.iso", address: cd + "kubuntu/daily-live/20260413/resolute-desktop-amd64.iso"},
			"resolute", "Kubuntu Desktop amd64", true,
		},
		"the same file name in another os, without address": {
			artefact{os: "kubuntu", release: "resolute", name: "resolute-desktop-amd64.iso"}, "resolute", "Kubuntu Desktop amd64", true,
		},
		"dangerous, as it was": {
			artefact{os: "ubuntu-desktop", release: "resolute", name: "dangerous-resolute-desktop-amd64.iso", address: cd + "daily-dangerous/20260413/resolute-desktop-amd64.iso"},
			"resolute", "ubuntu desktop amd64 daily-dangerous", false,
		},
		"dangerous, as it is: only the address tells": {
			artefact{os: "ubuntu", release: "stonking", name: "stonking-desktop-amd64.iso", address: cd + "ubuntu/stonking/daily-dangerous/20260801/stonking-desktop-amd64.iso"},
			"stonking", "ubuntu desktop amd64 daily-dangerous", false,
		},
		"dangerous without address": {
			artefact{os: "ubuntu-desktop", release: "resolute", name: "dangerous-resolute-desktop-amd64.iso"},
			"resolute", "ubuntu desktop amd64 daily-dangerous", false,
		},
		"core of a number": {
			artefact{os: "ubuntu-core", release: "26", name: "ubuntu-core-26-amd64.img.xz", address: cd + "ubuntu-core/26/stable/20260413/ubuntu-core-26-amd64.img.xz"},
			"resolute", "Ubuntu Core amd64 stable", true,
		},
		"core of another channel": {
			artefact{os: "ubuntu-core", release: "24", name: "ubuntu-core-24-arm64+raspi.img.xz", address: cd + "ubuntu-core/24/edge/20260413/ubuntu-core-24-arm64+raspi.img.xz"},
			"noble", "Ubuntu Core Pi arm64 edge", true,
		},
		"core of a number that no rule has": {
			artefact{os: "ubuntu-core", release: "98", name: "ubuntu-core-98-amd64.img.xz", address: cd + "ubuntu-core/98/stable/20260413/ubuntu-core-98-amd64.img.xz"},
			"98", "ubuntu-core ubuntu-core-amd64.img.xz", false,
		},
		"kind of build": {
			artefact{os: "xubuntu", release: "resolute", name: "resolute-minimal-amd64.iso", address: cd + "xubuntu/daily-minimal/20260413/resolute-minimal-amd64.iso"},
			"resolute", "Xubuntu Minimal amd64", true,
		},
		"preinstalled": {
			artefact{os: "ubuntu-desktop", release: "resolute", name: "resolute-preinstalled-desktop-arm64+raspi.img.xz", address: cd + "daily-preinstalled/20260413/resolute-preinstalled-desktop-arm64+raspi.img.xz"},
			"resolute", "Ubuntu Desktop arm64+raspi", true,
		},
		"a machine that no rule knows": {
			artefact{os: "ubuntu-server", release: "resolute", name: "resolute-live-server-arm64+toaster.iso", address: cd + "ubuntu-server/daily-live/20260413/resolute-live-server-arm64+toaster.iso"},
			"resolute", "ubuntu-server live-server arm64+toaster daily-live", false,
		},
		"a project that no rule knows": {
			artefact{os: "yubuntu", release: "resolute", name: "resolute-desktop-amd64.iso", address: cd + "yubuntu/daily-live/20260413/resolute-desktop-amd64.iso"},
			"resolute", "yubuntu desktop amd64 daily-live", false,
		},
		"a series that no rule knows": {
			artefact{os: "kubuntu", release: "zany", name: "zany-desktop-amd64.iso", address: cd + "kubuntu/daily-live/20260413/zany-desktop-amd64.iso"},
			"zany", "Kubuntu Desktop amd64", true,
		},
		"a series with a name of the site": {
			artefact{os: "kubuntu", release: "images", name: "images-desktop-amd64.iso"}, "images-series", "Kubuntu Desktop amd64", true,
		},
		"a name that tells nothing": {
			artefact{os: "odd", release: "resolute", name: "resolute-thing.bin", address: cd + "odd/20260413/resolute-thing.bin"},
			"resolute", "odd thing.bin", false,
		},
		"an address of another file": {
			artefact{os: "kubuntu", release: "resolute", name: "resolute-desktop-amd64.iso", address: cd + "xubuntu/daily-live/20260413/README"},
			"resolute", "Kubuntu Desktop amd64", true,
		},
	} {
		tt.a.version = "20260413"
		if got := n.call(&tt.a); got.series != tt.series || got.title != tt.title || got.ruled != tt.ruled {
			t.Errorf("%s: %s %q, by a rule %t (%+v); want %s %q %t", name, got.series, got.title, got.ruled, got.identity, tt.series, tt.title, tt.ruled)
		}
	}
}

// TestRawNamesStay: what no rule knows is called the same in every version and series.
func TestRawNamesStay(t *testing.T) {
	t.Parallel()
	n := newNamer("tests", rules(t))
	titles := map[string]bool{}
	for _, series := range []string{"noble", "resolute"} {
		for _, version := range []string{"20260413", "20260413.1"} {
			for _, file := range []string{"-odd-thing.bin", "-live-server-arm64+toaster.iso"} {
				a := artefact{
					os: "ubuntu-server", release: series, version: version, name: series + file,
					address: "https://cdimage.ubuntu.com/ubuntu-server/" + series + "/daily-live/" + version + "/" + series + file,
				}
				titles[n.call(&a).title] = true
			}
		}
	}
	if len(titles) != 2 {
		t.Errorf("%v", titles)
	}
}

func TestNoRules(t *testing.T) {
	t.Parallel()
	n := newNamer("tests", release.Rules{})
	got := n.call(&artefact{os: "kubuntu", release: "noble", name: "noble-desktop-amd64.iso", address: "https://h/kubuntu/daily-live/20260413/noble-desktop-amd64.iso"})
	if diff := cmp.Diff("noble", got.series); diff != "" || got.title == "" || got.ruled {
		t.Errorf("%+v", got)
	}
}
