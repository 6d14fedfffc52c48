package tree

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// TestListingsOnce counts: no directory is listed twice but one whose list has a name
// that nothing told before, lists are asked for again only with a condition, pointers and second names
// not at all, and of the files only lists, boot configurations and, once each, the
// downloads' headers are asked for.
func TestListingsOnce(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t), Head: true})
	first := poll(t, source, nil)
	for at, n := range a.listings {
		if n > 1 && at != "xubuntu/releases/precise/alpha-2" {
			t.Errorf("%q is listed %d times", at, n)
		}
		for _, never := range []string{"ubuntu/releases/24.04", "ubuntu/releases/24.04.4", "releases/noble", "cdicons", "ubuntu/stonking/daily-live/manual"} {
			if below(at, never) {
				t.Errorf("%q is listed", at)
			}
		}
		if name := lastName(at); name == "current" || name == "pending" {
			t.Errorf("%q is listed", at)
		}
	}
	for at, n := range a.gets {
		if n > 2 || n > 1 && !strings.HasSuffix(at, "SUMS") || a.plain[at] > 1 {
			t.Errorf("%q is asked for %d times, %d of them without condition", at, n, a.plain[at])
		}
		name := lastName(at)
		if !strings.HasSuffix(name, "SUMS") && name != "default" && name != "grub.cfg" && name != "parmfile.ubuntu" && at != ".manifest-daily" {
			t.Errorf("%q is asked for", at)
		}
	}
	if n := a.listings["xubuntu/releases/precise/alpha-2"]; n != 2 {
		t.Errorf("a directory whose list was not read before it is listed %d times, want 2", n)
	}
	asked := map[string]bool{}
	for at, n := range a.heads {
		if n > 1 {
			t.Errorf("%d HEADs for %q", n, at)
		}
		if !strings.HasSuffix(at, ".iso") && !strings.HasSuffix(at, ".img.xz") && !strings.Contains(at, "netboot") {
			t.Errorf("HEAD for %q, which is no download", at)
		}
		asked[lastName(at)] = true
	}
	// The same name with the same checksum lies in two builds.
	if n := a.heads["ubuntu/stonking/daily-live/20260901/stonking-desktop-arm64.iso"] + a.heads["ubuntu/stonking/daily-live/20260902/stonking-desktop-arm64.iso"]; n != 1 {
		t.Errorf("%d HEADs for one file that was carried over, want 1", n)
	}
	if first.Requests == 0 || first.Bytes == 0 {
		t.Errorf("the poll tells %d requests, %d bytes", first.Requests, first.Bytes)
	}

	// A second poll knows all sizes.
	a.heads = map[string]int{}
	second := poll(t, source, first.Facts)
	for at := range a.heads {
		if !strings.Contains(at, "netboot") { // these are asked for by the memory, which there is none of
			t.Errorf("HEAD for %q in a second poll", at)
		}
	}
	if diff := cmp.Diff(first.Facts, second.Facts); diff != "" {
		t.Errorf("second poll (-first +second):\n%s", diff)
	}
}

// TestNoHeads leaves sizes as the listing has them where they may not be asked for.
func TestNoHeads(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	answer := poll(t, newSource(t, config.Tree{URL: a.start(t)}), nil)
	if n := a.total(a.heads); n != 0 {
		t.Errorf("%d HEADs", n)
	}
	for _, image := range answer.Facts.Images {
		for _, f := range image.Files {
			if f.Main && f.Size != nil && *f.Size > 1<<20 && f.Exact {
				t.Errorf("%s/%s: size %d counts as exact", image.Dir, f.Name, *f.Size)
			}
		}
	}
}

// TestFailedDirectory loses nothing of a directory that cannot be read, whatever
// the reason, and everything else is news.
func TestFailedDirectory(t *testing.T) {
	t.Parallel()
	cut := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><head><title>Index of /x</title></head><body><h1>Index of /x</h1><table><tr><th>Name</th><th>Size</th></tr><tr><td><a href=\"a.iso\">a.iso</a></td>")
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.test/", http.StatusFound)
	}
	front := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }
	tests := []struct {
		name, path string
		fault      http.HandlerFunc
		rule, text string
	}{
		{"403", "kubuntu/noble/daily-live/20260901", status(403), "unreadable", "403"},
		{"500", "kubuntu/noble/daily-live", status(500), "unreadable", "500"},
		{"404 of a release", "ubuntu/releases/noble/release", status(404), "unreadable", "404"},
		{"error page with 200", "kubuntu", status(200), "listing", "no listing in it"},
		{"cut off", "ubuntu-server/noble/daily-live/20260726", cut, "listing", "cut off"},
		{"no answer", "ubuntu-core", stall, "unreadable", "within"},
		{"another host", "xubuntu/releases", elsewhere, "unreadable", "another host"},
		{"front page", "xubuntu/releases/precise", front, "listing", "sent us on"},
		{"list that is a page", "ubuntu/stonking/daily-live/20260902/SHA256SUMS", status(200), "unreadable", "not a list of checksums"},
		{"list with 500", "ubuntu/stonking/daily-live/20260902/SHA256SUMS", status(500), "unreadable", "500"},
		{"netboot", "ubuntu-server/noble/daily-live/20260726/netboot", status(500), "unreadable", "500"},
		{"one netboot", "ubuntu-server/noble/daily-live/20260726/netboot/amd64", status(500), "unreadable", "500"},
		{"part of netboot", "ubuntu-server/noble/daily-live/20260726/netboot/amd64/grub", status(500), "unreadable", "500"},
		{"boot configuration", "ubuntu-server/noble/daily-live/20260726/netboot/amd64/pxelinux.cfg/default", status(500), "netboot", "500"},
		{"only boot configuration", "ubuntu-server/noble/daily-live/20260726/netboot/s390x/parmfile.ubuntu", status(500), "unreadable", "500"},
		{"pointer", "ubuntu/stonking/daily-live/current/SHA256SUMS", status(500), "unreadable", "pointed to before"},
		{"pointer to single images", "kubuntu/noble/daily-live/current/SHA256SUMS", status(500), "unreadable", "pointed to before"},
		{"project with a twin", "ubuntu/releases", status(500), "unreadable", "500"},
		{"second name", "ubuntu/releases/24.04/release/SHA256SUMS", status(500), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newApache(fullSample())
			source := newSource(t, config.Tree{URL: a.start(t), Head: true})
			o := hurried(t)
			o.Headers, o.Answer = 500*time.Millisecond, time.Second
			source.o.Client = fetch.New(o)
			before := poll(t, source, nil)
			if len(before.Problems) > 0 {
				t.Fatalf("problems before: %v", before.Problems)
			}
			a.mu.Lock()
			a.faults[tt.path] = tt.fault
			a.mu.Unlock()
			after := poll(t, source, before.Facts)
			if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
				t.Errorf("facts (-before +after):\n%s", diff)
			}
			found := tt.rule == "" && len(after.Problems) == 0
			for _, p := range after.Problems {
				found = found || p.Rule == tt.rule && strings.Contains(p.Text, tt.text) && strings.Contains(p.Address, tt.path)
			}
			if !found {
				t.Errorf("no problem %q with %q among %v", tt.rule, tt.text, after.Problems)
			}
		})
	}
}

// TestPurged takes a build that is gone since it was listed for what it is.
func TestPurged(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	source := newSource(t, config.Tree{URL: a.start(t), Head: true})
	before := poll(t, source, nil)
	a.faults["ubuntu/stonking/daily-live/20260901"] = status(404)
	after := poll(t, source, before.Facts)
	if len(after.Problems) > 0 {
		t.Errorf("problems: %v", after.Problems)
	}
	for _, image := range after.Facts.Images {
		if image.Dir == "ubuntu/stonking/daily-live/20260901" {
			t.Errorf("%s is still there", image.Name)
		}
		// What was carried over keeps the id under which it was built.
		if image.Dir == "ubuntu/stonking/daily-live/20260902" && image.Arch == "arm64" && image.BuildID != "20260901" {
			t.Errorf("%s has the build id %s, want 20260901", image.Name, image.BuildID)
		}
	}
}

// TestRootFails is an error of the source as a whole.
func TestRootFails(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]http.HandlerFunc{"500": status(500), "404": status(404), "login page": status(200)} {
		a := newApache(fullSample())
		a.faults[""] = fault
		answer, err := newSource(t, config.Tree{URL: a.start(t)}).Poll(t.Context(), &release.Facts{})
		if err == nil || answer.Facts != nil || answer.Requests == 0 {
			t.Errorf("%s: answer %+v, error %v", name, answer, err)
		} else if strings.Count(err.Error(), "http://127.0.0.1") != 1 {
			t.Errorf("%s: the error does not name the address, or not once: %v", name, err)
		}
	}
}

// TestServerGoesDown ends the poll when nothing answers any more, instead of trying
// every directory.
func TestServerGoesDown(t *testing.T) {
	t.Parallel()
	s := newSample()
	for i := range 100 {
		s.dir(fmt.Sprintf("project%d/daily-live/20260901", i))
	}
	a := newApache(s)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			hijack(w)
			return
		}
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	cost, err := newSource(t, config.Tree{URL: server.URL}).Poll(t.Context(), &release.Facts{})
	if err == nil || !strings.Contains(err.Error(), "stopped answering") {
		t.Errorf("error %v, want one that says that the server stopped answering", err)
	}
	if cost.Requests < 2 || cost.Bytes < 1000 {
		t.Errorf("it cost %d requests and %d bytes", cost.Requests, cost.Bytes)
	}
}

// hijack closes the connection without an answer.
func hijack(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// TestEmptied is suspect: a tree that has nothing where it had images.
func TestEmptied(t *testing.T) {
	t.Parallel()
	full := poll(t, newSource(t, config.Tree{URL: newApache(fullSample()).start(t)}), nil)
	empty := poll(t, newSource(t, config.Tree{URL: newApache(newSample()).start(t)}), full.Facts)
	if empty.Suspect == "" || full.Suspect != "" {
		t.Errorf("suspect: full %q, empty %q", full.Suspect, empty.Suspect)
	}
}

// TestHugeDirectory keeps what was known of a directory with more names than are
// taken in.
func TestHugeDirectory(t *testing.T) {
	t.Parallel()
	s := fullSample()
	a := newApache(s)
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.faults["kubuntu/noble/daily-live/20260901"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\n")
		for i := range 100_000 {
			fmt.Fprintf(w, "<a href=\"f%d\">f%d</a> 01-Sep-2026 08:00 1\n", i, i)
		}
		fmt.Fprint(w, "</pre><hr></body></html>")
	}
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	if len(after.Problems) != 1 || !strings.Contains(after.Problems[0].Text, "more than 20000 names") {
		t.Errorf("problems: %v", after.Problems)
	}
}

// TestLimits stops at the limits of the tree and keeps what was known beyond.
func TestLimits(t *testing.T) {
	t.Parallel()
	a := newApache(fullSample())
	address := a.start(t)
	before := poll(t, newSource(t, config.Tree{URL: address}), nil)
	for name, limits := range map[string]config.Limits{
		"directories": {Directories: 12, Connections: 4}, "files": {Files: 60, Connections: 4},
	} {
		source := newSource(t, config.Tree{URL: address})
		source.o.Limits.Directories = or(limits.Directories, defaultDirectories)
		source.o.Limits.Files = or(limits.Files, defaultFiles)
		after := poll(t, source, before.Facts)
		if len(after.Facts.Images) < len(before.Facts.Images) {
			t.Errorf("%s: %d images of %d left", name, len(after.Facts.Images), len(before.Facts.Images))
		}
		if !slices.ContainsFunc(after.Problems, func(p release.Problem) bool { return p.Rule == "limit" && strings.Contains(p.Text, name) }) {
			t.Errorf("%s: no problem says so: %v", name, after.Problems)
		}
	}
}

// TestLoops ends: links that lead to themselves and up.
func TestLoops(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("kubuntu/noble/daily-live/20260901", "noble-desktop-amd64.iso", "x")
	s.sums("kubuntu/noble/daily-live/20260901")
	s.link("a", ".")
	s.link("kubuntu/up", "..")
	s.link("kubuntu/noble/self", "../noble")
	s.link("only/only", ".")
	for name, address := range map[string]string{"server": newApache(s).start(t), "local": localCopy(t, s)} {
		answer := poll(t, newSource(t, config.Tree{URL: address}), nil)
		if len(answer.Facts.Images) != 1 || answer.Facts.Images[0].Dir != "kubuntu/noble/daily-live/20260901" {
			t.Errorf("%s: images %v", name, answer.Facts.Images)
		}
	}
}

// TestLinksOutOfTheTree are not followed in a local directory, and said; those inside
// it are.
func TestLinksOutOfTheTree(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.image("kubuntu/noble/daily-live/20260901", "noble-desktop-amd64.iso", "x")
	s.sums("kubuntu/noble/daily-live/20260901")
	s.link("kubuntu/noble/daily-live/current", "20260901")
	address := localCopy(t, s)
	root := strings.TrimPrefix(address, "file:")
	elsewhere := t.TempDir()
	secret := filepath.Join(elsewhere, "noble-secret-amd64.iso")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"out": elsewhere, "kubuntu/noble/daily-live/20260901/noble-file-amd64.iso": secret} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	answer := poll(t, newSource(t, config.Tree{URL: address}), nil)
	if len(answer.Facts.Images) != 1 || answer.Facts.Images[0].Name != "noble-desktop-amd64" || !answer.Facts.Images[0].Current {
		t.Errorf("images %v", answer.Facts.Images)
	}
	if len(answer.Problems) != 1 || !strings.Contains(answer.Problems[0].Text, "leads out of the tree") {
		t.Errorf("problems %v", answer.Problems)
	}
}

func localCopy(t *testing.T, s *sample) string {
	root := t.TempDir()
	s.write(t, root)
	return "file:" + root
}

// TestDisagreement reads list and listing once more where they disagree, reports
// what stays, and does not read twice what is known to be so.
func TestDisagreement(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/noble/release"
	s := newSample()
	s.image(dir, "ubuntu-24.04-desktop-amd64.iso", "a")
	s.sums(dir)
	s.text(dir+"/SHA256SUMS", s.files[dir+"/SHA256SUMS"].text+fakeHash("gone")+" *ubuntu-24.04-desktop-arm64.iso\nnonsense\n")
	s.image(dir, "ubuntu-24.04-desktop-riscv64.iso", "new")
	s.files[dir+"/ubuntu-24.04-netboot-amd64.tar.gz"] = sampleFile{size: 5, text: "never"}
	a := newApache(s)
	source := newSource(t, config.Tree{URL: a.start(t)})
	first := poll(t, source, nil)
	d := first.Facts.Directories[0]
	if diff := cmp.Diff([]string{"ubuntu-24.04-desktop-arm64.iso"}, d.Gone); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ubuntu-24.04-desktop-riscv64.iso"}, d.Unlisted); diff != "" {
		t.Errorf("unlisted (-want +got):\n%s", diff)
	}
	if a.listings[dir] != 2 || a.gets[dir+"/SHA256SUMS"] != 3 {
		t.Errorf("listed %d times, list read %d times, want 2 and 3", a.listings[dir], a.gets[dir+"/SHA256SUMS"])
	}
	if len(first.Problems) != 1 || !strings.Contains(first.Problems[0].Text, `line 3: "nonsense"`) {
		t.Errorf("problems: %v", first.Problems)
	}
	poll(t, source, first.Facts)
	if a.listings[dir] != 3 {
		t.Errorf("listed %d times after two polls, want 3", a.listings[dir])
	}
}

// TestRaceIsOver takes the second look where the first fell into a publication.
func TestRaceIsOver(t *testing.T) {
	t.Parallel()
	const dir = "noble"
	s := newSample()
	s.image(dir, "ubuntu-24.04-desktop-amd64.iso", "a")
	s.sums(dir)
	a := newApache(s)
	once := true
	list := s.files[dir+"/SHA256SUMS"].text
	a.faults[dir+"/SHA256SUMS"] = func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if once {
			once = false
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, list)
	}
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: a.start(t)}), nil)
	if len(answer.Problems) > 0 {
		t.Errorf("problems: %v", answer.Problems)
	}
	if answer.Facts.Images[0].Files[0].SHA256 != fakeHash("a") {
		t.Errorf("checksum %q", answer.Facts.Images[0].Files[0].SHA256)
	}
}

// TestSizesDoubted does not believe an answer that cannot be the file's.
func TestSizesDoubted(t *testing.T) {
	t.Parallel()
	s := newSample()
	names := []string{"absent", "page", "refused", "good"}
	for _, name := range names {
		s.image("noble", "ubuntu-24.04-desktop-amd64+"+name+".iso", name)
	}
	s.sums("noble")
	a := newApache(s)
	a.faults["noble/ubuntu-24.04-desktop-amd64+absent.iso"] = status(404)
	a.faults["noble/ubuntu-24.04-desktop-amd64+page.iso"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5120")
	}
	a.faults["noble/ubuntu-24.04-desktop-amd64+refused.iso"] = status(405)
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: a.start(t), Head: true}), nil)
	exact := map[string]bool{}
	for _, image := range answer.Facts.Images {
		exact[image.Arch] = image.Files[0].Exact
	}
	want := map[string]bool{"amd64+absent": false, "amd64+page": false, "amd64+refused": false, "amd64+good": true}
	if !maps.Equal(want, exact) {
		t.Errorf("exact: %v, want %v", exact, want)
	}
	if len(answer.Problems) != 3 {
		t.Errorf("%d problems, want 3: %v", len(answer.Problems), answer.Problems)
	}
}
