package publish

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
	"shiplist/internal/testenv"
)

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

// TestBrowserSeesRollback: a browser that asks whether a page is newer than the one that
// it has gets the one that is shown, also after a rollback. The set that is gone back to
// stays the same in all but times.
func TestBrowserSeesRollback(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 3)
	server := httptest.NewServer(http.FileServer(http.Dir(s.Output))) // goes by time alone
	t.Cleanup(server.Close)
	_, since := asked(t, server.URL+"/noble/", "")
	if status, _ := asked(t, server.URL+"/noble/", since); status != http.StatusNotModified {
		t.Fatalf("status %d of a page that is the same", status)
	}
	for n := 2; n > 0; n-- {
		if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
			t.Fatal(err)
		}
		want(t, s, n)
		sums(t, s.Output)
		status, at := asked(t, server.URL+"/noble/", since)
		if status != http.StatusOK {
			t.Errorf("back at %d: status %d", n, status)
		}
		since = at
	}
}

// asked asks for a page, if it was modified since then, and returns the status and when it
// was.
func asked(t *testing.T, url, since string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if since != "" {
		r.Header.Set("If-Modified-Since", since)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, answer.Header.Get("Last-Modified")
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
