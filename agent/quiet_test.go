package agent

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// treeOf makes facts as a tree has them: images with seven files each, spread over as
// many data files as there are series and projects.
func treeOf(images, series, projects int) *release.Facts {
	f := &release.Facts{Source: "full"}
	for n := range images {
		image := release.Image{
			Series: fmt.Sprintf("series%03d", n%series), Project: fmt.Sprintf("project%03d", n/series%projects), Kind: release.ImageDaily,
			ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", BuildID: fmt.Sprintf("202604%02d", n%28+1),
		}
		image.Dir = fmt.Sprintf("%s/daily-live/%s", image.Project, image.BuildID)
		image.Name = fmt.Sprintf("%s-desktop-%d", image.Series, n)
		for i, kind := range []string{"iso", "iso.torrent", "iso.zsync", "list", "manifest", "jigdo", "template"} {
			size := int64(n * i * 1000)
			image.Files = append(image.Files, release.File{
				Name: image.Name + "." + kind, Type: kind, Main: i == 0, Size: &size, Exact: true, SHA256: fmt.Sprintf("%064x", n*10+i),
				Modified: time.Unix(1.7e9+int64(n), 0).UTC(),
			})
		}
		f.Images = append(f.Images, image)
	}
	return f
}

// same is a source that gives one answer for ever, made anew each time.
type same struct{ facts *release.Facts }

func (s same) Poll(context.Context, *release.Facts) (*release.Answer, error) {
	return &release.Answer{Facts: s.facts.Clone()}, nil
}

// BenchmarkQuietPoll is what a poll costs inside that finds all as it was.
func BenchmarkQuietPoll(b *testing.B) {
	for _, size := range []struct {
		name                     string
		images, series, projects int
	}{
		{"1200images", 1200, 10, 20},
		{"10000images", 10_000, 20, 25},
		{"12000files", 12_000, 120, 100},
	} {
		b.Run(size.name, func(b *testing.B) {
			dir := b.TempDir()
			a, err := New(Options{Config: &config.Config{
				Store: config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")},
				Agent: config.Agent{HoldShare: 0.5, HoldLeast: 5, HoldFor: 24 * time.Hour},
			}})
			if err != nil {
				b.Fatal(err)
			}
			all := []configuredSource{{state: release.SourceState{Name: "full", Kind: "tree"}, Source: same{treeOf(size.images, size.series, size.projects)}}}
			w, err := a.open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			poll := func() Outcome {
				report, err := a.once(b.Context(), settler{agent: a, w: w}, all, false)
				if err != nil {
					b.Fatal(err)
				}
				return report.Sources[0].Outcome
			}
			poll()
			poll()
			b.ReportAllocs()
			for b.Loop() {
				if outcome := poll(); outcome != Unchanged {
					b.Fatal(outcome)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
