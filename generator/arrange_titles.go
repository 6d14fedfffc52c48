package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// directoryTitle is what a person would call the directory: "Kubuntu 24.04.3 LTS
// (Noble Numbat)", "Kubuntu (Noble Numbat) daily build".
func (s *site) directoryTitle(d *download) string {
	name := d.series
	if l := s.line(d.series); l != nil && l.DisplayName != "" {
		name = l.DisplayName
	}
	words := s.titleWords(d)
	words.version = s.versionWords(d, s.pageVersion(d))
	return joined(words.project, words.version, words.stage, words.part, "("+name+")", words.daily)
}

// pageVersion is the version by which a page is titled: that of all its images, or that
// of the series where some of them are of another point release.
func (s *site) pageVersion(d *download) string {
	if l := s.line(d.series); d.mixed && l != nil && l.Version != "" {
		return l.Version
	}
	return shownVersion(d)
}

// titleBeside is what tells a page of the same release from another: its title, else the
// tree, else the place in that.
func (s *site) titleBeside(d, o *download) string {
	switch title := o.short; {
	case title != d.short:
		return title
	case o.tree != d.tree:
		return o.tree.Name
	}
	return o.dir
}

// findTitles finds what pages call each other: many call the same one.
func (s *site) findTitles() {
	for _, d := range s.downloads {
		d.short = s.titleAs(d, shownVersion(d))
	}
}

// bareTitle is that for where it is said already that a release is in testing.
func (s *site) bareTitle(d *download) string {
	words := s.titleWords(d)
	if s.isAwaited(d) {
		words.stage = ""
	}
	return joined(words.project, words.version, words.stage, words.part, words.daily)
}

// titleAs is that with another version than the one of the page.
func (s *site) titleAs(d *download, version string) string {
	words := s.titleWords(d)
	words.version = s.versionWords(d, version)
	return joined(words.project, words.version, words.stage, words.part, words.daily)
}

// directoryDescription is what a search engine shows below the title.
func (s *site) directoryDescription(d *download) string {
	text := "Download " + s.directoryTitle(d)
	if what := holds(d); what != "" {
		text += ": " + what
	}
	return text + ". With sizes, checksums, and how to check the download."
}

func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

type titleWords struct{ project, version, stage, part, daily string }

func (s *site) titleWords(d *download) titleWords {
	w := titleWords{project: d.project, version: s.versionWords(d, shownVersion(d)), stage: stageOf(d)}
	if s.isAwaited(d) {
		w.stage = "in testing"
	}
	if p, _ := s.rules.Project(d.project); p != nil && p.Title != "" {
		w.project = p.Title
	}
	if d.project == release.Other {
		w.project = capital(release.Other)
	}
	switch d.kind {
	case release.DirectoryCurrent:
		w.daily = "daily build"
	case release.DirectoryPending:
		w.daily = "pending daily build"
	}
	if len(d.images) > 0 && !slices.ContainsFunc(d.images, func(img *release.TreeImage) bool { return forMachine(img.Arch) }) {
		w.part = strings.ToLower(s.newCard(map[string]bool{}, d.images[0].PublishType).Title)
	}
	if kind := imageType(d); w.daily != "" && kind != "" {
		w.daily += ", " + kind
	}
	return w
}

// versionWords is a version as titles tell it: "24.04.3 LTS".
func (s *site) versionWords(d *download, version string) string {
	if version != "" && s.hasLTS(d) {
		return version + " LTS"
	}
	return version
}

// imageType tells the dailies of one project apart: "preinstalled" for
// daily-preinstalled; nothing for the usual one.
func imageType(d *download) string {
	for _, img := range d.images {
		if kind := strings.TrimPrefix(img.ImageType, "daily-"); kind != "live" && kind != "daily" {
			return kind
		}
	}
	return ""
}

// shownVersion is the version that a page offers first: the newest on it that is out;
// that of what it holds where none is.
func shownVersion(d *download) string { return cmp.Or(d.out, newestVersion(d)) }

func newestVersion(d *download) string {
	v := ""
	for _, img := range d.images {
		if v == "" || release.CompareBuildIDs(img.Version, v) > 0 {
			v = img.Version
		}
	}
	return v
}

// stageOf is the stage of a directory that holds no final: "Beta 2".
func stageOf(d *download) string {
	stage := ""
	for _, img := range d.images {
		if img.Milestone == "" {
			return ""
		}
		stage = img.Milestone
	}
	return stageWords(stage)
}

// titled is a page with its title in a list of pages of its series.
type titled struct {
	*download
	title string
}

// listPages lists the pages of each series.
func (s *site) listPages() {
	s.ofSeries = map[string][]titled{}
	for _, d := range s.downloads {
		s.ofSeries[d.series] = append(s.ofSeries[d.series], titled{d, s.listTitle(d)})
	}
	for _, pages := range s.ofSeries {
		slices.SortStableFunc(pages, func(a, b titled) int { return compareTitles(a.title, b.title) })
	}
}

// listTitle is a page's title in a list of pages of one series, where two must not
// read the same.
func (s *site) listTitle(d *download) string {
	title := d.short
	for _, o := range s.siblings(d) {
		if o.short == title {
			return title + " (" + d.tree.Name + ")"
		}
	}
	return title
}
