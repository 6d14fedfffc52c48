package release

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planFile is the list of one file for a milestone.
func planFile(from string, products, except []string) PlanList {
	l := PlanList{At: "plans/a.toml:3", From: from}
	for _, name := range products {
		l.Products = append(l.Products, PlanPattern{Name: name, At: "plans/a.toml:4"})
	}
	for _, name := range except {
		l.Except = append(l.Except, PlanPattern{Name: name, At: "plans/a.toml:5"})
	}
	return l
}

// meantBy are the products that a plan means on a milestone, those that it leaves out with
// a minus.
func meantBy(p *Picture, source, slug string) []string {
	var list []string
	for _, m := range PlannedBy(p, sampleRules(), source) {
		for _, n := range m.Lines {
			sign := ""
			if n.Disabled {
				sign = "-"
			}
			if m.Slug == slug {
				list = append(list, sign+n.Product.Slug)
			}
		}
	}
	return list
}

func TestPlanLists(t *testing.T) {
	t.Parallel()
	const kubuntu, ubuntu, server = "kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"
	for name, tc := range map[string]struct {
		change func(*Input)
		m      Milestone
		want   []string
	}{
		"the series": {nil, Milestone{Lists: []PlanList{planFile("series", nil, nil)}}, []string{kubuntu, ubuntu, server}},
		"of what has owners": {
			func(in *Input) { in.Sources[0].Facts.Products[0].Contact = "a-team" },
			Milestone{Lists: []PlanList{planFile("series", nil, nil)}},
			[]string{kubuntu, ubuntu, server},
		},
		"the series, in two": {nil, Milestone{Lists: []PlanList{planFile("series", nil, nil), planFile("series", nil, nil)}}, []string{kubuntu, ubuntu, server}},
		"all but some":       {nil, Milestone{Lists: []PlanList{planFile("series", nil, []string{"KUBUNTU*", "ubuntu-server-*"})}}, []string{"-" + kubuntu, ubuntu, "-" + server}},
		"a name stays in spite of a pattern": {
			nil,
			Milestone{Intended: []Intent{{Product: kubuntu, At: "plans/a.toml:9"}}, Lists: []PlanList{planFile("series", nil, []string{"*ubuntu*"})}},
			[]string{kubuntu, "-" + ubuntu, "-" + server},
		},
		"by pattern":     {nil, Milestone{Lists: []PlanList{planFile("", []string{"*desktop*", "ubuntu-server-*"}, nil)}}, []string{kubuntu, ubuntu, server}},
		"by title":       {nil, Milestone{Lists: []PlanList{planFile("", []string{"Kubuntu *"}, nil)}}, []string{kubuntu}},
		"another's list": {nil, Milestone{Lists: []PlanList{planFile("noble/daily", nil, []string{kubuntu})}}, []string{"-" + kubuntu, ubuntu, server}},
		"switched off":   {func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Disabled = true }, Milestone{Lists: []PlanList{planFile("series", []string{"k*"}, nil)}}, []string{ubuntu, server}},
		"what once was":  {func(in *Input) { final(in).Status, final(in).Intended = MilestoneReleased, []Intent{{Product: ubuntu}} }, Milestone{Lists: []PlanList{planFile("series", nil, nil)}}, []string{ubuntu}},
		"what stands":    {func(in *Input) { in.Sources[0].Facts.Series[0].Manifest = nil }, Milestone{Lists: []PlanList{planFile("noble/daily", nil, []string{"k*"})}}, []string{"-" + kubuntu, ubuntu, server}},
		"built only":     {func(in *Input) { in.Sources[0].Facts.Series[0].Manifest = nil }, Milestone{Lists: []PlanList{planFile("", []string{"k*"}, nil)}}, []string{kubuntu}},
		"not of the series": {
			func(in *Input) {
				in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, products("Kylin amd64")...)
			},
			Milestone{Lists: []PlanList{planFile("", []string{"k*"}, nil)}},
			[]string{kubuntu},
		},
		"itself":  {nil, Milestone{Lists: []PlanList{planFile("noble/final", nil, nil)}}, nil},
		"nothing": {nil, Milestone{Lists: []PlanList{planFile("noble/nope", nil, nil)}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			if tc.change != nil {
				tc.change(in)
			}
			plan(in, tc.m)
			if diff := cmp.Diff(tc.want, meantBy(Join(*in), "plans", "final")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestPlanOfAPlan: a plan may begin with another's list, in whatever order they stand,
// and not with one that leads back.
func TestPlanOfAPlan(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	plan(in, Milestone{Lists: []PlanList{planFile("noble/beta", nil, []string{"ubuntu-desktop-*"})}})
	in.Sources[3].Facts.Milestones = append(in.Sources[3].Facts.Milestones,
		Milestone{Series: "noble", Slug: "beta", Status: MilestoneTesting, Lists: []PlanList{planFile("series", nil, []string{"k*"})}})
	in.Sources[3].Facts.Sort()
	before := in.Sources[3].Facts.Clone()
	p := Join(*in)
	if diff := cmp.Diff([]string{"-ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}, meantBy(p, "plans", "final")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(before, p.Sources[3].Facts); diff != "" {
		t.Errorf("the facts have changed (-before +after)\n%s", diff)
	}
	m := p.LineOf("noble").MilestoneOf("beta")
	if m == nil || !m.Open {
		t.Fatalf("the milestone that only the plan has is %+v", m)
	}
	in.Sources[3].Facts.Milestones[0].Lists[0].From = "noble/final"
	p = Join(*in)
	if n := slices.IndexFunc(p.Findings, func(f *Finding) bool {
		return f.Rule == "plan-list-unclear" && strings.Contains(f.Text, "leads back to itself")
	}); n < 0 {
		t.Errorf("nothing says that the lists go in a circle: %v", dumpFindings(p.Findings))
	}
}

// TestPlanFilesOfOne: the main file has the list, and each flavour's its own products;
// two that name the same are told, with both places.
func TestPlanFilesOfOne(t *testing.T) {
	t.Parallel()
	const kubuntu = "kubuntu-desktop-amd64"
	in := cleanInput()
	all := planFile("series", nil, []string{kubuntu})
	all.At = "plans/all.toml:3"
	plan(in, Milestone{Intended: []Intent{{Product: kubuntu, Contact: "~k-team", At: "plans/k.toml:4"}}, Lists: []PlanList{all}})
	if got := meantBy(Join(*in), "plans", "final"); !slices.Contains(got, kubuntu) {
		t.Errorf("%v is meant, without the product of its own file", got)
	}
	in.Sources[3].Facts.Milestones[0].Lists[0].Except = nil
	in.Sources[3].Facts.Milestones[0].Lists[0].Products = []PlanPattern{{Name: "k*", At: "plans/all.toml:5"}}
	var said []string
	for _, f := range Join(*in).Findings {
		if f.Rule == "plan-list-unclear" {
			said = append(said, f.Text)
		}
	}
	want := []string{"Kubuntu Desktop amd64 is in two files of one plan: plans/k.toml:4 and plans/all.toml:5."}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
