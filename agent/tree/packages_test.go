package tree

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// packagesSite is an archive of packages, or where its retired series go: it has the files
// that are named, and counts what it is asked for.
type packagesSite struct {
	has    map[string]int64
	status int // of every answer; zero for what is true
	mu     sync.Mutex
	asked  []string
}

func (p *packagesSite) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.Method+" "+r.URL.Path)
		size, ok := p.has[r.URL.Path]
		switch {
		case p.status != 0:
			w.WriteHeader(p.status)
		case !ok:
			http.NotFound(w, r)
		default:
			http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(strings.Repeat("x", int(size))))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const (
	focalKernel = "/ubuntu/dists/focal/installer-amd64/linux"
	focalInitrd = "/ubuntu/dists/focal/installer-amd64/initrd.gz"
)

// packages is a source of an archive with one installer, and one of another host.
func packages(t *testing.T, main, old *packagesSite) *Source {
	t.Helper()
	s := newSource(t, config.Tree{Name: "archive", Role: "packages", URL: main.start(t) + "/ubuntu", Site: "http://archive.example/ubuntu", Retired: old.start(t) + "/ubuntu", Head: true})
	s.o.Limits.Connections = 1
	s.o.Rules = release.Rules{
		Series: []release.SeriesRule{{Name: "focal", Version: "20.04"}, {Name: "noble"}},
		Netboot: []release.NetbootRule{
			{Series: []string{"focal"}, Arches: []string{"amd64"}, Address: "http://archive.example/ubuntu/dists/{series}/installer-{arch}/", Kernel: "linux", Initrd: "initrd.gz"},
			{Series: []string{"focal"}, Arches: []string{"arm64"}, Address: "http://elsewhere.example/ubuntu/", Kernel: "linux", Initrd: "initrd.gz"},
		},
	}
	return s
}

// TestPackagesAreAskedFor file by file, and what has left where retired series lie.
func TestPackagesAreAskedFor(t *testing.T) {
	t.Parallel()
	main := &packagesSite{has: map[string]int64{focalKernel: 5, focalInitrd: 7}}
	old := &packagesSite{has: map[string]int64{focalKernel: 5, focalInitrd: 7}}
	s := packages(t, main, old)
	facts := &release.Facts{}
	size := func(n int64) *int64 { return &n }
	there := []release.NetbootAnswer{{Name: "initrd.gz", Size: size(7)}, {Name: "linux", Size: size(5)}}
	absent := func(times int) []release.NetbootAnswer {
		return []release.NetbootAnswer{{Name: "initrd.gz", Status: 404, Times: times}, {Name: "linux", Status: 404, Times: times}}
	}
	both, retired := []string{"HEAD " + focalInitrd, "HEAD " + focalKernel}, strings.TrimSuffix(s.o.Tree.Retired, "/ubuntu")
	moved := append([]release.NetbootAnswer{{Name: retired + focalInitrd, Size: size(7)}, {Name: retired + focalKernel, Size: size(5)}}, absent(2)...)
	for i, step := range []struct {
		before   func()
		answers  []release.NetbootAnswer
		asked    []string
		askedOld []string
		fails    bool
	}{
		{func() {}, there, both, nil, false},
		{func() { main.status = 500 }, there, nil, nil, true}, // facts stay; how often it is asked is the client's matter
		{func() { main.status, main.has = 0, nil }, absent(1), both, nil, false},
		{func() {}, moved, both, both, false},
		{func() { old.status = 500 }, moved, both, nil, false},
		{func() { old.status = 404 }, append([]release.NetbootAnswer{{Name: retired + focalInitrd, Status: 404, Times: 1}, {Name: retired + focalKernel, Status: 404, Times: 1}}, absent(2)...), both, both, false},
		{func() { main.has, old.status = map[string]int64{focalKernel: 5, focalInitrd: 7}, 0 }, there, both, nil, false},
	} {
		step.before()
		main.asked, old.asked = nil, nil
		answer, err := s.Poll(t.Context(), facts)
		if step.fails {
			if err == nil {
				t.Errorf("step %d did not fail: %+v", i, answer.Facts)
			}
			continue
		}
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		facts = answer.Facts
		want := []release.NetbootSet{{
			Series: "focal", Project: "other", Arch: "amd64", Kind: release.ImageRelease, Version: "20.04", Dir: "dists/focal/installer-amd64",
			Kernel: "linux", Initrd: "initrd.gz", Answers: step.answers,
		}}
		if diff := cmp.Diff(want, facts.Netboot); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
		slices.Sort(main.asked) // two are under way at once
		slices.Sort(old.asked)
		if diff := cmp.Diff(step.asked, main.asked); diff != "" {
			t.Errorf("step %d, asked (-want +got):\n%s", i, diff)
		}
		if diff := cmp.Diff(step.askedOld, old.asked); diff != "" && old.status != 500 {
			t.Errorf("step %d, asked where it retires (-want +got):\n%s", i, diff)
		}
		if !answer.Decided || len(answer.Problems) > 0 != (old.status == 500) {
			t.Errorf("step %d: decided %t, problems %v", i, answer.Decided, answer.Problems)
		}
	}
}

// TestPackagesWithoutInstaller asks for nothing, and says so.
func TestPackagesWithoutInstaller(t *testing.T) {
	t.Parallel()
	main := &packagesSite{}
	s := packages(t, main, &packagesSite{})
	s.o.Tree.Site = "http://archive.example/ubuntu-ports"
	answer, err := s.Poll(t.Context(), nil)
	if err != nil || len(main.asked) > 0 || len(answer.Facts.Netboot) > 0 || len(answer.Problems) != 1 {
		t.Errorf("%+v, %v, asked for %q", answer, err, main.asked)
	}
	s.o.Tree.URL = "file:" + t.TempDir()
	if _, err := s.Poll(t.Context(), nil); err == nil {
		t.Error("a local archive was asked")
	}
}

func TestBelowAnArchive(t *testing.T) {
	t.Parallel()
	s := &Source{o: Options{Tree: config.Tree{Site: "http://archive.example/ubuntu"}}}
	for address, want := range map[string]string{
		"http://archive.example/ubuntu/dists/x/":       "dists/x",
		"http://archive.example/ubuntu/a%2Bb/":         "a+b",
		"http://archive.example/ubuntu/":               "",
		"http://archive.example/ubuntu-ports/dists/x/": "",
		"http://archive.example/ubuntu/../x/":          "",
		"http://archive.example/ubuntu/%2e%2e/x/":      "",
		"http://archive.example/ubuntu/x?y/":           "",
		"https://archive.example/ubuntu/dists/x/":      "",
		"http://archive.example.evil/ubuntu/dists/x/":  "",
	} {
		if got := s.below(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
