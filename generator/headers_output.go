package generator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"strings"
	"sync"
	texttemplate "text/template"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/headers"
	"shiplist/generator/quick"
	"shiplist/internal/config"
)

// headersFiles are what is written for each directory.
var headersFiles = []string{"HEADER.html", "FOOTER.html", ".htaccess"}

// headersLayouts make them, in that order, with the style that stands in the first.
type headersLayouts struct {
	layouts [3]headersLayout
	style   template.CSS
	// words is the template of a file's description; described are those that it made,
	// ready to stand in double quotes, by what they describe. There are few of them.
	words     executor
	described *sync.Map
}

// description says in the listing what a file is.
func (h *headersLayouts) description(l fileWord) (string, error) {
	if text, ok := h.described.Load(l); ok {
		return text.(string), nil
	}
	var b strings.Builder
	if err := h.words.Execute(&b, l); err != nil {
		return "", err
	}
	text := listingText(strings.TrimSpace(b.String()))
	h.described.Store(l, text)
	return text, nil
}

// executor is a template of either kind.
type executor interface {
	Execute(w io.Writer, dot any) error
}

// headersLayout is a template of either kind, with what was compiled of it; nil for none.
type headersLayout struct {
	executor
	name     string
	source   quick.Source
	compiled *quick.Template
}

// compileHeaders compiles the template of a name, where that is possible.
func compileHeaders(t executor, source quick.Source, name string) headersLayout {
	compiled, err := quick.New(source, name, reflect.TypeFor[headersPage]())
	if err != nil {
		compiled = nil
	}
	return headersLayout{t, name, source, compiled}
}

// render does what render does for pages.
func (h headersLayout) render(b *bytes.Buffer, p *headersPage) error {
	if h.compiled != nil && h.compiled.Execute(b, reflect.ValueOf(p).Elem()) {
		return nil
	}
	return h.Execute(b, *p)
}

// parseHeaders parses the layouts of what lies in the trees. They use no part of those
// of pages: on a mirror there is neither the style sheet nor the script of the site.
func (l *layouts) parseHeaders(fsys fs.FS) error {
	style, errStyle := fs.ReadFile(fsys, "headers/style.css")
	l.headers.style, l.headers.described = inlineStyle(bytes.TrimSpace(style)), &sync.Map{}
	problems := []error{errStyle}
	for i, name := range []string{"headers/header.html", "headers/footer.html"} {
		t := template.New("headers").Funcs(functions()).Option("missingkey=error")
		err := l.parse(t, fsys, name)
		if err == nil {
			// html/template looks at it now, not when there is data.
			err = t.ExecuteTemplate(io.Discard, name, nil)
			var wrong *template.Error
			if errors.As(err, &wrong) {
				err = layoutText{sources: l.sources, kind: name}.explain(err)
			} else {
				err = nil
			}
		}
		problems = append(problems, err)
		l.headers.layouts[i] = compileHeaders(t.Lookup(name), sourceOf(t), name)
	}
	return errors.Join(append(problems, l.parseAccess(fsys))...)
}

// parseAccess parses the layout of the configuration of Apache. It escapes nothing: what
// the struct has is ready to stand in double quotes, and so is a description.
func (l *layouts) parseAccess(fsys fs.FS) error {
	const name = "headers/htaccess.txt"
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	l.sources[name] = string(text)
	t, err := texttemplate.New(name).Funcs(functions()).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return layoutText{sources: l.sources}.explain(err)
	}
	words := t.Lookup("description")
	if words == nil {
		return &LayoutError{File: "layouts/" + name, Text: `defines no template "description"`}
	}
	l.headers.layouts[2], l.headers.words = compileHeaders(t, textSource(t), name), words
	return nil
}

// writeHeaders brings what lies in the trees up to date, in a directory of its own. It
// is no part of the site and does not count for its digest. The result is nil where no
// tree wants any and none did.
func (s *site) writeHeaders(ctx context.Context, c *config.Config) (_ *headers.Result, err error) {
	trees := headersTrees(c)
	if len(trees) == 0 && !headers.Ours(c.Site.Headers) {
		return nil, nil
	}
	dir, err := headers.Open(ctx, c.Site.Headers)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := dir.Close(); err == nil {
			err = closed
		}
	}()
	if err := s.putHeaders(ctx, dir, s.headersDirs(trees)); err != nil {
		return nil, err
	}
	res, err := dir.Finish()
	return &res, err
}

// headersTrees are the trees that want the files.
func headersTrees(c *config.Config) []string {
	var names []string
	for _, t := range c.Trees {
		if t.Headers {
			names = append(names, t.Name)
		}
	}
	return names
}

func (s *site) putHeaders(ctx context.Context, dir *headers.Dir, all []headersDir) error {
	var bad layoutProblems
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, d := range all {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			buf := buffers.Get().(*bytes.Buffer)
			defer giveBack(buf)
			files, err := s.renderHeaders(buf, d.download)
			if bad.take(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("headers of %s: %w", d.place, err)
			}
			return dir.Put(d.place, files)
		})
	}
	return errors.Join(group.Wait(), bad.err())
}

// renderHeaders makes the files of a directory, in a buffer that has to stay as it is
// as long as they are used.
func (s *site) renderHeaders(buf *bytes.Buffer, d *download) ([]headers.File, error) {
	p, err := s.arrangeHeaders(d)
	if err != nil {
		return nil, err
	}
	buf.Reset()
	var ends [3]int
	for i, t := range s.layouts.headers.layouts {
		if err := t.render(buf, &p); err != nil {
			return nil, s.layouts.explainHeaders(err)
		}
		ends[i] = buf.Len()
	}
	files, at := make([]headers.File, len(ends)), 0
	for i, end := range ends {
		content := buf.Bytes()[at:end]
		files[i], at = headers.File{Name: headersFiles[i], Content: content, Sum: digestOf(content)}, end
	}
	return files, nil
}

// explainHeaders tells of a mistake in a layout that a directory met.
func (l *layouts) explainHeaders(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := "headers " + err.Error()
	known, ok := l.explained[key]
	if !ok {
		known = layoutText{sources: l.sources, dot: reflect.TypeFor[headersPage]()}.explain(err)
		l.explained[key] = known
	}
	return known
}
