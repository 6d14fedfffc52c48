package generator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestFamilyAnswersForEachMilestone: whoever reads one line knows how the family stands
// on one milestone, and what blocks it there.
func TestFamilyAnswersForEachMilestone(t *testing.T) {
	t.Parallel()
	on := func(title, summary string, blockers int) familyMilestone {
		return familyMilestone{Milestone: Link{Text: title}, Summary: summary, Blockers: blockers}
	}
	beta, final := on("Noble Beta", "1 of 2 ready", 2), on("Noble Final", "2 of 2 ready", 0)
	for _, tt := range []struct {
		now       []familyMilestone
		elsewhere int
		want      []string
	}{
		{nil, 0, []string{"Nothing of it is in testing for a release. Nothing blocks."}},
		{nil, 1, []string{"Nothing of it is in testing for a release. 1 thing blocks."}},
		{[]familyMilestone{beta, final}, 0, []string{"1 of 2 ready in Noble Beta. 2 things block.", "2 of 2 ready in Noble Final. Nothing blocks."}},
		{[]familyMilestone{final}, 1, []string{"2 of 2 ready in Noble Final. Nothing blocks.", "1 thing blocks elsewhere."}},
		{[]familyMilestone{final, final, final, beta, beta}, 0, []string{
			"2 of 2 ready in Noble Final. Nothing blocks.", "2 of 2 ready in Noble Final. Nothing blocks.", "2 of 2 ready in Noble Final. Nothing blocks.",
			"2 further milestones in testing. 4 things block.",
		}},
	} {
		if diff := gocmp.Diff(tt.want, familyAnswers(tt.now, tt.elsewhere)); diff != "" {
			t.Errorf("%v, %d elsewhere (-want +got):\n%s", tt.now, tt.elsewhere, diff)
		}
	}
}

// TestMergeNews: lists that are in order come together as one that is sorted, and what is
// of one time stays in the order of the lists.
func TestMergeNews(t *testing.T) {
	t.Parallel()
	newest := func(a, b *happening) int {
		return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.Source, b.Source))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 50 {
		lists := make([][]*happening, n%7)
		for i := range lists {
			for range rng.IntN(9) {
				lists[i] = append(lists[i], &happening{Event: &release.Event{Seen: sampleNow.Add(time.Duration(rng.IntN(5)) * time.Minute), Source: string(rune('a' + rng.IntN(2)))}})
			}
			slices.SortStableFunc(lists[i], newest)
		}
		want := slices.Concat(lists...)
		slices.SortStableFunc(want, newest)
		if got := mergeNews(lists); !slices.Equal(got, want) {
			t.Fatalf("%d lists: %d news in another order, want %d", len(lists), len(got), len(want))
		}
	}
}
