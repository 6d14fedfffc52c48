package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// imagesPage is the way to all publishing pages.
type imagesPage struct {
	Page
	Count  int
	Intro  html
	Picks  []pick       // what most people want
	Lines  []imagesLine // those with a release first
	Ended  []imagesLine // series that are no longer supported
	Places int          // publishing pages of the ended series
	Trees  Link         // lists for mirrors and programs
}

// pick is a release for most people, with the image that most of them need.
type pick struct {
	Link        // the publishing page
	Series      string
	LTS         bool
	SupportEnd  string
	Kind        string // "Desktop image"
	Description string
	Machine     string
	Main        fileView
	Version     string // of the image, and
	Newest      string // of the page, where they differ
	Awaited     bool   // that one is not out yet
}

// imagesLine is the pages of one series.
type imagesLine struct {
	ID       string
	Title    string
	Note     string // "released 25 April 2024"
	Releases []imagesDir
	Tests    []imagesDir
	Dailies  []imagesDir
}

type imagesDir struct {
	Link
	What  string // the kinds and machines that it has
	Tree  string
	Dir   string
	Count int
}

func (s *site) arrangeImages() imagesPage {
	p := imagesPage{Page: s.newPage("images/", "Images", "Download "+cmp.Or(s.config.Distribution, s.config.Title)+": every release by series, with test versions and daily builds.")}
	var trees []string
	for _, t := range s.picture.Trees {
		trees = append(trees, t.Name)
	}
	if len(trees) > 0 {
		s.rest(&p.Page, trees...)
	}
	p.Count, p.Picks = len(s.downloads), s.picks(&p.Page)
	pages := map[*release.Line][]*download{}
	for _, d := range s.downloads {
		l := s.line(d.series)
		pages[l] = append(pages[l], d)
	}
	for _, l := range append(slices.Clone(s.picture.Lines), nil) {
		all := pages[l]
		switch {
		case len(all) == 0:
		case l.SupportEnded(s.picture.AsOf):
			p.Ended, p.Places = append(p.Ended, s.imagesLine(&p.Page, l, all)), p.Places+len(all)
		default:
			p.Lines = append(p.Lines, s.imagesLine(&p.Page, l, all))
		}
	}
	slices.SortStableFunc(p.Lines, func(a, b imagesLine) int {
		return compareBools(len(a.Releases) == 0, len(b.Releases) == 0)
	})
	p.Intro = s.part("images", p.Root)
	if len(s.streams)+len(s.manifests) > 0 {
		p.Trees = Link{Text: "Lists for mirrors and programs", Href: p.to(treesRoot)}
	}
	return p
}

// picks are the releases of the first project of the rules that has any: the newest
// with long-term support, and the newest where that is another one.
func (s *site) picks(p *Page) []pick {
	for _, project := range s.rules.Projects {
		lts, newest := s.newestLTS(project.Name), s.newestRelease(project.Name)
		var picks []pick
		for _, d := range []*download{lts, newest} {
			if d != nil && (len(picks) == 0 || d != lts) {
				picks = append(picks, s.pick(p, d))
			}
		}
		if len(picks) > 0 {
			return picks
		}
	}
	return nil
}

// pick shows a release with its usual image: the first kind for the first machine, on
// whichever page that is.
func (s *site) pick(p *Page, d *download) pick {
	v := pick{Link: Link{Text: s.outTitle(d), Href: p.to(d.path)}, LTS: s.hasLTS(d)}
	l := s.line(d.series)
	v.Series, v.SupportEnd = l.DisplayName, day(supportEnd(l))
	var best *release.TreeImage
	for _, o := range s.editionsOf[d.edition] {
		for _, img := range o.images {
			if forMachine(img.Arch) && !s.inTesting(o, img.Version) && (best == nil || s.compareImages(img, best) < 0) {
				best = img
			}
		}
	}
	if best == nil {
		return v
	}
	v.Text = s.titleAs(d, best.Version)
	if best.Version != d.edition.version {
		v.Version, v.Newest, v.Awaited = best.Version, d.edition.version, s.inTesting(d, d.edition.version)
	}
	v.Machine, v.Main = s.machine(best.Arch), s.viewFile(best.Main(), best.URL)
	card := s.newCard(map[string]bool{}, best.PublishType)
	v.Kind, v.Description = card.Title, card.Description
	return v
}

// imagesLine shows the publishing pages of a series; of no known one for nil.
func (s *site) imagesLine(p *Page, l *release.Line, pages []*download) imagesLine {
	line := imagesLine{ID: "series", Title: "Of no known series"}
	if l != nil {
		line = imagesLine{ID: release.Slug("series-" + l.Slug), Title: seriesTitle(l), Note: s.lineNote(l)}
	}
	slices.SortFunc(pages, s.comparePages)
	for _, d := range pages {
		v := imagesDir{
			Link: Link{Text: s.listTitle(d), Href: p.to(d.path)}, What: holds(d), Tree: d.tree.Name, Dir: d.dir, Count: len(d.images),
		}
		switch {
		case d.kind != release.DirectoryRelease:
			line.Dailies = append(line.Dailies, v)
		case d.edition.stage != "":
			line.Tests = append(line.Tests, v)
		default:
			line.Releases = append(line.Releases, v)
		}
	}
	return line
}

// comparePages orders the pages of a series: by project, the newest first, of the
// tree with the most wanted images first; pending dailies last.
func (s *site) comparePages(a, b *download) int {
	return cmp.Or(
		compareBools(a.kind == release.DirectoryPending, b.kind == release.DirectoryPending),
		cmp.Compare(s.projectRank(a.project), s.projectRank(b.project)), strings.Compare(a.project, b.project),
		compareEditions(b.edition, a.edition), cmp.Compare(roleRank(a.tree.Role), roleRank(b.tree.Role)), compareTitles(a.path, b.path),
	)
}

// projectRank is the place of a project in the rules.
func (s *site) projectRank(name string) int {
	if _, i := s.rules.Project(name); i >= 0 {
		return i
	}
	return unranked
}

// compareBools puts what is not before what is.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// lineNote says where a series stands, as far as a rule tells.
func (s *site) lineNote(l *release.Line) string {
	if l.Rule == nil {
		return ""
	}
	today := s.picture.AsOf.UTC().Format("2006-01-02")
	switch {
	case l.SupportEnded(s.picture.AsOf):
		return "supported until " + day(l.Rule.EOL)
	case l.Rule.Released != "" && l.Rule.Released <= today:
		return "released " + day(l.Rule.Released)
	case l.Rule.Released != "":
		return "planned for " + day(l.Rule.Released)
	}
	return ""
}
