package generator

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// layouts are the parsed templates, one complete set for each page.
type layouts struct{ pages map[string]*template.Template }

// parseLayouts parses base.html, all partials and all pages. Every bad file is
// reported, as layouts/NAME:LINE.
func parseLayouts(fsys fs.FS) (*layouts, error) {
	base, err := parseShared(fsys)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	l := &layouts{pages: make(map[string]*template.Template, len(names))}
	var problems []error
	for _, name := range names {
		t, err := base.Clone()
		if err == nil {
			err = parseFile(t, fsys, name)
		}
		problems = append(problems, err)
		l.pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	for _, kind := range pageKinds {
		if l.pages[kind] == nil {
			problems = append(problems, fmt.Errorf("layouts/pages/%s.html is missing", kind))
		}
	}
	return l, errors.Join(problems...)
}

// parseShared parses what every page has.
func parseShared(fsys fs.FS) (*template.Template, error) {
	names, err := fs.Glob(fsys, "partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	base := template.New("shared").Funcs(functions()).Option("missingkey=error")
	var problems []error
	for _, name := range append([]string{"base.html"}, names...) {
		problems = append(problems, parseFile(base, fsys, name))
	}
	return base, errors.Join(problems...)
}

// parseFile parses a file under its own name, so that errors carry it.
func parseFile(t *template.Template, fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("layouts: %w", err)
	}
	if _, err := t.New(name).Parse(string(text)); err != nil {
		return layoutError(err)
	}
	return nil
}

// layoutError turns "template: pages/home.html:3: ..." into "layouts/pages/home.html:3: ...".
func layoutError(err error) error {
	text := err.Error()
	for _, prefix := range []string{"html/template:", "template: "} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return errors.New("layouts/" + strings.TrimSpace(rest))
		}
	}
	return err
}
