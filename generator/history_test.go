package generator

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

func TestHistoryAnswer(t *testing.T) {
	t.Parallel()
	end := sampleNow
	at := func(days, ready, missing int) release.Readiness {
		return release.Readiness{At: end.AddDate(0, 0, -days), Ready: ready, Missing: missing}
	}
	for _, tt := range []struct {
		moments []release.Readiness
		want    string
	}{
		{[]release.Readiness{at(0, 4, 1), at(0, 5, 0)}, "4 of 5 were ready less than a minute before."},
		{[]release.Readiness{at(2, 1, 4), at(0, 5, 0)}, "1 of 5 were ready a day before."},
		{[]release.Readiness{at(40, 0, 5), at(10, 2, 3), at(3, 4, 1)}, "4 of 5 were ready a day before, 2 of 5 a week before, 0 of 5 four weeks before."},
	} {
		if got := historyAnswer(tt.moments, end); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestHistoryEndsWithTheManifest: the last row of the table is what the page counts.
func TestHistoryEndsWithTheManifest(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.log = sampleLog(&c.Rules)
	s.arrange()
	shown := 0
	for _, l := range s.picture.Lines {
		for _, m := range l.Milestones {
			v := s.viewHistory(m)
			if v == nil {
				continue
			}
			shown++
			counts := map[string]int{}
			for i, w := range v.Words {
				counts[w.Class] = v.Rows[0].Counts[i]
			}
			for _, part := range segments(m) {
				if counts[part.Class] != part.Count {
					t.Errorf("%s: %d %s, want %d", m.Title, counts[part.Class], part.Class, part.Count)
				}
			}
			if v.Chart.Picture == "" || len(v.Chart.Up) < 2 || len(v.Chart.Along) < 2 {
				t.Errorf("%s: its chart is %+v", m.Title, v.Chart)
			}
		}
	}
	if shown != 1 {
		t.Errorf("%d milestones have a history, want the one that changed", shown)
	}
}

// sizedBuild is an image of a size: a daily, or the release of a version.
func sizedBuild(kind release.ImageKind, version, build string, size int64) *release.TreeImage {
	return &release.TreeImage{Tree: &release.Tree{Name: "full"}, Image: &release.Image{
		Series: "noble", Kind: kind, Version: version, BuildID: build, Dir: "x/" + build, Files: []release.File{{Main: true, Size: &size}},
	}}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	image := func(build string, size int64) *release.TreeImage {
		return sizedBuild(release.ImageDaily, "", build, size)
	}
	s := sampleNews(t)
	series := func(i *release.TreeImage) string { return "Noble" }
	if v := s.viewSizes(&Page{}, []*release.TreeImage{image("20260421", 4e9), image("odd", 5e9)}, series); v != nil {
		t.Errorf("one day: %+v", v)
	}
	images := []*release.TreeImage{image("20260423", 4e9), image("20260421", 5e9), image("20260421", 1)}
	v := s.viewSizes(&Page{}, images, series)
	if v == nil {
		t.Fatal("two days give nothing")
	}
	if want := "Between 4.00 GB and 5.00 GB, 21 April 2026 to 23 April 2026."; v.Answer != want {
		t.Errorf("answer %q, want %q", v.Answer, want)
	}
	if len(v.Rows) != 2 || v.Rows[0].Build != "20260423" || v.Rows[1].Size != "5.00 GB" {
		t.Errorf("rows %+v", v.Rows)
	}
	if v.Chart.Picture != "" || !v.Open {
		t.Error("two points are drawn as a line, or their table is shut")
	}
	other := image("20260422", 3e9)
	v = s.viewSizes(&Page{}, append(images, image("20260425", 4e9), other), func(i *release.TreeImage) string {
		if i == other {
			return "Other"
		}
		return "Noble"
	})
	want := []keyView{{Class: "s1", Text: "Noble"}, {Class: "s2", Text: "Other, 3.00 GB once", Dot: true}}
	if diff := cmp.Diff(want, v.Chart.Legend); diff != "" || v.Chart.Picture == "" {
		t.Errorf("a line and a lone dot (-want +got):\n%s", diff)
	}
}

// TestProductSizes: releases are in the order of their versions, whatever their days, and
// apart from dailies, of which the old ones are left out.
func TestProductSizes(t *testing.T) {
	t.Parallel()
	s := sampleNews(t)
	pl := &release.ProductLine{Images: []*release.TreeImage{
		sizedBuild(release.ImageRelease, "10.04", "", 7e8),
		sizedBuild(release.ImageRelease, "24.04.3", "20250805", 6e9),
		sizedBuild(release.ImageRelease, "9.10", "", 6e8),
		sizedBuild(release.ImageRelease, "9.10", "", 1),
		sizedBuild(release.ImageDaily, "", "20260827", 6e9),
		sizedBuild(release.ImageDaily, "", "20240827", 4e9),
		sizedBuild(release.ImageDaily, "", "20240826", 3e9),
	}}
	var got []string
	for _, v := range s.productSizes(&Page{}, pl) {
		got = append(got, v.Of+": "+v.Answer)
		for _, m := range v.Chart.Along {
			got = append(got, m.Text+"@"+m.At)
		}
		for _, r := range v.Rows {
			got = append(got, r.Of+" "+r.Day)
		}
	}
	want := []string{
		"Releases: 3 releases: 600 MB for 9.10, 6.00 GB for 24.04.3.",
		"9.10@16.67", "10.04@50.00", "24.04.3@83.33",
		"24.04.3 5 August 2025", "10.04 ", "9.10 ",
		"Dailies and milestones: Between 4.00 GB and 6.00 GB, 27 August 2024 to 27 August 2026.",
		"Noble 27 August 2026", "Noble 27 August 2024",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
}

// readLogOf reads the change log for the first time.
func readLogOf(data string) ([]release.Event, error) {
	_, months, err := store.NewReader(data, "").LoadWithEvents(func(*store.Snapshot) time.Time { return logBegin(sampleNow) })
	return newLog(months, logBegin(sampleNow), nil).events, err
}

func TestLoadLog(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "changes"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(data, "sources.toml"), "")
	for _, month := range []string{"2024-12", "2025-03", "2025-04", "2026-04"} {
		text := fmt.Sprintf("[[event]]\nseen = %s-02T10:00:00Z\nwhat = \"source-back\"\nsource = \"iso\"\n", month)
		if err := os.WriteFile(filepath.Join(data, "changes", month+".toml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	log, err := readLogOf(data)
	if err != nil || len(log) != 2 || log[0].Seen.Format(time.DateOnly) != "2025-04-02" {
		t.Errorf("a year of the log: %v, %v", log, err)
	}
	bad := filepath.Join(data, "changes", "2026-03.toml")
	if err := os.WriteFile(bad, []byte("[[event]]\nseen = 2026-03-02T10:00:00Z\nwhy = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readLogOf(data); err == nil || !strings.Contains(err.Error(), "2026-03.toml:3") {
		t.Errorf("a mistake: %v", err)
	}
}

// TestLogWhoeverAnswersFirst: sources that were polled together are told in one order,
// also where the log grew.
func TestLogWhoeverAnswersFirst(t *testing.T) {
	t.Parallel()
	of := func(source, to string, hours int) release.Event {
		return release.Event{Seen: sampleNow.Add(time.Duration(hours) * time.Hour), Source: source, To: to}
	}
	old := []release.Event{of("iso", "1", 0), of("full", "1", 0)}
	one := append(slices.Clone(old), of("iso", "2", 1), of("iso", "1", 1), of("full", "2", 1))
	other := []release.Event{old[1], old[0], of("full", "2", 1), of("iso", "2", 1), of("iso", "1", 1)}
	want := newLog(months(one), time.Time{}, nil).events
	for name, got := range map[string]*changeLog{
		"another order": newLog(months(other), time.Time{}, nil),
		"grown":         newLog(months(one), time.Time{}, newLog(months(old), time.Time{}, nil)),
		"grown within":  newLog(months(one), time.Time{}, newLog(months(one[:4]), time.Time{}, nil)),
		"grown before":  newLog(months(other), time.Time{}, newLog(months(other[:3]), time.Time{}, nil)),
	} {
		if diff := cmp.Diff(want, got.events); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestNewestEvents: a poll is told whole or not at all.
func TestNewestEvents(t *testing.T) {
	t.Parallel()
	var events []release.Event
	for i := range 10 {
		events = append(events, release.Event{Seen: sampleNow.Add(time.Duration(i/3) * time.Hour)})
	}
	for most, want := range map[int]int{20: 10, 10: 10, 9: 7, 7: 7, 6: 4, 2: 1} {
		if got := len(newestEvents(events, most)); got != want {
			t.Errorf("of 10 no more than %d: %d, want %d", most, got, want)
		}
	}
}
