package store

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// recalling is a writer that has committed and read facts that it keeps, in two files.
func recalling(t *testing.T) (w *Writer, data, st string, facts *release.Facts) {
	t.Helper()
	data, st = place(t)
	w = open(t, data, st)
	facts = largeFacts("full")
	commit(t, w, facts)
	if got := ask(t, w); cmp.Diff(facts, got) != "" || len(w.memos) != 1 {
		t.Fatalf("%d memos; facts (-want +got):\n%s", len(w.memos), cmp.Diff(facts, got))
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

// TestRecall: facts that were read are not decoded again, and are those that were read.
func TestRecall(t *testing.T) {
	t.Parallel()
	w, _, _, facts := recalling(t)
	was := w.memos["full"]
	if diff := cmp.Diff(facts, w.recall("full", was.files)); diff != "" {
		t.Errorf("what is recalled (-want +got):\n%s", diff)
	}
	got := ask(t, w)
	got.Images[0].Files[0].Name = "changed by whoever got it"
	if diff := cmp.Diff(facts, ask(t, w)); diff != "" || w.memos["full"] != was {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// TestRecallEdited: whatever becomes of a data file is seen at once, even where size and
// time stay the same.
func TestRecallEdited(t *testing.T) {
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
			w, data, _, facts := recalling(t)
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

// TestRecallDamaged: nothing is believed that the writer has not written.
func TestRecallDamaged(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(at string) error{
		"changed": func(at string) error { return replaceIn(at, "image0", "imageX") },
		"cut":     func(at string) error { return os.Truncate(at, 1000) },
		"removed": os.Remove,
		"folder":  func(at string) error { return os.RemoveAll(filepath.Dir(at)) },
		"all":     func(at string) error { return os.RemoveAll(filepath.Dir(filepath.Dir(at))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, st, facts := recalling(t)
			if err := do(filepath.Join(st, factsName("full"))); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if diff := cmp.Diff(facts, ask(t, w)); diff != "" {
					t.Fatalf("facts (-want +got):\n%s", diff)
				}
			}
			if w.recall("full", w.memos["full"].files) == nil {
				t.Error("they are not kept again")
			}
		})
	}
}

// TestRecallLeavesNothing: what is kept goes with the source and with the process, and
// what another one left is not looked at.
func TestRecallLeavesNothing(t *testing.T) {
	t.Parallel()
	w, data, st, _ := recalling(t)
	kept, err := os.ReadFile(filepath.Join(st, factsName("full")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Retire(t.Context(), "full"); err != nil {
		t.Fatal(err)
	}
	there := func(when string) {
		t.Helper()
		if left, _ := filepath.Glob(filepath.Join(st, factsDir, "*")); len(left) > 0 {
			t.Errorf("%s there is %q", when, left)
		}
	}
	there("after the source has gone")
	if len(w.memos)+len(w.encoded) > 0 {
		t.Errorf("the writer knows %d, %d", len(w.memos), len(w.encoded))
	}
	commit(t, w, largeFacts("full"))
	ask(t, w)
	closed(t, w)
	there("after the end")
	write(t, filepath.Join(st, factsName("full")), string(kept))
	write(t, filepath.Join(st, factsName("other")), "x")
	open(t, data, st)
	there("after a new start")
}

// TestRecallNowhere: where nothing can be kept, facts are read.
func TestRecallNowhere(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	facts := largeFacts("full")
	commit(t, w, facts)
	write(t, filepath.Join(st, factsDir), "not a folder")
	for range 2 {
		if diff := cmp.Diff(facts, ask(t, w)); diff != "" || len(w.memos) > 0 {
			t.Errorf("%d memos; facts (-want +got):\n%s", len(w.memos), diff)
		}
	}
}

// TestPack: what is packed is the same again, field by field, and no two facts that a
// file would tell apart have one imprint.
func TestPack(t *testing.T) {
	t.Parallel()
	seen := map[imprint]string{}
	p, err := newPrinter()
	if err != nil {
		t.Fatal(err)
	}
	look := func(name string, f *release.Facts) {
		print, err := p.of(f)
		if err != nil {
			t.Fatal(err)
		}
		if other, same := seen[print]; same {
			t.Errorf("%s and %s have one imprint", name, other)
		}
		seen[print] = name
		packed, err := encodePacked(f)
		if err != nil {
			t.Fatal(err)
		}
		again, err := unpack(packed)
		if err != nil || !reflect.DeepEqual(f, again) {
			t.Errorf("%s (-want +got): %v\n%s", name, err, cmp.Diff(f, again))
		}
	}
	look("none", &release.Facts{})
	var f release.Facts
	everything(reflect.ValueOf(&f).Elem(), "", func(name string) { look(name, f.Clone()) })
	if len(seen) < 150 {
		t.Errorf("only %d facts were made", len(seen))
	}
}

// everything sets one thing after another, pointers first to zero, and tells of each.
func everything(v reflect.Value, name string, tell func(name string)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1.7e9, 5).UTC()))
			tell(name)
			return
		}
		for i := range v.NumField() {
			everything(v.Field(i), name+"."+v.Type().Field(i).Name, tell)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		tell(name)
		everything(v.Index(1), name+"[1]", tell)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		tell(name)
		everything(v.Elem(), name+"*", tell)
	case reflect.String:
		v.SetString("x")
		tell(name)
	case reflect.Bool:
		v.SetBool(true)
		tell(name)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
		tell(name)
	default:
		panic("no value for " + v.Kind().String())
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
			w, data, _, _ := recalling(t)
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
