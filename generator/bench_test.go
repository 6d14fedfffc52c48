package generator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// The large site of the benchmarks.
const (
	largeDirectories = 1000
	largeImages      = 12 // in each directory
	largeMilestones  = 20
	largeProducts    = 60
)

// largeSources are the facts of the large site with some directories, the same in every
// run.
func largeSources(directories int) []release.SourceFacts {
	rng := rand.New(rand.NewPCG(1, 2))
	tracker, tree := &release.Facts{Source: "iso"}, &release.Facts{Source: "full"}
	arches := []string{"amd64", "arm64", "armhf", "ppc64el", "riscv64", "s390x", "arm64+raspi", "riscv64+unmatched", "riscv64+visionfive2", "arm64+x13s", "amd64v3", "riscv64+new"}
	series := release.Series{Slug: "noble", Title: "Noble", ID: "91", Status: release.SeriesActive}
	for i := range largeProducts {
		title := fmt.Sprintf("Product %d %s", i, arches[i%len(arches)])
		tracker.Products = append(tracker.Products, release.Product{Slug: release.Slug(title), Title: title, Family: fmt.Sprintf("Family %d", i/6), ID: fmt.Sprint(i)})
		series.Manifest = append(series.Manifest, release.Intent{Product: release.Slug(title), Contact: "~team"})
	}
	tracker.Series = []release.Series{series}
	states := []release.State{release.StateReady, release.StateReady, release.StateReady, release.StateTesting, release.StateFailed, release.StateDisabled}
	for n := range largeMilestones {
		m := release.Milestone{Series: "noble", Slug: fmt.Sprintf("24.04.%d", n+1), Title: fmt.Sprintf("Noble 24.04.%d", n+1), ID: fmt.Sprint(n), Kind: release.KindRelease, Status: release.MilestoneTesting}
		for _, p := range tracker.Products {
			m.Entries = append(m.Entries, release.Entry{Product: p.Slug, BuildID: fmt.Sprintf("202604%02d", n+1), State: states[rng.IntN(len(states))]})
		}
		tracker.Milestones = append(tracker.Milestones, m)
	}
	for n := range directories {
		dir := fmt.Sprintf("project%d/releases/noble/status-%d", n%40, n)
		tree.Directories = append(tree.Directories, release.Directory{Series: "noble", Project: fmt.Sprintf("project%d", n%40), Path: dir, Kind: release.DirectoryRelease, Checksums: []string{"SHA256SUMS"}, Signed: true})
		for i := range largeImages {
			tree.Images = append(tree.Images, largeImage(rng, dir, fmt.Sprintf("project%d", n%40), arches[i]))
		}
	}
	at := release.SourceState{Attempt: sampleNow, Success: sampleNow}
	trackerState, treeState := at, at
	trackerState.Name, trackerState.Kind = "iso", "qatracker"
	treeState.Name, treeState.Kind, treeState.Role, treeState.Site = "full", "tree", "full", "https://cdimage.example.org"
	return []release.SourceFacts{{State: trackerState, Facts: tracker}, {State: treeState, Facts: tree}}
}

func largeImage(rng *rand.Rand, dir, project, arch string) release.Image {
	stem := project + "-" + path.Base(dir) + "-24.04.3-desktop-" + arch
	size := rng.Int64N(6_000_000_000)
	return release.Image{
		Series: "noble", Project: project, Dir: dir, Name: stem, Kind: release.ImageRelease, PublishType: "desktop", Arch: arch, Version: "24.04.3",
		Files: []release.File{
			{Name: stem + ".iso", Type: "iso", Main: true, Size: &size, Exact: true, SHA256: digestOf([]byte(dir + stem))},
			{Name: stem + ".iso.torrent", Type: "iso.torrent"},
			{Name: stem + ".iso.zsync", Type: "iso.zsync"},
			{Name: stem + ".list", Type: "list"},
			{Name: stem + ".manifest", Type: "manifest"},
		},
	}
}

// largePicture joins the large site.
func largePicture(c *config.Config) *release.Picture {
	return release.Join(release.Input{Rules: c.Rules, Sources: largeSources(largeDirectories), AsOf: sampleNow, Stale: 6 * time.Hour})
}

// largeConfig is the configuration of the large site, below a directory.
const largeConfig = `[site]
title = "Large site"
[store]
data = "data"
state = "state"
[[tracker]]
name = "iso"
kind = "qatracker"
url = "https://iso.qa.example.org/xmlrpc.php"
[[tree]]
name = "full"
role = "full"
url = "https://cdimage.example.org"
`

// writeLarge writes the data directory of the large site, and its configuration, which
// it returns.
func writeLarge(tb testing.TB, dir string, directories int) *config.Config {
	tb.Helper()
	write(tb, dir+"/config.toml", largeConfig)
	c, err := config.Load(dir + "/config.toml")
	if err != nil {
		tb.Fatal(err)
	}
	commit(tb, c, largeSources(directories)...)
	return c
}

// commit writes facts to a data directory.
func commit(tb testing.TB, c *config.Config, sources ...release.SourceFacts) {
	tb.Helper()
	for _, src := range sources {
		commitLog(tb, c, src, nil)
	}
}

// commitLog writes facts of one source with events.
func commitLog(tb testing.TB, c *config.Config, src release.SourceFacts, log []release.Event) {
	tb.Helper()
	w, err := store.Open(tb.Context(), c.Store.Data, c.Store.State)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Commit(tb.Context(), src.State, src.Facts, log...); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
}

// TestLargeSiteIsLarge keeps the benchmark honest.
func TestLargeSiteIsLarge(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := largePicture(c)
	images := 0
	for _, d := range p.Trees[0].Directories {
		images += len(d.Images)
	}
	rows := 0
	for _, m := range p.Lines[0].Milestones {
		if m.Kind == release.KindRelease {
			rows += len(m.Rows())
		}
	}
	s := prepared(t, Options{Config: c}, p)
	s.arrange()
	if images != largeDirectories*largeImages || len(s.downloads) != largeDirectories || rows < largeMilestones*largeProducts {
		t.Errorf("%d images on %d pages, %d rows", images, len(s.downloads), rows)
	}
}

func BenchmarkBuildLargeSite(b *testing.B) {
	c := defaultConfig(b)
	p := largePicture(c)
	dir := c.Site.Staged
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		c.Site.Staged = filepath.Join(dir, fmt.Sprint(n))
		n++
		res, err := prepared(b, Options{Config: c}, p).stage(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(res.Bytes)
		b.ReportMetric(float64(res.Files), "files")
	}
}

func BenchmarkRebuildLargeSiteUnchanged(b *testing.B) {
	c := defaultConfig(b)
	p := largePicture(c)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prepared(b, Options{Config: c}, p).stage(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGenerateLargeSite is all of a generate from the data directory on.
func BenchmarkGenerateLargeSite(b *testing.B) {
	c := writeLarge(b, b.TempDir(), largeDirectories)
	dir := c.Site.Staged
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		c.Site.Staged = filepath.Join(dir, fmt.Sprint(n))
		n++
		if _, err := Generate(context.Background(), Options{Config: c}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPreview is what a running preview needs to show one changed state, without a
// change log and with one of a year.
func BenchmarkPreview(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(Growth)) // as the preview does
	for _, directories := range []int{largeDirectories, 4 * largeDirectories} {
		b.Run(fmt.Sprint(directories), func(b *testing.B) { benchmarkPreview(b, directories, nil) })
		b.Run(fmt.Sprint(directories, "/log"), func(b *testing.B) { benchmarkPreview(b, directories, largeLog()) })
	}
}

// largeLog is a year of the large site.
func largeLog() []release.Event {
	var products []string
	for _, p := range largeSources(1)[0].Facts.Products {
		products = append(products, p.Slug)
	}
	return busyLog(products, "24.04.1", logEvents)
}

func benchmarkPreview(b *testing.B, directories int, log []release.Event) {
	c := writeLarge(b, b.TempDir(), directories)
	tracker := largeSources(1)[0]
	commitLog(b, c, tracker, log)
	builder := NewBuilder(Options{Config: c})
	mustBuild(b, builder)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		e := turn(tracker, n)
		var news []release.Event
		if log != nil {
			news = []release.Event{e}
		}
		commitLog(b, c, tracker, news)
		b.StartTimer()
		site := mustBuild(b, builder)
		if _, err := site.Read("noble/24.04.1/index.html"); err != nil {
			b.Fatal(err)
		}
	}
}

// turn changes the state of one build of the large site, to another one each time, and
// returns the event of it.
func turn(tracker release.SourceFacts, n int) release.Event {
	m := &tracker.Facts.Milestones[0]
	entry := &m.Entries[0]
	what, to := release.EventBuildReady, release.StateReady
	if n%2 == 1 {
		what, to = release.EventBuildFailed, release.StateFailed
	}
	e := release.Event{
		Seen: sampleNow.Add(time.Duration(n) * time.Second), Source: tracker.State.Name, What: what, Series: m.Series, Milestone: m.Slug,
		Product: entry.Product, BuildID: entry.BuildID, From: string(entry.State), To: string(to),
	}
	entry.State = to
	return e
}

func BenchmarkJoinLargeSite(b *testing.B) {
	c := defaultConfig(b)
	b.ReportAllocs()
	for b.Loop() {
		largePicture(c)
	}
}
