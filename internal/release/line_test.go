package release

import "testing"

// TestLineOf: series and milestones are found by whatever a source calls them, as Join
// puts them together.
func TestLineOf(t *testing.T) {
	t.Parallel()
	beta := &Manifest{Slug: "beta-1"}
	noble, other, reserved := &Line{Slug: "noble", Milestones: []*Manifest{beta}}, &Line{Slug: Other}, &Line{Slug: "images-series"}
	p := &Picture{Lines: []*Line{noble, other, reserved}}
	for name, want := range map[string]*Line{"noble": noble, "Noble": noble, Other: other, "images": reserved, "jammy": nil, "": nil} {
		if got := p.LineOf(name); got != want {
			t.Errorf("series %q: %v", name, got)
		}
	}
	for name, want := range map[string]*Manifest{"beta-1": beta, "Beta 1": beta, "beta": nil, "": nil} {
		if got := noble.MilestoneOf(name); got != want {
			t.Errorf("milestone %q: %v", name, got)
		}
	}
}
