package release

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNetbootImage: which image an installer starts, wherever that lies.
func TestNetbootImage(t *testing.T) {
	t.Parallel()
	image := func(dir, version string) Image {
		name := "ubuntu-" + version + "-live-server-amd64"
		return Image{Series: "noble", Project: "ubuntu-server", Dir: dir, Name: name, Kind: ImageRelease, PublishType: "live-server", Arch: "amd64", Version: version, Files: []File{{Name: name + ".iso", Type: "iso", Main: true}}}
	}
	small := image("noble", "24.04.1")
	small.Name, small.Files = "small", []File{{Name: "small.iso", Type: "iso", Main: true, Size: size(3), Exact: true}}
	dir := func(path string) Directory {
		return Directory{Series: "noble", Project: "ubuntu-server", Path: path, Kind: DirectoryRelease, Aliases: []string{"24.04"}}
	}
	const iso3, iso4 = "ubuntu-24.04.3-live-server-amd64.iso", "ubuntu-24.04.4-live-server-amd64.iso"
	set := func(iso string, answers ...NetbootAnswer) NetbootSet {
		return NetbootSet{
			Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageRelease, Version: "24.04", Parent: "noble", Dir: "noble/netboot/amd64",
			Kernel: "linux", Initrd: "initrd", ISO: iso, Beside: iso4, Answers: answers,
		}
	}
	type want struct {
		Image   string
		Moved   bool
		Faults  []NetbootFault
		Offered bool
	}
	at := func(name string) string { return "https://simple.example/24.04/" + name }
	absent := func(name string, times int) NetbootAnswer {
		return NetbootAnswer{Name: name, Status: 404, Times: times}
	}
	gone := func(name string, status int) []NetbootFault {
		return []NetbootFault{{Name: name, URL: name, Status: status, Needed: true}}
	}
	for _, tc := range []struct {
		name string
		set  NetbootSet
		old  []Image
		want want
	}{
		{"it lies there", set(at(iso4)), nil, want{Image: at(iso4), Offered: true}},
		{"none is named", set(""), nil, want{Image: "https://simple.example/noble/" + iso4, Offered: true}},
		{"it is not in the listing", set(at(iso3)), nil, want{Image: at(iso3), Faults: gone(at(iso3), 0)}},
		{"it has moved", set(at(iso3)), []Image{image("noble", "24.04.3")}, want{Image: "https://old.example/noble/" + iso3, Moved: true, Offered: true}},
		{"it has moved, and the tree says so", set(at(iso3), absent(at(iso3), 2)), []Image{image("noble", "24.04.3")}, want{Image: "https://old.example/noble/" + iso3, Moved: true, Offered: true}},
		{"another one is kept", set(at(iso3)), []Image{image("noble", "24.04.2")}, want{Image: at(iso3), Faults: gone(at(iso3), 0)}},
		{"gone at one poll", set(at(iso4), absent(at(iso4), 1)), nil, want{Image: at(iso4), Offered: true}},
		{"gone at two", set(at(iso4), absent(at(iso4), 2)), nil, want{Image: at(iso4), Faults: gone(at(iso4), 404)}},
		{"it answers, whatever the listing says", set(at(iso3), NetbootAnswer{Name: at(iso3), Size: size(1 << 40)}), nil, want{Image: at(iso3), Offered: true}},
		{"it is too small", set(at(iso4), NetbootAnswer{Name: at(iso4), Size: size(7)}), nil, want{Image: at(iso4), Faults: []NetbootFault{{Name: at(iso4), URL: at(iso4), Size: 7, Least: 1000, Needed: true}}}},
		{"it is listed as too small", set("https://simple.example/noble/small.iso"), nil, want{
			Image: "https://simple.example/noble/small.iso", Faults: []NetbootFault{{Name: "https://simple.example/noble/small.iso", URL: "https://simple.example/noble/small.iso", Size: 3, Least: 1000, Needed: true}},
		}},
		{"nobody knows the directory", set("https://simple.example/x/" + iso3), nil, want{Image: "https://simple.example/x/" + iso3, Offered: true}},
		{"with a query nobody knows", set(at(iso3) + "?x"), nil, want{Image: at(iso3) + "?x", Offered: true}},
		{"nobody knows the host", set("https://x.example/24.04/" + iso3), nil, want{Image: "https://x.example/24.04/" + iso3, Offered: true}},
		{"the ramdisk is gone", set(at(iso4), absent("initrd", 2)), nil, want{Image: at(iso4), Faults: []NetbootFault{{Name: "initrd", URL: "https://simple.example/noble/netboot/amd64/initrd", Status: 404, Needed: true}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := input(
				tree("simple", RoleSimple, Facts{Directories: []Directory{dir("noble")}, Images: []Image{image("noble", "24.04.4"), small}, Netboot: []NetbootSet{tc.set}}),
				tree("old", RoleOld, Facts{Directories: []Directory{{Series: "noble", Project: "ubuntu-server", Path: "noble", Kind: DirectoryRelease}}, Images: tc.old}),
			)
			in.Rules.BootMenu.Least = map[string]int64{LeastImage: 1000}
			p := Join(in)
			e := p.Netboot[0].Entries[0]
			got := want{e.Image, e.Moved, e.Faults, false}
			for _, s := range p.BootMenu() {
				for _, c := range s.Choices {
					got.Offered = got.Offered || c.Entry == e
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNetbootFilesNobodyNeeds: without the files of other boot loaders, or the tarball,
// the menus still start the kernel.
func TestNetbootFilesNobodyNeeds(t *testing.T) {
	t.Parallel()
	in := input(tree("full", RoleFull, Facts{Netboot: []NetbootSet{{
		Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageRelease, Parent: "noble", Dir: "noble/netboot/amd64", Kernel: "linux", Initrd: "initrd",
		Boot: []File{{Name: "pxelinux.0", Size: size(3), Exact: true}, {Name: "grub.cfg"}}, Tarball: &File{Name: "a.tar.gz"},
		Answers: []NetbootAnswer{{Name: "a.tar.gz", Status: 404, Times: 2}, {Name: "grub.cfg", Status: 410, Times: 2}},
	}}}))
	in.Rules.BootFiles = []BootFile{{Name: "pxelinux.0", Title: "first", Least: 10}}
	p := Join(in)
	want := []NetbootFault{
		{Name: "grub.cfg", URL: "https://full.example/noble/netboot/amd64/grub.cfg", Status: 410},
		{Name: "pxelinux.0", URL: "https://full.example/noble/netboot/amd64/pxelinux.0", Size: 3, Least: 10},
		{Name: "a.tar.gz", URL: "https://full.example/noble/a.tar.gz", Status: 404},
	}
	if diff := cmp.Diff(want, p.Netboot[0].Entries[0].Faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if menu := p.BootMenu(); len(menu) == 0 || menu[0].Choices[0].Entry != p.Netboot[0].Entries[0] {
		t.Error("it should be in the menu")
	}
}

// TestFileInTree: an address means a file of a tree, or none.
func TestFileInTree(t *testing.T) {
	t.Parallel()
	j := &joiner{p: &Picture{Trees: []*Tree{{Name: "full", Site: "https://cd.example"}, {Name: "inner", Site: "https://cd.example/inner"}, {Name: "nowhere"}}}}
	type file struct{ Tree, Dir, Name string }
	for address, want := range map[string]file{
		"https://cd.example/noble/a.iso":        {"full", "noble", "a.iso"},
		"https://cd.example/a.iso":              {"full", "", "a.iso"},
		"https://cd.example/x/y./.z/a%2Bb.iso":  {"full", "x/y./.z", "a+b.iso"},
		"https://cd.example/inner/noble/a.iso":  {"inner", "noble", "a.iso"},
		"https://cd.example/../other/a.iso":     {},
		"https://cd.example/%2E%2E/other/a.iso": {},
		"https://cd.example/x/../other/a.iso":   {},
		"https://cd.example/./noble/a.iso":      {},
		"https://cd.example//noble/a.iso":       {},
		"https://cd.example/noble/a.iso?x=y":    {},
		"https://cd.example/noble/a.iso#x":      {},
		"https://cd.example/noble/%zz.iso":      {},
		"https://cd.example/noble/":             {},
		"https://cd.example/":                   {},
		"https://cd.example.evil/noble/a.iso":   {},
		"https://elsewhere.example/noble/a.iso": {},
		"":                                      {},
	} {
		var got file
		if tree, dir, name := j.inTree(address); tree != nil {
			got = file{tree.Name, dir, name}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", address, got, want)
		}
	}
}

// TestInstallerOfTheArchive: what an archive of packages says of an installer's files, and
// where it lies once its series has left.
func TestInstallerOfTheArchive(t *testing.T) {
	t.Parallel()
	const base = "http://archive.example/ubuntu/dists/focal/amd64/"
	const old = "http://old.example/ubuntu/dists/focal/amd64/"
	there := func(names ...string) []NetbootAnswer {
		var all []NetbootAnswer
		for _, name := range names {
			all = append(all, NetbootAnswer{Name: name, Size: size(1 << 30)})
		}
		return all
	}
	gone := func(times int, names ...string) []NetbootAnswer {
		var all []NetbootAnswer
		for _, name := range names {
			all = append(all, NetbootAnswer{Name: name, Status: 404, Times: times})
		}
		return all
	}
	join := func(parts ...[]NetbootAnswer) []NetbootAnswer { return slices.Concat(parts...) }
	type want struct {
		Source, URL, From string
		Offered           bool
		Findings          int
	}
	for _, tc := range []struct {
		name    string
		dir     string
		answers []NetbootAnswer
		want    want
	}{
		{"nobody was asked", "dists/other", there("linux", "initrd"), want{"", base, "", true, 0}},
		{"it is there", "dists/focal/amd64", there("linux", "initrd"), want{"archive", base, "", true, 0}},
		{"it was never answered for", "dists/focal/amd64", nil, want{"archive", base, "", true, 0}},
		{"gone once", "dists/focal/amd64", gone(1, "linux", "initrd"), want{"archive", base, "", true, 0}},
		{"gone", "dists/focal/amd64", gone(2, "linux", "initrd"), want{"archive", base, "", false, 1}},
		{"its ramdisk is gone", "dists/focal/amd64", join(there("linux"), gone(2, "initrd")), want{"archive", base, "", false, 1}},
		{"moved", "dists/focal/amd64", join(gone(2, "linux", "initrd"), there(old+"linux", old+"initrd")), want{"archive", old, base, true, 0}},
		{"half of it moved", "dists/focal/amd64", join(gone(2, "linux", "initrd"), there(old+"linux")), want{"archive", base, "", false, 1}},
		{"gone there, too", "dists/focal/amd64", join(gone(2, "linux", "initrd"), gone(1, old+"linux", old+"initrd")), want{"archive", base, "", false, 1}},
		{"there again, and in the archive", "dists/focal/amd64", join(there("linux", "initrd"), there(old+"linux", old+"initrd")), want{"archive", base, "", true, 0}},
		{"too small", "dists/focal/amd64", []NetbootAnswer{{Name: "linux", Size: size(7)}, {Name: "initrd", Size: size(7)}}, want{"archive", base, "", false, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := tree("archive", "", Facts{Netboot: []NetbootSet{{Series: "focal", Arch: "amd64", Kind: ImageRelease, Dir: tc.dir, Kernel: "linux", Initrd: "initrd", Answers: tc.answers}}})
			src.State.Kind, src.State.Site = KindPackages, "http://archive.example/ubuntu"
			in := input(src)
			in.Rules.Series = []SeriesRule{{Name: "focal", Version: "20.04"}}
			in.Rules.Netboot = []NetbootRule{{Series: []string{"focal"}, Arches: []string{"amd64"}, Address: "http://archive.example/ubuntu/dists/{series}/{arch}/", Kernel: "linux", Initrd: "initrd"}}
			in.Rules.BootMenu.Least = map[string]int64{LeastKernel: 1000, LeastInitrd: 1000}
			p := Join(in)
			if len(p.Trees) > 0 {
				t.Errorf("it is shown as a tree: %+v", p.Trees[0])
			}
			e := p.Netboot[0].Entries[0]
			got := want{e.Source, e.URL, e.From, len(p.BootMenu()) == 1, len(e.Findings)}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, f := range e.Findings {
				if f.Actor != ActorConfig || f.Source != "archive" || !strings.Contains(f.Text, base) {
					t.Errorf("finding %+v", f)
				}
			}
		})
	}
}

// TestInstallersOfOneDirectory: installers that share a directory are told apart by series
// and files, and an address may be written in several ways.
func TestInstallersOfOneDirectory(t *testing.T) {
	t.Parallel()
	set := func(series, kernel string, answers ...NetbootAnswer) NetbootSet {
		return NetbootSet{Series: series, Arch: "amd64", Kind: ImageRelease, Dir: "a+b", Kernel: kernel, Initrd: "initrd", Answers: answers}
	}
	rule := func(kernel string) NetbootRule {
		return NetbootRule{Series: []string{"bionic", "focal"}, Arches: []string{"amd64"}, Address: "http://archive.example/ubuntu/a%2Bb/", Kernel: kernel, Initrd: "initrd"}
	}
	gone := NetbootAnswer{Name: "hwe/linux", Status: 404, Times: 2}
	there := func(kernel string) []NetbootAnswer { return []NetbootAnswer{{Name: kernel}, {Name: "initrd"}} }
	src := tree("archive", "", Facts{Netboot: []NetbootSet{
		set("bionic", "bionic/linux", there("bionic/linux")...), set("bionic", "hwe/linux", there("hwe/linux")...),
		set("focal", "focal/linux", there("focal/linux")...), set("focal", "hwe/linux", NetbootAnswer{Name: "initrd"}, gone),
	}})
	src.State.Kind, src.State.Site = KindPackages, "http://archive.example/ubuntu"
	in := input(src)
	in.Rules.Series = []SeriesRule{{Name: "bionic", Version: "18.04"}, {Name: "focal", Version: "20.04"}}
	in.Rules.Netboot = []NetbootRule{rule("{series}/linux"), rule("hwe/linux")}
	got := map[string][]NetbootAnswer{}
	for _, n := range Join(in).Netboot {
		for _, e := range n.Entries {
			got[n.Line.Slug+" "+e.Kernel] = e.Answers
		}
	}
	want := map[string][]NetbootAnswer{
		"bionic bionic/linux": there("bionic/linux"), "bionic hwe/linux": there("hwe/linux"),
		"focal focal/linux": there("focal/linux"), "focal hwe/linux": {gone, {Name: "initrd"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func size(n int64) *int64 { return &n }
