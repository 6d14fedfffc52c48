package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shiplist/internal/release"
)

func readArchive(t *table, r *release.ArchiveRules) {
	if roots := t.table("roots"); roots != nil {
		r.Roots = roots.roots()
	}
	if list, given := t.tables("rule"); given {
		r.Rules, r.Own = each(list, readArchiveRule), t.doc.name != builtIn
		for i, a := range r.Rules {
			if a.Into != "" && r.Roots[a.Into] == "" {
				list[i].note("into", fmt.Sprintf("%q is no root; the roots are %s", a.Into, strings.Join(slices.Sorted(maps.Keys(r.Roots)), ", ")))
			}
		}
	}
	t.close()
}

// roots reads the directories of the build host. Without those of the trees there is
// nothing to move from or to.
func (t *table) roots() map[string]string {
	roots := map[string]string{}
	for key := range t.values {
		var path string
		t.treePath(key, &path)
		roots[key] = path
	}
	t.require(release.RoleFull, release.RoleSimple, release.RoleOld)
	return roots
}

func readArchiveRule(t *table) release.ArchiveRule {
	var a release.ArchiveRule
	t.strings("role", &a.Role)
	t.strings("from", &a.From)
	t.part("into", &a.Into)
	t.treePath("directory", &a.Directory, "dir", "series", "version")
	t.require("into")
	t.close()
	return a
}
