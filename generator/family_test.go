package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
		if diff := cmp.Diff(tt.want, familyAnswers(tt.now, tt.elsewhere)); diff != "" {
			t.Errorf("%v, %d elsewhere (-want +got):\n%s", tt.now, tt.elsewhere, diff)
		}
	}
}
