package generator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

func TestAsOfIsTheNewestPollRoundedDown(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	sources := []release.SourceFacts{
		{State: release.SourceState{Attempt: at("2026-04-23T14:21:07Z"), Success: at("2026-04-23T10:00:00Z")}},
		{State: release.SourceState{Attempt: at("2026-04-23T16:05:00+02:00")}},
	}
	if got, want := asOf(sources, time.Hour), at("2026-04-23T14:00:00Z"); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("asOf = %v, want %v", got, want)
	}
	if got := asOf(nil, time.Hour); !got.IsZero() {
		t.Errorf("asOf without sources = %v", got)
	}
}

func TestSourcesStandInTheOrderOfTheConfiguration(t *testing.T) {
	t.Parallel()
	c := &config.Config{
		Trackers: []config.Tracker{{Name: "z", Kind: "qatracker", Site: "https://z.example"}, {Name: "never", Kind: "qatracker"}},
		Trees:    []config.Tree{{Name: "a", Role: "full"}},
	}
	found := []release.SourceFacts{{State: release.SourceState{Name: "a"}}, {State: release.SourceState{Name: "left"}}, {State: release.SourceState{Name: "z"}}}
	var got []string
	for _, src := range inOrder(c, found) {
		got = append(got, src.State.Name+" "+src.State.Site)
	}
	if diff := cmp.Diff([]string{"z https://z.example", "never ", "a ", "left "}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestSeriesNeverTakeTheNameOfAPage(t *testing.T) {
	t.Parallel()
	s := &site{texts: &texts{pages: []document{{name: "mirrors.md"}, {name: "help/index.md"}}}, picture: &release.Picture{}}
	for _, slug := range []string{"noble", "mirrors", "help", "images", release.Other} {
		s.picture.Lines = append(s.picture.Lines, &release.Line{Slug: slug})
	}
	s.nameSeries()
	want := map[string]string{"noble": "noble", "mirrors": "mirrors-2", "help": "help-2", "images": "images-2", release.Other: release.Other}
	if diff := cmp.Diff(want, s.seriesDirs); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}

func TestNoPageForNothingOfNoKnownSeries(t *testing.T) {
	t.Parallel()
	other := &release.Line{Slug: release.Other}
	s := &site{picture: &release.Picture{Lines: []*release.Line{{Slug: "noble"}, other}}}
	if got := s.lines(); len(got) != 1 {
		t.Errorf("%d series have a page, want noble alone", len(got))
	}
	s.downloads = []*download{{series: release.Other}}
	if got := s.lines(); len(got) != 2 {
		t.Errorf("%d series have a page, want two: there are images", len(got))
	}
}

func TestASeriesIsNotReleasedBeforeItsDay(t *testing.T) {
	t.Parallel()
	l := &release.Line{Rule: &release.SeriesRule{Released: "2026-04-23"}}
	for day, want := range map[int]string{22: "Planned for", 23: "Released", 24: "Released"} {
		if got := seriesFacts(l, "", time.Date(2026, 4, day, 12, 0, 0, 0, time.UTC)); got[0].Name != want {
			t.Errorf("on day %d: %s, want %s", day, got[0].Name, want)
		}
	}
}

func TestSeriesTellWhatAContactIs(t *testing.T) {
	t.Parallel()
	s := &site{rules: &release.Rules{}}
	l := &release.Line{Slug: "noble"}
	for _, team := range []string{release.ContactTeam, release.ContactPerson, release.ContactNeither, ""} {
		l.Intents = append(l.Intents, &release.Intended{Product: &release.ProductLine{Slug: "it", Title: "It"}, Contact: "somebody", Team: team})
	}
	l.Intents = append(l.Intents, &release.Intended{Product: &release.ProductLine{Slug: "it", Title: "It"}})
	groups, _ := s.viewIntents(&Page{}, l)
	var got []string
	for _, line := range groups[0].Lines {
		got = append(got, line.Is)
	}
	want := []string{"", "a person", "neither a team nor a person", "not known to be a team", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
}

func TestSourcesOfOneMinuteAreToldTogether(t *testing.T) {
	t.Parallel()
	var p Page
	for _, v := range []sourceView{
		{Name: "iso", Success: sampleNow},
		{Name: "simple", Success: sampleNow, Trouble: "did not answer"},
		{Name: "full", Success: sampleNow.Add(30 * time.Second)},
		{Name: "old", Success: sampleNow.Add(time.Hour)},
	} {
		p.addAge(v)
	}
	var got []string
	for _, a := range p.Ages {
		line := moment(a.Success)
		for _, l := range a.Sources {
			line += " " + l.Text
		}
		got = append(got, line)
	}
	want := []string{"23 Apr 2026, 14:00 UTC iso full", "23 Apr 2026, 14:00 UTC simple", "23 Apr 2026, 15:00 UTC old"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ages (-want +got):\n%s", diff)
	}
}

// oneDirectory is the publishing page of one directory with the given images.
func oneDirectory(t *testing.T, d release.Directory, images ...release.Image) directoryPage {
	t.Helper()
	c := defaultConfig(t)
	f := &release.Facts{Source: "full", Directories: []release.Directory{d}}
	for _, img := range images {
		img.Series, img.Project, img.Dir, img.Kind = d.Series, d.Project, d.Path, release.ImageRelease
		if d.Kind != release.DirectoryRelease {
			img.Kind = release.ImageDaily
		}
		f.Images = append(f.Images, img)
	}
	state := release.SourceState{Name: "full", Kind: "tree", Role: "full", Site: "https://cd.example", Success: sampleNow, Attempt: sampleNow}
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{{State: state, Facts: f}}}))
	s.arrange()
	if len(s.downloads) != 1 {
		t.Fatalf("%d publishing pages, want 1", len(s.downloads))
	}
	p := s.arrangeDirectory(s.downloads[0])
	return p
}

func image(kind, arch, version string, files ...string) release.Image {
	img := release.Image{Name: version + kind + arch, PublishType: kind, Arch: arch, Version: version}
	for i, name := range files {
		_, ext, _ := strings.Cut(name, ".")
		img.Files = append(img.Files, release.File{Name: name, Type: ext, Main: i == 0 || !strings.Contains(ext, ".")})
	}
	return img
}

var releaseDir = release.Directory{Series: "noble", Project: "ubuntu", Path: "noble", Kind: release.DirectoryRelease, Checksums: []string{"SHA256SUMS"}, Signed: true}

// outline is a publishing page in few words: the cards with their machines.
func outline(p directoryPage) []string {
	var lines []string
	for _, c := range p.Cards {
		for _, img := range c.Images {
			line := c.Title + " | " + img.Machine + " | " + img.Main.Name
			for _, o := range img.Older {
				line += " | older " + o.Name
			}
			for _, o := range img.Parts[min(1, len(img.Parts)):] {
				line += " | then " + o.Name
			}
			for _, o := range img.Together {
				line += " | with " + o.Name
			}
			for _, o := range img.Forms {
				line += " | or " + o.Name
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestPublishingPageOrder(t *testing.T) {
	t.Parallel()
	p := oneDirectory(t, releaseDir,
		image("zz-new-kind", "amd64", "24.04.3", "n.iso"),
		image("desktop", "riscv64+newboard", "24.04.3", "r.iso"),
		image("live-server", "amd64", "24.04.3", "s.iso"),
		image("desktop", "arm64", "24.04.3", "b.iso"),
		image("desktop", "amd64", "24.04.3", "d3.iso"),
		image("desktop", "amd64", "24.04.10", "d10.iso"),
	)
	want := []string{
		"Desktop image | 64-bit PC | d10.iso | older d3.iso",
		"Desktop image | 64-bit Arm | b.iso",
		"Desktop image | riscv64+newboard | r.iso",
		"Server install image | 64-bit PC | s.iso",
		"zz-new-kind | 64-bit PC | n.iso",
	}
	if diff := cmp.Diff(want, outline(p)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	wantChoices := []string{
		"Desktop image*: 64-bit PC* #get-desktop-amd64, 64-bit Arm #get-desktop-arm64, riscv64+newboard #get-desktop-riscv64+newboard",
		"Server install image: 64-bit PC #get-live-server-amd64",
		"zz-new-kind: 64-bit PC #get-zz-new-kind-amd64",
	}
	if diff := cmp.Diff(wantChoices, choicesOf(p)); diff != "" || p.Ask != askKind {
		t.Errorf("asks %q (-want +got):\n%s", p.Ask, diff)
	}
}

func TestSplitImagesAreOne(t *testing.T) {
	t.Parallel()
	p := oneDirectory(t, releaseDir,
		image("preinstalled-desktop", "armhf+nexus7", "24.04", "n.img", "n.bootimg"),
		image("src", "", "24.04", "src-1.iso", "src-2.iso"),
		image("live-core", "amd64", "24.04", "c.img", "c.qcow2"),
	)
	got := strings.Join(outline(p), "\n")
	for _, want := range []string{"n.img | with n.bootimg", "src-1.iso | then src-2.iso", "c.img | or c.qcow2"} {
		if !strings.Contains(got, want) {
			t.Errorf("page lacks %q:\n%s", want, got)
		}
	}
}

func TestManyFindingsAreSplit(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := emptyPicture(c)
	for i := range shownPerPage + 1 {
		p.Findings = append(p.Findings, &release.Finding{Rule: "stray", Severity: release.Note, Actor: release.ActorTree, Text: fmt.Sprintf("file %d is a stray", i)})
	}
	res, err := prepared(t, Options{Config: c}, p).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site := readSite(t, res.Dir)
	const own = "checks/note-image-tree-admins-stray/"
	for name, want := range map[string]int{"checks/index.html": shownAtOnce, own + "index.html": shownPerPage, own + "2/index.html": 1} {
		if got := strings.Count(string(site[name]), "is a stray"); got != want {
			t.Errorf("%s shows %d findings, want %d", name, got, want)
		}
	}
	for _, problem := range checkPages(site) {
		t.Error(problem)
	}
}
