package naming

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// shape writes what a directory's files are, one line for each image: its name, its
// parts with downloads before and companions after a bar, and what is unknown.
func shape(group Group) []string {
	var lines []string
	for _, image := range group.Images {
		var main, companions []string
		for _, f := range image.Files {
			if f.Main {
				main = append(main, f.Type)
			} else {
				companions = append(companions, f.Type)
			}
		}
		line := image.Name + ": " + strings.Join(main, " ") + " | " + strings.Join(companions, " ")
		if image.Oversized {
			line += " oversized"
		}
		if len(image.Unknown) > 0 {
			line += fmt.Sprint(" unknown ", image.Unknown)
		}
		lines = append(lines, line)
	}
	for _, t := range group.Tarballs {
		lines = append(lines, "netboot "+t.Name.Arch)
	}
	for _, s := range group.Strays {
		lines = append(lines, "stray "+s)
	}
	return lines
}

func TestGroup(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	tests := []struct {
		name, dir string
		files     []string
		want      []string
	}{
		{
			"companions", "noble/daily-live/20260726",
			[]string{"FOOTER.html", "HEADER.html", "SHA256SUMS", "SHA256SUMS.gpg", ".htaccess", ".publish_info", "noble-desktop-amd64.iso", "noble-desktop-amd64.iso.torrent", "noble-desktop-amd64.iso.zsync", "noble-desktop-amd64.list", "noble-desktop-amd64.manifest", "noble-desktop-amd64.manifest-remove", "noble-desktop-amd64.metalink", "report.html"},
			[]string{"noble-desktop-amd64: iso | iso.torrent iso.zsync list manifest manifest-remove metalink"},
		},
		{
			"marker", "noble/daily-live/20260726",
			[]string{"noble-desktop-amd64.OVERSIZED", "noble-desktop-amd64.iso", "noble-desktop-arm64.iso"},
			[]string{"noble-desktop-amd64: iso |  oversized", "noble-desktop-arm64: iso | "},
		},
		{
			"sources in parts", "releases/precise/release/source",
			[]string{"ubuntu-12.04-src-1.iso", "ubuntu-12.04-src-10.iso", "ubuntu-12.04-src-2.iso", "ubuntu-12.04-src-1.iso.torrent"},
			[]string{"ubuntu-12.04-src: iso iso iso | iso.torrent"},
		},
		{
			"image and boot image", "raring/daily-preinstalled/20130401",
			[]string{"raring-preinstalled-desktop-armhf+nexus7.bootimg", "raring-preinstalled-desktop-armhf+nexus7.img.gz", "raring-preinstalled-desktop-armhf+nexus7.manifest"},
			[]string{"raring-preinstalled-desktop-armhf+nexus7: bootimg img.gz | manifest"},
		},
		{
			"two forms", "releases/maverick/release",
			[]string{"ubuntu-10.10-preinstalled-netbook-armel+omap4.img", "ubuntu-10.10-preinstalled-netbook-armel+omap4.tar.gz"},
			[]string{"ubuntu-10.10-preinstalled-netbook-armel+omap4: img tar.gz | "},
		},
		{
			"core", "ubuntu-core/24/stable/20260301",
			[]string{"ubuntu-core-24-amd64.img.xz", "ubuntu-core-24-amd64.lxd.tar.xz", "ubuntu-core-24-amd64.manifest", "ubuntu-core-24-amd64.model-assertion", "ubuntu-core-24-amd64.qcow2"},
			[]string{"ubuntu-core-24-amd64: img.xz qcow2 | lxd.tar.xz manifest model-assertion"},
		},
		{
			"cloud", "maverick",
			[]string{"maverick-server-uec-amd64-initrd-virtual", "maverick-server-uec-amd64-vmlinuz-virtual", "maverick-server-uec-amd64.img.tar.gz", "maverick-server-uec-amd64-kernel-info.txt"},
			[]string{"maverick-server-uec-amd64: img.tar.gz | initrd-virtual vmlinuz-virtual kernel-info.txt"},
		},
		{
			"netboot", "noble",
			[]string{"ubuntu-24.04.3-netboot-amd64.tar.gz", "ubuntu-24.04.4-live-server-amd64.iso", "ubuntu-24.04.4-netboot-amd64.tar.gz"},
			[]string{"ubuntu-24.04.4-live-server-amd64: iso | ", "netboot amd64", "netboot amd64"},
		},
		{
			"bare file systems", "livecd-base/noble/daily/20260901",
			[]string{"amd64.initrd", "amd64.kernel", "amd64.manifest", "amd64.squashfs", "arm64.squashfs"},
			[]string{"amd64: squashfs | initrd kernel manifest", "arm64: squashfs | "},
		},
		{
			"Windows", "ubuntu/precise/wubi/20120101",
			[]string{"amd64.manifest", "amd64.tar.xz", "wubi.exe"},
			[]string{"amd64: tar.xz | manifest", "wubi: exe | "},
		},
		{
			"names that begin alike", "ubuntu-server/noble/daily-live/20260726",
			[]string{"noble-live-server-arm64+largemem.iso", "noble-live-server-arm64+largemem.manifest", "noble-live-server-arm64.iso", "noble-live-server-arm64.manifest"},
			[]string{"noble-live-server-arm64: iso | manifest", "noble-live-server-arm64+largemem: iso | manifest"},
		},
		{
			"versions with dots", "noble",
			[]string{"ubuntu-24.04.5-desktop-amd64.iso", "ubuntu-24.04.5.1-desktop-amd64.iso", "ubuntu-24.04.5.1-desktop-amd64.list"},
			[]string{"ubuntu-24.04.5-desktop-amd64: iso | ", "ubuntu-24.04.5.1-desktop-amd64: iso | list"},
		},
		{
			"unknown extension beside a known one", "noble",
			[]string{"ubuntu-24.04-desktop-amd64.iso", "ubuntu-24.04-desktop-amd64.vhdx", "ubuntu-24.04-desktop-amd64-notes.txt"},
			[]string{"ubuntu-24.04-desktop-amd64: iso | vhdx notes.txt unknown [extension]"},
		},
		{
			"unknown extension alone", "noble",
			[]string{"ubuntu-24.04-desktop-amd64.vhdx", "ubuntu-24.04-desktop-amd64.vhdx.zsync"},
			[]string{"ubuntu-24.04-desktop-amd64: vhdx | vhdx.zsync unknown [extension]"},
		},
		{
			"companions of nothing", "noble",
			[]string{"ubuntu-24.04-desktop-amd64.manifest", "ubuntu-24.04-desktop-amd64.iso.zsync", "notes.txt"},
			[]string{"stray notes.txt", "stray ubuntu-24.04-desktop-amd64.iso.zsync", "stray ubuntu-24.04-desktop-amd64.manifest"},
		},
		{
			"unknown everything", "foo/tiger/daily-live/20270101",
			[]string{"tiger-gadget-loong64.iso", "x.iso", "bad\xff.iso"},
			[]string{"stray bad%FF.iso", "stray tiger-gadget-loong64.iso", "stray x.iso"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var files []release.File
			for _, name := range tt.files {
				files = append(files, release.File{Name: name})
			}
			if diff := cmp.Diff(tt.want, shape(g.Group(g.Directory(tt.dir), files))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestGroupFields looks at what an image is told to be, besides its files.
func TestGroupFields(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	tests := []struct {
		dir, file string
		want      release.Image
	}{
		{
			"ubuntu/stonking/daily-dangerous/20260901", "stonking-desktop-amd64.iso",
			release.Image{Series: "stonking", Project: "ubuntu", Kind: release.ImageDaily, ImageType: "daily-dangerous", PublishType: "desktop", Arch: "amd64"},
		},
		{
			"releases/stonking/beta", "ubuntu-26.10-beta-live-server-amd64.iso",
			release.Image{Series: "stonking", Project: "ubuntu-server", Kind: release.ImageRelease, PublishType: "live-server", Arch: "amd64", Version: "26.10", Milestone: "beta"},
		},
		{
			"xubuntu/releases/precise/alpha-2", "precise-desktop-amd64.iso",
			release.Image{Series: "precise", Project: "xubuntu", Kind: release.ImageRelease, PublishType: "desktop", Arch: "amd64", Milestone: "alpha2"},
		},
		{
			"xubuntu/releases/precise/release", "precise-desktop-amd64.iso",
			release.Image{Series: "precise", Project: "xubuntu", Kind: release.ImageRelease, PublishType: "desktop", Arch: "amd64"},
		},
		{
			".pool", "ubuntu-24.04.5-wsl-amd64.wsl",
			release.Image{Series: "noble", Project: "ubuntu-wsl", Kind: release.ImageRelease, PublishType: "wsl", Arch: "amd64", Version: "24.04.5"},
		},
		{
			"somewhere", "foobuntu-99.10-desktop-amd64.iso",
			release.Image{Series: "other", Project: "foobuntu", Kind: release.ImageRelease, PublishType: "desktop", Arch: "amd64", Version: "99.10", Unknown: []string{"project", "series"}},
		},
	}
	for _, tt := range tests {
		group := g.Group(g.Directory(tt.dir), []release.File{{Name: tt.file}})
		if len(group.Images) != 1 {
			t.Errorf("%s/%s: %d images", tt.dir, tt.file, len(group.Images))
			continue
		}
		got := group.Images[0]
		tt.want.Dir, tt.want.Name, tt.want.Files = tt.dir, got.Name, got.Files
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s/%s (-want +got):\n%s", tt.dir, tt.file, diff)
		}
	}
}

// TestNoRules reads names without any rule: nothing is known and nothing fails.
func TestNoRules(t *testing.T) {
	t.Parallel()
	g := New(release.Rules{})
	for _, s := range samples(t) {
		d := g.Directory(s.dir)
		g.Group(d, []release.File{{Name: s.name}})
	}
	group := g.Group(g.Directory("releases/noble/release"), []release.File{{Name: "ubuntu-24.04-desktop-amd64.iso"}})
	if len(group.Images)+len(group.Strays) != 1 {
		t.Errorf("%+v", group)
	}
}

func FuzzDirectory(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.dir)
	}
	f.Add("a/netboot//x/.pool/current/20260901/releases/24.04")
	f.Add("///")
	g := grammar(f)
	f.Fuzz(func(t *testing.T, path string) {
		d := g.Directory(path)
		if d.Path != path || !strings.HasPrefix(path, d.Parent) {
			t.Errorf("%q: %+v", path, d)
		}
		if d.BuildID != "" && !IsBuildID(d.BuildID) {
			t.Errorf("%q: build id %q", path, d.BuildID)
		}
		if kind := d.DirectoryKind(); kind == "" {
			t.Errorf("%q: no kind", path)
		}
	})
}

func FuzzParseFile(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.dir, s.name)
	}
	f.Add("noble", "ubuntu-24.04-src-.iso")
	f.Add("", "-.-.OVERSIZED")
	f.Add("x", "a-1.1-.")
	g := grammar(f)
	f.Fuzz(func(t *testing.T, dir, name string) {
		d := g.Directory(dir)
		file := g.ParseFile(d, name)
		if file.Class == "" || file.Name != name {
			t.Errorf("%q: %+v", name, file)
		}
		group := g.Group(d, []release.File{{Name: name}})
		if n := len(group.Images) + len(group.Tarballs) + len(group.Strays); n > 1 || n == 0 && file.Class != Common {
			t.Errorf("%q: %d times in %+v", name, n, group)
		}
		for _, image := range group.Images {
			if image.Series == "" || image.Project == "" || image.Series != release.Slug(image.Series) || image.Project != release.Slug(image.Project) {
				t.Errorf("%q: series %q, project %q", name, image.Series, image.Project)
			}
			if !strings.HasPrefix(name, image.Name) || image.Name == "" {
				t.Errorf("%q: image %q", name, image.Name)
			}
			for _, f := range image.Files {
				if f.Type == "" || !utf8.ValidString(f.Name) {
					t.Errorf("%q: file %+v", name, f)
				}
			}
		}
		for _, s := range group.Strays {
			if !utf8.ValidString(s) {
				t.Errorf("stray %q", s)
			}
		}
	})
}
