package publish

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// TestBring: an error at any step leaves the other output its old set or the new one, and
// the next run completes it.
func TestBring(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is on fire")
	for _, step := range []string{"filled", "named", "linked", "switched"} {
		s := newSite(t)
		to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "www"), Kept: 2}}
		if _, err := Bring(t.Context(), s, to); err == nil || !strings.Contains(err.Error(), "run 'shiplist publish' first") {
			t.Errorf("nothing is published: %v", err)
		}
		stageAll(t, s, 1, 2)
		if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
			t.Fatal(err)
		}
		if r, err := Bring(t.Context(), s, to); err != nil || r.Added != 8 {
			t.Fatalf("%+v, %v", r, err)
		}
		want(t, to.Site, 1)
		stageAll(t, s, 3, 3)
		failing := to
		failing.step = func(name string) error {
			if name == step {
				return fault
			}
			return nil
		}
		if _, err := Bring(t.Context(), s, failing); !errors.Is(err, fault) {
			t.Errorf("%s: %v", step, err)
		}
		shown := 1
		if slices.Contains(switched, step) {
			shown = 3
		}
		want(t, to.Site, shown)
		if _, err := Bring(t.Context(), s, to); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		want(t, to.Site, 3)
		sums(t, to.Output)
		want(t, s, 3)
	}
}

// TestBringIssue: what was issued anew is taken alone, and the pages stay the same files.
func TestBringIssue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "www"), Kept: 2}}
	if _, err := Bring(t.Context(), s, to); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(to.Output, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(48 * time.Hour) }
	if r, err := Refresh(t.Context(), Options{Site: s, Now: later, Issue: Issue{Polled: later()}}); err != nil || r.Action != Refreshed {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := Bring(t.Context(), s, to); err != nil || r.Action != Refreshed || r.Changed != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if got, want := read(t, filepath.Join(to.Output, issue.ReleaseFile)), read(t, filepath.Join(s.Output, issue.ReleaseFile)); got != want {
		t.Errorf("release.json %s, want %s", got, want)
	}
	after, err := os.Stat(filepath.Join(to.Output, "index.html"))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the pages are other files: %v", err)
	}
	if r, err := Bring(t.Context(), s, to); err != nil || r.Action != Nothing {
		t.Errorf("%+v, %v", r, err)
	}
	if left, err := filepath.Glob(filepath.Join(SetsDir(to.Output), ".tmp-*")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestStage: what is not published is shown elsewhere, with something on its pages and a
// list of checksums that knows it; a page that is the same stays the same file.
func TestStage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "look"), Kept: 2}}
	dress := func(name string, content []byte) []byte {
		if !strings.HasSuffix(name, ".html") {
			return content
		}
		return append(bytes.Clone(content), "(not published)"...)
	}
	stage(t, s, version(2), staged.Record{AsOf: start.Add(9 * time.Hour), Troubles: []staged.Trouble{{Rule: "bad-signature"}}})
	r, err := Stage(t.Context(), s, to, dress)
	if err != nil || r.Added != 5 || r.Digest != digest(version(2)) {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := read(t, filepath.Join(to.Output, "index.html")); got != version(2)["index.html"]+"(not published)" {
		t.Errorf("home page %q", got)
	}
	sums(t, to.Output)
	want(t, s, 1)
	stage(t, s, version(3), staged.Record{AsOf: start.Add(10 * time.Hour)})
	if r, err := Stage(t.Context(), s, to, dress); err != nil || r.Shared != 1 || r.Changed != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	sums(t, to.Output)
	if r, err := Stage(t.Context(), s, to, dress); err != nil || r.Action != Nothing {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestBringMends: a page that somebody damaged is mended where that is asked for, and
// nothing is done where none is.
func TestBringMends(t *testing.T) {
	t.Parallel()
	dress := func(_ string, content []byte) []byte { return append(bytes.Clone(content), '!') }
	for name, bring := range map[string]func(Site, Options) (Result, error){
		"published": func(s Site, o Options) (Result, error) { return Bring(t.Context(), s, o) },
		"staging":   func(s Site, o Options) (Result, error) { return Stage(t.Context(), s, o, dress) },
	} {
		s := newSite(t)
		stageAll(t, s, 1, 1)
		to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "www"), Kept: 2}}
		if _, err := bring(s, to); err != nil {
			t.Fatal(err)
		}
		whole := read(t, filepath.Join(to.Output, "noble/index.html"))
		for _, damage := range []func(at string) error{
			func(at string) error { return os.WriteFile(at, []byte("bought from somebody"), 0o644) },
			func(string) error { return nil },
			func(at string) error { return os.WriteFile(at+".php", nil, 0o644) },
		} {
			at := filepath.Join(to.Output, "noble/index.html")
			if err := errors.Join(os.Remove(at), damage(at)); err != nil { // it is a link to that of the origin
				t.Fatal(err)
			}
			if r, err := bring(s, to); err != nil || r.Action != Nothing {
				t.Errorf("%s: not asked for: %+v, %v", name, r, err)
			}
			mend := to
			mend.Mend = true
			if r, err := bring(s, mend); err != nil || r.Action != Published || r.Added+r.Changed != 1 {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
			if got := read(t, filepath.Join(to.Output, "noble/index.html")); got != whole {
				t.Errorf("%s: it is %q", name, got)
			}
			sums(t, to.Output)
			if r, err := bring(s, mend); err != nil || r.Action != Nothing {
				t.Errorf("%s: again: %+v, %v", name, r, err)
			}
		}
	}
}

// TestBringSlowly: a site goes on while its set is on the way to another place, which gets
// the set as it was.
func TestBringSlowly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Kept = 1
	stageAll(t, s, 1, 1)
	to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "www")}}
	to.step = func(step string) error {
		if step != "listed" {
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		for n := 2; n < 4; n++ {
			stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
			if _, err := Publish(ctx, Options{Site: s}); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := Bring(t.Context(), s, to); err != nil {
		t.Fatal(err)
	}
	if err := Listed(to.Output, nil); err != nil || read(t, filepath.Join(to.Output, "index.html")) != version(1)["index.html"] {
		t.Errorf("it has another set: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(SetsDir(s.Output), ".bring-*")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestStageSlowly: sets are made, and removed, while one is on the way to where it is shown.
func TestStageSlowly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	digest := stage(t, s, version(1), staged.Record{AsOf: start})
	to := Options{Site: Site{Output: filepath.Join(t.TempDir(), "www")}}
	to.step = func(step string) error {
		if step != "listed" {
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		d, err := staged.Open(ctx, s.Staged)
		if err != nil {
			return err
		}
		return errors.Join(os.RemoveAll(filepath.Join(s.Staged, digest)), d.Close())
	}
	if _, err := Stage(t.Context(), s, to, func(_ string, content []byte) []byte { return append(bytes.Clone(content), '!') }); err != nil {
		t.Fatal(err)
	}
	sums(t, to.Output)
	if got := read(t, filepath.Join(to.Output, "index.html")); got != version(1)["index.html"]+"!" {
		t.Errorf("it shows %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(s.Staged, ".bring-*")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestListed: files that are more, other, gone or none are told.
func TestListed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	var names []string
	if err := Listed(s.Output, func(name, sum string, content []byte) {
		if sumOf(content) != sum {
			t.Errorf("%s: %s", name, sum)
		}
		names = append(names, name)
	}); err != nil || len(names) != len(version(1))+2 || !slices.IsSorted(names) {
		t.Errorf("%v, %v", names, err)
	}
	at := filepath.Join(s.Output, "about/index.html")
	for want, damage := range map[string]func() error{
		"about/index.html: its files are not": func() error { return os.WriteFile(at, []byte("other"), 0o644) },
		"about/index.html is gone":            func() error { return nil },
		"about/index.html is no regular file": func() error { return os.Symlink("/etc/passwd", at) },
		"about/more.html: its files are not": func() error {
			return errors.Join(os.WriteFile(at, []byte("the same\n"), 0o644), os.WriteFile(filepath.Join(s.Output, "about/more.html"), nil, 0o644))
		},
	} {
		if err := errors.Join(os.RemoveAll(filepath.Dir(at)), os.Mkdir(filepath.Dir(at), 0o755), damage()); err != nil {
			t.Fatal(err)
		}
		if err := Listed(s.Output, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestTake: a copy stays what it was while the site goes on.
func TestTake(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Kept = 1
	to := filepath.Join(SetsDir(s.Output), ".copy")
	if shown, err := Take(t.Context(), s, to); err != nil || shown.Set != "" {
		t.Errorf("nothing is published: %+v, %v", shown, err)
	}
	stageAll(t, s, 1, 1)
	shown, err := Take(t.Context(), s, to)
	if err != nil || shown.Dir != to || shown.Set == "" {
		t.Fatalf("%+v, %v", shown, err)
	}
	issued := read(t, filepath.Join(to, issue.ReleaseFile))
	later := func() time.Time { return time.Now().Add(48 * time.Hour) }
	if r, err := Refresh(t.Context(), Options{Site: s, Now: later, Issue: Issue{Polled: later()}}); err != nil || r.Action != Refreshed {
		t.Fatalf("%+v, %v", r, err)
	}
	stageAll(t, s, 2, 3)
	if err := Listed(to, nil); err != nil || read(t, filepath.Join(to, "index.html")) != version(1)["index.html"] || read(t, filepath.Join(to, issue.ReleaseFile)) != issued {
		t.Errorf("it changed: %v", err)
	}
	put(t, filepath.Join(to, "left.html"), "of a run that was cut short")
	if shown, err = Take(t.Context(), s, to); err != nil || Listed(to, nil) != nil || read(t, filepath.Join(to, "index.html")) != version(3)["index.html"] {
		t.Errorf("%+v, %v", shown, err)
	}
}
