package release

import (
	"path"
	"slices"
)

// judge finds in a forest what findings are made of, in the order shown, so that
// no picture has to look at every image again.
func (s *surveyor) judge() {
	for d := range s.dirs {
		dir := &s.dirs[d]
		dir.dirTraits = s.j.traits(&dir.record, s.trees[dir.tree].Role, s.recordsOf(dir))
	}
	namesakes := map[nameKey]int32{}
	kinds := map[built]int{}
	unknown := map[unknownName]int{}
	for t := range s.trees {
		for _, d := range s.trees[t].dirs {
			for _, n := range s.dirs[d].images {
				s.judgeFiles(&s.trees[t], d, s.images[n].record)
				s.judgeDaily(kinds, d, n)
				if s.trees[t].Role != RoleOld {
					s.judgeName(namesakes, n)
				}
				s.judgeUnknown(unknown, s.trees[t].Name, n)
			}
		}
	}
	slices.SortFunc(s.unknown, func(a, b forestUnknown) int {
		return texts(a.tree, b.tree, a.rule, b.rule, a.name, b.name)
	})
}

// recordsOf are the images of a directory with whether they have an owner.
func (s *surveyor) recordsOf(dir *forestDir) []ownedImage {
	list := make([]ownedImage, len(dir.images))
	for k, n := range dir.images {
		list[k] = ownedImage{s.images[n].record, len(s.owners[s.images[n].owners]) > 0}
	}
	return list
}

type ownedImage struct {
	*Image
	owned bool
}

// traits tells what findings want to know of a directory.
func (j *joiner) traits(d *Directory, role string, images []ownedImage) dirTraits {
	t := dirTraits{line: j.lineSlug(d.Series), live: liveDirectory(d, images)}
	t.used = role != RoleOld && (d.Kind == DirectoryRelease || t.live)
	t.orphans = orphansText(d, images)
	return t
}

// liveDirectory reports whether a daily directory is what people download today.
func liveDirectory(d *Directory, images []ownedImage) bool {
	if d.Kind == DirectoryCurrent || d.Kind == DirectoryPending {
		return true
	}
	for _, a := range d.Aliases {
		if name := path.Base(a); name == "current" || name == "pending" {
			return true
		}
	}
	return d.Kind == DirectoryDated && slices.ContainsFunc(images, func(i ownedImage) bool { return i.Current || i.Pending })
}

// sourceType is the publish type of source images, which are no products.
const sourceType = "src"

// orphansText names what a directory holds that belongs to nothing.
func orphansText(d *Directory, images []ownedImage) string {
	var names []string
	for _, i := range images {
		if !i.owned && i.PublishType != sourceType {
			names = append(names, i.Name)
		}
	}
	text := ""
	if len(names) > 0 {
		text = Plural(len(names), "image", "images") + " of no product: " + listWords(names)
	}
	if len(d.Strays) > 0 {
		if text != "" {
			text += "; and "
		}
		text += Plural(len(d.Strays), "file", "files") + " of no image: " + listWords(d.Strays)
	}
	return text
}

// judgeFiles counts the downloads of a tree.
func (s *surveyor) judgeFiles(t *forestTree, dir int32, i *Image) {
	t.dailies = t.dailies || i.Kind == ImageDaily
	for k := range i.Files {
		f := &i.Files[k]
		if !f.Main || f.Size == nil {
			continue
		}
		t.mains++
		if !f.Exact {
			if t.rounded++; t.rounded == 1 {
				t.example = sizedFile{dir, f}
			}
		}
	}
}

// judgeDaily finds the dailies that are too large, and of which kinds the current ones
// are.
func (s *surveyor) judgeDaily(kinds map[built]int, dir, n int32) {
	i := s.images[n].record
	if i.Kind != ImageDaily {
		return
	}
	if i.tooLarge(s.images[n].limit) {
		s.oversize = append(s.oversize, n)
	}
	if len(s.j.rules.Arches) == 0 || !i.Current && !i.Pending || i.Arch == "" {
		return
	}
	key := built{i.Project, i.ImageType, s.j.seriesKey(s.j.lineSlug(i.Series))}
	at, known := kinds[key]
	if !known {
		at = len(s.forest.kinds)
		kinds[key], s.forest.kinds = at, append(s.forest.kinds, forestKind{key: key})
	}
	k := &s.forest.kinds[at]
	k.arches = appendNew(k.arches, i.Arch)
	if !slices.Contains(k.dirs, dir) {
		k.dirs = append(k.dirs, dir)
	}
	for _, slug := range s.owners[s.images[n].owners] {
		for _, id := range s.j.products[slug].Identities {
			if s.j.holds(id, i) {
				k.subs = appendNew(k.subs, id.Subproject)
			}
		}
	}
}

// judgeName finds released files that bear one name and are not the same.
func (s *surveyor) judgeName(first map[nameKey]int32, n int32) {
	i := s.images[n].record
	if i.Kind != ImageRelease || i.Version == "" {
		return
	}
	main := i.main()
	if main.SHA256 == "" {
		return
	}
	key := nameKey{i.Series, main.Name}
	other, known := first[key]
	if !known {
		first[key] = n
		return
	}
	if s.images[other].record.main().SHA256 != main.SHA256 {
		s.namesake = append(s.namesake, [2]int32{other, n})
	}
}

// judgeUnknown finds the unknown names of an image.
func (s *surveyor) judgeUnknown(at map[unknownName]int, tree string, n int32) {
	if len(s.images[n].record.Unknown) == 0 {
		return
	}
	for _, u := range s.j.unknownNames(tree, s.images[n].record) {
		k, known := at[u]
		if !known {
			k = len(s.unknown)
			at[u], s.unknown = k, append(s.unknown, forestUnknown{unknownName: u})
		}
		s.unknown[k].images = append(s.unknown[k].images, n)
	}
}
