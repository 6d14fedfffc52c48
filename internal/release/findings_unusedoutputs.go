package release

import (
	"slices"
	"strings"
)

// unusedStreams are the rules whose lists have no image of any tree.
func (j *joiner) unusedStreams() []string {
	used := map[int]bool{}
	for i := range j.rules.Streams {
		used[i] = slices.ContainsFunc(j.p.Trees, j.rules.Streams[i].lists)
	}
	return unusedRules(j.rules.Streams, used, func(_ int, r *StreamRule) string {
		return selected(selection{"role", []string{r.Role}}, selection{"of", []string{string(r.Of)}}, selection{"project", r.Project}, selection{"base", filled(r.Base)})
	})
}

// filled is a list of one pattern, or of none where it is empty.
func filled(pattern string) []string {
	if pattern == "" {
		return nil
	}
	return []string{pattern}
}

// lists reports whether a rule takes any image of a tree.
func (r *StreamRule) lists(t *Tree) bool {
	return t.Role == r.Role && slices.ContainsFunc(t.Directories, func(d *TreeDirectory) bool {
		inside := r.Base == "" || strings.HasPrefix(d.Path+"/", r.Base+"/")
		return inside && slices.ContainsFunc(d.Images, func(img *TreeImage) bool { return r.Takes(d, img) })
	})
}

// Takes reports whether the lists of a rule, which are of trees of its role, have an image
// of a directory. Betas and snapshots are in none: who asks a list for the newest release
// wants a release.
func (r *StreamRule) Takes(d *TreeDirectory, img *TreeImage) bool {
	if !Match(r.Project, img.Project) {
		return false
	}
	dated := d.Kind == DirectoryDated && img.Kind == ImageDaily
	switch r.Of {
	case StreamReleases:
		final := d.Kind == DirectoryRelease && (d.Status == "" || d.Status == "release")
		return final && img.Kind == ImageRelease && img.Milestone == "" && img.Version != ""
	case StreamDailies:
		return dated && d.BuildID != ""
	case StreamCore:
		return dated || d.Kind == DirectoryCurrent
	}
	return false
}

// unusedHandovers are the rules that select what is nowhere. One for milestones that a
// series may still get waits for them, and that no milestone is in testing today is well.
func (j *joiner) unusedHandovers() []string {
	used := map[int]bool{}
	for i := range j.rules.Handovers {
		used[i] = j.handsNothing(&j.rules.Handovers[i]) == ""
	}
	return unusedRules(j.rules.Handovers, used, func(_ int, r *HandoverRule) string { return j.handsNothing(r) })
}

// handsNothing is what a rule selects and nothing known fits, in words; empty where it
// hands something over, or may.
func (j *joiner) handsNothing(r *HandoverRule) string {
	none := func(patterns []string, fits func(l *Line, pattern []string) bool) []string {
		return slices.DeleteFunc(slices.Clone(patterns), func(p string) bool {
			return slices.ContainsFunc(j.p.Lines, func(l *Line) bool { return fits(l, []string{p}) })
		})
	}
	words := selected(
		selection{"series", none(r.Series, func(l *Line, p []string) bool { return j.rules.MatchSeries(p, l.Slug) })},
		selection{"milestone", none(r.Milestone, func(l *Line, p []string) bool {
			return j.rules.MatchSeries(r.Series, l.Slug) && (j.comes(l, p[0]) || slices.ContainsFunc(l.Milestones, func(m *Manifest) bool {
				return m.Kind == KindRelease && Match(p, m.Slug)
			}))
		})},
	)
	if words != "" || j.hasImages(r) {
		return words
	}
	return selected(selection{"project", r.Project}, selection{"publish type", r.PublishType}, selection{"architecture", r.Arch})
}

// hasImages reports whether anything fits what a rule wants of images: a product of any
// milestone of its series; of the site, a released image or an installer.
func (j *joiner) hasImages(r *HandoverRule) bool {
	wants := func(series, project, publishType, arch string) bool {
		return j.rules.MatchSeries(r.Series, series) && r.Wants(project, publishType, arch)
	}
	if r.Of == HandoverMilestone {
		return slices.ContainsFunc(j.allRows(), func(row *Row) bool {
			i := row.Identity
			return wants(row.Manifest.Line.Slug, i.Project, i.PublishType, i.Arch)
		})
	}
	for i := range j.planted {
		if img := &j.planted[i]; img.Kind == ImageRelease && wants(img.Series, img.Project, img.PublishType, img.Arch) {
			return true
		}
	}
	return slices.ContainsFunc(j.p.Netboot, func(n *NetbootSeries) bool {
		return len(r.Project)+len(r.PublishType) == 0 && slices.ContainsFunc(n.Entries, func(e *NetbootEntry) bool { return wants(n.Line.Slug, "", "", e.Arch) })
	})
}
