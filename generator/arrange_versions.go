package generator

import (
	"cmp"
	"slices"

	"shiplist/internal/release"
)

// Rule of this file: whoever comes to a page finds the releases before and after it,
// wherever they lie, and is told when there is something newer. Dailies have no
// version; their way out is the newest release that is supported.

// versionLink is another release of the same project.
type versionLink struct {
	Link
	Newest   bool // of all that are supported
	LTS      bool // the newest of those with long-term support
	Next     bool // the one after this one that is supported
	Previous bool // the one before it
	Near     bool // no series of the rules lies between the two
	Testing  bool // it is not out yet
	Ended    bool // no longer supported
}

// collectReleases lists the finals of every project, newest first: for each version
// the page on which most people look.
func (s *site) collectReleases() {
	s.releasesOf = map[string][]*download{}
	place := make(map[string]int, len(s.picture.Lines))
	for i, l := range s.picture.Lines {
		place[l.Slug] = i
	}
	for e, all := range s.editionsOf {
		if e.project != "" && e.kind == release.DirectoryRelease && e.stage == "" {
			s.releasesOf[e.project] = append(s.releasesOf[e.project], mainOf(all))
		}
	}
	for _, all := range s.releasesOf {
		slices.SortFunc(all, func(a, b *download) int {
			return cmp.Or(cmp.Compare(place[a.series], place[b.series]), release.CompareBuildIDs(b.edition.version, a.edition.version))
		})
	}
}

// openVersion is a version of a series that is in testing. Its images may lie in the
// trees already.
type openVersion struct{ series, version string }

// openVersions are those whose release milestone is open, in the order of the series.
func (s *site) openVersions() []openVersion {
	var open []openVersion
	for _, l := range s.picture.Lines {
		for _, m := range l.Milestones {
			if version, status := s.rules.MilestoneNames(l.Slug, m.Slug); m.Open && m.Kind == release.KindRelease && status == release.FinalStatus {
				open = append(open, openVersion{l.Slug, version})
			}
		}
	}
	return open
}

// findOut finds the newest final on each page that is out.
func (s *site) findOut() {
	for _, d := range s.downloads {
		for _, img := range d.images {
			if d.kind == release.DirectoryRelease && img.Milestone == "" && !s.inTesting(d, img.Version) && release.CompareBuildIDs(img.Version, d.out) > 0 {
				d.out = img.Version
			}
		}
	}
}

// inTesting reports whether a version of a page's series is not out yet.
func (s *site) inTesting(d *download, version string) bool {
	return slices.Contains(s.open, openVersion{d.series, version})
}

// isComing reports whether an image is of a release that is not out yet.
func (s *site) isComing(img *release.TreeImage) bool {
	return img.Kind == release.ImageRelease && img.Milestone == "" && slices.Contains(s.open, openVersion{img.Series, img.Version})
}

// isAwaited reports whether all that a page has is of a release that is not out yet.
func (s *site) isAwaited(d *download) bool {
	return d.kind == release.DirectoryRelease && d.out == "" && slices.ContainsFunc(d.images, s.isComing)
}

// outTitle is the title of a page by the newest version on it that is out.
func (s *site) outTitle(d *download) string { return s.titleAs(d, d.out) }

// mainOf is the first page of a release that has something for machines.
func mainOf(all []*download) *download {
	for _, d := range all {
		if slices.ContainsFunc(d.images, func(img *release.TreeImage) bool { return forMachine(img.Arch) }) {
			return d
		}
	}
	return all[0]
}

// ended reports whether the standard support of a page's series is over.
func (s *site) ended(d *download) bool { return s.line(d.series).SupportEnded(s.picture.AsOf) }

// supportEnd is the last day of standard support, YYYY-MM-DD; empty where no rule
// tells it.
func supportEnd(l *release.Line) string {
	if l == nil || l.Rule == nil {
		return ""
	}
	return l.Rule.EOL
}

// hasLTS reports whether a page's series has long-term support.
func (s *site) hasLTS(d *download) bool {
	l := s.line(d.series)
	return l != nil && l.Rule != nil && l.Rule.LTS
}

// newestRelease is the page with the newest final of a project that is out and
// supported, nil for none.
func (s *site) newestRelease(project string) *download {
	for _, d := range s.releasesOf[project] {
		if !s.ended(d) && d.out != "" {
			return d
		}
	}
	return nil
}

// newestLTS is the newest of them that has long-term support.
func (s *site) newestLTS(project string) *download {
	for _, d := range s.releasesOf[project] {
		if !s.ended(d) && d.out != "" && s.hasLTS(d) {
			return d
		}
	}
	return nil
}

// newerInSeries is what came after a page in its series: a later point release, the
// final after a beta, a later snapshot. Nil for none, and for dailies.
func (s *site) newerInSeries(d *download) *download {
	if d.kind != release.DirectoryRelease || d.project == release.Other || s.line(d.series) == nil {
		return nil
	}
	best := d
	for _, o := range s.ofProject[projectKey{d.series, d.project}] {
		if o.kind == d.kind && !s.isAwaited(o) && compareEditions(shownEdition(o), shownEdition(best)) > 0 {
			best = o
		}
	}
	if best == d {
		return nil
	}
	return mainOf(s.editionsOf[best.edition])
}

// shownEdition is the release that a page offers first.
func shownEdition(d *download) edition {
	e := d.edition
	e.version = shownVersion(d)
	return e
}

// compareEditions orders what is released in one series by time.
func compareEditions(a, b edition) int {
	if a.version == "" || b.version == "" {
		return 0
	}
	return cmp.Or(release.CompareBuildIDs(a.version, b.version), compareStages(b.stage, a.stage))
}

// versions are the releases around a page: the newest of every series that is
// supported, and the ones right before and after it.
func (s *site) versions(p *Page, d *download) []versionLink {
	all := s.releasesOf[d.project]
	final := d.kind == release.DirectoryRelease && d.edition.stage == ""
	at := slices.IndexFunc(all, func(o *download) bool {
		return o.series == d.series && (!final || o.edition.version == d.edition.version)
	})
	newest, lts := s.newestRelease(d.project), s.newestLTS(d.project)
	next := at - 1
	for next >= 0 && s.ended(all[next]) {
		next--
	}
	var links []versionLink
	for i, o := range all {
		v := versionLink{
			Newest: o == newest, LTS: o == lts, Ended: s.ended(o),
			Next: i == next, Previous: at >= 0 && i == at+1,
			Near: s.near(d, o), Testing: o.out == "",
		}
		supported := !v.Ended && (i == 0 || all[i-1].series != o.series || all[i-1].out == "")
		if i == at && final || i != at && !supported && !v.Next && !v.Previous {
			continue
		}
		v.Link = Link{Text: s.outTitle(o), Href: p.to(o.path)}
		if v.Testing {
			v.Text = s.bareTitle(o)
		}
		links = append(links, v)
	}
	return links
}

// near reports whether two pages are of one series or of two that follow each other in
// the rules.
func (s *site) near(a, b *download) bool {
	place := func(d *download) int {
		return slices.IndexFunc(s.rules.Series, func(r release.SeriesRule) bool { return r.Name == d.series })
	}
	i, j := place(a), place(b)
	return a.series == b.series || i >= 0 && j >= 0 && (i-j == 1 || j-i == 1)
}
