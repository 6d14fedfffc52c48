package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"shiplist/generator/staged"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// sampleBuilder makes sites of a picture that the test changes.
func sampleBuilder(tb testing.TB, c *config.Config, p **release.Picture) *Builder {
	tb.Helper()
	b := NewBuilder(Options{Config: c})
	b.load = func(before *changeLog) (*release.Picture, *changeLog, error) {
		return *p, newLog(nil, time.Time{}, before), nil
	}
	return b
}

func mustBuild(tb testing.TB, b *Builder) *BuiltSite {
	tb.Helper()
	site, err := b.Build(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return site
}

// mustRead reads every file of a site and compares it with its sum.
func mustRead(tb testing.TB, s *BuiltSite) {
	tb.Helper()
	for _, f := range s.Files() {
		content, err := s.Read(f.Path)
		if err != nil || digestOf(content) != f.Sum || int64(len(content)) != f.Bytes {
			tb.Fatalf("/%s: %d bytes, want %d with the sum %s; error %v", f.Path, len(content), f.Bytes, f.Sum, err)
		}
	}
}

// retitled is the sample with another name for its first product.
func retitled(c *config.Config, title string) *release.Picture {
	p := samplePicture(c)
	p.Products[0].Title = title
	return p
}

// TestBuildShowsWithoutDisk: a site can be read before it is staged; staged, it is the
// set that Generate makes.
func TestBuildShowsWithoutDisk(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	first := mustBuild(t, b)
	mustRead(t, first)
	if _, err := os.Stat(c.Site.Staged); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory for staged sets: %v", err)
	}
	if _, err := first.Read("nothing/index.html"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	res, err := first.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := defaultConfig(t)
	want, err := prepared(t, Options{Config: other}, samplePicture(other)).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !res.New || res.Digest != want.Digest || res.Bytes != want.Bytes || res.Pages != want.Pages || res.Files != want.Files {
		t.Errorf("staged %+v, want as %+v", res, want)
	}
	mustRead(t, first)
	if set, err := staged.Newest(c.Site.Staged); err != nil || set.Digest != res.Digest {
		t.Errorf("newest set %s, error %v", set.Digest, err)
	}
}

// TestDrafts: what a builder of drafts stages can be found and is not the newest set, also
// where it is too large for memory; Generate of the same makes it the newest.
func TestDrafts(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	want, err := mustBuild(t, b).Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.options.Draft = true
	for most, title := range map[int64]string{0: "In a draft", 100_000_000: "In another draft"} {
		p = retitled(c, title)
		site, err := b.build(t.Context(), most)
		if err != nil {
			t.Fatal(err)
		}
		res, err := site.Stage(t.Context())
		if err != nil || res.Shared == 0 {
			t.Fatalf("%+v, %v", res, err)
		}
		if set, err := staged.Find(c.Site.Staged, res.Digest); err != nil || !set.Draft {
			t.Errorf("%s: %+v, %v", title, set.Draft, err)
		}
		if set, err := staged.Newest(c.Site.Staged); err != nil || set.Digest != want.Digest {
			t.Errorf("%s: newest %s, %v", title, set.Digest, err)
		}
	}
	full, err := prepared(t, Options{Config: c}, p).stage(t.Context())
	if err != nil || full.New {
		t.Fatalf("new %t, %v", full.New, err)
	}
	if set, err := staged.Newest(c.Site.Staged); err != nil || set.Digest != full.Digest || set.Draft {
		t.Errorf("newest %s, a draft: %t, %v", set.Digest, set.Draft, err)
	}
}

// TestBuildTakesOverWhatDidNotChange, and a page that did is there at once.
func TestBuildTakesOverWhatDidNotChange(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	first := mustBuild(t, b)
	if _, err := first.Stage(t.Context()); err != nil {
		t.Fatal(err)
	}
	p = retitled(c, "A new name")
	second := mustBuild(t, b)
	held := len(second.place.Load().content)
	if held == 0 || held > len(second.Files())/2 {
		t.Errorf("%d of %d files are new", held, len(second.Files()))
	}
	name := indexFile(productPath(p.Products[0]))
	was, _ := first.Read(name)
	is, _ := second.Read(name)
	if !bytes.Contains(is, []byte("A new name")) || bytes.Contains(was, []byte("A new name")) {
		t.Errorf("/%s is not new in the second site alone", name)
	}
	p = samplePicture(c)
	third := mustBuild(t, b)
	if third.Result.Digest != first.Result.Digest {
		t.Errorf("digest %s after the change was undone, want %s", third.Result.Digest, first.Result.Digest)
	}
	for _, s := range []*BuiltSite{third, second, first} {
		mustRead(t, s)
		if _, err := s.Stage(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustRead(t, s)
	}
}

// TestSitesOutlivePruning: whoever holds a site reads it, however many sets came after.
func TestSitesOutlivePruning(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	var sites []*BuiltSite
	for n := range staged.Keep + 3 {
		p = retitled(c, fmt.Sprint("Name ", n))
		site := mustBuild(t, b)
		if n != 1 { // one that is never staged
			if _, err := site.Stage(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n < 3 {
			sites = append(sites, site)
		}
	}
	for _, s := range sites {
		mustRead(t, s)
	}
}

// TestLargeBuildGoesToDisk: what would take too much memory is staged at once.
func TestLargeBuildGoesToDisk(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	first, err := b.build(t.Context(), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if first.place.Load().content != nil {
		t.Error("its files are kept in memory")
	}
	mustRead(t, first)
	res, err := first.Stage(t.Context())
	if err != nil || !res.New || res.Shared != 0 {
		t.Errorf("staged: %+v, error %v", res, err)
	}
	p = retitled(c, "A new name")
	second, err := b.build(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	mustRead(t, first)
	mustRead(t, second)
	res, err = second.Stage(t.Context())
	if err != nil || !res.New || res.Shared == 0 || res.Shared == res.Files {
		t.Errorf("staged: %+v, error %v", res, err)
	}
}

// TestUnstagedBuildsGoToDisk: what no set has counts as long as it is in memory, whatever
// build it is of.
func TestUnstagedBuildsGoToDisk(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	first := mustBuild(t, b)
	most := first.inMemory() + 100_000
	for n := range 20 {
		p = samplePicture(c)
		p.Products[n].Title = fmt.Sprint("Name ", n)
		site, err := b.build(t.Context(), most)
		if err != nil {
			t.Fatal(err)
		}
		mustRead(t, site)
		if site.inMemory() == 0 {
			return
		}
		if n := site.inMemory(); n > most {
			t.Fatalf("%d bytes in memory, and at most %d are", n, most)
		}
	}
	t.Error("nothing was written")
}

// TestBuildSeesLayoutsAndTexts that changed.
func TestBuildSeesLayoutsAndTexts(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Site.Layouts, c.Site.Content = filepath.Join(t.TempDir(), "layouts"), filepath.Join(t.TempDir(), "content")
	c.Site.Logo = filepath.Join(t.TempDir(), "logo.svg")
	write(t, c.Site.Logo, "<svg/>")
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	last := mustBuild(t, b)
	for _, change := range [][2]string{
		{c.Site.Layouts + "/pages/text.html", `{{define "main"}}mine: {{.Title}}{{end}}`},
		{c.Site.Layouts + "/assets/style.css", "main { color: red }"},
		{c.Site.Layouts + "/partials/zz.html", `{{define "link"}}<i>{{.Text}}</i>{{end}}`},
		{c.Site.Content + "/about.md", "+++\ntitle = \"Mine\"\n+++\nAll mine.\n"},
		{c.Site.Content + "/parts/verify.md", "+++\ntitle = \"Mine\"\n+++\nCheck it.\n"},
		{c.Site.Content + "/mine.md", "+++\ntitle = \"More\"\nmenu = \"More\"\n+++\nMore.\n"},
		{c.Site.Logo, "<svg></svg>"},
	} {
		write(t, change[0], change[1])
		site := mustBuild(t, b)
		fresh := mustBuild(t, sampleBuilder(t, c, &p))
		if site.Result.Digest == last.Result.Digest || site.Result.Digest != fresh.Result.Digest {
			t.Errorf("%s: digest %.8s after %.8s, want %.8s", change[0], site.Result.Digest, last.Result.Digest, fresh.Result.Digest)
		}
		mustRead(t, site)
		last = site
	}
}

// TestFailedBuildKeepsNothing: after it the next site is made from the ground up.
func TestFailedBuildKeepsNothing(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	b := sampleBuilder(t, c, &p)
	first := mustBuild(t, b)
	good, downloads, layouts := b.options.Layouts, b.kept.downloads, b.kept.layouts
	b.options.Layouts = Overlay(fstest.MapFS{"pages/home.html": {Data: []byte(`{{define "main"}}{{.Nonsense}}{{end}}`)}}, os.DirFS("../layouts"))
	if _, err := b.Build(t.Context()); err == nil {
		t.Fatal("no error")
	}
	b.options.Layouts = good
	again := mustBuild(t, b)
	if n := len(again.place.Load().content); n != len(again.Files()) {
		t.Errorf("%d of %d files are new", n, len(again.Files()))
	}
	if b.kept.downloads[0] == downloads[0] || b.kept.layouts == layouts {
		t.Error("the next site has something of the one before")
	}
	if again.Result.Digest != first.Result.Digest {
		t.Errorf("digest %s, want %s", again.Result.Digest, first.Result.Digest)
	}
	mustRead(t, first)
}
