package generator

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"

	"shiplist/generator/quick"
)

// layouts are the parsed templates, one complete set for each page.
type layouts struct {
	pages map[string]*template.Template
	// headers are those of what lies in the trees.
	headers headersLayouts
	// handovers are those of files for readers elsewhere, by name.
	handovers map[string]handoverLayout
	// sources are the texts of all files, by name below layouts.
	sources map[string]string
	mu      sync.Mutex
	// explained are the mistakes that were met already, by page kind and message.
	explained map[string]error
	sum       fingerprint // of the files
	// compiled are the templates of pages as they were compiled for a struct, nil for
	// those that html/template has to execute, by compiledKey.
	compiled sync.Map
}

// parseLayouts parses base.html, all partials and all pages. Every bad file is
// reported, as a LayoutError.
func parseLayouts(fsys fs.FS) (*layouts, error) {
	l := &layouts{pages: map[string]*template.Template{}, sources: map[string]string{}, explained: map[string]error{}}
	base := template.New("shared").Funcs(functions()).Option("missingkey=error")
	var problems []error
	partials, err := fs.Glob(fsys, "partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	for _, name := range append([]string{"base.html"}, partials...) {
		problems = append(problems, l.parse(base, fsys, name))
	}
	names, err := fs.Glob(fsys, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	for _, name := range names {
		t, err := base.Clone()
		if err == nil {
			err = l.parse(t, fsys, name)
		}
		problems = append(problems, err)
		l.pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	for _, kind := range pageKinds() {
		if l.pages[kind.name] == nil {
			problems = append(problems, &LayoutError{File: "layouts/pages/" + kind.name + ".html", Text: "is missing"})
		}
	}
	problems = append(problems, l.parseHeaders(fsys), l.parseHandovers(fsys))
	if err := inOrderOfPlace(problems); err != nil {
		return l, err
	}
	return l, l.escape()
}

// parse parses a file under its own name, so that errors carry it.
func (l *layouts) parse(t *template.Template, fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("layouts: %w", err)
	}
	l.sources[name] = string(text)
	if _, err := t.New(name).Parse(string(text)); err != nil {
		return layoutText{sources: l.sources}.explain(err)
	}
	return nil
}

// escape lets html/template look at every page, which finds templates that are not
// there and tags that do not close, in parts of which the data shows nothing, too. It
// would do so at the first use.
func (l *layouts) escape() error {
	var problems []error
	for kind, t := range l.pages {
		names := templateNames(t)
		err := t.ExecuteTemplate(io.Discard, "base.html", nil)
		var wrong *template.Error
		if errors.As(err, &wrong) {
			problems = append(problems, layoutText{sources: l.sources, templates: names, kind: kind}.explain(err))
		}
	}
	return inOrderOfPlace(problems)
}

// missing tells of every field that a layout takes and will not find, also where the data
// shows nothing of it. What several pages share is told of the first.
func (l *layouts) missing() error {
	var problems []error
	told := map[string]bool{}
	look := func(from quick.Source, name string, in layoutText) {
		for _, f := range quick.Missing(from, name, in.dot) {
			if !told[f.Location] {
				told[f.Location] = true
				problems = append(problems, in.explain(executionError(name, f)))
			}
		}
	}
	for _, kind := range pageKinds() {
		t := l.pages[kind.name]
		look(sourceOf(t), "base.html", layoutText{sources: l.sources, templates: templateNames(t), kind: kind.name, dot: kind.dot})
	}
	for name, h := range l.handovers {
		look(h.source, handoverDir+name, layoutText{sources: l.sources, kind: handoverDir + name, dot: reflect.TypeFor[handoverFacts]()})
	}
	for _, h := range l.headers.layouts {
		look(h.source, h.name, layoutText{sources: l.sources, kind: h.name, dot: reflect.TypeFor[headersPage]()})
	}
	access := l.headers.layouts[len(l.headers.layouts)-1]
	look(access.source, "description", layoutText{sources: l.sources, kind: access.name, dot: reflect.TypeFor[fileWord]()})
	return inOrderOfPlace(problems)
}

// inOrderOfPlace makes one error of many, those in layouts by their place and each once.
func inOrderOfPlace(problems []error) error {
	var layouts layoutProblems
	var others []error
	for _, err := range problems {
		if err != nil && !layouts.take(err) {
			others = append(others, err)
		}
	}
	return errors.Join(append(others, layouts.err())...)
}

// render executes a page's template with its struct. html/template does it, and tells
// what is wrong, where the compiled template has no answer.
func render[P any](s *site, kind string, b *bytes.Buffer, p P) error {
	if t := s.layouts.compile(kind, reflect.TypeFor[P]()); t != nil && t.Execute(b, reflect.ValueOf(&p).Elem()) {
		return nil
	}
	if err := s.layouts.pages[kind].ExecuteTemplate(b, "base.html", p); err != nil {
		return s.layouts.explain(kind, reflect.TypeFor[P](), err)
	}
	return nil
}

// compiledKey says which template was compiled for which struct.
type compiledKey struct {
	kind string
	dot  reflect.Type
}

// compile compiles a page's template at its first use; it is nil where it cannot be.
func (l *layouts) compile(kind string, dot reflect.Type) *quick.Template {
	key := compiledKey{kind, dot}
	if known, ok := l.compiled.Load(key); ok {
		return known.(*quick.Template)
	}
	t, err := quick.New(sourceOf(l.pages[kind]), "base.html", dot)
	if err != nil {
		t = nil
	}
	l.compiled.Store(key, t)
	return t
}

// sourceOf is a template that html/template has escaped, for the compiler.
func sourceOf(t *template.Template) quick.Source {
	return quick.Source{Functions: functions(), Trees: func(name string) *parse.Tree {
		if found := t.Lookup(name); found != nil {
			return found.Tree
		}
		return nil
	}}
}

// textSource is a template that escapes nothing.
func textSource(t *texttemplate.Template) quick.Source {
	return quick.Source{Functions: functions(), Trees: func(name string) *parse.Tree {
		if found := t.Lookup(name); found != nil {
			return found.Tree
		}
		return nil
	}}
}

// explain tells of a mistake that a page met. Many pages meet the same.
func (l *layouts) explain(kind string, dot reflect.Type, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := kind + " " + err.Error()
	known, ok := l.explained[key]
	if !ok {
		known = layoutText{sources: l.sources, templates: templateNames(l.pages[kind]), kind: kind, dot: dot}.explain(err)
		l.explained[key] = known
	}
	return known
}
