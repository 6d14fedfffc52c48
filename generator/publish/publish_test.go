package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shiplist/generator/owned"
	"shiplist/generator/staged"
	"shiplist/internal/issue"
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

var put = testenv.Put

// publish publishes the newest set.
func publish(t testing.TB, s Site) Result {
	t.Helper()
	res, err := Publish(t.Context(), Options{Site: s, By: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// content is what visitors see, but for what package issue adds.
func content(t *testing.T, dir string) pages {
	t.Helper()
	names, err := listFiles(dir + "/.")
	if err != nil {
		t.Fatal(err)
	}
	all := pages{}
	for _, name := range names {
		if !issue.Own(name) {
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
		{Action: Published, Set: "000001-" + one[:12], Digest: one, AsOf: start, Output: s.Output, Added: 5, Bytes: 113, Blockers: 3},
		{Action: Published, Set: "000002-" + two[:12], Digest: two, From: one, AsOf: start.Add(time.Hour), Output: s.Output, Added: 1, Changed: 3, Shared: 1, Bytes: 104},
		{Action: Nothing, Set: "000002-" + two[:12], Digest: two, From: two, AsOf: start.Add(time.Hour), Output: s.Output},
	}
	told := cmpopts.IgnoreFields(Result{}, "Serial", "Issued", "Expires") // TestIssue looks at these
	if diff := cmp.Diff(wanted, []Result{first, second, third}, told); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
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
		"release": func(dir string) error { return os.WriteFile(filepath.Join(dir, issue.ReleaseFile), nil, 0o644) },
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
			case slices.Contains([]string{markerFile, owned.LockFile, historyFile, "public", "public.sets", "staged", "ballast"}, name):
			default:
				t.Errorf("%s is left in %s", name, dir)
			}
		}
	}
	if n != 2*kept {
		t.Errorf("%d files of kept sets, want those of %d", n, kept)
	}
}
