package testobserver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// calls are what artefacts are called: what is odd about one; its os, release and name, and the
// path of its file in the tree; then its series and product, and whether a rule has the title.
const calls = `
desktop at the root | ubuntu-desktop | resolute | resolute-desktop-amd64.iso | daily-live/20260413.1/resolute-desktop-amd64.iso | resolute | Ubuntu Desktop amd64 | ruled
desktop of a series at the root | ubuntu-desktop | noble | noble-desktop-amd64.iso | noble/daily-live/20260413/noble-desktop-amd64.iso | noble | Ubuntu Desktop amd64 | ruled
desktop in its project | ubuntu | stonking | stonking-desktop-amd64.iso | ubuntu/stonking/daily-live/20260712.1/stonking-desktop-amd64.iso | stonking | Ubuntu Desktop amd64 | ruled
desktop by an os of old | daily-live | noble | noble-desktop-amd64.iso | daily-live/20240413/noble-desktop-amd64.iso | noble | Ubuntu Desktop amd64 | ruled
desktop without address | ubuntu-desktop | resolute | resolute-desktop-amd64.iso | - | resolute | Ubuntu Desktop amd64 | ruled
the same file name in another os | kubuntu | resolute | resolute-desktop-amd64.iso | kubuntu/daily-live/20260413/resolute-desktop-amd64.iso | resolute | Kubuntu Desktop amd64 | ruled
the same file name in another os, without address | kubuntu | resolute | resolute-desktop-amd64.iso | - | resolute | Kubuntu Desktop amd64 | ruled
dangerous, as it was | ubuntu-desktop | resolute | dangerous-resolute-desktop-amd64.iso | daily-dangerous/20260413/resolute-desktop-amd64.iso | resolute | ubuntu desktop amd64 daily-dangerous | -
dangerous, as it is: only the address tells | ubuntu | stonking | stonking-desktop-amd64.iso | ubuntu/stonking/daily-dangerous/20260801/stonking-desktop-amd64.iso | stonking | ubuntu desktop amd64 daily-dangerous | -
dangerous without address | ubuntu-desktop | resolute | dangerous-resolute-desktop-amd64.iso | - | resolute | ubuntu desktop amd64 daily-dangerous | -
core of a number | ubuntu-core | 26 | ubuntu-core-26-amd64.img.xz | ubuntu-core/26/stable/20260413/ubuntu-core-26-amd64.img.xz | resolute | Ubuntu Core amd64 stable | ruled
core of another channel | ubuntu-core | 24 | ubuntu-core-24-arm64+raspi.img.xz | ubuntu-core/24/edge/20260413/ubuntu-core-24-arm64+raspi.img.xz | noble | Ubuntu Core Pi arm64 edge | ruled
core of a number that no rule has | ubuntu-core | 98 | ubuntu-core-98-amd64.img.xz | ubuntu-core/98/stable/20260413/ubuntu-core-98-amd64.img.xz | 98 | ubuntu-core ubuntu-core-amd64.img.xz | -
kind of build | xubuntu | resolute | resolute-minimal-amd64.iso | xubuntu/daily-minimal/20260413/resolute-minimal-amd64.iso | resolute | Xubuntu Minimal amd64 | ruled
preinstalled | ubuntu-desktop | resolute | resolute-preinstalled-desktop-arm64+raspi.img.xz | daily-preinstalled/20260413/resolute-preinstalled-desktop-arm64+raspi.img.xz | resolute | Ubuntu Desktop arm64+raspi | ruled
a machine that no rule knows | ubuntu-server | resolute | resolute-live-server-arm64+toaster.iso | ubuntu-server/daily-live/20260413/resolute-live-server-arm64+toaster.iso | resolute | ubuntu-server live-server arm64+toaster daily-live | -
a project that no rule knows | yubuntu | resolute | resolute-desktop-amd64.iso | yubuntu/daily-live/20260413/resolute-desktop-amd64.iso | resolute | yubuntu desktop amd64 daily-live | -
a series that no rule knows | kubuntu | zany | zany-desktop-amd64.iso | kubuntu/daily-live/20260413/zany-desktop-amd64.iso | zany | Kubuntu Desktop amd64 | ruled
a series with a name of the site | kubuntu | images | images-desktop-amd64.iso | - | images-series | Kubuntu Desktop amd64 | ruled
a name that tells nothing | odd | resolute | resolute-thing.bin | odd/20260413/resolute-thing.bin | resolute | odd thing.bin | -
an address of another file | kubuntu | resolute | resolute-desktop-amd64.iso | xubuntu/daily-live/20260413/README | resolute | Kubuntu Desktop amd64 | ruled
`

func TestCall(t *testing.T) {
	t.Parallel()
	n := newNamer("tests", rules(t))
	for line := range strings.Lines(strings.TrimSpace(calls)) {
		c := strings.Split(strings.TrimSpace(line), " | ")
		if len(c) != 8 {
			t.Fatalf("%q has %d columns", line, len(c))
		}
		a := artefact{os: c[1], release: c[2], name: c[3], version: "20260413"}
		if c[4] != "-" {
			a.address = "https://cdimage.ubuntu.com/" + c[4]
		}
		if got := n.call(&a); got.series != c[5] || got.title != c[6] || got.ruled != (c[7] == "ruled") {
			t.Errorf("%s: %s %q, by a rule %t (%+v); want %s", c[0], got.series, got.title, got.ruled, got.identity, strings.Join(c[5:], " "))
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
