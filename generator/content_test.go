package generator

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestParseDocument(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     frontMatter
		body     string
	}{
		{"all keys", "+++\ntitle = \"A\"\ndescription = \"B.\"\nmenu = \"C\"\nfoot = \"D\"\norder = 3\narches = \"amd64 i386\"\nwithout = \"iso\"\n+++\nbody\n", frontMatter{"A", "B.", "C", "D", 3, "amd64 i386", "iso"}, "body\n"},
		{"no body", "+++\ntitle = \"A\"\n+++", frontMatter{Title: "A"}, ""},
		{"line ends of Windows", "\xef\xbb\xbf+++\r\ntitle = \"A\"\r\n+++\r\nx\r\n", frontMatter{Title: "A"}, "x\n"},
		{"fence in the body", "+++\ntitle = \"A\"\n+++\n+++\n", frontMatter{Title: "A"}, "+++\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := parseDocument("a.md", []byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, doc.frontMatter); diff != "" || string(doc.body) != test.body {
				t.Errorf("front matter (-want +got):\n%s\nbody = %q, want %q", diff, doc.body, test.body)
			}
		})
	}
}

func TestBadFrontMatter(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"none", "# Title\n", `content/a.md:1: no front matter; begin the file with a line of +++, title = "...", and another line of +++`},
		{"not closed", "+++\ntitle = \"A\"\n", "content/a.md:1: front matter without end; close it with a line of +++"},
		{"empty", "+++\n+++\n", `content/a.md:1: front matter: title is missing; add title = "..."`},
		{"blank title", "+++\ntitle = \" \"\n+++\n", "content/a.md:2: front matter: title is empty; say what the page is called"},
		{"unknown key", "+++\ntitle = \"A\"\n\ntags = [\"x\"]\n+++\n", `content/a.md:4: front matter: unknown key "tags"; the keys are title, description, menu, foot, order, arches and without`},
		{"table", "+++\ntitle = \"A\"\n[menu.main]\nx = 1\n+++\n", "content/a.md:3: front matter: menu must be a text in quotes"},
		{"wrong type of title", "+++\ntitle = 3\n+++\n", "content/a.md:2: front matter: title must be a text in quotes"},
		{"wrong type of order", "+++\ntitle = \"A\"\norder = \"3\"\n+++\n", "content/a.md:3: front matter: order must be a whole number"},
		{"key inside a text", "+++\ntitle = \"A\"\ndescription = \"\"\"\norder = none\n\"\"\"\norder = \"3\"\n+++\n", "content/a.md:6: front matter: order must be a whole number"},
		{"syntax", "+++\ntitle = \"A\"\norder == 3\n+++\n", "content/a.md:3: front matter: "},
		{"twice", "+++\ntitle = \"A\"\ntitle = \"B\"\n+++\n", "content/a.md:3: front matter: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseDocument("a.md", []byte(test.in))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

func TestAllBadTextsAreReported(t *testing.T) {
	t.Parallel()
	_, err := loadTexts(fstest.MapFS{
		"a.md": {Data: []byte("x")}, "b.md": {Data: []byte("+++\ntitle = \"B\"\n+++\n")}, "parts/c.md": {Data: []byte("+++\nx = 1\norder = true\n+++\n")},
	})
	for _, want := range []string{"content/a.md:1:", "content/parts/c.md:2:", "content/parts/c.md:3:", "content/parts/c.md:1: front matter: title is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want it to hold %q", err, want)
		}
	}
}

func FuzzFrontMatter(f *testing.F) {
	for _, seed := range []string{
		"+++\ntitle = \"A\"\norder = 3\n+++\nbody", "+++\n+++\n", "+++", "+++\ntitle = '''\n+++\n'''\n+++\n", "+++\n[[title]]\n+++\n", "+++\r\ntitle=\"\"\r\n+++",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		doc, err := parseDocument("a.md", in)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if line != "" && !strings.HasPrefix(line, "content/a.md:") && !strings.Contains(err.Error(), "content/a.md:") {
					t.Errorf("error without place: %q", line)
				}
			}
			return
		}
		plain := bytes.ReplaceAll(in, []byte("\r\n"), []byte("\n"))
		if strings.TrimSpace(doc.Title) == "" || !bytes.HasSuffix(plain, doc.body) {
			t.Errorf("parseDocument(%q) = %+v", in, doc)
		}
	})
}
