package planfile

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

func parsed(t *testing.T, name, text string) *config.PlanFile {
	t.Helper()
	f, err := config.ParsePlan(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const head = "series = \"noble\"\nmilestone = \"Beta\"\n"

func rules() release.Rules {
	return release.Rules{
		Products:   []release.ProductRule{{Title: "Kubuntu Desktop amd64"}},
		Milestones: []release.MilestoneRule{{Match: []string{"beta"}, Kind: release.KindRelease}},
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	files := []*config.PlanFile{
		parsed(t, "plans/k.toml", head+`products = [{ name = "kubuntu-desktop-amd64", build = "20240401", contact = "~k", note = "last" }, "kubuntu-*"]`),
		parsed(t, "plans/all.toml", head+"date = \"2024-04-04\"\nfrom = \"series\"\nexcept = [\"*+raspi\"]\nproducts = [{ name = \"New Product\", build = \"\" }]"),
		parsed(t, "plans/final.toml", "series = \"noble\"\nmilestone = \"Final\"\nstatus = \"released\""),
	}
	want := &release.Facts{
		Products: []release.Product{
			{Slug: "kubuntu-desktop-amd64", Title: "Kubuntu Desktop amd64"}, {Slug: "new-product", Title: "New Product"},
		},
		Milestones: []release.Milestone{
			{
				Series: "noble", Slug: "beta", Title: "Noble Beta", Kind: release.KindRelease, Status: release.MilestoneTesting, Date: "2024-04-04", DateAt: "plans/all.toml:3",
				Intended: []release.Intent{
					{Product: "kubuntu-desktop-amd64", Contact: "~k", Note: "last", At: "plans/k.toml:3"}, {Product: "new-product", At: "plans/all.toml:6"},
				},
				Lists: []release.PlanList{
					{At: "plans/all.toml:4", From: "series", Except: []release.PlanPattern{{Name: "*+raspi", At: "plans/all.toml:5"}}},
					{At: "plans/k.toml:3", Products: []release.PlanPattern{{Name: "kubuntu-*", At: "plans/k.toml:3"}}},
				},
				Entries: []release.Entry{{
					Product: "kubuntu-desktop-amd64", BuildID: "20240401", State: release.StateUnknown, Note: "last", Pinned: "plans/k.toml:3",
				}},
			},
			{Series: "noble", Slug: "final", Title: "Noble Final", Kind: release.KindRelease, Status: release.MilestoneReleased, StatusAt: "plans/final.toml:3"},
		},
	}
	for range 2 {
		got, err := Facts(files, rules())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		slices.Reverse(files) // their order does not matter
	}
}

// TestFactsMistakes: what files say differently, and name twice, has both places.
func TestFactsMistakes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ a, b, want string }{
		"the same product": {
			head + `products = ["Kubuntu Desktop amd64"]`, head + "\n" + `products = [{ name = "kubuntu-desktop-amd64" }]`,
			`b.toml:4:15: products: "kubuntu-desktop-amd64" is in a.toml:3 already; leave it to one of the files`,
		},
		"another date": {
			head + `date = "2024-04-04"`, head + "# moved\n" + `date = "2024-04-05"`,
			`b.toml:4:1: date: "2024-04-05" here and "2024-04-04" in a.toml:3; write the same, or leave it out here`,
		},
		"another name": {
			head, "series = \"noble\"\nmilestone = \"beta\"",
			`b.toml:2:1: milestone: "Noble beta" here and "Noble Beta" in a.toml:2; write the same, or leave it out here`,
		},
		"another kind and status": {
			head + "kind = \"daily\"\nstatus = \"released\"", head + "kind = \"release\"\nstatus = \"testing\"",
			"b.toml:4:1: status: \"testing\" here and \"released\" in a.toml:4; write the same, or leave it out here\n" +
				`b.toml:3:1: kind: "release" here and "daily" in a.toml:3; write the same, or leave it out here`,
		},
		"named and left out": {
			head + "products = [\"A b\"]\nexcept = [\"a-b\", \"a-*\"]", head,
			`a.toml:4:11: except: "a-b" is among the products in line 3; take it out of one of the lists`,
		},
	} {
		_, err := Facts([]*config.PlanFile{parsed(t, "b.toml", tc.b), parsed(t, "a.toml", tc.a)}, rules())
		var problems config.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, problems.Error()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestTold(t *testing.T) {
	t.Parallel()
	var problems config.Problems
	for range 5 {
		problems = append(problems, config.Problem{File: "a", Line: 1, Col: 2, Text: "x"})
	}
	if got := Told(problems).Error(); got != "a:1:2: x; a:1:2: x; a:1:2: x; and 2 more" {
		t.Error(got)
	}
	other := errors.New(strings.Repeat("y", 3))
	if Told(other) != other {
		t.Error("another error is another one")
	}
}
