package generator

import (
	"bytes"
	"html/template"
	"maps"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/quick"
	"shiplist/internal/release"
)

// rendered are the bytes of all files of a site.
func rendered(tb testing.TB, s *site) map[string]string {
	tb.Helper()
	var mu sync.Mutex
	files := map[string]string{}
	_, err := renderAll(tb.Context(), s.outputs(), nil, func(m madeFile, content []byte) error {
		mu.Lock()
		defer mu.Unlock()
		files[m.Path] = string(content)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// TestPagesAreQuick: every kind of page is compiled, and every page of the sample and of
// a large site comes out as html/template makes it.
func TestPagesAreQuick(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	large := release.Join(release.Input{Rules: c.Rules, Sources: largeSources(30), AsOf: sampleNow, Stale: 6 * time.Hour})
	kinds := map[string]bool{}
	for _, picture := range []*release.Picture{samplePicture(c), large} {
		s := prepared(t, Options{Config: c}, picture)
		s.log = sampleLog(&c.Rules)
		s.arrange()
		rendered(t, s)
		for _, key := range compiledKeys(s) {
			kinds[key.kind] = true
			if _, err := quick.New(sourceOf(s.layouts.pages[key.kind]), "base.html", key.dot); err != nil {
				t.Errorf("%s: %v", key.kind, err)
			}
		}
		pages := maps.Clone(s.layouts.pages)
		for kind := range pages {
			// What has no answer goes here, and fails.
			s.layouts.pages[kind] = template.New("empty")
		}
		got := rendered(t, s)
		s.layouts.pages = pages
		for _, key := range compiledKeys(s) {
			s.layouts.compiled.Store(key, (*quick.Template)(nil))
		}
		want := rendered(t, s)
		for path := range want {
			if got[path] != want[path] {
				t.Errorf("%s differs:\n%s", path, cmp.Diff(want[path], got[path]))
			}
		}
		if len(got) != len(want) || len(want) < 30 {
			t.Errorf("%d files, and %d by html/template", len(got), len(want))
		}
	}
	for _, kind := range pageKinds() {
		if !kinds[kind.name] {
			t.Errorf("%s: there is no such page", kind.name)
		}
	}
}

// compiledKeys are the templates that were used.
func compiledKeys(s *site) []compiledKey {
	var keys []compiledKey
	s.layouts.compiled.Range(func(key, _ any) bool {
		keys = append(keys, key.(compiledKey))
		return true
	})
	return keys
}

// TestLayoutsThatAreNotQuick: a site's own layouts may do what html/template can do, and
// come out the same.
func TestLayoutsThatAreNotQuick(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	for _, text := range []string{
		`<script>show({{.Title}}, {{.Menu}})</script>`,
		`<p onclick="show({{.Title}})" style="color:{{.Title}}" title={{.Title}}>{{.Site}}</p>`,
		`<p title="{{template "x" .Title}}">{{template "x" .Title}}</p>{{end}}{{define "x"}}{{.}}`,
		`{{range $i, $l := .Menu}}{{$i}}{{else}}{{$l}}{{end}}{{default "none" .Title | html}}`,
		`{{range 3}}{{.}}{{end}}`,
	} {
		s, err := prepare(Options{Config: c, Layouts: layoutsLike(t, map[string]string{"pages/404.html": `{{define "main"}}` + text + "{{end}}"})})
		if err != nil {
			t.Fatal(err)
		}
		p := lostPage{Page: Page{Title: `</script>"'<&>`, Site: "<s>", Menu: []Link{{Text: "a&b", Href: "javascript:x"}}}}
		var want, got bytes.Buffer
		if err := s.layouts.pages["404"].ExecuteTemplate(&want, "base.html", p); err != nil {
			t.Fatal(err)
		}
		if err := render(s, "404", &got, p); err != nil || got.String() != want.String() {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", text, err, &got, &want)
		}
		if known, _ := s.layouts.compiled.Load(compiledKey{"404", reflect.TypeOf(p)}); known.(*quick.Template) != nil {
			t.Errorf("%s: is compiled", text)
		}
	}
}

// TestHeadersAreQuick: the same for what lies in the trees.
func TestHeadersAreQuick(t *testing.T) {
	t.Parallel()
	s := headersSite(t, headersConfig(t))
	for _, d := range s.downloads {
		p, err := s.arrangeHeaders(d)
		if err != nil {
			t.Fatal(err)
		}
		for i, layout := range s.layouts.headers.layouts {
			var want, got bytes.Buffer
			if layout.compiled == nil || !layout.compiled.Execute(&got, reflect.ValueOf(p)) {
				t.Fatalf("%s has no answer for %s", headersFiles[i], d.path)
			}
			if err := layout.Execute(&want, p); err != nil || got.String() != want.String() {
				t.Errorf("%s of %s: %v\n%s", headersFiles[i], d.path, err, cmp.Diff(want.String(), got.String()))
			}
		}
	}
}
