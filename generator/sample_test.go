package generator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// A sample of facts in the shape of a real point-release day: a tracker, a full
// tree and a simple tree that disagree here and there, every state, boards that no
// rule knows, and names that nobody should trust.

// sampleNow is the moment for which the sample is made.
var sampleNow = time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)

// sampleProduct is a product of the sample with what becomes of it in each milestone.
type sampleProduct struct {
	title, family string
	rule          release.ProductRule
	contact       string
	size          int64
	ext           string
	series        []string // where it is meant to be released
}

// sampleProducts are in the words of the real tracker.
func sampleProducts(rules *release.Rules) []sampleProduct {
	row := func(title, family, contact string, size int64, ext string, series ...string) sampleProduct {
		p := sampleProduct{title: title, family: family, contact: contact, size: size, ext: ext, series: series}
		for _, r := range rules.Products {
			if r.Title == title {
				p.rule = r
			}
		}
		return p
	}
	n, s := "noble", "stonking"
	return []sampleProduct{
		row("Edubuntu Desktop amd64", "Edubuntu", "~edubuntu-release", 6_412_345_344, "iso", n, s),
		row("Edubuntu Desktop arm64+raspi", "Edubuntu", "~edubuntu-release", 3_012_345_684, "img.xz", n),
		row("Kubuntu Desktop amd64", "Kubuntu", "~kubuntu-release", 4_311_746_560, "iso", n, s),
		row("Lubuntu Desktop amd64", "Lubuntu", "~lubuntu-release", 3_298_885_632, "iso", n, s),
		row("Ubuntu Base amd64", "Ubuntu Base", "~ubuntu-release", 29_876_543, "tar.gz", n, s),
		row("Ubuntu Base arm64", "Ubuntu Base", "~ubuntu-release", 28_745_332, "tar.gz", n, s),
		row("Ubuntu Budgie Desktop amd64", "Ubuntu Budgie", "~ubuntubudgie-release", 3_820_122_112, "iso", n, s),
		row("Ubuntu Cinnamon Desktop amd64", "Ubuntu Cinnamon", "Joshua P.", 4_912_345_088, "iso", n, s),
		row("Ubuntu Core amd64 stable", "Ubuntu Core", "", 412_345_344, "img.xz", n),
		row("Ubuntu Desktop amd64", "Ubuntu Desktop", "~ubuntu-release", 6_118_974_464, "iso", n, s),
		row("Ubuntu Desktop arm64", "Ubuntu Desktop", "~ubuntu-release", 3_512_008_704, "iso", s),
		row("Ubuntu Desktop arm64+raspi", "Ubuntu Desktop", "~ubuntu-release", 2_755_123_456, "img.xz", n, s),
		row("Ubuntu Kylin Desktop amd64", "Ubuntu Kylin", "~ubuntukylin-release", 5_123_456_000, "iso", n, s),
		row("Ubuntu MATE Desktop amd64", "Ubuntu MATE", "~ubuntu-mate-release", 4_203_458_560, "iso", n),
		row("Ubuntu Server Subiquity amd64", "Ubuntu Server", "~ubuntu-server", 3_303_444_480, "iso", n, s),
		row("Ubuntu Server Subiquity arm64", "Ubuntu Server", "~ubuntu-server", 2_979_096_576, "iso", n, s),
		row("Ubuntu Server Subiquity ppc64el", "Ubuntu Server", "~ubuntu-server", 2_712_345_600, "iso", n, s),
		row("Ubuntu Server Subiquity s390x", "Ubuntu Server", "~ubuntu-server", 1_512_345_600, "iso", n, s),
		row("Ubuntu Server Subiquity riscv64", "Ubuntu Server", "~ubuntu-server", 2_912_345_088, "iso", n, s),
		row("Ubuntu Server arm64+raspi", "Ubuntu Server", "~ubuntu-server", 1_112_345_684, "img.xz", n, s),
		row("Ubuntu Server riscv64+unmatched", "Ubuntu Server", "~ubuntu-server", 1_012_345_604, "img.xz", n),
		row("Ubuntu Server riscv64+visionfive2", "Ubuntu Server", "~ubuntu-server", 1_022_345_604, "img.xz", n, s),
		row("Ubuntu Server riscv64+nezha", "Ubuntu Server", "~ubuntu-server", 991_234_500, "img.xz", n),
		row("Ubuntu Studio Desktop amd64", "Ubuntu Studio", "~ubuntustudio-release", 6_912_345_088, "iso", n, s),
		row("Ubuntu Unity Desktop amd64", "Ubuntu Unity", "~ubuntu-unity-release", 4_012_345_344, "iso", n, s),
		row("Ubuntu WSL amd64", "Ubuntu WSL", "~ubuntu-wsl-release", 391_234_560, "wsl", n, s),
		row("Ubuntu WSL arm64", "Ubuntu WSL", "~ubuntu-wsl-release", 371_234_560, "wsl", s),
		row("Xubuntu Desktop amd64", "Xubuntu", "~xubuntu-release", 3_912_345_600, "iso", n, s),
		row("Xubuntu Minimal amd64", "Xubuntu", "~xubuntu-release", 2_512_345_088, "iso", n, s),
	}
}

// sampleStates are what the tracker says on Noble 24.04.4, by product; all others
// are ready. A product without a build is missing.
var sampleStates = map[string]release.State{
	"Ubuntu Server Subiquity riscv64":   release.StateMissing,
	"Kubuntu Desktop amd64":             release.StateTesting,
	"Ubuntu Cinnamon Desktop amd64":     release.StateFailed,
	"Ubuntu Server riscv64+nezha":       release.StateTesting,
	"Ubuntu Server riscv64+visionfive2": release.StateTesting,
	"Xubuntu Minimal amd64":             release.StateDisabled,
	"Ubuntu Core amd64 stable":          release.StateUnknown,
}

func slugOf(title string) string { return release.Slug(title) }

// sampleSources builds the facts.
func sampleSources(rules *release.Rules) []release.SourceFacts {
	s := sampler{rules: rules, products: sampleProducts(rules)}
	tracker, full, simple := s.tracker(), s.fullTree(), s.simpleTree()
	for _, f := range []*release.Facts{tracker, full, simple} {
		f.Sort()
	}
	at := func(minutes int) time.Time { return sampleNow.Add(time.Duration(minutes) * time.Minute) }
	return []release.SourceFacts{
		{State: release.SourceState{Name: "iso", Kind: "qatracker", Address: "https://iso.qa.example.org/xmlrpc.php", Site: "https://iso.qa.example.org", Attempt: at(21), Success: at(21)}, Facts: tracker},
		{State: release.SourceState{Name: "full", Kind: "tree", Role: "full", Address: "https://cdimage.example.org", Site: "https://cdimage.example.org", Attempt: at(16), Success: at(16)}, Facts: full},
		{State: release.SourceState{
			Name: "simple", Kind: "tree", Role: "simple", Address: "https://releases.example.org", Site: "https://releases.example.org",
			Attempt: at(16), Success: at(-60 * 9), Error: "GET https://releases.example.org/: 503 Service Unavailable",
		}, Facts: simple},
	}
}

type sampler struct {
	rules    *release.Rules
	products []sampleProduct
}

func (p sampleProduct) in(series string) bool { return slices.Contains(p.series, series) }

// tracker is a QA tracker with two active series and a closed one.
func (s sampler) tracker() *release.Facts {
	f := &release.Facts{Source: "iso"}
	for i, p := range s.products {
		f.Products = append(f.Products, release.Product{
			Slug: slugOf(p.title), Title: p.title, Family: p.family, ID: fmt.Sprint(100 + i), Type: "iso",
			Identities: s.rules.Identities("iso", p.title),
		})
	}
	f.Products = append(f.Products,
		release.Product{Slug: slugOf("Ubuntu Server riscv64+k1 <script>alert(1)</script>"), Title: "Ubuntu Server riscv64+k1 <script>alert(1)</script>", Family: "Ubuntu Server", ID: "301"},
		release.Product{Slug: slugOf("Netboot amd64"), Title: "Netboot amd64", Family: "Netboot", ID: "302"})
	f.Series = []release.Series{
		s.intents("noble", "Noble", "91"), s.intents("stonking", "Stonking", "97"),
		{Slug: "jammy", Title: "Jammy", ID: "80", Status: release.SeriesDisabled},
	}
	f.Series[0].Rebuilds = []release.Rebuild{{Product: slugOf("Xubuntu Minimal amd64"), ID: "7", Status: "building", By: "vorlon", Requested: "2026-04-23 12:40:01"}}
	f.Milestones = []release.Milestone{
		s.milestone(f, "noble", "daily", "Noble Daily", release.KindDaily, release.MilestoneTesting, "20260423", nil),
		s.milestone(f, "noble", "24.04.3", "Noble 24.04.3", release.KindRelease, release.MilestoneReleased, "20250805.1", nil),
		s.milestone(f, "noble", "24.04.4", "Noble 24.04.4", release.KindRelease, release.MilestoneTesting, "20260421", sampleStates),
		s.milestone(f, "stonking", "daily", "Stonking Daily", release.KindDaily, release.MilestoneTesting, "20260423.1", nil),
		s.milestone(f, "stonking", "snapshot-3", "Stonking Snapshot 3", release.KindRelease, release.MilestoneReleased, "20260320", nil),
		s.milestone(f, "stonking", "snapshot-4", "Stonking Snapshot 4", release.KindRelease, release.MilestoneTesting, "20260422",
			map[string]release.State{"Ubuntu Desktop arm64": release.StateTesting, "Lubuntu Desktop amd64": release.StateTesting, "Ubuntu WSL arm64": release.StateTesting}),
		{Series: "jammy", Slug: "22.04.5", Title: "Jammy 22.04.5", ID: "460", Kind: release.KindRelease, Status: release.MilestoneReleased},
	}
	return f
}

func (s sampler) intents(slug, title, id string) release.Series {
	line := release.Series{Slug: slug, Title: title, ID: id, Status: release.SeriesActive}
	for _, p := range s.products {
		if p.in(slug) {
			line.Manifest = append(line.Manifest, release.Intent{Product: slugOf(p.title), Contact: p.contact})
		}
	}
	return line
}

// milestone puts every product of a series on a milestone and records its builds.
func (s sampler) milestone(f *release.Facts, series, slug, title string, kind release.Kind, status release.MilestoneStatus, build string, states map[string]release.State) release.Milestone {
	m := release.Milestone{Series: series, Slug: slug, Title: title, ID: fmt.Sprint(400 + len(f.Builds)), Kind: kind, Status: status}
	if slug == "24.04.4" {
		m.Date = "2026-04-30"
	}
	for i, p := range s.products {
		state, special := states[p.title]
		if !p.in(series) || state == release.StateMissing || kind == release.KindRelease && slug == "snapshot-3" && i%9 == 4 {
			continue
		}
		if !special {
			state = release.StateReady
			if kind == release.KindDaily {
				state = release.StateTesting
			}
		}
		e := release.Entry{Product: slugOf(p.title), BuildID: s.build(p, build), State: state, RawState: capital(string(state)), Date: "2026-04-22 06:12:00"}
		s.special(p, slug, &e)
		m.Entries = append(m.Entries, e)
		f.Builds = append(f.Builds, s.buildOf(series, e, i))
	}
	if slug == "24.04.4" {
		m.Entries = append(m.Entries,
			release.Entry{Product: slugOf("Ubuntu Server riscv64+k1 <script>alert(1)</script>"), BuildID: "20260421", State: release.StateTesting, RawState: "Active"},
			release.Entry{Product: slugOf("Netboot amd64"), BuildID: "20101020ubuntu229", State: release.StateReady, RawState: "Ready"})
		m.Bugs = []release.Bug{{Number: "2098123", Count: 3}, {Number: "not-a-number"}}
	}
	return m
}

// build gives some products a build of their own.
func (s sampler) build(p sampleProduct, id string) string {
	if strings.HasPrefix(p.title, "Ubuntu Server riscv64") && !strings.Contains(id, ".") {
		return id + ".2"
	}
	return id
}

// special adds what only some builds have.
func (s sampler) special(p sampleProduct, slug string, e *release.Entry) {
	switch {
	case slug != "24.04.4":
	case p.title == "Ubuntu Cinnamon Desktop amd64":
		e.Note = `Installer crashes, see <a href="https://bugs.example.org/1">bug 1</a> and <a href="javascript:alert(1)">this</a> <b>not bold to the end`
	case p.title == "Kubuntu Desktop amd64":
		e.Note = "Waiting for <script>alert(2)</script>a second test\x07 on real hardware."
	case e.State == release.StateUnknown:
		e.RawState = "Frozen"
	}
}

func (s sampler) buildOf(series string, e release.Entry, i int) release.Build {
	b := release.Build{Series: series, Product: e.Product, BuildID: e.BuildID, ID: fmt.Sprint(9000 + i)}
	switch e.State {
	case release.StateReady:
		b.Tests = &release.Tests{Passed: 4 + i%3}
	case release.StateTesting:
		b.Tests = &release.Tests{Passed: i % 3, Running: i % 2, Untested: 2}
	case release.StateFailed:
		b.Tests = &release.Tests{Passed: 3, Failed: 1}
		b.Bugs = []release.Bug{{Number: "2098123", Count: 2}}
	}
	return b
}

// image is an image with its companions.
func (s sampler) image(p sampleProduct, series, dir, stem string, kind release.ImageKind) release.Image {
	name := stem + "." + p.ext
	size := p.size
	img := release.Image{
		Series: series, Project: p.rule.Project, Dir: dir, Name: stem, Kind: kind,
		PublishType: p.rule.PublishType, Arch: p.rule.Arch,
		Files: []release.File{
			{Name: name, Type: p.ext, Main: true, Size: &size, Exact: true, SHA256: digestOf([]byte(dir + name)), Modified: sampleNow.Add(-30 * time.Hour)},
			{Name: stem + ".manifest", Type: "manifest"},
		},
	}
	if p.ext == "iso" {
		img.Files = append(img.Files, release.File{Name: stem + ".list", Type: "list"}, release.File{Name: name + ".zsync", Type: "iso.zsync"})
	}
	return img
}

// fullTree holds the dailies and the releases that are not in the simple tree.
func (s sampler) fullTree() *release.Facts {
	f := &release.Facts{Source: "full"}
	for _, series := range []string{"noble", "stonking"} {
		s.dailies(f, series, map[string]string{"noble": "20260421", "stonking": "20260422"}[series], false)
		s.dailies(f, series, map[string]string{"noble": "20260423", "stonking": "20260423.1"}[series], true)
		s.releases(f, series, map[string]string{"noble": "24.04.3", "stonking": "snapshot-3"}[series], release.RoleFull)
	}
	s.oddities(f)
	signatures(f)
	return f
}

// signatures are the results of checking, and a directory that is held.
func signatures(f *release.Facts) {
	const by, key = "Sample Image Signing Key <images@example.org>", "0123456789ABCDEF0123456789ABCDEF01234567"
	for i := range f.Directories {
		made := sampleNow.Add(-29 * time.Hour)
		switch d := &f.Directories[i]; d.Path {
		case "ubuntu-server/noble/daily-live/20260423":
			d.Signature = &release.Signature{State: release.SignatureGood, Key: key, By: by, Made: made}
		case "kubuntu/noble/daily-live/20260423":
			d.Signature = &release.Signature{State: release.SignatureUnknownKey, Key: "89ABCDEF01234567"}
		case "ubuntu/releases/noble/release":
			d.Signature = &release.Signature{State: release.SignatureBad, Key: key, By: by, Made: made}
			d.Held = "the signature of SHA256SUMS is bad, in three looks"
		case "kubuntu/releases/noble/release":
			d.Signature = &release.Signature{State: release.SignatureExpiredKey, Key: key, By: "<script>alert(3)</script>", Made: made}
			d.Held = "SHA256SUMS was another one after each of three looks, <script>alert(4)</script>"
		}
	}
}

func (s sampler) dailies(f *release.Facts, series, id string, current bool) {
	seen := map[string]bool{}
	for _, p := range s.products {
		if !p.in(series) || p.title == "Ubuntu Server Subiquity riscv64" {
			continue
		}
		build := s.build(p, id)
		dir := fmt.Sprintf("%s/%s/%s/%s", p.rule.Project, series, p.rule.ImageType, build)
		if !seen[dir] {
			seen[dir] = true
			d := release.Directory{Series: series, Project: p.rule.Project, Path: dir, Kind: release.DirectoryDated, BuildID: build, Checksums: []string{"SHA256SUMS"}, Signed: true}
			if current {
				d.Aliases = []string{parentOf(dir) + "/current"}
			}
			f.Directories = append(f.Directories, d)
		}
		img := s.image(p, series, dir, series+"-"+p.rule.PublishType+"-"+p.rule.Arch, release.ImageDaily)
		img.ImageType, img.BuildID, img.Current = p.rule.ImageType, build, current
		img.Oversized = p.title == "Ubuntu Desktop amd64"
		f.Images = append(f.Images, img)
	}
}

// releases puts the images of a milestone where the rules say.
func (s sampler) releases(f *release.Facts, series, slug, role string) {
	seen := map[string]bool{}
	version, _ := s.rules.MilestoneNames(series, slug)
	for _, p := range s.products {
		loc, err := s.rules.Locate(firstIdentity(p), series, slug)
		if err != nil || loc.Role != role || !p.in(series) {
			continue
		}
		if !seen[loc.Dir] {
			seen[loc.Dir] = true
			f.Directories = append(f.Directories, release.Directory{
				Series: series, Project: p.rule.Project, Path: loc.Dir, Kind: release.DirectoryRelease, Status: loc.Status,
				Checksums: []string{"SHA256SUMS"}, Signed: p.rule.Project != "ubuntu-base",
			})
		}
		img := s.image(p, series, loc.Dir, loc.Stem, release.ImageRelease)
		img.Version = version
		if strings.HasPrefix(slug, "snapshot") {
			img.Milestone = strings.ReplaceAll(slug, "-", "")
		}
		if p.ext == "iso" {
			img.Files = append(img.Files, release.File{Name: img.Files[0].Name + ".torrent", Type: "iso.torrent"})
		}
		f.Images = append(f.Images, img)
	}
}

func firstIdentity(p sampleProduct) release.Identity {
	return release.Identity{Project: p.rule.Project, ImageType: p.rule.ImageType, PublishType: p.rule.PublishType, Arch: p.rule.Arch}
}

// oddities are what no rule knows, and names that would break out if they could.
func (s sampler) oddities(f *release.Facts) {
	const ports = "ubuntu/releases/noble/release"
	rounded := int64(1_100_000_000)
	f.Images = append(f.Images,
		release.Image{
			Series: "noble", Project: "ubuntu-server", Dir: ports, Name: "ubuntu-24.04.3-preinstalled-server-riscv64+newboard", Kind: release.ImageRelease,
			PublishType: "preinstalled-server", Arch: "riscv64+newboard", Version: "24.04.3", Unknown: []string{"arch"},
			Files: []release.File{
				{Name: "ubuntu-24.04.3-preinstalled-server-riscv64+newboard.img.xz", Type: "img.xz", Main: true, Size: &rounded},
				{Name: "ubuntu-24.04.3-preinstalled-server-riscv64+newboard.bootimg", Type: "bootimg", Main: true, Size: &rounded},
			},
		},
		release.Image{
			Series: "noble", Project: "other", Dir: "odd/%2e%2e/a b+c~d", Name: "noble-src", Kind: release.ImageRelease, PublishType: "src",
			Files: []release.File{
				{Name: "noble-src-1.iso", Type: "iso", Main: true, SHA256: digestOf([]byte("1"))},
				{Name: "noble-src-2.iso", Type: "iso", Main: true, SHA256: digestOf([]byte("2"))},
				{Name: `noble'; rm -rf ~ "x".iso.zsync`, Type: "iso.zsync"},
			},
		})
	f.Directories = append(f.Directories, release.Directory{
		Series: "noble", Project: "other", Path: "odd/%2e%2e/a b+c~d", Kind: release.DirectoryRelease, Checksums: []string{"MD5SUMS"},
		Gone: []string{"noble-src-3.iso"}, Strays: []string{"README", "../../escape"},
	})
	tarball := release.File{Name: "ubuntu-24.04.3-netboot-arm64.tar.gz", Type: "tar.gz", Size: &rounded}
	f.Netboot = append(f.Netboot,
		release.NetbootSet{
			Series: "noble", Project: "ubuntu-server", Arch: "arm64", Kind: release.ImageRelease, Version: "24.04.3", Parent: ports, Dir: ports + "/netboot/arm64",
			Kernel: "linux", Initrd: "initrd", Boot: []release.File{{Name: "bootaa64.efi", Type: "efi"}, {Name: "grub/grub.cfg", Type: "cfg"}}, Tarball: &tarball,
			ISO: "https://cdimage.example.org/ubuntu/releases/24.04.2/release/ubuntu-24.04.2-live-server-arm64.iso", Beside: "ubuntu-24.04.3-live-server-arm64.iso",
		},
		release.NetbootSet{
			Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: release.ImageDaily, BuildID: "20260423", Current: true,
			Parent: "ubuntu-server/noble/daily-live/20260423", Dir: "ubuntu-server/noble/daily-live/20260423/netboot/amd64", Kernel: "linux", Initrd: "initrd",
			Boot: []release.File{{Name: "pxelinux.0"}, {Name: "bootx64.efi"}, {Name: "grubx64.efi"}},
			ISO:  "https://cdimage.example.org/ubuntu-server/noble/daily-live/20260423/noble-live-server-amd64.iso", Beside: "noble-live-server-amd64.iso",
		})
}

// simpleTree holds the few most wanted releases, with an older point release beside.
func (s sampler) simpleTree() *release.Facts {
	f := &release.Facts{Source: "simple"}
	s.releases(f, "noble", "24.04.3", release.RoleSimple)
	for _, img := range slices.Clone(f.Images) {
		older := img
		older.Name = strings.ReplaceAll(img.Name, "24.04.3", "24.04.2")
		older.Version = "24.04.2"
		older.Files = slices.Clone(img.Files)
		for i := range older.Files {
			older.Files[i].Name = strings.ReplaceAll(older.Files[i].Name, "24.04.3", "24.04.2")
		}
		f.Images = append(f.Images, older)
	}
	for i := range f.Directories {
		f.Directories[i].Aliases = []string{"24.04", "24.04.3"}
	}
	return f
}

// defaultConfig is the embedded configuration with directories of the test's own.
func defaultConfig(tb testing.TB) *config.Config {
	tb.Helper()
	c, err := config.Default()
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	c.Site.Title, c.Site.Notice = "Ubuntu releases", "Sample data: nothing here is true."
	c.Site.Staged, c.Site.Output = dir+"/staged", dir+"/public"
	c.Site.Layouts, c.Site.Content = "", ""
	c.Moved = sampleMoves
	return c
}

// sampleMoves are pages that moved: to a page, elsewhere, and one that is back.
var sampleMoves = []config.Moved{
	{From: "noble/release-candidate/", To: "noble/24.04.4/", Since: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
	{From: "families/ubuntu-gnome/", To: "https://ubuntugnome.example.org/pages/"},
	{From: "noble/", To: "jammy/"},
}

// samplePicture joins the sample.
func samplePicture(c *config.Config) *release.Picture {
	rules := c.Rules
	rules.Checks = []release.CheckRule{{
		Rule: []string{"oversized"}, Product: []string{"ubuntu-studio-*", "xubuntu-*"}, Until: "2026-04-30", Reason: "known, the <b>teams</b> agreed",
	}}
	return release.Join(release.Input{
		Rules: rules, Sources: sampleSources(&c.Rules), AsOf: sampleNow,
		Stale: c.Site.Stale, Freshness: c.Site.Freshness,
	})
}

// prepared is a site with a given picture.
func prepared(tb testing.TB, o Options, p *release.Picture) *site {
	tb.Helper()
	s, err := prepare(o)
	if err != nil {
		tb.Fatal(err)
	}
	s.picture = p
	return s
}
