package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestStandingNeverCallsTheWrongBuildPublished pins what the manifest says of files that
// lie where a product goes.
func TestStandingNeverCallsTheWrongBuildPublished(t *testing.T) {
	t.Parallel()
	wrong := []*release.Finding{{Rule: "oversized"}, {Rule: "published-not-ready"}}
	for name, test := range map[string]struct {
		row  release.Row
		want stateView
	}{
		"no finding":      {release.Row{State: release.StateReady}, stateView{"ready", "published"}},
		"another finding": {release.Row{State: release.StateReady, Findings: wrong[:1]}, stateView{"ready", "published"}},
		"another build":   {release.Row{State: release.StateReady, Findings: wrong}, stateView{"failed", "another build is there"}},
		"not ready":       {release.Row{State: release.StateTesting, Findings: wrong}, stateView{"failed", "published, not ready"}},
		"no build stands": {release.Row{State: release.StateMissing, Findings: wrong}, stateView{"failed", "published, not ready"}},
	} {
		if diff := cmp.Diff(test.want, standing(&test.row)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
