package generator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/owned"
	"shiplist/generator/staged"
	"shiplist/internal/config"
)

// stage makes and stages the site of a picture, as Generate does.
func (s *site) stage(ctx context.Context) (Result, error) {
	made, err := s.build(ctx, NewBuilder(Options{Config: &config.Config{Site: s.config}}), 0)
	if err != nil {
		return Result{}, err
	}
	return made.Stage(ctx)
}

// textFile is a file with a fixed text.
func textFile(path, text string) madeFile {
	return madeFile{File: File{path, digestOf([]byte(text)), int64(len(text))}}
}

// stageText writes a set of one file and makes it the newest.
func stageText(t *testing.T, dir, published, path, content string) (string, bool, int) {
	t.Helper()
	w, err := newWriter(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	files := []madeFile{textFile(path, content)}
	if err := w.put(files[0], []byte(content)); err != nil {
		t.Fatal(err)
	}
	digest := digestSet(files)
	res, held, err := w.finish(t.Context(), files, staged.Record{Digest: digest}, config.Site{Output: published})
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
	return digest, res.New, res.Removed
}

func TestSameFactsSameBytes(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	first, err := prepared(t, Options{Config: c}, samplePicture(c)).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	page := filepath.Join(first.Dir, "about", "index.html")
	if err := os.Chtimes(page, long, long); err != nil {
		t.Fatal(err)
	}
	second, err := prepared(t, Options{Config: c}, samplePicture(c)).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second.Digest != first.Digest || !first.New || second.New {
		t.Errorf("second run: digest %s, new %t; first: %s, %t", second.Digest, second.New, first.Digest, first.New)
	}
	if second.Shared != second.Files {
		t.Errorf("shared %d of %d files of an unchanged site", second.Shared, second.Files)
	}
	p := samplePicture(c)
	p.Lines[0].Title += " renamed"
	third, err := prepared(t, Options{Config: c}, p).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(third.Dir, "about", "index.html"))
	if err != nil || !info.ModTime().Equal(long) {
		t.Errorf("an unchanged page has the time %v, want %v; %v", info.ModTime(), long, err)
	}
	if third.Digest == first.Digest || third.Shared == 0 || third.Shared == third.Files {
		t.Errorf("changed site: %+v", third)
	}
	latest, err := os.ReadFile(filepath.Join(c.Site.Staged, "latest"))
	if err != nil || strings.TrimSpace(string(latest)) != third.Digest {
		t.Errorf("latest = %q, want %s; %v", latest, third.Digest, err)
	}
}

func TestOldSetsGoAndThePublishedOneStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sets, public := filepath.Join(dir, "staged"), filepath.Join(dir, "public")
	var digests []string
	for i := range staged.Keep + 4 {
		digest, isNew, _ := stageText(t, sets, public, "a", fmt.Sprint(i))
		if !isNew {
			t.Fatalf("set %d is not new", i)
		}
		digests = append(digests, digest)
		if i == 1 {
			if err := os.Symlink(filepath.Join(sets, digest), public); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := append([]string{digests[1]}, digests[len(digests)-staged.Keep+1:]...)
	slices.Sort(want)
	var got []string
	entries, err := os.ReadDir(sets)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			got = append(got, e.Name())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}

func TestSetThatComesBackIsTheNewest(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "staged")
	first, _, _ := stageText(t, dir, "", "a", "1")
	stageText(t, dir, "", "a", "2")
	again, isNew, _ := stageText(t, dir, "", "a", "1")
	s, err := staged.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	kept, err := staged.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again != first || isNew || s.Newest() != first || len(kept) != 2 {
		t.Errorf("again %s, new %t, newest %s of %d, want %s", again, isNew, s.Newest(), len(kept), first)
	}
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/thesis.odt", "years of work")
	_, err := staged.Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "not made by shiplist") || !strings.Contains(err.Error(), "thesis.odt") {
		t.Errorf("error = %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("something was written there: %v", entries)
	}
}

func TestOnlyRecordedSetsAreDeleted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "staged")
	stageText(t, dir, "", "a", "0")
	foreign := filepath.Join(dir, strings.Repeat("ab", 32))
	write(t, foreign+"/mine", "x")
	write(t, dir+"/"+owned.TempPrefix+"cut-short/a", "half a set")
	for i := range staged.Keep + 3 {
		stageText(t, dir, "", "a", fmt.Sprint(i))
	}
	if _, err := os.Stat(foreign + "/mine"); err != nil {
		t.Error("a directory that was not recorded was deleted:", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, owned.TempPrefix+"*")); left != nil {
		t.Errorf("unfinished sets are left: %v", left)
	}
}

func TestFailedPageLeavesNothing(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, emptyPicture(c))
	s.texts.pages = append(s.texts.pages, s.texts.pages[0])
	_, err := s.stage(t.Context())
	if err == nil || !strings.Contains(err.Error(), "two pages for one address: /") {
		t.Errorf("error = %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.Site.Staged, owned.TempPrefix+"*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := prepared(t, Options{Config: c}, emptyPicture(c)).stage(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNamesStayInside(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "staged")
	w, err := newWriter(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range []string{"../../escape", "/etc/escape", "a/../../../escape"} {
		if err := w.put(textFile(name, "x"), []byte("x")); err == nil {
			if found, _ := filepath.Glob(filepath.Join(dir, "..", "escape")); found != nil {
				t.Errorf("%q was written outside", name)
			}
		}
	}
}

func TestTwoRunsWaitForEachOther(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "staged")
	s, err := staged.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := staged.Open(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want that of the context", err)
	}
}
