package headers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/owned"
)

func text(name, content string) File {
	sum := sha256.Sum256([]byte(content))
	return File{name, []byte(content), hex.EncodeToString(sum[:])}
}

// put writes some directories and returns what became of them.
func put(t *testing.T, dir string, all map[string][]File) Result {
	t.Helper()
	d, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	for name, files := range all {
		if err := d.Put(name, files); err != nil {
			t.Fatal(err)
		}
	}
	res, err := d.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// tree lists the files below a directory with their contents, without our own.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		switch {
		case err != nil || rel == "." || rel == markerFile || rel == owned.LockFile:
		case e.IsDir():
			all[rel+"/"] = ""
		default:
			content, err := os.ReadFile(name)
			all[rel] = string(content)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "headers")
	first := map[string][]File{
		"full/a/release":          {text("HEADER.html", "a"), text(".htaccess", "x")},
		"full/a/release/inteliot": {text("HEADER.html", "i")},
		"simple/noble":            {text("HEADER.html", "n")},
	}
	res := put(t, dir, first)
	if res.Directories != 3 || res.Files != 4 || res.Written != 4 || res.Removed != 0 {
		t.Errorf("first: %+v", res)
	}
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"full/a/release/HEADER.html", "full/a/release/.htaccess"} {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	again := put(t, dir, first)
	if again.Written+again.Removed != 0 || again.Digest != res.Digest {
		t.Errorf("again: %+v", again)
	}
	// Somebody's own file stays, with the directory in which it lies.
	if err := os.WriteFile(filepath.Join(dir, "full/a/release/inteliot/README"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	changed := put(t, dir, map[string][]File{"full/a/release": {text("HEADER.html", "b"), text(".htaccess", "x")}})
	if changed.Written != 1 || changed.Removed != 2 || changed.Files != 2 {
		t.Errorf("changed: %+v", changed)
	}
	want := map[string]string{
		"full/": "", "full/a/": "", "full/a/release/": "", "full/a/release/HEADER.html": "b", "full/a/release/.htaccess": "x",
		"full/a/release/inteliot/": "", "full/a/release/inteliot/README": "mine",
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "full/a/release/.htaccess")); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("an unchanged file has a new time: %v, %v", info.ModTime(), err)
	}
	if digest, err := Digest(dir); err != nil || digest != changed.Digest || digest == res.Digest {
		t.Errorf("digest %s, %v; want %s", digest, err, changed.Digest)
	}
	if gone := put(t, dir, nil); gone.Removed != 2 || gone.Files != 0 {
		t.Errorf("without any: %+v", gone)
	}
}

func TestAlteredFileIsMended(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	all := map[string][]File{"full/a": {text("HEADER.html", "right")}}
	put(t, dir, all)
	name := filepath.Join(dir, "full/a/HEADER.html")
	for _, wrong := range []string{"wrong", "longer than it was", ""} {
		if err := os.WriteFile(name, []byte(wrong), 0o644); err != nil {
			t.Fatal(err)
		}
		if res := put(t, dir, all); res.Written != 1 {
			t.Errorf("%q: %+v", wrong, res)
		}
		if got, err := os.ReadFile(name); string(got) != "right" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestCutShort: what a run that was cut short wrote is known to be ours, and the next
// one ends it.
func TestCutShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string][]File{"full/a": {text("HEADER.html", "a")}})
	before, err := Digest(dir)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put("full/b", []File{text("HEADER.html", "b")}); err != nil {
		t.Fatal(err)
	}
	if err := d.owe(); err != nil {
		t.Fatal(err)
	}
	if err := d.place(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.root.Close(), d.lock.Close()); err != nil { // as the end of the process does
		t.Fatal(err)
	}
	if now, err := Digest(dir); err != nil || now == before {
		t.Errorf("digest %s, %v: a run that was cut short looks like a whole one", now, err)
	}
	if res := put(t, dir, map[string][]File{"full/a": {text("HEADER.html", "a")}}); res.Removed != 1 || res.Digest != before {
		t.Errorf("%+v, want digest %s", res, before)
	}
	if left := tree(t, dir); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") || !strings.Contains(err.Error(), "[site] headers") {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
}

// TestNothingOutside: a link that leads out of the directory is not followed.
func TestNothingOutside(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	put(t, dir, nil)
	if err := os.Symlink(outside, filepath.Join(dir, "full")); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Put("full/a", []File{text("HEADER.html", "a")})
	if err == nil {
		_, err = d.Finish()
	}
	if err == nil {
		t.Error("no error")
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 0 {
		t.Errorf("outside: %v", entries)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	names := []string{"HEADER.html", ".htaccess"}
	for dir, want := range map[string]bool{
		"full/ubuntu/releases/noble/release": true, "full/odd/%2e%2e/a b+c~d": true, "full/24.04": true,
		"": false, ".": false, "full/../x": false, "/full": false, "full//x": false, "full/x/": false, "full/a\nb": false,
		"full/HEADER.html/x": false, "full/.htaccess": false, `full\x`: false, "full/a\xff": false, "full/" + strings.Repeat("x", 256): false,
	} {
		if got := Fits(dir, names...); got != want {
			t.Errorf("Fits(%q) = %v, want %v", dir, got, want)
		}
	}
}

// FuzzMarker: whatever stands in the list, nothing outside is called ours, and what was
// written is read again.
func FuzzMarker(f *testing.F) {
	f.Add(markerText + "abc  full/a/HEADER.html\n-  full/b/.htaccess\n")
	f.Add("x  ../../etc/passwd\ny  /etc/passwd\nz  full/../../x\n")
	f.Fuzz(func(t *testing.T, marker string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, markerFile), []byte(marker), 0o644); err != nil {
			t.Fatal(err)
		}
		sums, err := readMarker(dir)
		if err != nil {
			return
		}
		for path := range sums {
			if !filepath.IsLocal(path) || slices.Contains(strings.Split(path, "/"), "..") {
				t.Errorf("%q is called ours", path)
			}
		}
		if err := writeMarker(dir, sums); err != nil {
			t.Fatal(err)
		}
		if again, err := readMarker(dir); err != nil || !cmp.Equal(sums, again) {
			t.Errorf("%v, %v; want %v", again, err, sums)
		}
	})
}

// TestNewDirectoriesBelowOthers: what is new comes to its place below what is there, what
// changed there, and what is new itself, in whatever order it is put.
func TestNewDirectoriesBelowOthers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "headers")
	put(t, dir, map[string][]File{"full/a": {text("HEADER.html", "old")}, "full/kept": {text("HEADER.html", "kept")}})
	res := put(t, dir, map[string][]File{
		"full/a": {text("HEADER.html", "new")}, "full/a/b/c": {text("HEADER.html", "below")}, "full/kept": {text("HEADER.html", "kept")},
		"full/z": {text("HEADER.html", "z")}, "full/z/y": {text("HEADER.html", "y")}, "full/z/x/w": {text("HEADER.html", "w")},
	})
	if res.Written != 5 || res.Removed != 0 {
		t.Errorf("%+v", res)
	}
	want := map[string]string{
		"full/": "", "full/a/": "", "full/a/HEADER.html": "new", "full/a/b/": "", "full/a/b/c/": "", "full/a/b/c/HEADER.html": "below",
		"full/kept/": "", "full/kept/HEADER.html": "kept", "full/z/": "", "full/z/HEADER.html": "z", "full/z/x/": "", "full/z/x/w/": "",
		"full/z/x/w/HEADER.html": "w", "full/z/y/": "", "full/z/y/HEADER.html": "y",
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
