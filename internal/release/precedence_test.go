package release

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rowOf is the row of a product on a milestone, "noble/final", as words: build, state, what
// is meant and whom to ask, with who says so.
func rowWords(t *testing.T, p *Picture, milestone, product string) string {
	t.Helper()
	for _, r := range findManifest(t, p, milestone).Rows() {
		if r.Product.Slug != product {
			continue
		}
		var refs []string
		for _, ref := range r.Refs {
			refs = append(refs, ref.Source)
		}
		words := fmt.Sprintf("%s %s/%s meant=%t/%s %s/%s %s", r.BuildID, r.State, r.RawState, r.Intended, r.IntentFrom, r.Contact, r.ContactFrom, strings.Join(refs, ","))
		if r.Assumed {
			words += " assumed"
		}
		return words
	}
	return "no row"
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	const kubuntu = "kubuntu-desktop-amd64"
	entry := func(in *Input, source int) *Entry { return &facts(in, source).Milestones[1].Entries[0] }
	for _, tt := range []struct {
		name   string
		change func(*Input)
		want   string
	}{
		{"all agree", func(*Input) {}, "20240424 ready/ meant=true/plans ~a-team/plans plans,iso,other,observer"},
		{"the first tracker says the state", func(in *Input) { entry(in, atOther).State = StateFailed }, "20240424 ready/ meant=true/plans ~a-team/plans plans,iso,other,observer"},
		{"another tracker comes first for states", func(in *Input) {
			entry(in, atOther).State = StateFailed
			in.Rules.Precedence.State = []string{"oth*"}
		}, "20240424 failed/ meant=true/plans ~a-team/plans plans,iso,other,observer"},
		{"builds' own states come first", func(in *Input) {
			facts(in, atObserver).Builds[0].State = StateTesting
			in.Rules.Precedence.State = []string{"test-observer"}
		}, "20240424 testing/ meant=true/plans ~a-team/plans plans,iso,other,observer"},
		{"nobody comes first: on the milestone before the build's own", func(in *Input) {
			facts(in, atObserver).Builds[0].State = StateTesting
			in.Sources[0], in.Sources[atObserver] = in.Sources[atObserver], in.Sources[0]
		}, "20240424 ready/ meant=true/plans ~a-team/plans plans,other,iso,observer"},
		{"only a build's own state is known", func(in *Input) {
			entry(in, 0).State, entry(in, atOther).State = StateUnknown, StateUnknown
			facts(in, atObserver).Builds[0].State = StateTesting
		}, "20240424 testing/ meant=true/plans ~a-team/plans plans,iso,other,observer"},
		{"pinned, and no state is known", func(in *Input) {
			entry(in, 0).State, entry(in, atOther).State = StateUnknown, StateUnknown
			facts(in, atObserver).Builds[0].State = ""
		}, "20240424 ready/pinned meant=true/plans ~a-team/plans plans,iso,other"},
		{"pinned, and a tracker has a word of its own", func(in *Input) {
			entry(in, 0).State, entry(in, 0).RawState = StateUnknown, "in doubt"
			entry(in, atOther).State, facts(in, atObserver).Builds[0].State = StateUnknown, ""
		}, "20240424 unknown/in doubt meant=true/plans ~a-team/plans plans,iso,other"},
		{"pinned, and by its own state replaced by a newer one", func(in *Input) {
			facts(in, 0).Milestones[1].Entries, facts(in, atOther).Milestones[1].Entries = nil, nil
			facts(in, atObserver).Builds[0].State = StateSuperseded
		}, "20240424 ready/pinned meant=true/plans ~a-team/plans plans,observer"},
		{"pinned, and replaced on the milestone", func(in *Input) {
			facts(in, atOther).Milestones[1].Entries = nil
			entry(in, 0).State, entry(in, 0).RawState = StateSuperseded, "Superseded"
			facts(in, atObserver).Builds[0].State = ""
		}, "20240424 superseded/Superseded meant=true/plans ~a-team/plans plans"},
		{"another build is pinned", func(in *Input) {
			facts(in, atPlan).Milestones[0].Entries[0].BuildID = "20240425"
		}, "20240425 unknown/planned, and nobody has it meant=true/plans ~a-team/plans plans"},
		{"another build is pinned, and the trackers come first", func(in *Input) {
			facts(in, atPlan).Milestones[0].Entries[0].BuildID = "20240425"
			in.Rules.Precedence.Build = nil
		}, "20240424 ready/ meant=true/plans ~a-team/plans iso,other,observer"},
		{"a plan leaves a product out", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended = facts(in, atPlan).Milestones[0].Intended[1:]
		}, "20240424 ready/ meant=false/ ~a-team/iso plans,iso,other,observer"},
		{"a plan leaves a product out, and trackers come first", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended = facts(in, atPlan).Milestones[0].Intended[1:]
			in.Rules.Precedence.Intent = []string{"qatracker"}
		}, "20240424 ready/ meant=true/iso ~a-team/iso plans,iso,other,observer"},
		{"the plan says nothing of what is meant", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended = nil
		}, "20240424 ready/ meant=true/iso ~a-team/iso plans,iso,other,observer"},
		{"the plan's contact", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended[0].Contact = "~p-team"
		}, "20240424 ready/ meant=true/plans ~p-team/plans plans,iso,other,observer"},
		{"the plan's contact, and [contacts]", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended[0].Contact = "~p-team"
			in.Rules.Contacts.Product = map[string]string{kubuntu: "~c-team"}
		}, "20240424 ready/ meant=true/plans ~c-team/configuration plans,iso,other,observer"},
		{"the manifest's contact before the owner", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended[0].Contact = ""
			for _, n := range []int{0, atOther, atObserver} {
				facts(in, n).Products[0].Contact = "~o-team"
			}
		}, "20240424 ready/ meant=true/plans ~a-team/iso plans,iso,other,observer"},
		{"the owner, where owners come first", func(in *Input) {
			facts(in, atObserver).Products[0].Contact = "~o-team"
			in.Rules.Precedence.Contact = []string{"test-observer"}
		}, "20240424 ready/ meant=true/plans ~o-team/observer plans,iso,other,observer"},
		{"the owner, where nobody else says", func(in *Input) {
			facts(in, atPlan).Milestones[0].Intended[0].Contact = ""
			for _, n := range []int{0, atOther} {
				facts(in, n).Series[0].Manifest[0].Contact, facts(in, n).Products[0].Contact = "", ""
			}
			facts(in, atObserver).Products[0].Contact = "~o-team"
		}, "20240424 ready/ meant=true/plans ~o-team/observer plans,iso,other,observer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			tt.change(in)
			if diff := cmp.Diff(tt.want, rowWords(t, Join(*in), "noble/final", kubuntu)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestAssumedBuilds: the newest build of a source without milestones stands where no other
// has one, and nowhere else.
func TestAssumedBuilds(t *testing.T) {
	t.Parallel()
	const kubuntu = "kubuntu-desktop-amd64"
	newer := func(in *Input, state State) {
		f := facts(in, atObserver)
		f.Builds = append(f.Builds, Build{Series: "noble", Product: kubuntu, BuildID: "20240425", State: state})
	}
	gone := func(in *Input, milestone int) {
		for _, n := range []int{0, atOther} {
			m := &facts(in, n).Milestones[milestone]
			m.Entries = m.Entries[1:]
		}
	}
	for _, tt := range []struct {
		name, milestone string
		change          func(*Input)
		want            string
	}{
		{"a tracker's build stands", "noble/daily", func(in *Input) { newer(in, StateTesting) }, "20240424 ready/"},
		{"a daily that no tracker has", "noble/daily", func(in *Input) { newer(in, StateTesting); gone(in, 0) }, "20240425 testing/ assumed"},
		{"a newer one counts no more", "noble/daily", func(in *Input) { newer(in, StateSuperseded); gone(in, 0) }, "20240424 ready/ assumed"},
		{"it was taken away from there", "noble/daily", func(in *Input) {
			for _, n := range []int{0, atOther} {
				facts(in, n).Milestones[0].Entries[0].State = StateRemoved
			}
		}, " missing/"},
		{"it is newer than what was taken away", "noble/daily", func(in *Input) {
			newer(in, StateTesting)
			for _, n := range []int{0, atOther} {
				facts(in, n).Milestones[0].Entries[0].State = StateRemoved
			}
		}, "20240425 testing/ assumed"},
		{"a release milestone of a tracker", "noble/final", func(in *Input) {
			newer(in, StateTesting)
			gone(in, 1)
			facts(in, atPlan).Milestones[0].Entries = nil
		}, " missing/"},
		{"a release milestone of plans alone", "noble/final", func(in *Input) {
			newer(in, StateTesting)
			for _, n := range []int{0, atOther} {
				facts(in, n).Milestones = facts(in, n).Milestones[:1]
			}
			facts(in, atPlan).Milestones[0].Entries = nil
		}, "20240425 testing/ assumed"},
		{"a release milestone of plans alone, pinned", "noble/final", func(in *Input) {
			newer(in, StateTesting)
			for _, n := range []int{0, atOther} {
				facts(in, n).Milestones = facts(in, n).Milestones[:1]
			}
		}, "20240424 ready/"},
		{"a series that has no milestones", "noble/daily", func(in *Input) {
			newer(in, StateTesting)
			for _, n := range []int{0, atOther, atPlan} {
				facts(in, n).Milestones = nil
			}
		}, "20240425 testing/ assumed"},
		{"a series that has no milestones, and a newer build that counts no more", "noble/daily", func(in *Input) {
			newer(in, StateSuperseded)
			for _, n := range []int{0, atOther, atPlan} {
				facts(in, n).Milestones = nil
			}
		}, "20240424 ready/ assumed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			tt.change(in)
			words := rowWords(t, Join(*in), tt.milestone, kubuntu)
			got, rest, _ := strings.Cut(words, " meant=")
			if strings.HasSuffix(rest, " assumed") {
				got += " assumed"
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
