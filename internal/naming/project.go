package naming

import (
	"slices"
	"strings"
)

// chooseProject sets the project of a file whose name begins with prefix, or, with
// an empty prefix, with a series. It reports true, so that it can end a form.
//
// Several projects may release under one name (ubuntu, ubuntu-server and
// ubuntu-wsl do). Then the products tell whose publish type it is, else the words
// in the publish type, else the directory.
func (g *Grammar) chooseProject(f *File, d Directory, prefix string) bool {
	if prefix == "" && d.DirectoryKind() != "release" && d.Kind != Pool {
		f.Project = d.Project
		g.doubtProject(f, d)
		return true
	}
	if prefix == "" {
		prefix = g.prefixOf(d.Project)
	}
	candidates := g.byPrefix[prefix]
	switch len(candidates) {
	case 0:
		f.Project = d.Project
		g.doubtProject(f, d)
	case 1:
		f.Project = candidates[0]
	default:
		f.Project = g.among(candidates, f, d)
	}
	return true
}

// doubtProject marks a project of a path that no rule knows. A directory at the
// root of a tree that bears the name of the files' series is that of a series, not
// of a project.
func (g *Grammar) doubtProject(f *File, d Directory) {
	if d.Project == "" || g.projects[d.Project] {
		return
	}
	if d.Project == f.Series {
		f.Project = g.root
		return
	}
	f.markUnknown("project")
}

// prefixOf is how the released files of a project begin.
func (g *Grammar) prefixOf(project string) string {
	for _, p := range g.rules.Projects {
		if p.Name == project && p.Prefix != "" {
			return p.Prefix
		}
	}
	return project
}

// among chooses one of several projects with one prefix.
func (g *Grammar) among(candidates []string, f *File, d Directory) string {
	byType := ""
	for _, p := range g.rules.Products {
		if p.PublishType != f.PublishType || !slices.Contains(candidates, p.Project) {
			continue
		}
		if p.Arch == f.Arch {
			return p.Project
		}
		if byType == "" {
			byType = p.Project
		}
	}
	if byType != "" {
		return byType
	}
	words := strings.Split(f.PublishType, "-")
	if f.PublishType == typeNetboot {
		words = []string{"server"}
	}
	for _, c := range candidates {
		if _, own, ok := strings.Cut(c, "-"); ok && slices.Contains(words, own) {
			return c
		}
	}
	if slices.Contains(candidates, d.Project) {
		return d.Project
	}
	return candidates[0]
}
