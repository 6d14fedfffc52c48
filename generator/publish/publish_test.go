package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
	"shiplist/internal/testenv"
)

// pages are the files of a set by path.
type pages map[string]string

// start is when the tests' facts begin.
var start = time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)

// newSite is a site in a directory of its own.
func newSite(t *testing.T) Site {
	dir := t.TempDir()
	return Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 10}
}

// version are the pages of a small site; every page and the style sheet say of which, and a page which it is.
func version(n int) pages {
	mark := fmt.Sprintf("set %d\n", n)
	style := styleOf(n)
	return pages{
		"index.html": mark + style, "noble/index.html": mark + "noble " + style, "noble/beta/index.html": mark + "beta " + style,
		"about/index.html": "the same\n", style: mark,
	}
}

func styleOf(n int) string { return fmt.Sprintf("assets/style-%06d.css", n) }

// stage makes a staged set, as the generator does, and returns its digest.
func stage(t testing.TB, s Site, files pages, r staged.Record) string {
	t.Helper()
	d, err := staged.Open(t.Context(), s.Staged)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	temp, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		put(t, filepath.Join(temp, name), text)
	}
	r.Digest = digest(files)
	if _, err := d.Adopt(temp, r); err != nil {
		t.Fatal(err)
	}
	if err := d.Point(r.Digest); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prune(s.Output); err != nil {
		t.Fatal(err)
	}
	return r.Digest
}

func digest(files pages) string {
	return staged.Digest(func(yield func(path, sum string) bool) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			sum := sha256.Sum256([]byte(files[name]))
			if !yield(name, hex.EncodeToString(sum[:])) {
				return
			}
		}
	})
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// publish publishes the newest set.
func publish(t testing.TB, s Site) Result {
	t.Helper()
	res, err := Publish(t.Context(), Options{Site: s, By: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// content is what visitors see, but for the list of checksums.
func content(t *testing.T, dir string) pages {
	t.Helper()
	names, err := listFiles(dir + "/.")
	if err != nil {
		t.Fatal(err)
	}
	all := pages{}
	for _, name := range names {
		if name != sumsFile {
			all[name] = read(t, filepath.Join(dir, name))
		}
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// want asserts that visitors see a whole version, with its own files and the style
// sheets of others.
func want(t *testing.T, s Site, n int) {
	t.Helper()
	got := content(t, s.Output)
	maps.DeleteFunc(got, func(name, _ string) bool {
		return strings.HasPrefix(name, assetsDir) && name != styleOf(n)
	})
	if diff := cmp.Diff(version(n), got); diff != "" {
		t.Errorf("site (-want +got):\n%s", diff)
	}
}

// sums asserts that the list of checksums is that of all files, by the real program.
func sums(t *testing.T, dir string) {
	t.Helper()
	lines := strings.Count(read(t, filepath.Join(dir, sumsFile)), "\n")
	c := exec.CommandContext(t.Context(), testenv.Program(t, "sha256sum"), "--check", "--strict", "--quiet", sumsFile)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil || lines != len(content(t, dir)) {
		t.Errorf("%s: %d lines; sha256sum: %v\n%s", dir, lines, err, out)
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := stage(t, s, version(1), staged.Record{AsOf: start, Blockers: 3})
	first := publish(t, s)
	want(t, s, 1)
	sums(t, s.Output)
	link, err := os.Readlink(s.Output)
	if err != nil || link != "public.sets/000001-"+one[:12] {
		t.Errorf("link to %s, %v", link, err)
	}
	about := filepath.Join(s.Output, "about/index.html")
	before, err := os.Stat(about)
	if err != nil {
		t.Fatal(err)
	}
	two := stage(t, s, version(2), staged.Record{AsOf: start.Add(time.Hour)})
	second := publish(t, s)
	want(t, s, 2)
	sums(t, s.Output)
	if now, err := os.Stat(about); err != nil || !os.SameFile(before, now) {
		t.Errorf("what did not change is not the same file: %v", err)
	}
	third := publish(t, s)
	wanted := []Result{
		{Action: Published, Set: "000001-" + one[:12], Digest: one, AsOf: start, Output: s.Output, Added: 5, Blockers: 3},
		{Action: Published, Set: "000002-" + two[:12], Digest: two, From: one, AsOf: start.Add(time.Hour), Output: s.Output, Added: 1, Changed: 3, Shared: 1},
		{Action: Nothing, Set: "000002-" + two[:12], Digest: two, From: two, AsOf: start.Add(time.Hour), Output: s.Output},
	}
	if diff := cmp.Diff(wanted, []Result{first, second, third}); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// TestChangeIsSeen: servers and mirrors that look at whole seconds see that a file
// changed, whatever the time of the staged one, and however soon after.
func TestChangeIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	times := map[string]int64{}
	for n := range 4 {
		digest := stage(t, s, version(n), staged.Record{})
		at := start.Add(-time.Duration(n) * time.Hour)
		if err := os.Chtimes(filepath.Join(s.Staged, digest, "index.html"), at, at); err != nil {
			t.Fatal(err)
		}
		publish(t, s)
		want(t, s, n)
		for _, name := range []string{"index.html", "noble/index.html", sumsFile} {
			info, err := os.Stat(filepath.Join(s.Output, name))
			if err != nil || info.ModTime().Unix() <= times[name] {
				t.Fatalf("set %d: %s has the time %v, %v", n, name, info.ModTime(), err)
			}
			times[name] = info.ModTime().Unix()
		}
	}
	if late := times["index.html"]; late != start.Unix()+3 {
		t.Errorf("the third change of a page has the time %v", time.Unix(late, 0))
	}
}

// TestMirrorSeesChange: a mirror that runs rsync has what visitors see after every
// publishing and rollback, also where the staged files are of one second and of one size.
func TestMirrorSeesChange(t *testing.T) {
	t.Parallel()
	rsync := testenv.Program(t, "rsync")
	s := newSite(t)
	mirror := filepath.Join(filepath.Dir(s.Output), "mirror")
	mirrored := func(what string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), rsync, "-a", "--delete", s.Output+"/", mirror+"/").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(content(t, s.Output), content(t, mirror)); diff != "" {
			t.Errorf("%s (-site +mirror):\n%s", what, diff)
		}
		sums(t, mirror)
	}
	var digests []string
	for n := range 4 {
		digest := stage(t, s, version(n), staged.Record{})
		for name := range version(n) {
			if err := os.Chtimes(filepath.Join(s.Staged, digest, name), start, start); err != nil {
				t.Fatal(err)
			}
		}
		digests = append(digests, digest)
	}
	publishOne := func(n int) {
		t.Helper()
		if _, err := Publish(t.Context(), Options{Site: s, Digest: digests[n]}); err != nil {
			t.Fatal(err)
		}
		want(t, s, n)
		mirrored(fmt.Sprint("published ", n))
	}
	publishOne(3)
	publishOne(0)
	for n := 1; n < 3; n++ {
		if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
			t.Fatal(err)
		}
		mirrored("went back")
		publishOne(n)
	}
}

// TestChangeIsSeenAfterRollback: what was shown in between counts, too.
func TestChangeIsSeenAfterRollback(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	seen := map[string]string{} // content by name and second
	look := func() {
		t.Helper()
		for _, name := range []string{"index.html", sumsFile} {
			info, err := os.Stat(filepath.Join(s.Output, name))
			if err != nil {
				t.Fatal(err)
			}
			text := read(t, filepath.Join(s.Output, name))
			key := fmt.Sprint(name, info.ModTime().Unix())
			if old, again := seen[key]; again && old != text {
				t.Errorf("%s has the time %v of other bytes", name, info.ModTime())
			}
			seen[key] = text
		}
	}
	look()
	for n := 3; n < 6; n++ {
		if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
			t.Fatal(err)
		}
		look()
		stageAll(t, s, n, n)
		look()
	}
}

// TestOldDirectories: a directory whose names are the same keeps its time.
func TestOldDirectories(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{})
	publish(t, s)
	dir := filepath.Join(s.Output, "noble")
	if err := os.Chtimes(dir, start, start); err != nil {
		t.Fatal(err)
	}
	files := version(2)
	stage(t, s, files, staged.Record{})
	publish(t, s)
	if info, err := os.Stat(dir); err != nil || !info.ModTime().Equal(start) {
		t.Errorf("the same names: %v, %v", info.ModTime(), err)
	}
	files["noble/new.txt"] = "x"
	stage(t, s, files, staged.Record{})
	publish(t, s)
	if info, err := os.Stat(dir); err != nil || info.ModTime().Equal(start) {
		t.Errorf("a new name: %v, %v", info.ModTime(), err)
	}
}

// TestDigest: an older set can be published by the beginning of its digest.
func TestDigest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := Publish(t.Context(), Options{Site: s}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run 'shiplist generate' first") {
		t.Errorf("nothing staged: %v", err)
	}
	one := stage(t, s, version(1), staged.Record{})
	stage(t, s, version(2), staged.Record{})
	if _, err := Publish(t.Context(), Options{Site: s, Digest: "0123456789"}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "--list") {
		t.Errorf("no such set: %v", err)
	}
	if _, err := os.Stat(SetsDir(s.Output)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made for nothing: %v", err)
	}
	if _, err := Publish(t.Context(), Options{Site: s, Digest: one[:8]}); err != nil {
		t.Fatal(err)
	}
	want(t, s, 1)
}

// TestPublishKept: a set that is staged no more can be published as long as it is kept,
// without the assets that it got of others; not if somebody changed it.
func TestPublishKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.Staged); err != nil {
		t.Fatal(err)
	}
	two := digest(version(2))
	res, err := Publish(t.Context(), Options{Site: s, Digest: two[:6]})
	if err != nil || res.Set != "000003-"+Short(two) || res.Changed != 3 {
		t.Fatalf("%+v, %v", res, err)
	}
	want(t, s, 2)
	sums(t, s.Output)
	tidy(t, s, 3)
	put(t, filepath.Join(SetsDir(s.Output), "000001-"+Short(digest(version(1))), "index.html"), "buy")
	if _, err := Publish(t.Context(), Options{Site: s, Digest: digest(version(1)), Force: true}); !errors.Is(err, errEdited) || !strings.Contains(err.Error(), "publish another set") {
		t.Errorf("an edited set: %v", err)
	}
	want(t, s, 2)
}

// TestDraft: a draft is published only by its digest.
func TestDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	d, err := staged.Open(t.Context(), s.Staged)
	if err != nil {
		t.Fatal(err)
	}
	temp, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range version(2) {
		put(t, filepath.Join(temp, name), text)
	}
	two := digest(version(2))
	if _, err := d.Adopt(temp, staged.Record{Digest: two, Draft: true, AsOf: start.Add(9 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if res := publish(t, s); res.Action != Nothing {
		t.Errorf("%+v", res)
	}
	if l, err := List(s); err != nil || len(l.Staged) != 2 || l.Staged[0].Draft || !l.Staged[1].Draft {
		t.Errorf("%+v, %v", l.Staged, err)
	}
	if _, err := Publish(t.Context(), Options{Site: s, Digest: two[:8]}); err != nil {
		t.Fatal(err)
	}
	want(t, s, 2)
}

// TestEdited: what is published is what somebody looked at.
func TestEdited(t *testing.T) {
	t.Parallel()
	for what, edit := range map[string]func(dir string) error{
		"changed": func(dir string) error { return os.WriteFile(filepath.Join(dir, "index.html"), []byte("buy"), 0o644) },
		"removed": func(dir string) error { return os.Remove(filepath.Join(dir, "about/index.html")) },
		"added":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "x"), nil, 0o644) },
		"a link":  func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "x")) },
		"sums":    func(dir string) error { return os.WriteFile(filepath.Join(dir, sumsFile), nil, 0o644) },
	} {
		s := newSite(t)
		stage(t, s, version(1), staged.Record{})
		publish(t, s)
		two := stage(t, s, version(2), staged.Record{})
		if err := edit(filepath.Join(s.Staged, two)); err != nil {
			t.Fatal(err)
		}
		_, err := Publish(t.Context(), Options{Site: s, Force: true})
		if err == nil || !strings.Contains(err.Error(), "nothing was published, the site is as it was") || !strings.Contains(err.Error(), two) {
			t.Errorf("%s: %v", what, err)
		}
		want(t, s, 1)
		tidy(t, s, 1)
	}
}

// tidy asserts that nothing lies about, and that so many sets are kept.
func tidy(t *testing.T, s Site, kept int) {
	t.Helper()
	n := 0
	for _, dir := range []string{SetsDir(s.Output), filepath.Dir(s.Output)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := e.Name()
			switch {
			case setName.MatchString(strings.TrimSuffix(name, ".json")):
				n++
			case slices.Contains([]string{markerFile, lockFile, historyFile, "public", "public.sets", "staged", "ballast"}, name):
			default:
				t.Errorf("%s is left in %s", name, dir)
			}
		}
	}
	if n != 2*kept {
		t.Errorf("%d files of kept sets, want those of %d", n, kept)
	}
}
