package generator

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/testenv"
)

// movedFiles of the sample, as they have to be.
const wantMovedList = `{
 "moved": [
  {
   "from": "/families/ubuntu-gnome/",
   "to": "https://ubuntugnome.example.org/pages/"
  },
  {
   "from": "/noble/release-candidate/",
   "to": "/noble/24.04.4/",
   "since": "2026-04-01"
  }
 ]
}
`

// TestMovedFiles: the list for programs, and what becomes of a page that is back.
func TestMovedFiles(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	if got := string(site[movedList]); got != wantMovedList {
		t.Errorf("%s:\n%s", movedList, got)
	}
	page := string(site["noble/release-candidate/index.html"])
	for _, want := range []string{
		`<meta http-equiv="refresh" content="0; url=../../noble/24.04.4/">`, `<link rel="canonical" href="../../noble/24.04.4/">`,
		`<a href="../../noble/24.04.4/">/noble/24.04.4/</a>`, `<meta name="robots" content="noindex">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if page := string(site["families/ubuntu-gnome/index.html"]); !strings.Contains(page, `content="0; url=https://ubuntugnome.example.org/pages/"`) {
		t.Errorf("the page does not lead elsewhere:\n%s", page)
	}
	if strings.Contains(string(site["noble/index.html"]), `http-equiv="refresh"`) || site["noble/.htaccess"] != nil {
		t.Error("a page that is back is hidden")
	}
}

// TestMovedInFeed: the feed of everything tells of a move, on its day, and no other does.
func TestMovedInFeed(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c)) // without a log, whose newer news fill it
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site := readSite(t, res.Dir)
	f := readFeed(t, feedFile, site[feedFile])
	if len(f.Items) != 1 || f.Updated != "2026-04-01T00:00:00Z" {
		t.Fatalf("%d entries of %s", len(f.Items), f.Updated)
	}
	item := f.Items[0]
	if item.Title != "/noble/release-candidate/ has moved to /noble/24.04.4/" || item.Link != "./noble/24.04.4/" || item.Updated != "2026-04-01T00:00:00Z" || item.GUID != "urn:uuid:e69cdcaf-d863-5464-8618-388072545d7c" {
		t.Errorf("%+v", item)
	}
	if !strings.Contains(item.Content, `<a href="./noble/24.04.4/">/noble/24.04.4/</a>`) {
		t.Errorf("content %s", item.Content)
	}
	if n := len(readFeed(t, "noble", site["noble/"+feedFile]).Items); n > 0 {
		t.Errorf("the feed of a series has %d entries", n)
	}
}

// TestMovedInFeedOnItsDay: a move of a day to come is told when the day has come.
func TestMovedInFeedOnItsDay(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	asOf := s.picture.AsOf
	moves := []config.Moved{{From: "a/", Since: asOf.Add(-time.Hour)}, {From: "b/", Since: asOf}, {From: "c/", Since: asOf.Add(time.Hour)}, {From: "d/"}}
	if got := s.toldMoves(moves); !slices.Equal(got, moves[:2]) {
		t.Errorf("told %+v", got)
	}
}

// TestMovedByServers: real servers lead on, whatever the path is below which they serve
// the site, and also from the files beside a page.
func TestMovedByServers(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Site.BaseURL = "https://example.org/re leases" // paths with a space are a server's to escape
	c.Site.BaseURL = strings.ReplaceAll(c.Site.BaseURL, " ", "%20")
	c.Moved = []config.Moved{
		{From: "noble/rc+1~a@b,c=d/", To: "noble/24.04.4/"}, {From: "a%b/ü/", To: ""}, {From: "old/", To: "https://example.org/new/"}, {From: "dead/", To: "https://example.org/end"},
	}
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.log = sampleLog(&c.Rules)
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for server, start := range map[string]func(t *testing.T) string{
		"nginx": func(t *testing.T) string {
			root := testenv.OpenDir(t)
			lay(t, res.Dir, filepath.Join(root, "re leases"))
			maps := filepath.Join(root, "re leases", movedMap)
			return testenv.NginxWith(t, root, "map $uri $moved { default \"\"; include \""+maps+"\"; }", "if ($moved) { return 301 $moved; }")
		},
		"apache": func(t *testing.T) string {
			root := testenv.OpenDir(t)
			lay(t, res.Dir, filepath.Join(root, "re leases"))
			return apache(t, root)
		},
	} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			home := start(t) + "/re%20leases/"
			for from, want := range map[string]string{
				"noble/rc+1~a@b,c=d/":              "/re%20leases/noble/24.04.4/",
				"noble/rc+1~a@b,c=d/index.html":    "/re%20leases/noble/24.04.4/",
				"noble/rc+1~a@b,c=d/manifest.json": "/re%20leases/noble/24.04.4/manifest.json",
				"a%25b/%C3%BC/":                    "/re%20leases/",
				"old/":                             "https://example.org/new/",
				"old/x.json":                       "https://example.org/new/x.json",
				"dead/":                            "https://example.org/end",
				"dead/x.json":                      "https://example.org/end",
				"noble/24.04.4/":                   "",
				"noble/24.04.4/manifest.json":      "",
			} {
				resp, _ := fetch(t, home+from)
				got, status := resp.Header.Get("Location"), http.StatusOK
				if want != "" {
					status = http.StatusMovedPermanently
				}
				if i := strings.Index(got, "/re%20leases/"); i >= 0 {
					got = got[i:] // Apache says the whole address
				}
				if resp.StatusCode != status || got != want {
					t.Errorf("%s leads to %q with %s, want %q", from, got, resp.Status, want)
				}
			}
		})
	}
}

// lay copies a site so that every server may read it.
func lay(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// TestMovedNowhere: what leads to where nothing is, is named and not made.
func TestMovedNowhere(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Moved = []config.Moved{{From: "a/", To: "nowhere/"}, {From: "b/", To: "noble/"}, {From: "c/", To: "noble/nothing/"}, {From: "noble/", To: "jammy/"}}
	s := prepared(t, Options{Config: c}, samplePicture(c))
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"[[moved]] leads from /a/ to /nowhere/, where the site has no page, so it does nothing",
		"[[moved]] leads from /c/ to /noble/nothing/, where the site has no page, so it does nothing",
		"/noble/ is a page of the site, so its [[moved]] does nothing",
	}
	if !slices.Equal(res.Idle, want) {
		t.Errorf("idle %q", res.Idle)
	}
	site := readSite(t, res.Dir)
	for path, made := range map[string]bool{"a/index.html": false, "a/.htaccess": false, "b/index.html": true, "b/.htaccess": true, "noble/.htaccess": false} {
		if (site[path] != nil) != made {
			t.Errorf("%s is there: %t", path, !made)
		}
	}
}

// TestMovedOverFiles: an entry does nothing where the site has files without a page, which
// servers would lead away from, nor where a file has the name of the directory.
func TestMovedOverFiles(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Moved = nil
	froms := []string{"SHA256SUMS/", "api/v1/", "assets/", feedFile + "/", "moved.json/x/", "noble/index.html/", "release.json.gpg/"}
	for _, from := range append(froms, "api/v2/") {
		c.Moved = append(c.Moved, config.Moved{From: from, To: "noble/"})
	}
	s := prepared(t, Options{Config: c}, samplePicture(c))
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, from := range froms {
		want = append(want, "/"+from+" has files of the site, or is one, so its [[moved]] does nothing")
	}
	slices.Sort(want)
	if !slices.Equal(slices.Sorted(slices.Values(res.Idle)), want) {
		t.Errorf("idle %q", res.Idle)
	}
}

// TestMovedIsGuarded: who takes an entry away is told that the address would die; of a page
// that is back its own kind counts.
func TestMovedIsGuarded(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	var files []madeFile
	for _, o := range s.outputs() {
		files = append(files, madeFile{File: File{Path: o.path}})
	}
	kinds := map[string][]string{}
	for _, p := range s.lasting(files) {
		kinds[p.Path] = append(kinds[p.Path], p.Kind)
	}
	for path, want := range map[string]string{"noble/release-candidate/": "moved", "families/ubuntu-gnome/": "moved", "noble/": "series"} {
		if !slices.Equal(kinds[path], []string{want}) {
			t.Errorf("/%s is guarded as %q, want %q", path, kinds[path], want)
		}
	}
}
