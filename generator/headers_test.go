package generator

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"shiplist/generator/headers"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// headersConfig is the embedded configuration with headers for the trees of the sample.
func headersConfig(tb testing.TB) *config.Config {
	tb.Helper()
	c := defaultConfig(tb)
	c.Site.Headers = filepath.Join(tb.TempDir(), "headers")
	for i := range c.Trees {
		c.Trees[i].Headers = true
	}
	return c
}

// headersSite is the sample, arranged.
func headersSite(tb testing.TB, c *config.Config) *site {
	tb.Helper()
	s := prepared(tb, Options{Config: c}, samplePicture(c))
	s.arrange()
	return s
}

// writeSample writes the headers of the sample and returns what became of them.
func writeSample(tb testing.TB, s *site, c *config.Config) headers.Result {
	tb.Helper()
	res, err := s.writeHeaders(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return *res
}

// goldenHeaders are the directories that are compared byte for byte.
var goldenHeaders = []string{"simple/noble", "full/ubuntu-server/noble/daily-live/current"}

func TestGoldenHeaders(t *testing.T) {
	t.Parallel()
	c := headersConfig(t)
	c.Site.BaseURL = "https://releases.example.org/manifest"
	writeSample(t, headersSite(t, c), c)
	got := &txtar.Archive{Comment: []byte("Headers of some directories of the sample. Rewrite with: go test ./generator -run TestGoldenHeaders -update\n\n")}
	for _, dir := range goldenHeaders {
		for _, name := range headersFiles {
			text, err := os.ReadFile(filepath.Join(c.Site.Headers, dir, name))
			if err != nil {
				t.Fatal(err)
			}
			got.Files = append(got.Files, txtar.File{Name: dir + "/" + name, Data: text})
		}
	}
	compareGolden(t, "testdata/headers.txtar", got)
}

// BenchmarkHeaders makes the headers of the large site: where there are none, and where
// all are there. On an ext4 without a journal, as virtual machines often have, the first
// takes several times as long where thousands of files were removed within the last
// minutes, as by the benchmark before: for each new file their inodes are passed over one
// by one, whatever way files are made (perf shows recently_deleted). With a journal, or in
// memory with TMPDIR=/dev/shm, that is not so.
func BenchmarkHeaders(b *testing.B) {
	c := defaultConfig(b)
	c.Trees = []config.Tree{{Name: "full", Headers: true}}
	p := largePicture(c)
	s := prepared(b, Options{Config: c}, p)
	s.arrange()
	run := func(b *testing.B, fresh bool) {
		dir := b.TempDir()
		c.Site.Headers = filepath.Join(dir, "0")
		writeSample(b, s, c)
		b.ReportAllocs()
		for n := 1; b.Loop(); n++ {
			if fresh {
				c.Site.Headers = filepath.Join(dir, fmt.Sprint(n))
			}
			res := writeSample(b, s, c)
			if wrote := res.Written > 0; wrote != fresh || res.Directories != largeDirectories {
				b.Fatalf("%+v", res)
			}
		}
	}
	b.Run("fresh", func(b *testing.B) { run(b, true) })
	b.Run("unchanged", func(b *testing.B) { run(b, false) })
}

func TestStableNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, version, milestone, base string
		want                           []string
	}{
		{"ubuntu-24.04.4-desktop-amd64.iso", "24.04.4", "", "24.04", []string{"ubuntu-24.04-latest-desktop-amd64.iso"}},
		{"ubuntu-24.04.5.1-desktop-amd64.iso", "24.04.5.1", "", "24.04", []string{"ubuntu-24.04.5-latest-desktop-amd64.iso", "ubuntu-24.04-latest-desktop-amd64.iso"}},
		{"ubuntu-26.04-desktop-amd64.iso", "26.04", "", "26.04", []string{"ubuntu-26.04-latest-desktop-amd64.iso"}},
		{"ubuntu-26.10-beta-live-server-amd64.iso", "26.10", "beta", "26.10", []string{"ubuntu-26.10-beta-latest-live-server-amd64.iso"}},
		{"ubuntu-26.10-live-server-amd64.iso", "26.10", "beta", "26.10", nil},
		{"ubuntu-6.06.2-desktop-i386.iso", "6.06.2", "", "", []string{"ubuntu-6.06.2-latest-desktop-i386.iso"}},
		{"precise-desktop-amd64.iso", "", "", "12.04", nil},
		{"precise-desktop-amd64.iso", "12.04", "", "12.04", nil},
	} {
		if got := stableNames(tt.name, tt.version, tt.milestone, tt.base); !slices.Equal(got, tt.want) {
			t.Errorf("%s, %s %s of %s: %q, want %q", tt.name, tt.version, tt.milestone, tt.base, got, tt.want)
		}
	}
}

// TestNewestIsLatest: a directory with several point releases leads to the newest, and
// no name that is really there is led away from.
func TestNewestIsLatest(t *testing.T) {
	t.Parallel()
	image := func(version, name string) *release.TreeImage {
		return &release.TreeImage{Image: &release.Image{Version: version, Files: []release.File{{Name: name, Type: "iso", Main: true}}}}
	}
	d := &download{kind: release.DirectoryRelease, tree: &release.Tree{Site: "https://example.org/pub/"}, dir: "noble", images: []*release.TreeImage{
		image("24.04.4", "u-24.04.4-desktop-amd64.iso"), image("24.04.3", "u-24.04.3-desktop-amd64.iso"),
		image("24.04.4", "u-24.04.4-wsl-amd64.wsl"), image("", "u-24.04.4-latest-wsl-amd64.wsl"),
	}}
	s := &site{picture: &release.Picture{}}
	want := []redirect{
		{"/pub/noble/u-24.04.4-latest-desktop-amd64.iso", "/pub/noble/u-24.04.4-desktop-amd64.iso"},
		{"/pub/noble/u-24.04.3-latest-desktop-amd64.iso", "/pub/noble/u-24.04.3-desktop-amd64.iso"},
	}
	if diff := cmp.Diff(want, s.latest(d)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	s.picture.Lines, d.series = []*release.Line{{Slug: "noble", Version: "24.04"}}, "noble"
	d.tree.Site = ""
	want = []redirect{
		{"/noble/u-24.04-latest-desktop-amd64.iso", "/noble/u-24.04.4-desktop-amd64.iso"},
		{"/noble/u-24.04-latest-wsl-amd64.wsl", "/noble/u-24.04.4-wsl-amd64.wsl"},
	}
	if diff := cmp.Diff(want, s.latest(d)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	d.kind = release.DirectoryCurrent
	if got := s.latest(d); got != nil {
		t.Errorf("dailies have %v", got)
	}
}

// TestHeadersKnowNoPlace: where nobody said where the site will be nothing links to it.
func TestHeadersKnowNoPlace(t *testing.T) {
	t.Parallel()
	c := headersConfig(t)
	s := headersSite(t, c)
	for _, d := range s.headersDirs([]string{"full", "simple"}) {
		var b bytes.Buffer
		files, err := s.renderHeaders(&b, d.download)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range elements(files[0].Content) {
			to := attribute(e, "href")
			if e.Data == "a" && !strings.HasPrefix(to, "./") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "https://gpgtools.org/") && !strings.HasPrefix(to, "https://www.gpg4win.org/") {
				t.Errorf("%s links to %s", d.place, to)
			}
		}
	}
}

// TestPendingIsCurrent: two names of one dated directory get one set of files.
func TestPendingIsCurrent(t *testing.T) {
	t.Parallel()
	tree := &release.Tree{Name: "full"}
	dated, newer := &release.TreeDirectory{}, &release.TreeDirectory{}
	dated.Kind, newer.Kind = release.DirectoryDated, release.DirectoryDated
	daily := func(kind release.DirectoryKind, dir *release.TreeDirectory) *download {
		return &download{tree: tree, dir: "p/daily-live/" + string(kind), kind: kind, dirs: []*release.TreeDirectory{dir}}
	}
	for name, tt := range map[string]struct {
		pending *release.TreeDirectory
		want    int
	}{"the same": {dated, 1}, "another": {newer, 2}} {
		s := &site{}
		s.downloads = []*download{daily(release.DirectoryCurrent, dated), daily(release.DirectoryPending, tt.pending)}
		s.ofProject = map[projectKey][]*download{{}: s.downloads}
		if got := s.headersDirs([]string{"full"}); len(got) != tt.want || got[0].dir != "p/daily-live/current" {
			t.Errorf("%s: %d directories, want %d", name, len(got), tt.want)
		}
	}
}

// TestGenerateHeaders: headers come with the site, are no part of it, and go when no
// tree wants them any more. What is missing is made again although no fact changed.
func TestGenerateHeaders(t *testing.T) {
	t.Parallel()
	c := writeSmall(t, t.TempDir())
	generate := func() Result {
		t.Helper()
		res, err := Generate(t.Context(), Options{Config: c})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	plain := generate()
	if plain.Headers != nil {
		t.Errorf("nobody asked for %+v", plain.Headers)
	}
	c.Trees[0].Headers = true
	with := generate()
	if with.Digest != plain.Digest || with.Headers == nil || with.Headers.Directories != 2 || with.Headers.Written != 6 {
		t.Fatalf("with headers: %+v %+v", with, with.Headers)
	}
	if again := generate(); again.Headers.Written != 0 || again.Headers.Files != 6 {
		t.Errorf("again: %+v", again.Headers)
	}
	if err := os.RemoveAll(c.Site.Headers); err != nil {
		t.Fatal(err)
	}
	if made := generate(); made.Headers == nil || made.Headers.Written != 6 || made.Headers.Digest != with.Headers.Digest {
		t.Errorf("after they were removed: %+v", made.Headers)
	}
	c.Trees[0].Headers = false
	if gone := generate(); gone.Headers == nil || gone.Headers.Removed != 6 || gone.Headers.Files != 0 {
		t.Errorf("not wanted any more: %+v", gone.Headers)
	}
}

// TestHeadersLayoutErrors: mistakes in the layouts of headers are told as in any other.
func TestHeadersLayoutErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"headers/header.html", "<h1>\n{{.Titel}}</h1>", `layouts/headers/header.html:2:3: headersPage has no field or method "Titel"; did you mean "Title"?`},
		{"headers/footer.html", "{{if}}", "layouts/headers/footer.html:1"},
		{"headers/htaccess.txt", `{{define "description"}}{{.Wat}}{{end}}`, "layouts/headers/htaccess.txt:1"},
		{"headers/htaccess.txt", "x", `layouts/headers/htaccess.txt: defines no template "description"`},
	} {
		c := headersConfig(t)
		s, err := prepare(Options{Config: c, Layouts: layoutsLike(t, map[string]string{tt.name: tt.text})})
		if err == nil {
			s.picture = samplePicture(c)
			s.arrange()
			_, err = s.writeHeaders(t.Context(), c)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

// FuzzListing: no text and no name ends the quotes, the line, or the cell of a listing.
func FuzzListing(f *testing.F) {
	f.Add(`"`)
	f.Add("a\nRedirect / https://example.com/")
	f.Add("${PATH} \\ <script>")
	f.Fuzz(func(t *testing.T, s string) {
		if text := listingText(s); strings.ContainsAny(text, "\"\\$<>\n\r\x00") || !utf8.ValidString(text) {
			t.Errorf("text %q of %q", text, s)
		}
		if p := listingPattern(s); strings.ContainsAny(p, "\"\\$<>\n\r\x00[]* {") || len(p) != len(s) {
			t.Errorf("pattern %q of %q", p, s)
		}
		if q, ok := quotable(s); ok && (strings.ContainsAny(q, "\n\r\x00") || strings.Contains(q, "${") || strings.HasSuffix(strings.ReplaceAll(q, `\\`, ""), `\`)) {
			t.Errorf("path %q of %q", q, s)
		}
	})
}

// TestHeadersLayoutsClose: whatever the struct has, header and footer make one page.
func TestHeadersLayoutsClose(t *testing.T) {
	t.Parallel()
	c := headersConfig(t)
	l := prepared(t, Options{Config: c}, emptyPicture(c)).layouts.headers.layouts
	var empty, filled, unset headersPage
	fill(reflect.ValueOf(&filled).Elem(), true, 0)
	fill(reflect.ValueOf(&unset).Elem(), false, 0)
	for what, p := range map[string]headersPage{"empty": empty, "filled": filled, "filled, all flags off": unset} {
		var page, access bytes.Buffer
		for i, b := range []*bytes.Buffer{&page, &page, &access} {
			if err := l[i].Execute(b, p); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, problem := range unbalanced(page.Bytes()) {
			t.Errorf("%s: %s", what, problem)
		}
		if open, end := strings.Count(access.String(), "\n<IfModule "), strings.Count(access.String(), "\n</IfModule>\n"); open != end || open < 2 {
			t.Errorf("%s: %d of IfModule, %d ends:\n%s", what, open, end, access.String())
		}
	}
}
