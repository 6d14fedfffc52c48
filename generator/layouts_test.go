package generator

import (
	"bytes"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

func emptyPicture(c *config.Config) *release.Picture {
	return release.Join(release.Input{Rules: c.Rules})
}

// fill sets everything that can be set: texts, numbers, one element in each slice.
// With flags it also sets what is true or false.
func fill(v reflect.Value, flags bool, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x1")
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Bool:
		v.SetBool(flags)
	case reflect.Slice:
		if depth < 8 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), flags, depth+1)
			fill(v.Index(1), flags, depth+1)
		}
	case reflect.Pointer:
		if depth < 8 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), flags, depth+1)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(sampleNow))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), flags, depth+1)
			}
		}
	}
}

// tryPage renders a kind of page with an empty struct and with filled ones: a
// layout that names a field which is not there fails here, before there is data.
func tryPage[P any](t *testing.T, s *site, kind string) {
	t.Helper()
	var empty, filled, unset P
	fill(reflect.ValueOf(&filled).Elem(), true, 0)
	fill(reflect.ValueOf(&unset).Elem(), false, 0)
	for what, p := range map[string]P{"empty": empty, "filled": filled, "filled, all flags off": unset} {
		var b bytes.Buffer
		if err := render(s, kind, &b, p); err != nil {
			t.Errorf("%s, %s: %v", kind, what, err)
			continue
		}
		for _, problem := range unbalanced(b.Bytes()) {
			t.Errorf("%s, %s: %s", kind, what, problem)
		}
	}
}

func tryAll(t *testing.T, s *site) {
	t.Helper()
	tryPage[lostPage](t, s, "404")
	tryPage[archivePage](t, s, "archive")
	tryPage[checksPage](t, s, "checks")
	tryPage[directoryPage](t, s, "directory")
	tryPage[familyPage](t, s, "family")
	tryPage[handoverPage](t, s, "handover")
	tryPage[homePage](t, s, "home")
	tryPage[imagesPage](t, s, "images")
	tryPage[manifestPage](t, s, "manifest")
	tryPage[netbootPage](t, s, "netboot")
	tryPage[netbootSeriesPage](t, s, "netboot-series")
	tryPage[productPage](t, s, "product")
	tryPage[rulePage](t, s, "rule")
	tryPage[seriesPage](t, s, "series")
	tryPage[textPage](t, s, "text")
	tryPage[treesPage](t, s, "trees")
}

func TestLayoutsMatchTheirStructs(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, emptyPicture(c))
	tryAll(t, s)
	var want []string
	for _, kind := range pageKinds() {
		want = append(want, kind.name)
	}
	if got := slices.Sorted(maps.Keys(s.layouts.pages)); !slices.Equal(got, want) {
		t.Errorf("pages = %v, want %v", got, want)
	}
	if err := Check(Options{Config: c}); err != nil {
		t.Error(err)
	}
}

func TestNoSetOfABadLayout(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c, Layouts: layoutsLike(t, map[string]string{"pages/home.html": "{{define \"main\"}}\n{{.Anwser}}{{end}}"})}, emptyPicture(c))
	if _, err := s.stage(t.Context()); err == nil {
		t.Error("no error")
	}
	if sets, _ := staged.List(c.Site.Staged); len(sets) > 0 {
		t.Error("a set is there although a page failed")
	}
}

func TestMissingPage(t *testing.T) {
	t.Parallel()
	_, err := parseLayouts(fstest.MapFS{"base.html": {Data: []byte(`{{template "main" .}}`)}})
	if want := "layouts/pages/checks.html: is missing"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error = %v, want it to hold %q", err, want)
	}
}

// TestFunctionsAreTheDocumentedOnes reads the package comment.
func TestFunctionsAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "# Functions for layouts")
	section, _, _ = strings.Cut(section, "# Staged sets")
	own, sprigs, _ := strings.Cut(section, "From sprig")
	var documented []string
	for _, m := range regexp.MustCompile(`(?m)^//\t(\w+) {2,}`).FindAllStringSubmatch(own, -1) {
		documented = append(documented, m[1])
	}
	_, sprigs, _ = strings.Cut(sprigs, "\n")
	documented = append(documented, regexp.MustCompile(`\w+`).FindAllString(sprigs, -1)...)
	slices.Sort(documented)
	if diff := cmp.Diff(documented, slices.Sorted(maps.Keys(functions()))); diff != "" {
		t.Errorf("functions (-documented +offered):\n%s", diff)
	}
	for name, f := range functions() {
		if f == nil {
			t.Errorf("%s: sprig has no such function", name)
		}
	}
}

func TestOwnersFilesWin(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	dir := t.TempDir()
	c.Site.Layouts, c.Site.Content = dir+"/layouts", dir+"/content"
	write(t, dir+"/layouts/pages/text.html", `{{define "main"}}<h1>Mine: {{.Title}}</h1>{{.Body}}{{end}}`)
	write(t, dir+"/content/about.md", "+++\ntitle = \"Who we are\"\n+++\nHello. <b onclick=x>bold</b> [Checks](/checks/)\n")
	write(t, dir+"/content/help/index.md", "+++\ntitle = \"Help\"\nmenu = \"Help\"\norder = -1\n+++\n")
	res, err := prepared(t, Options{Config: c}, emptyPicture(c)).stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site := readSite(t, res.Dir)
	about := string(site["about/index.html"])
	for _, want := range []string{"<h1>Mine: Who we are</h1>", `<a href="../checks/">Checks</a>`, "<!-- raw HTML omitted -->bold", `<a href="../help/">Help</a>`} {
		if !strings.Contains(about, want) {
			t.Errorf("about lacks %q:\n%s", want, about)
		}
	}
	if site["mirrors/index.html"] == nil {
		t.Error("an embedded text is gone")
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(name[:strings.LastIndexByte(name, '/')], 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	upper := fstest.MapFS{"a.html": {Data: []byte("upper")}, "dir/new.html": {Data: []byte("new")}, "only/x": {}}
	lower := fstest.MapFS{"a.html": {Data: []byte("lower")}, "dir/old.html": {Data: []byte("old")}, "b.html": {}, "deep/er/y": {}}
	both := Overlay(upper, lower)
	if err := fstest.TestFS(both, "a.html", "b.html", "dir/new.html", "dir/old.html", "only/x", "deep/er/y"); err != nil {
		t.Error(err)
	}
	if text, err := fs.ReadFile(both, "a.html"); err != nil || string(text) != "upper" {
		t.Errorf("a.html = %q, %v", text, err)
	}
	if Overlay(nil, lower) == nil {
		t.Error("no upper: want lower")
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "all good", "all good"},
		{"script", `<script>alert(1)</script>x`, "x"},
		{"handler", `<b onclick="x()">y</b>`, "<b>y</b>"},
		{"javascript link", `<a href="javascript:alert(1)">y</a>`, "y"},
		{"relative link", `<a href="/admin">y</a>`, "y"},
		{"link", `<a href="https://a.example/?b=1&c=2">y</a>`, `<a href="https://a.example/?b=1&amp;c=2" rel="nofollow noreferrer">y</a>`},
		{"link without host", `<a href="http:">y</a><a href="https:/x">z</a>`, "yz"},
		{"picture", `<img src=x onerror=alert(1)>z`, "z"},
		{"not closed", "<b>y <i>z", "<b>y <i>z</i></b>"},
		{"closed too often", "y</b></p></div></table>", "y"},
		{"crossed", "<b>x<i>y</b>z</i>", "<b>x<i>yz</i></b>"},
		{"control characters", "a\x00b\x1bc\ndef", "abc\ndef"},
		{"broken text", "a\xffb", "a�b"},
		{"style", `<p style="position:fixed">a</p>`, "<p>a</p>"},
		{"form", `<form action="https://x.example"><input name=a>b</form>`, "b"},
	}
	s := newSanitizer()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := s.note(test.in); got != template.HTML(test.want) {
				t.Errorf("note(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

// TestNoteWords: a note for programs is what people read of it.
func TestNoteWords(t *testing.T) {
	t.Parallel()
	s := newSanitizer()
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"  all\n good ", "all good"},
		{"<b>a</b>b &amp; <i>c</i> &lt;d&gt;", "ab & c <d>"},
		{"<p>One.</p><ul><li>two</li><li>three</li></ul>four<br>five<br/>six", "One. two three four five six"},
		{`<a href="https://a.example/">LP: #1</a><script>x()</script><style>p{}</style>`, "LP: #1"},
		{"a\x00b\xff", "ab�"},
	} {
		if got := s.words(test.in); got != test.want {
			t.Errorf("words(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzNote(f *testing.F) {
	for _, seed := range []string{"<b>x", "</p><ul><li>", `<a href="https://x.example">`, "<a href='https://x\">y</a>", "<p><a href=https://x.example>b</p>"} {
		f.Add(seed)
	}
	s := newSanitizer()
	f.Fuzz(func(t *testing.T, in string) {
		out := string(s.note(in))
		if words := s.words(in); strings.ContainsAny(words, "\n\t\x00\x1b") || words != "" && out == "" {
			t.Errorf("words(%q) = %q", in, words)
		}
		if problems := unbalanced([]byte(out)); problems != nil {
			t.Errorf("note(%q) = %q: %v", in, out, problems)
		}
		for _, e := range elements([]byte("<!doctype html><body>" + out)) {
			for _, a := range e.Attr {
				if a.Key != "href" && a.Key != "rel" || a.Key == "href" && webURL(a.Val) == "" {
					t.Errorf("note(%q) has %s=%q", in, a.Key, a.Val)
				}
			}
		}
	})
}
