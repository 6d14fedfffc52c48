package tree

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// TestFailedSimpleTree loses and doubles nothing of a tree whose files lie under
// two names, whichever of them cannot be read.
func TestFailedSimpleTree(t *testing.T) {
	t.Parallel()
	for at, code := range map[string]int{"noble": 500, ".pool": 403, "noble/SHA256SUMS": 500, ".pool/SHA256SUMS": 500, "24.04/SHA256SUMS": 500} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			a := newApache(simpleSample())
			source := newSource(t, config.Tree{Role: "simple", URL: a.start(t), Head: true})
			before := poll(t, source, nil)
			a.faults[at] = status(code)
			after := poll(t, source, before.Facts)
			if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
				t.Errorf("facts (-before +after):\n%s", diff)
			}
			told := slices.ContainsFunc(after.Problems, func(p release.Problem) bool {
				return p.Rule == "unreadable" && strings.Contains(p.Address, at)
			})
			if told == (at == "24.04/SHA256SUMS") {
				t.Errorf("problems: %v", after.Problems)
			}
		})
	}
}

// TestPoolNamed counts once what was only in the pool and has got its name, even
// while the pool cannot be read.
func TestPoolNamed(t *testing.T) {
	t.Parallel()
	s := simpleSample()
	before := poll(t, newSource(t, config.Tree{Role: "simple", URL: newApache(s).start(t)}), nil)
	const name = "ubuntu-24.04.5-desktop-amd64.iso"
	s.link("noble/"+name, "../.pool/"+name)
	a := newApache(s)
	a.faults[".pool"] = status(500)
	after := poll(t, newSource(t, config.Tree{Role: "simple", URL: a.start(t)}), before.Facts)
	var dirs []string
	for _, image := range after.Facts.Images {
		if image.Version == "24.04.5" {
			dirs = append(dirs, image.Dir)
		}
	}
	if !slices.Equal(dirs, []string{"noble"}) {
		t.Errorf("24.04.5 lies in %q, want only noble", dirs)
	}
}

// TestFailedTwin keeps one directory under its two addresses when either cannot be
// read.
func TestFailedTwin(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"ubuntu", "ubuntu/releases", "releases"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			a := newApache(fullSample())
			a.s.links["up"] = "kubuntu" // no third address
			source := newSource(t, config.Tree{URL: a.start(t)})
			before := poll(t, source, nil)
			a.faults[at] = status(500)
			after := poll(t, source, before.Facts)
			if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
				t.Errorf("facts (-before +after):\n%s", diff)
			}
		})
	}
}

// TestHeadsUnanswered leaves sizes as they are when only HEAD is not answered.
func TestHeadsUnanswered(t *testing.T) {
	t.Parallel()
	s := newSample()
	for i := range 60 {
		s.image("noble", fmt.Sprintf("ubuntu-24.04-desktop-amd64+b%d.iso", i), fmt.Sprint(i))
	}
	s.sums("noble")
	a := newApache(s)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			hijack(w)
			return
		}
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: server.URL, Head: true}), nil)
	if len(answer.Facts.Images) != 60 || len(answer.Problems) != 1 || answer.Problems[0].Rule != "size" {
		t.Errorf("%d images, problems %v", len(answer.Facts.Images), answer.Problems)
	}
}

// TestPurgedWhileRead takes a build that goes between its listing and its list for
// what it is.
func TestPurgedWhileRead(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	const dir = "ubuntu/stonking/daily-live/20260901"
	a.faults[dir+"/SHA256SUMS"] = func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.faults[dir] = status(404)
		a.mu.Unlock()
		http.NotFound(w, r)
	}
	after := poll(t, source, before.Facts)
	if len(after.Problems) > 0 {
		t.Errorf("problems: %v", after.Problems)
	}
	for _, image := range after.Facts.Images {
		if image.Dir == dir {
			t.Errorf("%s is still there", image.Name)
		}
	}
}

// TestTornAndFailed keeps what was known of a directory whose list is gone and
// which cannot be looked at again.
func TestTornAndFailed(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	const dir = "ubuntu/stonking/daily-live/20260902"
	a.faults[dir+"/SHA256SUMS"] = func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.faults[dir] = status(500)
		a.mu.Unlock()
		http.NotFound(w, r)
	}
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 {
		t.Errorf("problems: %v", after.Problems)
	}
}

// TestFailedLink keeps what lies below a link that the listing does not mark as a
// directory.
func TestFailedLink(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := newSample()
	s.image("elsewhere/20260901", "noble-desktop-amd64.iso", "a")
	s.sums("elsewhere/20260901")
	s.link("kubuntu", "elsewhere")
	s.link("xubuntu", "HEADER.html")
	s.text("HEADER.html", "a file")
	s.write(t, root)
	files := http.FileServer(http.Dir(root))
	fail := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fail && strings.HasPrefix(r.URL.Path, "/kubuntu") {
			http.Error(w, "overloaded", http.StatusServiceUnavailable)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	source := newSource(t, config.Tree{URL: server.URL, Skip: []string{"elsewhere"}})
	before := poll(t, source, nil)
	if len(before.Facts.Images) != 1 || len(before.Problems) > 0 {
		t.Fatalf("images %v, problems %v", before.Facts.Images, before.Problems)
	}
	fail = true
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 || !strings.Contains(after.Problems[0].Text, "503") {
		t.Errorf("problems: %v", after.Problems)
	}
}

// TestEmptyDirectory does not take a listing that shows nothing known for a proof
// while the list that was there still is, and does once that is gone.
func TestEmptyDirectory(t *testing.T) {
	t.Parallel()
	empty := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		_, _ = io.WriteString(w, (&apache{s: newSample()}).page("x", nil))
	}
	for _, dir := range []string{"ubuntu/releases/noble/release", "ubuntu/stonking/daily-live", "kubuntu", ""} {
		t.Run("at "+dir, func(t *testing.T) {
			t.Parallel()
			a := newApache(fullSample())
			source := newSource(t, config.Tree{URL: a.start(t)})
			before := poll(t, source, nil)
			a.faults[dir] = empty
			after, err := source.Poll(t.Context(), before.Facts)
			if dir == "" {
				if err == nil {
					t.Error("an empty front page counts as an empty tree")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
				t.Errorf("facts (-before +after):\n%s", diff)
			}
			if len(after.Problems) != 1 || after.Problems[0].Rule != "listing" {
				t.Errorf("problems: %v", after.Problems)
			}
			for at := range a.s.files {
				if below(at, dir) && path.Base(at) == "SHA256SUMS" {
					a.faults[at] = status(404)
				}
			}
			emptied := poll(t, source, before.Facts)
			if len(emptied.Problems) > 0 {
				t.Errorf("problems once it is empty: %v", emptied.Problems)
			}
			if i := slices.IndexFunc(emptied.Facts.Images, func(i release.Image) bool { return below(i.Dir, dir) }); i >= 0 {
				t.Errorf("%s is still there", emptied.Facts.Images[i].Dir)
			}
		})
	}
}

// TestBootConfigurationIsPage does not read an address out of a page that came in
// place of a boot configuration.
func TestBootConfigurationIsPage(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.faults["ubuntu-server/noble/daily-live/20260726/netboot/s390x/parmfile.ubuntu"] = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "\n<!doctype html><html><head><meta http-equiv=refresh content=\"0; url=https://portal.example/login\"></head></html>")
	}
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 || after.Problems[0].Rule != "unreadable" {
		t.Errorf("problems: %v", after.Problems)
	}
}

// TestPublishedMeanwhile takes two addresses for one directory although its list
// was replaced between looking at the first and the second.
func TestPublishedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("noble", "ubuntu-24.04-desktop-amd64.iso", "a")
	s.sums("noble")
	old := s.files["noble/SHA256SUMS"].text
	s.image("noble", "ubuntu-24.04.1-desktop-amd64.iso", "b")
	s.sums("noble")
	s.link("24.04", "noble")
	a := newApache(s)
	left := 2 // the first look, and the second since list and listing disagree
	a.faults["noble/SHA256SUMS"] = func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if left--; left >= 0 {
			fmt.Fprint(w, old)
			return
		}
		fmt.Fprint(w, s.files["noble/SHA256SUMS"].text)
	}
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: a.start(t)}), nil)
	if len(answer.Facts.Images) != 2 || len(answer.Facts.Directories) != 1 {
		t.Errorf("%d images in %d directories, want 2 in 1", len(answer.Facts.Images), len(answer.Facts.Directories))
	}
}

// TestTwinsListedOnce counts listings where two directories of one name hold the
// same names and are not one: what is left of an old layout beside the new one.
func TestTwinsListedOnce(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("noble/daily-live/20260501", "noble-desktop-amd64.iso", "old")
	s.sums("noble/daily-live/20260501")
	s.image("ubuntu/noble/daily-live/20260701", "noble-desktop-amd64.iso", "new")
	s.sums("ubuntu/noble/daily-live/20260701")
	a := newApache(s)
	answer := poll(t, newSource(t, config.Tree{URL: a.start(t)}), nil)
	var got []string
	for _, image := range answer.Facts.Images {
		got = append(got, image.Dir+" "+image.Project+" "+image.Series+" "+image.BuildID)
	}
	want := []string{"noble/daily-live/20260501 ubuntu noble 20260501", "ubuntu/noble/daily-live/20260701 ubuntu noble 20260701"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	for at, n := range a.listings {
		if n > 1 {
			t.Errorf("%q is listed %d times", at, n)
		}
	}
}

// TestSiteManifestHeld reports a manifest that is out of date whether or not sizes
// are asked for, and one that names directories that are not there.
func TestSiteManifestHeld(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"file": "ubuntu\tnoble\t/noble/gone.iso\t5\n", "directory": "ubuntu\tmantic\t/mantic/ubuntu-23.10-desktop-amd64.iso\t5\n",
	} {
		s := newSample()
		s.image("noble", "ubuntu-24.04-desktop-amd64.iso", "a")
		s.sums("noble")
		s.text(".manifest", line)
		answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: newApache(s).start(t), Head: true}), nil)
		if len(answer.Problems) != 1 || answer.Problems[0].Rule != "manifest" {
			t.Errorf("%s: problems %v", name, answer.Problems)
		}
	}
}

// TestOrderOfAnswers yields the same facts and problems however many requests are
// on their way at once.
func TestOrderOfAnswers(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	a.faults["kubuntu/noble/daily-live/20260901"] = status(500)
	a.faults["xubuntu/releases"] = status(403)
	for i := range 40 {
		a.s.links[fmt.Sprintf("up%d", i)] = "ubuntu"
	}
	address := newApache(a.s)
	address.faults = a.faults
	source := newSource(t, config.Tree{URL: address.start(t)})
	var want *release.Answer
	for _, connections := range []int{1, 2, 16, 16, 16} {
		source.o.Limits.Connections = connections
		got := poll(t, source, nil)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want.Facts, got.Facts); diff != "" {
			t.Errorf("%d connections (-want +got):\n%s", connections, diff)
		}
		if diff := cmp.Diff(want.Problems, got.Problems); diff != "" {
			t.Errorf("%d connections: problems (-want +got):\n%s", connections, diff)
		}
	}
}

// TestFailedOddName keeps what lies in a directory whose name cannot be stored as
// it is.
func TestFailedOddName(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("kubuntu/noble", "noble-desktop-amd64.iso", "other")
	s.image("odd\xffname/20260901", "noble-desktop-amd64.iso", "a")
	s.sums("odd\xffname/20260901")
	a := newApache(s)
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.faults["odd\xffname"] = status(500)
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" || len(before.Facts.Images) != 2 {
		t.Errorf("%d images; facts (-before +after):\n%s", len(before.Facts.Images), diff)
	}
}

// TestFailedLocal keeps what was known of a local directory that shows its names
// and nothing else.
func TestFailedLocal(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		testenv.RunAsNobody(t) // the superuser may read everything
		return
	}
	// Without a checksum list nothing but the names themselves tells that there are images.
	s, root := newSample(), t.TempDir()
	s.image("kubuntu/noble/daily-live/20260901", "noble-desktop-amd64.iso", "x")
	s.write(t, root)
	source := newSource(t, config.Tree{URL: "file:" + root})
	before := poll(t, source, nil)
	dir := filepath.Join(root, "kubuntu", "noble", "daily-live", "20260901")
	if err := os.Chmod(dir, 0o400); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" || len(before.Facts.Images) != 1 {
		t.Errorf("%d images; facts (-before +after):\n%s", len(before.Facts.Images), diff)
	}
}

// TestTooMuchAtOnce stops reading where a level of the tree holds more than is
// taken in, instead of holding all of it first, and keeps the rest.
func TestTooMuchAtOnce(t *testing.T) {
	t.Parallel()
	s := newSample()
	for i := range 3 * batch {
		s.image(fmt.Sprintf("kubuntu/noble/daily-live/%d", 20200000+i), "noble-desktop-amd64.iso", fmt.Sprint(i))
	}
	a := newApache(s)
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.listings = map[string]int{}
	source.o.Limits.Files = 2 * batch
	after := poll(t, source, before.Facts)
	if n := a.total(a.listings); n > 2*batch {
		t.Errorf("%d directories are listed, each with 4 names, for %d files", n, source.o.Limits.Files)
	}
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 || after.Problems[0].Rule != "limit" {
		t.Errorf("problems: %v", after.Problems)
	}
}

// TestLongList keeps what was known of a directory whose list has more lines than a
// directory may have names.
func TestLongList(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.faults["ubuntu/stonking/daily-live/20260902/SHA256SUMS"] = func(w http.ResponseWriter, r *http.Request) {
		for i := range defaultEntries + 1 {
			fmt.Fprintf(w, "%s *f%d\n", strings.Repeat("0", 64), i)
		}
	}
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 || !strings.Contains(after.Problems[0].Text, "20000 lines") {
		t.Errorf("problems: %v", after.Problems)
	}
}
