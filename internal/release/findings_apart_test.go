package release

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// dailyOf lets a source have a build of Kubuntu on its milestones, or know it where the
// source has none, and no other.
func dailyOf(in *Input, source int, id string) {
	f := facts(in, source)
	f.Builds = slices.DeleteFunc(f.Builds, func(b Build) bool { return b.Product == twinProduct })
	b := Build{Series: "noble", Product: twinProduct, BuildID: id, ID: "9"}
	for m := range f.Milestones {
		f.Milestones[m].Entries[0].BuildID = id
	}
	if len(f.Milestones) == 0 {
		b.State = StateTesting
	}
	f.Builds = append(f.Builds, b)
}

// knows lets a source know one more build of Kubuntu.
func knows(in *Input, source int, id string, state State, posted time.Time) {
	f := facts(in, source)
	f.Builds = append(f.Builds, Build{Series: "noble", Product: twinProduct, BuildID: id, State: state, Posted: posted})
}

// TestDailiesApart: who stays behind with a daily is told of when it has had a day to catch
// up, once for each product. The sources were all asked at noon of the 24th.
func TestDailiesApart(t *testing.T) {
	t.Parallel()
	const old, behind = "20240421", "20240422"
	for _, tt := range []struct {
		name   string
		change func(in *Input)
		want   string // the sources and their builds; empty for no finding
	}{
		{"all alike", func(*Input) {}, ""},
		{"a tracker stays behind", func(in *Input) { dailyOf(in, atOther, old); dailyOf(in, 0, behind) }, "observer and full have 20240424, iso has 20240422, other has 20240421"},
		{"the observer stays behind", func(in *Input) {
			noDailies(in)
			for _, n := range []int{0, atOther} {
				dailyOf(in, n, behind)
			}
			dailyOf(in, atObserver, old)
		}, "iso and other have 20240422, observer has 20240421"},
		{"only a tree is newer", func(in *Input) {
			for _, n := range []int{0, atOther, atObserver} {
				dailyOf(in, n, old)
			}
			full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", behind))
		}, "full has 20240424, iso, other and observer have 20240421"},
		{"a day has not passed", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20240423")
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, "20240423")
		}, ""},
		{"it is known that a day has passed", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20240423")
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, "20240423")
			b := facts(in, atObserver).Builds
			b[len(b)-1].Posted = noon.Add(-24 * time.Hour)
		}, "iso and observer have 20240423, other has 20240421"},
		{"it was not asked since", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, behind)
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, behind)
			in.Sources[atOther].State.Success = noon.Add(-13 * time.Hour)
		}, ""},
		{"always one behind, and never more", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20240424")
			dailyOf(in, atOther, "20240423")
			dailyOf(in, atObserver, "20240424")
			knows(in, 0, "20240423", "", time.Time{})
		}, ""},
		{"always one more behind", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20240424")
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, "20240424")
			knows(in, 0, behind, "", time.Time{})
		}, "iso and observer have 20240424, other has 20240421"},
		{"it was taken away where it was", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20240424")
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, "20240424")
			knows(in, 0, behind, StateRemoved, time.Time{})
		}, ""},
		{"it was taken away from the one behind", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, behind)
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, behind)
			f := facts(in, atOther)
			f.Milestones[0].Entries = append(f.Milestones[0].Entries, Entry{Product: twinProduct, BuildID: behind, State: StateRemoved})
		}, ""},
		{"the same bytes", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, behind)
			dailyOf(in, atOther, old)
			dailyOf(in, atObserver, behind)
			for _, n := range []int{0, atOther, atObserver} {
				b := facts(in, n).Builds
				b[len(b)-1].SHA256 = sum("the same")
			}
		}, ""},
		{"ids that tell no day", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20101020ubuntu230")
			dailyOf(in, atOther, "20101020ubuntu229")
			dailyOf(in, atObserver, "20101020ubuntu230")
		}, ""},
		{"a source that has none", func(in *Input) {
			noDailies(in)
			for _, n := range []int{0, atObserver} {
				dailyOf(in, n, behind)
			}
			m := &facts(in, atOther).Milestones[0]
			m.Entries = m.Entries[1:]
		}, ""},
		{"a day off, for a site with another clock", func(in *Input) {
			noDailies(in)
			dailyOf(in, 0, "20990101")
			dailyOf(in, atOther, "20240424")
			dailyOf(in, atObserver, "20240424")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			tt.change(in)
			p := Join(*in)
			got, note := "", "Sources have newer and older builds of Kubuntu Desktop amd64 on Noble Daily, for more than a day: "
			for _, f := range p.Findings {
				if f.Rule == "build-ids-apart" {
					got += f.Text
				}
			}
			want := ""
			if tt.want != "" {
				want = note + tt.want + "."
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			differsAsFound(t, 0, p)
		})
	}
}

// noDailies takes the dailies of Kubuntu out of the trees.
func noDailies(in *Input) {
	full(in).Images = slices.DeleteFunc(full(in).Images, func(i Image) bool { return i.Project == "kubuntu" && i.Kind == ImageDaily })
}
