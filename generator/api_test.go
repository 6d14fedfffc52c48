package generator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"shiplist/internal/issue"
	"shiplist/internal/release"
)

// closedSchemas are the schemas of the API, compiled by a library that knows nothing of this
// program, and closed: what is served lets in fields that are to come, a test does not.
func closedSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range schemaNames() {
		if err := c.AddResource("https://example.org/"+name+".json", closed(schemaValue(t, name))); err != nil {
			t.Fatal(err)
		}
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, name := range schemaNames() {
		s, err := c.Compile("https://example.org/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		compiled[name] = s
	}
	return compiled
}

func schemaValue(t *testing.T, name string) any {
	t.Helper()
	text, err := schemas.ReadFile("schema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// closed refuses the fields that a schema does not name, in all of its objects.
func closed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, part := range v {
			closed(part)
		}
		if _, ok := v["properties"].(map[string]any); ok {
			v["additionalProperties"] = false
		}
		if id, ok := v["$id"].(string); ok {
			v["$id"] = "https://example.org/" + id
		}
	case []any:
		for _, part := range v {
			closed(part)
		}
	}
	return v
}

// schemaOf is the schema that a file of a site follows; empty for a file of another kind.
func schemaOf(name string) string {
	below, api := strings.CutPrefix(name, apiRoot)
	dir, base := path.Split(below)
	switch {
	case api && dir == "schema/":
		return ""
	case path.Base(name) == "manifest.json":
		return "manifest"
	case path.Base(name) == "product.json":
		return "product"
	case name == treesRoot+treesFacts:
		return "trees"
	case name == movedList:
		return "moved"
	case !api:
		return ""
	case dir == "":
		return strings.TrimSuffix(base, ".json")
	case strings.HasPrefix(dir, "manifests/"):
		return "manifest"
	}
	return map[string]string{"images/": "images-series", "findings/": "findings-rule", "changes/": "changes-day"}[dir]
}

func TestFilesForProgramsFollowTheirSchemas(t *testing.T) {
	t.Parallel()
	compiled, site, seen := closedSchemas(t), sampleSite(t), map[string]int{}
	for name, content := range site {
		schema := schemaOf(name)
		if schema == "" {
			continue
		}
		seen[schema]++
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := compiled[schema].Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, address := range linksIn(v) {
			if !has(site, path.Dir(name), address) {
				t.Errorf("%s: %q leads nowhere", name, address)
			}
		}
	}
	for _, name := range schemaNames() {
		if name != "common" && name != "release" && seen[name] == 0 { // release.json is made by publishing
			t.Errorf("no file of the sample follows the schema %s", name)
		}
	}
	v := map[string]any{}
	if err := json.Unmarshal(site[apiRoot+"index.json"], &v); err != nil {
		t.Fatal(err)
	}
	v["surprise"] = true
	if compiled["index"].Validate(v) == nil {
		t.Error("a field that no schema names is let in")
	}
}

// has reports whether an address in a directory leads to a file.
func has(site map[string][]byte, dir, address string) bool {
	target, err := url.PathUnescape(path.Join(dir, address))
	if strings.HasSuffix(address, "/") {
		target = path.Join(target, "index.html")
	}
	return err == nil && site[target] != nil
}

// linksIn are all addresses in a file that are relative to it.
func linksIn(v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, part := range v {
			links, _ := part.(map[string]any)
			for _, to := range links {
				if address, ok := to.(string); ok && key == "links" {
					all = append(all, address)
				}
			}
			if address, ok := part.(string); ok && (key == "schema" || key == "file" && strings.HasSuffix(address, ".json")) {
				all = append(all, address)
			}
			all = append(all, linksIn(part)...)
		}
	case []any:
		for _, part := range v {
			all = append(all, linksIn(part)...)
		}
	}
	return all
}

// ownDigest is the line that has the digest of a file.
var ownDigest = regexp.MustCompile(`(?m)^ "generated_from": "sha256:([0-9a-f]{64})",\n`)

// TestDigestsCanBeChecked with nothing but the file, and those in lists with the files that
// they lead to.
func TestDigestsCanBeChecked(t *testing.T) {
	t.Parallel()
	site, checked := sampleSite(t), 0
	for name, content := range site {
		if schema := schemaOf(name); schema == "" || !hasDigest(t, schema) {
			continue
		}
		m := ownDigest.FindSubmatchIndex(content)
		if m == nil || m[0] != len("{\n") {
			t.Fatalf("%s has no digest in its second line", name)
		}
		if is := digestOf(slices.Concat(content[:m[0]], content[m[1]:])); is != string(content[m[2]:m[3]]) {
			t.Errorf("%s: the digest is that of something else", name)
		}
		var list map[string]any
		if err := json.Unmarshal(content, &list); err != nil {
			t.Fatal(err)
		}
		for _, part := range digestsIn(list) {
			checked++
			target := path.Join(path.Dir(name), part.to)
			if !bytes.Contains(site[target], []byte(`"generated_from": "`+part.sum+`"`)) {
				t.Errorf("%s has another digest of %s than the file", name, target)
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d digests in lists", checked)
	}
	if !bytes.Equal(site["noble/24.04.4/manifest.json"], site[apiRoot+"manifests/noble/24.04.4.json"]) {
		t.Error("a manifest is not the same in both places")
	}
}

// hasDigest reports whether the files of a schema have a digest of their own.
func hasDigest(t *testing.T, schema string) bool {
	t.Helper()
	required, _ := schemaValue(t, schema).(map[string]any)["required"].([]any)
	return slices.Contains(required, any("generated_from"))
}

type listedDigest struct{ to, sum string }

func digestsIn(list map[string]any) (files []listedDigest) {
	for _, all := range list {
		records, _ := all.([]any)
		for _, r := range records {
			r, _ := r.(map[string]any)
			sum, ok := r["generated_from"].(string)
			if !ok {
				continue
			}
			to, _ := r["file"].(string)
			if links, ok := r["links"].(map[string]any); ok {
				to, _ = links["json"].(string)
			}
			files = append(files, listedDigest{to, sum})
		}
	}
	return files
}

// TestSchemasNameEveryField compares the schemas with the structs, also in fields that the
// sample has not, and asks that each says what it means.
func TestSchemasNameEveryField(t *testing.T) {
	t.Parallel()
	for name, typ := range map[string]reflect.Type{
		"changes": reflect.TypeFor[changesAPI](), "changes-day": reflect.TypeFor[changesOfJSON](), "findings": reflect.TypeFor[findingsAPI](),
		"findings-rule": reflect.TypeFor[findingsOfJSON](), "images": reflect.TypeFor[imagesAPI](), "images-series": reflect.TypeFor[imagesOfJSON](),
		"index": reflect.TypeFor[indexAPI](), "manifest": reflect.TypeFor[manifestJSON](), "milestones": reflect.TypeFor[milestonesAPI](),
		"product": reflect.TypeFor[productJSON](), "products": reflect.TypeFor[apiHead](), "series": reflect.TypeFor[seriesAPI](),
		"sources": reflect.TypeFor[sourcesAPI](), "trees": reflect.TypeFor[treesJSON](), "moved": reflect.TypeFor[movesJSON](), "release": reflect.TypeFor[issue.Release](),
	} {
		more := map[string]reflect.Type{}
		if hasDigest(t, name) {
			more["generated_from"] = reflect.TypeFor[string]()
		}
		switch name {
		case "changes":
			more["days"], more["newest"] = reflect.TypeFor[[]changesDayJSON](), reflect.TypeFor[[]happeningJSON]()
		case "products":
			more["products"] = reflect.TypeFor[[]productSummaryJSON]()
		case "changes-day":
			more["changes"] = reflect.TypeFor[[]happeningJSON]()
		case "findings-rule":
			more["findings"] = reflect.TypeFor[[]fullFindingJSON]()
		case "images-series":
			more["images"] = reflect.TypeFor[[]treeImageJSON]()
		}
		for _, problem := range sameFields(t, name, schemaValue(t, name).(map[string]any), name, typ, more) {
			t.Error(problem)
		}
	}
}

func sameFields(t *testing.T, file string, schema map[string]any, at string, typ reflect.Type, more map[string]reflect.Type) (problems []string) {
	t.Helper()
	if to, ok := schema["$ref"].(string); ok {
		other, name, _ := strings.Cut(to, "#/$defs/")
		if other != "" {
			file = strings.TrimSuffix(other, ".json")
		}
		schema = schemaValue(t, file).(map[string]any)["$defs"].(map[string]any)[name].(map[string]any)
	}
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		if typ.Kind() == reflect.Slice {
			items, ok := schema["items"].(map[string]any)
			if !ok {
				return []string{at + ": is a list, and the schema does not say of what"}
			}
			schema = items
			return sameFields(t, file, schema, at+"[]", typ.Elem(), nil)
		}
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == timeType {
		return nil
	}
	fields, properties := jsonFields(typ), schema["properties"].(map[string]any)
	maps.Copy(fields, more)
	for name, field := range fields {
		property, ok := properties[name].(map[string]any)
		if !ok {
			problems = append(problems, fmt.Sprintf("%s.%s: the schema has no such field", at, name))
			continue
		}
		if property["description"] == nil && property["$ref"] == nil {
			problems = append(problems, fmt.Sprintf("%s.%s: the schema does not say what it means", at, name))
		}
		problems = append(problems, sameFields(t, file, property, at+"."+name, field, nil)...)
	}
	for name := range properties {
		if _, ok := fields[name]; !ok && at[strings.LastIndex(at, ".")+1:] != "links" {
			problems = append(problems, fmt.Sprintf("%s.%s: nothing writes the field", at, name))
		}
	}
	return problems
}

// jsonFields are the fields of a struct by their names in JSON.
func jsonFields(typ reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

// TestOneStateChangesFewFiles of those for programs: the lists that count it, and the
// files of its milestones and its product.
func TestOneStateChangesFewFiles(t *testing.T) {
	t.Parallel()
	c := writeLarge(t, t.TempDir(), 3)
	b := NewBuilder(Options{Config: c})
	was := mustBuild(t, b)
	sources := largeSources(1)
	m := &sources[0].Facts.Milestones[0]
	m.Entries[0].State = release.StateRemoved
	commit(t, c, sources[0])
	is := mustBuild(t, b)
	var changed []string
	for _, f := range is.Files() {
		if before := was.file(f.Path); schemaOf(f.Path) != "" && (before == nil || before.Sum != f.Sum) {
			changed = append(changed, f.Path)
		}
	}
	product := "products/" + m.Entries[0].Product + "/product.json"
	for _, want := range []string{"index.json", "milestones.json", "products.json", "manifests/noble/24.04.1.json"} {
		if !slices.Contains(changed, apiRoot+want) {
			t.Errorf("%s is as it was", want)
		}
	}
	if !slices.Contains(changed, product) || len(changed) > 14 {
		t.Errorf("changed: %q", changed)
	}
	for _, stays := range []string{"series.json", "images.json", "images/noble.json", "sources.json"} {
		if slices.Contains(changed, apiRoot+stays) {
			t.Errorf("%s changed", stays)
		}
	}
}

func TestLinedFilesAreJSON(t *testing.T) {
	t.Parallel()
	type head struct {
		Name string `json:"name"`
	}
	for want, list := range map[string][]string{
		"{\n \"name\": \"n\",\n \"list\": [],\n \"other\": [\n  1\n ]\n}\n":                                 nil,
		"{\n \"name\": \"n\",\n \"list\": [\n  \"a\\n\",\n  \"\\u003cb\"\n ],\n \"other\": [\n  1\n ]\n}\n": {"a\n", "<b"},
	} {
		got, err := writeLined(head{"n"}, linesOf("list", list), linesOf("other", []int{1}))
		if err != nil || string(got) != want || !json.Valid(got) {
			t.Errorf("%q gives %q (%v)", list, got, err)
		}
	}
}

// TestManyFindingsAreInSeveralFiles, of which each is found in the list.
func TestManyFindingsAreInSeveralFiles(t *testing.T) {
	t.Parallel()
	many := make([]*release.Finding, 2*findingsInFile+1)
	for i := range many {
		many[i] = &release.Finding{Rule: "odd", Severity: release.Note, Text: fmt.Sprint(i)}
	}
	s := &site{found: groupFindings(many)}
	var got []string
	for _, p := range s.findingParts() {
		got = append(got, fmt.Sprint(p.path, " ", len(p.findings)))
	}
	want := []string{"api/v1/findings/note-odd.json 200", "api/v1/findings/note-odd-2.json 200", "api/v1/findings/note-odd-3.json 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestKeptLines: a line with the key of one that was written before is not made again, and
// one without a key is made each time.
func TestKeptLines(t *testing.T) {
	t.Parallel()
	var f apiFile
	a, b, c, none := fingerprint{1}, fingerprint{2}, fingerprint{3}, fingerprint{}
	for round, step := range []struct {
		keys []fingerprint
		made string // numbers of the lines
		want string // rounds in which they were made, with the number there
	}{
		{[]fingerprint{a, b}, "01", `["0.0","0.1"]`},
		{[]fingerprint{b, none, a, c}, "13", `["0.1","1.1","0.0","1.3"]`},
		{[]fingerprint{none, b}, "0", `["2.0","0.1"]`},
		{[]fingerprint{a}, "0", `["3.0"]`}, // what the last file did not have is not kept
	} {
		made := ""
		var out bytes.Buffer
		err := f.keptLines("x", step.keys, func(i int) ([]byte, error) {
			made += strconv.Itoa(i)
			return fmt.Appendf(nil, "\"%d.%d\"", round, i), nil
		}).write(&out)
		got := strings.NewReplacer("\n", "", " ", "").Replace(strings.TrimPrefix(out.String(), ",\n \"x\": "))
		if err != nil || got != step.want || made != step.made {
			t.Errorf("%v: %s, made %s, want %s, %s: %v", step.keys, got, made, step.want, step.made, err)
		}
	}
}
