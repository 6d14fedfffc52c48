package generator

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: a site manifest is what the host of a tree writes into its root for
// mirrors and other programs: a line for each image, of four fields with tabs between
// them, sorted as text. Ours has the same lines, made of what the tree showed, but for
// files whose exact size nobody told, which are counted.

// siteManifest is the site manifest of a tree.
type siteManifest struct {
	tree *release.Tree
	name string // below the tree
	listCount
}

// siteManifestNames are the names of the manifests, by the role of the tree.
var siteManifestNames = map[string]string{release.RoleFull: ".manifest-daily", release.RoleSimple: ".manifest"}

func (m *siteManifest) path() string { return ofTree(m.tree, m.name) }

// collectManifests finds the trees that have a site manifest with a line in it.
func (s *site) collectManifests() []*siteManifest {
	var all []*siteManifest
	for _, t := range s.picture.Trees {
		m := &siteManifest{tree: t, name: siteManifestNames[t.Role]}
		s.manifested(t, func(f manifestFile) {
			if f.Exact && f.Size != nil {
				m.Files++
			} else {
				m.LeftOut++
			}
		})
		if m.Files+m.LeftOut > 0 {
			all = append(all, m)
		}
	}
	return all
}

// manifestFile is a file that a site manifest may name.
type manifestFile struct {
	*release.File
	project, series string // as the manifest calls them
	path            string // with a slash in front
}

func (f *manifestFile) line() string {
	return f.project + "\t" + f.series + "\t" + f.path + "\t" + strconv.FormatInt(*f.Size, 10)
}

// manifested finds the files that the site manifest of a tree names.
func (s *site) manifested(t *release.Tree, take func(manifestFile)) {
	switch t.Role {
	case release.RoleFull:
		s.manifestedDailies(t, take)
	case release.RoleSimple:
		s.manifestedReleases(t, take)
	}
}

// manifestedDailies finds the files below current and pending, each under both where
// both lead to it.
func (s *site) manifestedDailies(t *release.Tree, take func(manifestFile)) {
	for _, d := range t.Directories {
		for pointer, shown := range map[string]func(current, pending bool) bool{
			"current": func(current, _ bool) bool { return current },
			"pending": func(_, pending bool) bool { return pending },
		} {
			dir, own := pointed(d, pointer)
			for _, img := range d.Images {
				if img.Kind == release.ImageDaily && dir != "" && shown(img.Current, img.Pending) {
					s.manifestedImage(img.Image, dir, dailySeries, take)
				}
			}
			for _, n := range d.Netboot {
				// A pointer that holds links to single images has none to a tarball.
				if own && n.Kind == release.ImageDaily && n.Tarball != nil && n.Parent == d.Path && shown(n.Current, n.Pending) {
					s.manifestedFile(n.Tarball, n.Project, dir, dailySeries, take)
				}
			}
		}
	}
}

// pointed is the path at which current or pending shows the images of a directory, empty
// where it can show none; own says that it shows all that is there.
func pointed(d *release.TreeDirectory, pointer string) (dir string, own bool) {
	switch d.Kind {
	case release.DirectoryCurrent, release.DirectoryPending:
		if string(d.Kind) == pointer {
			return d.Path, true
		}
		return "", false
	case release.DirectoryDated:
		at := shownAt(d, pointer)
		return at, slices.Contains(d.Aliases, at)
	}
	return "", false
}

// manifestedReleases finds the files of a tree of releases: those under names that
// people see, then those that are only in the pool.
func (s *site) manifestedReleases(t *release.Tree, take func(manifestFile)) {
	seen := map[string]bool{}
	for _, pool := range []bool{false, true} {
		for _, d := range t.Directories {
			if (d.Kind == release.DirectoryPool) != pool {
				continue
			}
			each := func(f manifestFile) {
				if name := path.Base(f.path); !pool || !seen[name] {
					seen[name] = true
					take(f)
				}
			}
			for _, img := range d.Images {
				s.manifestedImage(img.Image, d.Path, s.releaseSeries, each)
			}
			for _, n := range d.Netboot {
				if n.Tarball != nil && n.Parent == d.Path {
					s.manifestedFile(n.Tarball, n.Project, d.Path, s.releaseSeries, each)
				}
			}
		}
	}
}

func (s *site) manifestedImage(img *release.Image, dir string, series func(string) string, take func(manifestFile)) {
	for i := range img.Files {
		s.manifestedFile(&img.Files[i], img.Project, dir, series, take)
	}
}

// manifestedFile takes a file whose type site manifests name and whose name tells a
// series that a rule knows.
func (s *site) manifestedFile(f *release.File, project, dir string, series func(string) string, take func(manifestFile)) {
	ext, _ := s.rules.Extension(f.Type)
	slug := series(f.Name)
	at := "/" + dir + "/" + f.Name
	if rule, _ := s.rules.SeriesRule(slug); ext == nil || !ext.Listed || rule == nil || strings.ContainsAny(at, "\t\n") {
		return
	}
	take(manifestFile{f, s.manifestProject(project, dir), slug, at})
}

// dailySeries is the series that the name of a daily begins with.
func dailySeries(name string) string {
	series, _, _ := strings.Cut(name, "-")
	return series
}

// releaseSeries is the series of the version in the name of a release: ubuntu-24.04.3-...
func (s *site) releaseSeries(name string) string {
	_, rest, _ := strings.Cut(name, "-")
	version, _, _ := strings.Cut(rest, "-")
	parts := strings.SplitN(version, ".", 3)
	for i := range s.rules.Series {
		if r := &s.rules.Series[i]; len(parts) > 1 && r.Version == parts[0]+"."+parts[1] {
			return r.Name
		}
	}
	return ""
}

// manifestProject is the first part of a path where that is a project. What lies at the
// top of the tree is of the project that may.
func (s *site) manifestProject(project, dir string) string {
	first, _, _ := strings.Cut(dir, "/")
	if p, _ := s.rules.Project(first); p != nil {
		return first
	}
	for i := range s.rules.Projects {
		if s.rules.Projects[i].Top {
			return s.rules.Projects[i].Name
		}
	}
	return project
}

// manifestFiles are the site manifests.
func (s *site) manifestFiles() []output {
	var out []output
	for _, m := range s.manifests {
		out = append(out, fileOutput(m.path(), func(b *bytes.Buffer) error { return s.writeManifest(b, m.tree) }).of(s.key))
	}
	return out
}

func (s *site) writeManifest(b *bytes.Buffer, t *release.Tree) error {
	var lines []string
	s.manifested(t, func(f manifestFile) {
		if f.Exact && f.Size != nil {
			lines = append(lines, f.line())
		}
	})
	slices.Sort(lines)
	for _, line := range lines {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return nil
}
