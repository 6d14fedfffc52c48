package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestEachSourceSaysAFactOnce(t *testing.T) {
	t.Parallel()
	size := int64(6_513_881_088)
	tree := &release.Tree{Name: "full"}
	row := &release.Row{
		Manifest: &release.Manifest{Title: "Noble Final", Open: true, Kind: release.KindRelease}, BuildID: "20260421", State: release.StateReady, RawState: "Ready",
		Refs:     []release.Ref{{Source: "iso", URL: "https://iso.example/1"}},
		Daily:    &release.TreeImage{Tree: tree, Image: &release.Image{Name: "noble-desktop-amd64", Dir: "u", BuildID: "20260421", Files: []release.File{{Name: "noble-desktop-amd64.iso", Main: true, Size: &size}}}},
		Location: &release.Location{Tree: "simple", Dir: "noble", Stem: "ubuntu-26.04-desktop-amd64"},
		Findings: []*release.Finding{
			{Evidence: []release.Evidence{{Source: "iso", Fact: "Ubuntu Desktop amd64 20260421: ready"}, {Source: "localized", Fact: "Ubuntu Desktop amd64 20260420: ready"}}},
			{Evidence: []release.Evidence{{Source: "full", Fact: "6513881088 bytes"}, {Source: "full", Fact: "holds noble-desktop-amd64"}}},
			{Evidence: []release.Evidence{{Source: "localized", Fact: "Ubuntu Desktop amd64 20260420: ready"}, {Source: "iso"}}},
		},
	}
	s := &site{}
	var got []string
	for _, v := range s.says(&release.ProductLine{Rows: []*release.Row{row}}) {
		got = append(got, v.Source+": "+v.Says)
	}
	want := []string{
		"iso: build 20260421 on Noble Final: Ready",
		"full: daily noble-desktop-amd64.iso, build 20260421, 6.51 GB",
		"simple: not published: " + releasedName(row),
		"localized: Ubuntu Desktop amd64 20260420: ready",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

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
