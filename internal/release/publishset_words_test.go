package release

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// publishSet is the set of the clean input's final release, with changes.
func publishSet(t *testing.T, change func(*Input), o PublishOptions) *PublishSet {
	t.Helper()
	in := cleanInput()
	change(in)
	p := Join(*in)
	set, err := MakePublishSet(p, in.Rules, findManifest(t, p, "noble/final"), o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestPublishSetSummary counts in sentences, and says how it stands with each product.
func TestPublishSetSummary(t *testing.T) {
	t.Parallel()
	testing3 := func(in *Input) {
		for i := range final(in).Entries {
			final(in).Entries[i].State = StateTesting
		}
	}
	for _, tc := range []struct {
		name    string
		change  func(*Input)
		options PublishOptions
		want    string
		kubuntu string
	}{
		{"one is out", func(*Input) {}, PublishOptions{}, "3 products can be published by 3 commands, 1 of them is already.", "published: "},
		{"none is out", func(in *Input) {
			full(in).Images[3].Files[0].SHA256, full(in).Images[3].BuildID = sum("x"), "20240401"
		}, PublishOptions{Only: []string{"kubuntu*", "ubuntu-desktop*"}}, "2 products can be published by 2 commands.", "ready: "},
		{"pinned", func(in *Input) {
			full(in).Images[3].Files[0].SHA256, full(in).Images[3].BuildID = sum("x"), "20240401"
			pin("20240424")(in)
			final(in).Entries[0].State = StateUnknown
		}, PublishOptions{Only: []string{"kubuntu*"}}, "1 product can be published by 1 command.", "ready: pinned in noble.toml:3"},
		{"forced", testing3, PublishOptions{Force: []string{"kubuntu*"}}, "1 product can be published by 1 command; 2 cannot yet.", "forced: not ready: testing"},
		{"none", testing3, PublishOptions{}, "nothing can be published; 3 cannot yet.", "left out: not ready: testing"},
		{"not meant", func(in *Input) {
			testing3(in)
			in.Sources[0].Facts.Series[0].Manifest = in.Sources[0].Facts.Series[0].Manifest[1:]
		}, PublishOptions{}, "nothing can be published; 2 cannot yet.", "not meant: built, and not in the series manifest; not ready: testing"},
		{"over", func(in *Input) {
			testing3(in)
			in.Sources[0].Facts.Milestones[1].Status = MilestoneReleased
		}, PublishOptions{Released: true}, "nothing is left to publish; 3 cannot yet; Noble Final is released already.", "left out: not ready: testing"},
	} {
		set := publishSet(t, tc.change, tc.options)
		if got := set.Summary(); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		for _, p := range set.Products {
			if got := fmt.Sprintf("%s: %s", p.Standing(), p.Because()); p.Row.Product.Slug == "kubuntu-desktop-amd64" && got != tc.kubuntu {
				t.Errorf("%s: %q, want %q", tc.name, got, tc.kubuntu)
			}
		}
	}
}

// TestPublishSetVerify looks at some trees only, and at what is not as it should be.
func TestPublishSetVerify(t *testing.T) {
	t.Parallel()
	set := publishSet(t, func(*Input) {}, PublishOptions{})
	short := publishSet(t, func(in *Input) { final(in).Entries[0].State = StateTesting }, PublishOptions{})
	found := map[string]FoundFile{}
	for _, e := range set.Expected() {
		found[e.Path] = FoundFile{Size: e.Size, SHA256: e.SHA256}
	}
	type outcome struct {
		Checked, Wrong int
		Good           bool
		Summary        string
	}
	for _, tc := range []struct {
		name  string
		set   *PublishSet
		found map[string]FoundFile
		role  string
		want  outcome
	}{
		{"as it should be", set, found, "simple", outcome{4, 0, true, "4 files were looked for, all is as it should be."}},
		{"nothing there", set, nil, "full", outcome{1, 1, false, "1 file was looked for, 1 path is not as it should be."}},
		{"no such tree", set, found, "old", outcome{0, 0, false, "nothing of the set belongs to the trees that were looked at."}},
		{"one is left out", short, found, "simple", outcome{4, 0, false, "4 files were looked for, all is as it should be; 1 product is left out of the set: not ready: testing."}},
	} {
		v := tc.set.Verify(tc.found, func(role string) bool { return role == tc.role })
		got := outcome{v.Checked, len(v.Mismatches), v.Good(), v.Summary()}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tc.name, diff)
		}
	}
}

// TestForceOfWhatIsLeftOut: what is to be forced and is not asked for is a mistake.
func TestForceOfWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	p := Join(*in)
	for _, tc := range []struct {
		name    string
		options PublishOptions
		want    string
	}{
		{"not among those", PublishOptions{Only: []string{"ubuntu-*"}, Force: []string{"kubuntu*"}}, `--force "kubuntu*" matches only what --only and --except leave out`},
		{"among the exceptions", PublishOptions{Except: []string{"kubuntu*"}, Force: []string{"kubuntu*"}}, `--force "kubuntu*" matches only what --only and --except leave out`},
		{"one of them", PublishOptions{Except: []string{"kubuntu*"}, Force: []string{"*"}}, "<nil>"},
	} {
		_, err := MakePublishSet(p, in.Rules, findManifest(t, p, "noble/final"), tc.options)
		if got := fmt.Sprint(err); got != tc.want || err != nil && !Refused(err).Mistyped {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestPublishSetHeadings: finals are headed as the release, and only the full tree's
// pages are the milestone's own.
func TestPublishSetHeadings(t *testing.T) {
	t.Parallel()
	final := publishSet(t, func(*Input) {}, PublishOptions{})
	if diff := cmp.Diff([]string{"full/kubuntu/releases/noble/release"}, final.Headed()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	line := &Line{Title: "Noble"}
	for want, m := range map[string]*Manifest{
		"":           {Line: line, Title: "Noble Final", Kind: KindRelease, ReleaseStatus: FinalStatus},
		"Snapshot 3": {Line: line, Title: "Noble Snapshot 3", Kind: KindRelease, ReleaseStatus: "snapshot-3"},
		"Beta":       {Line: line, Title: "Beta", Kind: KindRelease, ReleaseStatus: "beta"},
	} {
		if got := m.Heading(); got != want {
			t.Errorf("%s: %q, want %q", m.Title, got, want)
		}
	}
}
