package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checked is what is told of a plan, a source of what is put in, about final.
func checked(in *Input, file string) []string {
	p := Join(*in)
	claims := ClaimsOf(p, in.Rules, "plans", "noble", "final")
	claims.File = file
	var list []string
	for _, one := range CheckPlan(p, p.LineOf("noble"), claims) {
		text := one.At + " " + one.Rule + ": " + one.Text
		if one.Note {
			text += " (note)"
		}
		list = append(list, text)
	}
	return list
}

// TestCheckPlanItself: the day, the kind and the status that a plan says in so many words
// are compared with all other sources, and with the rule.
func TestCheckPlanItself(t *testing.T) {
	t.Parallel()
	said := Milestone{
		Lists: wholeSeries, Date: "2024-04-25", DateAt: "p.toml:3", KindAt: "p.toml:4", StatusAt: "p.toml:5",
	}
	for name, tc := range map[string]struct {
		change func(*Input)
		want   []string
	}{
		"all agree": {func(in *Input) { final(in).Date = "2024-04-25" }, nil},
		"another day": {
			func(in *Input) {
				final(in).Date = "2024-04-26"
				in.Rules.Milestones = append([]MilestoneRule{{Match: []string{"final"}, Date: "2024-04-27"}}, in.Rules.Milestones...)
			},
			[]string{"p.toml:3 date: the date is 2024-04-25 here, and iso has 2024-04-26 and the [[milestone]] rule has 2024-04-27"},
		},
		"another kind": {
			func(in *Input) {
				in.Rules.Milestones = []MilestoneRule{{Match: []string{"final"}, Kind: KindDaily}}
			},
			[]string{"p.toml:4 kind: the kind is release here, and the [[milestone]] rule has daily"},
		},
		"another status": {
			func(in *Input) { final(in).Status = MilestoneReleased },
			[]string{"p.toml:5 status: the status is testing here, and iso has released"},
		},
		"a status of its own": {
			func(in *Input) { final(in).Status, final(in).RawStatus = "other", "Frozen" },
			[]string{"p.toml:5 status: the status is testing here, and iso has Frozen"},
		},
		"released, and in the archive": {
			func(in *Input) {
				final(in).Status, in.Sources[3].Facts.Milestones[0].Status = MilestoneArchived, MilestoneReleased
			},
			nil,
		},
		"another plan": {
			func(in *Input) {
				plan(in, Milestone{Date: "2024-04-26", DateAt: "f.toml:3"})
				in.Sources[4].State.Name = "flavours"
				in.Sources[4].Facts.Milestones[0].Status = MilestoneReleased // it does not say so
			},
			[]string{"p.toml:3 date: the date is 2024-04-25 here, and flavours has 2024-04-26"},
		},
		"nothing said": {
			func(in *Input) {
				m := &in.Sources[3].Facts.Milestones[0]
				m.Date, m.DateAt, m.KindAt, m.StatusAt = "", "", "", ""
				final(in).Date, final(in).Status = "2024-04-26", MilestoneReleased
			},
			nil,
		},
		"of nobody else": {
			func(in *Input) { final(in).Slug = "beta" },
			[]string{" milestone: no source but plans has a milestone final in Noble; it is made of the plan (note)"},
		},
	} {
		in := cleanInput()
		plan(in, said)
		tc.change(in)
		if diff := cmp.Diff(tc.want, checked(in, "")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestCheckPlanFile: of several files one is checked, also where its part in a mistake is
// the second, and on a milestone that is not open any more.
func TestCheckPlanFile(t *testing.T) {
	t.Parallel()
	const kubuntu = "kubuntu-desktop-amd64"
	in := cleanInput()
	all := planFile("series", []string{"k*", "nope-*"}, nil)
	all.At = "p/all.toml:3"
	for i := range all.Products {
		all.Products[i].At = "p/all.toml:5"
	}
	plan(in, Milestone{
		Intended: []Intent{{Product: kubuntu, At: "p/k.toml:4"}, {Product: "kubutnu-desktop-amd64", At: "p/k.toml:6"}},
		Lists:    []PlanList{all},
	})
	final(in).Status, in.Sources[3].Facts.Milestones[0].Status = MilestoneReleased, MilestoneReleased
	twice := "unclear: Kubuntu Desktop amd64 is in two files of one plan: p/k.toml:4 and p/all.toml:5"
	unknown := `unknown: names "kubutnu-desktop-amd64", which no tracker and no [[product]] rule knows; near it is kubuntu-desktop-amd64`
	nothing := `unknown: means "nope-*", which matches no product of Noble`
	for file, want := range map[string][]string{
		"p/k.toml":   {"p/k.toml:4 " + twice, "p/k.toml:6 " + unknown},
		"p/all.toml": {"p/all.toml:5 " + nothing, "p/all.toml:5 " + twice},
		"p/x.toml":   nil,
		"":           {"p/all.toml:5 " + nothing, "p/k.toml:4 " + twice, "p/k.toml:6 " + unknown},
	} {
		if diff := cmp.Diff(want, checked(in, file)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", file, diff)
		}
	}
}

// TestCheckSheetTwice: a product in two images of a sheet is told, with both places.
func TestCheckSheetTwice(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	p := Join(*in)
	claims := PlanClaims{Milestone: "final", Entries: []PlanEntry{
		{Name: "kubuntu", At: "s.yaml:3", Products: p.Products[:1]}, {Name: "again", At: "s.yaml:9", Products: p.Products[:2]},
	}}
	want := PlanTrouble{
		Rule: "unclear", At: "s.yaml:9", Product: "kubuntu-desktop-amd64",
		Text: "again: Kubuntu Desktop amd64 is in kubuntu already, which is s.yaml:3; leave it to one of them",
	}
	var got []PlanTrouble
	for _, one := range CheckPlan(p, p.LineOf("noble"), claims) {
		if !one.Note {
			got = append(got, one)
		}
	}
	if diff := cmp.Diff([]PlanTrouble{want}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
