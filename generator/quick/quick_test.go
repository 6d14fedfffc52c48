package quick

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"testing"
	texttemplate "text/template"
	"text/template/parse"
	"time"
)

// thing is a dot with a field of every type that is known.
type thing struct {
	base
	*far
	Text   string
	Word   word
	Spoken spoken
	Formed formed
	Loud   loud
	HTML   template.HTML
	URL    template.URL
	Attr   template.HTMLAttr
	CSS    template.CSS
	JS     template.JS
	Num    int
	Small  int8
	Count  uint16
	Part   float64
	Yes    bool
	At     time.Time
	In     inner
	Ptr    *inner
	Nil    *inner
	Deep   **inner
	NumPtr *int
	List   []inner
	Ptrs   []*inner
	Names  []string
	Three  [3]int
	Anys   []any
	Any    any
	None   any
	Bytes  []byte
	Err    error
	Map    map[string]string
	Func   func() string
	Fixed  fixed
}

type (
	base   struct{ Based, Name string }
	far    struct{ Far string }
	word   string
	spoken string
	formed string
	loud   string
	fixed  int
	inner  struct {
		Name string
		Num  int
		More []inner
		Next *inner
	}
)

func (loud) Loud() bool                   { return true } // says nothing of how it is written
func (spoken) String() string             { return "<spoken>" }
func (formed) Format(f fmt.State, _ rune) { fmt.Fprint(f, "<formed>") }
func (*fixed) String() string             { return "<fixed>" }
func (i inner) Upper() string             { return strings.ToUpper(i.Name) }
func (i *inner) Pointer() string          { return "pointer to " + i.Name }
func (thing) Fails() (string, error)      { return "", errors.New("no luck") }
func (t thing) Works() (string, error)    { return t.Text, nil }
func (thing) Panics() string              { panic("no luck") }
func (thing) Many(n int) []inner          { return make([]inner, n) }
func (thing) Boxed() any                  { return word("boxed & sealed") }
func (thing) Safe() (template.URL, bool)  { return "", false }

// someThing has a text from outside wherever one fits.
func someThing(text string) thing {
	n := 42
	in := &inner{Name: text, Num: -3}
	return thing{
		base: base{Based: "based", Name: text}, Text: text, Word: word(text), Spoken: spoken(text), Formed: formed(text), Loud: loud(text), HTML: template.HTML("<b>" + text + "</b>"),
		URL: template.URL(text), Attr: `lang="de"`, CSS: "red", JS: "f()", Num: -7, Small: 5, Count: 65000, Part: 1.5, Yes: true,
		At: time.Date(2026, 4, 23, 1, 2, 3, 0, time.UTC), In: *in, Ptr: in, Deep: &in, NumPtr: &n,
		List: []inner{{Name: "a" + text, Num: 1, More: []inner{{Name: "deep"}}}, {Name: "b", Next: in}, {}}, Ptrs: []*inner{in, {Name: "c"}},
		Names: []string{text, "", "x"}, Three: [3]int{1, 2, 3}, Anys: []any{text, 1, nil, template.HTML("<i>"), in}, Any: text, Bytes: []byte("ab"),
	}
}

// testFunctions are given to all templates of the tests.
func testFunctions() map[string]any {
	return map[string]any{
		"upper":  strings.ToUpper,
		"split":  func(sep, s string) []string { return strings.Split(s, sep) },
		"stamp":  func(t time.Time) string { return t.Format(time.RFC3339) },
		"times":  func(n int, s ...string) string { return strings.Repeat(strings.Join(s, "-"), min(max(n, 0), 9)) },
		"half":   func(n float64) float64 { return n / 2 },
		"any":    func(v any) any { return v },
		"count":  func(n int64) int64 { return n + 1 },
		"flip":   func(b bool) bool { return !b },
		"fail":   func(s string) (string, error) { return s, errors.New("failed") },
		"list":   func(v ...any) []any { return v },
		"inner":  func(name string) *inner { return &inner{Name: name} },
		"nobody": func() *inner { return nil },
	}
}

// outcome is what both ways of executing a template come to.
type outcome struct {
	want  string // of html/template
	wrong error
	known bool // whether it was compiled
	ok    bool // whether it gave an answer
	got   string
}

// both executes a template in both ways.
func both(t *testing.T, text string, dot any) (o outcome) {
	t.Helper()
	all, err := template.New("page").Funcs(testFunctions()).Option("missingkey=error").Parse(text)
	if err != nil {
		return outcome{wrong: err}
	}
	var b bytes.Buffer
	o.wrong = all.Execute(&b, dot)
	o.want = b.String()
	quick, err := New(Source{Functions: testFunctions(), Trees: func(name string) *parse.Tree {
		if found := all.Lookup(name); found != nil {
			return found.Tree
		}
		return nil
	}}, "page", reflect.TypeOf(dot))
	if err != nil {
		if !errors.Is(err, errUnknown) {
			t.Fatalf("%s: %v", text, err)
		}
		return o
	}
	o.known = true
	out := bytes.NewBufferString("before")
	v := reflect.New(reflect.TypeOf(dot)).Elem()
	v.Set(reflect.ValueOf(dot))
	o.ok = quick.Execute(out, v)
	var found bool
	o.got, found = strings.CutPrefix(out.String(), "before")
	if !found || !o.ok && o.got != "" {
		t.Fatalf("%s: the buffer is %q", text, out)
	}
	return o
}

const hostile = "a<b>'\"&+\x00\xff`javascript:alert(1)/é?x=1#%41%zz"

// TestQuick: these are known, and come out as html/template has them.
func TestQuick(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"plain < text", "{{.Text}} {{.Word}} {{.Spoken}} {{.Formed}} {{.Loud}} {{.HTML}} {{.URL}} {{.Attr}} {{.CSS}} {{.JS}}",
		"{{.Num}} {{.Small}} {{.Count}} {{.Part}} {{.Yes}} {{.NumPtr}} {{.Bytes}} {{.At}} {{.In}} {{.Three}} {{.Anys}} {{.Any}} {{.None}} {{.Fixed}}",
		"{{.Based}} {{.Name}} {{.In.Name}} {{.Ptr.Name}} {{.Deep.Name}} {{.Ptr.Upper}} {{.In.Upper}} {{.Ptr.Pointer}} {{.Works}} {{.Boxed}} {{.Nil}}",
		"<title>{{.Text}} {{.HTML}}</title><textarea>{{.HTML}}</textarea>",
		`<p title="{{.Text}} {{.Word}} {{.Spoken}} {{.Formed}} {{.Loud}} {{.URL}}" class='{{.Text}}'>`,
		`<a href="{{.Text}}"><a href="{{.URL}}"><a href='{{.Any}}'><a href="x{{.Text}}"><a href="?q={{.Text}}&amp;{{.URL}}"><img src="{{.Num}}">`,
		`<p style="width:{{.Num}}%;height:{{.Part}}px;color:{{.CSS}}"><style>{{.CSS}}</style><p {{.Attr}}>`,
		"{{if .Text}}a{{else}}b{{end}}{{if .Nil}}a{{else if .Ptr}}c{{end}}{{if .Num}}1{{end}}{{if .At}}2{{end}}{{if .None}}3{{end}}{{if .Any}}4{{end}}{{if .Part}}5{{end}}{{if .Count}}6{{end}}{{if .Three}}7{{end}}",
		"{{with .Ptr}}{{.Name}}{{$.Text}}{{else}}none{{end}}{{with .Nil}}some{{else}}{{.Num}}{{end}}{{with $x := .Text}}{{$x}}{{.}}{{end}}{{with .Any}}{{.}}{{end}}{{with .Yes}}{{.}}{{end}}",
		"{{range .List}}{{.Name}}{{range .More}}{{.Name}}{{end}}{{with .Next}}{{.Num}}{{end}};{{end}}{{range .Names}}{{.}}{{else}}none{{end}}{{range .Anys}}[{{.}}]{{end}}{{range .Three}}{{.}}{{end}}",
		"{{range $i, $e := .Names}}{{if $i}}, {{end}}{{$e}}{{.}}{{end}}{{range $e := .Ptrs}}{{$e.Name}}{{end}}{{range .Nil | list}}{{if .}}x{{end}}{{end}}",
		"{{range .Names}}{{if eq . \"\"}}{{continue}}{{end}}{{if eq . \"x\"}}{{break}}{{end}}{{.}}{{end}}{{range .List}}{{range .More}}{{break}}{{end}}{{.Name}}{{end}}",
		"{{range $e := .Names}}{{$e = \"same\"}}{{$e}}{{.}}{{end}}",
		`{{$x := .Text}}{{if .Yes}}{{$x = "new"}}{{$x := 1}}{{$x}}{{end}}{{$x}}{{$y := len .Names}}{{$y}}{{$l := .List}}{{(index $l 0).Name}}`,
		`{{define "x"}}{{.Name}}{{$.Num}}{{with .Next}}{{template "x" .}}{{end}}{{end}}{{range .List}}{{template "x" .}}{{end}}{{template "x" .Ptr}}{{define "y"}}still{{end}}{{template "y"}}`,
		`{{and .Text .Based}}{{and .Yes true}}{{or "" .Text}}{{or .Text "x"}}{{if or .Nil .Text}}1{{end}}{{if and .Yes (not .Nil)}}2{{end}}{{not .Text}}{{if or .Yes .Nil.Name}}short{{end}}`,
		`{{eq .Num 1 -7}}{{eq .Text "x"}}{{ne .Word "x"}}{{lt .Num 1}}{{le .Count .Count}}{{gt .Part .Part}}{{ge .Text "b"}}{{eq .Yes true}}{{le .Small 5}}{{gt 2 1}}{{lt "a" "b"}}`,
		`{{len .Text}}{{len .Ptrs}}{{len .Three}}{{index .Names 0}}{{(index .List 1).Next.Name}}{{index .Three 2}}{{index .Anys 0}}{{len .Map}}`,
		`{{range split "a" .Text}}{{.}}-{{end}}{{range .Text | split "<"}}{{.}}-{{end}}{{upper .Text}}{{.Text | upper}}{{stamp .At}}{{.At | stamp}}{{times 2 "a" .Text}}{{times .Num}}{{"x" | times 3}}{{half 3}}{{half .Part}}{{any .Text}}{{any 5}}{{count 5}}{{flip true}}`,
		`{{print .Text 1 true}}{{printf "%s-%d" .Text .Num}}{{println .HTML}}{{any .HTML}}{{any .None}}{{upper (any "x")}}{{(inner "<n>").Upper}}{{range list 1 "a"}}{{.}}{{end}}`,
		"{{.At.IsZero}}{{if not .At.IsZero}}{{.At.Year}}{{end}}{{true}}{{1}}{{\"<c>\"}}{{/* a comment */}}{{.}}",
	} {
		o := both(t, text, someThing(hostile))
		switch {
		case o.wrong != nil:
			t.Errorf("%s: html/template says %v", text, o.wrong)
		case !o.known:
			t.Errorf("%s: is not known", text)
		case !o.ok:
			t.Errorf("%s: has no answer", text)
		case o.got != o.want:
			t.Errorf("%s\ngot  %q\nwant %q", text, o.got, o.want)
		}
	}
}

// TestLeft: these are left to html/template, before or while they run.
func TestLeft(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		runs bool // whether it is known until it runs
	}{
		{"<script>{{.Text}}</script>", false},
		{"<p onclick=\"f({{.Text}})\">", false},
		{"<p title={{.Text}}>", false},
		{"<p style=\"color:{{.Text}}\">", true},
		{"<p title=\"{{.HTML}}\">", true},
		{"<p {{.Text}}>", false},
		{`{{define "x"}}{{.}}{{end}}<p title="{{template "x" .Text}}">`, false},
		{"{{.Text | html}}", false},
		{"{{urlquery .Text}}", false},
		{"{{js .Text}}", false},
		{"{{.Map.key}}", false},
		{"{{range .Map}}{{end}}", false},
		{"{{range 3}}{{.}}{{end}}", false},
		{"{{index .Map \"x\"}}", false},
		{"{{.Err}}", false},
		{"{{.Func}}", false},
		{"{{.Any.Name}}", false},
		{"{{.Titel}}", false},
		{"{{.Many 3}}", false},
		{"{{.Safe}}", false},
		{"{{.In.Pointer}}", false},
		{"{{fail .Text}}", true},
		{"{{upper .Num}}", false},
		{"{{stamp .None}}", true},
		{"{{times}}", false},
		{"{{.Far}}", true},
		{"{{.Nil.Name}}", true},
		{"{{.Fails}}", true},
		{"{{.Panics}}", true},
		{"{{index .Names 3}}", true},
		{"{{nobody.Name}}", false},
		{"{{eq .Num .Count}}", false},
		{"{{eq .Num .Text}}", false},
		{"{{lt .Yes .Yes}}", false},
		{"{{eq .Any .Text}}", false},
		{"{{len .Nil}}", false},
		{"{{len .Num}}", false},
		{"{{$x := .Num}}{{$x = .Text}}{{$x}}", false},
		{"{{range $e := .Names}}{{else}}{{$e}}{{end}}", false},
		{"{{or .Nil .Text}}", false},
		{`{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`, true},
		{`{{define "x"}}{{.}}{{end}}{{template "x"}}`, false},
		{"{{nil}}", false},
		{"{{1.5}}", false},
		{"{{'a'}}", false},
		{"{{0x10}}", false},
	}
	for _, test := range tests {
		o := both(t, test.text, someThing(hostile))
		if o.known != test.runs || o.ok {
			t.Errorf("%s: %+v", test.text, o)
		}
	}
}

// TestText: text/template's trees can be compiled, too, as far as nothing is printed
// whose methods an address decides about.
func TestText(t *testing.T) {
	t.Parallel()
	const text = "{{.Text}} {{.Num}} {{.Word}}{{range .Names}}\n{{.}}{{end}}"
	all := texttemplate.Must(texttemplate.New("page").Parse(text))
	dot := someThing(hostile)
	var want, got bytes.Buffer
	if err := all.Execute(&want, dot); err != nil {
		t.Fatal(err)
	}
	source := Source{Trees: func(string) *parse.Tree { return all.Tree }}
	quick, err := New(source, "page", reflect.TypeFor[thing]())
	if err != nil {
		t.Fatal(err)
	}
	if ok := quick.Execute(&got, reflect.ValueOf(dot)); !ok || got.String() != want.String() {
		t.Errorf("%t: got %q, want %q", ok, &got, &want)
	}
	for _, text := range []string{"{{.Fixed}}", "{{.Spoken}}", "{{.Part}}", "{{.Nil}}"} {
		all = texttemplate.Must(texttemplate.New("page").Parse(text))
		if _, err := New(source, "page", reflect.TypeFor[thing]()); err == nil {
			t.Errorf("%s: is known", text)
		}
	}
	if quick.Execute(&got, reflect.ValueOf("another type")) {
		t.Error("took a dot of another type")
	}
}
