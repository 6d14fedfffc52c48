package config

import (
	"regexp"
	"strings"

	"shiplist/internal/release"
)

// handoverForm is what the file of a hand-over may be called. It lies beside others that
// the program writes, in a directory of its own.
var handoverForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$`)

func isHandover(s string) bool {
	return len(s) <= 100 && handoverForm.MatchString(s) && !strings.HasPrefix(s, "index.")
}

func readHandover(t *table) release.HandoverRule {
	var r release.HandoverRule
	t.checked("name", &r.Name, isHandover, `the name of a file with its ending; write it like "checksums.yaml"`)
	t.text("title", &r.Title)
	oneOf(t, "of", &r.Of, release.HandoverMilestone, release.HandoverSite)
	oneOf(t, "when", &r.When, release.HandoverTesting, release.HandoverReleased)
	t.series("series", &r.Series)
	t.strings("milestone", &r.Milestone)
	t.strings("project", &r.Project)
	t.strings("publish_type", &r.PublishType)
	t.strings("arch", &r.Arch)
	t.require("name", "title", "of")
	if r.Of == release.HandoverSite {
		for _, key := range []string{"when", "milestone"} {
			if t.has(key) {
				t.note(key, `is for files of milestones; leave it out, or write of = "milestone"`)
			}
		}
	}
	t.close()
	if r.Name != "" {
		t.doc.unique("hand-over", r.Name, t.at("name"), "give one of them another name")
	}
	return r
}
