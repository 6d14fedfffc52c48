package pack

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type record struct {
	Name    string
	Flag    bool
	Number  int
	Large   int64
	At      time.Time
	Maybe   *int64
	Inner   inner
	Pointer *inner
	List    []inner
	Words   []string
	Flags   []bool
	Bytes   []int32
}

type inner struct {
	Text  string
	Count *int
}

func form[T any](t testing.TB) *Form[T] {
	t.Helper()
	f, err := NewForm[T]()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func records() map[string]record {
	zero, count := int64(0), 7
	at := time.Date(2026, 4, 23, 14, 0, 0, 5, time.UTC)
	return map[string]record{
		"nothing":            {},
		"text":               {Name: "noble\x00ü\xff"},
		"flag":               {Flag: true},
		"numbers":            {Number: -1, Large: math.MinInt64, Bytes: []int32{math.MinInt32, 0, math.MaxInt32}},
		"largest":            {Number: math.MaxInt, Large: math.MaxInt64},
		"time":               {At: at},
		"time before 1970":   {At: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)},
		"pointer to zero":    {Maybe: &zero, Pointer: &inner{}},
		"pointers":           {Pointer: &inner{Text: "x", Count: &count}, Inner: inner{Count: &count}},
		"empty slices":       {List: []inner{}, Words: []string{}},
		"slices":             {List: []inner{{}, {Text: "x"}, {}}, Words: []string{"", "a"}, Flags: []bool{true, false}},
		"everything at once": {"n", true, 1, 2, at, &zero, inner{Text: "i"}, &inner{Text: "p"}, []inner{{Count: &count}}, []string{"w"}, []bool{true}, []int32{3}},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	f := form[record](t)
	texts := map[string]string{}
	for name, want := range records() {
		packed := string(f.Append([]byte("before"), &want))
		got, err := f.Unpack(strings.TrimPrefix(packed, "before"))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, got %+v, want %+v", name, err, got, want)
		}
		if other, same := texts[packed]; same {
			t.Errorf("%s and %s are packed alike", name, other)
		}
		texts[packed] = name
	}
}

// TestTimesAreInUTC: the instant stays, whatever its zone.
func TestTimesAreInUTC(t *testing.T) {
	t.Parallel()
	f := form[record](t)
	at := time.Date(2026, 4, 23, 14, 0, 0, 0, time.FixedZone("", 7200))
	got, err := f.Unpack(string(f.Append(nil, &record{At: at})))
	if err != nil || !got.At.Equal(at) || got.At.Location() != time.UTC {
		t.Errorf("%v: %v is not %v in UTC", err, got.At, at)
	}
}

func TestUnpackDamaged(t *testing.T) {
	t.Parallel()
	f := form[record](t)
	whole := records()["everything at once"]
	packed := string(f.Append(nil, &whole))
	for n := range packed {
		if _, err := f.Unpack(packed[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are a record", n, len(packed))
		}
	}
	for name, text := range map[string]string{
		"more behind it":         packed + "x",
		"a field too many":       string([]byte{0x80, 0x80, 1}),
		"an endless number":      strings.Repeat("\x80", 20),
		"a number above 64 bits": strings.Repeat("\xff", 9) + "\x02",
		"a text beyond the end":  "\x01\xff\xff\xff\xff\x0f",
		"neither true nor false": "\x02\x02",
	} {
		if got, err := f.Unpack(text); err == nil {
			t.Errorf("%s: is a record: %+v", name, got)
		}
	}
}

func TestNewFormRefuses(t *testing.T) {
	t.Parallel()
	refused := func(name string, err error) {
		if err == nil {
			t.Errorf("%s can be packed", name)
		}
	}
	_, err := NewForm[struct{ hidden int }]()
	refused("a field that is not exported", err)
	_, err = NewForm[struct{ M map[string]int }]()
	refused("a map", err)
	_, err = NewForm[struct{ S [][]int }]()
	refused("a slice of slices", err)
	_, err = NewForm[struct{ S []*int }]()
	refused("a slice of pointers", err)
	_, err = NewForm[struct{ F float64 }]()
	refused("a broken number", err)
	_, err = NewForm[string]()
	refused("what is no record", err)
	type endless struct{ Next *endless }
	_, err = NewForm[endless]()
	refused("a record in itself", err)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, version := range map[string]string{
		"a":            form[struct{ A int }](t).Version(),
		"another name": form[struct{ B int }](t).Version(),
		"another type": form[struct{ A string }](t).Version(),
		"two":          form[struct{ A, B int }](t).Version(),
		"other order":  form[struct{ B, A int }](t).Version(),
		"in one":       form[struct{ A struct{ B int } }](t).Version(),
		"beside it": form[struct {
			A struct{}
			B int
		}](t).Version(),
		"a list":   form[struct{ A []int }](t).Version(),
		"a maybe":  form[struct{ A *int }](t).Version(),
		"a moment": form[struct{ A time.Time }](t).Version(),
	} {
		if other, same := seen[version]; same {
			t.Errorf("%s and %s have one version", name, other)
		}
		seen[version] = name
	}
	if a, b := form[record](t), form[record](t); a.Version() != b.Version() || len(a.Version()) != 32 {
		t.Errorf("versions %q and %q of one type", a.Version(), b.Version())
	}
}

// FuzzUnpack: whatever is a record is one again when it is packed and unpacked.
func FuzzUnpack(f *testing.F) {
	packer := form[record](f)
	for _, r := range records() {
		f.Add(string(packer.Append(nil, &r)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := packer.Unpack(text)
		if err != nil {
			return
		}
		again, err := packer.Unpack(string(packer.Append(nil, &r)))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%v: %+v is not %+v", err, again, r)
		}
	})
}
