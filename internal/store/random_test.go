package store

import (
	"fmt"
	"math/rand/v2"
	"time"

	"shiplist/internal/release"
)

// generated makes facts from a seed: every field is set in some records and left
// out in others, and texts hold what is awkward in TOML.
type generated struct{ *rand.Rand }

func generate(seed uint64) *release.Facts {
	g := generated{rand.New(rand.NewPCG(seed, 1))}
	f := &release.Facts{Source: "src"}
	for i := range g.IntN(6) {
		f.Products = append(f.Products, g.product(i))
	}
	for i := range g.IntN(4) {
		series := fmt.Sprintf("series%d", i)
		f.Series = append(f.Series, g.series(series))
		for j := range g.IntN(4) {
			f.Milestones = append(f.Milestones, g.milestone(series, fmt.Sprintf("24.04.%d", j)))
		}
		for range g.IntN(5) {
			f.Builds = append(f.Builds, g.build(series))
		}
		for range g.IntN(4) {
			f.Directories = append(f.Directories, g.directory(series))
			f.Images = append(f.Images, g.image(series))
			f.Netboot = append(f.Netboot, g.netboot(series))
		}
	}
	f.Sort()
	return f
}

var awkward = []string{
	"", "", "", "plain", "two words", `quote " and \ backslash`, "line\nbreak\r\n", "tab\tnul\x00del\x7fesc\x1b",
	"ü ☃ 𝄞", `'''`, `"""`, " = \"\"", "# no comment", "[table]", "\u0085\u2028", "<script>alert(1)</script>", "../../x", "true", "1979-05-27",
}

func (g generated) text() string          { return awkward[g.IntN(len(awkward))] }
func (g generated) flag() bool            { return g.IntN(2) == 0 }
func (g generated) name(of string) string { return fmt.Sprintf("%s-%d", of, g.IntN(1000)) }

func (g generated) texts() []string {
	var list []string
	for range g.IntN(4) {
		list = append(list, g.text())
	}
	return list
}

func (g generated) size() *int64 {
	if g.flag() {
		return nil
	}
	n := g.Int64N(1 << 40)
	if g.flag() {
		n = 0
	}
	return &n
}

func (g generated) time() time.Time {
	if g.flag() {
		return time.Time{}
	}
	return time.Unix(g.Int64N(4e9), g.Int64N(2)*123456789).UTC()
}

func (g generated) product(i int) release.Product {
	p := release.Product{
		Slug: fmt.Sprintf("product-%d", i), Title: g.text(), Family: g.text(), ID: g.text(), Type: g.text(), Contact: g.text(), Disabled: g.flag(),
	}
	for range g.IntN(3) {
		p.Identities = append(p.Identities, release.Identity{
			Project: g.text(), Subproject: g.text(), ImageType: g.text(), PublishType: g.text(), Arch: g.text(),
		})
	}
	return p
}

func (g generated) intents() []release.Intent {
	var list []release.Intent
	for range g.IntN(4) {
		list = append(list, release.Intent{Product: g.name("product"), Contact: g.text(), Disabled: g.flag(), Note: g.text(), At: g.text()})
	}
	return list
}

func (g generated) patterns() []release.PlanPattern {
	var list []release.PlanPattern
	for range g.IntN(3) {
		list = append(list, release.PlanPattern{Name: g.name("name"), At: g.name("at"), Contact: g.text(), Note: g.text()})
	}
	return list
}

func (g generated) bugs() []release.Bug {
	var list []release.Bug
	for range g.IntN(3) {
		list = append(list, release.Bug{Number: g.name("1"), Count: g.IntN(3)})
	}
	return list
}

func (g generated) series(slug string) release.Series {
	s := release.Series{
		Slug: slug, Title: g.text(), ID: g.text(), Status: release.SeriesStatus(g.text()), RawStatus: g.text(), Manifest: g.intents(),
	}
	for range g.IntN(3) {
		s.Rebuilds = append(s.Rebuilds, release.Rebuild{
			Product: g.name("product"), ID: g.text(), Milestone: g.text(), BuildID: g.text(), Status: g.text(), RawStatus: g.text(), By: g.text(), Requested: g.text(),
		})
	}
	return s
}

func (g generated) milestone(series, slug string) release.Milestone {
	m := release.Milestone{
		Series: series, Slug: slug, Title: g.text(), ID: g.text(), Kind: release.KindDaily, Status: release.MilestoneStatus(g.text()),
		RawStatus: g.text(), Date: g.text(), Intended: g.intents(), Bugs: g.bugs(), KindAt: g.text(), StatusAt: g.text(), DateAt: g.text(),
	}
	for range g.IntN(3) {
		m.Lists = append(m.Lists, release.PlanList{At: g.name("at"), From: g.text(), Products: g.patterns(), Except: g.patterns()})
	}
	for range g.IntN(4) {
		m.Entries = append(m.Entries, release.Entry{
			Product: g.name("product"), BuildID: g.text(), State: release.State(g.text()), RawState: g.text(), Note: g.text(), Date: g.text(), Pinned: g.text(),
		})
	}
	return m
}

func (g generated) build(series string) release.Build {
	b := release.Build{
		Series: series, Product: g.name("product"), BuildID: g.text(), ID: g.text(), State: release.State(g.text()),
		RawState: g.text(), Stage: g.text(), Posted: g.time(), Address: g.text(), SHA256: g.text(), Note: g.text(), Bugs: g.bugs(),
	}
	if g.flag() {
		b.Reviews = &release.Reviews{Done: g.IntN(3), Rejected: g.IntN(3), All: g.IntN(3)}
	}
	if g.flag() {
		b.Tests = &release.Tests{Passed: g.IntN(3), Failed: g.IntN(3), Running: g.IntN(3), Untested: g.IntN(3)}
	}
	return b
}

func (g generated) directory(series string) release.Directory {
	return release.Directory{
		Series: series, Project: g.name("project"), Path: g.text(), Kind: release.DirectoryKind(g.text()), Aliases: g.texts(),
		BuildID: g.text(), Status: g.text(), Checksums: g.texts(), Signed: g.flag(), Signature: g.signature(), Held: g.text(),
		Gone: g.texts(), Unlisted: g.texts(), Strays: g.texts(),
	}
}

func (g generated) signature() *release.Signature {
	if g.flag() {
		return nil
	}
	return &release.Signature{State: release.SignatureState(g.name("state")), Key: g.text(), By: g.text(), Made: g.time()}
}

// event is always one that can be written.
func (g generated) event() release.Event {
	return release.Event{
		After: g.time(), Seen: time.Unix(1.7e9+g.Int64N(1e7), g.Int64N(2)*5e8).UTC(), What: release.EventKind(g.name("kind")), Source: g.name("source"),
		Series: g.text(), Milestone: g.text(), Product: g.text(), BuildID: g.text(), Project: g.text(), Dir: g.text(), Image: g.text(),
		File: g.text(), ID: g.text(), From: g.text(), To: g.text(),
	}
}

func (g generated) file() release.File {
	return release.File{
		Name: g.name("file"), Type: g.text(), Main: g.flag(), Size: g.size(), Exact: g.flag(),
		SHA256: g.text(), SHA1: g.text(), MD5: g.text(), Modified: g.time(),
	}
}

func (g generated) files() []release.File {
	var list []release.File
	for range g.IntN(4) {
		list = append(list, g.file())
	}
	return list
}

func (g generated) image(series string) release.Image {
	return release.Image{
		Series: series, Project: g.name("project"), Dir: g.text(), Name: g.name("image"), Kind: release.ImageKind(g.text()), ImageType: g.text(),
		PublishType: g.text(), Arch: g.text(), Version: g.text(), Milestone: g.text(), BuildID: g.text(),
		Current: g.flag(), Pending: g.flag(), Oversized: g.flag(), Unknown: g.texts(), Files: g.files(),
	}
}

func (g generated) netboot(series string) release.NetbootSet {
	n := release.NetbootSet{
		Series: series, Project: g.name("project"), Arch: g.text(), Kind: release.ImageKind(g.text()), Version: g.text(), Milestone: g.text(),
		BuildID: g.text(), Dir: g.text(), Parent: g.text(), Kernel: g.text(), Initrd: g.text(), Boot: g.files(), ISO: g.text(),
		Beside: g.text(), Current: g.flag(), Pending: g.flag(),
	}
	for range g.IntN(3) {
		n.Answers = append(n.Answers, release.NetbootAnswer{Name: g.name("file"), Size: g.size(), Status: g.IntN(3), Times: g.IntN(3)})
	}
	if g.flag() {
		tarball := g.file()
		n.Tarball = &tarball
	}
	return n
}
