package release

import (
	"path"
	"slices"
	"strings"
)

// ArchiveRules say where the images of superseded releases go.
type ArchiveRules struct {
	// Roots are the directories of the build host, by the role of the tree that each
	// holds, or by any name that a rule moves into.
	Roots map[string]string `toml:"roots"`
	// Rules say where the files of a directory go; the first that matches counts.
	Rules []ArchiveRule `toml:"rule"`
	Own   bool          `toml:"-"` // the rules are a site owner's own
}

// ArchiveRule says where the files of the directories that it selects go.
type ArchiveRule struct {
	Role []string `toml:"role"` // of the tree
	From []string `toml:"from"` // patterns of directories below the tree
	Into string   `toml:"into"` // the root that they move into
	// Directory is where below it; {dir}, {series} and {version} may be used. The same
	// directory where it is empty.
	Directory string `toml:"directory"`
}

// HostPath is a path on the build host.
type HostPath struct {
	Root string // full, simple, old, or another of [ArchiveRules.Roots]
	Path string // below it
}

// In is a name in a directory.
func (h HostPath) In(name string) HostPath { return HostPath{h.Root, joinPath(h.Path, name)} }

// On is the path on the build host, below the directory that holds the roots.
func (r ArchiveRules) On(h HostPath) string { return path.Join(r.Roots[h.Root], h.Path) }

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// archiveTarget is where the files of a directory go; ok is false where no rule says.
func (r Rules) archiveTarget(d *TreeDirectory, series, version string) (HostPath, bool) {
	i := r.archiveRule(d)
	if i < 0 {
		return HostPath{}, false
	}
	a, dir := &r.Archive.Rules[i], d.Path
	if a.Directory != "" {
		dir = strings.NewReplacer("{dir}", d.Path, "{series}", series, "{version}", version).Replace(a.Directory)
	}
	return HostPath{a.Into, dir}, true
}

// archiveRule is the index of the first rule for a directory, -1 where none matches.
func (r Rules) archiveRule(d *TreeDirectory) int {
	return slices.IndexFunc(r.Archive.Rules, func(a ArchiveRule) bool { return Match(a.Role, d.Tree.Role) && Match(a.From, d.Path) })
}
