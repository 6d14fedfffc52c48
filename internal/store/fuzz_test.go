package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// seeds adds the golden files of one kind, and some that are broken.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "data", filepath.FromSlash(pattern)))
	if err != nil || len(names) == 0 {
		f.Fatalf("no golden file %s: %v", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
		f.Add(string(text[:len(text)*2/3]))
	}
	f.Add("a = [[[[")
	f.Add("[[image]]\nfile = [{name = 1}]\n")
}

// fuzzDecode: nothing panics, every mistake has a place, and what was read once is
// read the same again after it was written.
func fuzzDecode(f *testing.F, pattern, path string) {
	f.Helper()
	seeds(f, pattern)
	f.Fuzz(func(t *testing.T, text string) {
		facts, problems := decode(path, path, []byte(text))
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.Text == "" || p.File != path {
				t.Errorf("a problem without its place: %+v", p)
			}
		}
		if len(problems) > 0 {
			return
		}
		facts.Sort()
		first, err := Part{Path: path, Facts: facts}.encode("a")
		if err != nil {
			t.Fatalf("cannot be written: %v\n%q", err, text)
		}
		again, problems := decode(path, path, first)
		if len(problems) > 0 {
			t.Fatalf("cannot be read again: %v\n%s", problems, first)
		}
		again.Sort()
		if second, err := (Part{Path: path, Facts: again}).encode("a"); err != nil || string(second) != string(first) {
			t.Errorf("written in another way (%v):\n%s\n%s", err, first, second)
		}
	})
}

func FuzzDecodeProducts(f *testing.F) { fuzzDecode(f, "*/products.toml", "products.toml") }
func FuzzDecodeSeries(f *testing.F)   { fuzzDecode(f, "*/series/*.toml", "series/noble.toml") }
func FuzzDecodeBuilds(f *testing.F)   { fuzzDecode(f, "*/builds/*.toml", "builds/noble.toml") }
func FuzzDecodeMilestone(f *testing.F) {
	fuzzDecode(f, "*/milestones/*/*.toml", "milestones/noble/beta.toml")
}

func FuzzDecodeImages(f *testing.F)  { fuzzDecode(f, "*/images/*/*.toml", "images/noble/kubuntu.toml") }
func FuzzDecodeNetboot(f *testing.F) { fuzzDecode(f, "*/netboot/*.toml", "netboot/noble.toml") }

func FuzzDecodeSources(f *testing.F) {
	seeds(f, "sources.toml")
	f.Fuzz(func(t *testing.T, text string) {
		_, problems := decodeSources("sources.toml", []byte(text))
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.Text == "" {
				t.Errorf("a problem without its place: %+v", p)
			}
		}
	})
}

// FuzzDecodeEvents: like fuzzDecode, and what is salvaged of a text that has mistakes
// has none.
func FuzzDecodeEvents(f *testing.F) {
	const name = "changes/2025-08.toml"
	seeds(f, "changes/*.toml")
	f.Add("nonsense\n[[event]]\nseen = 2025-08-01T00:00:00Z\nwhat = \"x\"\nsource = \"a\"\n[[event]]\n[[event]]")
	f.Fuzz(func(t *testing.T, text string) {
		events, problems := decodeEvents(name, name, []byte(text))
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.Text == "" || p.File != name {
				t.Errorf("a problem without its place: %+v", p)
			}
		}
		if len(problems) > 0 {
			if _, problems := decodeEvents(name, name, salvage(name, []byte(text))); len(problems) > 0 {
				t.Errorf("salvaged, and yet: %v", problems)
			}
			return
		}
		first, err := encodeMonth(events)
		if err != nil {
			t.Fatalf("cannot be written: %v\n%q", err, text)
		}
		again, problems := decodeEvents(name, name, first)
		if len(problems) > 0 || !slices.Equal(events, again) {
			t.Fatalf("read again: %v, %v\n%s", again, problems, first)
		}
	})
}
