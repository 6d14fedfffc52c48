package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// download is a publishing page to be: a release directory, or what the current
// or pending of the dailies shows, which may lie in several dated directories.
type download struct {
	tree    *release.Tree
	path    string // of the page
	dir     string // below the tree, as people know it
	series  string
	project string
	kind    release.DirectoryKind
	dirs    []*release.TreeDirectory
	images  []*release.TreeImage
	netboot []*release.NetbootEntry
	outline []card // kinds and machines, without the files
	edition edition
	mixed   bool   // the newest images for its machines are of different versions
	out     string // newest final on it that is out; empty for none
	short   string // title without the series, for pages on which that is plain
}

// projectKey is a project in a series.
type projectKey struct{ series, project string }

// collectDownloads finds the publishing pages. Dated dailies have none of their
// own: only what current and pending show today.
func (s *site) collectDownloads() {
	s.downloadOf = map[*release.TreeDirectory]*download{}
	s.directories = map[treeDir]*release.TreeDirectory{}
	index := map[string]*download{}
	for _, t := range s.picture.Trees {
		for _, d := range t.Directories {
			s.directories[treeDir{t.Name, d.Path}] = d
			switch d.Kind {
			case release.DirectoryRelease, release.DirectoryCurrent, release.DirectoryPending:
				s.downloadFor(index, t, d, d.Path, d.Kind).take(d, d.Images, d.Netboot)
			case release.DirectoryDated:
				s.collectDated(index, t, d)
			}
		}
	}
	slices.SortFunc(s.downloads, func(a, b *download) int { return strings.Compare(a.path, b.path) })
	s.open, s.ofProject = s.openVersions(), map[projectKey][]*download{}
	for _, d := range s.downloads {
		s.sortImages(d.images)
		d.edition = editionOf(d)
		key := projectKey{d.series, d.project}
		s.ofProject[key] = append(s.ofProject[key], d)
	}
	s.findOut()
}

// collectDated gives the images of a dated directory to the current and pending
// that show them.
func (s *site) collectDated(index map[string]*download, t *release.Tree, d *release.TreeDirectory) {
	for kind, shows := range map[release.DirectoryKind]func(current, pending bool) bool{
		release.DirectoryCurrent: func(current, _ bool) bool { return current },
		release.DirectoryPending: func(_, pending bool) bool { return pending },
	} {
		var images []*release.TreeImage
		for _, img := range d.Images {
			if shows(img.Current, img.Pending) {
				images = append(images, img)
			}
		}
		var sets []*release.NetbootEntry
		for _, n := range d.Netboot {
			if shows(n.Current, n.Pending) {
				sets = append(sets, n)
			}
		}
		if len(images)+len(sets) > 0 {
			s.downloadFor(index, t, d, shownAt(d, string(kind)), kind).take(d, images, sets)
		}
	}
}

// shownAt is the path below the tree at which current or pending shows a dated
// directory.
func shownAt(d *release.TreeDirectory, name string) string {
	for _, a := range d.Aliases {
		if a == name || strings.HasSuffix(a, "/"+name) {
			return a
		}
	}
	if parent := parentOf(d.Path); parent != "" {
		return parent + "/" + name
	}
	return name
}

// downloadFor finds or makes the page for a directory.
func (s *site) downloadFor(index map[string]*download, t *release.Tree, d *release.TreeDirectory, dir string, kind release.DirectoryKind) *download {
	p := treePath(t.Name, dir)
	if known, ok := index[p]; ok {
		s.claimDirectory(d, known)
		return known
	}
	page := &download{tree: t, path: p, dir: dir, series: d.Series, project: d.Project, kind: kind}
	index[p] = page
	s.downloads = append(s.downloads, page)
	s.claimDirectory(d, page)
	return page
}

// claimDirectory records the page of a directory: current wins over pending.
func (s *site) claimDirectory(d *release.TreeDirectory, page *download) {
	if known := s.downloadOf[d]; known == nil || known.kind == release.DirectoryPending {
		s.downloadOf[d] = page
	}
}

// take adds a directory's images, each name once: the first place wins.
func (d *download) take(from *release.TreeDirectory, images []*release.TreeImage, sets []*release.NetbootEntry) {
	d.dirs = append(d.dirs, from)
	slices.SortFunc(d.dirs, func(a, b *release.TreeDirectory) int {
		return release.CompareBuildIDs(b.BuildID, a.BuildID)
	})
	for _, img := range images {
		if !slices.ContainsFunc(d.images, func(o *release.TreeImage) bool { return o.Name == img.Name }) {
			d.images = append(d.images, img)
		}
	}
	d.netboot = append(d.netboot, sets...)
}

// downloadAt is the publishing page of a directory, nil when it has none.
func (s *site) downloadAt(t *release.Tree, dir string) *download {
	return s.downloadOf[s.directories[treeDir{t.Name, dir}]]
}

// downloadOfImage is the publishing page that shows an image, nil when none does.
func (s *site) downloadOfImage(img *release.TreeImage) *download {
	if img.Kind == release.ImageDaily && !img.Current && !img.Pending {
		return nil
	}
	return s.downloadAt(img.Tree, img.Dir)
}

// sortImages puts images in the order of pages: by kind, then by machine with the
// usual one first, then what is out before what is in testing, then newest first. What
// no rule knows comes last.
func (s *site) sortImages(images []*release.TreeImage) {
	slices.SortStableFunc(images, s.compareImages)
}

func (s *site) compareImages(a, b *release.TreeImage) int {
	return cmp.Or(
		cmp.Compare(s.typeRank(a.PublishType), s.typeRank(b.PublishType)), strings.Compare(a.PublishType, b.PublishType),
		cmp.Compare(s.archRank(a.Arch), s.archRank(b.Arch)), strings.Compare(a.Arch, b.Arch),
		compareBools(s.isComing(a), s.isComing(b)), release.CompareBuildIDs(b.Version, a.Version), compareStages(a.Milestone, b.Milestone), strings.Compare(a.Name, b.Name),
	)
}

// compareStages puts the final before what led to it, and newer before older.
func compareStages(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	return release.CompareBuildIDs(b, a)
}

// unranked comes after everything that a rule knows.
const unranked = 1 << 20

func (s *site) typeRank(name string) int {
	if _, i := s.rules.PublishType(name); i >= 0 {
		return i
	}
	return unranked
}

// archRank is the place of a machine in the rules: the first one is the usual one.
func (s *site) archRank(name string) int {
	if _, i := s.rules.Architecture(name); i >= 0 {
		return i
	}
	return unranked
}

// machine is an architecture in people's words; its raw name where no rule knows it.
func (s *site) machine(arch string) string {
	if a, _ := s.rules.Architecture(arch); a != nil && a.Title != "" {
		return a.Title
	}
	return arch
}
