package release

import (
	"cmp"
	"slices"
	"strings"
)

// surveyor makes a forest.
type surveyor struct {
	*forest
	j      *joiner
	index  ownerIndex
	kinds  map[ownedKind]int32 // the owners of a kind of image
	sets   map[string]int32
	places []imagePlaces // of the images
	lists  [][]int32     // the images of each directory
}

// ownedKind is what the owners of an image follow from.
type ownedKind struct {
	project, imageType, publishType, arch string
	kind                                  ImageKind
}

type heldKey struct {
	owners int32
	series string
}

// imagePlaces are the places of an image in orders that rules give.
type imagePlaces struct{ series, publishType, arch int }

// survey makes the forest of the sources.
func (j *joiner) survey() *forest {
	s := &surveyor{
		forest: &forest{at: map[dirKey]int32{}, aliases: map[dirKey]int32{}, released: map[nameKey]int32{}, ofOwner: map[string][]int32{}, heldAt: map[[2]string]int{}, memo: newRowMemo()},
		j:      j, index: j.owners(), kinds: map[ownedKind]int32{}, sets: map[string]int32{},
	}
	for i := range j.sources {
		if src := &j.sources[i]; src.hasTree() {
			s.readTree(src)
		}
	}
	s.sortTrees()
	s.nameBuilds()
	s.readOwned()
	s.judge()
	return s.forest
}

// hasTree reports whether a source is shown as a tree.
func (s *source) hasTree() bool {
	return s.state.Kind == KindTree || s.state.Kind != KindPackages && len(s.facts.Directories)+len(s.facts.Images)+len(s.facts.Netboot) > 0
}

func (s *surveyor) readTree(src *source) {
	tree := int32(len(s.trees))
	s.trees = append(s.trees, forestTree{Name: src.state.Name, Role: src.state.Role, Site: strings.TrimRight(src.state.Site, "/")})
	for k := range src.facts.Directories {
		s.readDirectory(tree, src.facts.Directories[k])
	}
	s.images = slices.Grow(s.images, len(src.facts.Images))
	s.places = slices.Grow(s.places, len(src.facts.Images))
	for k := range src.facts.Images {
		s.readImage(tree, &src.facts.Images[k])
	}
}

// readDirectory adds a directory unless the tree has its path already.
func (s *surveyor) readDirectory(tree int32, d Directory) int32 {
	d.Path = strings.Trim(d.Path, "/")
	t := &s.trees[tree]
	key := dirKey{t.Name, d.Path}
	if have, ok := s.at[key]; ok {
		return have
	}
	n := int32(len(s.dirs))
	s.dirs = append(s.dirs, forestDir{tree: tree, record: d, url: address(t.Site, d.Path)})
	s.lists = append(s.lists, nil)
	t.dirs = append(t.dirs, n)
	s.at[key] = n
	for _, a := range d.Aliases {
		key := dirKey{t.Name, strings.Trim(a, "/")}
		if _, ok := s.aliases[key]; !ok {
			s.aliases[key] = n
		}
	}
	return n
}

// directoryOf finds the directory of a tree in which an image lies. Images of one
// that has no record of its own, as after an edit by hand, make one.
func (s *surveyor) directoryOf(tree int32, i *Image) int32 {
	path := strings.Trim(i.Dir, "/")
	if n, ok := s.lookup(dirKey{s.trees[tree].Name, path}); ok {
		return n
	}
	kind := DirectoryDated
	if i.Kind == ImageRelease {
		kind = DirectoryRelease
	}
	return s.readDirectory(tree, Directory{Series: i.Series, Project: i.Project, Path: path, Kind: kind, BuildID: i.BuildID})
}

// lookup finds a directory by its path or by another one at which it answers.
func (f *forest) lookup(key dirKey) (int32, bool) {
	n, ok := f.at[key]
	if !ok {
		n, ok = f.aliases[key]
	}
	return n, ok
}

func (s *surveyor) readImage(tree int32, i *Image) {
	n, dir := int32(len(s.images)), s.directoryOf(tree, i)
	image := forestImage{record: i, tree: tree, dir: dir, owners: s.ownersOf(i)}
	series := s.j.seriesKey(i.Series)
	if i.Kind == ImageDaily {
		image.limit = s.j.limit(limitKey{i.Project, series, i.PublishType, i.main().Type})
	}
	s.images = append(s.images, image)
	s.places = append(s.places, imagePlaces{s.j.imageRank(i), s.j.typePlace(i.PublishType), s.j.archPlace(i.Arch)})
	s.lists[dir] = append(s.lists[dir], n)
	if i.Kind == ImageRelease && s.dirs[dir].record.Kind != DirectoryPool {
		key := nameKey{s.j.seriesKey(s.j.lineSlug(i.Series)), i.Name}
		if _, ok := s.released[key]; !ok {
			s.released[key] = n
		}
	}
}

// sortTrees puts the directories and the images in them in the order shown.
func (s *surveyor) sortTrees() {
	for t := range s.trees {
		slices.SortFunc(s.trees[t].dirs, func(a, b int32) int {
			return compareNatural(s.dirs[a].record.Path, s.dirs[b].record.Path)
		})
	}
	for d := range s.dirs {
		s.dirs[d].images = s.lists[d]
		slices.SortStableFunc(s.lists[d], s.compareImages)
	}
}

// compareImages orders the images of one directory: by kind in the order of the
// rules, then by architecture likewise, unknown ones last; newest version first.
func (s *surveyor) compareImages(a, b int32) int {
	x, y := s.images[a].record, s.images[b].record
	if c := -compareNatural(x.Version, y.Version); c != 0 {
		return c
	}
	if c := cmp.Compare(s.places[a].publishType, s.places[b].publishType); c != 0 {
		return c
	}
	if c := compareNatural(x.PublishType, y.PublishType); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(s.places[a].arch, s.places[b].arch),
		compareNatural(x.Arch, y.Arch),
		compareNatural(x.Name, y.Name),
	)
}

// compareNewest orders the images of a product from the newest.
func (s *surveyor) compareNewest(a, b int32) int {
	x, y := s.images[a].record, s.images[b].record
	if c := -cmp.Compare(s.places[a].series, s.places[b].series); c != 0 {
		return c
	}
	if c := flags(y.Kind == ImageRelease, x.Kind == ImageRelease); c != 0 {
		return c
	}
	return cmp.Or(
		-compareNatural(x.Version, y.Version),
		flags(x.Milestone != "", y.Milestone != ""),
		-compareNatural(x.Milestone, y.Milestone),
		-CompareBuildIDs(x.BuildID, y.BuildID),
		flags(y.Current, x.Current, y.Pending, x.Pending),
		compareNatural(x.Dir, y.Dir),
		compareNatural(x.Name, y.Name),
	)
}

// nameBuilds finds which build a released image is where its own tree does not
// tell: the oldest daily of any tree with the same bytes.
func (s *surveyor) nameBuilds() {
	oldest := map[string]string{}
	for n := range s.images {
		i := s.images[n].record
		if i.Kind != ImageDaily || i.BuildID == "" {
			continue
		}
		sum := i.main().SHA256
		if have, ok := oldest[sum]; sum != "" && (!ok || CompareBuildIDs(i.BuildID, have) < 0) {
			oldest[sum] = i.BuildID
		}
	}
	if len(oldest) == 0 {
		return
	}
	for n := range s.images {
		i := s.images[n].record
		if i.Kind != ImageRelease || i.BuildID != "" {
			continue
		}
		if id := oldest[i.main().SHA256]; id != "" {
			named := *i
			named.BuildID = id
			s.images[n].record = &named
		}
	}
}
