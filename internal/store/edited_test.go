package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const product = `# Facts of the source "a", kept by shiplist agent: edits are overwritten.

[[product]]
slug = "kubuntu"
title = "Kubuntu"
`

// TestEdited: what a person wrote is never lost, and our own files are never taken
// for a person's.
func TestEdited(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		loseState  bool
		next       *release.Facts
		want       map[string]string // the files beside the usual ones
	}{
		{"nonsense", "nonsense", false, sample("a", "1"), map[string]string{"a/products.toml.edited": "nonsense"}},
		{"other value", strings.Replace(product, "Kubuntu", "Mine", 1), false, sample("a", "1"), map[string]string{"a/products.toml.edited": strings.Replace(product, "Kubuntu", "Mine", 1)}},
		{"comment", product + "# mine\n", true, sample("a", "1"), map[string]string{"a/products.toml.edited": product + "# mine\n"}},
		{"nonsense, state lost", "nonsense", true, sample("a", "1"), map[string]string{"a/products.toml.edited": "nonsense"}},
		{"ours, state lost", strings.Replace(product, "Kubuntu", "Older", 1), true, sample("a", "1"), map[string]string{}},
		{"what is written anyway", product, false, sample("a", "1"), map[string]string{}},
		{"of a thing that is gone", "mine", false, &release.Facts{Source: "a", Series: sample("a", "1").Series, Images: sample("a", "1").Images}, map[string]string{"a/products.toml.edited": "mine"}},
	} {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, sample("a", "1"))
		closed(t, w)
		write(t, filepath.Join(data, "a/products.toml"), tt.text)
		if tt.loseState {
			if err := os.RemoveAll(st); err != nil {
				t.Fatal(err)
			}
		}
		w = open(t, data, st)
		r := commit(t, w, tt.next)
		if len(r.Edited) != len(tt.want) {
			t.Errorf("%s: reported %v", tt.name, r.Edited)
		}
		got := contents(t, data)
		for _, usual := range []string{sourcesFile, "a/products.toml", "a/series/noble.toml", "a/images/noble/kubuntu.toml"} {
			delete(got, usual)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestEditedAgain: an earlier copy is never overwritten, and each edit is told once.
func TestEditedAgain(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	for _, text := range []string{"first", "second", "third"} {
		write(t, filepath.Join(data, "a/products.toml"), text)
		r := commit(t, w, sample("a", "1"))
		if len(r.Edited) != 1 || r.Edited[0].Rule != "edited" || r.Edited[0].Address != "a/products.toml" {
			t.Errorf("%s: reported %v", text, r.Edited)
		}
		if problems := w.State("a").Problems; len(problems) != 1 || cmp.Diff(r.Edited, problems) != "" {
			t.Errorf("%s: sources.toml has %v", text, problems)
		}
	}
	got := contents(t, data)
	want := map[string]string{"": "first", ".2": "second", ".3": "third"}
	for suffix, text := range want {
		if got["a/products.toml.edited"+suffix] != text {
			t.Errorf("copy %q holds %q, want %q", suffix, got["a/products.toml.edited"+suffix], text)
		}
	}
	if got["a/products.toml"] != product {
		t.Errorf("the file was not written again:\n%s", got["a/products.toml"])
	}
	if r := commit(t, w, sample("a", "1")); len(r.Edited) > 0 || len(w.State("a").Problems) > 0 {
		t.Errorf("told twice: %v", r.Edited)
	}
}

// TestEditedSources: sources.toml is guarded like the rest, also when nothing but
// it is written.
func TestEditedSources(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	closed(t, w)
	write(t, filepath.Join(data, sourcesFile), "nonsense")
	w = open(t, data, st)
	if len(w.Broken()) != 1 {
		t.Errorf("broken: %v", w.Broken())
	}
	r, err := w.Commit(t.Context(), state("a"), nil)
	if err != nil || len(r.Edited) != 1 {
		t.Errorf("reported %v, error %v", r.Edited, err)
	}
	if got := contents(t, data); got[sourcesFile+".edited"] != "nonsense" || !strings.Contains(got[sourcesFile], `name = "a"`) {
		t.Errorf("files: %v", got)
	}
	s, err := Load(data)
	if err != nil || len(s.Sources) != 1 || len(s.Sources[0].Facts.Products) != 1 {
		t.Errorf("loaded %v, error %v", s, err)
	}
}

// TestFileOfAPerson: a data file that we never wrote is kept, too.
func TestFileOfAPerson(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	text := "# Facts of the source \"a\", kept by shiplist agent: edits are overwritten.\n\nslug = \"jammy\"\n"
	write(t, filepath.Join(data, "a/series/jammy.toml"), text)
	r := commit(t, w, sample("a", "1"))
	if diff := cmp.Diff([]string{"a/series/jammy.toml"}, r.Changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := contents(t, data); got["a/series/jammy.toml.edited"] != text {
		t.Errorf("files: %v", got)
	}
}

// TestStateLostForLong: after the record of written files is lost, our own files
// are still ours when they change one by one.
func TestStateLostForLong(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta", "final"))
	closed(t, w)
	if err := os.RemoveAll(st); err != nil {
		t.Fatal(err)
	}
	w = open(t, data, st)
	for _, change := range []func(f *release.Facts){
		func(f *release.Facts) { f.Products[0].Title = "New" },
		func(f *release.Facts) { f.Series[0].Title = "New" },
		func(f *release.Facts) { f.Milestones = f.Milestones[:1] },
	} {
		next := sample("a", "1", "beta", "final")
		change(next)
		if r := commit(t, w, next); len(r.Edited) > 0 {
			t.Errorf("taken for a person's: %v", r.Edited)
		}
	}
}

// TestNewerForm: a file that a newer version wrote, with keys that this one does not
// know, is kept before it is replaced.
func TestNewerForm(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	newer := product + "colour = \"red\"\n"
	write(t, filepath.Join(data, "a/products.toml"), newer)
	w.written.Files["a/products.toml"] = hash([]byte(newer))
	if r := commit(t, w, sample("a", "1")); len(r.Edited) != 1 {
		t.Errorf("reported %v", r.Edited)
	}
	if got := contents(t, data)["a/products.toml.edited"]; got != newer {
		t.Errorf("kept %q", got)
	}
}

// TestFactsWithoutEntry: what is known of a source outlives the loss of sources.toml.
func TestFactsWithoutEntry(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "nonsense", "[[source]]\nname = \"b\"\n"} {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, sample("a", "1", "beta"))
		closed(t, w)
		write(t, filepath.Join(data, sourcesFile), text)
		if text == "" {
			if err := os.Remove(filepath.Join(data, sourcesFile)); err != nil {
				t.Fatal(err)
			}
		}
		w = open(t, data, st)
		got, err := w.Facts("a")
		if diff := cmp.Diff(sample("a", "1", "beta"), got); diff != "" || err != nil {
			t.Errorf("%q, error %v (-want +got):\n%s", text, err, diff)
		}
		if f, err := w.Facts("c"); err != nil || f.Source != "c" || len(f.Products) > 0 {
			t.Errorf("facts of a source that is new: %v, error %v", f, err)
		}
		if len(w.States()) > 1 {
			t.Errorf("%q: sources %v", text, w.States())
		}
	}
}
