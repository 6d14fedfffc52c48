package store

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// keeping is a writer that has committed and read facts that are kept, in two files.
func keeping(t *testing.T) (w *Writer, data, st string, facts *release.Facts) {
	t.Helper()
	data, st = place(t)
	w = open(t, data, st)
	facts = largeFacts("full")
	commit(t, w, facts)
	if got := ask(t, w); cmp.Diff(facts, got) != "" || len(w.keeper.read("full")) != 2 {
		t.Fatalf("%d files kept; facts (-want +got):\n%s", len(w.keeper.read("full")), cmp.Diff(facts, got))
	}
	return w, data, st, facts
}

// largeFacts are large enough to be kept: images of two projects.
func largeFacts(source string) *release.Facts {
	f := &release.Facts{Source: source}
	for n := range 1000 {
		image := release.Image{Series: "noble", Project: fmt.Sprintf("project%d", n%2), Name: fmt.Sprintf("image%d", n), Dir: "dir"}
		for i := range 2 {
			size := int64(n * i)
			image.Files = append(image.Files, release.File{Name: fmt.Sprintf("%d.iso", i), Size: &size, SHA256: strings.Repeat("0", 64), Modified: time.Unix(1.7e9, 0).UTC()})
		}
		f.Images = append(f.Images, image)
	}
	f.Sort()
	return f
}

func ask(t *testing.T, w *Writer) *release.Facts {
	t.Helper()
	facts, err := w.Facts("full")
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// TestKeepFacts: facts that were read are not decoded again, and are those that were read.
func TestKeepFacts(t *testing.T) {
	t.Parallel()
	w, _, _, facts := keeping(t)
	// What is kept is believed, so other facts come from there alone.
	files := w.keeper.read("full")
	files["full/images/noble/project0.toml"].Facts.Images[0].Version = "kept"
	var list []keptFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, *files[name])
	}
	if err := w.keeper.write("full", list); err != nil {
		t.Fatal(err)
	}
	facts.Images[0].Version = "kept"
	for range 2 {
		got := ask(t, w)
		if diff := cmp.Diff(facts, got); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
		got.Images[0].Files[0].Name = "changed by whoever got it"
	}
}

// TestKeepEdited: whatever becomes of a data file is seen at once, even where size and
// time stay the same.
func TestKeepEdited(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		do     func(at string) error
		images int
		broken bool
	}{
		{"edited", func(at string) error { return replaceIn(at, "image0", "imageX") }, 1000, false},
		{"damaged", func(at string) error { return replaceIn(at, `"image0"`, `"image0 `) }, 500, true},
		{"removed", os.Remove, 500, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, data, _, facts := keeping(t)
			if err := tt.do(filepath.Join(data, "full/images/noble/project0.toml")); err != nil {
				t.Fatal(err)
			}
			got := ask(t, w)
			if len(got.Images) != tt.images || (len(w.Broken()) > 0) != tt.broken || cmp.Equal(got, facts) {
				t.Errorf("%d images, broken %v, the same: %v", len(got.Images), w.Broken(), cmp.Equal(got, facts))
			}
			if commit(t, w, facts); cmp.Diff(facts, ask(t, w)) != "" || len(w.Broken()) > 0 {
				t.Errorf("after a commit: broken %v, facts (-want +got):\n%s", w.Broken(), cmp.Diff(facts, ask(t, w)))
			}
		})
	}
}

// replaceIn changes a file and keeps its time of modification.
func replaceIn(at, old, new string) error {
	info, err := os.Stat(at)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(at, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
		return err
	}
	return os.Chtimes(at, info.ModTime(), info.ModTime())
}

// TestKeepDamaged: what cannot be what was written is not believed, and written again.
func TestKeepDamaged(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(at string) error{
		"changed":      func(at string) error { return replaceIn(at, "image0", "imageX") },
		"another form": func(at string) error { return replaceIn(at, "shiplist facts 1", "shiplist facts 0") },
		"cut":          func(at string) error { return os.Truncate(at, 1000) },
		"empty":        func(at string) error { return os.Truncate(at, 0) },
		"removed":      os.Remove,
		"folder":       func(at string) error { return os.RemoveAll(filepath.Dir(at)) },
		"all":          func(at string) error { return os.RemoveAll(filepath.Dir(filepath.Dir(at))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, data, st, facts := keeping(t)
			if err := do(w.keeper.name("full")); err != nil {
				t.Fatal(err)
			}
			if len(w.keeper.read("full")) > 0 {
				t.Error("it is believed")
			}
			if s, err := NewReader(data, st).Load(); err != nil || cmp.Diff(facts, s.Source("full").Facts) != "" {
				t.Errorf("%v; facts (-want +got):\n%s", err, cmp.Diff(facts, s.Source("full").Facts))
			}
			if len(w.keeper.read("full")) != 2 {
				t.Error("a reader does not keep them again")
			}
			if diff := cmp.Diff(facts, ask(t, w)); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeepLeaves: what is kept goes with its source and stays when the process ends; what is of
// no use to anybody goes at the next start.
func TestKeepLeaves(t *testing.T) {
	t.Parallel()
	w, data, st, _ := keeping(t)
	there := func(when string, want ...string) {
		t.Helper()
		var names []string
		left, _ := filepath.Glob(filepath.Join(st, factsDir, "*"))
		for _, at := range left {
			names = append(names, filepath.Base(at))
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s there is %q", when, names)
		}
	}
	if _, err := w.Retire(t.Context(), "full"); err != nil {
		t.Fatal(err)
	}
	there("after the source has gone")
	if len(w.encoded) > 0 {
		t.Errorf("the writer knows %d", len(w.encoded))
	}
	commit(t, w, largeFacts("full"))
	ask(t, w)
	closed(t, w)
	there("after the end", "full.gob")
	write(t, filepath.Join(st, factsDir, "full.packed"), "x")
	write(t, filepath.Join(st, factsDir, "full.123.new"), "x")
	open(t, data, st)
	there("after a new start", "full.gob")
}

// TestKeepNowhere: where nothing can be kept, facts are read.
func TestKeepNowhere(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	facts := largeFacts("full")
	commit(t, w, facts)
	write(t, filepath.Join(st, factsDir), "not a folder")
	for range 2 {
		if diff := cmp.Diff(facts, ask(t, w)); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
	}
	s, err := NewReader(data, filepath.Join(st, factsDir, "below a file")).Load()
	if err != nil || cmp.Diff(facts, s.Source("full").Facts) != "" {
		t.Errorf("%v; facts (-want +got):\n%s", err, cmp.Diff(facts, s.Source("full").Facts))
	}
}

// TestCommitUnchanged: files of facts that are the same are not encoded, and are kept
// true all the same.
func TestCommitUnchanged(t *testing.T) {
	t.Parallel()
	const name = "full/images/noble/project0.toml"
	for _, tt := range []struct {
		name    string
		do      func(at string, f *release.Facts) error
		changed []string
		edited  bool
	}{
		{"nothing", func(string, *release.Facts) error { return nil }, nil, false},
		{"edited", func(at string, _ *release.Facts) error { return replaceIn(at, "image0", "imageX") }, []string{name}, true},
		{"other words", func(at string, _ *release.Facts) error { return replaceIn(at, " = ", "  = ") }, []string{name}, true},
		{"removed", func(at string, _ *release.Facts) error { return os.Remove(at) }, []string{name}, false},
		{"size not known", func(_ string, f *release.Facts) error { f.Images[0].Files[0].Size = nil; return nil }, []string{name}, false},
		{"another zone", func(_ string, f *release.Facts) error {
			f.Images[0].Files[0].Modified = f.Images[0].Files[0].Modified.In(time.FixedZone("", 1e9))
			return nil
		}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, data, _, _ := keeping(t)
			whole := contents(t, data)
			facts := largeFacts("full")
			if err := tt.do(filepath.Join(data, name), facts); err != nil {
				t.Fatal(err)
			}
			s := state("full")
			r, err := w.Commit(t.Context(), s, facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.changed, r.Changed); diff != "" || (len(r.Edited) > 0) != tt.edited {
				t.Errorf("edited %v, changed (-want +got):\n%s", r.Edited, diff)
			}
			want, err := Files("full", facts)
			if err != nil {
				t.Fatal(err)
			}
			now := contents(t, data)
			for below, text := range want {
				if now["full/"+below] != string(text) {
					t.Errorf("%s is not what its facts are", below)
				}
			}
			if (now[name] == whole[name]) != (tt.name != "size not known") {
				t.Error("it is as it was")
			}
		})
	}
}
