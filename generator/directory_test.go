package generator

import (
	stdhtml "html"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// warnedPages are those of a test version, of what is superseded, and of dailies that
// nobody has tried.
var warnedPages = []string{"images/full/questing-beta/", "images/full/stonking/daily-live/pending/", "images/old/noble-2/"}

// TestGoldenWarnings compares what pages show that warn of what they offer.
func TestGoldenWarnings(t *testing.T) {
	t.Parallel()
	res, err := prepared(t, Options{Config: defaultConfig(t)}, years(t, sampleNow).picture).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site := readSite(t, res.Dir)
	got := &txtar.Archive{Comment: []byte("What pages show that warn. Rewrite with: go test ./generator -run TestGoldenWarnings -update\n\n")}
	for _, page := range warnedPages {
		_, after, _ := strings.Cut(string(site[indexFile(page)]), "<main")
		main, _, _ := strings.Cut(after, "</main>")
		got.Files = append(got.Files, txtar.File{Name: page, Data: []byte("<main" + main + "</main>\n")})
	}
	compareGolden(t, "testdata/warnings.txtar", got)
}

// TestEveryFileIsOnItsPage: a page stands in for the listing of its directory.
func TestEveryFileIsOnItsPage(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	seen := 0
	for _, d := range s.downloads {
		page := stdhtml.UnescapeString(string(site[indexFile(d.path)]))
		shows := func(dir, name string) {
			seen++
			if href := fileURL(dir, name); !strings.Contains(page, ">"+name+"<") && (href == "" || !strings.Contains(page, `href="`+href+`"`)) {
				t.Errorf("%s does not show %s", d.path, name)
			}
		}
		for _, img := range d.images {
			for _, f := range img.Files {
				shows(img.URL, f.Name)
			}
		}
		for _, dir := range d.dirs {
			for _, name := range append(append([]string{}, dir.Checksums...), dir.Strays...) {
				shows(dir.URL, name)
			}
		}
	}
	if seen < 100 {
		t.Errorf("looked at %d files", seen)
	}
}
