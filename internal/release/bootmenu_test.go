package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBootMenu(t *testing.T) {
	t.Parallel()
	set := func(kind ImageKind, arch, version, milestone string) *NetbootEntry {
		return &NetbootEntry{
			NetbootSet: NetbootSet{Kind: kind, Arch: arch, Version: version, Milestone: milestone, Kernel: "linux", Initrd: "initrd"},
			URL:        "https://cd.example/" + version + milestone + "/",
		}
	}
	final := func(version string) *NetbootEntry { return set(ImageRelease, "amd64", version, "") }
	beta, daily, archive := set(ImageRelease, "amd64", "24.04", "beta"), set(ImageDaily, "amd64", "", ""), final("old")
	archive.Archive = true
	off, bare, tarball := final("24.04.4"), final("24.04.4"), final("24.04.4")
	off.Disabled, bare.URL, tarball.Kernel = true, "", ""
	for _, tc := range []struct {
		name    string
		entries []*NetbootEntry
		want    map[string]string
	}{
		{"the newest final, and the newest daily", []*NetbootEntry{final("24.04.4"), final("24.04.3"), daily}, map[string]string{"noble-amd64": "24.04.4", "noble-amd64-daily": ""}},
		{"a milestone before there is a final", []*NetbootEntry{beta, daily}, map[string]string{"noble-amd64-milestone": "24.04beta", "noble-amd64-daily": ""}},
		{"and none after it", []*NetbootEntry{final("24.04"), beta}, map[string]string{"noble-amd64": "24.04"}},
		{"what the archive keeps, where nothing else is", []*NetbootEntry{archive}, map[string]string{"noble-amd64": "old"}},
		{"not where something is", []*NetbootEntry{final("24.04"), archive}, map[string]string{"noble-amd64": "24.04"}},
		{"beside a milestone", []*NetbootEntry{beta, archive}, map[string]string{"noble-amd64-milestone": "24.04beta", "noble-amd64": "old"}},
		{"switched off", []*NetbootEntry{off, final("24.04.3")}, map[string]string{"noble-amd64": "24.04.3"}},
		{"without an address", []*NetbootEntry{bare, final("24.04.3")}, map[string]string{"noble-amd64": "24.04.3"}},
		{"in one file only", []*NetbootEntry{tarball, final("24.04.3")}, map[string]string{"noble-amd64": "24.04.3"}},
		{"a board", []*NetbootEntry{set(ImageRelease, "arm64+largemem", "1", "")}, map[string]string{"noble-arm64+largemem": "1"}},
		{"nothing to start", []*NetbootEntry{off, bare, tarball}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := &Picture{Netboot: []*NetbootSeries{{Line: &Line{Slug: "noble"}, Entries: tc.entries}}}
			var got map[string]string
			for _, s := range p.BootMenu() {
				got = map[string]string{}
				for _, c := range s.Choices {
					got[c.ID] = c.Entry.Version + c.Entry.Milestone
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("menu (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBootMenuNamesAreUnique also where two series are written alike.
func TestBootMenuNamesAreUnique(t *testing.T) {
	t.Parallel()
	e := func() *NetbootEntry {
		return &NetbootEntry{NetbootSet: NetbootSet{Arch: "amd64", Kernel: "k", Initrd: "i"}, URL: "https://cd.example/"}
	}
	p := &Picture{Netboot: []*NetbootSeries{{Line: &Line{Slug: "a"}, Entries: []*NetbootEntry{e()}}, {Line: &Line{Slug: "A"}, Entries: []*NetbootEntry{e()}}}}
	if menu := p.BootMenu(); len(menu) != 1 || len(menu[0].Choices) != 1 {
		t.Errorf("%d series, want the first alone", len(menu))
	}
}

func TestBoots(t *testing.T) {
	t.Parallel()
	r := &Rules{Architectures: []Architecture{{Name: "arm64", IPXE: []string{"arm64"}}, {Name: "s390x"}, {Name: "arm64+raspi"}}}
	for arch, want := range map[string]struct {
		names int
		known bool
	}{"arm64": {1, true}, "arm64+new": {1, true}, "arm64+raspi": {0, true}, "s390x": {0, true}, "loong64": {0, false}, "": {0, false}} {
		if names, known := r.Boots(arch, func(a *Architecture) []string { return a.IPXE }); len(names) != want.names || known != want.known {
			t.Errorf("%q: %q, %t", arch, names, known)
		}
	}
}
