package release

import "testing"

func TestTrackerLinks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		site, milestone, build   string
		wantMilestone, wantBuild string
	}{
		{
			"https://iso.qa.ubuntu.com", "248", "41087",
			"https://iso.qa.ubuntu.com/qatracker/milestones/248/builds",
			"https://iso.qa.ubuntu.com/qatracker/milestones/248/builds/41087/testcases",
		},
		{"http://h:8080/", "1", "", "http://h:8080/qatracker/milestones/1/builds", ""},
		{"", "248", "41087", "", ""},
		{"https://h", "", "41087", "", ""},
		{
			"https://h", "../x?y", "a/b",
			"https://h/qatracker/milestones/..%2Fx%3Fy/builds",
			"https://h/qatracker/milestones/..%2Fx%3Fy/builds/a%2Fb/testcases",
		},
	} {
		if got := MilestoneURL(test.site, test.milestone); got != test.wantMilestone {
			t.Errorf("MilestoneURL(%q, %q) = %q, want %q", test.site, test.milestone, got, test.wantMilestone)
		}
		if got := BuildURL(test.site, test.milestone, test.build); got != test.wantBuild {
			t.Errorf("BuildURL(%q, %q, %q) = %q, want %q", test.site, test.milestone, test.build, got, test.wantBuild)
		}
	}
}
