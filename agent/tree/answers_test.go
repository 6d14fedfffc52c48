package tree

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

const bootDir = "ubuntu-server/noble/daily-live/20260726/netboot/amd64"

// said is what the facts tell of a file of the set in bootDir: its answer.
func said(f *release.Facts, name string) release.NetbootAnswer {
	for _, s := range f.Netboot {
		for _, a := range s.Answers {
			if s.Dir == bootDir && a.Name == name {
				return a
			}
		}
	}
	return release.NetbootAnswer{}
}

// headsOf counts the requests for the heads of netboot files since the last poll began.
func (l *livingTree) headsOf() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for _, a := range l.before {
		if a.method == http.MethodHead && strings.Contains(a.path, "netboot") {
			counts[a.path]++
		}
	}
	return counts
}

func (l *livingTree) fault(path string, h http.HandlerFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.faults, path)
	if h != nil {
		l.faults[path] = h
	}
}

// TestNetbootFilesAreAskedFor once in a period, each once.
func TestNetbootFilesAreAskedFor(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	first, _ := l.poll(t, 0)
	for _, name := range []string{"linux", "initrd", "pxelinux.0", "grub/grub.cfg", "noble-netboot-amd64.tar.gz"} {
		if a := said(first.Facts, name); a.Size == nil || a.Status != 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	all := len(l.headsOf())
	if all < 20 {
		t.Errorf("%d files were asked for", all)
	}
	times := map[string]int{}
	for range 12 {
		answer, _ := l.poll(t, 30*time.Minute)
		for at, n := range l.headsOf() {
			times[at] += n
		}
		if n := len(l.headsOf()); n > all/2 {
			t.Errorf("%d of %d files at once: they are not spread over the period", n, all)
		}
		if got := said(answer.Facts, "linux"); got.Size == nil {
			t.Errorf("an answer was lost: %+v", got)
		}
	}
	for at, n := range times {
		if n != 1 {
			t.Errorf("%s was asked for %d times in a period", at, n)
		}
	}
	if len(times) != all {
		t.Errorf("%d of %d files were asked for again in a period", len(times), all)
	}
}

// TestNetbootFileIsGone when two polls say so, which follow each other, and comes back
// with the first that has it. A failure in between, or instead, changes nothing.
func TestNetbootFileIsGone(t *testing.T) {
	t.Parallel()
	const path = bootDir + "/linux"
	type step struct {
		fault  http.HandlerFunc
		status int // as the facts have it then
		times  int
	}
	gone, absent := status(410), status(404)
	for name, steps := range map[string][]step{
		"gone":             {{absent, 404, 1}, {absent, 404, 2}, {absent, 404, 2}, {nil, 0, 0}},
		"gone for good":    {{gone, 410, 1}, {gone, 410, 2}},
		"once":             {{absent, 404, 1}, {nil, 0, 0}, {absent, 404, 1}},
		"failures between": {{absent, 404, 1}, {status(500), 404, 1}, {absent, 404, 2}, {status(503), 404, 2}, {nil, 0, 0}},
		"failures only":    {{status(500), 0, 0}, {status(502), 0, 0}, {status(403), 0, 0}},
		"another host": {{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusFound)
		}, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live(t, fullSample(), config.Tree{Head: true})
			l.poll(t, 0)
			size := *said(l.facts, "linux").Size
			for i, s := range steps {
				l.fault(path, s.fault)
				answer, _ := l.poll(t, 6*time.Hour)
				got := said(answer.Facts, "linux")
				if got.Status != s.status || got.Times != s.times || (got.Size != nil) != (s.status == 0) || got.Size != nil && *got.Size != size {
					t.Errorf("step %d: %+v, want %d %d times", i, got, s.status, s.times)
				}
			}
		})
	}
}

// TestNetbootFileThatWasGoneOnce is asked for with the next poll, not in its turn.
func TestNetbootFileThatWasGoneOnce(t *testing.T) {
	t.Parallel()
	const path = bootDir + "/linux"
	l := live(t, fullSample(), config.Tree{Head: true})
	l.fault(path, status(404))
	l.poll(t, 0)
	l.poll(t, time.Second)
	if a := said(l.facts, "linux"); a.Times != 2 {
		t.Errorf("%+v, want it gone at two polls", a)
	}
	if n := l.headsOf(); n[path] != 1 {
		t.Errorf("asked for %v", n)
	}
	l.poll(t, time.Second)
	if n := l.headsOf(); n[path] != 0 {
		t.Errorf("asked for %v, though two polls have said that it is gone", n)
	}
}

// TestNetbootNotAskedFor where heads are not wanted.
func TestNetbootNotAskedFor(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{})
	answer, _ := l.poll(t, 0)
	if a := said(answer.Facts, "linux"); a.Name != "" || len(l.headsOf()) > 0 {
		t.Errorf("%+v, asked for %v", a, l.headsOf())
	}
}

// TestNetbootOfAnotherHost: an image is not asked for where a configuration names another
// host, or leads out of the tree.
func TestNetbootOfAnotherHost(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was asked for", r.Method, r.URL)
	}))
	t.Cleanup(other.Close)
	for _, iso := range []string{other.URL + "/a.iso", "https://cdimage.example/%2E%2E/a.iso", "https://cdimage.example/a.iso?x=1"} {
		s := fullSample()
		for at, f := range s.files {
			if strings.HasPrefix(at, bootDir+"/") && strings.Contains(f.text, "iso-url=") {
				s.text(at, "linux linux iso-url="+iso+" ip=dhcp ---\n")
			}
		}
		l := live(t, s, config.Tree{Head: true, Site: "https://cdimage.example"})
		answer, _ := l.poll(t, 0)
		if a := said(answer.Facts, "linux"); a.Size == nil {
			t.Errorf("%+v", a)
		}
		if a := said(answer.Facts, iso); a.Name != "" {
			t.Errorf("%+v for %s", a, iso)
		}
		for _, a := range l.before {
			if strings.HasSuffix(a.path, "a.iso") {
				t.Errorf("%s %s was asked for", a.method, a.path)
			}
		}
	}
}

// TestServerWithoutHead is asked for the first byte of each file, and after the first file
// for nothing else. A file that is not there is told from one that is.
func TestServerWithoutHead(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]http.HandlerFunc{
		"403": status(403), "405": status(405), "501": status(501), "no length": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Transfer-Encoding", "chunked") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live(t, fullSample(), config.Tree{Head: true})
			l.source.o.Limits.Connections = 1
			var heads, ranged, whole atomic.Int32
			inner := l.apache
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodHead:
					heads.Add(1)
					refuse(w, r)
				case r.Header.Get("Range") != "":
					ranged.Add(1)
					partial(w, r, inner)
				default:
					if strings.HasSuffix(r.URL.Path, "linux") {
						whole.Add(1)
					}
					inner.ServeHTTP(w, r)
				}
			}))
			t.Cleanup(server.Close)
			l.source.o.Tree.URL = server.URL
			l.fault(bootDir+"/initrd", status(404))
			answer, _ := l.poll(t, 0)
			if a := said(answer.Facts, "linux"); a.Size == nil || *a.Size != int64(len("kernel")) {
				t.Errorf("linux: %+v", a)
			}
			if a := said(answer.Facts, "initrd"); a.Status != 404 || a.Times != 1 {
				t.Errorf("initrd: %+v", a)
			}
			if n := heads.Load(); n > 4 { // as many as are under way at once
				t.Errorf("%d HEADs, though the first was refused", n)
			}
			if ranged.Load() < 20 || whole.Load() > 0 || len(answer.Problems) > 0 {
				t.Errorf("%d ranged GETs, %d whole ones, problems %v", ranged.Load(), whole.Load(), answer.Problems)
			}
		})
	}
}

// partial answers with the first byte of what a server has.
func partial(w http.ResponseWriter, r *http.Request, server http.Handler) {
	rec := httptest.NewRecorder()
	server.ServeHTTP(rec, r)
	maps.Copy(w.Header(), rec.Header())
	if rec.Code != http.StatusOK {
		w.WriteHeader(rec.Code)
		return
	}
	w.Header().Set("Content-Range", "bytes 0-0/"+rec.Header().Get("Content-Length"))
	w.Header().Set("Content-Length", "1")
	w.WriteHeader(http.StatusPartialContent)
	_, _ = io.WriteString(w, "x")
}

// TestServerThatRefusesAll is not asked on and on, and nothing of it counts as gone.
func TestServerThatRefusesAll(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	l.source.o.Limits.Connections = 1
	var asked atomic.Int32
	inner := l.apache
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead || r.Header.Get("Range") != "" {
			asked.Add(1)
			status(403)(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	l.source.o.Tree.URL = server.URL
	answer, _ := l.poll(t, 0)
	if a := said(answer.Facts, "linux"); a.Name != "" {
		t.Errorf("%+v", a)
	}
	if n := asked.Load(); n == 0 || n > 40 {
		t.Errorf("%d questions", n)
	}
	if !slices.ContainsFunc(answer.Problems, func(p release.Problem) bool { return p.Rule == "netboot" }) {
		t.Errorf("problems %v", answer.Problems)
	}
}

// TestNetbootOfAnInterruptedPoll: what was answered is not asked for again.
func TestNetbootOfAnInterruptedPoll(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	l.source.o.Limits.Connections = 1
	ctx, cancel := context.WithCancel(t.Context())
	l.onRequest = func(int) {
		heads := 0
		for at, n := range l.heads {
			if strings.Contains(at, "netboot") {
				heads += n
			}
		}
		if heads == 10 {
			cancel()
		}
	}
	if _, err := l.source.Poll(ctx, nil); err == nil {
		t.Fatal("the poll was not interrupted")
	}
	l.mu.Lock()
	l.onRequest, l.before = nil, slices.Clone(l.asked)
	l.mu.Unlock()
	before := l.headsOf()
	l.poll(t, time.Minute)
	after := l.headsOf()
	again := 0
	for at := range before {
		again += after[at]
	}
	if len(before) < 8 || len(after) < 8 || again > 2 { // two are under way, whose answers are lost
		t.Errorf("%d of %d files were asked for again", again, len(before))
	}
	if a := said(l.facts, "linux"); a.Size == nil {
		t.Errorf("%+v", a)
	}
}

func TestPathOfISO(t *testing.T) {
	t.Parallel()
	c := &crawl{tree: config.Tree{URL: "http://127.0.0.1:1/tree", Site: "https://cd.example"}}
	for address, want := range map[string]string{
		"https://cd.example/noble/a.iso":          "noble/a.iso",
		"http://127.0.0.1:1/tree/noble/a%2Bb.iso": "noble/a+b.iso",
		"https://cd.example/../a.iso":             "",
		"https://cd.example/a%2F..%2F..%2Fb":      "",
		"https://cd.example/a.iso?x=y":            "",
		"https://cd.example.evil/a.iso":           "",
		"https://cd.example":                      "",
		"https://cd.example/":                     "",
		"http://169.254.169.254/latest":           "",
		"":                                        "",
		"https://user@cd.example/a.iso":           "",
	} {
		if got := c.pathOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	if got := (&crawl{}).pathOf("https://cd.example/a.iso"); got != "" {
		t.Errorf("a tree without an address has %q", got)
	}
}

// TestISOIsAskedFor where it should lie in the tree and is not listed, by its address.
func TestISOIsAskedFor(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	const iso = "https://cdimage.example/ubuntu-server/noble/daily-live/20260726/noble-live-server-amd64.iso"
	l.source.o.Tree.Site = "https://cdimage.example" // as in the sample's configurations
	l.poll(t, 0)
	if a := said(l.facts, iso); a.Name != "" {
		t.Errorf("%+v, though its directory shows it", a)
	}
	s := fullSample()
	delete(s.files, strings.TrimPrefix(iso, "https://cdimage.example/"))
	l.become(s)
	for _, times := range []int{1, 2, 2} {
		l.poll(t, 6*time.Hour)
		if a := said(l.facts, iso); a.Status != 404 || a.Times != times {
			t.Errorf("%+v, want it gone %d times", a, times)
		}
	}
}

// sized is the size of a file of the set in bootDir, and whether it is exact.
func sized(f *release.Facts, name string) (size int64, exact bool) {
	for _, s := range f.Netboot {
		if s.Dir != bootDir {
			continue
		}
		for _, file := range append(s.Boot, *s.Tarball) {
			if file.Name == name && file.Size != nil {
				return *file.Size, file.Exact
			}
		}
	}
	return 0, false
}

// TestNetbootSizes: an answer tells the exact size of a file that a listing rounds, and it
// stays when the server fails; one that is not there has that of the listing.
func TestNetbootSizes(t *testing.T) {
	t.Parallel()
	const tarball, dir = "noble-netboot-amd64.tar.gz", "ubuntu-server/noble/daily-live/20260726/"
	l := live(t, fullSample(), config.Tree{Head: true})
	for _, step := range []struct {
		name  string
		fault http.HandlerFunc
		size  int64
		exact bool
	}{
		{"fails at first", status(500), 96_468_992, false}, // 92M in the listing
		{"is there", nil, 96_330_730, true},
		{"fails", status(503), 96_330_730, true},
		{"is gone", status(404), 96_468_992, false},
		{"is back", nil, 96_330_730, true},
	} {
		l.fault(dir+tarball, step.fault)
		answer, _ := l.poll(t, 24*time.Hour)
		if size, exact := sized(answer.Facts, tarball); size != step.size || exact != step.exact {
			t.Errorf("%s: the tarball has %d bytes, exact %t; want %d", step.name, size, exact, step.size)
		}
		if size, exact := sized(answer.Facts, "pxelinux.0"); size != 6 || !exact {
			t.Errorf("%s: the loader has %d bytes, exact %t", step.name, size, exact)
		}
	}
}
