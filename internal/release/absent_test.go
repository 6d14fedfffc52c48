package release

import (
	"slices"
	"testing"
)

// TestPinnedThatNobodyHas: a build that a plan decides for counts as ready while nobody says
// otherwise, but not where it would be seen and is nowhere.
func TestPinnedThatNobodyHas(t *testing.T) {
	t.Parallel()
	const id = "20240422"
	noTrees := func(in *Input) { full(in).Images, full(in).Directories = nil, nil }
	for _, tt := range []struct {
		name   string
		change func(in *Input)
		want   string
		ready  int
	}{
		{"nobody has it", func(*Input) {}, "unknown/" + RawPlanned, 2},
		{"a tree holds it", func(in *Input) {
			full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", id))
		}, "ready/pinned", 3},
		{"a tracker has it on another milestone", func(in *Input) {
			in.Sources[0].Facts.Milestones[0].Entries[0].BuildID = id
		}, "ready/pinned", 3},
		{"an observer knows it, and not how it is", func(in *Input) {
			f := Facts{Products: in.Sources[0].Facts.Products, Builds: []Build{{Series: "noble", Product: twinProduct, BuildID: id, State: StateUnknown}}}
			in.Sources = append(in.Sources, tracker("observer", f))
		}, "ready/pinned", 3},
		{"no tree is there, and a tracker has others", noTrees, "unknown/" + RawPlanned, 2},
		{"nobody has any of it", func(in *Input) {
			noTrees(in)
			for m := range in.Sources[0].Facts.Milestones {
				entries := &in.Sources[0].Facts.Milestones[m].Entries
				*entries = slices.DeleteFunc(*entries, func(e Entry) bool { return e.Product == twinProduct })
			}
		}, "ready/pinned", 3},
		{"the milestone is over", func(in *Input) {
			final(in).Status = MilestoneReleased
			in.Sources[3].Facts.Milestones[0].Status = MilestoneReleased
		}, "ready/pinned", 3},
	} {
		in := cleanInput()
		pin(id)(in)
		tt.change(in)
		p := Join(*in)
		r := findRow(t, p, "noble/final/"+twinProduct)
		if got := string(r.State) + "/" + r.RawState; got != tt.want || r.BuildID != id || r.Manifest.Totals.AllReady != tt.ready {
			t.Errorf("%s: %s %s of %d ready, want %s of %d", tt.name, r.BuildID, got, r.Manifest.Totals.AllReady, tt.want, tt.ready)
		}
	}
}
