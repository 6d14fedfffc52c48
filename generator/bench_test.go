package generator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"path/filepath"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// The large site of the benchmarks.
const (
	largeDirectories = 1000
	largeImages      = 12 // in each directory
	largeMilestones  = 20
	largeProducts    = 60
)

// largeSources are the facts of the large site, the same in every run.
func largeSources() []release.SourceFacts {
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
	for n := range largeDirectories {
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
	return release.Join(release.Input{Rules: c.Rules, Sources: largeSources(), AsOf: sampleNow, Stale: 6 * time.Hour})
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

func BenchmarkJoinLargeSite(b *testing.B) {
	c := defaultConfig(b)
	b.ReportAllocs()
	for b.Loop() {
		largePicture(c)
	}
}
