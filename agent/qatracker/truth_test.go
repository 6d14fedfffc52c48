package qatracker

import (
	"strings"
	"testing"
)

// TestEmptied holds what is said of a tracker that tells nothing of a sort any more,
// and that its answer is whole nevertheless: it is what a person would let in.
func TestEmptied(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		"products.get_list":   `asked as "iso.qa.ubuntu.com", has no products any more, of 3`,
		"series.get_list":     `asked as "iso.qa.ubuntu.com", has no series any more, of 2`,
		"milestones.get_list": `asked as "iso.qa.ubuntu.com", has no milestones any more, of 3`,
	} {
		made, c := past(), newClock()
		m := &inMemory{tracker: &tracker{methods: made}}
		s := slow(m, c, nil)
		first, _ := mustPoll(t, s, nothing())
		made[list] = nil
		answer, err := s.Poll(t.Context(), first.Facts)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(answer.Suspect, want) {
			t.Errorf("%s: suspect %q, want %q", list, answer.Suspect, want)
		}
		if len(answer.Facts.Products)+len(answer.Facts.Series)+len(answer.Facts.Milestones) == 0 {
			t.Errorf("%s: no facts", list)
		}
		// Where nothing was known, it may be a tracker that is being set up.
		if answer, err := slow(m, c, nil).Poll(t.Context(), nothing()); err != nil || answer.Suspect != "" {
			t.Errorf("%s: suspect %q from the start, %v", list, answer.Suspect, err)
		}
		// And when it is back, nothing has to be learned again but what is asked anyway.
		made[list] = past()[list]
		if _, requests := mustPoll(t, s, first.Facts); requests != 1+1 {
			t.Errorf("%s: %d requests once it is back, want 2", list, requests)
		}
	}
}

// TestGoneFromTheList holds what is told when a milestone or a series is gone: that
// it is, and nothing else. Whether that is believed is for others to say.
func TestGoneFromTheList(t *testing.T) {
	t.Parallel()
	made, c := past(), newClock()
	m := &inMemory{tracker: &tracker{methods: made}}
	s := slow(m, c, nil)
	first, _ := mustPoll(t, s, nothing())
	made["milestones.get_list"] = made["milestones.get_list"][1:]
	answer, _ := mustPoll(t, s, first.Facts)
	if len(answer.Facts.Milestones) != 2 || len(answer.Facts.Builds) != 3 || len(answer.Facts.Series) != 2 {
		t.Errorf("%d milestones, %d builds, %d series", len(answer.Facts.Milestones), len(answer.Facts.Builds), len(answer.Facts.Series))
	}
	made["series.get_list"] = made["series.get_list"][:1]
	made["milestones.get_list"][1] = entry{"id", "9", "title", "Final", "status", "2", "series", "2", "series_string", "Mantic"}
	answer, _ = mustPoll(t, s, first.Facts)
	if got := milestoneOf(answer.Facts, "9"); got.Series != "mantic" || len(got.Entries) != 2 {
		t.Errorf("the milestone of a series that is gone: %+v", got)
	}
	wantProblems(t, answer,
		`unlisted: series "2" of milestone "Final" is not listed; the milestone is shown under mantic`,
		`duplicate: build 41 is listed twice on Noble Beta`,
		`unlisted: product 5 is referred to and not listed`)
}

// TestAnotherSite holds that an answer from a site that is not ours leaves nothing
// behind, neither facts nor in the memory.
func TestAnotherSite(t *testing.T) {
	t.Parallel()
	made, c := past(), newClock()
	m := &inMemory{tracker: &tracker{methods: made}}
	s := slow(m, c, nil)
	first, _ := mustPoll(t, s, nothing())
	made["get_access"] = []entry{{"text", "invalid"}}
	answer, err := s.Poll(t.Context(), first.Facts)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.Suspect, `has no site "iso.qa.ubuntu.com"`) || answer.Requests != 1 {
		t.Errorf("suspect %q after %d requests", answer.Suspect, answer.Requests)
	}
	delete(made, "get_access")
	if _, requests := mustPoll(t, s, first.Facts); requests != 1+1 {
		t.Errorf("%d requests once it is back, want 2", requests)
	}
}
