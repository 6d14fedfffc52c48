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

func BenchmarkEncode(b *testing.B) {
	f := manyImages(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Files("full", f); err != nil {
			b.Fatal(err)
		}
	}
}
