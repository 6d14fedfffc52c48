package naming

import (
	"bufio"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

var rules = sync.OnceValues(func() (release.Rules, error) {
	c, err := config.Default()
	if err != nil {
		return release.Rules{}, err
	}
	return c.Rules, nil
})

// grammar reads names with the rules that come with the program.
func grammar(t testing.TB) *Grammar {
	t.Helper()
	r, err := rules()
	if err != nil {
		t.Fatal(err)
	}
	return New(r)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	tests := []struct {
		path string
		want Directory
	}{
		{"", Directory{Kind: Other}},
		{"ubuntu", Directory{Kind: Other, Project: "ubuntu"}},
		{"kubuntu/daily-live", Directory{Kind: Other, Project: "kubuntu", ImageType: "daily-live"}},

		// Dailies: Ubuntu at the root, and the projects beside it.
		{"daily-live/20230208.1", Directory{Kind: Dated, Project: "ubuntu", ImageType: "daily-live", BuildID: "20230208.1"}},
		{"daily-live/current", Directory{Kind: Current, Project: "ubuntu", ImageType: "daily-live"}},
		{"noble/daily-live/20260726", Directory{Kind: Dated, Project: "ubuntu", Series: "noble", ImageType: "daily-live", BuildID: "20260726"}},
		{"ubuntu-server/focal/daily-live/20221013.2", Directory{Kind: Dated, Project: "ubuntu-server", Series: "focal", ImageType: "daily-live", BuildID: "20221013.2"}},
		{"ubuntu-server/daily-preinstalled/pending", Directory{Kind: Pending, Project: "ubuntu-server", ImageType: "daily-preinstalled"}},
		{"kubuntu/daily-live/manual", Directory{Kind: Manual, Project: "kubuntu", ImageType: "daily-live"}},
		{"ports/daily/20090101", Directory{Kind: Dated, Project: "ports", ImageType: "daily", BuildID: "20090101"}},

		// Dailies: every project below itself, every series below its project.
		{"ubuntu/stonking/daily-live/20260901", Directory{Kind: Dated, Project: "ubuntu", Series: "stonking", ImageType: "daily-live", BuildID: "20260901"}},
		{"xubuntu/stonking/daily-minimal/20260901", Directory{Kind: Dated, Project: "xubuntu", Series: "stonking", ImageType: "daily-minimal", BuildID: "20260901"}},
		{"nvidia-tegra/ubuntu-server/noble/daily-live/20260101", Directory{Kind: Dated, Subtree: "nvidia-tegra", Project: "ubuntu-server", Series: "noble", ImageType: "daily-live", BuildID: "20260101"}},
		{"ubuntustudio/dvd/20230208", Directory{Kind: Dated, Project: "ubuntustudio", ImageType: "dvd", BuildID: "20230208"}},

		// What no rule knows stays as it is.
		{"foobuntu/daily-live/20260901", Directory{Kind: Dated, Project: "foobuntu", ImageType: "daily-live", BuildID: "20260901"}},
		{"ubuntu/tiger/daily-live/20270101", Directory{Kind: Dated, Project: "ubuntu", Series: "tiger", ImageType: "daily-live", BuildID: "20270101"}},
		{"ubuntu/noble/nightly/20270101", Directory{Kind: Dated, Project: "ubuntu", Series: "noble", ImageType: "nightly", BuildID: "20270101"}},
		{"foo/bar", Directory{Kind: Other}},

		// Core: series by number, then a channel.
		{"ubuntu-core/24/stable/20260301", Directory{Kind: Dated, Project: "ubuntu-core", Series: "noble", ImageType: "stable", BuildID: "20260301"}},
		{"ubuntu-core/22/dangerous-edge/current", Directory{Kind: Current, Project: "ubuntu-core", Series: "jammy", ImageType: "dangerous-edge"}},
		{"24/stable", Directory{Kind: Other, Project: "24", ImageType: "stable"}},

		// Releases of the full tree.
		{"releases", Directory{Kind: Other, Project: "ubuntu"}},
		{"releases/noble/release", Directory{Kind: Release, Project: "ubuntu", Series: "noble", Status: "release"}},
		{"releases/24.04.4/release", Directory{Kind: Release, Project: "ubuntu", Series: "noble", Status: "release"}},
		{"ubuntu/releases/stonking/release/snapshot-4", Directory{Kind: Release, Project: "ubuntu", Series: "stonking", Status: "release/snapshot-4"}},
		{"releases/jammy/release/inteliot", Directory{Kind: Release, Project: "ubuntu", Series: "jammy", Status: "release/inteliot"}},
		{"releases/noble/release/nvidia-tegra", Directory{Kind: Release, Project: "ubuntu", Series: "noble", Status: "release/nvidia-tegra"}},
		{"xubuntu/releases/precise/alpha-2", Directory{Kind: Release, Project: "xubuntu", Series: "precise", Status: "alpha-2"}},
		{"ubuntu-base/releases/tiger/release", Directory{Kind: Release, Project: "ubuntu-base", Series: "tiger", Status: "release"}},
		{"releases/99.10/release", Directory{Kind: Release, Project: "ubuntu", Status: "release"}},

		// Releases of the simple and the old tree.
		{"noble", Directory{Kind: Release, Project: "ubuntu", Series: "noble"}},
		{"24.04.5.1", Directory{Kind: Release, Project: "ubuntu", Series: "noble"}},
		{"ubuntu/noble", Directory{Kind: Release, Project: "ubuntu", Series: "noble"}},
		{"releases/questing/snapshot-3", Directory{Kind: Release, Project: "ubuntu", Series: "questing", Status: "snapshot-3"}},
		{"questing/beta", Directory{Kind: Release, Project: "ubuntu", Series: "questing", Status: "beta"}},
		{".pool", Directory{Kind: Pool, Project: "ubuntu"}},
		{"ubuntu/.pool", Directory{Kind: Pool, Project: "ubuntu"}},
		{"releases/.pool", Directory{Kind: Pool, Project: "ubuntu"}},

		// Parts of what lies above them.
		{"noble/netboot/amd64/grub", Directory{Kind: Release, Project: "ubuntu", Series: "noble", Parent: "noble", Netboot: true, NetbootArch: "amd64", Below: "grub"}},
		{"ubuntu-server/noble/daily-live/20260726/netboot", Directory{Kind: Dated, Project: "ubuntu-server", Series: "noble", ImageType: "daily-live", BuildID: "20260726", Parent: "ubuntu-server/noble/daily-live/20260726", Netboot: true}},
		{"releases/precise/release/source", Directory{Kind: Release, Project: "ubuntu", Series: "precise", Status: "release", Parent: "releases/precise/release"}},
	}
	for _, tt := range tests {
		tt.want.Path = tt.path
		if tt.want.Parent == "" {
			tt.want.Parent = tt.path
		}
		if diff := cmp.Diff(tt.want, g.Directory(tt.path)); diff != "" {
			t.Errorf("Directory(%q) (-want +got):\n%s", tt.path, diff)
		}
	}
}

func TestParseFile(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	tests := []struct {
		name, dir, file string
		want            File
	}{
		{
			"daily", "noble/daily-live/20260726", "noble-desktop-amd64.iso",
			File{Class: Main, Stem: "noble-desktop-amd64", Type: "iso", Series: "noble", Project: "ubuntu", PublishType: "desktop", Arch: "amd64"},
		},
		{
			"publish type with hyphens", "ubuntu-server/noble/daily-live/20260726", "noble-live-server-arm64+largemem.iso",
			File{Class: Main, Stem: "noble-live-server-arm64+largemem", Type: "iso", Series: "noble", Project: "ubuntu-server", PublishType: "live-server", Arch: "arm64+largemem"},
		},
		{
			"longer publish type wins", "daily-legacy/20230208", "lunar-desktop-legacy-amd64.iso",
			File{Class: Main, Stem: "lunar-desktop-legacy-amd64", Type: "iso", Series: "lunar", Project: "ubuntu", PublishType: "desktop-legacy", Arch: "amd64"},
		},
		{
			"final of the server", "noble", "ubuntu-24.04.4-live-server-amd64.iso",
			File{Class: Main, Stem: "ubuntu-24.04.4-live-server-amd64", Type: "iso", Series: "noble", Project: "ubuntu-server", Version: "24.04.4", Released: true, PublishType: "live-server", Arch: "amd64"},
		},
		{
			"whole name of the server", "noble", "ubuntu-server-24.04.4-live-server-amd64.iso",
			File{Class: Main, Stem: "ubuntu-server-24.04.4-live-server-amd64", Type: "iso", Series: "noble", Project: "ubuntu-server", Version: "24.04.4", Released: true, PublishType: "live-server", Arch: "amd64"},
		},
		{
			"final for Windows", "noble", "ubuntu-24.04.4-wsl-amd64.wsl",
			File{Class: Main, Stem: "ubuntu-24.04.4-wsl-amd64", Type: "wsl", Series: "noble", Project: "ubuntu-wsl", Version: "24.04.4", Released: true, PublishType: "wsl", Arch: "amd64"},
		},
		{
			"four parts of a version", "noble", "ubuntu-24.04.5.1-desktop-amd64.iso",
			File{Class: Main, Stem: "ubuntu-24.04.5.1-desktop-amd64", Type: "iso", Series: "noble", Project: "ubuntu", Version: "24.04.5.1", Released: true, PublishType: "desktop", Arch: "amd64"},
		},
		{
			"milestone", "ubuntu/releases/stonking/release/snapshot-4", "ubuntu-26.10-snapshot4-desktop-amd64v3.iso",
			File{Class: Main, Stem: "ubuntu-26.10-snapshot4-desktop-amd64v3", Type: "iso", Series: "stonking", Project: "ubuntu", Version: "26.10", Milestone: "snapshot4", Released: true, PublishType: "desktop", Arch: "amd64v3"},
		},
		{
			"unknown milestone", "releases/stonking/release", "ubuntu-26.10-dress2-live-server-amd64.iso",
			File{Class: Main, Stem: "ubuntu-26.10-dress2-live-server-amd64", Type: "iso", Series: "stonking", Project: "ubuntu-server", Version: "26.10", Milestone: "dress2", Released: true, PublishType: "live-server", Arch: "amd64"},
		},
		{
			"names itself twice", "ubuntu-base/releases/resolute/beta", "ubuntu-base-26.04-beta-base-arm64.tar.gz",
			File{Class: Main, Stem: "ubuntu-base-26.04-beta-base-arm64", Type: "tar.gz", Series: "resolute", Project: "ubuntu-base", Version: "26.04", Milestone: "beta", Released: true, PublishType: "base", Arch: "arm64"},
		},
		{
			"old core", "ubuntu-core/releases/raring/release", "ubuntu-core-13.04-core-armhf.tar.gz",
			File{Class: Main, Stem: "ubuntu-core-13.04-core-armhf", Type: "tar.gz", Series: "raring", Project: "ubuntu-core", Version: "13.04", Released: true, PublishType: "core", Arch: "armhf"},
		},
		{
			"core", "ubuntu-core/24/stable/current", "ubuntu-core-24-arm64+raspi.img.xz",
			File{Class: Main, Stem: "ubuntu-core-24-arm64+raspi", Type: "img.xz", Series: "noble", Project: "ubuntu-core", PublishType: "live-core", Arch: "arm64+raspi"},
		},
		{
			"core desktop", "ubuntu-core-desktop/24/edge/20260101", "ubuntu-core-desktop-24-amd64.img.xz",
			File{Class: Main, Stem: "ubuntu-core-desktop-24-amd64", Type: "img.xz", Series: "noble", Project: "ubuntu-core-desktop", PublishType: "live-core-desktop", Arch: "amd64"},
		},
		{
			"board with a hyphen", "releases/noble/release/nvidia-tegra", "ubuntu-24.04-preinstalled-server-arm64+tegra-jetson.img.xz",
			File{Class: Main, Stem: "ubuntu-24.04-preinstalled-server-arm64+tegra-jetson", Type: "img.xz", Series: "noble", Project: "ubuntu-server", Version: "24.04", Released: true, PublishType: "preinstalled-server", Arch: "arm64+tegra-jetson"},
		},
		{
			"sources", "daily/20120101/source", "precise-src-10.iso",
			File{Class: Main, Stem: "precise-src", Type: "iso", Series: "precise", Project: "ubuntu", PublishType: "src", Arch: "source", Part: 10},
		},
		{
			"released sources", "releases/precise/release/source", "ubuntu-12.04-src-2.iso",
			File{Class: Main, Stem: "ubuntu-12.04-src", Type: "iso", Series: "precise", Project: "ubuntu", Version: "12.04", Released: true, PublishType: "src", Arch: "source", Part: 2},
		},
		{
			"netboot tarball", "noble", "ubuntu-24.04.4-netboot-amd64.tar.gz",
			File{Class: Tarball, Stem: "ubuntu-24.04.4-netboot-amd64", Type: "tar.gz", Series: "noble", Project: "ubuntu-server", Version: "24.04.4", Released: true, PublishType: "netboot", Arch: "amd64"},
		},
		{
			"netboot tarball of a daily", "ubuntu-server/noble/daily-live/20260726", "noble-netboot-arm64+largemem.tar.gz",
			File{Class: Tarball, Stem: "noble-netboot-arm64+largemem", Type: "tar.gz", Series: "noble", Project: "ubuntu-server", PublishType: "netboot", Arch: "arm64+largemem"},
		},
		{
			"companion of a companion's kind", "noble", "ubuntu-24.04.4-preinstalled-server-arm64+raspi.img.xz.zsync",
			File{Class: Companion, Stem: "ubuntu-24.04.4-preinstalled-server-arm64+raspi", Type: "img.xz.zsync", Series: "noble", Project: "ubuntu-server", Version: "24.04.4", Released: true, PublishType: "preinstalled-server", Arch: "arm64+raspi"},
		},
		{
			"joined with a hyphen", "maverick", "maverick-server-uec-amd64-vmlinuz-ec2",
			File{Class: Companion, Stem: "maverick-server-uec-amd64", Type: "vmlinuz-ec2", Series: "maverick", Project: "ubuntu-server", PublishType: "server-uec", Arch: "amd64"},
		},
		{
			"marker", "noble/daily-live/20260726", "noble-desktop-amd64.OVERSIZED",
			File{Class: Marker, Stem: "noble-desktop-amd64", Type: "OVERSIZED", Series: "noble", Project: "ubuntu", PublishType: "desktop", Arch: "amd64"},
		},
		{
			"bare file system", "livecd-base/noble/daily/20260101", "amd64.squashfs",
			File{Class: Main, Stem: "amd64", Type: "squashfs", Series: "noble", Project: "livecd-base", Arch: "amd64"},
		},
		{
			"file system for Windows", "ubuntu/precise/wubi/20120101", "amd64.tar.xz",
			File{Class: Main, Stem: "amd64", Type: "tar.xz", Series: "precise", Project: "ubuntu", PublishType: "wubi", Arch: "amd64"},
		},
		{
			"installer for Windows", "releases/precise/release", "wubi.exe",
			File{Class: Main, Stem: "wubi", Type: "exe", Series: "precise", Project: "ubuntu", PublishType: "wubi"},
		},

		// Official "no": the name of a daily in a release directory.
		{
			"series in a release directory", "xubuntu/releases/precise/alpha-2", "precise-desktop-amd64.iso",
			File{Class: Main, Stem: "precise-desktop-amd64", Type: "iso", Series: "precise", Project: "xubuntu", PublishType: "desktop", Arch: "amd64"},
		},
		{
			"server in a release directory", "releases/precise/alpha-2", "precise-server-amd64.iso",
			File{Class: Main, Stem: "precise-server-amd64", Type: "iso", Series: "precise", Project: "ubuntu-server", PublishType: "server", Arch: "amd64"},
		},

		// Nothing is dropped for being unknown.
		{
			"unknown architecture", "noble/daily-live/20260726", "noble-desktop-loong64.iso",
			File{Class: Main, Stem: "noble-desktop-loong64", Type: "iso", Series: "noble", Project: "ubuntu", PublishType: "desktop", Arch: "loong64", Unknown: []string{"arch"}},
		},
		{
			"unknown board", "noble", "ubuntu-24.04-gadget-riscv64+new-board.img.xz",
			File{Class: Main, Stem: "ubuntu-24.04-gadget-riscv64+new-board", Type: "img.xz", Series: "noble", Project: "ubuntu", Version: "24.04", Released: true, PublishType: "gadget", Arch: "riscv64+new-board", Unknown: []string{"arch", "publish_type"}},
		},
		{
			"unknown publish type", "noble/daily-live/20260726", "noble-very-new-amd64.iso",
			File{Class: Main, Stem: "noble-very-new-amd64", Type: "iso", Series: "noble", Project: "ubuntu", PublishType: "very-new", Arch: "amd64", Unknown: []string{"publish_type"}},
		},
		{
			"unknown extension", "noble", "ubuntu-24.04.4-desktop-amd64.vhdx",
			File{Class: Companion, Stem: "ubuntu-24.04.4-desktop-amd64", Type: "vhdx", Series: "noble", Project: "ubuntu", Version: "24.04.4", Released: true, PublishType: "desktop", Arch: "amd64", Unknown: []string{"extension"}},
		},
		{
			"unknown project", "foobuntu/releases/noble/release", "foobuntu-24.04-desktop-amd64.iso",
			File{Class: Main, Stem: "foobuntu-24.04-desktop-amd64", Type: "iso", Series: "noble", Project: "foobuntu", Version: "24.04", Released: true, PublishType: "desktop", Arch: "amd64", Unknown: []string{"project"}},
		},
		{
			"unknown version", "releases/99.10/release", "ubuntu-99.10-desktop-amd64.iso",
			File{Class: Main, Stem: "ubuntu-99.10-desktop-amd64", Type: "iso", Project: "ubuntu", Version: "99.10", Released: true, PublishType: "desktop", Arch: "amd64", Unknown: []string{"series"}},
		},
		{
			"unknown series", "ubuntu/tiger/daily-live/20270101", "tiger-desktop-amd64.iso",
			File{Class: Main, Stem: "tiger-desktop-amd64", Type: "iso", Series: "tiger", Project: "ubuntu", PublishType: "desktop", Arch: "amd64", Unknown: []string{"series"}},
		},
		{
			"unknown series at the root", "tiger/daily-live/20270101", "tiger-desktop-amd64.iso",
			File{Class: Main, Stem: "tiger-desktop-amd64", Type: "iso", Series: "tiger", Project: "ubuntu", PublishType: "desktop", Arch: "amd64", Unknown: []string{"series"}},
		},

		{"list", "noble", "SHA256SUMS.gpg", File{Class: Common}},
		{"list of another kind", "noble", "MD5SUMS-metalink", File{Class: Common}},
		{"page", "noble", "HEADER.html", File{Class: Common}},
		{"hidden", "noble", ".noble-netboot-amd64.tar.gz", File{Class: Common}},
		{"no image's name", "noble", "a-few-words.txt", File{Class: Stray}},
		{"no extension", "noble", "noble-desktop-amd64", File{Class: Stray}},
		{"control character", "noble", "noble-desktop-\x07amd64.iso", File{Class: Stray}},
		{"bytes that are no text", "noble", "noble-desktop-\xff.iso", File{Class: Stray}},
		{"path", "noble", "noble/noble-desktop-amd64.iso", File{Class: Stray}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Name = tt.file
			got := g.ParseFile(g.Directory(tt.dir), tt.file)
			if tt.want.Class == Stray {
				got = File{Name: got.Name, Class: got.Class}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s/%s (-want +got):\n%s", tt.dir, tt.file, diff)
			}
		})
	}
}

// sample is one line of testdata/images.tsv: a file that really was in a tree.
type sample struct{ dir, name string }

func samples(t testing.TB) []sample {
	t.Helper()
	f, err := os.Open("testdata/images.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []sample
	in := bufio.NewScanner(f)
	in.Scan() // heading
	for in.Scan() {
		file := strings.Split(in.Text(), "\t")[1]
		all = append(all, sample{path.Dir(file), path.Base(file)})
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRealNames holds the grammar to every name of the samples: none is a stray,
// and nothing about it is unknown.
func TestRealNames(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	all := samples(t)
	if len(all) < 1000 {
		t.Fatalf("%d samples, want more than 1000", len(all))
	}
	for _, s := range all {
		d := g.Directory(s.dir)
		if d.Kind == Other && !strings.HasSuffix(s.dir, "/releases") {
			t.Errorf("%s: nothing is known of the directory", s.dir)
		}
		f := g.ParseFile(d, s.name)
		switch {
		case f.Class == Common:
		case f.Class == Stray:
			t.Errorf("%s/%s is a stray", s.dir, s.name)
		case len(f.Unknown) > 0:
			t.Errorf("%s/%s: unknown %v", s.dir, s.name, f.Unknown)
		case f.Series == "" || f.Project == "" || f.PublishType == "" || f.Arch == "":
			t.Errorf("%s/%s: something is missing: %+v", s.dir, s.name, f)
		case d.Series != "" && f.Series != d.Series:
			t.Errorf("%s/%s: of %s in a directory of %s", s.dir, s.name, f.Series, d.Series)
		}
	}
}

// TestRealDirectories groups the samples as they lay: companions find their
// images, but for the few whose image the samples do not have.
func TestRealDirectories(t *testing.T) {
	t.Parallel()
	g := grammar(t)
	dirs := map[string][]release.File{}
	for _, s := range samples(t) {
		dirs[s.dir] = append(dirs[s.dir], release.File{Name: s.name})
	}
	images := 0
	for dir, files := range dirs {
		group := g.Group(g.Directory(dir), files)
		images += len(group.Images)
		for _, stray := range group.Strays {
			stem, _, _ := strings.Cut(stray, ".manifest")
			stem, _, _ = strings.Cut(stem, ".metalink")
			if slices.ContainsFunc(files, func(f release.File) bool {
				return f.Name != stray && strings.HasPrefix(f.Name, stem+".")
			}) {
				t.Errorf("%s: %s is left out of its image", dir, stray)
			}
		}
	}
	if images < 500 {
		t.Errorf("%d images, want more than 500", images)
	}
}

// TestPrintable holds what is stored to being text.
func TestPrintable(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"plain+~ name":     "plain+~ name",
		"文件.txt":           "文件.txt",
		"bad\xff-byte.txt": "bad%FF-byte.txt",
		"tab\there":        "tab%09here",
	}
	for name, want := range tests {
		if got := Printable(name); got != want || !utf8.ValidString(got) {
			t.Errorf("Printable(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestSpecialRules reads names by rules that the default ones have no example of:
// an image type that is written as a path, and one publish type of two projects.
func TestSpecialRules(t *testing.T) {
	t.Parallel()
	g := New(release.Rules{
		Series:   []release.SeriesRule{{Name: "noble", Version: "24.04"}},
		Projects: []release.Project{{Name: "ubuntu", Prefix: "ubuntu"}, {Name: "ubuntu-server", Prefix: "ubuntu"}},
		Products: []release.ProductRule{
			{Project: "ubuntu", PublishType: "server", ImageType: "ports_daily", Arch: "amd64"},
			{Project: "ubuntu-server", PublishType: "server", Arch: "arm64"},
		},
		Extensions: []release.Extension{{Name: "iso", Main: true}},
	})
	d := g.Directory("ubuntu/ports/daily/20260901")
	if d.Project != "ubuntu" || d.ImageType != "ports_daily" || d.BuildID != "20260901" {
		t.Errorf("directory %+v", d)
	}
	at := g.Directory("releases/noble/release")
	for arch, want := range map[string]string{"amd64": "ubuntu", "arm64": "ubuntu-server"} {
		if f := g.ParseFile(at, "ubuntu-24.04-server-"+arch+".iso"); f.Project != want {
			t.Errorf("%s: project %q, want %q", f.Name, f.Project, want)
		}
	}
}
