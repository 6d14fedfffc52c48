package release

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// cleanInput is a release day without a finding: three products, ready on an open
// milestone, with their files, one of them published.
func cleanInput() *Input {
	rules := sampleRules()
	rules.Products = slices.DeleteFunc(rules.Products, func(p ProductRule) bool {
		return !slices.Contains([]string{"Kubuntu Desktop amd64", "Ubuntu Desktop amd64", "Ubuntu Server Subiquity amd64"}, p.Title)
	})
	rules.SizeLimits = []SizeLimit{{Bytes: 1000}}
	slugs := []string{"kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}
	iso := Facts{
		Products: products("Kubuntu Desktop amd64", "Ubuntu Desktop amd64", "Ubuntu Server Subiquity amd64"),
		Series:   []Series{{Slug: "noble", Title: "Noble", ID: "7", Status: SeriesActive}},
		Milestones: []Milestone{
			{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "40", Kind: KindDaily, Status: MilestoneTesting},
			{Series: "noble", Slug: "final", Title: "Noble Final", ID: "41", Kind: KindRelease, Status: MilestoneTesting},
		},
	}
	var full Facts
	for i, project := range []string{"kubuntu", "ubuntu", "ubuntu-server"} {
		iso.Series[0].Manifest = append(iso.Series[0].Manifest, Intent{Product: slugs[i], Contact: "~a-team"})
		for m := range iso.Milestones {
			iso.Milestones[m].Entries = append(iso.Milestones[m].Entries, Entry{Product: slugs[i], BuildID: "20240424", State: StateReady})
		}
		iso.Builds = append(iso.Builds, Build{Series: "noble", Product: slugs[i], BuildID: "20240424", ID: itoa(500 + i)})
		image := daily(project, "noble", "daily-live", "desktop", "amd64", "20240424")
		if project == "ubuntu-server" {
			image = daily(project, "noble", "daily-live", "live-server", "amd64", "20240424")
		}
		full.Images = append(full.Images, image)
		full.Directories = append(full.Directories, Directory{
			Series: "noble", Project: project, Path: image.Dir, Kind: DirectoryDated, BuildID: "20240424",
			Aliases: []string{project + "/noble/daily-live/current"}, Checksums: []string{"SHA256SUMS"}, Signed: true,
		})
	}
	out := released("kubuntu", "noble", "kubuntu/releases/noble/release", "kubuntu-24.04-desktop-amd64", "desktop", "amd64", "20240424")
	out.Files[0].SHA256 = full.Images[0].Files[0].SHA256
	full.Images = append(full.Images, out)
	full.Directories = append(full.Directories, Directory{
		Series: "noble", Project: "kubuntu", Path: out.Dir, Kind: DirectoryRelease, Status: "release",
		Checksums: []string{"SHA256SUMS"}, Signed: true,
	})
	in := input(tracker("iso", iso), tree("full", "full", full), tree("simple", "simple", Facts{}))
	in.Rules = rules
	return &in
}

func TestCleanInputHasNoFinding(t *testing.T) {
	t.Parallel()
	for _, f := range Join(*cleanInput()).Findings {
		t.Errorf("%+v", *f)
	}
}

// final is the open release milestone of cleanInput.
func final(in *Input) *Milestone { return &in.Sources[0].Facts.Milestones[1] }

func full(in *Input) *Facts { return in.Sources[1].Facts }

// second is another tracker with the same milestone and its own view of a build.
func second(change func(*Facts)) func(*Input) {
	return func(in *Input) {
		f := Facts{
			Products:   in.Sources[0].Facts.Products[:1],
			Series:     []Series{{Slug: "noble", Title: "Noble", Status: SeriesActive}},
			Milestones: []Milestone{{Series: "noble", Slug: "final", Title: "Noble Final", ID: "3", Kind: KindRelease, Status: MilestoneTesting}},
		}
		f.Milestones[0].Entries = []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: StateReady}}
		change(&f)
		in.Sources = append(in.Sources, tracker("other", f))
	}
}

// netbootSet adds a netboot set beside the server's daily.
func netbootSet(iso, beside string) func(*Input) {
	return func(in *Input) {
		dir := full(in).Images[2].Dir
		full(in).Netboot = []NetbootSet{{
			Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageDaily, BuildID: "20240424",
			Parent: dir, Dir: dir + "/netboot/amd64", Kernel: "linux", Initrd: "initrd", ISO: iso, Beside: beside,
		}}
	}
}

// findingCase changes the clean input; want are the findings that it makes, by rule,
// and text is in the first. The rule of the first is the one that is tested.
type findingCase struct {
	name   string
	change func(*Input)
	want   []string
	text   string
	// about is "series/milestone product source tree:dir" of the first.
	about string
}

var findingCases = []findingCase{
	{"no build", func(in *Input) { final(in).Entries = final(in).Entries[1:]; full(in).Images = full(in).Images[:3] },
		[]string{"missing-build"}, "Kubuntu Desktop amd64 is meant to be released and has no build on Noble Final", "noble/final kubuntu-desktop-amd64  :"},
	{"build superseded", func(in *Input) { final(in).Entries[1].State = StateSuperseded },
		[]string{"missing-build"}, "Ubuntu Desktop amd64", "noble/final ubuntu-desktop-amd64  :"},
	{"no build on the daily milestone", func(in *Input) { in.Sources[0].Facts.Milestones[0].Entries = nil }, nil, "", ""},
	{"no build, intent switched off", func(in *Input) {
		final(in).Entries[1].State = StateRemoved
		in.Sources[0].Facts.Series[0].Manifest[1].Disabled = true
	}, nil, "", ""},
	{"no build on a released milestone", func(in *Input) {
		final(in).Status, final(in).Entries = MilestoneReleased, nil
	}, nil, "", ""},
	{"no build in a disabled series", func(in *Input) {
		in.Sources[0].Facts.Series[0].Status = SeriesDisabled
		final(in).Entries = nil
	}, nil, "", ""},
	{"failed", func(in *Input) { final(in).Entries[1].State = StateFailed },
		[]string{"build-failed"}, "Build 20240424 of Ubuntu Desktop amd64 on Noble Final is marked failed", "noble/final ubuntu-desktop-amd64  :"},
	{"no files", func(in *Input) { full(in).Images = slices.Delete(full(in).Images, 1, 2) },
		[]string{"no-files"}, "Build 20240424 of Ubuntu Desktop amd64 has no files", "noble/ ubuntu-desktop-amd64  :"},
	{"no files of a disabled build", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		final(in).Entries[1].State = StateDisabled
		in.Sources[0].Facts.Milestones[0].Entries[1].State = StateDisabled
	}, nil, "", ""},
	{"no files, but the tree was looked at before", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[1].State.Success = noon.Add(-13 * time.Hour)
		in.Stale = 0
	}, nil, "", ""},
	{"no files, but the tree was looked at before the build was posted", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2024-04-24 12:20:00"
		final(in).Entries[1].Date = "2024-04-24 12:20:00"
	}, nil, "", ""},
	{"no files, posted before the tree was looked at", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2024-04-24 11:20:00"
		final(in).Entries[1].Date = "2024-04-24 12:20:00"
	}, []string{"no-files"}, "in full (looked for project ubuntu, type desktop, architecture amd64)", "noble/ ubuntu-desktop-amd64  :"},
	{"no files, posted on a day that cannot be", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2038-01-19 03:14:07"
		final(in).Entries[1].Date = "2038-01-19 03:14:07"
	}, []string{"no-files"}, "Build 20240424 of Ubuntu Desktop amd64 has no files", "noble/ ubuntu-desktop-amd64  :"},
	{"no tree that holds dailies", func(in *Input) {
		full(in).Images, full(in).Directories = full(in).Images[3:], full(in).Directories[3:]
	}, nil, "", ""},
	{"no trees", func(in *Input) { in.Sources[1].Facts = &Facts{} }, nil, "", ""},
	{"other build", second(func(f *Facts) { f.Milestones[0].Entries[0].BuildID = "20240423" }),
		[]string{"disagree-build"}, "iso has 20240424 and other has 20240423", "noble/final kubuntu-desktop-amd64  :"},
	{"other state", second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateFailed }),
		[]string{"disagree-state"}, "iso says ready and other says failed", "noble/final kubuntu-desktop-amd64  :"},
	{"other state of the build itself", second(func(f *Facts) {
		f.Milestones, f.Series = nil, nil
		f.Builds = []Build{{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: StateFailed}}
	}), []string{"disagree-state", "disagree-state"}, "other says failed", "noble/daily kubuntu-desktop-amd64  :"},
	{"unknown state elsewhere", second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateUnknown }), nil, "", ""},
	{"same elsewhere", second(func(*Facts) {}), nil, "", ""},
	{"other checksum of the build", func(in *Input) { in.Sources[0].Facts.Builds[0].SHA256 = strings.Repeat("a", 64) },
		[]string{"disagree-checksum"}, "Build 20240424 of Kubuntu Desktop amd64 has different checksums", "noble/ kubuntu-desktop-amd64  :"},
	{"other file of one name", func(in *Input) {
		i := full(in).Images[3]
		i.Dir = "noble"
		i.Files = []File{{Name: i.Files[0].Name, Type: "iso", Main: true, SHA256: strings.Repeat("b", 64)}}
		in.Sources[2].Facts = &Facts{Images: []Image{i}, Directories: []Directory{{
			Series: "noble", Project: "kubuntu", Path: "noble", Kind: DirectoryRelease, Checksums: []string{"SHA256SUMS"}, Signed: true,
		}}}
	}, []string{"disagree-checksum"}, "kubuntu-24.04-desktop-amd64.iso is not the same file", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release"},
	{"published, other build ready", func(in *Input) { full(in).Images[3].BuildID = "20240422" },
		nil, "", ""}, // the bytes are the ready build's
	{"published another build", func(in *Input) {
		full(in).Images[3].BuildID = "20240422"
		full(in).Images[3].Files[0].SHA256 = strings.Repeat("c", 64)
	}, []string{"published-not-ready"}, "with build 20240422, and the ready build is 20240424", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release"},
	{"published and not ready", func(in *Input) { final(in).Entries[0].State = StateTesting },
		[]string{"published-not-ready"}, "build 20240424 is not ready (testing)", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release"},
	{"checksum of absent file", func(in *Input) { full(in).Directories[0].Gone = []string{"gone.iso"} },
		[]string{"checksum-gone"}, "SHA256SUMS of kubuntu/noble/daily-live/20240424 names files that are not there: gone.iso", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"checksum of absent file in an old build", func(in *Input) {
		full(in).Directories[0].Gone, full(in).Directories[0].Aliases = []string{"gone.iso"}, nil
		full(in).Images[0].Current = false
	}, nil, "", ""},
	{"no publish rule", func(in *Input) { in.Rules.Publish = in.Rules.Publish[:1]; full(in).Images = full(in).Images[:3] },
		[]string{"no-location"}, "no [[publish]] rule matches", "noble/final kubuntu-desktop-amd64  :"},
	{"no publish rule and no build", func(in *Input) {
		in.Rules.Publish = in.Rules.Publish[:1]
		full(in).Images, final(in).Entries = full(in).Images[:3], final(in).Entries[1:]
	}, []string{"no-location", "missing-build"}, "no [[publish]] rule matches", "noble/final kubuntu-desktop-amd64  :"},
	{"one place for two", func(in *Input) {
		in.Rules.Publish[0].Prefix = "same"
		in.Rules.Publish[0].Directory = "x"
		in.Rules.Publish = slices.Insert(in.Rules.Publish, 0, PublishRule{PublishType: []string{"desktop"}, Official: OfficialYes, Directory: "x", Prefix: "same"})
		full(in).Images = full(in).Images[:3]
	}, []string{"same-location"}, "Kubuntu Desktop amd64 and Ubuntu Desktop amd64 would all be published on Noble Final as x/same-desktop-amd64", "noble/final   :"},
	{"held back", func(in *Input) { in.Sources[0].State.Held = &Held{Reason: "81 of 90 builds would go.", Since: noon} },
		[]string{"source-held"}, "iso is held back since 2024-04-24 12:00 UTC: 81 of 90 builds would go.", "/  iso :"},
	{"lost", func(in *Input) {
		in.Sources[0].State.Success, in.Sources[0].State.Error = noon.Add(-24*time.Hour), "502"
	},
		[]string{"source-lost"}, "iso has not answered for 24 hours: 502", "/  iso :"},
	{"never answered", func(in *Input) {
		in.Sources = append(in.Sources, SourceFacts{State: SourceState{Name: "x", Attempt: noon, Error: "no such host"}})
	}, []string{"source-lost"}, "x has never answered: no such host", "/  x :"},
	{"no contact", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Contact = "" },
		[]string{"contact-missing"}, "names no contact for Kubuntu Desktop amd64", "noble/ kubuntu-desktop-amd64 iso :"},
	{"contact from the configuration", func(in *Input) {
		in.Sources[0].Facts.Series[0].Manifest[0].Contact = ""
		in.Rules.Contacts.Product = map[string]string{"kubuntu-desktop-amd64": "~b-team"}
	}, nil, "", ""},
	{"a person", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Contact = "Jane" },
		[]string{"contact-unknown"}, "Jane, contact in Noble for Kubuntu Desktop amd64, is a person", "noble/ kubuntu-desktop-amd64 iso :"},
	{"one unknown contact of several", func(in *Input) {
		in.Sources[0].Facts.Series[0].Manifest[0].Contact, in.Sources[0].Facts.Series[0].Manifest[1].Contact = "who", "who"
	}, []string{"contact-unknown"}, "Kubuntu Desktop amd64 and Ubuntu Desktop amd64, is in no list of teams", "noble/  iso :"},
	{"rebuild", func(in *Input) {
		in.Sources[0].Facts.Series[0].Rebuilds = []Rebuild{{Product: "kubuntu-desktop-amd64", ID: "1", Status: "queued", By: "bob", Milestone: "final"}}
	}, []string{"rebuild-open"}, "is marked ready, and a new one was asked for by bob (queued)", "noble/final kubuntu-desktop-amd64  :"},
	{"rebuild done", func(in *Input) {
		in.Sources[0].Facts.Series[0].Rebuilds = []Rebuild{{Product: "kubuntu-desktop-amd64", ID: "1", Status: "published"}}
	}, nil, "", ""},
	{"oversized by size", func(in *Input) { *full(in).Images[0].Files[0].Size = 1500 },
		[]string{"oversized"}, "is 1.50 kB, which is 500 bytes above its limit of 1.00 kB (1500 of 1000 bytes)", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"exactly the limit", func(in *Input) { *full(in).Images[0].Files[0].Size = 1000 }, nil, "", ""},
	{"rounded size above", func(in *Input) {
		*full(in).Images[0].Files[0].Size, full(in).Images[0].Files[0].Exact = 1500, false
	}, []string{"size-rounded"}, "Of 3 downloads in full, the sizes of 1", "/  full :"},
	{"oversized by marker", func(in *Input) { full(in).Images[0].Oversized, full(in).Images[0].Files[0].Size = true, nil },
		[]string{"oversized"}, "is marked as oversized by its tree; its limit is 1.00 kB", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"oversized, of no product", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "alternate", "amd64", "20240424")
		i.Oversized = true
		full(in).Images = append(full(in).Images, i)
	}, []string{"oversized", "orphan-files"}, "is marked as oversized", "noble/   full:kubuntu/noble/daily-live/20240424"},
	{"oversized, not current", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240420")
		i.Oversized, i.Current = true, false
		full(in).Images = append(full(in).Images, i)
	}, nil, "", ""},
	{"unsigned", func(in *Input) { full(in).Directories[0].Signed = false },
		[]string{"unsigned"}, "SHA256SUMS of kubuntu/noble/daily-live/20240424 has no signature", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"unsigned in a series that has ended", func(in *Input) {
		in.Rules.Series[2].EOL = "2024-04-01"
		full(in).Directories[3].Signed, full(in).Directories[3].Series = false, "jammy"
		in.Rules.Series[1].EOL = "2024-04-01"
	}, nil, "", ""},
	{"unlisted", func(in *Input) { full(in).Directories[0].Unlisted = []string{"a.iso"} },
		[]string{"unlisted"}, "does not name a.iso", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"no list", func(in *Input) {
		full(in).Directories[0].Checksums, full(in).Directories[0].Signed = nil, false
	}, []string{"unlisted"}, "has no checksum list for its 1 image", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"netboot starts another", netbootSet("https://x.example/old%2Biso.iso", "new.iso"),
		[]string{"netboot-iso"}, "start old%2Biso.iso, and new.iso lies beside", "noble/   full:ubuntu-server/noble/daily-live/20240424"},
	{"netboot starts the one beside", netbootSet("https://x.example/a%2Bb.iso", "a+b.iso"), nil, "", ""},
	{"netboot names none", netbootSet("", "a.iso"), nil, "", ""},
	{"stale", func(in *Input) { in.Sources[2].State.Success = noon.Add(-7 * time.Hour) },
		[]string{"source-stale"}, "The last good answer of simple is 7 hours old", "/  simple :"},
	{"not yet stale", func(in *Input) { in.Sources[2].State.Success = noon.Add(-5 * time.Hour) }, nil, "", ""},
	{"failed once", func(in *Input) { in.Sources[2].State.Error = "timeout." },
		[]string{"problem"}, "The last poll of simple failed: timeout.", "/  simple :"},
	{"problems of one kind", func(in *Input) {
		in.Sources[2].State.Problems = make([]Problem, 40)
		for i := range in.Sources[2].State.Problems {
			in.Sources[2].State.Problems[i] = Problem{Rule: "listing", Address: "https://x.example/", Text: "no listing."}
		}
	}, []string{"problem"}, `simple has 40 problems of the kind "listing", the first: no listing.`, "/  simple :"},
	{"two problems", func(in *Input) {
		in.Sources[2].State.Problems = []Problem{{Rule: "listing", Text: "a"}, {Rule: "edited", Text: "b"}}
	}, []string{"problem", "problem"}, "simple: a.", "/  simple :"},
	{"orphans", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "alternate", "amd64", "20240424")
		full(in).Images = append(full(in).Images, i)
		full(in).Directories[0].Strays = []string{"x", "y"}
	}, []string{"orphan-files"}, "holds 1 image of no product: noble-alternate-amd64; and 2 files of no image: x and y", "noble/   full:kubuntu/noble/daily-live/20240424"},
	{"other architectures", func(in *Input) { in.Rules.Arches[0].Arches = []string{"arm64"} },
		[]string{"arches-differ", "arches-differ", "arches-differ"}, "The current dailies of kubuntu daily-live for noble lack arm64 and have amd64, which no rule says is built", "noble/   full:kubuntu/noble/daily-live/20240424"},
	{"title of several kinds", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		dvd := daily("kubuntu", "noble", "dvd", "dvd", "amd64", "20240424")
		dvd.Current = false
		full(in).Images = append(full(in).Images, dvd)
	}, []string{"title-ambiguous", "no-location"}, "the trees hold several of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of several kinds, none held", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		full(in).Images, full(in).Directories = full(in).Images[1:3], full(in).Directories[1:3]
	}, []string{"title-ambiguous", "no-location"}, "the trees hold none of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of several kinds, none held, none built", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		full(in).Images, full(in).Directories = full(in).Images[1:3], full(in).Directories[1:3]
		final(in).Entries = final(in).Entries[1:]
	}, []string{"title-ambiguous", "missing-build"}, "the trees hold none of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of kinds that differ for the build host only", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", Subproject: "live", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"})
	}, nil, "", ""},
	{"title of several kinds, one held", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
	}, nil, "", ""},
	{"two builds", func(in *Input) {
		final(in).Entries = append(final(in).Entries, Entry{Product: "kubuntu-desktop-amd64", BuildID: "20240423", State: StateReady})
	}, []string{"two-builds"}, "has several builds that stand: 20240424 and 20240423", "noble/final kubuntu-desktop-amd64 iso :"},
	{"unknown architecture", func(in *Input) { full(in).Images[0].Unknown = []string{"arch"} },
		[]string{"unknown-arch"}, "Architecture amd64 is not known (1 image in full, such as noble-desktop-amd64)", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"unknown type", func(in *Input) { full(in).Images[0].Unknown = []string{"publish_type"} },
		[]string{"unknown-type"}, "Publish type desktop is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"unknown extension", func(in *Input) {
		full(in).Images[0].Unknown = []string{"extension"}
		full(in).Images[0].Files = append(full(in).Images[0].Files, File{Name: "noble-desktop-amd64.odd", Type: "odd"})
	}, []string{"unknown-extension"}, "Extension odd is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"unknown project", func(in *Input) { full(in).Images[0].Unknown = []string{"project"} },
		[]string{"unknown-project"}, "Project kubuntu is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"unknown series", func(in *Input) {
		in.Sources[0].Facts.Series = append(in.Sources[0].Facts.Series, Series{Slug: "zesty", Title: "Zesty", Status: SeriesActive})
	}, []string{"unknown-series"}, "Series Zesty is in no [[series]] rule", "zesty/  iso :"},
	{"unknown state", func(in *Input) {
		final(in).Entries[1].State, final(in).Entries[1].RawState = StateUnknown, "Odd"
	}, []string{"unknown-state"}, `iso uses "Odd" for the state of 1 build`, "noble/final ubuntu-desktop-amd64 iso :"},
	{"word for a state that nobody mapped", func(in *Input) { final(in).Entries[1].State = "odd" },
		[]string{"unknown-state"}, `"odd"`, "noble/final ubuntu-desktop-amd64 iso :"},
	{"no tree for the role", func(in *Input) { in.Sources = in.Sources[:2] },
		[]string{"role-without-tree"}, `2 products are to be published in a tree with the role "simple"`, "noble/final   :"},
	{"no rule for the product", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "new-amd64", Title: "New amd64", Type: "iso"})
		in.Sources[0].Facts.Milestones[0].Entries = append(in.Sources[0].Facts.Milestones[0].Entries, Entry{Product: "new-amd64", BuildID: "20240424", State: StateTesting})
	}, []string{"product-without-rule"}, "New amd64 is in no [[product]] rule", "noble/daily new-amd64  :"},
	{"no rule for a product of an unknown type", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "new-amd64", Title: "New amd64", Type: "3"})
		in.Sources[0].Facts.Milestones[0].Entries = append(in.Sources[0].Facts.Milestones[0].Entries, Entry{Product: "new-amd64", BuildID: "20240424", State: StateTesting})
	}, []string{"product-without-rule"}, "New amd64 is in no [[product]] rule", "noble/daily new-amd64  :"},
	{"no rule for an upgrade or a netboot product", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products,
			Product{Slug: "upgrade", Title: "Upgrade amd64", Type: "package"}, Product{Slug: "netboot-amd64", Title: "Netboot amd64", Type: "iso"})
		final(in).Entries = append(final(in).Entries, Entry{Product: "upgrade", BuildID: "20240424", State: StateTesting},
			Entry{Product: "netboot-amd64", BuildID: "20101020ubuntu229", State: StateTesting})
	}, nil, "", ""},
	{"netboot without a build", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "netboot-amd64", Title: "Netboot amd64", Type: "iso"})
		in.Sources[0].Facts.Series[0].Manifest = append(in.Sources[0].Facts.Series[0].Manifest, Intent{Product: "netboot-amd64", Contact: "~a-team"})
	}, nil, "", ""},
	{"no product for the rule", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Gone amd64", Project: "gone", PublishType: "desktop", Arch: "amd64", Tracker: "iso"})
	}, []string{"rule-without-product"}, "1 title of [[product]] rules that iso does not have: Gone amd64", "/  iso :"},
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for _, tc := range findingCases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tc.change(in)
			p := Join(*in)
			check(t, p)
			var got []string
			for _, f := range p.Findings {
				got = append(got, f.Rule)
			}
			if !sameSet(tc.want, got) {
				t.Fatalf("findings %q, want %q\n%s", got, tc.want, strings.Join(dumpFindings(p.Findings), "\n"))
			}
			if len(tc.want) > 0 {
				first := p.Findings[slices.Index(got, tc.want[0])]
				checkFinding(t, first, tc.text, tc.about)
			}
			for _, f := range p.Findings {
				checkEvidence(t, f)
			}
		})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func checkFinding(t *testing.T, f *Finding, text, about string) {
	t.Helper()
	if !strings.Contains(f.Text, text) {
		t.Errorf("text %q does not say %q", f.Text, text)
	}
	got := fmt.Sprintf("%s/%s %s %s %s:%s", f.Series, f.Milestone, f.Product, f.Source, f.Tree, f.Dir)
	if got != about {
		t.Errorf("about %q, want %q", got, about)
	}
	for what, s := range map[string]string{"text": f.Text, "advice": f.Advice} {
		if !strings.HasSuffix(s, ".") && !strings.Contains(s, "--accept") || strings.Contains(s, "..") || strings.Contains(s, "  ") {
			t.Errorf("%s is no sentence: %q", what, s)
		}
	}
	if f.Actor == "" {
		t.Error("nobody can act")
	}
	if want := findingRule(f.Rule).Severity; f.Severity != want {
		t.Errorf("severity %q, want %q", f.Severity, want)
	}
}

// checkEvidence wants of every finding what it rests on, and someone who can act.
func checkEvidence(t *testing.T, f *Finding) {
	t.Helper()
	if len(f.Evidence) == 0 {
		t.Errorf("%s has no evidence", f.Rule)
	}
	for _, e := range f.Evidence {
		if e.Source == "" || e.Fact == "" {
			t.Errorf("%s: the evidence %+v does not say who says what", f.Rule, e)
		}
	}
	if f.Actor == ActorContact && f.Who == "" {
		t.Errorf("%s asks a contact that nobody knows", f.Rule)
	}
}

// TestEveryRuleIsMade holds the table of rules and the cases above to each other.
func TestEveryRuleIsMade(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, tc := range findingCases {
		for _, rule := range tc.want {
			made[rule] = true
		}
	}
	seen := map[string]bool{}
	for _, r := range FindingRules() {
		if seen[r.Name] || r.Title == "" || !strings.HasSuffix(r.Explanation, ".") || r.Severity.rank() > 2 {
			t.Errorf("the rule %q is there twice or not complete", r.Name)
		}
		seen[r.Name] = true
		if !made[r.Name] {
			t.Errorf("no case makes the finding %q", r.Name)
		}
	}
	for rule := range made {
		if !seen[rule] {
			t.Errorf("%q is not in the table", rule)
		}
	}
}

func TestEveryFindingIsInTheTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range FindingRules() {
		known[r.Name] = true
	}
	rng := rand.New(rand.NewSource(4))
	for range 100 {
		for _, f := range Join(randomInput(rng)).Findings {
			if !known[f.Rule] {
				t.Fatalf("%q is not in the table", f.Rule)
			}
		}
	}
}

// TestFindingsHangWhereTheyBelong wants each finding at its milestone, row and
// product once, and every hung finding in the list of all.
func TestFindingsHangWhereTheyBelong(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Entries[1].State = StateFailed
	full(in).Directories[0].Gone = []string{"gone.iso"}
	p := Join(*in)
	r := findRow(t, p, "noble/final/ubuntu-desktop-amd64")
	m := findManifest(t, p, "noble/final")
	k := findRow(t, p, "noble/final/kubuntu-desktop-amd64")
	for what, list := range map[string][]*Finding{"row": r.Findings, "product": r.Product.Findings} {
		if len(list) != 1 || list[0].Rule != "build-failed" {
			t.Errorf("%s has %q", what, dumpFindings(list))
		}
	}
	if !r.Blocked() || !k.Blocked() || k.Findings[0].Rule != "checksum-gone" {
		t.Errorf("a row is not blocked: %v %v", dumpFindings(r.Findings), dumpFindings(k.Findings))
	}
	if m.Totals.Blockers != 2 || len(m.Findings) != 2 {
		t.Errorf("the milestone counts %d blockers of %d findings", m.Totals.Blockers, len(m.Findings))
	}
	dir := p.Trees[0].Directories[0]
	if len(dir.Findings) != 1 || dir.Findings[0] != k.Findings[0] {
		t.Errorf("the directory has %q", dumpFindings(dir.Findings))
	}
}

func TestFindingsHangOnce(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(5))
	for range 80 {
		p := Join(randomInput(rng))
		all := once(t, "picture", p.Findings)
		for _, l := range p.Lines {
			within(t, all, once(t, l.Slug, l.Findings))
			for _, m := range l.Milestones {
				within(t, all, once(t, m.Slug, m.Findings))
				for _, r := range m.Rows() {
					within(t, all, once(t, r.Product.Slug, r.Findings))
				}
			}
		}
		for _, x := range p.Products {
			within(t, all, once(t, x.Slug, x.Findings))
		}
	}
}

func once(t *testing.T, where string, list []*Finding) map[*Finding]bool {
	t.Helper()
	seen := map[*Finding]bool{}
	for _, f := range list {
		if seen[f] {
			t.Errorf("%s: %s hangs twice", where, f.Rule)
		}
		seen[f] = true
	}
	return seen
}

func within(t *testing.T, all, some map[*Finding]bool) {
	t.Helper()
	for f := range some {
		if !all[f] {
			t.Errorf("%s is not in the list of all", f.Rule)
		}
	}
}

func TestSortFindings(t *testing.T) {
	t.Parallel()
	list := []*Finding{
		{Rule: "unknown-arch", Severity: Note}, {Rule: "oversized", Severity: Warning, Product: "p10"},
		{Rule: "oversized", Severity: Warning, Product: "p9"}, {Rule: "no-files", Severity: Blocker}, {Rule: "missing-build", Severity: Blocker},
	}
	SortFindings(list)
	var got []string
	for _, f := range list {
		got = append(got, f.Rule+f.Product)
	}
	if diff := cmp.Diff([]string{"missing-build", "no-files", "oversizedp9", "oversizedp10", "unknown-arch"}, got); diff != "" {
		t.Error(diff)
	}
}
