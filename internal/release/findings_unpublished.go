package release

import (
	"fmt"
	"slices"
)

// findUnpublished looks at the newest release of each series that is cared for: one
// finding for the products that were ready in it and do not lie where they should. Older
// releases are not judged, as their files move to the archive.
func (j *joiner) findUnpublished() {
	for _, l := range j.p.Lines {
		if l.Slug != Other && l.Status != SeriesDisabled && !l.SupportEnded(j.asOf) {
			if m := newestReleased(l); m != nil {
				j.findUnpublishedOf(m)
			}
		}
	}
}

// newestReleased is the newest milestone of a series that was released; nil where there
// is none, or a release is under way that may take away its files.
func newestReleased(l *Line) *Manifest {
	for _, m := range slices.Backward(l.Milestones) {
		switch {
		case m.Kind != KindRelease:
		case m.Open:
			return nil
		case m.Status == MilestoneReleased:
			return m
		}
	}
	return nil
}

// findUnpublishedOf looks at one release; products that a check names have a finding of
// their own.
func (j *joiner) findUnpublishedOf(m *Manifest) {
	const rule = "released-not-published"
	var all []*Row
	for _, r := range m.Rows() {
		switch {
		case !r.releases() || r.State != StateReady || r.Release != nil || r.Location == nil || j.seen(r.Location.Tree).IsZero():
		case j.splitsOff(rule, spot{rows: []*Row{r}}.about(&Finding{})):
			j.reportUnpublished(rule, m, []*Row{r})
		default:
			all = append(all, r)
		}
	}
	if len(all) > 0 {
		j.reportUnpublished(rule, m, all)
	}
}

func (j *joiner) reportUnpublished(rule string, m *Manifest, all []*Row) {
	var products []*ProductLine
	for _, r := range all {
		products = append(products, r.Product)
	}
	j.report(Finding{
		Rule:     rule,
		Text:     fmt.Sprintf("%s: ready and released with %s, and not where the rules say.", titleWords(products), m.Title),
		Advice:   "Publish what is missing, or correct the [[publish]] rules.",
		Actor:    ActorRelease,
		Evidence: []Evidence{says(j.stateOf(all[0].Location.Tree), all[0].Location.URL, "does not hold "+products[0].Title)},
	}, spot{rows: all})
}
