package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/spelling"
	"shiplist/internal/tomlpos"
)

// document is a file while it is read.
type document struct {
	name     string // as problems call it
	dir      string // relative paths count from here
	text     string
	places   *tomlpos.Index // made for the first problem
	root     *table
	problems Problems
	flat     bool     // its top level has keys, not tables
	lists    []string // further files that were read
	// rules are those that hold after this file, as far as they are read: the
	// series come first, because all others refer to them.
	rules *release.Rules
	taken map[string]string // names that must be unique, and the path that has each
}

// values is a table as [tomlpos.Decode] gives it.
type values map[string]any

// open makes a document of a text; without error it has a root.
func open(name, dir, text string) (*document, error) {
	v, err := tomlpos.Decode(text)
	var syntax *tomlpos.Error
	switch {
	case errors.As(err, &syntax):
		return nil, Problems{{name, syntax.Line, syntax.Col, "", strings.TrimSuffix(syntax.Text, ".")}}
	case err != nil:
		return nil, err
	}
	d := &document{name: name, dir: dir, text: text, taken: map[string]string{}}
	d.root = &table{doc: d, values: v}
	return d, nil
}

// note adds a problem at a path, or at the nearest part of it that has a place.
func (d *document) note(path, text string) {
	line, col := d.find(path)
	d.problems = append(d.problems, Problem{d.name, line, col, path, text})
}

// find returns the place of a path.
func (d *document) find(path string) (line, col int) {
	if d.places == nil {
		d.places = tomlpos.New(d.text)
	}
	return d.places.Find(path)
}

// line is the line of a path.
func (d *document) line(path string) int {
	line, _ := d.find(path)
	return line
}

// owner is the table that the last key of a path is in.
func owner(path string) string {
	return path[:max(strings.LastIndexByte(path, '.'), 0)]
}

// unique notes a problem when name is taken already among what all must have
// different names.
func (d *document) unique(all, name, path, advice string) {
	id := all + "\x00" + name
	if first, taken := d.taken[id]; taken {
		d.note(path, fmt.Sprintf("%q is taken by %s in line %d; %s", name, owner(first), d.line(first), advice))
		return
	}
	d.taken[id] = path
}

// table is one table of a document while it is read. Every reader of a key makes
// the key known; what is in the table beside the known keys is a mistake.
type table struct {
	doc    *document
	path   string
	values values
	known  []string
}

// at is the path of a key of the table.
func (t *table) at(key string) string { return tomlpos.Join(t.path, key) }

// note adds a problem with a key of the table.
func (t *table) note(key, text string) { t.doc.note(t.at(key), text) }

// has makes a key known and reports whether it is there.
func (t *table) has(key string) bool {
	if !slices.Contains(t.known, key) {
		t.known = append(t.known, key)
	}
	_, there := t.values[key]
	return there
}

// given reports whether a key holds a string that is not empty.
func (t *table) given(key string) bool {
	s, ok := t.values[key].(string)
	return ok && s != ""
}

// require notes the keys that are not there.
func (t *table) require(keys ...string) {
	for _, key := range keys {
		if !t.has(key) {
			t.note(key, fmt.Sprintf("missing; every %s needs it", header(t.path)))
		} else if s, ok := t.values[key].(string); ok && s == "" {
			t.note(key, fmt.Sprintf("empty; every %s needs it", header(t.path)))
		}
	}
}

// header is how the table of a path begins in a file: [site], [[tracker]].
func header(path string) string {
	if name, _, array := strings.Cut(path, "["); array {
		return "[[" + name + "]]"
	}
	return "[" + path + "]"
}

// close notes all keys that nobody knows.
func (t *table) close() {
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		if !slices.Contains(t.known, key) {
			t.unknown(key)
		}
	}
}

func (t *table) unknown(key string) {
	switch near := spelling.Nearest(key, t.known); {
	case near != "" && t.path == "" && !t.doc.flat:
		t.note(key, fmt.Sprintf("unknown; did you mean %s?", t.written(near)))
	case near != "":
		t.note(key, fmt.Sprintf("unknown key; did you mean %q?", near))
	case t.path != "" && key == productFileKey:
		t.note(key, "unknown key; it belongs above the first table of the file")
	default:
		t.note(key, "unknown key; known are "+strings.Join(slices.Sorted(slices.Values(t.known)), ", "))
	}
}

// written is how a key of the root is written.
func (t *table) written(key string) string {
	switch {
	case key == productFileKey:
		return key
	case slices.Contains(plainTables, key):
		return "[" + key + "]"
	}
	return "[[" + key + "]]"
}

// table reads a key that is one table; nil when it is not there.
func (t *table) table(key string) *table {
	if !t.has(key) {
		return nil
	}
	v, ok := t.values[key].(map[string]any)
	if !ok {
		t.note(key, fmt.Sprintf("must be one table, not %s; write [%s]", t.kind(key), t.at(key)))
		return nil
	}
	return &table{doc: t.doc, path: t.at(key), values: v}
}

// tables reads a key that is a list of tables; given says whether it is there.
func (t *table) tables(key string) (rows []*table, given bool) {
	if !t.has(key) {
		return nil, false
	}
	var vs []map[string]any
	switch list := t.values[key].(type) {
	case []map[string]any:
		vs = list
	case []any:
		for i, v := range list {
			row, ok := v.(map[string]any)
			if !ok {
				t.doc.note(tomlpos.Element(t.at(key), i), "must be a table; write "+t.written(key))
				continue
			}
			vs = append(vs, row)
		}
	default:
		t.note(key, fmt.Sprintf("must be a list of tables, not %s; write [[%s]]", t.kind(key), t.at(key)))
	}
	for i, v := range vs {
		rows = append(rows, &table{doc: t.doc, path: tomlpos.Element(t.at(key), i), values: v})
	}
	return rows, true
}
