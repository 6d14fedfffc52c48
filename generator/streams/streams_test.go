package streams

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// aliases are the lines of the key that the trees' lists have had since 2023.
var aliases = regexp.MustCompile(`(?m)^ +"aliases": .*\n`)

// TestWriteAsRecorded holds what is written to a part of the list that
// releases.ubuntu.com had on 20 October 2022: the same bytes, but for the aliases, which
// came later. One product is of an older version than its series.
func TestWriteAsRecorded(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/com.ubuntu.releases-ubuntu.json")
	if err != nil {
		t.Fatal(err)
	}
	const id = "com.ubuntu.releases:ubuntu"
	l := NewList(id, time.Date(2022, 10, 20, 16, 23, 58, 0, time.UTC))
	add := func(release, codename, title, base, version, arch string, files ...Item) {
		about := Product{Aliases: base + "," + release, Arch: arch, ImageType: "desktop", OS: "ubuntu", Release: release, ReleaseCodename: codename, ReleaseTitle: title, Version: base}
		for _, f := range files {
			f.Path = release + "/ubuntu-" + version + "-desktop-" + arch + "." + f.Type
			l.Add(id+":desktop:"+base+":"+arch, about, version, f)
		}
	}
	add("kinetic", "Kinetic Kudu", "22.10", "22.10", "22.10", "amd64",
		Item{Type: "manifest", SHA256: "b757faf52868b4b19b9d6f29cf6329a7603bae314e0ae8e71c78e71ed4130142", Size: 56820},
		Item{Type: "list", SHA256: "126491f501232ea4f2de03a72f98f2e0917ccee72f9c65ae046f01ac04adf189", Size: 17300},
		Item{Type: "iso.zsync", SHA256: "f7732897565e12bbd8b58e571ab2cf4205b4562f8ff44cc4c36e02f9fabb3be8", Size: 7953169},
		Item{Type: "iso", SHA256: "b98f13cd86839e70cb7757d46840230496b3febea309dd73bd5f81383474e47b", Size: 4071903232})
	add("xenial", "Xenial Xerus", "16.04.7 LTS", "16.04", "16.04.6", "i386",
		Item{Type: "iso", SHA256: "eecb9c8160cdb08adf0c2f17daa1d403f5a55f14a856a5973f32f267eb9db039", Size: 1677721600},
		Item{Type: "iso.zsync", SHA256: "e33aa1fafa295899c46bf6c8ac997a0f21b9741505e0271f41fe20b9bb7cd16b", Size: 3277035},
		Item{Type: "list", SHA256: "3621832b1a602ce7868c92003da20f59b19895f49b9811f0c9fc813ec6f2b2e5", Size: 3865},
		Item{Type: "manifest", SHA256: "440b08a273cc6412c8557801abcf8d69631468450106e92e867762af4109d485", Size: 68588})
	var got bytes.Buffer
	if err := l.Write(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), aliases.ReplaceAllString(got.String(), "")); diff != "" {
		t.Errorf("(-recorded +got):\n%s", diff)
	}
}

// TestTypesFloat wants a type that all files have in common once, as high up as it is true.
func TestTypesFloat(t *testing.T) {
	t.Parallel()
	type file struct{ version, kind string }
	tests := []struct {
		name          string
		files         []file
		product, last string // the type at the product, and at version 2
	}{
		{"one file", []file{{"1", "manifest"}}, "manifest", ""},
		{"the same in all versions", []file{{"1", "manifest"}, {"2", "manifest"}}, "manifest", ""},
		{"several in one", []file{{"1", "iso"}, {"1", "list"}}, "", ""},
		{"alone in one version only", []file{{"1", "iso"}, {"1", "list"}, {"2", "iso"}}, "", "iso"},
		{"different in both", []file{{"1", "iso"}, {"2", "img"}}, "", "img"},
	}
	for _, test := range tests {
		l := NewList("id", time.Time{})
		for _, f := range test.files {
			l.Add("p", Product{}, f.version, Item{Type: f.kind})
		}
		var b bytes.Buffer
		if err := l.Write(&b); err != nil {
			t.Fatal(err)
		}
		p, last := parse(t, &b).Products["p"], ""
		if v, ok := p.Versions["2"]; ok {
			last = v.Type
		}
		if p.Type != test.product || last != test.last {
			t.Errorf("%s: %q at the product and %q at the version, want %q and %q", test.name, p.Type, last, test.product, test.last)
		}
		for version, v := range p.Versions {
			for kind, item := range v.Items {
				if got := item.Type + v.Type + p.Type; got != kind {
					t.Errorf("%s: a reader takes %s of version %s for %q", test.name, kind, version, got)
				}
			}
		}
	}
}

// TestOneFileOfEachType: the first file of a type in a version stays.
func TestOneFileOfEachType(t *testing.T) {
	t.Parallel()
	l := NewList("id", time.Time{})
	for _, path := range []string{"a", "b", "c"} {
		l.Add("p", Product{}, "1", Item{Type: "iso", Path: path})
	}
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	if got := parse(t, &b).Products["p"].Versions["1"].Items; len(got) != 1 || got["iso"].Path != "a" {
		t.Errorf("%+v is there", got)
	}
}

// TestEmptyList is still a list.
func TestEmptyList(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := NewList("id", time.Time{}).Write(&b)
	var got map[string]any
	if err != nil || json.Unmarshal(b.Bytes(), &got) != nil || len(got) != 5 {
		t.Errorf("error %v, got %s", err, b.String())
	}
}

// TestIndex wants the form of the index, and the newest of its times.
func TestIndex(t *testing.T) {
	t.Parallel()
	at := time.Date(2023, 2, 9, 22, 58, 11, 0, time.UTC)
	var b bytes.Buffer
	err := WriteIndex(&b, []Indexed{{"a:x", at, []string{"a:x:desktop:24.04:amd64"}}, {"a:w", at.Add(-time.Hour), []string{"<é\U0001f427>"}}})
	const want = `{
  "format": "index:1.0",
  "index": {
    "a:w": {
      "datatype": "image-downloads",
      "format": "products:1.0",
      "path": "streams/v1/a:w.json",
      "products": [
        "<\u00e9\ud83d\udc27>"
      ],
      "updated": "Thu, 09 Feb 2023 21:58:11 +0000"
    },
    "a:x": {
      "datatype": "image-downloads",
      "format": "products:1.0",
      "path": "streams/v1/a:x.json",
      "products": [
        "a:x:desktop:24.04:amd64"
      ],
      "updated": "Thu, 09 Feb 2023 22:58:11 +0000"
    }
  },
  "updated": "Thu, 09 Feb 2023 22:58:11 +0000"
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

// FuzzWrite wants JSON in ASCII from any names, which says them.
func FuzzWrite(f *testing.F) {
	f.Add("noble/a.iso", "desktop")
	f.Add("\u2028\x00<&>\"\\", "é\U0001f427")
	f.Fuzz(func(t *testing.T, path, name string) {
		l := NewList(name, time.Time{})
		l.Add(name, Product{OS: path}, "1", Item{Type: "iso", Path: path})
		var b bytes.Buffer
		if err := l.Write(&b); err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Bytes() {
			if c >= 0x80 {
				t.Fatalf("%q is not ASCII", b.String())
			}
		}
		got := parse(t, &b)
		// What is no UTF-8 is read as the replacement character everywhere.
		valid := func(s string) string { return string([]rune(s)) }
		p := got.Products[valid(name)]
		if p.OS != valid(path) || !reflect.DeepEqual(p.Versions["1"].Items, map[string]readItem{"iso": {Path: valid(path)}}) {
			t.Errorf("got %+v of %q", got, path)
		}
	})
}

// A list as a reader of JSON has it.
type (
	readList struct {
		Content  string `json:"content_id"`
		Datatype string
		Format   string
		Products map[string]readProduct
		Updated  string
	}
	readProduct struct {
		Product
		Versions map[string]struct {
			Type  string `json:"ftype"`
			Items map[string]readItem
		}
	}
	readItem struct {
		Type   string `json:"ftype"`
		Path   string
		SHA256 string
		Size   int64
	}
)

// parse reads a list, without anything that it does not know, and wants it to be what a
// program writes that sorts keys and knows nothing of lists.
func parse(t testing.TB, b *bytes.Buffer) (got readList) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	e := json.NewEncoder(&again)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(ascii(again.Bytes())), b.String()); diff != "" {
		t.Errorf("(-as JSON is written +got):\n%s", diff)
	}
	return got
}

// TestInline: the index that is signed is the other one, but for where it leads.
func TestInline(t *testing.T) {
	t.Parallel()
	lists := []Indexed{
		{ContentID: "org.example:söme.json", Updated: time.Unix(0, 0), Products: []string{"a.json", "b<"}},
		{ContentID: "org.example:none", Updated: time.Unix(9, 0)},
	}
	for n := range len(lists) + 1 {
		var plain bytes.Buffer
		if err := WriteIndex(&plain, lists[:n]); err != nil {
			t.Fatal(err)
		}
		got, err := Inline(plain.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(plain.String(), ".json\",\n      \"products\"", ".sjson\",\n      \"products\"")
		if string(got) != want || n > 0 && want == plain.String() {
			t.Errorf("%d lists:\n%s", n, got)
		}
	}
	for _, text := range []string{"", "{}", "[]", `{"format": "index:2.0"}`, `{"format": "index:1.0", "more": 1}`} {
		if got, err := Inline([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "no index of simplestreams: ") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
