package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const planText = `# what we mean of it
series = "resolute"
milestone = "Snapshot 3"
date = "2026-01-29"
from = "snapshot-2"

products = [
  "kubuntu-*",
  { name = "Ubuntu Server amd64", build = "20260129.1", contact = "~server", note = "only if it installs" },
  { name = "lubuntu-desktop-amd64", build = "" }, # later
]
except = ["*+raspi"]
`

func TestParsePlan(t *testing.T) {
	t.Parallel()
	got, err := ParsePlan("plans/s3.toml", []byte(planText))
	if err != nil {
		t.Fatal(err)
	}
	want := &PlanFile{
		Name: "plans/s3.toml", Series: "resolute", Slug: "snapshot-3", Title: "Resolute Snapshot 3", Date: "2026-01-29", From: "resolute/snapshot-2",
		Products: []PlanProduct{
			{Name: "kubuntu-*", Line: 8, Col: 3},
			{
				Name: "Ubuntu Server amd64", Line: 9, Col: 5, Build: "20260129.1", BuildLine: 9,
				BuildAt: strings.Index(planText, "20260129.1"), Contact: "~server", Note: "only if it installs",
			},
			{Name: "lubuntu-desktop-amd64", Line: 10, Col: 5, BuildLine: 10, BuildAt: strings.Index(planText, `"" }`) + 1},
		},
		Except: []PlanProduct{{Name: "*+raspi", Line: 12, Col: 11}},
		Lines:  map[string]int{"series": 2, "milestone": 3, "date": 4, "from": 5, "products": 7, "except": 12},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPlanNames: how a milestone is called follows from few words.
func TestPlanNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]PlanFile{
		`series = "noble"` + "\n" + `milestone = "Noble 24.04.3"`:                                      {Slug: "24.04.3", Title: "Noble 24.04.3"},
		`series = "noble"` + "\n" + `milestone = "24.04.3"` + "\n" + `from = "series"`:                 {Slug: "24.04.3", Title: "Noble 24.04.3", From: release.FromSeries},
		`series = "noble"` + "\n" + `milestone = "Point Three"` + "\n" + `slug = "24.04.3"`:            {Slug: "24.04.3", Title: "Noble Point Three"},
		`series = "noble"` + "\n" + `milestone = "beta"` + "\n" + `from = "mantic/beta"`:               {Slug: "beta", Title: "Noble beta", From: "mantic/beta"},
		`series = "noble"` + "\n" + `milestone = "beta"` + "\n" + `[[products]]` + "\n" + `name = "a"`: {Slug: "beta", Title: "Noble beta", Products: []PlanProduct{{Name: "a", Line: 4, Col: 1}}},
	} {
		got, err := ParsePlan("p", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		want.Name, want.Series, want.Lines = "p", "noble", got.Lines
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

// TestBadPlans: every mistake is told, with its place.
func TestBadPlans(t *testing.T) {
	t.Parallel()
	const head = "series = \"noble\"\nmilestone = \"beta\"\n"
	for text, want := range map[string]string{
		"":                                                      "p:1:1: milestone: missing; every plan needs it\np:1:1: series: missing; every plan needs it",
		"series = \"\"\nmilestone = \"b\"":                      "p:1:1: series: empty; every plan needs it",
		"series = \"a b\"\nmilestone = \"b\"":                   `p:1:1: series: "a b" is not a name as trees have it; use letters, digits, "+", "-", "_" and single dots`,
		head + "milestones = 1":                                 `p:3:1: milestones: unknown key; did you mean "milestone"?`,
		head + "kind = \"weekly\"":                              `p:3:1: kind: "weekly" is none of "daily", "release"`,
		head + "status = \"archived\"":                          `p:3:1: status: "archived" is none of "testing", "released"`,
		head + "date = 2026-01-29":                              `p:3:1: date: must be a string in quotes, not a date without quotes`,
		head + "from = \"No Such\"":                             `p:3:1: from: "No Such" is not a list to begin with; write "series", a milestone like "beta", or one of another series like "noble/beta"`,
		head + "products = \"x\"":                               `p:3:1: products: must be a list, like ["kubuntu-*", { name = "Ubuntu Server amd64", build = "20260129" }], not a string`,
		head + "products = [1]":                                 `p:3:13: products[0]: must be a name in quotes, or a table like { name = "Ubuntu Server amd64", build = "" }`,
		head + "products = [\" x\"]":                            `p:3:13: products[0]: " x" is empty, too long, begins or ends in blanks, or holds a control character`,
		head + "products = [{ build = \"\" }]":                  `p:3:13: products[0].name: missing; every [[products]] needs it`,
		head + "products = [\"a\",\n{ name = \"A\" }]":          `p:4:1: products[1]: "A" is in the list already, in line 3`,
		head + "products = [{ name = \"a-*\", build = \"1\" }]": `p:3:29: products[0].build: "a-*" is a pattern; a build id needs a product by its name`,
		head + "products = [{ name = \"a\", build = \"1 2\" }]": `p:3:27: products[0].build: "1 2" is not a build id; write it like "20260129" or "20260129.1"`,
		head + "products = [{ name = \"a\", bulid = \"1\" }]":   `p:3:27: products[0].bulid: unknown key; did you mean "build"?`,
		head + "except = [{ name = \"a\" }]":                    `p:3:11: except[0]: must be a name or a pattern in quotes`,
		head + "a = [":                                          `p:3:5: not TOML: unexpected EOF; expected value`,
		head + "\x00":                                           "p:3:1: is no text",
		strings.Repeat("#", PlanFileMost+1):                     "p:1:1048577: goes on beyond 1048576 bytes, which no plan does",
	} {
		_, err := ParsePlan("p", []byte(text))
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, problems.Error()); diff != "" {
			t.Errorf("%.60q (-want +got)\n%s", text, diff)
		}
	}
}

// FuzzParsePlan: any text is a plan whose places are in it, or has problems.
func FuzzParsePlan(f *testing.F) {
	f.Add(planText)
	f.Add("series = \"a\"\nmilestone = \"b\"\n[[products]]\nname = \"x\"\nbuild = '''1'''\n[[products]]\nname = \"y\"\nbuild = \"\"\"\"\"\"")
	f.Add("series=\"a\"\nmilestone=\"é\"\nproducts=[{name=\"\\u0061\",build='1'},\"*\"]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePlan("p", []byte(text))
		var problems Problems
		if err != nil {
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("not a list of problems: %v", err)
			}
			return
		}
		if p.Series == "" || p.Slug == "" || release.Slug(p.Slug) != p.Slug {
			t.Fatalf("%+v has no name", p)
		}
		for _, one := range p.Products {
			if one.BuildAt > 0 && !strings.HasPrefix(text[one.BuildAt:], one.Build) && !strings.ContainsAny(text, `\`) {
				t.Errorf("the build id of %+v is not there", one)
			}
		}
	})
}
