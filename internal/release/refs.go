package release

// milestoneURL is the page of a milestone at its source, empty where there is none.
func milestoneURL(s SourceState, id string) string {
	if s.Kind != "qatracker" || s.Site == "" || id == "" {
		return ""
	}
	return s.Site + "/qatracker/milestones/" + id + "/builds"
}

// buildURL is the testcases page of a build on a milestone at its source, or that
// of the milestone where the build's own id is not known.
func buildURL(s SourceState, milestone, build string) string {
	url := milestoneURL(s, milestone)
	if url == "" || build == "" {
		return url
	}
	return url + "/" + build + "/testcases"
}
