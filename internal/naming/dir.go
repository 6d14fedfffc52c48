package naming

import (
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Kind says what a directory is for.
type Kind string

// The kinds of directory. Other is everything that leads to the rest.
const (
	Dated   Kind = "dated"
	Current Kind = "current"
	Pending Kind = "pending"
	Manual  Kind = "manual"
	Release Kind = "release"
	Pool    Kind = "pool"
	Other   Kind = "other"
)

// PoolName is the directory in which a tree keeps files before, and besides, the
// names under which people find them.
const PoolName = ".pool"

// The directories inside those that hold images.
const (
	partNetboot = "netboot"
	partSource  = "source"
)

// Directory is what the path of a directory says. Unknown parts are empty.
type Directory struct {
	Path    string
	Kind    Kind
	Subtree string // of a tree inside the tree: nvidia-tegra
	Project string // of the path, known to the rules or not
	Series  string // likewise
	// ImageType is the kind of build in a daily path: daily-live, stable.
	ImageType string
	BuildID   string
	Status    string // below a release directory: release/snapshot-2
	// Parent is the directory with the images to which this one belongs, where it
	// holds only a part: netboot files or sources. It is Path everywhere else.
	Parent string
	// Netboot says that it holds netboot files, for the architecture whose name it
	// bears; Below is what stands below that.
	Netboot     bool
	NetbootArch string
	Below       string
}

// DirectoryKind is the kind in the words of the facts: a directory that only leads
// to others is no daily, so what it holds was released.
func (d Directory) DirectoryKind() release.DirectoryKind {
	switch d.Kind {
	case Dated, Current, Pending, Pool:
		return release.DirectoryKind(d.Kind)
	case Manual:
		return release.DirectoryDated
	case Other:
		if d.ImageType != "" {
			return release.DirectoryDated
		}
	}
	return release.DirectoryRelease
}

// Directory reads the path of a directory below its tree: no slash at either end,
// "" for the tree itself.
func (g *Grammar) Directory(path string) Directory {
	d := Directory{Path: path, Parent: path, Kind: Other}
	if path == "" {
		return d
	}
	names := strings.Split(path, "/")
	start := slices.IndexFunc(names, g.structural)
	start = g.coreStart(names, start)
	if start < 0 {
		start = len(names)
		if g.projects[names[start-1]] {
			d.Project = names[start-1]
			d.Subtree = strings.Join(names[:start-1], "/")
		}
		return d
	}
	start -= g.splitImageType(names, start)
	g.readLead(&d, names[:start])
	names = d.cutParts(names, start)
	g.readStructure(&d, names[start:])
	return d
}

// structural reports whether a directory of this name has a meaning of its own,
// other than being a project.
func (g *Grammar) structural(name string) bool {
	if _, _, ok := g.SeriesOf(name); ok {
		return true
	}
	switch name {
	case "releases", PoolName, string(Current), string(Pending), string(Manual):
		return true
	}
	return g.isImageType(name) || IsBuildID(name) || versionForm.MatchString(name)
}

// coreStart finds the number of a Core series behind a project: there alone such a
// number means anything.
func (g *Grammar) coreStart(names []string, start int) int {
	for i := 1; i < len(names) && (start < 0 || i < start); i++ {
		if g.core[names[i]] != "" && g.projects[names[i-1]] {
			return i
		}
	}
	return start
}

// splitImageType tells how many names before start belong to an image type that is
// written as a path: ports/daily for ports_daily.
func (g *Grammar) splitImageType(names []string, start int) int {
	if start > 0 && g.imageTypes[names[start-1]+"_"+names[start]] {
		return 1
	}
	return 0
}

// readLead reads what stands before the first name with a meaning: subtree,
// project, and a series that no rule knows.
func (g *Grammar) readLead(d *Directory, lead []string) {
	if len(lead) == 0 {
		d.Project = g.root
		return
	}
	last := len(lead) - 1
	if last > 0 && g.projects[lead[last-1]] && !g.projects[lead[last]] {
		d.Series = release.Slug(lead[last])
		last--
	}
	d.Project = lead[last]
	d.Subtree = strings.Join(lead[:last], "/")
}

// cutParts cuts off the directories with parts of the images, and returns the
// names before them.
func (d *Directory) cutParts(names []string, start int) []string {
	for i := start + 1; i < len(names); i++ {
		if names[i] != partNetboot && names[i] != partSource {
			continue
		}
		d.Parent = strings.Join(names[:i], "/")
		if names[i] == partNetboot {
			d.Netboot = true
			if i+1 < len(names) {
				d.NetbootArch = names[i+1]
				d.Below = strings.Join(names[i+2:], "/")
			}
		}
		return names[:i]
	}
	return names
}

// readStructure reads from the first name with a meaning on.
func (g *Grammar) readStructure(d *Directory, names []string) {
	name := names[0]
	series, _, isSeries := g.SeriesOf(name)
	switch {
	case name == "releases":
		g.readReleases(d, names[1:])
	case name == PoolName:
		d.Kind = Pool
	case isSeries:
		d.Series = series
		g.readSeries(d, names[1:])
	case g.core[name] != "" && d.Project != "" && !versionForm.MatchString(name):
		d.Series = g.core[name]
		g.readDaily(d, names[1:])
	case versionForm.MatchString(name):
		// A version of a series that no rule knows.
		g.readSeries(d, names[1:])
	default:
		g.readDaily(d, names)
	}
}

// readReleases reads what stands below "releases".
func (g *Grammar) readReleases(d *Directory, names []string) {
	if len(names) == 0 {
		return
	}
	if names[0] == PoolName {
		d.Kind = Pool
		return
	}
	d.Kind = Release
	if series, _, ok := g.SeriesOf(names[0]); ok {
		d.Series = series
	} else if !versionForm.MatchString(names[0]) {
		d.Series = release.Slug(names[0])
	}
	d.Status = strings.Join(names[1:], "/")
}

// readSeries reads what stands below a series: dailies of a kind, or, in trees
// that hold releases only, a status.
func (g *Grammar) readSeries(d *Directory, names []string) {
	if len(names) > 0 && g.leadsToDaily(names) {
		g.readDaily(d, names)
		return
	}
	d.Kind = Release
	d.Status = strings.Join(names, "/")
}

// leadsToDaily reports whether names begin with an image type, known or followed
// by what only follows one.
func (g *Grammar) leadsToDaily(names []string) bool {
	if g.isImageType(names[0]) {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return IsBuildID(name) || name == string(Current) || name == string(Pending) || name == string(Manual)
	})
}

// readDaily reads an image type and the build below it.
func (g *Grammar) readDaily(d *Directory, names []string) {
	for i, name := range names {
		switch {
		case IsBuildID(name):
			d.Kind, d.BuildID = Dated, name
		case name == string(Current), name == string(Pending), name == string(Manual):
			d.Kind = Kind(name)
		default:
			continue
		}
		d.ImageType = strings.Join(names[:i], "_")
		return
	}
	d.ImageType = strings.Join(names, "_")
}

// IsDirectoryName reports whether a name below d is that of a directory: servers
// that do not tell links to directories from files leave it to the name.
func (g *Grammar) IsDirectoryName(d Directory, name string) bool {
	if g.structural(name) || g.projects[name] || name == partNetboot || name == partSource {
		return true
	}
	if _, ok := g.core[name]; ok && g.projects[d.Project] {
		return true
	}
	return d.Kind == Release && statusForm.MatchString(strings.ReplaceAll(name, "-", ""))
}
