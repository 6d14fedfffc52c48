package release

import "testing"

func TestArtefactURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ site, id, want string }{
		{"https://tests.ubuntu.com", "13", "https://tests.ubuntu.com/#/images/13"},
		{"https://tests.ubuntu.com/", "1/../x", "https://tests.ubuntu.com/#/images/1%2F..%2Fx"},
		{"", "13", ""},
		{"https://tests.ubuntu.com", "", ""},
	} {
		if got := ArtefactURL(test.site, test.id); got != test.want {
			t.Errorf("ArtefactURL(%q, %q) = %q, want %q", test.site, test.id, got, test.want)
		}
		if got := pageOfBuild(SourceState{Kind: "test-observer", Site: test.site}, "", test.id); got != test.want {
			t.Errorf("link to build %q at %q: %q, want %q", test.id, test.site, got, test.want)
		}
	}
	for _, kind := range []string{"tree", "plan", ""} {
		if got := pageOfBuild(SourceState{Kind: kind, Site: "https://h"}, "1", "2"); got != "" {
			t.Errorf("a build of a %q has the page %q", kind, got)
		}
	}
}

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
