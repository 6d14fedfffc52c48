package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"shiplist/internal/tomlpos"
)

// A step of a keyPath is a key, and the element where its value is an array.
type step struct {
	key   string
	index int // -1 for none
}

// keyPath is where a value stands in a document.
type keyPath []step

func (k keyPath) String() string {
	path := ""
	for _, s := range k {
		path = tomlpos.Join(path, s.key)
		if s.index >= 0 {
			path = tomlpos.Element(path, s.index)
		}
	}
	return path
}

// mistake is a value that does not fit, or is missing.
type mistake struct {
	key  keyPath
	text string
}

// fill copies a parsed document into a struct by the toml tags of its fields. It is
// strict: keys that no field has, values of another type, negative numbers, times
// without a zone and empty texts (what is not known is left out) are mistakes. All
// of them are returned, and everything else is filled in.
func fill[T any](document map[string]any, into *T) []mistake {
	f := filler{fields: map[reflect.Type]map[string]int{}}
	f.object(document, reflect.ValueOf(into).Elem())
	return f.mistakes
}

type filler struct {
	fields   map[reflect.Type]map[string]int
	at       keyPath
	mistakes []mistake
}

func (f *filler) mistake(format string, values ...any) {
	f.mistakes = append(f.mistakes, mistake{key: slices.Clone(f.at), text: fmt.Sprintf(format, values...)})
}

// index maps the keys of a struct to its fields.
func (f *filler) index(t reflect.Type) map[string]int {
	index := f.fields[t]
	if index == nil {
		index = make(map[string]int, t.NumField())
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
			index[name] = i
		}
		f.fields[t] = index
	}
	return index
}

func (f *filler) object(values map[string]any, into reflect.Value) {
	index := f.index(into.Type())
	for key, value := range values {
		f.at = append(f.at, step{key, -1})
		if i, known := index[key]; known {
			f.value(value, into.Field(i))
		} else {
			f.mistake("unknown key%s", nearest(key, index))
		}
		f.at = f.at[:len(f.at)-1]
	}
	for _, key := range required(into.Type().Name()) {
		if _, there := values[key]; !there {
			f.at = append(f.at, step{key, -1})
			f.mistake("missing")
			f.at = f.at[:len(f.at)-1]
		}
	}
}

// required are the keys without which a record cannot be told from others. All the
// rest may be unknown.
func required(record string) []string {
	switch record {
	case "Product":
		return []string{"slug"}
	case "Series":
		return []string{"slug"}
	case "Intent", "Rebuild", "Entry":
		return []string{"product"}
	case "Milestone":
		return []string{"series", "slug"}
	case "PlanList":
		return []string{"at"}
	case "PlanPattern":
		return []string{"name", "at"}
	case "Build":
		return []string{"series", "product"}
	case "Directory", "NetbootSet":
		return []string{"series", "project"}
	case "Image":
		return []string{"series", "project", "name"}
	case "File", "SourceState", "NetbootAnswer":
		return []string{"name"}
	case "Signature":
		return []string{"state"}
	case "Event":
		return []string{"seen", "what", "source"}
	}
	return nil
}

func (f *filler) value(value any, into reflect.Value) {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch into.Kind() {
	case reflect.String:
		f.text(value, into)
	case reflect.Bool:
		if b, ok := value.(bool); ok {
			into.SetBool(b)
			return
		}
		f.unlike("true or false", value)
	case reflect.Int, reflect.Int64:
		f.number(value, into)
	case reflect.Slice:
		f.array(value, into)
	case reflect.Struct:
		f.structure(value, into)
	default: // a field of the model that this function does not know yet
		f.mistake("fields of the type %s cannot be read", into.Type())
	}
}

func (f *filler) text(value any, into reflect.Value) {
	s, ok := value.(string)
	switch {
	case !ok:
		f.unlike("text in quotes", value)
	case s == "" && f.at[len(f.at)-1].index < 0:
		f.mistake("empty; leave the key out when it is not known")
	default:
		into.SetString(s)
	}
}

func (f *filler) number(value any, into reflect.Value) {
	n, ok := value.(int64)
	switch {
	case !ok:
		f.unlike("a whole number", value)
	case n < 0 || into.OverflowInt(n):
		f.mistake("%d is out of range; a whole number from 0 up", n)
	default:
		into.SetInt(n)
	}
}

func (f *filler) structure(value any, into reflect.Value) {
	if into.Type() != reflect.TypeFor[time.Time]() {
		if values, ok := value.(map[string]any); ok {
			f.object(values, into)
			return
		}
		f.unlike("a table", value)
		return
	}
	t, ok := value.(time.Time)
	if !ok || strings.HasSuffix(t.Location().String(), "-local") {
		f.unlike("a time such as 2026-04-23T14:00:00Z", value)
		return
	}
	into.Set(reflect.ValueOf(t.UTC()))
}

func (f *filler) array(value any, into reflect.Value) {
	elements, ok := value.([]any)
	if tables, isTables := value.([]map[string]any); isTables {
		f.tables(tables, into)
		return
	}
	if !ok {
		f.unlike("an array", value)
		return
	}
	filled := reflect.MakeSlice(into.Type(), len(elements), len(elements))
	last := &f.at[len(f.at)-1]
	for i, element := range elements {
		last.index = i
		f.value(element, filled.Index(i))
		last = &f.at[len(f.at)-1]
	}
	last.index = -1
	if len(elements) > 0 {
		into.Set(filled)
	}
}

// tables is array for the usual case.
func (f *filler) tables(tables []map[string]any, into reflect.Value) {
	if into.Type().Elem().Kind() != reflect.Struct {
		f.unlike("an array of texts", tables)
		return
	}
	filled := reflect.MakeSlice(into.Type(), len(tables), len(tables))
	depth := len(f.at) - 1
	for i, t := range tables {
		f.at[depth].index = i
		f.object(t, filled.Index(i))
	}
	f.at[depth].index = -1
	into.Set(filled)
}

// unlike reports a value of another type than wanted.
func (f *filler) unlike(want string, value any) {
	got := "a table"
	switch v := value.(type) {
	case string:
		got = fmt.Sprintf("the text %.60q", v)
	case bool, int64, float64:
		got = fmt.Sprintf("%v", v)
	case time.Time:
		got = "a date or time without a zone"
		if !strings.HasSuffix(v.Location().String(), "-local") {
			got = v.Format(time.RFC3339)
		}
	case []any, []map[string]any:
		got = "an array"
	}
	f.mistake("%s is not %s", got, want)
}

// nearest suggests the key that was probably meant.
func nearest(key string, index map[string]int) string {
	if len(key) > 40 {
		return ""
	}
	best, distance := "", max(2, len(key)/3)+1
	for candidate := range index {
		d := edits(strings.ToLower(key), candidate)
		if d < distance || d == distance && best != "" && candidate < best {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// edits counts the letters to change, add or remove that make b of a.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
