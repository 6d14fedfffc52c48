package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestDraftExcept: what a milestone leaves out is left out by a plan that is made of it.
func TestDraftExcept(t *testing.T) {
	t.Parallel()
	m := &release.Manifest{Groups: []release.Group{{Rows: []*release.Row{
		{Product: &release.ProductLine{Title: "Meant"}, IntentKnown: true, Intended: true},
		{Product: &release.ProductLine{Title: "Off"}, IntentKnown: true},
		{Product: &release.ProductLine{Title: "Nobody said"}},
		{Product: &release.ProductLine{Title: "Netboot"}, IntentKnown: true, Netboot: true},
	}}}}
	if diff := cmp.Diff([]string{"Off"}, draftExcept(m)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
