package generator

import (
	"encoding/xml"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

// siteAt builds the sample for a place on the web and returns its files.
func siteAt(t *testing.T, base string, change func(*config.Config)) map[string][]byte {
	t.Helper()
	c := defaultConfig(t)
	c.Site.BaseURL = base
	if change != nil {
		change(c)
	}
	res, err := prepared(t, Options{Config: c}, samplePicture(c)).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return readSite(t, res.Dir)
}

func TestFrameOfAPage(t *testing.T) {
	t.Parallel()
	site := siteAt(t, "https://ship.example.org/list", nil)
	page := string(site["noble/24.04.4/index.html"])
	for _, want := range []string{
		`<link rel="canonical" href="https://ship.example.org/list/noble/24.04.4/">`,
		`<meta property="og:url" content="https://ship.example.org/list/noble/24.04.4/">`,
		`<meta property="og:title" content="Noble 24.04.4">`,
		`<meta property="og:site_name" content="Ubuntu releases">`,
		`<link rel="icon" href="../../assets/icon-`,
		`<li><a href="../../noble/">Noble Numbat 24.04 LTS</a></li>` + "\n" + `<li aria-current="page">Noble 24.04.4</li>`,
		`<span>image tree <a href="https://releases.example.org">simple</a> <span class="state warning">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the manifest lacks %s", want)
		}
	}
	if strings.Contains(string(site["about/index.html"]), `datetime="`) {
		t.Error("a text tells a time although it rests on no source")
	}
	for _, problem := range checkPages(site) {
		if !strings.HasPrefix(problem, "404.html: ") { // its links begin at the server's root
			t.Error(problem)
		}
	}
}

func TestCrawlerFiles(t *testing.T) {
	t.Parallel()
	site := siteAt(t, "https://ship.example.org/list", nil)
	if want := "User-agent: *\nAllow: /\n\nSitemap: https://ship.example.org/list/sitemap.xml\n"; string(site["robots.txt"]) != want {
		t.Errorf("robots.txt = %q, want %q", site["robots.txt"], want)
	}
	var m sitemap
	if err := xml.Unmarshal(site["sitemap.xml"], &m); err != nil {
		t.Fatal(err)
	}
	mapped := map[string]bool{}
	for _, u := range m.Pages {
		mapped[u.Address] = true
	}
	for _, want := range []string{
		"https://ship.example.org/list/", "https://ship.example.org/list/archive/", "https://ship.example.org/list/noble/24.04.4/",
		"https://ship.example.org/list/images/full/odd/%25252e%25252e/a%20b+c~d/",
	} {
		if !mapped[want] {
			t.Errorf("sitemap.xml lacks %s", want)
		}
	}
	pages := 0
	for name := range site {
		// Nobody looks for a page that leads on.
		if strings.HasSuffix(name, "index.html") && site[path.Join(path.Dir(name), movedApache)] == nil {
			pages++
		}
	}
	if len(mapped) != pages || mapped["https://ship.example.org/list/404.html"] {
		t.Errorf("sitemap.xml has %d pages, the site %d besides 404.html", len(mapped), pages)
	}
	if nowhere := siteAt(t, "", nil); nowhere["sitemap.xml"] != nil || strings.Contains(string(nowhere["robots.txt"]), "Sitemap") {
		t.Error("a site that may be anywhere has a map of addresses")
	}
}

// TestLostPageWorksAnywhere: nothing on it is relative to where it is shown.
func TestLostPageWorksAnywhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, base, root string // links begin with root; no links at all without
	}{
		{"anywhere", "", ""},
		{"at the root", "https://ship.example.org", "/"},
		{"below a path", "https://ship.example.org/a%20b/list", "/a%20b/list/"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			site := siteAt(t, test.base, nil)
			links := 0
			for _, e := range elements(site["404.html"]) {
				for _, key := range []string{"href", "src"} {
					to := attribute(e, key)
					if to == "" || strings.HasPrefix(to, "#") || to == "data:," && test.root == "" {
						continue // the last keeps browsers from asking for /favicon.ico
					}
					links++
					if test.root == "" || !strings.HasPrefix(to, test.root) {
						t.Errorf("link to %q", to)
					}
				}
			}
			if (links > 8) != (test.root != "") {
				t.Errorf("%d links", links)
			}
		})
	}
}

func TestEditLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		edit  string
		own   []string // files of the owner; nil for no directory
		about string   // where /about/ can be edited
	}{
		{"not wanted", "", []string{"about.md"}, ""},
		{"own text", "https://git.example.org/edit/content", []string{"about.md"}, "https://git.example.org/edit/content/about.md"},
		{"built-in text beside own ones", "https://git.example.org/edit/content", []string{"help.md"}, ""},
		{"no own directory", "https://git.example.org/edit/content", nil, "https://git.example.org/edit/content/about.md"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range test.own {
				write(t, dir+"/content/"+name, "+++\ntitle = \"Mine\"\n+++\n")
			}
			site := siteAt(t, "", func(c *config.Config) { c.Site.Edit, c.Site.Content = test.edit, dir+"/content" })
			link := `<li><a href="` + test.about + `">Edit this page</a></li>`
			if got := strings.Contains(string(site["about/index.html"]), link); got != (test.about != "") {
				t.Errorf("has %s: %t", link, got)
			}
			if strings.Contains(string(site["index.html"]), "Edit this page") {
				t.Error("a page without text can be edited")
			}
		})
	}
}

func TestCrumbsOfTexts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, title := range map[string]string{"help/index.md": "Help", "help/boards/pi.md": "Pi", "help/boards/x/index.md": "X"} {
		write(t, dir+"/"+name, "+++\ntitle = \""+title+"\"\n+++\n")
	}
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c, Content: os.DirFS(dir)}, emptyPicture(c))
	s.arrange()
	got := map[string][]Link{}
	for _, d := range s.texts.pages {
		p, err := s.arrangeText(d)
		if err != nil {
			t.Fatal(err)
		}
		got[p.Here] = p.Crumbs
	}
	want := map[string][]Link{
		"Help": {{Text: "Releases", Href: "../"}},
		"Pi":   {{Text: "Releases", Href: "../../../"}, {Text: "Help", Href: "../../../help/"}},
		"X":    {{Text: "Releases", Href: "../../../"}, {Text: "Help", Href: "../../../help/"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("crumbs (-want +got):\n%s", diff)
	}
}

func TestNearIsTheShortestWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to, want string }{
		{"images/full/a/", "images/full/b/", "../b/"},
		{"images/full/a/", "images/full/a/source/", "./source/"},
		{"images/full/a/source/", "images/full/a/", "../"},
		{"images/full/ab/", "images/full/abc/", "../abc/"},
		{"images/full/a/", "images/full/%2E a/", "../%252E%20a/"},
		{"images/full/a/", "noble/", "../../../noble/"},
	} {
		p := Page{path: tt.from}
		if got := p.near(tt.to); got != tt.want {
			t.Errorf("from %s to %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}
