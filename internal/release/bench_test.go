package release

import (
	"fmt"
	"testing"
)

// largeInput is a tracker with 20 milestones of 100 products and a tree of 12,000
// images in 900 directories.
func largeInput() Input {
	rules := sampleRules()
	rules.Products = nil
	var f, tr Facts
	for i := range 100 {
		project, arch := fmt.Sprintf("project%d", i/10), fmt.Sprintf("arch%d", i%10)
		p := Product{Slug: fmt.Sprintf("product-%d", i), Title: fmt.Sprintf("Product %d", i), Family: project}
		p.Identities = []Identity{{Project: project, ImageType: "daily-live", PublishType: "desktop", Arch: arch}}
		f.Products = append(f.Products, p)
	}
	for s := range 4 {
		name := fmt.Sprintf("series%d", s)
		rules.Series = append(rules.Series, SeriesRule{Name: name, Version: fmt.Sprintf("30.%02d", s)})
		series := Series{Slug: name, Title: name, Status: SeriesActive}
		for _, p := range f.Products {
			series.Manifest = append(series.Manifest, Intent{Product: p.Slug, Contact: "~x-team"})
		}
		f.Series = append(f.Series, series)
		for m := range 5 {
			ms := Milestone{Series: name, Slug: fmt.Sprintf("m%d", m), Title: fmt.Sprintf("M %d", m), ID: itoa(s*5 + m), Kind: KindRelease, Status: MilestoneTesting}
			for _, p := range f.Products {
				ms.Entries = append(ms.Entries, Entry{Product: p.Slug, BuildID: fmt.Sprintf("202404%02d", m), State: StateReady})
				f.Builds = append(f.Builds, Build{Series: name, Product: p.Slug, BuildID: fmt.Sprintf("202404%02d", m), ID: itoa(m)})
			}
			f.Milestones = append(f.Milestones, ms)
		}
	}
	for d := range 900 {
		project, series, id := fmt.Sprintf("project%d", d%10), fmt.Sprintf("series%d", d/10%4), fmt.Sprintf("202404%02d", d/40)
		dir := Directory{Series: series, Project: project, Path: fmt.Sprintf("%s/%s/daily-live/%s", project, series, id), Kind: DirectoryDated, BuildID: id}
		tr.Directories = append(tr.Directories, dir)
		for i := range 14 {
			image := daily(project, series, "daily-live", "desktop", fmt.Sprintf("arch%d", i), id)
			image.Current = d >= 860
			tr.Images = append(tr.Images, image)
		}
	}
	f.Sort()
	tr.Sort()
	in := input(tracker("iso", f), tree("full", "full", tr))
	in.Rules = rules
	return in
}

func TestLargeInputIsLarge(t *testing.T) {
	t.Parallel()
	f := largeInput().Sources
	if n := len(f[1].Facts.Images); n < 12000 {
		t.Errorf("%d images", n)
	}
	if n := len(f[0].Facts.Milestones); n != 20 {
		t.Errorf("%d milestones", n)
	}
}

func BenchmarkJoin(b *testing.B) {
	in := largeInput()
	b.ReportAllocs()
	for b.Loop() {
		Join(in)
	}
}

// BenchmarkEvents compares the tree with itself, as every poll does, and with itself
// after a day on which a tenth of its images moved on.
func BenchmarkEvents(b *testing.B) {
	before := largeInput().Sources[1].Facts
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
