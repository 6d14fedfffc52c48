package generator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// twoTrees is a release of which the usual images lie in one tree and the boards in
// another, with the sources in a directory of their own.
func twoTrees(t *testing.T) *site {
	t.Helper()
	c := defaultConfig(t)
	source := func(name, role string, dirs []release.Directory, images ...release.Image) release.SourceFacts {
		for i := range images {
			images[i].Series, images[i].Kind = "noble", release.ImageRelease
		}
		return release.SourceFacts{
			State: release.SourceState{Name: name, Kind: "tree", Role: role, Site: "https://" + name + ".example", Success: sampleNow, Attempt: sampleNow},
			Facts: &release.Facts{Source: name, Directories: dirs, Images: images},
		}
	}
	in := func(project, dir string, img release.Image) release.Image {
		img.Project, img.Dir = project, dir
		return img
	}
	dir := func(project, path string) release.Directory {
		return release.Directory{Series: "noble", Project: project, Path: path, Kind: release.DirectoryRelease}
	}
	sources := image("src", "source", "24.04.4", "s-src-1.iso", "s-src-2.iso")
	for _, name := range []string{"s-src-1.iso.torrent", "s-src-2.iso.torrent"} {
		sources.Files = append(sources.Files, release.File{Name: name, Type: "iso.torrent"})
	}
	full := source("full", release.RoleFull, []release.Directory{dir("ubuntu", "u"), dir("ubuntu", "u/source"), dir("kubuntu", "k")},
		in("ubuntu", "u", image("live-server", "arm64", "24.04.4", "a.iso")),
		in("ubuntu", "u", image("preinstalled-desktop", "arm64+raspi", "24.04.3", "r.img.xz")),
		in("ubuntu", "u", image("wsl", "amd64", "24.04.4", "w.wsl")),
		in("ubuntu", "u/source", sources),
		in("kubuntu", "k", image("desktop", "amd64", "24.04.4", "k.iso")))
	simple := source("simple", release.RoleSimple, []release.Directory{dir("ubuntu", "noble")},
		in("ubuntu", "noble", image("desktop", "amd64", "24.04.4", "d.iso")),
		in("ubuntu", "noble", image("wsl", "amd64", "24.04.4", "w.wsl")))
	tracker := release.SourceFacts{
		State: release.SourceState{Name: "iso", Kind: "qatracker"},
		Facts: &release.Facts{Source: "iso", Series: []release.Series{{Slug: "noble", Title: "Noble", Status: release.SeriesActive}}},
	}
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{tracker, full, simple}}))
	s.arrange()
	return s
}

func directoryOf(t *testing.T, s *site, path string) directoryPage {
	t.Helper()
	for _, d := range s.downloads {
		if d.path == path {
			p := s.arrangeDirectory(d)
			return p
		}
	}
	t.Fatalf("no page %s", path)
	return directoryPage{}
}

// choicesOf are what a page asks first, in few words; a star marks the usual one.
func choicesOf(p directoryPage) []string {
	star := map[bool]string{true: "*"}
	var lines []string
	for _, c := range p.Choices {
		var machines []string
		for _, m := range c.Machines {
			on := ""
			if m.On != "" {
				on = " on " + m.On
			}
			machines = append(machines, m.Title+star[m.Usual]+" "+m.Href+on)
		}
		lines = append(lines, c.Title+star[c.Usual]+": "+strings.Join(machines, ", "))
	}
	return lines
}

func TestChoicesOfAllPagesOfARelease(t *testing.T) {
	t.Parallel()
	s := twoTrees(t)
	want := []string{
		"Desktop image*: 64-bit PC* ../../simple/noble/#get-desktop-amd64 on simple",
		"Server install image: 64-bit Arm #get-live-server-arm64",
		"Windows Subsystem for Linux image: 64-bit PC #get-wsl-amd64",
		"Preinstalled desktop image: Raspberry Pi, 64-bit #get-preinstalled-desktop-arm64+raspi",
	}
	p := directoryOf(t, s, "images/full/u/")
	if diff := cmp.Diff(want, choicesOf(p)); diff != "" || p.Ask != askKind {
		t.Errorf("asks %q (-want +got):\n%s", p.Ask, diff)
	}
	var siblings []string
	for _, v := range p.Siblings {
		siblings = append(siblings, v.Where+": "+v.What)
	}
	wantSiblings := []string{"simple noble: Desktop image, Windows Subsystem for Linux image for 64-bit PC", "full u/source: Source packages"}
	if diff := cmp.Diff(wantSiblings, siblings); diff != "" {
		t.Errorf("siblings (-want +got):\n%s", diff)
	}
	if len(p.Editions) != 1 || p.Editions[0].Href != "../k/" || p.Editions[0].Text != "Kubuntu" {
		t.Errorf("editions %+v, want kubuntu", p.Editions)
	}
}

func TestNothingIsAskedWhereThereIsOneImage(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/k/")
	if p.Ask != "" || p.Choices != nil || p.Only != "64-bit PC" || p.Images != 1 {
		t.Errorf("asks %q, choices %v, only %q of %d", p.Ask, choicesOf(p), p.Only, p.Images)
	}
}

func TestOneKindAsksForTheMachine(t *testing.T) {
	t.Parallel()
	p := oneDirectory(t, releaseDir, image("live-server", "s390x", "24.04", "s.iso"), image("live-server", "arm64", "24.04", "a.iso"))
	want := []string{"Server install image: 64-bit Arm #get-live-server-arm64, IBM Z and LinuxONE #get-live-server-s390x"}
	if diff := cmp.Diff(want, choicesOf(p)); diff != "" || p.Ask != askMachine || p.Only != "" {
		t.Errorf("asks %q, only %q (-want +got):\n%s", p.Ask, p.Only, diff)
	}
}

func TestSourcesAreForAnyMachine(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/u/source/")
	if p.Ask != "" || len(p.Choices) != 0 || p.Only != "" || !strings.Contains(p.Title, "source packages") {
		t.Errorf("%q: asks %q of %v, only %q", p.Title, p.Ask, p.Choices, p.Only)
	}
	v := p.Cards[0].Images[0]
	if !v.Any || v.Unknown || len(v.Parts) != 2 || len(v.Quick) != 0 || len(v.Others) != 0 {
		t.Fatalf("any %t, unknown %t, parts %+v, quick links %+v, others %+v: want the torrents beside their parts", v.Any, v.Unknown, v.Parts, v.Quick, v.Others)
	}
	for i, part := range v.Parts {
		if want := fmt.Sprintf("https://full.example/u/source/s-src-%d.iso.torrent", i+1); len(part.Quick) != 1 || part.Quick[0].Href != want || part.Number != i+1 {
			t.Errorf("part %d: %+v, want its torrent %s", i+1, part, want)
		}
	}
	if !strings.Contains(string(v.Split), "comes in 2 parts") || v.Check != nil {
		t.Errorf("text %q, commands %+v", v.Split, v.Check)
	}
}

func TestAnEarlierVersionIsNotShownAsThePages(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/u/")
	var behind []string
	for _, c := range p.Cards {
		for _, v := range c.Images {
			if v.Newest != "" {
				behind = append(behind, v.Main.Name+": "+v.Version+", not "+v.Newest)
			}
		}
	}
	if diff := cmp.Diff([]string{"r.img.xz: 24.04.3, not 24.04.4"}, behind); diff != "" {
		t.Errorf("earlier versions (-want +got):\n%s", diff)
	}
	if want := "Ubuntu 24.04 LTS (Noble Numbat)"; p.Title != want || !p.Mixed {
		t.Errorf("title %q, mixed %t: want %q by the version of the series", p.Title, p.Mixed, want)
	}
}

func TestPagesOfOneReleaseHaveDifferentTitlesInLists(t *testing.T) {
	t.Parallel()
	s := twoTrees(t)
	seen := map[string]string{}
	for _, d := range s.downloads {
		title := s.listTitle(d)
		if other, ok := seen[title]; ok {
			t.Errorf("%s and %s are both %q", other, d.path, title)
		}
		seen[title] = d.path
	}
}

func TestOlderSourcesStandBehindTheNewest(t *testing.T) {
	t.Parallel()
	p := oneDirectory(t, releaseDir, image("src", "source", "24.04.4", "n.iso"), image("src", "source", "24.04.3", "o.iso"))
	if diff := cmp.Diff([]string{"Source packages | source | n.iso | older o.iso"}, outline(p)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}
