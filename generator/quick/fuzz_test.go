package quick

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A writer writes templates by a grammar, led by bytes.
type writer struct {
	choices []byte
	strings.Builder
	vars, depth int
}

// choose takes the next byte; at their end everything is the first choice.
func (w *writer) choose(n int) int {
	if len(w.choices) == 0 {
		return 0
	}
	c := int(w.choices[0])
	w.choices = w.choices[1:]
	return c % n
}

func (w *writer) pick(of ...string) string { return of[w.choose(len(of))] }

// What a dot can be: the names of its fields by what they hold.
var things = map[string]map[string][]string{
	"thing": {
		"text": {".Text", ".Word", ".Spoken", ".HTML", ".URL", ".Attr", ".CSS", ".JS", ".Based", ".Name", ".In.Name", ".Ptr.Name", ".Deep.Name", ".Works", ".Boxed", ".Any", ".None", ".Far", ".Fails", ".Panics", ".Nil.Name", "$.Text", ".Ptr.Upper", ".Ptr.Pointer"},
		"num":  {".Num", ".Small", ".Count", ".Part", ".In.Num", "3", "0", "-1", ".Ptr.Num", "1.5", ".Fixed"},
		"list": {".List", ".Ptrs", ".In.More", ".Ptr.More", ".Names", ".Three", ".Anys", ".Map", ".Bytes"},
		"dot":  {".In", ".Ptr", ".Nil", ".Deep"},
	},
	"inner": {
		"text": {".Name", ".Upper", ".Pointer", ".Next.Name", "$.Name"}, "num": {".Num", ".Next.Num"}, "list": {".More", ".Next.More"}, "dot": {".", ".Next"},
	},
	"text": {"text": {".", "$.Text", "$"}, "num": {"len ."}, "list": {"."}, "dot": {"."}},
}

// value writes an expression of a kind for a dot.
func (w *writer) value(dot, kind string) string {
	if w.vars > 0 && w.choose(8) == 7 {
		return fmt.Sprintf("$v%d", w.choose(w.vars))
	}
	names := things[dot][kind]
	v := names[w.choose(len(names))]
	if w.depth++; w.depth < 6 {
		switch w.choose(14) {
		case 13:
			v = fmt.Sprintf("(upper %s)", v)
		case 12:
			v = fmt.Sprintf("(%s %s %s)", w.pick("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "print", "list"), v, w.value(dot, kind))
		case 11:
			v = fmt.Sprintf("(%s %s)", w.pick("not", "len", "any", "times", "inner", "fail", "count", "half", "html"), v)
		case 10:
			v = fmt.Sprintf("(%s | %s)", v, w.pick("upper", "any", "times 2", "print", "len", "index .Names", "eq 1", "urlquery"))
		case 9:
			v = fmt.Sprintf("(index %s %s)", w.value(dot, "list"), w.pick("0", "1", "-1", "7", v))
		}
	}
	w.depth--
	return v
}

// action prints a value in some place of a page.
func (w *writer) action(dot string) {
	v := w.value(dot, w.pick("text", "text", "num", "dot"))
	place := w.pick("%s", "<p title=\"%s\">", "<a href=\"%s\">", "<a href='/x%s'>", "<a href=\"?q=%s\">", "<title>%s</title>", "<p style=\"width:%s%%\">", "<textarea>%s</textarea>", "<p class='a %s'>",
		"<p %s>", "<p id=%s>", "<script>%s</script>", "<p onclick=\"%s\">", "<style>%s</style>", "<!-- %s -->", "<img srcset=\"%s\">")
	fmt.Fprintf(w, place, "{{"+v+"}}")
}

func (w *writer) nodes(dot string) {
	if w.depth++; w.depth < 5 {
		vars := w.vars
		for range 1 + w.choose(3) {
			w.node(dot)
		}
		w.vars = vars
	}
	w.depth--
}

func (w *writer) node(dot string) {
	to := w.pick("inner", "text", dot)
	end := func() {
		if w.choose(3) == 2 {
			w.WriteString("{{else}}")
			w.nodes(dot)
		}
		w.WriteString("{{end}}")
	}
	switch w.choose(10) {
	default:
		w.action(dot)
	case 1:
		w.WriteString(w.pick("text ", "<b>x</b>", " a < b ", "\n"))
	case 2:
		fmt.Fprintf(w, "{{if %s}}", w.value(dot, w.pick("text", "num", "list", "dot")))
		w.nodes(dot)
		end()
	case 3:
		fmt.Fprintf(w, "{{with %s%s}}", w.pick("", "", "$w := "), w.value(dot, map[string]string{"inner": "dot", "text": "text", "thing": "text"}[to]))
		w.nodes(to)
		end()
	case 4:
		fmt.Fprintf(w, "{{range %s%s}}", w.pick("", "", "$i, $e := ", "$e := "), w.value(dot, "list"))
		w.nodes(to)
		w.WriteString(w.pick("", "", "{{break}}", "{{continue}}", "{{if .}}{{break}}{{end}}"))
		end()
	case 5:
		fmt.Fprintf(w, "{{$v%d := %s}}", w.vars, w.value(dot, w.pick("text", "num", "list", "dot")))
		w.vars++
	case 6:
		if w.vars > 0 {
			fmt.Fprintf(w, "{{$v%d = %s}}", w.choose(w.vars), w.value(dot, w.pick("text", "num")))
		}
	case 7:
		fmt.Fprintf(w, "{{template %q %s}}", w.pick("part", "tree"), w.value(dot, w.pick("dot", "text")))
	}
}

// page writes a whole template.
func page(choices []byte) string {
	w := &writer{choices: choices}
	w.nodes("thing")
	w.vars = 0
	w.WriteString(`{{define "part"}}`)
	w.nodes(w.pick("inner", "text"))
	w.vars = 0
	w.WriteString(`{{end}}{{define "tree"}}{{.Name}}{{range .More}}{{template "tree" .}}{{end}}{{with .Next}}{{$.Name}}{{end}}{{end}}`)
	return w.String()
}

// check compares both ways of executing a template.
func check(t *testing.T, text, outside string) outcome {
	t.Helper()
	o := both(t, text, someThing(outside))
	if o.ok && (o.wrong != nil || o.got != o.want) {
		t.Fatalf("%s\nwith %q\ngot  %q\nwant %q, %v", text, outside, o.got, o.want, o.wrong)
	}
	return o
}

// FuzzQuick: whatever a template does and whatever is in its dot, the bytes are
// html/template's, or there are none.
func FuzzQuick(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		f.Add(randomBytes(rng), hostile)
	}
	f.Add([]byte{}, "<!--")
	f.Fuzz(func(t *testing.T, choices []byte, outside string) {
		check(t, page(choices), outside)
	})
}

// FuzzEscape: single actions in the places that are known.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{hostile, "mailto:a", "HTTP://x", "java\nscript:x", "x/y:z", "%4", "%", "10%", "--", "\u2028", "<a title='x>y'>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, outside string) {
		for _, v := range []string{".Text", ".Word", ".Spoken", ".HTML", ".URL", ".CSS", ".Attr", ".JS", ".Any", ".Anys", ".Boxed"} {
			for _, place := range []string{"%s", "<p title=\"%s\">", "<a href=\"%s\">", "<a href='/x%s'>", "<a href=\"?q=%s\">", "<title>%s</title>", "<p style=\"width:%s\">", "<p %s>"} {
				check(t, fmt.Sprintf(place, "{{"+v+"}}"), outside)
			}
		}
	})
}

// TestFuzzIsQuick: a good part of the templates of the grammar gets an answer.
func TestFuzzIsQuick(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	answers, works := 0, 0
	for range 500 {
		o := check(t, page(randomBytes(rng)), hostile)
		if o.wrong == nil {
			works++
		}
		if o.ok {
			answers++
		}
	}
	if works < 100 || answers < works/3 {
		t.Errorf("%d of 500 work, %d of them are quick", works, answers)
	}
}

func randomBytes(rng *rand.Rand) []byte {
	b := make([]byte, 5+rng.IntN(60))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}
