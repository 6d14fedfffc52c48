package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// place is a data and a state directory that do not exist yet.
func place(t testing.TB) (data, state string) {
	t.Helper()
	dir := t.TempDir()
	return filepath.Join(dir, "data"), filepath.Join(dir, "state")
}

func open(t testing.TB, data, state string) *Writer {
	t.Helper()
	w, err := Open(t.Context(), data, state)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func closed(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, w *Writer, facts *release.Facts, events ...release.Event) Result {
	t.Helper()
	r, err := w.Commit(t.Context(), state(facts.Source), facts, events...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func state(name string) release.SourceState {
	return release.SourceState{Name: name, Kind: "tree", Address: "https://example.org"}
}

// sample is a small source: n milestones with a build each, and some images.
func sample(source, buildID string, milestones ...string) *release.Facts {
	f := &release.Facts{Source: source}
	f.Products = []release.Product{{Slug: "kubuntu", Title: "Kubuntu"}}
	f.Series = []release.Series{{Slug: "noble", Title: "Noble"}}
	for _, slug := range milestones {
		f.Milestones = append(f.Milestones, release.Milestone{
			Series: "noble", Slug: slug, Title: "Noble " + slug, Kind: release.KindRelease,
			Entries: []release.Entry{{Product: "kubuntu", BuildID: buildID, State: release.StateReady}},
		})
	}
	f.Images = []release.Image{{Series: "noble", Project: "kubuntu", Dir: "d/" + buildID, Name: "noble-desktop-amd64", Kind: release.ImageDaily}}
	return f
}

// contents are all files of a directory that a reader would see, without the
// writer's own.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ownDir {
			return fs.SkipDir
		}
		if name, _ := filepath.Rel(dir, path); !d.IsDir() {
			text, err := os.ReadFile(path)
			files[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("b", "1", "beta"))
	first := commit(t, w, sample("a", "20260401", "alpha", "beta"))
	want := []string{"a/images/noble/kubuntu.toml", "a/milestones/noble/alpha.toml", "a/milestones/noble/beta.toml", "a/products.toml", "a/series/noble.toml"}
	if diff := cmp.Diff(want, first.Changed); diff != "" {
		t.Errorf("first commit (-want +got):\n%s", diff)
	}
	old := time.Unix(1e9, 0)
	for _, name := range want {
		if err := os.Chtimes(filepath.Join(data, name), old, old); err != nil {
			t.Fatal(err)
		}
	}

	next := sample("a", "20260402", "beta")
	next.Images, next.Milestones[0].Entries[0].BuildID = nil, "20260401"
	second := commit(t, w, next)
	want = []string{"a/images/noble/kubuntu.toml", "a/milestones/noble/alpha.toml"}
	if diff := cmp.Diff(Result{Changed: want}, second); diff != "" {
		t.Errorf("second commit (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(data, "a/milestones/noble/beta.toml")); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("an unchanged file was touched: %v, %v", info.ModTime(), err)
	}
	if _, err := os.Stat(filepath.Join(data, "a/images")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder is still there: %v", err)
	}

	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	wantSources := []release.SourceFacts{{State: state("a"), Facts: next}, {State: state("b"), Facts: sample("b", "1", "beta")}}
	if diff := cmp.Diff(&Snapshot{Sources: wantSources}, s); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
	if third := commit(t, w, next); len(third.Changed) > 0 {
		t.Errorf("nothing is new, and yet changed: %v", third.Changed)
	}
}

// TestFiles shows what is on disk, to the byte.
func TestFiles(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	size := int64(5)
	f := sample("a", "20260401")
	f.Images[0].Files = []release.File{{Name: "x.iso", Type: "iso", Main: true, Size: &size, Modified: time.Date(2026, 4, 1, 14, 0, 0, 0, time.FixedZone("", 7200))}}
	f.Directories = []release.Directory{{Series: "noble", Project: "kubuntu", Path: "d/20260401", Kind: release.DirectoryDated, Aliases: []string{"d/current"}}}
	f.Directories[0].Signature = &release.Signature{State: release.SignatureGood, Made: time.Date(2026, 4, 1, 14, 0, 0, 0, time.FixedZone("", 7200))}
	s := state("a")
	s.Attempt = time.Date(2026, 4, 1, 12, 30, 0, 0, time.UTC)
	s.Problems = []release.Problem{{Rule: "listing", Text: "no listing"}}
	if _, err := w.Commit(t.Context(), s, f); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"sources.toml": `# How it stands with each source, kept by shiplist agent: edits are overwritten.

[[source]]
name = "a"
kind = "tree"
address = "https://example.org"
attempt = 2026-04-01T12:30:00Z

[[source.problem]]
rule = "listing"
text = "no listing"
`,
		"a/products.toml": `# Facts of the source "a", kept by shiplist agent: edits are overwritten.

[[product]]
slug = "kubuntu"
title = "Kubuntu"
`,
		"a/series/noble.toml": `# Facts of the source "a", kept by shiplist agent: edits are overwritten.

slug = "noble"
title = "Noble"
`,
		"a/images/noble/kubuntu.toml": `# Facts of the source "a", kept by shiplist agent: edits are overwritten.

[[directory]]
series = "noble"
project = "kubuntu"
path = "d/20260401"
kind = "dated"
aliases = ["d/current"]

[directory.signature]
state = "good"
made = 2026-04-01T12:00:00Z

[[image]]
series = "noble"
project = "kubuntu"
dir = "d/20260401"
name = "noble-desktop-amd64"
kind = "daily"

[[image.file]]
name = "x.iso"
type = "iso"
main = true
size = 5
modified = 2026-04-01T12:00:00Z
`,
	}
	if diff := cmp.Diff(want, contents(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestStateOnly: a failed poll leaves the facts of its source alone.
func TestStateOnly(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	before := contents(t, data)
	failed := state("a")
	failed.Error = "502 Bad Gateway"
	if r, err := w.Commit(t.Context(), failed, nil); err != nil || len(r.Changed) > 0 {
		t.Fatalf("changed %v, error %v", r.Changed, err)
	}
	after := contents(t, data)
	if !strings.Contains(after[sourcesFile], `error = "502 Bad Gateway"`) {
		t.Errorf("sources.toml does not say what went wrong:\n%s", after[sourcesFile])
	}
	after[sourcesFile] = before[sourcesFile]
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestRetire(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	want := contents(t, data)
	commit(t, w, sample("b", "1", "beta"))
	r, err := w.Retire(t.Context(), "b")
	if err != nil || len(r.Changed) != 4 {
		t.Fatalf("changed %v, error %v", r.Changed, err)
	}
	if diff := cmp.Diff(want, contents(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(data, "b")); err == nil {
		t.Error("the folder is still there")
	}
}

// TestNotStored: facts that could not be read again are not written.
func TestNotStored(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	before := contents(t, data)
	for _, tt := range []struct {
		source string
		facts  *release.Facts
		want   string
	}{
		{"a", &release.Facts{Products: []release.Product{{Title: "x"}}}, "facts that cannot be stored: a/products.toml:3:3: product[0].slug: missing"},
		{"a", &release.Facts{Series: []release.Series{{Slug: "../../x"}}}, "facts that cannot be stored: series: "},
		{"../a", &release.Facts{}, `"../a" cannot be the name of a source`},
		{"changes", &release.Facts{}, `"changes" cannot be the name of a source`},
		{"sources.toml", &release.Facts{}, `"sources.toml" cannot be the name of a source`},
	} {
		if _, err := w.Commit(t.Context(), state(tt.source), tt.facts); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
	if diff := cmp.Diff(before, contents(t, data)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "photos/holiday.jpg"), "x")
	write(t, filepath.Join(dir, "file"), "x")
	for _, tt := range []struct{ data, state, want string }{
		{"photos", "state", "holds files (holiday.jpg) but no sources.toml, so it is not a data directory, and nothing in it was touched; set [store] data to a new or empty directory"},
		{"file", "state", "not a directory"},
		{"data", "data", "must not hold each other; set [store] data and state to different places"},
		{"data", "data/state", "must not hold each other"},
		{"state/data", "state", "must not hold each other"},
	} {
		_, err := Open(t.Context(), filepath.Join(dir, tt.data), filepath.Join(dir, tt.state))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, %s: error %v, want %s", tt.data, tt.state, err, tt.want)
		}
	}
	if diff := cmp.Diff(map[string]string{"photos/holiday.jpg": "x", "file": "x"}, contents(t, dir)); diff != "" {
		t.Errorf("something was touched (-want +got):\n%s", diff)
	}
}

// TestOpenTakes: an empty directory, one with version control, and a copy of a data
// directory without its hidden folder are fine.
func TestOpenTakes(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"empty": "", "git": ".git/HEAD", "copy": sourcesFile} {
		data, st := place(t)
		if err := os.Mkdir(data, 0o755); err != nil {
			t.Fatal(err)
		}
		if file != "" {
			write(t, filepath.Join(data, file), "")
		}
		w, err := Open(t.Context(), data, st)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		closed(t, w)
	}
}

func TestOneWriter(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	for _, other := range []string{st, st + "2"} {
		_, err := Open(t.Context(), data, other)
		var held *HeldError
		if !errors.As(err, &held) || held.PID != os.Getpid() || !strings.Contains(err.Error(), fmt.Sprintf("in use by another agent (process %d)", os.Getpid())) {
			t.Errorf("state %s: error %v", other, err)
		}
	}
	if _, err := Open(t.Context(), data+"2", st); err == nil {
		t.Error("two writers share a state directory")
	}
	closed(t, w)
	closed(t, open(t, data, st))
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "x")
	for name, want := range map[string]string{
		"none": "there is no data directory " + filepath.Join(dir, "none") + " yet; run `shiplist agent --once` to fill it",
		".":    "has no sources.toml; run `shiplist agent --once` to fill it",
		"file": "not a directory",
	} {
		if _, err := Load(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
}

// TestLoadBroken: all mistakes are told, and the rest is still there.
func TestLoadBroken(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "alpha", "beta"))
	closed(t, w)
	write(t, filepath.Join(data, "a/milestones/noble/beta.toml"), "nonsense\n")
	write(t, filepath.Join(data, "a/products.toml"), "[[product]]\nslug = 1\n")
	s, err := Load(data)
	want := data + "/a/milestones/noble/beta.toml:1:9: not TOML: expected '.' or '=', but got '\\n' instead\n" +
		data + "/a/products.toml:2:1: product[0].slug: 1 is not text in quotes"
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	facts := sample("a", "1", "alpha")
	facts.Products = nil
	if diff := cmp.Diff(facts, s.Source("a").Facts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.Source("b") != nil {
		t.Error("a source that is not there was found")
	}
}

// TestStrangers: what does not belong is neither read, nor removed, nor forgotten.
func TestStrangers(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	strange := map[string]string{
		"README": "x", "a/notes.txt": "x", "a/series/noble/x.toml": "x", "b/products.toml": "x", "a/Photos/x.jpg": "x",
		"a/products.toml.edited": "x", "a/.hidden": "x", "changes/2026-11.toml": "x", ".git/HEAD": "x",
	}
	for name, text := range strange {
		write(t, filepath.Join(data, name), text)
	}
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"README", "a/Photos", "a/notes.txt", "a/series/noble/x.toml", "b"}, s.Strangers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	commit(t, w, sample("a", "2"))
	got := contents(t, data)
	for name := range strange {
		if got[name] != "x" {
			t.Errorf("%s is gone", name)
		}
	}
}

// TestReadOnly: a data directory that cannot be written to can be read.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "beta"))
	closed(t, w)
	copied := filepath.Join(t.TempDir(), "copy") // as from version control: no lock
	if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(copied, ownDir)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{data, copied} {
		chmod(t, dir, 0o555)
		s, err := Load(dir)
		if err != nil || len(s.Sources) != 1 {
			t.Errorf("%v", err)
		}
		chmod(t, dir, 0o755)
	}
	if _, err := os.Stat(filepath.Join(copied, ownDir)); err == nil {
		t.Error("reading left something behind")
	}
}

// chmod changes a directory and the writer's own folder in it. It says nothing to
// root, for whom the test is about the missing lock alone.
func chmod(t *testing.T, dir string, mode fs.FileMode) {
	t.Helper()
	for _, name := range []string{dir, filepath.Join(dir, ownDir)} {
		if err := os.Chmod(name, mode); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}
