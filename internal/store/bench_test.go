package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"shiplist/internal/release"
)

// benchImages is how many image records the benchmark's data directory holds.
const benchImages = 10_000

// manyImages makes a tree as a full one is: series by project by day, seven files
// to an image.
func manyImages(seed uint64) *release.Facts {
	r := rand.New(rand.NewPCG(seed, 2))
	f := &release.Facts{Source: "full"}
	for n := range benchImages {
		series, project := fmt.Sprintf("series%02d", n%20), fmt.Sprintf("project%02d", n/20%25)
		day := n / 500
		dir := fmt.Sprintf("%s/daily-live/202604%02d", project, day+1)
		if n/20%5 == 0 {
			f.Directories = append(f.Directories, release.Directory{
				Series: series, Project: project, Path: dir, Kind: release.DirectoryDated, BuildID: fmt.Sprintf("202604%02d", day+1),
				Checksums: []string{"SHA256SUMS"}, Signed: true,
			})
		}
		f.Images = append(f.Images, benchImage(r, series, project, dir, day))
	}
	return f
}

func benchImage(r *rand.Rand, series, project, dir string, day int) release.Image {
	image := release.Image{
		Series: series, Project: project, Dir: dir, Name: series + "-desktop-amd64", Kind: release.ImageDaily, ImageType: "daily-live",
		PublishType: "desktop", Arch: "amd64", BuildID: fmt.Sprintf("202604%02d", day+1), Current: day == 19,
	}
	for i, kind := range []string{"iso", "iso.torrent", "iso.zsync", "list", "manifest", "jigdo", "template"} {
		size := r.Int64N(5e9)
		image.Files = append(image.Files, release.File{
			Name: image.Name + "." + kind, Type: kind, Main: i == 0, Size: &size, Exact: i == 0,
			SHA256: fmt.Sprintf("%064x", r.Uint64()), Modified: time.Unix(1.7e9+r.Int64N(1e6), 0).UTC(),
		})
	}
	return image
}

// benchData writes them to a data directory.
func benchData(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	w, err := Open(context.Background(), dir, filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), release.SourceState{Name: "full", Kind: "tree"}, manyImages(1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestBenchData: the benchmark loads what it says, from as many files as a real
// tree has.
func TestBenchData(t *testing.T) {
	t.Parallel()
	parts, err := Split(manyImages(1))
	if err != nil {
		t.Fatal(err)
	}
	images, directories := 0, 0
	for _, p := range parts {
		images += len(p.Facts.Images)
		directories += len(p.Facts.Directories)
	}
	if len(parts) != 500 || images != benchImages || directories != 2000 {
		t.Errorf("%d files, %d images, %d directories", len(parts), images, directories)
	}
}

func BenchmarkLoad(b *testing.B) {
	dir := benchData(b)
	b.ReportAllocs()
	for b.Loop() {
		s, err := Load(dir)
		if err != nil || len(s.Sources[0].Facts.Images) != benchImages {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadKept is what the next process waits for: no data file is decoded.
func BenchmarkLoadKept(b *testing.B) {
	dir, st := benchData(b), b.TempDir()
	load := func() {
		r := NewReader(dir, st)
		r.now = inAnHour
		if s, err := r.Load(); err != nil || len(s.Sources[0].Facts.Images) != benchImages {
			b.Fatal(err)
		}
	}
	load()
	b.ReportAllocs()
	for b.Loop() {
		load()
	}
}

func BenchmarkEncode(b *testing.B) {
	f := manyImages(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Files("full", f); err != nil {
			b.Fatal(err)
		}
	}
}

// benchFiles is how many data files the largest source of the benchmarks has.
const benchFiles = 12_000

// manyFiles makes a source with as many data files: an image in each.
func manyFiles() *release.Facts {
	f := manyImages(1)
	f.Directories = nil
	for n := range benchFiles {
		if n == len(f.Images) {
			f.Images = append(f.Images, f.Images[n%100])
		}
		f.Images[n].Series, f.Images[n].Project = fmt.Sprintf("series%03d", n%120), fmt.Sprintf("project%03d", n/120)
	}
	return f
}

// benchWriter has committed facts of the source "full", and events.
func benchWriter(b *testing.B, facts *release.Facts) *Writer {
	data, st := place(b)
	w := open(b, data, st)
	commit(b, w, facts)
	b.ReportAllocs()
	return w
}

func benchFacts(b *testing.B, facts *release.Facts) {
	w := benchWriter(b, facts)
	for b.Loop() {
		if f, err := w.Facts("full"); err != nil || len(f.Images) < benchImages {
			b.Fatal(err)
		}
	}
}

func BenchmarkFacts(b *testing.B)          { benchFacts(b, manyImages(1)) }
func BenchmarkFactsManyFiles(b *testing.B) { benchFacts(b, manyFiles()) }

// BenchmarkCommitUnchanged is what a quiet poll costs here.
func BenchmarkCommitUnchanged(b *testing.B) {
	facts := manyImages(1)
	w := benchWriter(b, facts)
	for b.Loop() {
		commit(b, w, facts)
	}
}

// BenchmarkCommitEvents adds some events to a log that is nearly full for its file.
func BenchmarkCommitEvents(b *testing.B) {
	w := benchWriter(b, sample("full", "1"))
	var events []release.Event
	for len(events) < 12_000 {
		events = append(events, event("a", 3*len(events)+1))
	}
	commit(b, w, sample("full", "1"), events...)
	n := 0
	for b.Loop() {
		n++
		s := state("full")
		s.Error = fmt.Sprint(n)
		w.most = 1 << 30 // the file never ends
		if _, err := w.Commit(b.Context(), s, nil, event("a", 3*n), event("a", 3*n+1)); err != nil {
			b.Fatal(err)
		}
	}
}

// benchEvents is how many events nearly fill a file of the change log.
const benchEvents = 10_000

func fullLog(b *testing.B) *Writer {
	w := benchWriter(b, sample("full", "1"))
	var events []release.Event
	for len(events) < benchEvents {
		events = append(events, event("a", 3*len(events)+1))
	}
	commit(b, w, sample("full", "1"), events...)
	return w
}

func BenchmarkLoadEvents(b *testing.B) {
	w := fullLog(b)
	for b.Loop() {
		if got, err := LoadEvents(w.Dir(), time.Time{}, time.Time{}); err != nil || len(got) != benchEvents {
			b.Fatal(err)
		}
	}
}
