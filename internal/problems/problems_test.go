package problems

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestManyProblems holds that a broken list does not fill sources.toml.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	l := &List{Address: "http://h/"}
	for range Most + 5 {
		l.Add("duplicate", "x")
	}
	got := l.Problems()
	want := release.Problem{Rule: "limit", Address: "http://h/", Text: "5 more problems are not listed"}
	if diff := cmp.Diff(want, got[len(got)-1]); len(got) != Most+1 || diff != "" {
		t.Errorf("%d problems, the last (-want +got):\n%s", len(got), diff)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	l := &List{Address: "http://h/"}
	l.Add("kept", "a")
	l.AddAt("http://h/1", "kept", "b")
	want := []release.Problem{{Rule: "kept", Address: "http://h/", Text: "a"}, {Rule: "kept", Address: "http://h/1", Text: "b"}}
	if diff := cmp.Diff(want, l.Problems()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:], l.Since(1)); diff != "" || l.Len() != 2 {
		t.Errorf("since the first (-want +got):\n%s", diff)
	}
}
