package release

import (
	"fmt"
	"slices"
	"testing"
)

// The large inputs of the benchmarks.
const (
	largeMilestones = 20
	largeProducts   = 60
	largeImages     = 12 // in each directory
)

// largeInput is a tracker with milestones of 4 series and a tree with as many
// directories: dailies of every project and series, and a quarter of them releases.
func largeInput(directories int) Input {
	rules := sampleRules()
	rules.Products = nil
	for s := range 4 {
		rules.Series = append(rules.Series, SeriesRule{Name: fmt.Sprintf("series%d", s), Version: fmt.Sprintf("30.%02d", s)})
	}
	f, tr := largeTracker(), largeTree(directories)
	in := input(tracker("iso", f), tree("full", "full", tr))
	in.Rules = rules
	return in
}

func largeTracker() Facts {
	var f Facts
	for i := range largeProducts {
		project, arch := fmt.Sprintf("project%d", i/10), fmt.Sprintf("arch%d", i%10)
		p := Product{Slug: fmt.Sprintf("product-%d", i), Title: fmt.Sprintf("Product %d", i), Family: project}
		p.Identities = []Identity{{Project: project, ImageType: "daily-live", PublishType: "desktop", Arch: arch}}
		f.Products = append(f.Products, p)
	}
	for s := range 4 {
		name := fmt.Sprintf("series%d", s)
		series := Series{Slug: name, Title: name, Status: SeriesActive}
		for _, p := range f.Products {
			series.Manifest = append(series.Manifest, Intent{Product: p.Slug, Contact: "~x-team"})
		}
		f.Series = append(f.Series, series)
		for m := range largeMilestones / 4 {
			ms := Milestone{Series: name, Slug: fmt.Sprintf("m%d", m), Title: fmt.Sprintf("M %d", m), ID: itoa(s*5 + m), Kind: KindRelease, Status: MilestoneTesting}
			for _, p := range f.Products {
				id := fmt.Sprintf("202604%02d", m)
				ms.Entries = append(ms.Entries, Entry{Product: p.Slug, BuildID: id, State: StateReady})
				f.Builds = append(f.Builds, Build{Series: name, Product: p.Slug, BuildID: id, ID: itoa(m)})
			}
			f.Milestones = append(f.Milestones, ms)
		}
	}
	f.Sort()
	return f
}

func largeTree(directories int) Facts {
	var f Facts
	for d := range directories {
		project, series, id := fmt.Sprintf("project%d", d%8), fmt.Sprintf("series%d", d/8%4), fmt.Sprintf("202604%02d", d/32)
		dir := Directory{Series: series, Project: project, Path: fmt.Sprintf("%s/%s/daily-live/%s", project, series, id), Kind: DirectoryDated, BuildID: id, Checksums: []string{"SHA256SUMS"}}
		if d%4 == 3 {
			dir.Path, dir.Kind, dir.BuildID, dir.Status = fmt.Sprintf("%s/releases/%s/m%d", project, series, d/32), DirectoryRelease, "", fmt.Sprintf("m%d", d/32)
		}
		f.Directories = append(f.Directories, dir)
		for i := range largeImages {
			image := daily(project, series, "daily-live", "desktop", fmt.Sprintf("arch%d", i), id)
			image.Dir, image.Current = dir.Path, d >= directories-32
			if dir.Kind == DirectoryRelease {
				image.Kind, image.ImageType, image.BuildID, image.Current = ImageRelease, "", "", false
				image.Version, image.Milestone = "30.0"+series[6:], dir.Status
				image.Name = project + "-" + image.Version + "-" + dir.Status + "-desktop-" + image.Arch
			}
			image.Files[0].Name = image.Name + ".iso"
			for _, kind := range []string{"torrent", "zsync", "list", "manifest"} {
				image.Files = append(image.Files, File{Name: image.Name + ".iso." + kind, Type: "iso." + kind})
			}
			f.Images = append(f.Images, image)
		}
	}
	f.Sort()
	return f
}

func TestLargeInputIsLarge(t *testing.T) {
	t.Parallel()
	p := Join(largeInput(1000))
	images, rows, owned := 0, 0, 0
	for _, d := range p.Trees[0].Directories {
		images += len(d.Images)
		for _, i := range d.Images {
			owned += len(i.Products)
		}
	}
	for _, l := range p.Lines {
		for _, m := range l.Milestones {
			rows += len(m.Rows())
		}
	}
	if len(p.Trees[0].Directories) != 1000 || images != 12_000 || rows < 20*60 || owned < 6000 {
		t.Errorf("%d directories, %d images of which %d are owned, %d rows", len(p.Trees[0].Directories), images, owned, rows)
	}
}

// readied is an input in which one build has another state.
func readied(in Input, n int) Input {
	f := *in.Sources[0].Facts
	f.Milestones = slices.Clone(f.Milestones)
	m := &f.Milestones[n%len(f.Milestones)]
	m.Entries = slices.Clone(m.Entries)
	m.Entries[n%len(m.Entries)].State = []State{StateTesting, StateReady}[n/len(m.Entries)%2]
	in.Sources = slices.Clone(in.Sources)
	in.Sources[0].Facts = &f
	return in
}

func BenchmarkJoin(b *testing.B) {
	for _, directories := range []int{1000, 4000} {
		in := largeInput(directories)
		b.Run(fmt.Sprintf("all/%d", directories), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Join(in)
			}
		})
		b.Run(fmt.Sprintf("state/%d", directories), func(b *testing.B) {
			var j Joiner
			j.Join(in)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				j.Join(readied(in, n))
			}
		})
	}
}

// BenchmarkEvents compares the tree with itself, as every poll does, and with itself
// after a day on which a tenth of its images moved on.
func BenchmarkEvents(b *testing.B) {
	before := largeInput(1000).Sources[1].Facts
	same, next := before.Clone(), before.Clone()
	for i := range next.Images {
		if i%10 == 0 {
			next.Images[i].Dir += ".1"
		}
	}
	next.Sort()
	for name, after := range map[string]*Facts{"unchanged": same, "day": next} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Events("full", before, after, noon, noon)
			}
		})
	}
}
