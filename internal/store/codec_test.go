package store

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestRoundTrip: what is read is what was written, and writing that gives the same
// bytes again.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		want := generate(seed)
		files, err := Files("src", want)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got := &release.Facts{Source: "src"}
		for name, text := range files {
			part, problems := decode(name, name, text)
			if len(problems) > 0 {
				t.Fatalf("seed %d: %v\n%s", seed, problems, text)
			}
			join(got, part)
			again, err := Part{Path: name, Facts: part}.encode("src")
			if err != nil || string(again) != string(text) {
				t.Fatalf("seed %d: %s is not written as it was read (%v):\n%s", seed, name, err, cmp.Diff(string(text), string(again)))
			}
		}
		got.Sort()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// TestGeneratedIsWhole: the generator above sets every field of the facts.
func TestGeneratedIsWhole(t *testing.T) {
	t.Parallel()
	set := map[string]bool{}
	for seed := range uint64(50) {
		mark(set, "", reflect.ValueOf(*generate(seed)))
	}
	for path, is := range set {
		if !is {
			t.Errorf("%s is never set", path)
		}
	}
	if len(set) < 90 {
		t.Errorf("%d fields looked at; there are more", len(set))
	}
}

func mark(set map[string]bool, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mark(set, path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		}
		if v.NumField() > 0 && v.Type().PkgPath() != "time" {
			return
		}
	case reflect.Slice:
		for i := range v.Len() {
			mark(set, path+"[]", v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			mark(set, path, v.Elem())
		}
		return
	}
	set[path] = set[path] || !v.IsZero()
}

// TestSameFactsSameBytes: the order in which a source reports does not matter.
func TestSameFactsSameBytes(t *testing.T) {
	t.Parallel()
	a, b := generate(7), generate(7)
	for _, s := range []any{b.Products, b.Milestones, b.Builds, b.Images, b.Directories, b.Netboot, b.Series} {
		swap := reflect.Swapper(s)
		for i, n := 0, reflect.ValueOf(s).Len(); i < n/2; i++ {
			swap(i, n-1-i)
		}
	}
	first, err := Files("src", a)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Files("src", b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestBytesThatAreNoText(t *testing.T) {
	t.Parallel()
	files, err := Files("src", &release.Facts{Products: []release.Product{{Slug: "a", Title: "caf\xe9"}}})
	if err != nil || !strings.Contains(string(files["products.toml"]), "title = \"caf\uFFFD\"\n") {
		t.Errorf("error %v, files %s", err, files)
	}
}

// TestNotStorable: what cannot be a file is an error, and never a path elsewhere.
func TestNotStorable(t *testing.T) {
	t.Parallel()
	milestone := func(series, slug string) release.Facts {
		return release.Facts{Milestones: []release.Milestone{{Series: series, Slug: slug}}}
	}
	for _, tt := range []struct {
		name  string
		facts release.Facts
		want  string
	}{
		{"parent", milestone("noble", ".."), `milestones: ".." cannot be the name of a file: it begins with a dot`},
		{"path", milestone("../../x", "beta"), `milestones: "../../x" cannot be`},
		{"slash", milestone("noble", "a/b"), `it is not a slug`},
		{"backslash", milestone("noble", `a\b`), `it is not a slug`},
		{"upper case", milestone("Noble", "beta"), `it is not a slug`},
		{"control", milestone("noble", "a\x00"), `it is not a slug`},
		{"empty", milestone("noble", ""), `it is empty`},
		{"long", milestone("noble", strings.Repeat("x", 201)), `it is longer than 200 bytes`},
		{"twice", release.Facts{Series: []release.Series{{Slug: "noble"}, {Slug: "noble", ID: "2"}}}, "series/noble: two of them have this name"},
	} {
		_, err := Files("src", &tt.facts)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

// TestMistakes: every mistake of a file is told in one go, with its place.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, text, want string
	}{
		{"syntax", "products.toml", "[[product]]\nslug = \n", `d/products.toml:2:8: not TOML: expected value but found '\n' instead`},
		{"none", "products.toml", "# nothing\n", ""},
		{
			"many", "images/noble/kubuntu.toml",
			`[[image]]
series = "noble"
project = 5
name = "a"
kind = ""
curent = true
[[image.file]]
size = "12"
exact = 1
[[image.file]]
name = "b"
size = -1
modified = 2024-01-01
[[image]]
series = "jammy"
`,
			`d/images/noble/kubuntu.toml:3:1: image[0].project: 5 is not text in quotes
d/images/noble/kubuntu.toml:5:1: image[0].kind: empty; leave the key out when it is not known
d/images/noble/kubuntu.toml:6:1: image[0].curent: unknown key; did you mean "current"?
d/images/noble/kubuntu.toml:7:9: image[0].file[0].name: missing
d/images/noble/kubuntu.toml:8:1: image[0].file[0].size: the text "12" is not a whole number
d/images/noble/kubuntu.toml:9:1: image[0].file[0].exact: 1 is not true or false
d/images/noble/kubuntu.toml:12:1: image[0].file[1].size: -1 is out of range; a whole number from 0 up
d/images/noble/kubuntu.toml:13:1: image[0].file[1].modified: a date or time without a zone is not a time such as 2026-04-23T14:00:00Z
d/images/noble/kubuntu.toml:14:3: image[1].name: missing
d/images/noble/kubuntu.toml:14:3: image[1].project: missing`,
		},
		{
			"wrong place", "milestones/noble/beta.toml", "series = \"jammy\"\nslug = \"final\"\n",
			`d/milestones/noble/beta.toml:1:1: series: "jammy", but the file is milestones/noble/beta.toml
d/milestones/noble/beta.toml:2:1: slug: "final", but the file is milestones/noble/beta.toml`,
		},
		{"case", "products.toml", "[[product]]\nSlug = \"a\"\n", `d/products.toml:1:3: product[0].slug: missing
d/products.toml:2:1: product[0].Slug: unknown key; did you mean "slug"?`},
		{"table for array", "builds/noble.toml", "[build]\nseries = \"noble\"\n", `d/builds/noble.toml:1:2: build: a table is not an array`},
		{"array for text", "builds/noble.toml", "[[build]]\nseries = [\"noble\"]\nproduct = \"p\"\n", `d/builds/noble.toml:2:1: build[0].series: an array is not text in quotes`},
		{"texts", "images/n/p.toml", "[[directory]]\nseries = \"n\"\nproject = \"p\"\naliases = [\"a\", 2, {}]\n", `d/images/n/p.toml:4:17: directory[0].aliases[1]: 2 is not text in quotes
d/images/n/p.toml:4:20: directory[0].aliases[2]: a table is not text in quotes`},
		{"tables for texts", "images/n/p.toml", "[[directory]]\nseries = \"n\"\nproject = \"p\"\n[[directory.gone]]\nx = 1\n", `d/images/n/p.toml:4:13: directory[0].gone: an array is not an array of texts`},
		{"name", "milestones/noble.toml", "", `d/milestones/noble.toml: not the name of a data file`},
	} {
		_, problems := decode("d/"+tt.path, tt.path, []byte(tt.text))
		if diff := cmp.Diff(tt.want, problems.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMistakesInSources(t *testing.T) {
	t.Parallel()
	_, problems := decodeSources("s.toml", []byte(`[[source]]
name = "iso"
[[source]]
name = "iso"
[[source]]
name = "../x"
[[source]]
name = "changes"
[[source]]
kind = "tree"
`))
	want := `s.toml:4:1: source[1].name: there is another source "iso"
s.toml:6:1: source[2].name: "../x" cannot be the name of a source: it begins with a dot
s.toml:8:1: source[3].name: "changes" cannot be the name of a source: the data directory needs it for itself
s.toml:9:3: source[4].name: missing`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
