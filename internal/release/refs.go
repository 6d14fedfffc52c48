package release

import (
	"cmp"
	"net/url"
	"strings"
)

// pageOfMilestone is the page of a milestone at its source, empty where there is none.
func pageOfMilestone(s SourceState, id string) string {
	if s.Kind != KindQATracker {
		return ""
	}
	return MilestoneURL(s.Site, id)
}

// pageOfBuild is the page of a build at its source: on a milestone of a QA tracker that of
// its testcases, or that of the milestone where the build's own id is not known.
func pageOfBuild(s SourceState, milestone, build string) string {
	switch s.Kind {
	case KindQATracker:
		return cmp.Or(BuildURL(s.Site, milestone, build), MilestoneURL(s.Site, milestone))
	case KindTestObserver:
		return ArtefactURL(s.Site, build)
	}
	return ""
}

// seriesURL is the page of a series manifest at its source.
func seriesURL(s SourceState, id string) string {
	if s.Kind != KindQATracker || s.Site == "" || id == "" {
		return ""
	}
	return strings.TrimRight(s.Site, "/") + "/qatracker/series/" + url.PathEscape(id) + "/manifest"
}
