package store

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// documented are the records of the data directory, by the heading under which
// docs/data.md has their keys.
func documented() map[string]reflect.Type {
	return map[string]reflect.Type{
		"[[source]]":               reflect.TypeFor[release.SourceState](),
		"[source.held]":            reflect.TypeFor[release.Held](),
		"[[source.problem]]":       reflect.TypeFor[release.Problem](),
		"[[product]]":              reflect.TypeFor[release.Product](),
		"[[product.identity]]":     reflect.TypeFor[release.Identity](),
		"series":                   reflect.TypeFor[release.Series](),
		"[[intent]]":               reflect.TypeFor[release.Intent](),
		"[[rebuild]]":              reflect.TypeFor[release.Rebuild](),
		"[[build]]":                reflect.TypeFor[release.Build](),
		"[build.reviews]":          reflect.TypeFor[release.Reviews](),
		"[build.tests]":            reflect.TypeFor[release.Tests](),
		"milestone":                reflect.TypeFor[release.Milestone](),
		"[[list]]":                 reflect.TypeFor[release.PlanList](),
		"[[list.except]]":          reflect.TypeFor[release.PlanPattern](),
		"[[bug]]":                  reflect.TypeFor[release.Bug](),
		"[[build]] of a milestone": reflect.TypeFor[release.Entry](),
		"[[directory]]":            reflect.TypeFor[release.Directory](),
		"[directory.signature]":    reflect.TypeFor[release.Signature](),
		"[[image]]":                reflect.TypeFor[release.Image](),
		"[[image.file]]":           reflect.TypeFor[release.File](),
		"[[netboot]]":              reflect.TypeFor[release.NetbootSet](),
		"[[netboot.answer]]":       reflect.TypeFor[release.NetbootAnswer](),
		"[[event]]":                reflect.TypeFor[release.Event](),
	}
}

// key is a row of the documentation: a key, its type, and whether it is said to be
// always there.
type key struct {
	Name, Type string
	Always     bool
}

// TestDocumented: docs/data.md has every key of every record, with its type, in the
// order of the file, and no other.
func TestDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := documentedKeys(string(text))
	types := documented()
	for heading, record := range types {
		if diff := cmp.Diff(keysOf(record), sections[heading]); diff != "" {
			t.Errorf("docs/data.md, %s (-code +docs):\n%s", heading, diff)
		}
		delete(sections, heading)
	}
	for heading := range sections {
		t.Errorf("docs/data.md has keys under %q, where the code has none", heading)
	}
	every := map[reflect.Type]bool{}
	records(every, reflect.TypeFor[sourcesDoc]())
	records(every, reflect.TypeFor[release.Facts]())
	records(every, reflect.TypeFor[eventsDoc]())
	delete(every, reflect.TypeFor[eventsDoc]())
	for _, record := range types {
		delete(every, record)
	}
	delete(every, reflect.TypeFor[sourcesDoc]())
	delete(every, reflect.TypeFor[release.Facts]())
	if len(every) > 0 {
		t.Errorf("docs/data.md does not have %v", every)
	}
}

// TestEventKindsDocumented: docs/data.md names every kind of event.
func TestEventKindsDocumented(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("../release/event.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`EventKind += "([a-z-]+)"`).FindAllStringSubmatch(string(code), -1)
	if len(kinds) < 30 {
		t.Errorf("%d kinds found; there are more", len(kinds))
	}
	for _, kind := range kinds {
		if !strings.Contains(string(docs), "`"+kind[1]+"`") {
			t.Errorf("docs/data.md does not name the event %s", kind[1])
		}
	}
}

var row = regexp.MustCompile("^\\| `([a-z0-9_]+)` \\| ([a-z/]+) \\| [^|]+ \\| ([^|]*) \\| [^|]* ?\\|$")

func documentedKeys(text string) map[string][]key {
	sections := map[string][]key{}
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if title, is := strings.CutPrefix(line, "### "); is {
			heading = title
		}
		if m := row.FindStringSubmatch(line); m != nil {
			sections[heading] = append(sections[heading], key{m[1], m[2], strings.HasSuffix(m[3], "always there")})
		} else if strings.HasPrefix(line, "| `") {
			sections["not a row: "+line] = nil
		}
	}
	return sections
}

func keysOf(record reflect.Type) []key {
	always := map[string]bool{}
	for _, name := range required(record.Name()) {
		always[name] = true
	}
	var keys []key
	for i := range record.NumField() {
		name, _, _ := strings.Cut(record.Field(i).Tag.Get("toml"), ",")
		keys = append(keys, key{name, typeName(record.Field(i).Type), always[name]})
	}
	return keys
}

func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t.Kind() == reflect.Struct:
		return "table"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return "tables"
	case t.Kind() == reflect.Slice:
		return "texts"
	case t.Kind() == reflect.Bool:
		return "true/false"
	case t.Kind() == reflect.String:
		return "text"
	}
	return "number"
}

// records collects the structs that a type holds.
func records(into map[reflect.Type]bool, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || into[t] {
		return
	}
	into[t] = true
	for i := range t.NumField() {
		records(into, t.Field(i).Type)
	}
}
