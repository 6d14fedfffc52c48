package release

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// weighedOf are the builds of Kubuntu that a plan of the final milestone could decide for.
func weighedOf(t *testing.T, p *Picture) []string {
	t.Helper()
	product, err := FindProduct(p, twinProduct)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, b := range PlanBuilds(p, p.LineOf("noble"), "final", product) {
		words := b.BuildID
		if b.As != "" {
			words += " as " + b.As
		}
		if b.Ready {
			words += " ready"
		}
		if b.Why != "" {
			words += "; " + b.Why
		}
		for _, ev := range b.Proof {
			if ev.Source != "full" {
				words += "; " + ev.Source + " " + ev.Fact
			}
		}
		list = append(list, words)
	}
	return list
}

// TestPlanBuildsOfSameBytes: what a source says of the same bytes under another id counts for
// a plan, too, and the id that is taken is one that a tree has.
func TestPlanBuildsOfSameBytes(t *testing.T) {
	t.Parallel()
	const others = "; iso ready on final; other ready on final"
	for name, tc := range map[string]struct {
		change func(in *Input)
		want   []string
		chosen string
	}{
		"an older id at the observer": {
			func(in *Input) { facts(in, atObserver).Builds[0].BuildID = "20240423" },
			[]string{
				"20240424 ready" + others + "; observer ready (as 20240423)",
				"20240423 as 20240424 ready; observer ready; iso ready on final (as 20240424); other ready on final (as 20240424)",
			},
			"20240424",
		},
		"a newer one, and failed": {
			func(in *Input) {
				facts(in, atObserver).Builds[0].BuildID, facts(in, atObserver).Builds[0].State = "20240425", StateFailed
			},
			[]string{
				"20240425 as 20240424; observer has it failed; observer failed; iso ready on final (as 20240424); other ready on final (as 20240424)",
				"20240424; observer has it failed (as 20240425)" + others + "; observer failed (as 20240425)",
			},
			"",
		},
		"a newer one": {
			func(in *Input) { facts(in, atObserver).Builds[0].BuildID = "20240425" },
			[]string{
				"20240425 as 20240424 ready; observer ready; iso ready on final (as 20240424); other ready on final (as 20240424)",
				"20240424 ready" + others + "; observer ready (as 20240425)",
			},
			"20240424",
		},
		"of two ids that which was not replaced": {
			func(in *Input) {
				f := facts(in, atObserver)
				older := f.Builds[0]
				older.BuildID = "20240422"
				f.Builds[0].BuildID, f.Builds[0].State = "20240423", StateSuperseded
				f.Builds = append(f.Builds, older)
			},
			[]string{
				"20240424 ready" + others + "; observer ready (as 20240422)",
				"20240423 as 20240424; observer has it superseded; observer superseded; iso ready on final (as 20240424); other ready on final (as 20240424)",
				"20240422 as 20240424 ready; observer ready; iso ready on final (as 20240424); other ready on final (as 20240424)",
			},
			"20240424",
		},
		"other bytes": {
			func(in *Input) {
				facts(in, atObserver).Builds[0].BuildID, facts(in, atObserver).Builds[0].SHA256 = "20240425", sum("other")
			},
			[]string{"20240425 ready; no tree holds its files; observer ready", "20240424 ready" + others},
			"20240424",
		},
		"two checksums of one id": {
			func(in *Input) {
				facts(in, atObserver).Builds[0].BuildID = "20240425"
				facts(in, atOther).Builds[0].SHA256 = sum("other")
			},
			[]string{
				"20240425 ready; no tree holds its files; observer ready",
				"20240424 ready; a tracker gives it another checksum than full has for noble-desktop-amd64.iso" + others,
			},
			"",
		},
		"bytes of another product": {
			func(in *Input) {
				alien := facts(in, atObserver).Builds[0]
				alien.BuildID, alien.Product, alien.State = "20240425", "ubuntu-desktop-amd64", StateFailed
				facts(in, atObserver).Builds = append(facts(in, atObserver).Builds, alien)
			},
			[]string{"20240424 ready" + others + "; observer ready"},
			"20240424",
		},
	} {
		in := agreeing()
		tc.change(in)
		p := Join(*in)
		if diff := gocmp.Diff(tc.want, weighedOf(t, p)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		product, _ := FindProduct(p, twinProduct)
		if c := ChoosePlanBuild(p, p.LineOf("noble"), "final", []*ProductLine{product}, true); c.BuildID != tc.chosen || c.BuildID != "" && strings.Contains(c.Why, " as ") {
			t.Errorf("%s: chosen is %q, want %q: %s", name, c.BuildID, tc.chosen, c.Why)
		}
	}
}

// TestCheckPlanOfSameBytes: a plan may have any id of a build; a sheet one that is published.
func TestCheckPlanOfSameBytes(t *testing.T) {
	t.Parallel()
	in := agreeing()
	facts(in, atObserver).Builds[0].BuildID = "20240423"
	p := Join(*in)
	product, err := FindProduct(p, twinProduct)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Kubuntu Desktop amd64 20240423: the trees hold the same bytes as 20240424"
	for source, want := range map[string]PlanTrouble{
		"plans": {Rule: "renamed", At: "p:1", Product: twinProduct, Text: text, Note: true},
		"":      {Rule: "renamed", At: "p:1", Product: twinProduct, Text: text + "; publish that one"},
	} {
		claims := PlanClaims{Milestone: "final", Source: source, Entries: []PlanEntry{{At: "p:1", BuildID: "20240423", Products: []*ProductLine{product}}}}
		var got []PlanTrouble
		for _, one := range CheckPlan(p, p.LineOf("noble"), claims) {
			if one.At != "" {
				got = append(got, one)
			}
		}
		if diff := gocmp.Diff([]PlanTrouble{want}, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", source, diff)
		}
	}
}
