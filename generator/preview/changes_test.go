package preview

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator"
)

// publishFirst makes what is there the published site, by a link of one's own.
func (d *desk) publishFirst() string {
	d.t.Helper()
	first := d.ready()
	events := d.follow("own=yes")
	if err := os.Symlink(filepath.Join("staged", first), filepath.Join(d.dir, "public")); err != nil {
		d.t.Fatal(err)
	}
	events(func(e event) bool { return strings.Contains(e.Bar, "The same as published") })
	return first
}

func TestChanges(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.publishFirst()
	if _, text := d.get("_changes"); !strings.Contains(text, "The same as published.") || strings.Contains(text, "Page by page") {
		t.Errorf("nothing changed, and /_changes says\n%s", text)
	}
	page := d.follow("page=/noble/24.04.3/&set=" + first)
	d.write(milestoneFile, `series = "noble"
slug = "24.04.3"
title = "Noble 24.04.3"
id = "5"
kind = "release"
status = "testing"

[[build]]
product = "kubuntu-desktop-amd64"
build_id = "20260424"
state = "ready"
raw_state = "Ready"
`)
	d.replace("data/iso/builds/noble.toml", `"20260423.1"`, `"20260424"`)
	d.write("content/news.md", "+++\ntitle = \"News\"\n+++\nSomething.\n")
	page(func(e event) bool {
		return strings.Contains(e.Bar, "differ from what is published") && e.Do == actReload
	})
	e := d.follow("page=/news/&set=" + first)
	e(func(e event) bool { status, _ := d.get("news/"); return status == 200 })
	_, text := d.get("_changes")
	for _, want := range []string{
		"<strong>Kubuntu Desktop amd64</strong>: testing → ready; build 20260423.1 → 20260424",
		"<strong>Xubuntu Desktop amd64</strong>: ready → missing; build 20260423 → none",
		`<a href="/noble/24.04.3/">Noble 24.04.3</a>`,
		`<span class="did">added</span> <a href="/_changes/diff?page=news%2Findex.html">news/</a>`,
		`<span class="did">changed</span> <a href="/_changes/diff?page=noble%2F24.04.3%2Findex.html">noble/24.04.3/</a>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/_changes lacks %q:\n%s", want, text)
		}
	}
	_, text = d.get("_changes/diff?page=noble/24.04.3/")
	for _, want := range []string{
		`<iframe src="/_old/noble/24.04.3/index.html"`, `<iframe src="/_new/noble/24.04.3/index.html"`, `sandbox=""`,
		"<mark>testing · 20260423.1</mark>", "<mark>ready · 20260424</mark>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the comparison lacks %q:\n%s", want, text)
		}
	}
	if _, text := d.get("_old/noble/24.04.3/"); !strings.Contains(text, "20260423.1") || strings.Contains(text, "20260424") {
		t.Error("the old page is not the published one")
	}
	if _, text := d.get("_changes/diff?page=mirrors/"); !strings.Contains(text, "Not a byte differs.") {
		t.Error("a page that is the same is not told as such")
	}
}

// TestChangesRefused: what forbids publishing is on top.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.publishFirst()
	page := d.follow("page=/&set=" + first)
	if err := os.RemoveAll(filepath.Join(d.dir, "data", "iso", "milestones")); err != nil {
		t.Fatal(err)
	}
	page(func(e event) bool { return strings.Contains(e.Bar, "differ") })
	_, text := d.get("_changes")
	refused, words, _ := strings.Cut(text, "In words")
	if !strings.Contains(refused, "It would be refused") || !strings.Contains(refused, "its address would die") {
		t.Errorf("a page that dies does not forbid:\n%s", text)
	}
	if !strings.Contains(words, "is not there any more") || strings.Contains(text, "shiplist publish") {
		t.Errorf("the milestone that goes is not told, or the command is:\n%s", text)
	}
}

// TestChangesOfDetails: whatever differs in a page is told, be it no state and no build.
func TestChangesOfDetails(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.publishFirst()
	page := d.follow("page=/noble/24.04.3/&set=" + first)
	d.replace("data/iso/builds/noble.toml", "id = \"11\"\n", "id = \"11\"\n[build.tests]\npassed = 1\nfailed = 1\nrunning = 0\nuntested = 3\n")
	page(func(e event) bool { return strings.Contains(e.Bar, "differ from what is published") })
	if _, text := d.get("_changes"); !strings.Contains(text, "<strong>Xubuntu Desktop amd64</strong>: tests none → 1 passed, 1 failed, 3 untested") {
		t.Errorf("a test result is not told:\n%s", text)
	}
	d.replace("data/iso/builds/noble.toml", "[build.tests]\npassed = 1\nfailed = 1\nrunning = 0\nuntested = 3\n", "")
	page(func(e event) bool { return strings.Contains(e.Bar, "The same as published") })
	d.replace(milestoneFile, `raw_state = "Ready"`, `raw_state = "Ready"
note = "Mind the step."`)
	page(func(e event) bool { return strings.Contains(e.Bar, "differ from what is published") })
	if _, text := d.get("_changes"); !strings.Contains(text, "<strong>Xubuntu Desktop amd64</strong>: has the note “Mind the step.”") {
		t.Errorf("a note is not told:\n%s", text)
	}
}

// TestChangesOfEveryPage: another style sheet is summed up, and hides nothing.
func TestChangesOfEveryPage(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.publishFirst()
	page := d.follow("page=/mirrors/&set=" + first)
	d.write("layouts/assets/style.css", "h1 { color: red }")
	page(func(e event) bool { return e.Set != first })
	_, text := d.get("_changes")
	if !strings.Contains(text, "All of them differ only around the content: in the head, which names the style sheet and the script.") ||
		!strings.Contains(text, "is the same. What differs is below.") {
		t.Errorf("the style sheet is not summed up:\n%s", text)
	}
	before := d.digest()
	d.replace(milestoneFile, `state = "testing"`, `state = "failed"`)
	page(func(e event) bool { return e.Set != before })
	_, text = d.get("_changes")
	of, rest, _ := strings.Cut(text, "Only around the content")
	if !strings.Contains(of, " of them differ only around the content: in the head, ") || !strings.Contains(of, `<a href="/_changes/diff?page=noble%2F24.04.3%2Findex.html">`) ||
		!strings.Contains(of, "Kubuntu Desktop amd64</strong>: testing → failed") || !strings.Contains(rest, "diff?page=mirrors%2Findex.html") {
		t.Errorf("what differs besides is lost:\n%s", text)
	}
}

// TestWords: what changes about a milestone, line by line.
func TestWords(t *testing.T) {
	t.Parallel()
	kubuntu := row{Product: "k", Title: "Kubuntu", State: "testing", BuildID: "1", Intended: true, Bugs: []string{"7"}}
	with := func(change func(*row)) row { r := kubuntu; change(&r); return r }
	blocker := finding{Rule: "no-build", Severity: "blocker", Text: "Nothing is built."}
	reworded := finding{Rule: "no-build", Severity: "blocker", Text: "Still nothing is built."}
	milder := finding{Rule: "no-build", Severity: "warning", Text: "It is late."}
	long := strings.Repeat("n", noteMost)
	for _, tt := range []struct {
		name     string
		old, now *facts
		want     []line
	}{
		{"new", nil, &facts{Title: "Beta", Rows: []row{kubuntu}}, []line{{"", "is new, with 1 product", added}}},
		{"gone", &facts{Title: "Beta"}, nil, []line{{"", "is not there any more", removed}}},
		{"same", &facts{Title: "Beta", Rows: []row{kubuntu}}, &facts{Title: "Beta", Rows: []row{kubuntu}}, nil},
		{
			"about", &facts{Title: "Beta", Status: "testing"}, &facts{Title: "Beta", Status: "released", Date: "2026-04-23"},
			[]line{{"", "testing → released; date none → 2026-04-23", changed}},
		},
		{"product added", &facts{}, &facts{Rows: []row{kubuntu}}, []line{{"Kubuntu", "is added: testing, build 1", added}}},
		{
			"product dropped", &facts{Rows: []row{with(func(r *row) { r.BuildID = "" })}}, &facts{},
			[]line{{"Kubuntu", "is dropped; it was testing", removed}},
		},
		{
			"product changed", &facts{Rows: []row{kubuntu}}, &facts{Rows: []row{with(func(r *row) {
				r.State, r.BuildID, r.Rebuild, r.Contact, r.Intended, r.Bugs = "ready", "2", "requested", "us", false, []string{"8"}
				r.ReleaseTree, r.ReleasePath = "full", "noble/k"
			})}},
			[]line{{
				"Kubuntu", "testing → ready; build 1 → 2; rebuild none → requested; goes to none → full/noble/k; contact none → us; " +
					"is not meant to be released any more; bug 8 is new; bug 7 is gone", changed,
			}},
		},
		{
			"findings", &facts{Findings: []finding{{Rule: "a", Severity: "note", Text: "Old."}}},
			&facts{Findings: []finding{blocker}, Rows: []row{with(func(r *row) { r.Findings = []finding{blocker} })}},
			[]line{{"Kubuntu", "is added: testing, build 1", added}, {"New blocker", "Nothing is built.", trouble}, {"Gone: note", "Old.", removed}},
		},
		{
			"tests", &facts{Rows: []row{with(func(r *row) { r.Tests.Running = 1 })}},
			&facts{Rows: []row{with(func(r *row) { r.Tests = tests{Passed: 2, Failed: 1, Untested: 3} })}},
			[]line{{"Kubuntu", "tests 1 running → 2 passed, 1 failed, 3 untested", changed}},
		},
		{
			"files", &facts{Rows: []row{with(func(r *row) { r.Files = []file{{"a", 1, "s"}, {"b", 1, "s"}, {"c", 1, "s"}} })}},
			&facts{Rows: []row{with(func(r *row) { r.Files = []file{{"a", 2, "t"}, {"b", 1, "t"}, {"d", 1, "s"}} })}},
			[]line{{"Kubuntu", "a: 1 → 2 bytes; b has another checksum; file d is new; file c is gone", changed}},
		},
		{
			"a note", &facts{Rows: []row{kubuntu, {Product: "x", Note: "Bad."}, {Product: "y", Note: "Bad."}, {Product: "z", Note: long + "a"}}},
			&facts{Rows: []row{with(func(r *row) { r.Note = "Good." }), {Product: "x", Note: "Better."}, {Product: "y"}, {Product: "z", Note: long + "b"}}},
			[]line{
				{"Kubuntu", "has the note “Good.”", changed},
				{"", "note “Bad.” → “Better.”", changed},
				{"", "has the note “Bad.” no more", changed},
				{"", "has another note, “" + long[:noteMost] + "…”", changed},
			},
		},
		{
			"the tracker's word", &facts{Rows: []row{kubuntu}}, &facts{Rows: []row{with(func(r *row) { r.RawState = "Tested" })}},
			[]line{{"Kubuntu", "the tracker's word none → Tested", changed}},
		},
		{
			"row without words", &facts{Rows: []row{kubuntu}},
			&facts{Rows: []row{with(func(r *row) { r.rest = fields{"new": []byte("1")} })}},
			[]line{{"Kubuntu", "other details changed", changed}},
		},
		{
			"milestone without words", &facts{rest: fields{"new": []byte("1")}}, &facts{rest: fields{"new": []byte("2")}},
			[]line{{"", "other details changed", changed}},
		},
		{"hour", &facts{rest: fields{"sources": []byte("1")}}, &facts{rest: fields{"sources": []byte("2")}}, nil},
		{
			"finding in other words", &facts{Findings: []finding{blocker}}, &facts{Findings: []finding{reworded}},
			[]line{{"Still a blocker", "Still nothing is built. Before: Nothing is built.", changed}},
		},
		{
			"finding is milder", &facts{Findings: []finding{blocker}}, &facts{Findings: []finding{milder}},
			[]line{{"Now a warning, was a blocker", "It is late.", changed}},
		},
		{
			"findings about two products",
			&facts{Rows: []row{with(func(r *row) { r.Findings = []finding{blocker} }), {Product: "x"}}},
			&facts{Rows: []row{kubuntu, {Product: "x", Findings: []finding{reworded}}}},
			[]line{{"New blocker", "Still nothing is built.", trouble}, {"Gone: blocker", "Nothing is built.", removed}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := milestone("noble/beta", tt.old, tt.now)
			if diff := cmp.Diff(tt.want, got.Lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSameChangeIsToldOnce: of three products or more, and of findings never.
func TestSameChangeIsToldOnce(t *testing.T) {
	t.Parallel()
	const ready = "testing → ready"
	s := subject{Lines: []line{
		{"A", ready, changed},
		{"", "testing → released", changed},
		{"B", ready, changed},
		{"C", "is new", added},
		{"D", ready, changed},
		{"E", "is new", added},
		{"New blocker", "It is late.", trouble},
		{"New blocker", "It is late.", trouble},
		{"New blocker", "It is late.", trouble},
	}}
	late := told{line: line{"New blocker", "It is late.", trouble}}
	want := []told{
		{line{"3 products", ready, changed}, []string{"A", "B", "D"}},
		{line: line{"", "testing → released", changed}},
		{line: line{"C", "is new", added}},
		{line: line{"E", "is new", added}},
		late, late, late,
	}
	if diff := cmp.Diff(want, s.Told(), cmp.AllowUnexported(told{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	c := &changes{files: []fileChange{
		{"images/index.html", changed},
		{"images/full/hour/index.html", changed},
		{"images/full/new/index.html", added},
		{"images/full/old/index.html", removed},
		{"images/full/same/index.html", changed},
		{"noble/index.html", added},
	}}
	c.did = map[string]string{"images/full/hour/index.html": changed, "images/full/same/index.html": changed}
	c.around = func() around { return around{pages: map[string]bool{"images/full/hour/index.html": true}} }
	got := c.directories()
	want := subject{"Directories of images", "/images/", []line{
		{"full/new", "has a page now", added}, {"full/old", "has no page any more", removed}, {"full/same", "other details changed", changed},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPublishingAdds: what publishing adds to a site is not told to go.
func TestPublishingAdds(t *testing.T) {
	t.Parallel()
	sums := map[string]string{"gone/index.html": "1"}
	for _, name := range []string{
		"SHA256SUMS", "SHA256SUMS.gpg", "release.json", "release.json.gpg", "assets/style-1.css",
		"trees/full/streams/v1/index.sjson", "trees/full/streams/v1/com.example:a.sjson",
	} {
		sums[name] = "1"
	}
	c := compareSites(&published{sums: sums}, &generator.BuiltSite{})
	if diff := cmp.Diff([]fileChange{{"gone/index.html", removed}}, c.files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
