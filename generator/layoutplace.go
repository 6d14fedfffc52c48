package generator

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"shiplist/generator/quick"
	"shiplist/internal/spelling"
)

// Rule of this file: what the template packages say of a mistake is a text of theirs,
// the same since Go 1.2; it is read here and nowhere else. A text of another form is
// passed on as it is.

var (
	executing = regexp.MustCompile(`(?s)^template: (.+?):(\d+):(\d+): executing .+? at <(.*)>: (.*)$`)
	escaping  = regexp.MustCompile(`(?s)^html/template:(?:([^ ]+?):)?(?:(\d+):)?(?:(\d+):)? (.*)$`)
	parsing   = regexp.MustCompile(`(?s)^template: (.+?):(\d+): (.*)$`)
)

var (
	noField    = regexp.MustCompile(`^can't evaluate field (\S+) in type (.+)$`)
	noFunction = regexp.MustCompile(`^function "(.+)" not defined$`)
	noTemplate = regexp.MustCompile(`^no such template "(.+)"$`)
	nilField   = regexp.MustCompile(`^nil pointer evaluating (.+)\.(\w+)$`)
	quoted     = regexp.MustCompile(`"([^"]+)"|<([^>]+)>|(\{\{[^}]*\}\})`)
)

// A layoutText explains errors of the template packages.
type layoutText struct {
	// sources are the texts of the layouts, by name below layouts.
	sources map[string]string
	// templates are the names that {{template}} may use in the failing page.
	templates []string
	// kind is the template of the page; dot the struct that it gets, nil while parsing.
	kind string
	dot  reflect.Type
}

// executionError is what the template packages would say where a template, in execution,
// takes a field that is not there.
func executionError(name string, f *quick.NoField) error {
	return fmt.Errorf("template: %s: executing %q at <%s>: can't evaluate field %s in type %s", f.Location, name, f.Context, f.Name, f.Type)
}

// explain makes a LayoutError of an error of the template packages, and returns any
// other as it is.
func (t layoutText) explain(err error) error {
	e := &LayoutError{Pages: 1}
	text, column0 := err.Error(), -1
	if m := executing.FindStringSubmatch(text); m != nil {
		e.File, e.Line, column0, e.Text = m[1], number(m[2]), number(m[3]), m[5]
	} else if m := escaping.FindStringSubmatch(text); m != nil {
		e.File, e.Line, e.Text = m[1], number(m[2]), m[4]
		if m[3] != "" {
			column0 = number(m[3])
		}
	} else if m := parsing.FindStringSubmatch(text); m != nil {
		e.File, e.Line, e.Text = m[1], number(m[2]), m[3]
	} else {
		return err
	}
	e.Source = lineOf(t.sources[e.File], e.Line)
	if column0 < 0 {
		column0 = guess(e.Source, e.Text)
	}
	if column0 >= 0 {
		e.Col = column(e.Source, column0)
	}
	e.File = "layouts/" + e.File
	if e.Line == 0 && t.kind != "" {
		// It came to light where the parts were put together.
		e.File = t.kindFile()
		e.KnownAs = "this showed in " + cmp.Or(templateOf(err), "base.html") + ": is a tag or a quotation mark left open?"
	}
	t.tell(e)
	return e
}

// kindFile is the layout of the kind: that of a page, or a file of its own, which is named
// with its folder.
func (t layoutText) kindFile() string {
	if strings.Contains(t.kind, "/") {
		return "layouts/" + t.kind
	}
	return "layouts/pages/" + t.kind + ".html"
}

// templateOf is the file or template of which html/template speaks.
func templateOf(err error) string {
	var wrong *template.Error
	errors.As(err, &wrong)
	if wrong == nil {
		return ""
	}
	return wrong.Name
}

// tell says in our words what is wrong, with what is known in the place.
func (t layoutText) tell(e *LayoutError) {
	if m := noField.FindStringSubmatch(e.Text); m != nil {
		t.tellField(e, m[1], m[2])
	} else if m := noFunction.FindStringSubmatch(e.Text); m != nil {
		e.Text = "there is no function " + strconv.Quote(m[1])
		e.among(m[1], "the functions are", functionNames())
	} else if m := noTemplate.FindStringSubmatch(e.Text); m != nil {
		t.tellTemplate(e, m[1])
	} else if m := nilField.FindStringSubmatch(e.Text); m != nil {
		e.Text = "there is no " + short(m[1]) + " here to take ." + m[2] + " from"
		e.KnownAs = "this part is not on every page: put {{with}} or {{if}} around it"
	}
}

func (t layoutText) tellField(e *LayoutError, field, typeName string) {
	e.Text = short(typeName) + " has no field or method " + strconv.Quote(field)
	found := reachable(t.dot)[typeName]
	if found == nil {
		return
	}
	switch found.Kind() {
	case reflect.Slice, reflect.Array:
		e.KnownAs = "it is a list: go through it with {{range}}"
	case reflect.Struct, reflect.Pointer, reflect.Interface:
		e.among(field, short(typeName)+" has", members(found))
	default:
		if names := members(found); len(names) > 0 {
			e.among(field, short(typeName)+" has", names)
			return
		}
		e.KnownAs = "it is a plain value without fields"
	}
}

func (t layoutText) tellTemplate(e *LayoutError, name string) {
	if name == "main" && t.kind != "" {
		e.File, e.Line, e.Col, e.Source = t.kindFile(), 1, 1, ""
		e.Text = `defines no "main", which base.html shows; begin it with {{define "main"}}`
		return
	}
	e.Text = "there is no template " + strconv.Quote(name)
	e.among(name, "the templates are", t.templates)
}

// among says what is known, and which of it was meant.
func (e *LayoutError) among(name, what string, known []string) {
	e.KnownAs, e.Known, e.Meant = what, known, spelling.Nearest(name, known)
	if e.Meant == "" {
		for _, k := range known {
			if strings.EqualFold(k, name) {
				e.Meant = k
			}
		}
	}
}

// guess finds the place of a mistake in its line, in bytes from 0: what the message
// quotes, or the only action of the line. -1 where that is not certain.
func guess(line, text string) int {
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if what := cmp.Or(m[1], m[2], m[3]); strings.Count(line, what) == 1 {
			return strings.Index(line, what)
		}
	}
	if strings.Count(line, "{{") == 1 {
		return strings.Index(line, "{{")
	}
	return -1
}

// lineOf is a line of a text, counted from 1.
func lineOf(text string, n int) string {
	for line := range strings.Lines(text) {
		if n--; n == 0 {
			return strings.TrimRight(line, "\r\n")
		}
	}
	return ""
}

// number reads digits, of which there are too many for any file only in jest.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// short leaves out the package of types in a name: "[]generator.rowView" is "[]rowView".
func short(typeName string) string { return packageName.ReplaceAllString(typeName, "") }

var packageName = regexp.MustCompile(`\b[a-z]\w*\.`)

// reachable are the types that a layout can meet that starts from one, by name.
func reachable(from reflect.Type) map[string]reflect.Type {
	seen := map[string]reflect.Type{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		if t == nil || seen[t.String()] != nil {
			return
		}
		seen[t.String()] = t
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			visit(t.Elem())
		case reflect.Struct:
			visit(reflect.PointerTo(t))
			for i := range t.NumField() {
				visit(t.Field(i).Type)
			}
		}
		for i := range t.NumMethod() {
			if m := t.Method(i).Type; m.NumOut() > 0 {
				visit(m.Out(0))
			}
		}
	}
	visit(from)
	return seen
}

// members are the fields and methods that a layout may name, sorted.
func members(t reflect.Type) []string {
	var names []string
	for i := range t.NumMethod() {
		names = append(names, t.Method(i).Name)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() && !f.Anonymous {
				names = append(names, f.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// builtinFunctions are those of the template packages.
var builtinFunctions = []string{
	"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf",
	"println", "slice", "urlquery",
}

func functionNames() []string {
	names := slices.Clone(builtinFunctions)
	for name := range functions() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// templateNames are the templates that a page may use, sorted, without the files and
// without the copies that html/template makes for other contexts.
func templateNames(t *template.Template) []string {
	var names []string
	for _, each := range t.Templates() {
		if name := each.Name(); name != "shared" && !strings.HasSuffix(name, ".html") && !strings.Contains(name, "$htmltemplate") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
