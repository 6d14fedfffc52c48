package preview

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/generator"
	"shiplist/generator/staged"
)

// TestDraft: what the preview makes is kept to be published by its digest, and leaves
// alone what is the newest set; the bar says how the two stand to each other.
func TestDraft(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.ready()
	bar := d.follow("page=/mirrors/&set=" + first)
	bar(func(e event) bool { return strings.Contains(e.Bar, "<span>Draft</span>") })
	if res := d.generate(); res.Digest != first {
		t.Fatalf("the preview shows %s, and %s is made", first, res.Digest)
	}
	bar(func(e event) bool { return !strings.Contains(e.Bar, "Draft") })
	d.replace(milestoneFile, `state = "testing"`, `state = "failed"`)
	e := bar(func(e event) bool { return e.Set != first })
	if !strings.Contains(e.Bar, `Draft<span class="wide">, the newest set is <code>`+first[:short]) {
		t.Errorf("the bar of a draft is %s", e.Bar)
	}
	// The page waits until the set is on disk.
	if _, text := d.get("_changes"); !strings.Contains(text, "<code>shiplist publish --config here.toml --digest "+e.Set[:short]+"</code>") {
		t.Errorf("how to publish it is not told:\n%s", text)
	}
	dir := d.config().Site.Staged
	if set, err := staged.Newest(dir); err != nil || set.Digest != first || set.Draft {
		t.Errorf("newest %s, a draft: %t, %v", set.Digest, set.Draft, err)
	}
	if set, err := staged.Find(dir, e.Set); err != nil || !set.Draft {
		t.Errorf("draft: %t, %v", set.Draft, err)
	}
}

// TestKeptSet: a set that was chosen is shown as it is, whatever changes.
func TestKeptSet(t *testing.T) {
	t.Parallel()
	var kept, newest generator.Result
	d := sit(t, func(d *desk) {
		kept = d.generate()
		d.replace(milestoneFile, `state = "testing"`, `state = "failed"`)
		newest = d.generate()
		set, err := generator.OpenSet(t.Context(), d.config().Site.Staged, kept.Digest[:8])
		if err != nil {
			t.Fatal(err)
		}
		d.set = set
	})
	if first := d.ready(); first != kept.Digest {
		t.Fatalf("shows %s, want %s", first, kept.Digest)
	}
	bar := d.follow("page=/noble/24.04.3/&set=" + kept.Digest)
	e := bar(func(event) bool { return true })
	for _, want := range []string{"Kept set", newest.Digest[:short], "Shown as it was made"} {
		if !strings.Contains(e.Bar, want) {
			t.Errorf("the bar lacks %q: %s", want, e.Bar)
		}
	}
	if _, text := d.get("noble/24.04.3/"); strings.Contains(text, ">failed<") || !strings.Contains(text, "testing") {
		t.Error("the page is not that of the set")
	}
	d.write("content/news.md", "+++\ntitle = \"News\"\n+++\nSomething.\n")
	if err := os.Symlink(filepath.Join("staged", newest.Digest), filepath.Join(d.dir, "public")); err != nil {
		t.Fatal(err)
	}
	e = bar(func(e event) bool { return strings.Contains(e.Bar, "differ from what is published") })
	if e.Set != kept.Digest {
		t.Errorf("it follows changes: %s", e.Set)
	}
	if _, text := d.get("_changes"); !strings.Contains(text, "failed → testing") {
		t.Errorf("what it would change is not told:\n%s", text)
	}
}
