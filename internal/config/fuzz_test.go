package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"shiplist"
)

func seeds(f *testing.F) {
	f.Add(string(InitText()))
	f.Add(string(shiplist.Config[:6000]))
	names, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	for _, text := range []string{
		"a.b.c = 1\na.d = {e.f = [{g = 1}, {}], \"h\" = '''\n''''''}\n", "[a]\n[[a.b]]\n[[a.b.c]]\n[a.b.c.d]\n\"\" = 1\n",
		"a = \"\"\"\"\"\"\nb = ''''x'''''\n", "x = {\n  # y\n  a = 1,\n}\n", "\"a\\u0041\" = +1.5e3\n", "a = [1,,]", "[[]]", "'", "\"\\", "=", "\ufeff[a]",
	} {
		f.Add(text)
	}
}

// FuzzParse reads any text as a configuration: it never panics, and every problem has
// a place in the text.
func FuzzParse(f *testing.F) {
	seeds(f)
	path := filepath.Join(f.TempDir(), "config.toml")
	def, err := defaults()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, productFileKey) {
			return // would read files
		}
		_, err := def.under(path, text)
		var problems Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("not a list of problems: %v", err)
		}
		lines := strings.Split(text, "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > len([]rune(lines[p.Line-1]))+2 || p.Text == "" {
				t.Errorf("no such place: %+v", p)
			}
		}
	})
}

func FuzzProductFile(f *testing.F) {
	text, err := os.ReadFile("testdata/facts/products.tsv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("# Kubuntu\nKubuntu Desktop amd64\t\tkubuntu\tdaily-live\tdesktop\tamd64\tiso\r\nx\ty/z\ta\tb\tc\td\n")
	f.Add("\t\t\n\xff\n../x\t../y\t.\t..\t/\tiso\n")
	f.Fuzz(func(t *testing.T, text string) {
		products, problems := parseProducts("products", []byte(text))
		if len(products)+len(problems) == 0 {
			t.Error("neither products nor problems")
		}
		seen := map[string]bool{}
		for _, p := range products {
			id := strings.Join(productKey(p), "\t")
			if p.Title == "" || !isPart(p.Project) || !isPart(p.Arch) || !sourceName.MatchString(p.Tracker) || seen[id] {
				t.Errorf("bad product %+v", p)
			}
			seen[id] = true
		}
		for _, p := range problems {
			if p.Line < 1 || p.Line > strings.Count(text, "\n")+1 || p.Text == "" {
				t.Errorf("no such place: %+v", p)
			}
		}
	})
}
