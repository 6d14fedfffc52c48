package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestTests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tests *release.Tests
		want  testsView
	}{
		{nil, testsView{}},
		{&release.Tests{}, testsView{Text: "no testcases"}},
		{&release.Tests{Untested: 4}, testsView{Text: "4 untested", Share: "0 of 4"}},
		{&release.Tests{Passed: 1, Failed: 2, Running: 3}, testsView{Failed: "2 failed", Running: "3 running", Text: "1 passed, 3 running", Share: "1 of 6", Done: 166}},
		{&release.Tests{Failed: 1}, testsView{Failed: "1 failed", Share: "0 of 1"}},
	} {
		if diff := cmp.Diff(test.want, viewTests(&release.Row{Tests: test.tests})); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.tests, diff)
		}
	}
}

func TestNoLinkToADirectoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := &site{holdings: holdings{directories: map[treeDir]*release.TreeDirectory{{"simple", "noble"}: {}}}}
	for dir, want := range map[string]string{"noble": "https://rel.example/noble/", "stonking": ""} {
		if got := s.placeURL(&release.Location{Tree: "simple", Dir: dir, URL: "https://rel.example/" + dir + "/"}); got != want {
			t.Errorf("address of %s is %q, want %q", dir, got, want)
		}
	}
}
