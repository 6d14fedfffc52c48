package release

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func intentTexts(c *Comparison) []string {
	var texts []string
	for _, n := range c.Intents {
		texts = append(texts, fmt.Sprintf("%s %s %s>%s", n.Kind, n.Product.Slug, n.From, n.To))
	}
	return texts
}

func TestCompareIntents(t *testing.T) {
	t.Parallel()
	meant := func(contacts ...string) *Manifest {
		f := poll(MilestoneTesting, nil, "z 1 ready")
		for i := 0; i+1 < len(contacts); i += 2 {
			f.Series[0].Manifest = append(f.Series[0].Manifest, Intent{Product: contacts[i], Contact: contacts[i+1]})
		}
		return lastMilestone(pictureAt(hour(0), f))
	}
	from := meant("a", "~one", "b", "~one", "c", "~one")
	c := Compare(from, meant("b", "~one", "c", "~two", "d", "", "z", ""))
	want := []string{"intended d >", "intended z >", "unintended a ~one>", "contact c ~one>~two"}
	if diff := cmp.Diff(want, intentTexts(c)); diff != "" || c.NoIntent != nil {
		t.Errorf("intents (-want +got), not known of %v:\n%s", c.NoIntent, diff)
	}
	if !Compare(from, from).Empty() {
		t.Error("a milestone differs from itself")
	}
	// Where nobody said what is meant, nothing entered and nothing left.
	nobody := meant()
	if c := Compare(from, nobody); len(c.Intents) > 0 || len(c.NoIntent) != 1 || c.NoIntent[0] != nobody {
		t.Errorf("to unknown intent: %v, not known of %v", intentTexts(c), c.NoIntent)
	}
	if c := Compare(nobody, from); len(c.Intents) > 0 || len(c.NoIntent) != 1 || c.NoIntent[0] != nobody {
		t.Errorf("from unknown intent: %v, not known of %v", intentTexts(c), c.NoIntent)
	}
	if c := Compare(nobody, nobody); !c.Empty() || c.NoIntent != nil {
		t.Errorf("of nobody's intents: %v", c)
	}
}

func TestCompareImages(t *testing.T) {
	t.Parallel()
	size := func(n int64) *int64 { return &n }
	type file struct {
		size  *int64
		exact bool
		sum   string
	}
	picture := func(files map[string]file) *Picture {
		f := &Facts{Source: "full", Directories: []Directory{
			{Series: "noble", Project: "ubuntu", Path: "r", Kind: DirectoryRelease},
			{Series: "noble", Project: "ubuntu", Path: "r/current", Kind: DirectoryCurrent},
		}}
		for name, one := range files {
			dir := "r"
			if name == "link" {
				dir = "r/current"
			}
			f.Images = append(f.Images, Image{
				Series: "noble", Project: "ubuntu", Dir: dir, Name: name, Kind: ImageRelease,
				Files: []File{
					{Name: name + ".iso", Main: true, Size: one.size, Exact: one.exact, SHA256: one.sum},
					{Name: name + ".manifest", Size: one.size, SHA256: one.sum},
				},
			})
		}
		f.Sort()
		return Join(Input{AsOf: hour(0), Sources: []SourceFacts{{State: SourceState{Name: "full", Kind: "tree", Role: "full", Success: hour(0)}, Facts: f}}})
	}
	from := picture(map[string]file{
		"same": {size(1), true, "aa"}, "grown": {size(1), true, "aa"}, "other": {size(1), true, "aa"}, "rounded": {size(1000), false, "aa"},
		"gone": {size(7), true, "aa"}, "unlisted": {size(1), true, "aa"}, "link": {size(1), true, "aa"},
	})
	to := picture(map[string]file{
		"same": {size(1), true, "aa"}, "grown": {size(3), true, "bb"}, "other": {size(1), true, "bb"}, "rounded": {size(2000), false, "bb"},
		"new": {size(9), true, "aa"}, "unlisted": {size(1), true, ""}, "link": {size(2), true, "bb"},
	})
	var got []string
	for _, c := range CompareImages(from, to) {
		got = append(got, fmt.Sprintf("%s %s:%s/%s %d>%d %t", c.Kind, c.Tree, c.Dir, c.Name, c.From, c.To, c.SizesAreSaid))
	}
	want := []string{
		"gone full:r/gone 7>0 true", "resized full:r/grown 1>3 true", "new full:r/new 0>9 true",
		"replaced full:r/other 1>1 true", "replaced full:r/rounded 0>0 false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}
