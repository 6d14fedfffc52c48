package store

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// The names in a data directory that are not folders of sources.
const (
	sourcesFile = "sources.toml"
	changesDir  = "changes" // the change log
	ownDir      = ".shiplist"
)

// The kinds of data file: the file or folder below a source's folder.
const (
	kindProducts   = "products"
	kindSeries     = "series"
	kindBuilds     = "builds"
	kindMilestones = "milestones"
	kindImages     = "images"
	kindNetboot    = "netboot"
)

// depths tells how many slugs follow the kind in a path.
func depth(kind string) (int, bool) {
	switch kind {
	case kindProducts:
		return 0, true
	case kindSeries, kindBuilds, kindNetboot:
		return 1, true
	case kindMilestones, kindImages:
		return 2, true
	}
	return 0, false
}

// Part is what one data file of a source holds: facts with only those slices, and
// of those only the records, that belong there.
type Part struct {
	Path  string // below the source's folder: images/noble/kubuntu.toml
	Facts release.Facts
}

// Split tells the facts of a source apart by the files in which they are kept, in
// the order of their paths. It sorts f, and the parts share its records. It is an
// error when a name cannot be a file's, or one file would hold two things.
func Split(f *release.Facts) ([]Part, error) {
	f.Sort()
	s := splitter{parts: map[string]*release.Facts{}}
	if len(f.Products) > 0 {
		s.part(kindProducts).Products = f.Products
	}
	for _, c := range chunks(f.Series, func(r release.Series) [2]string { return [2]string{r.Slug} }) {
		s.part(kindSeries, c[0].Slug).Series = c
	}
	for _, c := range chunks(f.Builds, func(r release.Build) [2]string { return [2]string{r.Series} }) {
		s.part(kindBuilds, c[0].Series).Builds = c
	}
	for _, c := range chunks(f.Milestones, func(r release.Milestone) [2]string { return [2]string{r.Series, r.Slug} }) {
		s.part(kindMilestones, c[0].Series, c[0].Slug).Milestones = c
	}
	for _, c := range chunks(f.Directories, func(r release.Directory) [2]string { return [2]string{r.Series, r.Project} }) {
		s.part(kindImages, c[0].Series, c[0].Project).Directories = c
	}
	for _, c := range chunks(f.Images, func(r release.Image) [2]string { return [2]string{r.Series, r.Project} }) {
		s.part(kindImages, c[0].Series, c[0].Project).Images = c
	}
	for _, c := range chunks(f.Netboot, func(r release.NetbootSet) [2]string { return [2]string{r.Series} }) {
		s.part(kindNetboot, c[0].Series).Netboot = c
	}
	return s.finish()
}

// splitter collects parts by path, and the first thing that cannot be stored.
type splitter struct {
	parts map[string]*release.Facts
	err   error
}

func (s *splitter) part(kind string, slugs ...string) *release.Facts {
	for _, slug := range slugs {
		if problem := unfit(slug); problem != "" && s.err == nil {
			s.err = fmt.Errorf("%s: %q cannot be the name of a file: %s", kind, slug, problem)
		}
	}
	name := path.Join(append([]string{kind}, slugs...)...) + ".toml"
	if s.parts[name] == nil {
		s.parts[name] = &release.Facts{}
	}
	return s.parts[name]
}

func (s *splitter) finish() ([]Part, error) {
	var parts []Part
	for name, facts := range s.parts {
		if (len(facts.Series) > 1 || len(facts.Milestones) > 1) && s.err == nil {
			s.err = fmt.Errorf("%s: two of them have this name", strings.TrimSuffix(name, ".toml"))
		}
		parts = append(parts, Part{Path: name, Facts: *facts})
	}
	slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(a.Path, b.Path) })
	return parts, s.err
}

// chunks cuts sorted records into runs with the same key.
func chunks[T any](records []T, key func(T) [2]string) [][]T {
	var runs [][]T
	for start := 0; start < len(records); {
		end := start + 1
		for end < len(records) && key(records[end]) == key(records[start]) {
			end++
		}
		runs = append(runs, records[start:end:end])
		start = end
	}
	return runs
}

// join adds the facts of one part to those of its source.
func join(to *release.Facts, part release.Facts) {
	to.Products = append(to.Products, part.Products...)
	to.Series = append(to.Series, part.Series...)
	to.Milestones = append(to.Milestones, part.Milestones...)
	to.Builds = append(to.Builds, part.Builds...)
	to.Directories = append(to.Directories, part.Directories...)
	to.Images = append(to.Images, part.Images...)
	to.Netboot = append(to.Netboot, part.Netboot...)
}

// unfit says why a name must not become part of a path, "" when it may. Whoever
// made the name has made a slug of it; it is looked at again here because nothing
// from outside may ever leave the data directory.
func unfit(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > 200:
		return "it is longer than 200 bytes"
	case strings.HasPrefix(name, "."):
		return "it begins with a dot"
	case strings.ToLower(name) != name || strings.ContainsAny(name, `/\:`) || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xfffd }):
		return "it is not a slug"
	}
	return ""
}

// unfitSource is unfit for names of sources, which share a folder with other things.
func unfitSource(name string) string {
	if name == changesDir || name == sourcesFile {
		return "the data directory needs it for itself"
	}
	return unfit(name)
}

// parsePath tells the kind and the slugs of a data file from its path below its
// source's folder.
func parsePath(name string) (kind string, slugs []string, ok bool) {
	stem, isTOML := strings.CutSuffix(name, ".toml")
	if !isTOML {
		return "", nil, false
	}
	words := strings.Split(stem, "/")
	n, known := depth(words[0])
	if !known || len(words) != n+1 {
		return "", nil, false
	}
	for _, slug := range words[1:] {
		if unfit(slug) != "" {
			return "", nil, false
		}
	}
	return words[0], words[1:], true
}

// editedName matches the copies that are kept of files that a person edited.
var editedName = regexp.MustCompile(`\.toml\.edited(\.[0-9]+)?$`)
