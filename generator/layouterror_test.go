package generator

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"shiplist"
)

// mistake is an error as the terminal shows it: its lines, and the line of the file.
func mistake(err error) string {
	var b strings.Builder
	for _, each := range Mistakes(err) {
		b.WriteString(each.Error() + "\n")
		var layout *LayoutError
		if errors.As(each, &layout) {
			if text := layout.Excerpt(); text != "" {
				b.WriteString("| " + strings.ReplaceAll(text, "\n", "\n| ") + "\n")
			}
			if known := layout.KnownText(); known != "" {
				b.WriteString("(" + known + ")\n")
			}
		}
	}
	return b.String()
}

// layoutsLike is the embedded layouts with files replaced.
func layoutsLike(tb testing.TB, files map[string]string) fs.FS {
	tb.Helper()
	lower, err := fs.Sub(shiplist.Layouts, "layouts")
	if err != nil {
		tb.Fatal(err)
	}
	upper := fstest.MapFS{}
	for name, text := range files {
		upper[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Overlay(upper, lower)
}

// stageWith makes the site of the sample with some layouts replaced.
func stageWith(tb testing.TB, files map[string]string) error {
	tb.Helper()
	c := defaultConfig(tb)
	s, err := prepare(Options{Config: c, Layouts: layoutsLike(tb, files)})
	if err != nil {
		return err
	}
	s.picture = samplePicture(c)
	_, err = s.stage(tb.Context())
	return err
}

const members404 = "(lostPage has: Advice, Ages, Also, AsOf, Canonical, Crumbs, Description, Distribution, Edit, Feeds, Foot, Here, Icon, Inline, Logo, Menu, Notice, Places, Root, Script, Site, " +
	"Sources, Stale, Style, Title)\n"

// TestLayoutMistakes holds every kind of mistake to its exact text.
func TestLayoutMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text, want string }{
		{
			"unknown field", "404.html", "\n  <p>{{.Titel}}</p>",
			"layouts/pages/404.html:2:8: page /404.html: lostPage has no field or method \"Titel\"; did you mean \"Title\"?\n|   <p>{{.Titel}}</p>{{end}}\n|        ^\n" + members404,
		},
		{
			"unknown field of an element", "home.html", "{{range .Menu}}{{.Name}}{{end}}",
			"layouts/pages/home.html:1:35: page /: Link has no field or method \"Name\"\n| {{define \"main\"}}{{range .Menu}}{{.Name}}{{end}}{{end}}\n|                                   ^\n(Link has: Current, Href, Text)\n",
		},
		{
			"field of a list", "404.html", "{{.Menu.Text}}",
			"layouts/pages/404.html:1:25: page /404.html: []Link has no field or method \"Text\"\n| {{define \"main\"}}{{.Menu.Text}}{{end}}\n|                         ^\n(it is a list: go through it with {{range}})\n",
		},
		{
			"field of a text", "404.html", "{{.Title.Text}}",
			"layouts/pages/404.html:1:26: page /404.html: string has no field or method \"Text\"\n| {{define \"main\"}}{{.Title.Text}}{{end}}\n|                          ^\n(it is a plain value without fields)\n",
		},
		{
			"unknown function", "404.html", "é{{mument .AsOf}}",
			"layouts/pages/404.html:1:21: there is no function \"mument\"; did you mean \"moment\"?\n| {{define \"main\"}}é{{mument .AsOf}}{{end}}\n|                     ^\n(the functions are: " + strings.Join(functionNames(), ", ") + ")\n",
		},
		{
			"too few arguments", "404.html", "{{plural 2}}",
			"layouts/pages/404.html:1:20: page /404.html: wrong number of args for plural: want at least 2 got 1\n| {{define \"main\"}}{{plural 2}}{{end}}\n|                    ^\n",
		},
		{
			"unexpected end", "404.html", "x{{end}}\n{{end}}\n{{define \"x\"}}",
			"layouts/pages/404.html:2:1: unexpected {{end}}\n| {{end}}\n| ^\n",
		},
		{
			"not closed", "404.html", "{{.Title",
			"layouts/pages/404.html:1: bad character U+007B '{'\n| {{define \"main\"}}{{.Title{{end}}\n",
		},
		{
			"attribute not closed", "404.html", "<a href=\"x",
			"layouts/pages/404.html: \"\\\"\" in attribute name: \"foot\\\">\\n\"\n(this showed in base.html: is a tag or a quotation mark left open?)\n",
		},
		{
			"tag not closed", "404.html", "<a href='{{if .Title}}x'{{end}}>",
			"layouts/pages/404.html:1:32: {{if}} branches end in different contexts: {stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}, {stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}\n| {{define \"main\"}}<a href='{{if .Title}}x'{{end}}>{{end}}\n|                                ^\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := stageWith(t, map[string]string{"pages/" + test.file: `{{define "main"}}` + test.text + "{{end}}"})
			if got := mistake(err); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestAllLayoutMistakes: one run tells all bad layouts, first those that cannot be
// read, then those that a page met.
func TestAllLayoutMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"parsing", map[string]string{
			"base.html": "{{now}}", "partials/parts.html": "{{end}}", "pages/404.html": "{{if}}", "pages/home.html": "{{sizes 1}}",
		}, []string{
			`layouts/base.html:1:3: there is no function "now"; did you mean "not"?`,
			"layouts/pages/404.html:1:1: missing value for if",
			`layouts/pages/home.html:1:3: there is no function "sizes"; did you mean "size"?`,
			"layouts/partials/parts.html:1:1: unexpected {{end}}",
		}},
		{"templates", map[string]string{
			"pages/404.html": "", "pages/home.html": `{{define "main"}}{{template "tiem" .}}{{end}}`,
		}, []string{
			`layouts/pages/404.html:1:1: defines no "main", which base.html shows; begin it with {{define "main"}}`,
			`layouts/pages/home.html:1:29: there is no template "tiem"; did you mean "time"?`,
		}},
		{"making pages", map[string]string{
			"pages/404.html": `{{define "main"}}{{.A}}{{end}}`, "pages/home.html": `{{define "main"}}{{.B}}{{end}}`,
		}, []string{
			`layouts/pages/404.html:1:20: page /404.html: lostPage has no field or method "A"`,
			`layouts/pages/home.html:1:20: page /: homePage has no field or method "B"`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := stageWith(t, test.files)
			if got, want := err.Error(), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestCheckFindsMissingFields: also where no data shows them, all in one go, and what
// several pages share once.
func TestCheckFindsMissingFields(t *testing.T) {
	t.Parallel()
	embedded := func(name string) string {
		text, err := fs.ReadFile(shiplist.Layouts, "layouts/"+name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, tc := range []struct {
		name, file, text string
		want             []string
	}{
		{"in what is never shown", "pages/404.html", `{{define "main"}}{{if false}}
{{range .Menu}}{{.Txet}}{{else}}{{.Titel}}{{end}}{{end}}{{end}}`, []string{
			`layouts/pages/404.html:2:18: Link has no field or method "Txet"; did you mean "Text"?`,
			`layouts/pages/404.html:2:35: lostPage has no field or method "Titel"; did you mean "Title"?`,
		}},
		{"several in a row", "pages/404.html", `{{define "main"}}{{.A}}{{with .B}}{{.C}}{{$.D}}{{end}}{{range .E}}{{$.F}}{{end}}{{end}}`, []string{
			`layouts/pages/404.html:1:20: lostPage has no field or method "A"`,
			`layouts/pages/404.html:1:31: lostPage has no field or method "B"`,
			`layouts/pages/404.html:1:44: lostPage has no field or method "D"`,
			`layouts/pages/404.html:1:63: lostPage has no field or method "E"`,
			`layouts/pages/404.html:1:70: lostPage has no field or method "F"`,
		}},
		{"given to functions", "pages/404.html", `{{define "main"}}{{default "x" .A}}{{if and .Title (eq .B 1)}}{{end}}{{$x := .C}}<p title="{{$x}}{{upper .D}}">{{end}}`, []string{
			`layouts/pages/404.html:1:32: lostPage has no field or method "A"`,
			`layouts/pages/404.html:1:56: lostPage has no field or method "B"`,
			`layouts/pages/404.html:1:78: lostPage has no field or method "C"`,
			`layouts/pages/404.html:1:106: lostPage has no field or method "D"`,
		}},
		{"in a part that all pages show", "base.html", strings.Replace(embedded("base.html"), "{{.Title}}", "{{.Titel}}", 1), []string{
			`no field or method "Titel"; did you mean "Title"?`,
		}},
		{"in a file for a tree", "headers/footer.html", "{{.Titel}}", []string{`layouts/headers/footer.html:1:3: headersPage has no field or method "Titel"`}},
		{"of a description", "headers/htaccess.txt", strings.Replace(embedded("headers/htaccess.txt"), `{{define "description"}}`, `{{define "description"}}{{.Knid}}`, 1), []string{`layouts/headers/htaccess.txt:`}},
		{"none, where the type is not known", "pages/404.html", `{{define "main"}}{{range 3}}{{.}}{{end}}{{with default "" .Title}}{{.X}}{{end}}{{range $i, $l := .Menu}}{{$l.Text}}{{else}}{{.Title}}{{end}}{{end}}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, each := range Mistakes(Check(Options{Config: defaultConfig(t), Layouts: layoutsLike(t, map[string]string{tc.file: tc.text})})) {
				got = append(got, each.Error())
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
			for i, want := range tc.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got\n%s\nwant\n%s", got[i], want)
				}
			}
		})
	}
}

// FuzzLayout: whatever somebody writes into a layout, a mistake has its place in it.
func FuzzLayout(f *testing.F) {
	for _, seed := range []string{
		`{{define "main"}}{{.Titel}}{{end}}`, `{{define "main"}}{{template "x"}}{{end}}`, "{{", "\n{{/*", `{{define "main"}}<a href="{{end}}`,
		`{{define "main"}}{{with .Menu}}{{.X}}{{end}}{{end}}`, "{{break}}", `{{"é`, "\xff{{x}}", `{{define "main"}}<script>{{.Title}}` + "`{{.}}",
	} {
		f.Add(seed)
	}
	c := defaultConfig(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := prepare(Options{Config: c, Layouts: layoutsLike(t, map[string]string{"pages/404.html": text})})
		if err == nil {
			err = render(s, "404", new(bytes.Buffer), lostPage{Page: Page{Menu: []Link{{}}}})
		}
		mistakes := Mistakes(err)
		if s != nil && s.layouts.pages["404"] != nil {
			mistakes = append(mistakes, Mistakes(s.layouts.missing())...)
		}
		for _, each := range mistakes {
			var layout *LayoutError
			if !errors.As(each, &layout) {
				t.Fatalf("%q: %v has no place", text, each)
			}
			if lines := strings.Count(text, "\n") + 1; layout.File == "layouts/pages/404.html" && (layout.Line < 0 || layout.Line > lines) {
				t.Errorf("%q: %v: line %d of %d", text, each, layout.Line, lines)
			}
			if strings.Count(layout.Excerpt(), "\n") > 1 {
				t.Errorf("%q: excerpt %q", text, layout.Excerpt())
			}
		}
	})
}
