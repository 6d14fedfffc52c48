package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestKeptForm: what is kept is the same again, field by field, and no two facts that a
// file would tell apart have one imprint. It fails for fields that gob loses.
func TestKeptForm(t *testing.T) {
	t.Parallel()
	seen := map[imprint]string{}
	p, err := newPrinter()
	if err != nil {
		t.Fatal(err)
	}
	look := func(name string, f *release.Facts) {
		print, err := p.of(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other, same := seen[print]; same {
			t.Errorf("%s and %s have one imprint", name, other)
		}
		seen[print] = name
		want := []keptFile{keepFile("a", &knownFile{facts: f}), {Path: "b"}}
		body, err := encodeKept(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := decodeKept(body); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s (-want +got): %v\n%s", name, err, cmp.Diff(want, got))
		}
	}
	look("none", &release.Facts{})
	var f release.Facts
	everything(reflect.ValueOf(&f).Elem(), "", func(name string) { look(name, f.Clone()) })
	if len(seen) < 150 {
		t.Errorf("only %d facts were made", len(seen))
	}
}

// everything sets one thing after another, pointers first to zero, and tells of each.
func everything(v reflect.Value, name string, tell func(name string)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1.7e9, 5).UTC()))
			tell(name)
			return
		}
		for i := range v.NumField() {
			everything(v.Field(i), name+"."+v.Type().Field(i).Name, tell)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		tell(name)
		everything(v.Index(1), name+"[1]", tell)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		tell(name)
		everything(v.Elem(), name+"*", tell)
	case reflect.String:
		v.SetString("x")
		tell(name)
	case reflect.Bool:
		v.SetBool(true)
		tell(name)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
		tell(name)
	default:
		panic("no value for " + v.Kind().String())
	}
}

// TestKeptEmpty: the sizes of empty files come back, of these files and no others.
func TestKeptEmpty(t *testing.T) {
	t.Parallel()
	zero, one := int64(0), int64(1)
	file := func(size *int64) release.File { return release.File{Size: size} }
	facts := release.Facts{
		Images:  []release.Image{{Files: []release.File{file(nil), file(&zero)}}, {Files: []release.File{file(&one), file(&zero)}}},
		Netboot: []release.NetbootSet{{Boot: []release.File{file(&zero), file(nil)}}, {Tarball: &release.File{Size: &zero}}},
	}
	want := []keptFile{keepFile("a", &knownFile{facts: &facts})}
	if diff := cmp.Diff([]int{1, 3, 4, 6}, want[0].Empty); diff != "" {
		t.Errorf("empty files (-want +got):\n%s", diff)
	}
	body, err := encodeKept(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeKept(body); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
	for _, numbers := range [][]int{{7}, {-1}, {2, 1}, {1, 1}} {
		want[0].Empty = numbers
		if body, err = encodeKept(want); err != nil {
			t.Fatal(err)
		}
		if _, err := decodeKept(body); err == nil {
			t.Errorf("the files %v of seven are believed to be empty", numbers)
		}
	}
}

// TestImprintOrder: an imprint does not depend on what was looked at before.
func TestImprintOrder(t *testing.T) {
	t.Parallel()
	var prints []imprint
	for _, before := range []int{0, 1, 2} {
		p, err := newPrinter()
		if err != nil {
			t.Fatal(err)
		}
		for range before {
			if _, err := p.of(largeFacts("full")); err != nil {
				t.Fatal(err)
			}
		}
		print, err := p.of(sample("full", "1"))
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, print)
	}
	if prints[0] != prints[1] || prints[0] != prints[2] {
		t.Errorf("the imprints are %x", prints)
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	type named string
	type endless struct{ Next *endless }
	seen := map[string]reflect.Type{}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[struct{ A int }](), reflect.TypeFor[struct{ B int }](), reflect.TypeFor[struct{ A string }](),
		reflect.TypeFor[struct{ A named }](), reflect.TypeFor[struct{ A, B int }](), reflect.TypeFor[struct{ B, A int }](),
		reflect.TypeFor[struct{ A struct{ B int } }](), reflect.TypeFor[struct {
			A struct{}
			B int
		}](), reflect.TypeFor[struct{ A []int }](),
		reflect.TypeFor[struct{ A *int }](), reflect.TypeFor[struct{ A []struct{ B int } }](), reflect.TypeFor[struct{ A time.Time }](),
		reflect.TypeFor[endless](), reflect.TypeFor[keptFile](),
	} {
		shape := shapeOf(typ)
		if other, same := seen[shape]; same || len(shape) != 32 {
			t.Errorf("%v has the shape %q, which %v has", typ, shape, other)
		}
		seen[shape] = typ
	}
	// The same name, another field: what a later version has.
	one := func() reflect.Type { type file struct{ A int }; return reflect.TypeFor[[]file]() }
	two := func() reflect.Type { type file struct{ A, B int }; return reflect.TypeFor[[]file]() }
	if shapeOf(one()) == shapeOf(two()) {
		t.Error("a record with one more field has the same shape")
	}
}

// FuzzKept: whatever lies in the state directory does no harm. What is not whole is not
// believed; what is believed is the same after it was kept again.
func FuzzKept(f *testing.F) {
	k := newKeeper(f.TempDir())
	facts := generate(1)
	body, err := encodeKept([]keptFile{keepFile("a", &knownFile{sum: "1", facts: facts}), keepFile("b", &knownFile{facts: sample("b", "1")})})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := k.decode(body); err == nil {
			t.Error("believed without a first line")
		}
		files, err := k.decode(append([]byte(k.head+checksum(body)+"\n"), body...))
		if err != nil {
			return
		}
		again := keptAgain(t, k, files)
		if twice := keptAgain(t, k, again); !reflect.DeepEqual(again, twice) {
			t.Errorf("(-once +twice):\n%s", cmp.Diff(again, twice))
		}
	})
}

func keptAgain(t *testing.T, k *keeper, files []keptFile) []keptFile {
	t.Helper()
	for i := range files {
		utc(files[i].Facts)
		files[i].Empty = emptyFiles(&files[i].Facts)
	}
	text, err := k.encode(files)
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return again
}
