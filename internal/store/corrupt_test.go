package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestCorruptRecord: a record of written files that is damaged is done without. Our
// own files are ours all the same, and what a person wrote is still kept.
func TestCorruptRecord(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(at string) error{
		"nonsense":  func(at string) error { return os.WriteFile(at, []byte("nonsense"), 0o644) },
		"cut":       func(at string) error { return os.Truncate(at, 100) },
		"empty":     func(at string) error { return os.Truncate(at, 0) },
		"of no use": func(at string) error { return os.WriteFile(at, []byte("[files]\na = 1\n"), 0o644) },
		"no table":  func(at string) error { return os.WriteFile(at, []byte("files = \"x\"\n"), 0o644) },
		"large":     func(at string) error { return os.Truncate(at, maxWritten+1) },
		"binary":    func(at string) error { return os.WriteFile(at, []byte{0, 0xff, 0xfe}, 0o644) },
		"hidden in it": func(at string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(at), ".written.toml.next"), []byte("x"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			commit(t, w, sample("a", "1", "beta"), event("a", 1))
			closed(t, w)
			if err := damage(filepath.Join(st, writtenName)); err != nil {
				t.Fatal(err)
			}
			w = open(t, data, st)
			if r := commit(t, w, sample("a", "2", "beta"), event("a", 2)); len(r.Edited) > 0 {
				t.Errorf("our own files were taken for a person's: %v", r.Edited)
			}
			write(t, filepath.Join(data, "a/products.toml"), "mine")
			closed(t, w)
			w = open(t, data, st)
			if r := commit(t, w, sample("a", "2", "beta")); len(r.Edited) != 1 {
				t.Errorf("told %v", r.Edited)
			}
		})
	}
}

// TestRecordInTheWay: something that cannot be a record is an error with its place.
func TestRecordInTheWay(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	closed(t, open(t, data, st))
	write(t, filepath.Join(st, writtenName, "x"), "mine")
	if w, err := Open(t.Context(), data, st); err == nil || !strings.Contains(err.Error(), filepath.Join(st, writtenName)) {
		t.Errorf("error %v", errors.Join(err, w.Close()))
	}
}

// TestCorruptKept: an answer that is kept aside and was damaged is an error for those
// who want it, and keeps nobody from holding another, or from dropping it.
func TestCorruptKept(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(held string) error{
		"nonsense": func(held string) error { return os.WriteFile(filepath.Join(held, keptName), []byte("nonsense"), 0o644) },
		"facts": func(held string) error {
			return os.WriteFile(filepath.Join(held, "products.toml"), []byte("nonsense"), 0o644)
		},
		"huge":            func(held string) error { return os.Truncate(filepath.Join(held, "products.toml"), maxFile+1) },
		"a strange file":  func(held string) error { return os.WriteFile(filepath.Join(held, "mine.toml"), nil, 0o644) },
		"a file in place": func(held string) error { return errors.Join(os.RemoveAll(held), os.WriteFile(held, nil, 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			want := Kept{Facts: sample("a", "1", "beta")}
			if _, err := w.Hold("a", want); err != nil {
				t.Fatal(err)
			}
			held := filepath.Join(st, heldDir, "a")
			if err := damage(held); err != nil {
				t.Fatal(err)
			}
			if k, err := w.Kept("a"); name != "a file in place" && (err == nil || !strings.Contains(err.Error(), held)) {
				t.Errorf("kept %v, error %v", k, err)
			}
			commit(t, w, sample("a", "1"))
			if _, err := w.Hold("a", want); err != nil {
				t.Fatal(err)
			}
			if k, err := w.Kept("a"); err != nil || k == nil || !cmp.Equal(want.Facts, k.Facts) {
				t.Errorf("kept %v, error %v", k, err)
			}
			if err := damage(held); err != nil {
				t.Fatal(err)
			}
			if err := w.Drop("a"); err != nil {
				t.Error(err)
			}
			if k, err := w.Kept("a"); k != nil || err != nil {
				t.Errorf("kept %v, error %v", k, err)
			}
		})
	}
}

// TestHoldOnBadDisk: an error at any change leaves the old answer, the new one, or
// none; never one that passes for another.
func TestHoldOnBadDisk(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	first, second := Kept{Facts: sample("a", "1", "beta")}, Kept{Facts: sample("a", "2")}
	seen := map[string]int{}
	for nth, hit := 1, true; hit; nth++ {
		digest, err := w.Hold("a", first)
		if err != nil {
			t.Fatal(err)
		}
		f := (&faults{left: nth, err: errCrash}).on(w)
		_, err = w.Hold("a", second)
		if hit = f.hit != ""; hit != errors.Is(err, errCrash) {
			t.Fatalf("change %d: error %v", nth, err)
		}
		w.disk.fault = faultless
		switch k, err := w.Kept("a"); {
		case err != nil:
			t.Fatalf("change %d: %v", nth, err)
		case k == nil:
			seen["none"]++
		case k.Digest == digest && cmp.Equal(first.Facts, k.Facts):
			seen["old"]++
		case k.Digest != digest && cmp.Equal(second.Facts, k.Facts):
			seen["new"]++
		default:
			t.Errorf("change %d: kept %v", nth, k)
		}
	}
	t.Logf("kept after errors: %v", seen)
	if seen["old"] < 5 || seen["new"] < 1 {
		t.Errorf("kept after errors: %v", seen)
	}
}

// TestBroken: mistakes are those of the last reading of each source.
func TestBroken(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	for _, name := range []string{"a", "b"} {
		commit(t, w, sample(name, "1", "beta"))
		write(t, filepath.Join(data, name, "products.toml"), strings.Repeat("[[product]]\nslug = 1\n", 100))
	}
	read := func(name string, want ...string) {
		t.Helper()
		facts, err := w.Facts(name)
		if err != nil || len(facts.Series) != 1 {
			t.Errorf("facts %v, error %v", facts, err)
		}
		var got []string
		for _, p := range w.Broken() {
			if below, _ := filepath.Rel(w.Dir(), p.File); len(got) == 0 || got[len(got)-1] != below {
				got = append(got, below)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", name, diff)
		}
	}
	if len(w.Broken()) > 0 {
		t.Errorf("broken before anything was read: %v", w.Broken())
	}
	read("b", "b/products.toml")
	read("a", "a/products.toml", "b/products.toml")
	if n := len(w.Broken()); n != 2*someProblems {
		t.Errorf("%d problems", n)
	}
	write(t, filepath.Join(data, "b/products.toml"), "")
	read("b", "a/products.toml")
	commit(t, w, sample("a", "1", "beta"))
	if len(w.Broken()) > 0 {
		t.Errorf("broken after it was written: %v", w.Broken())
	}
	if _, err := w.Facts("../a"); err == nil {
		t.Error("facts of a path")
	}
	if got := w.State("c"); !cmp.Equal(release.SourceState{Name: "c"}, got) {
		t.Errorf("state of a source that is not there: %v", got)
	}
}
