package demo

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func TestSampleIsSmall(t *testing.T) {
	t.Parallel()
	total := int64(0)
	err := fs.WalkDir(sampleFiles, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 || total > 500_000 {
		t.Errorf("the samples have %d bytes, want up to 500,000", total)
	}
}

// walkTree visits every directory of a tree as a crawler would, over HTTP.
func walkTree(t *testing.T, h http.Handler, visit func(dir, name string)) {
	t.Helper()
	link := regexp.MustCompile(`<a href="([^"?/][^"]*)">`)
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		w := get(h, "/"+dir)
		if w.Code != http.StatusOK || depth > 12 {
			t.Fatalf("/%s: status %d at depth %d", dir, w.Code, depth)
		}
		_, listing, _ := strings.Cut(w.Body.String(), "Parent Directory")
		if listing == "" {
			listing = w.Body.String()
		}
		for _, m := range link.FindAllStringSubmatch(listing, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			visit(dir, m[1])
			if strings.HasSuffix(m[1], "/") {
				walk(dir+m[1], depth+1)
			}
		}
	}
	walk("", 0)
}

func TestEveryFileAnswers(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, name := range d.Trees() {
		h := d.Tree(name)
		files := 0
		walkTree(t, h, func(dir, file string) {
			if strings.HasSuffix(file, "/") {
				return
			}
			files++
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/"+dir+file, nil))
			if w.Code != http.StatusOK || w.Header().Get("Last-Modified") == "" || w.Header().Get("Content-Length") == "" {
				t.Errorf("%s: HEAD %s%s: %d %v", name, dir, file, w.Code, w.Header())
			}
			if w = get(h, "/"+dir+file); w.Body.Len() > 64<<10 {
				t.Errorf("%s: GET %s%s: %d bytes", name, dir, file, w.Body.Len())
			}
		})
		if files < 30 {
			t.Errorf("tree %s has %d files", name, files)
		}
	}
}

// All that a checksum list names is there, but for the one that is meant to be gone.
func TestChecksumListsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	var gone, unsigned []string
	for _, name := range d.Trees() {
		walkTree(t, d.Tree(name), func(dir, file string) {
			if file != "SHA256SUMS" && file != "MD5SUMS" {
				return
			}
			if get(d.Tree(name), "/"+dir+file+".gpg").Code != http.StatusOK {
				unsigned = append(unsigned, name+":"+dir)
			}
			for line := range strings.Lines(get(d.Tree(name), "/"+dir+file).Body.String()) {
				hash, listed, ok := strings.Cut(strings.TrimSpace(line), " *")
				if !ok || len(hash) != 64 && len(hash) != 32 {
					t.Errorf("%s/%s%s: line %q", name, dir, file, line)
				}
				if d.trees[name].lookup(path.Join(dir, listed)) == nil {
					gone = append(gone, name+":"+dir+listed)
				}
			}
		})
	}
	wantGone := []string{"full:kubuntu/releases/noble/release/kubuntu-24.04.2-desktop-amd64.iso"}
	if diff := cmp.Diff(wantGone, onlyReal(gone)); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	wantUnsigned := []string{"full:ubuntucinnamon/releases/resolute/release/"}
	if diff := cmp.Diff(wantUnsigned, onlyReal(unsigned)); diff != "" {
		t.Errorf("unsigned (-want +got):\n%s", diff)
	}
}

// onlyReal drops what was found again through a link to a directory.
func onlyReal(paths []string) []string {
	var kept []string
	for _, p := range paths {
		if !regexp.MustCompile(`/(\d\d\.\d\d[.\d]*)/`).MatchString(p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// What makes findings is in the samples.
func TestTreesHoldWhatFindingsNeed(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	full, simple, old := d.trees["full"], d.trees["simple"], d.trees["old"]
	for _, test := range []struct {
		tree *fsTree
		path string
		want bool
	}{
		{full, "ubuntu/resolute/daily-live/current/resolute-desktop-amd64.OVERSIZED", true},
		{full, "ubuntu-server/resolute/daily-live/current/.publish_info", true},
		{full, "releases/26.04.1/release/ubuntu-26.04.1-live-server-riscv64.iso", true},
		{full, "noble/daily-live/20260724/noble-desktop-amd64.iso", true},
		{full, "lubuntu/resolute/daily-live/20260827.1", false}, // what the tracker has
		{full, "ubuntu-unity/resolute", false},                  // intended, without a build
		{full, "ubuntu/releases/noble/release/source/ubuntu-24.04.4-src-5.iso", true},
		{full, "ubuntu/stonking/daily-immutable/current/stonking-immutable-amd64.iso", true},
		{full, "ubuntu-server/stonking/daily-preinstalled/20260827/stonking-preinstalled-server-riscv64+titan.img.xz", true},
		{full, ".manifest-daily", true},
		{simple, ".manifest", true},
		{simple, ".pool/ubuntu-26.04.1-desktop-amd64.iso", true},
		{simple, "26.04.1/ubuntu-26.04.1-desktop-amd64.iso", false}, // in the pool only
		{simple, "26.04.1/ubuntu-26.04.1-live-server-amd64.iso", true},
		{simple, "24.04/netboot/amd64/pxelinux.cfg/default", true},
		{old, "releases/25.10/ubuntu-25.10-desktop-amd64.iso", true},
		{old, "releases/raring/MD5SUMS", true},
		{old, "releases/raring/SHA256SUMS", false},
	} {
		if got := test.tree.lookup(test.path) != nil; got != test.want {
			t.Errorf("%s is there: %v, want %v", test.path, got, test.want)
		}
	}
}

func TestCarriedOverBytes(t *testing.T) {
	t.Parallel()
	full := newDemo(t).trees["full"]
	sum := func(dir, name string) string {
		for line := range strings.Lines(string(full.lookup(dir + "/SHA256SUMS").content)) {
			if strings.HasSuffix(line, "*"+name+"\n") {
				return line
			}
		}
		return "none in " + dir
	}
	base := "ubuntu/resolute/daily-live/"
	if a, b := sum(base+"20260826", "resolute-desktop-amd64.iso"), sum(base+"20260827", "resolute-desktop-amd64.iso"); a != b {
		t.Errorf("carried over image differs: %s %s", a, b)
	}
	// Xubuntu's published image is not the one that is ready.
	dir := "xubuntu/resolute/daily-live/"
	published := strings.Fields(sum("xubuntu/releases/resolute/release", "xubuntu-26.04.1-desktop-amd64.iso"))[0]
	if !strings.HasPrefix(sum(dir+"20260825", "resolute-desktop-amd64.iso"), published) || strings.HasPrefix(sum(dir+"20260826", "resolute-desktop-amd64.iso"), published) {
		t.Errorf("the published image of Xubuntu is %s", published)
	}
}

func TestNetbootNamesItsISO(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, test := range []struct{ tree, file, want string }{
		{"simple", "/26.04.1/netboot/amd64/grub/grub.cfg", "http://example.com/resolute/ubuntu-26.04.1-live-server-amd64.iso"},
		{"full", "/ubuntu/releases/resolute/release/netboot/s390x/parmfile.ubuntu", "http://example.com/ubuntu/releases/resolute/release/ubuntu-26.04.1-live-server-s390x.iso"},
		{"full", "/ubuntu/releases/noble/release/netboot/arm64/grub/grub.cfg", "http://example.com/ubuntu/releases/noble/release/ubuntu-24.04.2-live-server-arm64.iso"},
	} {
		body := get(d.Tree(test.tree), test.file).Body.String()
		if !strings.Contains(body, "iso-url="+test.want+" ") {
			t.Errorf("%s: does not name %s:\n%s", test.file, test.want, body)
		}
	}
}

func TestImageIsRefused(t *testing.T) {
	t.Parallel()
	w := get(newDemo(t).Tree("simple"), "/noble/ubuntu-24.04.4-desktop-amd64.iso")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "sample data") || w.Header().Get("ETag") != "" {
		t.Errorf("GET of an image: %d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	h := newDemo(t).Tree("full")
	for _, file := range []string{"/.manifest-daily", "/ubuntu/resolute/daily-live/20260826/resolute-desktop-amd64.iso"} {
		head := httptest.NewRecorder()
		h.ServeHTTP(head, httptest.NewRequest(http.MethodHead, file, nil))
		for header, value := range map[string]string{"If-None-Match": head.Header().Get("ETag"), "If-Modified-Since": head.Header().Get("Last-Modified")} {
			request := httptest.NewRequest(http.MethodGet, file, nil)
			request.Header.Set(header, value)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, request)
			if w.Code != http.StatusNotModified {
				t.Errorf("%s with %s %s: status %d, want 304", file, header, value, w.Code)
			}
		}
	}
	for _, host := range []string{"127.0.0.1:1", "<script>"} {
		request := httptest.NewRequest(http.MethodGet, "/ubuntu", nil)
		request.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		if w.Code != http.StatusMovedPermanently || strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("host %q: %d %s", host, w.Code, w.Body)
		}
	}
}

func TestSameEachTime(t *testing.T) {
	t.Parallel()
	a, b := newDemo(t), newDemo(t)
	for _, name := range a.Trees() {
		walkTree(t, a.Tree(name), func(dir, file string) {
			one, two := get(a.Tree(name), "/"+dir+file), get(b.Tree(name), "/"+dir+file)
			if one.Body.String() != two.Body.String() || one.Header().Get("ETag") != two.Header().Get("ETag") {
				t.Errorf("%s: %s%s differs", name, dir, file)
			}
		})
	}
}

func TestNothingIsFromTheFuture(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	var check func(p string, n *fsNode)
	check = func(p string, n *fsNode) {
		if n.modified.After(Now()) {
			t.Errorf("%s is of %s", p, n.modified)
		}
		for name, child := range n.children {
			check(path.Join(p, name), child)
		}
	}
	for name, tree := range d.trees {
		check(name, tree.root)
	}
	for _, e := range d.tracker.db.entries {
		if e.date > Now().Format(stamp) {
			t.Errorf("%s %s is of %s", e.build.product.title, e.build.version, e.date)
		}
	}
}

func TestConfigIsTOML(t *testing.T) {
	t.Parallel()
	r, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got struct {
		Site    map[string]string
		Store   map[string]string
		Tracker []struct{ Name, Kind, URL, Host, Site string }
		Tree    []struct{ Name, Role, URL string }
		Plan    []struct{ Name, Path string }
	}
	if err := toml.Unmarshal(r.Config(`/with "quotes"`), &got); err != nil {
		t.Fatalf("%v\n%s", err, r.Config(""))
	}
	if len(got.Tracker) != 3 || got.Tracker[2].Kind != "test-observer" || got.Tracker[1].Name != "localized-iso" || got.Tracker[0].Host != "iso.qa.sample.test" || len(got.Tree) != 3 {
		t.Errorf("configuration is %+v", got)
	}
	if got.Tree[2].URL != r.TreeURLs["old"]+"/releases" || got.Store["data"] != `/with "quotes"/data` || got.Site["notice"] != Notice ||
		len(got.Plan) != 1 || got.Plan[0].Path != `/with "quotes"/plans` {
		t.Errorf("configuration is %+v", got)
	}
}

// The configuration counts paths from its own folder, so that a relative directory
// must not be written as it is.
func TestConfigPaths(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs("kept")
	if err != nil {
		t.Fatal(err)
	}
	d := newDemo(t)
	for dir, want := range map[string]string{"": `data = "data"`, "/x": `data = "/x/data"`, "kept": `data = "` + here + `/data"`} {
		if got := string(d.Config("http://t", nil, dir)); !strings.Contains(got, want+"\n") {
			t.Errorf("directory %q: no line %s in\n%s", dir, want, got)
		}
	}
}

// TestWritePlans: the plans of the sample are written once; what somebody changed stays.
func TestWritePlans(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "plans", "stonking-snapshot-3.toml")
	for _, text := range []string{"", "mine"} {
		if text != "" {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := WritePlans(dir); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || text == "" && !strings.Contains(string(got), "Snapshot 3") || text != "" && string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestStartAndClose(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{r.TrackerURL + "/qatracker", r.TreeURLs["full"] + "/", r.TreeURLs["old"] + "/releases/25.10/"} {
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", url, answer.Status)
		}
	}
	cancel() // ends all servers, so that Close has nothing left to wait for
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(r.TrackerURL); err == nil {
		t.Error("still answers after Close")
	}
}

func TestUnknownTree(t *testing.T) {
	t.Parallel()
	if w := get(newDemo(t).Tree("none"), "/"); w.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", w.Code)
	}
}
