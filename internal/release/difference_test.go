package release

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifference(t *testing.T) {
	t.Parallel()
	milestone := func(slug, id string, status MilestoneStatus, entries ...Entry) Milestone {
		return Milestone{Series: "noble", Slug: slug, Title: slug, ID: id, Kind: KindRelease, Status: status, Entries: entries}
	}
	f := Facts{
		Products: products("A x", "B x", "C x", "D x", "E x", "F x", "G x", "H x", "I x", "J x"),
		Series:   []Series{{Slug: "noble", Status: SeriesActive, Manifest: []Intent{{Product: "g-x"}, {Product: "i-x"}}}},
		Milestones: []Milestone{
			milestone("daily", "0", MilestoneTesting),
			milestone("beta", "1", MilestoneReleased,
				Entry{Product: "a-x", BuildID: "1", State: StateReady}, Entry{Product: "b-x", BuildID: "1", State: StateTesting},
				Entry{Product: "c-x", BuildID: "1", State: StateReady}, Entry{Product: "d-x", BuildID: "1", State: StateTesting},
				Entry{Product: "f-x", BuildID: "1", State: StateReady}, Entry{Product: "j-x", BuildID: "1", State: StateTesting},
				Entry{Product: "g-x", BuildID: "1", State: StateReady}),
			milestone("final", "2", MilestoneTesting,
				Entry{Product: "a-x", BuildID: "1", State: StateReady}, Entry{Product: "b-x", BuildID: "1", State: StateReady},
				Entry{Product: "c-x", BuildID: "2", State: StateTesting}, Entry{Product: "d-x", BuildID: "1", State: StateFailed},
				Entry{Product: "e-x", BuildID: "1", State: StateTesting}, Entry{Product: "j-x", BuildID: "1", State: StateDisabled}),
		},
	}
	// H was meant to be in the beta and never built: nothing was dropped.
	f.Milestones[1].Intended = []Intent{{Product: "h-x"}}
	// I is meant to be in the final and not built yet: nothing was added.
	p := Join(input(tracker("iso", f)))
	m := findManifest(t, p, "noble/final")
	if m.Before == nil || m.Before.Slug != "beta" || m.Before.Before != nil {
		t.Fatalf("the final comes after %v", m.Before)
	}
	var got []string
	for _, c := range m.Changes {
		got = append(got, fmt.Sprintf("%s %s %s>%s", c.Kind, c.Product.Slug, c.From, c.To))
	}
	want := []string{
		"added e-x >1", "dropped f-x 1>", "respun c-x 1>2",
		"readied b-x testing>ready", "failed d-x testing>failed", "state j-x testing>disabled",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	if c := Difference(m, m); len(c) != 0 {
		t.Errorf("a milestone differs from itself: %v", c)
	}
}
