package release

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func archiveRules() Rules {
	r := sampleRules()
	r.Publish = []PublishRule{{Project: []string{"ubuntu"}, Official: OfficialYes}, {Official: OfficialNamed}}
	r.Series[2].LTS = true
	r.Archive = ArchiveRules{Rules: []ArchiveRule{
		{Role: []string{"simple"}, Into: "old"},
		{From: []string{"ubuntu/releases/*"}, Into: "old", Directory: "{series}"},
		{From: []string{"kubuntu/*"}, Into: "hidden", Directory: "full/{dir}"},
	}}
	return r
}

// archived is an image of noble with its ISO and a companion.
func archived(project, dir, name, publishType, version string) Image {
	size := int64(10)
	return Image{
		Series: "noble", Project: project, Dir: dir, Name: name, Kind: ImageRelease, PublishType: publishType, Arch: "amd64", Version: version,
		Files: []File{
			{Name: name + ".iso", Type: "iso", Main: true, SHA256: "sum-of-" + name, Size: &size},
			{Name: name + ".manifest", Type: "manifest"},
		},
	}
}

// archiveInput is noble with 24.04.1 and 24.04.2, in three trees.
func archiveInput() Input {
	const full, kubuntu = "ubuntu/releases/noble/release", "kubuntu/releases/noble/release"
	dir := func(project, path string) Directory {
		return Directory{Series: "noble", Project: project, Path: path, Kind: DirectoryRelease, Checksums: []string{"SHA256SUMS"}, Status: FinalStatus}
	}
	simpleFacts := Facts{Directories: []Directory{dir("ubuntu", "noble")}}
	fullFacts := Facts{Directories: []Directory{dir("ubuntu", full), dir("kubuntu", kubuntu)}}
	fullFacts.Directories[0].Aliases = []string{
		"releases/24.04.1/release", "releases/24.04.2/release", "releases/24.04/release", "releases/noble/release",
		"ubuntu/releases/24.04.1/release", "ubuntu/releases/24.04.1/re lease",
	}
	fullFacts.Directories[0].Strays = []string{"ubuntu-24.04.1-netboot-amd64.tar.gz", "notes.txt"}
	for _, v := range []string{"24.04.1", "24.04.2"} {
		simpleFacts.Images = append(simpleFacts.Images, archived("ubuntu", "noble", "ubuntu-"+v+"-desktop-amd64", "desktop", v))
		fullFacts.Images = append(fullFacts.Images,
			archived("ubuntu-server", full, "ubuntu-"+v+"-live-server-amd64", "live-server", v),
			archived("kubuntu", kubuntu, "kubuntu-"+v+"-desktop-amd64", "desktop", v))
	}
	fullFacts.Images = append(fullFacts.Images, archived("ubuntu", full, "ubuntu-24.04.1-minimal-amd64", "minimal", "24.04.1"))
	in := input(
		tracker("iso", Facts{}), tree("full", RoleFull, fullFacts), tree("simple", RoleSimple, simpleFacts),
		tree("old", RoleOld, Facts{Directories: []Directory{dir("ubuntu", "noble")}}),
	)
	in.Rules = archiveRules()
	return in
}

func (h HostPath) String() string { return h.Root + ":" + h.Path }

// archiveText is a set, one line for each thing to do.
func archiveText(set *ArchiveSet) string {
	var b strings.Builder
	for _, m := range set.Moves {
		fmt.Fprintf(&b, "move %s to %s", m.From, m.To)
		if m.SHA256 != "" {
			b.WriteString(" sum")
		}
		if m.There {
			b.WriteString(" there")
		}
		if m.Perhaps {
			b.WriteString(" perhaps")
		}
		b.WriteString("\n")
	}
	for _, l := range set.Lists {
		fmt.Fprintf(&b, "list %s to %s: %s", l.From, l.To, strings.Join(l.Lines, ", "))
		if l.Perhaps {
			b.WriteString(" perhaps")
		}
		b.WriteString("\n")
	}
	for _, l := range set.Links {
		fmt.Fprintf(&b, "link %s to %q\n", l.At, l.Target)
	}
	for _, r := range set.Redirects {
		fmt.Fprintf(&b, "redirect in %s: %s to %s\n", r.In, r.From, r.To)
	}
	for _, l := range set.KeptLinks {
		fmt.Fprintf(&b, "link %s stays\n", l)
	}
	for _, d := range set.Described {
		fmt.Fprintf(&b, "descriptions %s to %s: %s\n", d.From, d.To, strings.Join(d.Files, " "))
	}
	for _, p := range set.Pages {
		fmt.Fprintf(&b, "page %s: %s\n", p.At, p.words())
	}
	for _, i := range set.Index {
		fmt.Fprintf(&b, "index %s: %s\n", i.In, i.Line)
	}
	for _, i := range set.Stays {
		b.WriteString("stays " + i.Name + "\n")
	}
	return b.String()
}

const archiveWant = `move simple:.pool/ubuntu-24.04.1-desktop-amd64.iso to old:.pool/ubuntu-24.04.1-desktop-amd64.iso sum perhaps
move simple:.pool/ubuntu-24.04.1-desktop-amd64.manifest to old:.pool/ubuntu-24.04.1-desktop-amd64.manifest perhaps
move full:kubuntu/releases/noble/release/kubuntu-24.04.1-desktop-amd64.iso to hidden:full/kubuntu/releases/noble/release/kubuntu-24.04.1-desktop-amd64.iso sum
move full:kubuntu/releases/noble/release/kubuntu-24.04.1-desktop-amd64.manifest to hidden:full/kubuntu/releases/noble/release/kubuntu-24.04.1-desktop-amd64.manifest
move full:ubuntu/releases/noble/release/ubuntu-24.04.1-live-server-amd64.iso to old:noble/ubuntu-24.04.1-live-server-amd64.iso sum
move full:ubuntu/releases/noble/release/ubuntu-24.04.1-live-server-amd64.manifest to old:noble/ubuntu-24.04.1-live-server-amd64.manifest
move full:ubuntu/releases/noble/release/ubuntu-24.04.1-netboot-amd64.tar.gz to old:noble/ubuntu-24.04.1-netboot-amd64.tar.gz
move simple:noble/ubuntu-24.04.1-desktop-amd64.iso to old:noble/ubuntu-24.04.1-desktop-amd64.iso sum
move simple:noble/ubuntu-24.04.1-desktop-amd64.manifest to old:noble/ubuntu-24.04.1-desktop-amd64.manifest
list full:kubuntu/releases/noble/release/SHA256SUMS to hidden:full/kubuntu/releases/noble/release/SHA256SUMS: sum-of-kubuntu-24.04.1-desktop-amd64 *kubuntu-24.04.1-desktop-amd64.iso
list full:ubuntu/releases/noble/release/SHA256SUMS to old:noble/SHA256SUMS: sum-of-ubuntu-24.04.1-live-server-amd64 *ubuntu-24.04.1-live-server-amd64.iso
list simple:noble/SHA256SUMS to old:noble/SHA256SUMS: sum-of-ubuntu-24.04.1-desktop-amd64 *ubuntu-24.04.1-desktop-amd64.iso
list simple:.pool/SHA256SUMS to old:.pool/SHA256SUMS: sum-of-ubuntu-24.04.1-desktop-amd64 *ubuntu-24.04.1-desktop-amd64.iso perhaps
link old:24.04.1 to "noble"
link old:24.04 to "noble"
link simple:24.04.1 to ""
redirect in full:.htaccess: /ubuntu/releases/noble/release/ubuntu-24.04.1-live-server-amd64.iso to https://old.example/noble/ubuntu-24.04.1-live-server-amd64.iso
redirect in full:.htaccess: /releases/24.04.1/release/ubuntu-24.04.1-live-server-amd64.iso to https://old.example/noble/ubuntu-24.04.1-live-server-amd64.iso
redirect in full:.htaccess: /releases/24.04/release/ubuntu-24.04.1-live-server-amd64.iso to https://old.example/noble/ubuntu-24.04.1-live-server-amd64.iso
redirect in full:.htaccess: /releases/noble/release/ubuntu-24.04.1-live-server-amd64.iso to https://old.example/noble/ubuntu-24.04.1-live-server-amd64.iso
redirect in full:.htaccess: /ubuntu/releases/24.04.1/release/ubuntu-24.04.1-live-server-amd64.iso to https://old.example/noble/ubuntu-24.04.1-live-server-amd64.iso
redirect in simple:.htaccess: /24.04.1 to https://old.example/24.04.1
link full:releases/24.04.1 stays
link full:ubuntu/releases/24.04.1 stays
descriptions full:kubuntu/releases/noble/release/.htaccess to hidden:full/kubuntu/releases/noble/release/.htaccess: kubuntu-24.04.1-desktop-amd64.iso kubuntu-24.04.1-desktop-amd64.manifest
descriptions full:ubuntu/releases/noble/release/.htaccess to old:noble/.htaccess: ubuntu-24.04.1-live-server-amd64.iso ubuntu-24.04.1-live-server-amd64.manifest ubuntu-24.04.1-netboot-amd64.tar.gz
descriptions simple:noble/.htaccess to old:noble/.htaccess: ubuntu-24.04.1-desktop-amd64.iso ubuntu-24.04.1-desktop-amd64.manifest
page full:kubuntu/releases/noble/release/HEADER.html: take out any of the 2 files that move
page full:ubuntu/releases/noble/release/HEADER.html: take out any of the 3 files that move
page simple:noble/HEADER.html: take out any of the 2 files that move
page old:HEADER.html: add 24.04.1
page simple:HEADER.html: take out 24.04.1
index old:.htaccess: AddDescription "Ubuntu 24.04.1 LTS (Noble Numbat)" 24.04.1
stays ubuntu-24.04.1-minimal-amd64
`

func TestArchiveSet(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	set, err := in.Rules.ArchiveSet(Join(in), "24.04.1", ArchiveOptions{Distribution: "Ubuntu"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(archiveWant, archiveText(set)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if want := []string{"not known whether all of 24.04.2 is out: no milestone of it is known"}; !slices.Equal(set.Unsure, want) {
		t.Errorf("unsure %q, want %q", set.Unsure, want)
	}
	if set.Newer != "24.04.2" || set.Bytes != 30 {
		t.Errorf("newer %s, %d bytes", set.Newer, set.Bytes)
	}
	all, err := in.Rules.ArchiveSet(Join(in), "24.04.1", ArchiveOptions{All: true})
	if err != nil || len(all.Stays) > 0 || !strings.Contains(archiveText(all), "to old:noble/ubuntu-24.04.1-minimal-amd64.iso") {
		t.Errorf("all: %v\n%s", err, archiveText(all))
	}
	headed, err := in.Rules.ArchiveSet(Join(in), "24.04.1", ArchiveOptions{Headed: []string{"simple"}})
	if err != nil || strings.Contains(archiveText(headed), "page simple:noble/") || !strings.Contains(archiveText(headed), "page simple:HEADER.html: ") {
		t.Errorf("headed: %v\n%s", err, archiveText(headed))
	}
}

// TestArchiveSetForce goes on without what is forced, tells what can be, and refuses to force
// what hinders nothing.
func TestArchiveSetForce(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	half := half24042("ubuntu-desktop-amd64", "xubuntu-desktop-amd64")
	half.Milestones[0].Status = MilestoneReleased
	in.Sources[0].Facts = half
	p := Join(in)
	for _, tc := range []struct {
		force []string
		want  ArchiveError
	}{
		{nil, ArchiveError{Version: "24.04.1", Reasons: []string{"Xubuntu Desktop amd64 of 24.04.2 is not published"}, Products: []string{"xubuntu-desktop-amd64"}}},
		{[]string{"xubuntu-desktop-amd64"}, ArchiveError{}},
		{[]string{"xubuntu-desktop-amd64", "ubuntu-desktop-amd64"}, ArchiveError{
			Version: "24.04.1", Reasons: []string{"--force ubuntu-desktop-amd64: it does not keep 24.04.1 from being archived"}, Mistyped: true,
		}},
	} {
		var o ArchiveOptions
		for _, name := range tc.force {
			product, err := FindProduct(p, name)
			if err != nil {
				t.Fatal(err)
			}
			o.Force = append(o.Force, product)
		}
		_, err := in.Rules.ArchiveSet(p, "24.04.1", o)
		var got ArchiveError
		if refused := (*ArchiveError)(nil); errors.As(err, &refused) {
			got = *refused
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tc.force, diff)
		}
	}
}

func TestArchiveSetRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, version string
		change        func(*Input)
		want          string
	}{
		{"unknown", "25.10.1", nil, `no version of a series that is known here is called "25.10.1"; there are 24.04; write it like 24.04.3`},
		{"misspelt", "24.40", nil, `no version of a series that is known here is called "24.40"; did you mean 24.04?`},
		{"the newest", "24.04.2", nil, "24.04.2 cannot be archived: no newer release of noble is published"},
		{"nothing there", "24.04", nil, "24.04 cannot be archived: no tree but the archive holds files of it; nothing is left to do"},
		{"never was", "24.04.9", nil, `no release of noble is called "24.04.9"; did you mean 24.04.1?`},
		{
			"published with another build", "24.04.1",
			func(in *Input) {
				in.Sources[0].Facts = half24042("ubuntu-desktop-amd64")
				in.Sources[2].Facts.Images[1].BuildID = "20240701"
			},
			"24.04.1 cannot be archived: Noble 24.04.2 is still in testing; Ubuntu Desktop amd64 of 24.04.2 is published with another build than the ready one",
		},
		{
			"no checksum", "24.04.1",
			func(in *Input) { in.Sources[2].Facts.Images[0].Files[0].SHA256 = "" },
			"24.04.1 cannot be archived: simple/noble/ubuntu-24.04.1-desktop-amd64.iso has no SHA-256 checksum",
		},
		{
			"another file there", "24.04.1",
			func(in *Input) {
				i := archived("ubuntu", "noble", "ubuntu-24.04.1-desktop-amd64", "desktop", "24.04.1")
				i.Files[0].SHA256 = "other"
				in.Sources[3].Facts.Images = []Image{i}
			},
			"24.04.1 cannot be archived: old/noble/ubuntu-24.04.1-desktop-amd64.iso is there already, with another checksum",
		},
		{
			"a name that could mean something", "24.04.1",
			func(in *Input) { in.Sources[2].Facts.Images[0].Files[0].Name = "$(reboot).iso" },
			`24.04.1 cannot be archived: "$(reboot).iso" in simple/noble is no name of a released file`,
		},
		{
			"no rule", "24.04.1",
			func(in *Input) { in.Rules.Archive.Rules = in.Rules.Archive.Rules[:2] },
			"24.04.1 cannot be archived: no [[archive.rule]] says where the files of kubuntu/releases/noble/release in tree full go",
		},
		{
			"the newer one is not all there", "24.04.1",
			func(in *Input) { in.Sources[0].Facts = half24042("ubuntu-desktop-amd64", "xubuntu-desktop-amd64") },
			"24.04.1 cannot be archived: Noble 24.04.2 is still in testing; Xubuntu Desktop amd64 of 24.04.2 is not published",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := archiveInput()
			if tc.change != nil {
				tc.change(&in)
			}
			_, err := in.Rules.ArchiveSet(Join(in), tc.version, ArchiveOptions{})
			if got := fmt.Sprint(err); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
			var refused *ArchiveError
			if errors.As(err, &refused) != !strings.Contains(tc.want, "is called") {
				t.Errorf("error is a %T", err)
			}
		})
	}
}

// half24042 are the facts of a tracker that has 24.04.2 in testing, with products.
func half24042(slugs ...string) *Facts {
	f := Facts{Source: "iso", Products: products("Ubuntu Desktop amd64", "Xubuntu Desktop amd64")}
	m := Milestone{Series: "noble", Slug: "24.04.2", Title: "Noble 24.04.2", ID: "1", Kind: KindRelease, Status: MilestoneTesting}
	for _, slug := range slugs {
		m.Entries = append(m.Entries, Entry{Product: slug, BuildID: "20240801", State: StateReady})
	}
	f.Series = []Series{{Slug: "noble", Title: "Noble", Status: SeriesActive}}
	f.Milestones = []Milestone{m}
	return &f
}

// What is in the archive already, with the same bytes, does not stand in the way.
func TestArchiveSetHalfDone(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	in.Sources[3].Facts.Images = []Image{archived("ubuntu", "noble", "ubuntu-24.04.1-desktop-amd64", "desktop", "24.04.1")}
	set, err := in.Rules.ArchiveSet(Join(in), "24.04.1", ArchiveOptions{})
	if err != nil || !strings.Contains(archiveText(set), "move simple:noble/ubuntu-24.04.1-desktop-amd64.iso to old:noble/ubuntu-24.04.1-desktop-amd64.iso sum there\n") {
		t.Errorf("%v\n%s", err, archiveText(set))
	}
}

// A four-part release replaces one image only: the others stay, and so does the name
// that leads to them.
func TestArchiveSetKeepsTheNameOfWhatStays(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	simple := in.Sources[2].Facts
	simple.Images = append(simple.Images,
		archived("ubuntu", "noble", "ubuntu-24.04.2.1-desktop-amd64", "desktop", "24.04.2.1"),
		archived("ubuntu-wsl", "noble", "ubuntu-24.04.2-wsl-amd64", "wsl", "24.04.2"))
	set, err := in.Rules.ArchiveSet(Join(in), "24.04.2", ArchiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text := archiveText(set)
	if !strings.Contains(text, "stays ubuntu-24.04.2-wsl-amd64\n") || strings.Contains(text, "redirect in simple") || strings.Contains(text, "link simple:") || set.Newer != "24.04.2.1" {
		t.Errorf("newer %s\n%s", set.Newer, text)
	}
}

// What only a release in testing has is not superseded yet.
func TestArchiveSetLeavesToTheNext(t *testing.T) {
	t.Parallel()
	in := archiveInput()
	in.Sources[0].Facts = half24042("ubuntu-desktop-amd64")
	in.Sources[2].Facts.Images = append(in.Sources[2].Facts.Images, archived("ubuntu", "noble", "ubuntu-24.04-desktop-amd64", "desktop", "24.04"))
	in.Sources[1].Facts.Images = append(in.Sources[1].Facts.Images, archived("kubuntu", "kubuntu/releases/noble/release", "kubuntu-24.04-minimal-amd64", "minimal", "24.04"),
		archived("kubuntu", "kubuntu/releases/noble/release", "kubuntu-24.04.2-minimal-amd64", "minimal", "24.04.2"))
	set, err := in.Rules.ArchiveSet(Join(in), "24.04", ArchiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if text := archiveText(set); set.Newer != "24.04.1" || !strings.Contains(text, "stays kubuntu-24.04-minimal-amd64\n") || !strings.Contains(text, "to old:noble/ubuntu-24.04-desktop-amd64.iso") {
		t.Errorf("newer %s\n%s", set.Newer, text)
	}
}
