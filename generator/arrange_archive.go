package generator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// archivePage is the releases of the past, and where their images are now.
type archivePage struct {
	Page
	Answer string
	Intro  html
	Lines  []archiveLine // newest series first
	// Superseded are releases that are not in the archive yet, though newer ones are out.
	Superseded []supersededView
	Gone       []goneLine // series of which no tree holds anything
	Ended      html       // what the end of support means
}

// archiveLine is a series with what the trees hold of its past.
type archiveLine struct {
	ID       string
	Series   Link
	Dates    string // "Released 25 April 2013. Support ended on 27 January 2014."
	Finals   []archiveRelease
	Stages   []archiveRelease // betas and the like
	Images   int              // of Finals and Stages
	NotThere []string         // versions that came out and are in no tree
}

// archiveRelease is one release with the places of its images.
type archiveRelease struct {
	Title  string // "24.04.1", "25.10 Beta"
	Places []archivePlace
	// Netboot leads to its sets for starting a machine over the network; empty where the
	// trees hold none.
	Netboot Link
	image   *release.TreeImage // the newest of them, to sort by
}

type archivePlace struct {
	Page   Link // the publishing page
	Tree   string
	Where  Link // the directory in the tree
	Images int
}

// supersededView is a release that a newer one has superseded, where it still lies.
type supersededView struct {
	Series Link
	Title  string
	Newer  string
	Images string // "12 images"
	Places []Link // the publishing pages
	Waits  string // why it is not archived yet; empty where it can be
}

// goneLine is a series of which no image is known.
type goneLine struct {
	Version, Name, Released, Ended string
}

func (s *site) arrangeArchive() archivePage {
	p := archivePage{Page: s.newPage("archive/", "Archive", "Releases of the past of "+s.config.Distribution+", and where their images are now.")}
	s.restOnTrees(&p.Page)
	releases, images := 0, 0
	for _, l := range s.picture.Lines {
		v := s.viewArchived(&p.Page, l)
		if v.Images == 0 {
			continue
		}
		p.Lines = append(p.Lines, v)
		releases += len(v.Finals)
		images += v.Images
	}
	p.Superseded = s.viewSuperseded(&p.Page)
	p.Gone = s.goneSeries()
	p.Answer = "No image of a past release is in the trees."
	if images > 0 {
		p.Answer = plural(releases, "release") + " of the past, " + plural(images, "image") + "."
	}
	p.Intro, p.Ended = s.part("archive", p.Root), s.part("archive-support", p.Root)
	return p
}

// viewSuperseded lists what archive-set could move, but for what the page shows as past
// anyway.
func (s *site) viewSuperseded(p *Page) []supersededView {
	var views []supersededView
	for _, r := range s.rules.Superseded(s.picture) {
		if r.Line.SupportEnded(s.picture.AsOf) {
			continue
		}
		v := supersededView{
			Series: Link{Text: seriesTitle(r.Line), Href: p.to(s.seriesPath(r.Line))},
			Title:  r.Version, Newer: r.Newer, Images: plural(len(r.Images), "image"),
			Waits: waitsFor(r.Waits),
		}
		for _, i := range r.Images {
			if d := s.downloadAt(i.Tree, i.Dir); d != nil {
				place := Link{Text: s.titleWords(d).project, Href: p.to(d.path)}
				if slices.ContainsFunc(v.Places, func(o Link) bool { return o.Text == place.Text && o.Href != place.Href }) {
					place.Text += " in " + d.tree.Name
				}
				if !slices.Contains(v.Places, place) {
					v.Places = append(v.Places, place)
				}
			}
		}
		slices.SortStableFunc(v.Places, func(a, b Link) int { return compareTitles(a.Text, b.Text) })
		views = append(views, v)
	}
	return views
}

// reasonsShown is how many reasons a row of a table tells.
const reasonsShown = 3

// waitsFor tells the first reasons why a release cannot be archived yet.
func waitsFor(reasons []string) string {
	shown := min(len(reasons), reasonsShown)
	text := strings.Join(reasons[:shown], "; ")
	if more := len(reasons) - shown; more > 0 {
		text += "; and " + plural(more, "more reason")
	}
	return text
}

// restOnTrees says that a page rests on the trees alone.
func (s *site) restOnTrees(p *Page) {
	var trees []string
	for _, t := range s.picture.Trees {
		trees = append(trees, t.Name)
	}
	if len(trees) > 0 {
		s.rest(p, trees...)
	}
}

// isPast reports whether a directory belongs in the archive: an old tree holds it, or
// ordinary support of its series has ended.
func (s *site) isPast(d *download, l *release.Line) bool {
	if d.kind != release.DirectoryRelease {
		return false
	}
	return d.tree.Role == release.RoleOld || l.SupportEnded(s.picture.AsOf)
}

// kindOfImage is what stays the same from one point release to the next.
type kindOfImage struct{ project, publishType, arch string }

func kindOf(img *release.TreeImage) kindOfImage {
	return kindOfImage{img.Project, img.PublishType, img.Arch}
}

// newestOfKind is the newest version of each kind of image of a series that is out.
func (s *site) newestOfKind(l *release.Line) map[kindOfImage]string {
	newest := map[kindOfImage]string{}
	for _, d := range s.downloads {
		if d.series != l.Slug || d.kind != release.DirectoryRelease {
			continue
		}
		for _, img := range d.images {
			if k := kindOf(img); img.Milestone == "" && !s.inTesting(d, img.Version) && release.CompareBuildIDs(img.Version, newest[k]) > 0 {
				newest[k] = img.Version
			}
		}
	}
	return newest
}

// isReplaced reports whether a later point release has the same image.
func isReplaced(d *download, img *release.TreeImage, newest map[kindOfImage]string) bool {
	return d.kind == release.DirectoryRelease && img.Milestone == "" && img.Version != "" &&
		release.CompareBuildIDs(newest[kindOf(img)], img.Version) > 0
}

// netbootOf leads to the sets of a release for starting over the network.
func (s *site) netbootOf(p *Page, l *release.Line, version string) Link {
	for _, n := range s.picture.Netboot {
		if n.Line != l {
			continue
		}
		for _, e := range listed(n) {
			if e.Version == version && e.Milestone == "" && e.Kind == release.ImageRelease {
				return Link{Text: "netboot", Href: p.to(s.netbootPath(l)) + "#" + netbootID(e.Arch)}
			}
		}
	}
	return Link{}
}

func (s *site) viewArchived(p *Page, l *release.Line) archiveLine {
	v := archiveLine{
		ID: "series-" + release.Slug(l.Slug), Dates: seriesDates(l.Rule, s.picture.AsOf),
		Series: Link{Text: seriesTitle(l), Href: p.to(s.seriesPath(l))},
	}
	newest := s.newestOfKind(l)
	known := map[string]bool{}
	for _, d := range s.downloads {
		if d.series != l.Slug {
			continue
		}
		for _, img := range d.images {
			known[img.Version] = true
			if s.isPast(d, l) || isReplaced(d, img, newest) {
				s.archive(p, &v, d, img)
			}
		}
	}
	for _, all := range []*[]archiveRelease{&v.Finals, &v.Stages} {
		slices.SortStableFunc(*all, func(a, b archiveRelease) int {
			return cmp.Or(
				release.CompareBuildIDs(b.image.Version, a.image.Version),
				b.image.Main().Modified.Compare(a.image.Main().Modified),
				compareStages(a.image.Milestone, b.image.Milestone),
			)
		})
		for i := range *all {
			slices.SortStableFunc((*all)[i].Places, func(a, b archivePlace) int { return compareTitles(a.Page.Text, b.Page.Text) })
		}
	}
	for i := range v.Finals {
		v.Finals[i].Netboot = s.netbootOf(p, l, v.Finals[i].Title)
	}
	v.NotThere = cameOut(l, known, s.newestOut(l), s.picture.AsOf)
	return v
}

// archive counts an image where it lies.
func (s *site) archive(p *Page, v *archiveLine, d *download, img *release.TreeImage) {
	into := &v.Finals
	if img.Milestone != "" {
		into = &v.Stages
	}
	i := slices.IndexFunc(*into, func(r archiveRelease) bool {
		return r.image.Version == img.Version && r.image.Milestone == img.Milestone
	})
	if i < 0 {
		i = len(*into)
		*into = append(*into, archiveRelease{Title: joined(img.Version, stageWords(img.Milestone)), image: img})
	}
	r := &(*into)[i]
	if img.Main().Modified.After(r.image.Main().Modified) {
		r.image = img
	}
	page := p.to(d.path)
	k := slices.IndexFunc(r.Places, func(o archivePlace) bool { return o.Page.Href == page })
	if k < 0 {
		k = len(r.Places)
		r.Places = append(r.Places, archivePlace{
			Page: Link{Text: s.titleWords(d).project, Href: page}, Tree: d.tree.Name,
			Where: Link{Text: d.dir, Href: webURL(d.dirs[0].URL)},
		})
	}
	r.Places[k].Images++
	v.Images++
}

// seriesDates tells when a series came out and how long it is, or was, supported.
func seriesDates(r *release.SeriesRule, now time.Time) string {
	if r == nil {
		return ""
	}
	today := now.UTC().Format(time.DateOnly)
	var words []string
	if r.Released != "" && r.Released <= today {
		words = append(words, "Released "+day(r.Released)+".")
	}
	later := max(r.EOLESM, r.EOLLegacy)
	switch {
	case r.EOL == "":
	case !r.SupportEnded(now):
		words = append(words, "Supported until "+day(r.EOL)+": a newer release of it is what to take.")
	case later >= today:
		words = append(words, "Ordinary support ended on "+day(r.EOL)+"; extended support, for those who have it, goes on until "+day(later)+".")
	default:
		words = append(words, "Support ended on "+day(max(r.EOL, r.EOLServer))+".")
	}
	return strings.Join(words, " ")
}

// cameOut are the versions that a series is known to have had by a moment and that are
// not among the known ones, when the given version was the newest that was out.
func cameOut(l *release.Line, known map[string]bool, newest string, asOf time.Time) []string {
	r := l.Rule
	if r == nil {
		return nil
	}
	var missing []string
	for _, version := range append([]string{r.Version, r.PointVersion}, r.Versions...) {
		if version != "" && !known[version] && !isToCome(l, version, newest, asOf) && !slices.Contains(missing, version) {
			missing = append(missing, version)
		}
	}
	slices.SortFunc(missing, func(a, b string) int { return release.CompareBuildIDs(b, a) })
	return missing
}

// goneSeries are the series that have ended and of which no tree holds a release,
// newest first. Nothing is said while no tree has told anything.
func (s *site) goneSeries() []goneLine {
	if len(s.downloads) == 0 {
		return nil
	}
	var gone []goneLine
	for i := range slices.Backward(s.rules.Series) {
		r := &s.rules.Series[i]
		held := slices.ContainsFunc(s.downloads, func(d *download) bool {
			return d.series == r.Name && d.kind == release.DirectoryRelease && len(d.images) > 0
		})
		if !held && r.Released != "" && r.SupportEnded(s.picture.AsOf) {
			gone = append(gone, goneLine{r.Version, cmp.Or(r.DisplayName, r.Name), day(r.Released), day(r.EOL)})
		}
	}
	return gone
}

// stageWords is how a milestone reads that a file name tells: "snapshot3" is
// "Snapshot 3".
func stageWords(milestone string) string {
	if at := strings.IndexAny(milestone, "0123456789"); at > 0 {
		milestone = strings.TrimRight(milestone[:at], "-") + " " + milestone[at:]
	}
	return capital(milestone)
}
