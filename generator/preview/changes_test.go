package preview

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestWords: what changes about a milestone, line by line.
func TestWords(t *testing.T) {
	t.Parallel()
	kubuntu := row{Product: "k", Title: "Kubuntu", State: "testing", BuildID: "1", Intended: true, Bugs: []string{"7"}}
	with := func(change func(*row)) row { r := kubuntu; change(&r); return r }
	blocker := finding{"no-build", "blocker", "Nothing is built."}
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
			"findings", &facts{Findings: []finding{{"a", "note", "Old."}}},
			&facts{Findings: []finding{blocker}, Rows: []row{with(func(r *row) { r.Findings = []finding{blocker} })}},
			[]line{{"Kubuntu", "is added: testing, build 1", added}, {"New blocker", "Nothing is built.", trouble}, {"Gone: note", "Old.", removed}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := milestone(fileChange{"noble/beta/manifest.json", changed}, tt.old, tt.now)
			if diff := cmp.Diff(tt.want, got.Lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	got := directories([]fileChange{
		{"images/index.html", changed}, {"images/full/noble/index.html", added}, {"images/full/old/index.html", removed}, {"noble/index.html", added},
	})
	want := []subject{{"Directories of images", "/images/", []line{{"full/noble", "has a page now", added}, {"full/old", "has no page any more", removed}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
