package agent

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// usual is the rule as it is configured by default.
var usual = holdRule{share: 0.5, least: 5}

// numbered makes n names.
func numbered(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("product-%02d", i))
	}
	return names
}

func milestone(slug, buildID string, products ...string) release.Milestone {
	m := release.Milestone{Series: "noble", Slug: slug, Title: "Noble " + slug, Kind: release.KindRelease}
	for _, p := range products {
		m.Entries = append(m.Entries, release.Entry{Product: p, BuildID: buildID, State: release.StateReady})
	}
	return m
}

func milestones(list ...release.Milestone) *release.Facts { return &release.Facts{Milestones: list} }

func builds(buildID string, products ...string) *release.Facts {
	f := &release.Facts{}
	for _, p := range products {
		f.Builds = append(f.Builds, release.Build{Series: "noble", Product: p, BuildID: buildID})
	}
	return f
}

func products(names ...string) *release.Facts {
	f := &release.Facts{}
	for _, name := range names {
		f.Products = append(f.Products, release.Product{Slug: name, Title: name})
	}
	return f
}

func series(contact string, intended ...string) *release.Facts {
	s := release.Series{Slug: "noble", Title: "Noble"}
	for _, p := range intended {
		s.Manifest = append(s.Manifest, release.Intent{Product: p, Contact: contact})
	}
	return &release.Facts{Series: []release.Series{s}}
}

// dailies are images in dated directories, as many a day.
func dailies(series string, perDay int, days ...string) *release.Facts {
	f := &release.Facts{}
	for _, day := range days {
		dir := "kubuntu/daily-live/" + day
		f.Directories = append(f.Directories, release.Directory{Series: series, Project: "kubuntu", Path: dir, Kind: release.DirectoryDated})
		for i := range perDay {
			f.Images = append(f.Images, release.Image{
				Series: series, Project: "kubuntu", Dir: dir, Name: fmt.Sprintf("noble-desktop-arch%d", i), Kind: release.ImageDaily, ImageType: "daily-live",
			})
		}
	}
	return f
}

// released are the images of a version in one directory.
func released(version string, n int) *release.Facts {
	f := &release.Facts{Directories: []release.Directory{{Series: "noble", Project: "kubuntu", Path: "releases/" + version, Kind: release.DirectoryRelease}}}
	for i := range n {
		f.Images = append(f.Images, release.Image{
			Series: "noble", Project: "kubuntu", Dir: "releases/" + version, Name: fmt.Sprintf("kubuntu-%s-desktop-arch%d", version, i), Kind: release.ImageRelease, Version: version,
		})
	}
	return f
}

func netboot(version string, arches ...string) *release.Facts {
	f := &release.Facts{}
	for _, arch := range arches {
		f.Netboot = append(f.Netboot, release.NetbootSet{
			Series: "noble", Project: "ubuntu", Arch: arch, Kind: release.ImageRelease, Version: version, Parent: "releases/" + version,
		})
	}
	return f
}

func both(facts ...*release.Facts) *release.Facts {
	all := &release.Facts{}
	for _, f := range facts {
		all.Products = append(all.Products, f.Products...)
		all.Series = append(all.Series, f.Series...)
		all.Milestones = append(all.Milestones, f.Milestones...)
		all.Builds = append(all.Builds, f.Builds...)
		all.Directories = append(all.Directories, f.Directories...)
		all.Images = append(all.Images, f.Images...)
		all.Netboot = append(all.Netboot, f.Netboot...)
	}
	return all
}

// TestJudge has a row for every clause of the rule, and for every way in which
// things change without being lost.
func TestJudge(t *testing.T) {
	t.Parallel()
	ten := numbered(10)
	rest := products("kept") // so that the source is never empty
	for _, tt := range []struct {
		name          string
		before, after *release.Facts
		suspect       string
		reason        string
		never         bool
	}{
		{name: "nothing before", before: &release.Facts{}, after: products(ten...)},
		{name: "nothing at all", before: &release.Facts{}, after: &release.Facts{}},
		{name: "the same", before: products(ten...), after: products(ten...)},

		{name: "half", before: products(ten...), after: products(ten[:5]...)},
		{name: "more than half", before: products(ten...), after: products(ten[:4]...), reason: "products.toml would lose 6 of 10 products"},
		{name: "more than half, but few", before: products(ten[:7]...), after: products(ten[:3]...)},
		{name: "just enough", before: products(ten[:9]...), after: products(ten[:4]...), reason: "products.toml would lose 5 of 9 products"},
		{name: "others in their place", before: products(ten...), after: products(numbered(20)[10:]...), reason: "products.toml would lose 10 of 10 products"},
		{name: "all of few", before: both(rest, builds("1", ten[:2]...)), after: rest, reason: "builds/noble.toml would lose 2 of 2 products with a build"},

		{name: "empty", before: products(ten[:2]...), after: &release.Facts{}, reason: "the answer is empty, and there was something before", never: true},
		{name: "suspect", before: products(ten...), after: products(ten...), suspect: "another site", reason: "another site", never: true},
		{name: "suspect from the first", before: &release.Facts{}, after: &release.Facts{}, suspect: "another site", reason: "another site", never: true},
		{name: "suspect and empty", before: products(ten...), after: &release.Facts{}, suspect: "another site", reason: "another site", never: true},

		{name: "builds respun", before: milestones(milestone("beta", "1", ten...)), after: milestones(milestone("beta", "2", ten...))},
		{name: "builds taken off", before: milestones(milestone("beta", "1", ten...)), after: milestones(milestone("beta", "1", ten[:4]...)), reason: "milestones/noble/beta.toml would lose 6 of 10 products with a build"},
		{name: "superseded ones left out", before: milestones(milestone("beta", "1", append(ten, ten...)...)), after: milestones(milestone("beta", "1", ten...))},
		{
			name: "milestone gone", before: both(rest, milestones(milestone("beta", "1", ten[:2]...))), after: rest,
			reason: "milestones/noble/beta.toml would lose 1 of 1 milestone; milestones/noble/beta.toml would lose 2 of 2 products with a build",
		},
		{name: "milestone without builds gone", before: both(rest, milestones(milestone("beta", "1"))), after: rest, reason: "milestones/noble/beta.toml would lose 1 of 1 milestone"},
		{
			name:   "many milestones gone",
			before: both(rest, milestones(milestone("a", "1"), milestone("b", "1"), milestone("c", "1"), milestone("d", "1"), milestone("e", "1"))), after: rest,
			reason: "milestones/noble/a.toml would lose 1 of 1 milestone; milestones/noble/b.toml would lose 1 of 1 milestone; milestones/noble/c.toml would lose 1 of 1 milestone; and 2 more such",
		},
		{name: "builds by product", before: builds("1", ten...), after: builds("2", ten...)},

		{name: "manifest emptied", before: series("team", ten[:3]...), after: series("team"), reason: "series/noble.toml would lose 3 of 3 lines of the manifest"},
		{name: "manifest shrunk", before: series("team", ten...), after: series("team", ten[:4]...), reason: "series/noble.toml would lose 6 of 10 lines of the manifest"},
		{name: "contacts changed", before: series("team", ten...), after: series("", ten...)},

		{name: "days go by", before: dailies("noble", 6, "20260401", "20260402"), after: dailies("noble", 6, "20260402", "20260403.1")},
		{name: "one day left of two", before: dailies("noble", 6, "20260401", "20260402"), after: dailies("noble", 6, "20260402")},
		{
			name: "one day left of three", before: dailies("noble", 6, "20260401", "20260402", "20260403"), after: dailies("noble", 6, "20260403"),
			reason: "images/noble/kubuntu.toml would lose 12 of 18 images",
		},
		{name: "one day left of three, few", before: dailies("noble", 2, "20260401", "20260402", "20260403"), after: dailies("noble", 2, "20260403")},
		{name: "point release", before: released("24.04.3", 8), after: released("24.04.4", 8)},
		{name: "point release beside the old one", before: both(released("24.04.3", 8), released("24.04.4", 8)), after: released("24.04.4", 8)},
		{name: "series recognised", before: dailies("other", 6, "20260401"), after: dailies("noble", 6, "20260401")},
		{
			name: "dailies gone", before: both(rest, dailies("noble", 1, "20260401")), after: rest,
			reason: "images/noble/kubuntu.toml would lose 1 of 1 directories; images/noble/kubuntu.toml would lose 1 of 1 images",
		},

		{name: "netboot of a point release", before: netboot("24.04.3", "amd64", "arm64"), after: netboot("24.04.4", "amd64", "arm64")},
		{name: "netboot gone", before: both(rest, netboot("24.04.3", "amd64")), after: rest, reason: "netboot/noble.toml would lose 1 of 1 netboot sets"},
	} {
		v := usual.judge(count(tt.before), count(tt.after), &release.Answer{Suspect: tt.suspect})
		if diff := cmp.Diff(tt.reason, v.reason); diff != "" || v.never != tt.never {
			t.Errorf("%s: never %t, reason (-want +got):\n%s", tt.name, v.never, diff)
		}
	}
}

// TestJudgeNumbers: the numbers are the configuration's.
func TestJudgeNumbers(t *testing.T) {
	t.Parallel()
	before, after := count(products(numbered(10)...)), count(products(numbered(7)...))
	for _, tt := range []struct {
		rule holdRule
		hold bool
	}{
		{holdRule{0.5, 1}, false},
		{holdRule{0.2, 1}, true},
		{holdRule{0.2, 4}, false},
		{holdRule{0.3, 1}, false}, // exactly that share
	} {
		if got := tt.rule.judge(before, after, &release.Answer{}).reason != ""; got != tt.hold {
			t.Errorf("%+v: held %t", tt.rule, got)
		}
	}
}

// TestJudgeBroken: a file that cannot be read is not known to be empty.
func TestJudgeBroken(t *testing.T) {
	t.Parallel()
	before := count(products("a"))
	before.unreadable([]string{"builds/noble.toml"})
	if v := usual.judge(before, count(both(products("a"), builds("1", "a"))), &release.Answer{}); v.reason != "" {
		t.Errorf("held although the file comes again: %s", v.reason)
	}
	want := "builds/noble.toml cannot be read, and the answer would remove it"
	if v := usual.judge(before, count(products("a")), &release.Answer{}); v.reason != want || v.never {
		t.Errorf("never %t, reason %q", v.never, v.reason)
	}
}

// TestHoldDecided: what people took out of a plan is no loss; a plan without anything is.
func TestHoldDecided(t *testing.T) {
	t.Parallel()
	milestone := func(slugs ...string) tally {
		f := &release.Facts{Source: "plans"}
		for _, slug := range slugs {
			f.Milestones = append(f.Milestones, release.Milestone{Series: "noble", Slug: slug})
		}
		return count(f)
	}
	decided := &release.Answer{Decided: true}
	if v := usual.judge(milestone("beta", "final"), milestone("final"), decided); v.reason != "" {
		t.Errorf("held back: %s", v.reason)
	}
	if v := usual.judge(milestone("beta"), milestone("final"), &release.Answer{}); v.reason == "" {
		t.Error("what nobody decided is let in")
	}
	if v := usual.judge(milestone("beta"), milestone(), decided); v.reason == "" || !v.never {
		t.Errorf("an empty answer is not held back: %+v", v)
	}
}
