package config

import (
	"regexp"

	"shiplist/internal/release"
)

// contentForm is what a content id may look like: names with dots, parted by colons. It
// is also the name of a file.
var contentForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*(:([A-Za-z0-9][A-Za-z0-9._+-]*|\{project\}))*$`)

// isContentID reports whether a text may be a content id. The list of one that is called
// index would take the place of the index.
func isContentID(text string) bool { return contentForm.MatchString(text) && text != "index" }

func readStream(t *table) release.StreamRule {
	var r release.StreamRule
	t.checked("content", &r.Content, isContentID, `a content id; write it like "com.ubuntu.releases:{project}"`)
	oneOf(t, "role", &r.Role, release.RoleFull, release.RoleSimple, release.RoleOld)
	oneOf(t, "of", &r.Of, release.StreamReleases, release.StreamDailies, release.StreamCore)
	t.strings("project", &r.Project)
	t.treePath("directory", &r.Directory)
	t.treePath("base", &r.Base)
	t.strings("aliased", &r.Aliased)
	t.require("content", "role", "of")
	t.close()
	if r.Content != "" {
		where := r.Role + " tree"
		if r.Directory != "" {
			where += ", " + r.Directory
		}
		t.doc.unique("stream", r.Content+" in the "+where, t.at("content"), "give one of them another content id or directory")
	}
	return r
}
