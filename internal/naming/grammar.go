package naming

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Parts of names that mean something by themselves, in every distribution.
const (
	typeSource  = "src"
	typeNetboot = "netboot"
	archSource  = "source"
	// oversized ends the name of the marker beside an image that is larger than
	// its limit. It is no file of the image.
	oversized = "OVERSIZED"
)

// Grammar is the rules in the form in which names are read with them. It is safe
// for use by several goroutines.
type Grammar struct {
	rules      release.Rules
	series     map[string]bool
	core       map[string]string   // number in Core names: series
	projects   map[string]bool     // by name
	byPrefix   map[string][]string // what released names begin with: the projects
	prefixes   []string            // longest first
	root       string
	publish    []string // longest first
	isPublish  map[string]bool
	arches     []string // longest first
	isArch     map[string]bool
	cpus       map[string]bool
	imageTypes map[string]bool
	extensions []extension // longest first
}

// extension is the end of a file name, with the sign in front of it.
type extension struct {
	end          string
	main, joined bool
}

// New compiles the rules.
func New(rules release.Rules) *Grammar {
	g := &Grammar{
		rules:  rules,
		series: map[string]bool{}, core: map[string]string{},
		projects: map[string]bool{}, byPrefix: map[string][]string{},
		isPublish: map[string]bool{typeSource: true, typeNetboot: true},
		isArch:    map[string]bool{}, cpus: map[string]bool{}, imageTypes: map[string]bool{},
	}
	for _, s := range rules.Series {
		g.series[s.Name] = true
		if s.CoreSeries != "" {
			g.core[s.CoreSeries] = s.Name
		}
	}
	g.addProjects()
	for _, t := range rules.PublishTypes {
		g.isPublish[t.Name] = true
		g.addImageType(t.ImageType)
	}
	for _, a := range rules.Architectures {
		g.isArch[a.Name] = true
	}
	g.addBuilt()
	for arch := range g.isArch {
		cpu, _, _ := strings.Cut(arch, "+")
		g.cpus[cpu] = true
	}
	g.publish, g.arches = longestFirst(g.isPublish), longestFirst(g.isArch)
	g.addExtensions()
	return g
}

func (g *Grammar) addExtensions() {
	for _, e := range g.rules.Extensions {
		sign := "."
		if e.Joined {
			sign = "-"
		}
		if e.Name != "" {
			g.extensions = append(g.extensions, extension{sign + e.Name, e.Main, e.Joined})
		}
	}
	g.extensions = append(g.extensions, extension{end: "." + oversized})
	slices.SortStableFunc(g.extensions, func(a, b extension) int {
		return cmp.Compare(len(b.end), len(a.end))
	})
}

// addProjects learns the projects and how their released files begin. The project
// whose name others bear in front of theirs is the one at the root of a tree.
func (g *Grammar) addProjects() {
	for _, p := range g.rules.Projects {
		g.projects[p.Name] = true
		prefix := cmp.Or(p.Prefix, p.Name)
		g.byPrefix[prefix] = append(g.byPrefix[prefix], p.Name)
		if prefix != p.Name {
			// Whoever writes the whole name means it, too.
			g.byPrefix[p.Name] = append(g.byPrefix[p.Name], p.Name)
		}
		if g.root == "" && p.Prefix != p.Name {
			g.root = p.Prefix
		}
	}
	if g.root == "" && len(g.rules.Projects) > 0 {
		g.root = g.rules.Projects[0].Name
	}
	for _, p := range g.rules.Products {
		if p.Project != "" && !g.projects[p.Project] {
			g.projects[p.Project] = true
			g.byPrefix[p.Project] = append(g.byPrefix[p.Project], p.Project)
		}
	}
	known := map[string]bool{}
	for prefix := range g.byPrefix {
		known[prefix] = true
	}
	g.prefixes = longestFirst(known)
}

// addBuilt learns from the tables of what is built.
func (g *Grammar) addBuilt() {
	for _, p := range g.rules.Products {
		g.addImageType(p.ImageType)
		if p.PublishType != "" {
			g.isPublish[p.PublishType] = true
		}
		if p.Arch != "" {
			g.isArch[p.Arch] = true
		}
	}
	for _, a := range g.rules.Arches {
		for _, t := range a.ImageType {
			g.addImageType(t)
		}
		for _, arch := range a.Arches {
			g.isArch[arch] = true
		}
	}
}

func (g *Grammar) addImageType(name string) {
	if name != "" && !strings.ContainsAny(name, "*?") {
		g.imageTypes[name] = true
	}
}

func longestFirst(set map[string]bool) []string {
	var names []string
	for name := range set {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	return names
}

var (
	versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){1,4}$`)
	buildForm   = regexp.MustCompile(`^[0-9]{8}(\.[0-9]{1,4})?$`)
	// statusForm is a status as released names write it: without hyphens.
	statusForm = regexp.MustCompile(`^(alpha|beta|rc|preview|snapshot|milestone|release)[0-9]*$`)
)

// IsBuildID reports whether the name of a directory is a build id.
func IsBuildID(name string) bool { return buildForm.MatchString(name) }

// SeriesOf returns the series whose directory may bear this name: its own, or one
// of its versions. Versioned tells which.
func (g *Grammar) SeriesOf(name string) (series string, versioned, ok bool) {
	if g.series[name] {
		return name, false, true
	}
	if !versionForm.MatchString(name) {
		return "", false, false
	}
	series, ok = g.rules.SeriesByVersion(name)
	return series, true, ok
}

// Root is the project that lies at the root of a tree, "" where no rule tells.
func (g *Grammar) Root() string { return g.root }

// IsProject reports whether a rule knows the project.
func (g *Grammar) IsProject(name string) bool { return g.projects[name] }

// isImageType reports whether a directory of this name holds dailies.
func (g *Grammar) isImageType(name string) bool {
	return g.imageTypes[name] || name == "daily" || strings.HasPrefix(name, "daily-") || name == "wubi"
}
