package release

import (
	"net/url"
	"strings"
)

// MilestoneURL is the page of a milestone on a QA tracker, with its builds and
// their results. It is empty where the tracker has no public address or the
// milestone no id.
func MilestoneURL(site, milestone string) string {
	if site == "" || milestone == "" {
		return ""
	}
	return strings.TrimRight(site, "/") + "/qatracker/milestones/" + url.PathEscape(milestone) + "/builds"
}

// BuildURL is the page of a build's testcases on a milestone of a QA tracker, where
// results are reported and the note is shown. It is empty where a part is missing.
func BuildURL(site, milestone, build string) string {
	page := MilestoneURL(site, milestone)
	if page == "" || build == "" {
		return ""
	}
	return page + "/" + url.PathEscape(build) + "/testcases"
}

// ArtefactURL is the page of an image at a Test Observer. It is empty where a part is
// missing.
func ArtefactURL(site, id string) string {
	if site == "" || id == "" {
		return ""
	}
	return strings.TrimRight(site, "/") + "/#/images/" + url.PathEscape(id)
}
