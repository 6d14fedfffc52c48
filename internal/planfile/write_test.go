package planfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	d := Draft{
		Head: []string{"Copied.", ""}, Series: "noble", Milestone: "Point Three", Slug: "24.04.3", Date: "2025-08-07", Except: []string{`Old "one"`},
		Groups: []DraftGroup{
			{"Kubuntu", []DraftProduct{{Name: `Kubuntu "Desktop" \ amd64`, Build: "20250805.3", Contact: "~k", Note: "a\nb"}}},
			{"Ubuntu", []DraftProduct{{Name: "Ubuntu 桌面版"}}},
		},
	}
	const want = `# Copied.
#
series = "noble"
milestone = "Point Three"
slug = "24.04.3"
date = "2025-08-07"
except = [
  "Old \"one\"",
]

products = [
  # Kubuntu
  { name = "Kubuntu \"Desktop\" \\ amd64", build = "20250805.3", contact = "~k", note = "ab" },

  # Ubuntu
  { name = "Ubuntu 桌面版", build = "" },
]
`
	got := d.Write()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	f := parsed(t, "p", got)
	if f.Slug != d.Slug || f.Products[0].Name != `Kubuntu "Desktop" \ amd64` || f.Products[0].Build != "20250805.3" || !Room(&f.Products[1]) {
		t.Errorf("it reads as %+v", f)
	}
}

// FuzzWrite: whatever names are like, what is written is a plan that says the same.
func FuzzWrite(f *testing.F) {
	f.Add("Ubuntu amd64", "~team", `a "note" \n`)
	f.Fuzz(func(t *testing.T, name, contact, note string) {
		d := Draft{
			Head: []string{note}, Series: "noble", Milestone: "Beta", Slug: "beta",
			Groups: []DraftGroup{{contact, []DraftProduct{{Name: name, Build: "1", Contact: contact, Note: note}}}},
		}
		text := d.Write()
		p, err := config.ParsePlan("p", []byte(text))
		if err != nil {
			return // a name or a note that no plan may have; the text says which
		}
		if len(p.Products) != 1 || p.Products[0].Build != "1" || p.Slug != "beta" {
			t.Errorf("%q reads as %+v", text, p)
		}
	})
}
