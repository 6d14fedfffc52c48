package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"shiplist/internal/tomlpos"
)

// frontMatter is what a text says of itself between two lines of "+++".
type frontMatter struct {
	Title       string
	Description string
	// Menu is the word in the site's navigation; empty for none.
	Menu string
	// Foot is the word at the foot of every page; empty for none.
	Foot string
	// Order sorts both, lowest first.
	Order int64
	// Arches are the machines that a text about starting one is for, with blanks
	// between; empty for all. Without are words: where a page has one of them, the text
	// is left out.
	Arches, Without string
}

// document is one Markdown file.
type document struct {
	frontMatter
	name string // below content, with its extension
	body []byte
	// line is where the body begins in the file.
	line int
}

// texts is all of content: pages, and the parts that generated pages show.
type texts struct {
	pages []document
	parts map[string]document
	ready []*part     // the parts, ready to be filled
	sum   fingerprint // of the files
}

// partsDir holds the texts that are shown inside generated pages.
const partsDir = "parts"

// loadTexts reads every .md file and reports every bad one.
func loadTexts(fsys fs.FS) (*texts, error) {
	t := &texts{parts: map[string]document{}}
	var problems []error
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		doc, err := parseDocument(name, raw)
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		t.add(doc)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if t.ready, err = compileParts(t.parts, newMarkdown()); err != nil {
		problems = append(problems, err)
	}
	return t, errors.Join(problems...)
}

// editableIn are the names of the pages' texts that can be edited in a directory of the
// owner: those that lie there, as the others are built in. Where there is no such
// directory they all can.
func (t *texts) editableIn(dir string) []string {
	var names []string
	_, errDir := os.Stat(dir)
	for _, d := range t.pages {
		if errDir == nil {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(d.name))); err != nil {
				continue
			}
		}
		names = append(names, d.name)
	}
	return names
}

func (t *texts) add(doc document) {
	if dir, file := path.Split(doc.name); dir == partsDir+"/" {
		t.parts[strings.TrimSuffix(file, ".md")] = doc
		return
	}
	t.pages = append(t.pages, doc)
}

// pagePath is where the document's page lies: about.md at about/, a/index.md at a/.
func (d document) pagePath() string {
	name := strings.TrimSuffix(d.name, ".md")
	if base := path.Base(name); base == "index" {
		name = path.Dir(name)
	}
	return pagePath(strings.Split(name, "/")...)
}

// fence opens and closes front matter.
const fence = "+++"

// parseDocument splits a file into front matter and body. Errors begin with
// content/NAME:LINE.
func parseDocument(name string, raw []byte) (document, error) {
	doc := document{name: name}
	at := func(line int, text string) error { return fmt.Errorf("content/%s:%d: %s", name, line, text) }
	raw = bytes.ReplaceAll(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	rest, ok := bytes.CutPrefix(raw, []byte(fence+"\n"))
	if !ok {
		return doc, at(1, "no front matter; begin the file with a line of +++, title = \"...\", and another line of +++")
	}
	head, body, ok := cutFence(rest)
	if !ok {
		return doc, at(1, "front matter without end; close it with a line of +++")
	}
	doc.body = body
	doc.line = bytes.Count(head, []byte("\n")) + 3
	m, err := parseFrontMatter(head, at)
	doc.frontMatter = m
	return doc, err
}

// cutFence cuts at the first line that is a fence.
func cutFence(b []byte) (head, body []byte, ok bool) {
	if body, ok := bytes.CutPrefix(b, []byte(fence+"\n")); ok {
		return nil, body, true
	}
	if i := bytes.Index(b, []byte("\n"+fence+"\n")); i >= 0 {
		return b[:i+1], b[i+len(fence)+2:], true
	}
	if head, ok := bytes.CutSuffix(b, []byte("\n"+fence)); ok {
		return append(slices.Clone(head), '\n'), nil, true
	}
	return nil, nil, false
}

// placed makes an error about a line of the file.
type placed func(line int, text string) error

// frontKeys are the keys of front matter, for the message about an unknown one.
const frontKeys = "title, description, menu, foot, order, arches and without"

// parseFrontMatter reads strictly: an unknown key and a wrong type are errors
// with their line; all of them are reported.
func parseFrontMatter(head []byte, at placed) (frontMatter, error) {
	var m frontMatter
	values, err := tomlpos.Decode(string(head))
	var syntax *tomlpos.Error
	if errors.As(err, &syntax) {
		return m, at(syntax.Line+1, "front matter: "+syntax.Text)
	}
	places := tomlpos.New(string(head))
	line := func(key string) int {
		n, _ := places.Find(tomlpos.Join("", key))
		return n + 1 // the front matter begins on line 2
	}
	keys := slices.Sorted(maps.Keys(values))
	slices.SortStableFunc(keys, func(a, b string) int { return line(a) - line(b) })
	var problems []error
	for _, key := range keys {
		if text := m.set(key, values[key]); text != "" {
			problems = append(problems, at(line(key), "front matter: "+text))
		}
	}
	if _, ok := values["title"]; !ok {
		problems = append(problems, at(1, "front matter: title is missing; add title = \"...\""))
	}
	return m, errors.Join(problems...)
}

// set takes over one key and says what is wrong with it.
func (m *frontMatter) set(key string, value any) string {
	if key == "order" {
		var ok bool
		if m.Order, ok = value.(int64); !ok {
			return "order must be a whole number"
		}
		return ""
	}
	target, known := map[string]*string{"title": &m.Title, "description": &m.Description, "menu": &m.Menu, "foot": &m.Foot, "arches": &m.Arches, "without": &m.Without}[key]
	if !known {
		return fmt.Sprintf("unknown key %q; the keys are %s", key, frontKeys)
	}
	text, ok := value.(string)
	*target = text
	switch {
	case !ok:
		return key + " must be a text in quotes"
	case key == "title" && strings.TrimSpace(text) == "":
		return "title is empty; say what the page is called"
	}
	return ""
}
