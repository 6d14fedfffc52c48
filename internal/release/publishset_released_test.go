package release

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVerifyReleased compares a milestone whose dailies are gone with what the trees show of
// it, and says why where they show nothing.
func TestVerifyReleased(t *testing.T) {
	t.Parallel()
	purged := func(in *Input) {
		facts, size := full(in), int64(700)
		facts.Images, facts.Directories = facts.Images[3:], facts.Directories[3:]
		facts.Images[0].Files[0].Size, facts.Images[0].Files[0].Exact = &size, true
	}
	over := func(in *Input) {
		purged(in)
		final(in).Status = MilestoneReleased
	}
	const iso = "full/kubuntu/releases/noble/release/kubuntu-24.04-desktop-amd64.iso"
	const gone = "; 2 products are left out of the set: no tree holds files of the build."
	for _, tc := range []struct {
		name    string
		change  func(*Input)
		only    string
		found   map[string]FoundFile
		want    []Mismatch
		summary string
	}{
		{"as it should be", over, "*", map[string]FoundFile{iso: {Size: 700}}, nil, "1 file was looked for, all is as it should be" + gone},
		{"in testing still", purged, "*", map[string]FoundFile{iso: {Size: 700}}, nil, "1 file was looked for, all is as it should be" + gone},
		{"all of what was asked", over, "kubuntu*", map[string]FoundFile{iso: {Size: 700}}, nil, "1 file was looked for, all is as it should be."},
		{"another size", over, "kubuntu*", map[string]FoundFile{iso: {Size: 1}}, []Mismatch{{"size", iso, "1 byte, the tree full has 700 bytes"}}, "1 file was looked for, 1 path is not as it should be."},
		{"failed when it was released", func(in *Input) {
			over(in)
			final(in).Entries[0].State = StateFailed
		}, "kubuntu*", map[string]FoundFile{iso: {Size: 700}}, nil, "1 file was looked for, all is as it should be."},
		{"another build is out", func(in *Input) {
			purged(in)
			full(in).Images[0].Files[0].SHA256, full(in).Images[0].BuildID = sum("x"), "20240401"
		}, "kubuntu*", nil, nil, "nothing could be looked for; 1 product is left out of the set: no tree holds files of the build."},
		{"moved away", func(in *Input) {
			over(in)
			in.Sources = append(in.Sources, tree("old", "old", *full(in)))
			in.Sources[1].Facts = &Facts{}
		}, "*", nil, nil, "nothing could be looked for; 3 products are left out of the set: no tree holds files of the build (2), moved to the tree old (1)."},
	} {
		set := publishSet(t, tc.change, PublishOptions{Only: []string{tc.only}, Compare: true})
		v := set.Verify(tc.found, func(string) bool { return true })
		if diff := cmp.Diff(tc.want, v.Mismatches); diff != "" || v.Summary() != tc.summary {
			t.Errorf("%s: %s (-want +got)\n%s", tc.name, v.Summary(), diff)
		}
	}
}

// TestVerifyBeside tells what a beta left beside the final, and does not call it wrong.
func TestVerifyBeside(t *testing.T) {
	t.Parallel()
	listed := func(in *Input) {
		iso := in.Sources[0].Facts
		beta := Milestone{Series: "noble", Slug: "beta", Title: "Noble Beta", ID: "39", Kind: KindRelease, Status: MilestoneReleased}
		beta.Entries = []Entry{{Product: "ubuntu-desktop-amd64", BuildID: "20240401", State: StateReady}}
		iso.Milestones = append(iso.Milestones, beta)
	}
	shown := func(in *Input) {
		image := released("ubuntu", "noble", "noble", "ubuntu-24.04-beta-desktop-amd64", "desktop", "amd64", "20240401")
		image.Milestone = "beta"
		in.Sources[2].Facts.Images = append(in.Sources[2].Facts.Images, image)
		in.Sources[2].Facts.Directories = append(in.Sources[2].Facts.Directories, Directory{Series: "noble", Project: "ubuntu", Path: "noble", Kind: DirectoryRelease})
	}
	paths := []string{"simple/.pool/ubuntu-24.04-beta-desktop-amd64.iso", "simple/noble/ubuntu-24.04-beta-desktop-amd64.iso.zsync"}
	for _, tc := range []struct {
		name   string
		change func(*Input)
		beside int
	}{{"on a tracker", listed, 2}, {"in a tree", shown, 2}, {"nobody knows", func(*Input) {}, 0}} {
		set := publishSet(t, tc.change, PublishOptions{})
		found := map[string]FoundFile{"simple/noble/ubuntu-24.04-beta-live-server-amd64.iso": {Size: 1}}
		for _, e := range set.Expected() {
			found[e.Path] = FoundFile{Size: e.Size, SHA256: e.SHA256}
		}
		for _, path := range paths {
			found[path] = FoundFile{Size: 1}
		}
		v := set.Verify(found, func(string) bool { return true })
		if extra := 1 + 2 - tc.beside; len(v.Beside) != tc.beside || len(v.Mismatches) != extra {
			t.Errorf("%s: beside %v, wrong %v", tc.name, v.Beside, v.Mismatches)
		}
		if !slices.IsSorted(set.Beside) || len(slices.Compact(slices.Clone(set.Beside))) != len(set.Beside) {
			t.Errorf("%s: %q", tc.name, set.Beside)
		}
	}
}
