package store

import (
	"errors"
	"fmt"
	"path"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// decode reads the text of the data file that lies at name below the folder of its
// source; file is how it is called in problems. A file with a mistake has no facts:
// half a file would read as if things were gone.
func decode(file, name string, text []byte) (release.Facts, Problems) {
	kind, slugs, ok := parsePath(name)
	if !ok {
		return release.Facts{}, Problems{{File: file, Text: "not the name of a data file"}}
	}
	var f release.Facts
	r := fileDecoder{file: file, text: text}
	switch kind {
	case kindProducts:
		f.Products = read[productsDoc](&r).Products
	case kindSeries:
		f.Series = []release.Series{read[release.Series](&r)}
	case kindBuilds:
		f.Builds = read[buildsDoc](&r).Builds
	case kindMilestones:
		f.Milestones = []release.Milestone{read[release.Milestone](&r)}
	case kindImages:
		doc := read[imagesDoc](&r)
		f.Directories, f.Images = doc.Directories, doc.Images
	case kindNetboot:
		f.Netboot = read[netbootDoc](&r).Netboot
	}
	if len(r.problems) == 0 {
		r.agree(f, kind, slugs)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return release.Facts{}, r.problems
	}
	return f, nil
}

// decodeSources reads sources.toml.
func decodeSources(file string, text []byte) ([]release.SourceState, Problems) {
	r := fileDecoder{file: file, text: text}
	states := read[sourcesDoc](&r).Sources
	seen := map[string]bool{}
	for i, state := range states {
		key := keyPath{{"source", i}, {"name", -1}}
		switch problem := unfitSource(state.Name); {
		case state.Name == "": // reported as missing
		case problem != "":
			r.mistake(key, fmt.Sprintf("%q cannot be the name of a source: %s", state.Name, problem))
		case seen[state.Name]:
			r.mistake(key, fmt.Sprintf("there is another source %q", state.Name))
		}
		seen[state.Name] = true
	}
	r.problems.sort()
	return states, r.problems
}

// fileDecoder reads one file and collects its mistakes.
type fileDecoder struct {
	file     string
	text     []byte
	places   *tomlpos.Index // made for the first mistake
	problems Problems
}

// read decodes the reader's text strictly.
func read[T any](r *fileDecoder) T {
	var doc T
	raw, err := tomlpos.Decode(string(r.text))
	var syntax *tomlpos.Error
	if errors.As(err, &syntax) {
		r.problems = append(r.problems, Problem{File: r.file, Line: syntax.Line, Col: syntax.Col, Text: syntax.Text})
		return doc
	}
	for _, m := range fill(raw, &doc) {
		r.mistake(m.key, m.text)
	}
	return doc
}

func (r *fileDecoder) mistake(key keyPath, text string) {
	if r.places == nil {
		r.places = tomlpos.New(string(r.text))
	}
	p := Problem{File: r.file, Key: key.String(), Text: text}
	p.Line, p.Col = r.places.Find(p.Key)
	r.problems = append(r.problems, p)
}

// agree checks that the records say the same series, project and milestone as the
// path of their file.
func (r *fileDecoder) agree(f release.Facts, kind string, slugs []string) {
	expect := func(key keyPath, got, want string) {
		if got != want {
			r.mistake(key, fmt.Sprintf("%q, but the file is %s.toml", got, path.Join(append([]string{kind}, slugs...)...)))
		}
	}
	for _, s := range f.Series {
		expect(keyPath{{"slug", -1}}, s.Slug, slugs[0])
	}
	for _, m := range f.Milestones {
		expect(keyPath{{"series", -1}}, m.Series, slugs[0])
		expect(keyPath{{"slug", -1}}, m.Slug, slugs[1])
	}
	for i, b := range f.Builds {
		expect(keyPath{{"build", i}, {"series", -1}}, b.Series, slugs[0])
	}
	for i, d := range f.Directories {
		expect(keyPath{{"directory", i}, {"series", -1}}, d.Series, slugs[0])
		expect(keyPath{{"directory", i}, {"project", -1}}, d.Project, slugs[1])
	}
	for i, m := range f.Images {
		expect(keyPath{{"image", i}, {"series", -1}}, m.Series, slugs[0])
		expect(keyPath{{"image", i}, {"project", -1}}, m.Project, slugs[1])
	}
	for i, n := range f.Netboot {
		expect(keyPath{{"netboot", i}, {"series", -1}}, n.Series, slugs[0])
	}
}
