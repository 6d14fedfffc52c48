package quick

import (
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"testing"
	"text/template/parse"
)

// TestMissing: what is not there is found wherever it stands, and nothing else is.
func TestMissing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"{{.Text}}{{.Name}}{{.Far}}{{.In.Pointer}}{{.Ptr.Pointer}}{{.Map.key}}{{.Any.Name}}{{.None.Name}}{{.Many 3}}{{.Func}}{{range .Map}}{{.X}}{{end}}", ""},
		{"{{.Titel}}", "page:1:2 .Titel: Titel of quick.thing"},
		{"{{.In.Nmae}}\n {{.Ptr.Next.X}}", "page:1:5 .In.Nmae: Nmae of quick.inner; page:2:7 .Ptr.Next.X: X of *quick.inner"},
		{"{{.Text.X}}{{.List.Name}}{{(index .List 0).X}}{{.Num.X}}", "page:1:7 .Text.X: X of string; page:1:18 .List.Name: Name of []quick.inner; " +
			"page:1:42 (index .List 0).X: X of quick.inner; page:1:52 .Num.X: X of int"},
		{"{{if false}}{{.A}}{{else}}{{.B}}{{end}}", "page:1:14 .A: A of quick.thing; page:1:28 .B: B of quick.thing"},
		{"{{if .A}}{{.B}}{{end}}{{with .C}}{{.D}}{{$.E}}{{else}}{{.F}}{{end}}", "page:1:5 .A: A of quick.thing; page:1:11 .B: B of quick.thing; " +
			"page:1:29 .C: C of quick.thing; page:1:42 $.E: E of quick.thing; page:1:56 .F: F of quick.thing"},
		{"{{range .List}}{{.A}}{{end}}{{range $x := .Ptrs}}{{$x.B}}{{end}}{{range 3}}{{$.C}}{{.D}}{{end}}", "page:1:17 .A: A of quick.inner; " +
			"page:1:53 $x.B: B of *quick.inner; page:1:78 $.C: C of quick.thing"},
		{`{{define "x"}}{{.Nmae}}{{template "x" .}}{{end}}{{template "x" .In}}{{template "x" .In}}{{template "x" .Any}}{{template "x"}}`, "page:1:16 .Nmae: Nmae of quick.inner"},
		{`<script>{{.A}}</script><p title={{.B}} onclick="{{.C}}">{{nobody.Name}}{{upper .D}}{{.E | html}}`, "page:1:10 .A: A of quick.thing; page:1:34 .B: B of quick.thing; " +
			"page:1:50 .C: C of quick.thing; page:1:79 .D: D of quick.thing; page:1:85 .E: E of quick.thing"},
	} {
		all, err := template.New("page").Funcs(testFunctions()).Parse(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		_ = all.Execute(io.Discard, nil) // so that it is escaped
		from := Source{Functions: testFunctions(), Trees: func(name string) *parse.Tree {
			if found := all.Lookup(name); found != nil {
				return found.Tree
			}
			return nil
		}}
		var got []string
		for _, f := range Missing(from, "page", reflect.TypeFor[thing]()) {
			got = append(got, fmt.Sprintf("%s %s: %s of %s", f.Location, f.Context, f.Name, f.Type))
		}
		if text := strings.Join(got, "; "); text != tc.want {
			t.Errorf("%s\ngot  %s\nwant %s", tc.text, text, tc.want)
		}
	}
}
