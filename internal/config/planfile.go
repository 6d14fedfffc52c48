package config

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// PlanFile is a file of a plan: what is meant of one milestone, as it is written.
type PlanFile struct {
	Name   string                  // as problems and facts call it: plans/beta.toml
	Series string                  // slug
	Slug   string                  // of the milestone, without the series
	Title  string                  // with the series; empty where the file has no name for it
	Kind   release.Kind            // empty where the file leaves it out, as are the next two
	Date   string                  // YYYY-MM-DD
	Status release.MilestoneStatus // testing where it is left out
	// From is [release.FromSeries] or SERIES/SLUG; empty for nothing.
	From     string
	Products []PlanProduct
	Except   []PlanProduct // patterns and places only
	// Lines are where keys of the file's top level stand, for what several files say of
	// one milestone.
	Lines map[string]int
}

// PlanProduct is a line of a plan: a product by its slug or title, or a pattern for such.
type PlanProduct struct {
	Name      string
	Line, Col int // of the name, from 1
	Build     string
	// BuildLine is where the build id stands, or could be written; zero where the line has
	// no room for one.
	BuildLine int
	// BuildAt is where its value begins, in bytes; of an empty one after the quote that opens it.
	BuildAt int
	Contact string
	Note    string
}

// Pattern reports whether the name is a pattern.
func (p *PlanProduct) Pattern() bool { return IsPattern(p.Name) }

// IsPattern reports whether a name stands for several.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?") }

// PlanFileMost bounds a file of a plan, in bytes.
const PlanFileMost = 1 << 20

// planProductsMost bounds how many products a file of a plan can have.
const planProductsMost = 5000

// noteMost bounds a note, in bytes, as it does everywhere.
const noteMost = 2000

// buildID is what the build host and the archive call builds.
var buildID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+~:_-]{0,99}$`)

// IsBuildID reports whether a text has the form of a build id. One without a digit, such as
// TODO, is none.
func IsBuildID(s string) bool { return buildID.MatchString(s) && strings.ContainsAny(s, "0123456789") }

// ParsePlan reads a file of a plan strictly. The error is a [Problems], with all mistakes
// of the file.
func ParsePlan(name string, text []byte) (*PlanFile, error) {
	if len(text) > PlanFileMost {
		return nil, Problems{problemAt(name, text, PlanFileMost, fmt.Sprintf("goes on beyond %d bytes, which no plan does", PlanFileMost))}
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, Problems{problemAt(name, text, i, "is no text")}
	}
	d, err := open(name, "", string(text))
	if err != nil {
		return nil, err
	}
	p := d.readPlanFile()
	if err := d.problems.sorted(name).err(); err != nil {
		return nil, err
	}
	return p, nil
}

// problemAt is a problem at an offset in a text.
func problemAt(name string, text []byte, at int, what string) Problem {
	before := text[:at]
	col := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return Problem{File: name, Line: bytes.Count(before, []byte("\n")) + 1, Col: col, Text: what}
}

func (d *document) readPlanFile() *PlanFile {
	t := d.root
	d.flat = true
	p := &PlanFile{Name: d.name, Lines: map[string]int{}}
	t.part("series", &p.Series)
	var title string
	t.text("milestone", &title)
	t.checked("slug", &p.Slug, func(s string) bool { return release.Slug(s) == s }, `a name for addresses; write it like "snapshot-3"`)
	oneOf(t, "kind", &p.Kind, release.KindDaily, release.KindRelease)
	oneOf(t, "status", &p.Status, release.MilestoneTesting, release.MilestoneReleased)
	t.day("date", &p.Date)
	t.from(p)
	t.planProducts("products", &p.Products, true)
	t.planProducts("except", &p.Except, false)
	for _, key := range []string{"series", "milestone"} {
		if !t.has(key) {
			t.note(key, "missing; every plan needs it")
		} else if s, ok := t.values[key].(string); ok && s == "" {
			t.note(key, "empty; every plan needs it")
		}
	}
	t.close()
	for key := range t.values {
		p.Lines[key] = d.line(key)
	}
	p.name(title)
	return p
}

// name fills in how the milestone is called, from the words of the file.
func (p *PlanFile) name(title string) {
	p.Series = strings.ToLower(p.Series)
	p.Slug = cmp.Or(p.Slug, release.MilestoneSlug(p.Series, title))
	p.Title = title
	if p.Series != "" && !strings.HasPrefix(release.Slug(title)+"-", release.Slug(p.Series)+"-") {
		p.Title = strings.ToUpper(p.Series[:1]) + p.Series[1:] + " " + title
	}
	if p.From != "" && p.From != release.FromSeries && !strings.Contains(p.From, "/") {
		p.From = p.Series + "/" + p.From
	}
}

// from reads the list that a plan begins with.
func (t *table) from(p *PlanFile) {
	good := func(s string) bool {
		series, slug, two := strings.Cut(s, "/")
		if !two {
			return release.Slug(s) == s
		}
		return isPart(series) && release.Slug(slug) == slug
	}
	t.checked("from", &p.From, good, `a list to begin with; write "series", a milestone like "beta", or one of another series like "noble/beta"`)
}

// planProducts reads a list of names and patterns; full says whether a table with more
// about it may stand for one.
func (t *table) planProducts(key string, into *[]PlanProduct, full bool) {
	if !t.has(key) {
		return
	}
	list, ok := listOf(t.values[key])
	if !ok {
		t.wrong(key, `a list, like ["kubuntu-*", { name = "Ubuntu Server amd64", build = "20260129" }]`)
		return
	}
	if len(list) > planProductsMost {
		t.note(key, fmt.Sprintf("has %d lines; a plan has at most %d", len(list), planProductsMost))
		return
	}
	first := map[string]int{}
	for i, v := range list {
		p, ok := t.planProduct(key, i, v, full)
		if !ok {
			continue
		}
		id := strings.ToLower(p.Name)
		if !p.Pattern() {
			id = release.Slug(p.Name)
		}
		if line, twice := first[id]; twice {
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf("%q is in the list already, in line %d", p.Name, line))
			continue
		}
		first[id] = p.Line
		*into = append(*into, p)
	}
}

// listOf is a list as the library gives it: of tables alone, or of anything.
func listOf(v any) ([]any, bool) {
	switch list := v.(type) {
	case []any:
		return list, true
	case []map[string]any:
		all := make([]any, len(list))
		for i := range list {
			all[i] = list[i]
		}
		return all, true
	}
	return nil, false
}

func (t *table) planProduct(key string, i int, v any, full bool) (PlanProduct, bool) {
	var p PlanProduct
	path := tomlpos.Element(t.at(key), i)
	before := len(t.doc.problems)
	p.Line, p.Col = t.doc.find(path)
	switch v := v.(type) {
	case string:
		p.Name = v
		if strings.TrimSpace(v) != v || v == "" || len(v) > 200 || strings.ContainsFunc(v, unicode.IsControl) {
			t.doc.note(path, fmt.Sprintf("%q is empty, too long, begins or ends in blanks, or holds a control character", v))
		}
	case map[string]any:
		if !full {
			t.doc.note(path, "must be a name or a pattern in quotes")
			break
		}
		row := &table{doc: t.doc, path: path, values: v}
		row.readPlanProduct(&p)
	default:
		t.doc.note(path, `must be a name in quotes, or a table like { name = "Ubuntu Server amd64", build = "" }`)
	}
	return p, len(t.doc.problems) == before
}

func (t *table) readPlanProduct(p *PlanProduct) {
	t.text("name", &p.Name)
	t.checked("build", &p.Build, IsBuildID, `a build id; write it like "20260129" or "20260129.1"`)
	t.text("contact", &p.Contact)
	t.text("note", &p.Note)
	t.require("name")
	if t.has("name") {
		p.Line, p.Col = t.doc.find(t.at("name"))
	}
	if t.has("build") {
		p.BuildLine = t.doc.line(t.at("build"))
		p.BuildAt = t.doc.valueAt(t.at("build"))
		if p.Pattern() {
			t.note("build", fmt.Sprintf("%q is a pattern; a build id needs a product by its name", p.Name))
		}
	}
	if len(p.Note) > noteMost {
		t.note("note", fmt.Sprintf("has %d bytes; write at most %d", len(p.Note), noteMost))
	}
	t.close()
}

// valueAt is where the text that a key holds begins, in bytes, after its quote.
func (d *document) valueAt(path string) int {
	d.find(path) // makes the index
	at, ok := d.places.Value(path)
	if !ok {
		return 0
	}
	for _, quote := range []string{`"""`, "'''", `"`, "'"} {
		if strings.HasPrefix(d.text[at:], quote) {
			return at + len(quote)
		}
	}
	return 0
}
