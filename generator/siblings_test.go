package generator

import (
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
			p, err := s.arrangeDirectory(d)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatalf("no page %s", path)
	return directoryPage{}
}

// tiles are the machines of a page in few words; a star marks the usual one.
func tiles(p directoryPage) []string {
	var lines []string
	for _, m := range p.Machines {
		line := m.Title
		if m.Usual {
			line += "*"
		}
		for _, k := range m.Kinds {
			line += " | " + k.Text + " " + k.Href
		}
		lines = append(lines, line)
	}
	return lines
}

func TestMachinesOfAllPagesOfARelease(t *testing.T) {
	t.Parallel()
	s := twoTrees(t)
	want := []string{
		"64-bit PC* | Desktop image ../../../images/simple/noble/#get-desktop-amd64 | Windows Subsystem for Linux image #get-wsl-amd64",
		"64-bit Arm | Server install image #get-live-server-arm64",
		"Raspberry Pi, 64-bit | Preinstalled desktop image #get-preinstalled-desktop-arm64+raspi",
	}
	p := directoryOf(t, s, "images/full/u/")
	if diff := cmp.Diff(want, tiles(p)); diff != "" {
		t.Errorf("machines (-want +got):\n%s", diff)
	}
	if p.Machines[0].Href != p.Machines[0].Kinds[0].Href {
		t.Errorf("the machine leads to %s, want its first image", p.Machines[0].Href)
	}
	var siblings []string
	for _, v := range p.Siblings {
		siblings = append(siblings, v.Where+": "+v.What)
	}
	wantSiblings := []string{"simple noble: Desktop image, Windows Subsystem for Linux image for 64-bit PC", "full u/source: Source packages"}
	if diff := cmp.Diff(wantSiblings, siblings); diff != "" {
		t.Errorf("siblings (-want +got):\n%s", diff)
	}
	if len(p.Editions) != 1 || p.Editions[0].Href != "../../../images/full/k/" {
		t.Errorf("editions %+v, want kubuntu", p.Editions)
	}
}

func TestNoMachineIsUsualWhereNothingIsToChoose(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/k/")
	if diff := cmp.Diff([]string{"64-bit PC | Desktop image #get-desktop-amd64"}, tiles(p)); diff != "" || p.Choice {
		t.Errorf("machines, choice %v (-want +got):\n%s", p.Choice, diff)
	}
}

func TestSourcesAreForAnyMachine(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/u/source/")
	if p.Answer != "For any machine." || len(p.Machines) != 0 || !strings.Contains(p.Title, "source packages") {
		t.Errorf("%q: %q with %d machines", p.Title, p.Answer, len(p.Machines))
	}
	v := p.Cards[0].Images[0]
	if len(v.Quick) != 1 || len(v.Others) != 1 || v.Unknown {
		t.Errorf("quick links %+v, others %+v: want one torrent link, and the other part's by name", v.Quick, v.Others)
	}
}

func TestAnEarlierVersionIsNotShownAsThePages(t *testing.T) {
	t.Parallel()
	p := directoryOf(t, twoTrees(t), "images/full/u/")
	var behind []string
	for _, c := range p.Cards {
		for _, v := range c.Images {
			if v.Behind != "" {
				behind = append(behind, v.Main.Name+": "+v.Behind)
			}
		}
	}
	if diff := cmp.Diff([]string{"r.img.xz: Of 24.04.3: there is none of 24.04.4."}, behind); diff != "" {
		t.Errorf("earlier versions (-want +got):\n%s", diff)
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
	if diff := cmp.Diff([]string{"Source packages | Any machine | n.iso | older o.iso"}, outline(p)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}
