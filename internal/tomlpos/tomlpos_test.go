package tomlpos

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

const sample = `# comment [not.a.table]
title = "a \" quote" # x = 1
a.b = 'l"iteral'
"quoted key" = [1, "]", [2, 3]]

[[image]]
name = """
[[image]]
name = "inside a text" """
files = [{name = "x", size = 1}, {name = "y"}]
[[image.file]]
name = 'z'
[[image]]
  [[image.file]]
	name = "w"
[image.more]
ä = 1
`

// TestFind looks keys up by the path a reader would write.
func TestFind(t *testing.T) {
	t.Parallel()
	x := New(strings.Replace(sample, "\nä", "\n\"ä\"", 1))
	for _, tt := range []struct {
		path string
		want string
	}{
		{"title", "2:1"},
		{"a.b", "3:3"},
		{`"quoted key"`, "4:1"},
		{`"quoted key"[1]`, "4:20"},
		{`"quoted key"[2][1]`, "4:29"},
		{"image[0].name", "7:1"},
		{"image[0].files[1].name", "10:35"},
		{"image[0].file[0].name", "12:1"},
		{"image[1].file[0].name", "15:2"},
		{`image[1].more."ä"`, "17:1"},
		{"image[1].file[0].size", "14:11"}, // not there: its table
		{"nothing", "1:1"},
	} {
		line, col := x.Find(tt.path)
		if got := fmt.Sprintf("%d:%d", line, col); got != tt.want {
			t.Errorf("%s is at %s, want %s", tt.path, got, tt.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", MaxDepth+1)
	for _, tt := range []struct {
		name, text, want string
	}{
		{"syntax", "a = 1\nb = \n", "2:"},
		{"twice", "a = 1\na = 2\n", "2:1: not TOML"},
		{"deep", "a = 1\nb = " + deep, "2:69: nested more than 64 deep"},
		{"deep over lines", "b = " + strings.Repeat("[\n", 100000), "65:1: nested"},
		{"deep behind text", `b = [ "]]]]", ` + strings.Repeat("{a=", 100), "1:"},
	} {
		_, err := Decode(tt.text)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s...", tt.name, err, tt.want)
		}
	}
	if _, err := Decode(strings.Repeat("a"+"x = [[1], {b = ']'}] # [[[\n", 1)); err != nil {
		t.Error(err)
	}
}

// FuzzIndex holds the index to its promise: every key that the library finds has a
// place, and at that place stands the key.
func FuzzIndex(f *testing.F) {
	f.Add(strings.Replace(sample, "\nä", "\n\"ä\"", 1))
	f.Add("a = [[{b.c = 1}]]\n[x.\"y.z\"]\nq = 1979-05-27T07:32:00Z\n")
	f.Add("a = '''x''''\nb = \"\"\"\\\"\"\"\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		document, err := Decode(text)
		if err != nil {
			return
		}
		x := New(text)
		each("", document, func(path string) {
			if _, there := x.keys[path]; !there {
				t.Errorf("no place for %s in %q", path, text)
			}
		})
		if _, err := toml.Decode(text, &map[string]any{}); err != nil {
			t.Errorf("the library does not accept %q: %v", text, err)
		}
	})
}

func each(path string, value any, f func(path string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			f(Join(path, key))
			each(Join(path, key), below, f)
		}
	case []map[string]any:
		for i, below := range v {
			f(Element(path, i))
			each(Element(path, i), below, f)
		}
	case []any:
		for i, below := range v {
			f(Element(path, i))
			each(Element(path, i), below, f)
		}
	}
}
