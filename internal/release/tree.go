package release

import (
	"slices"
	"strings"
)

// readTrees puts the trees with their directories and images into the picture.
func (j *joiner) readTrees() {
	f := j.memo.forestOf(j)
	for _, rule := range f.ruled {
		j.ruleProduct(rule)
	}
	j.forest, j.extra = f, map[dirKey]*TreeDirectory{}
	j.plantTrees()
	j.plantImages()
	j.plantOwned()
}

func (j *joiner) plantTrees() {
	f := j.forest
	for t := range f.trees {
		j.p.Trees = append(j.p.Trees, &Tree{Name: f.trees[t].Name, Role: f.trees[t].Role, Site: f.trees[t].Site})
	}
	j.dirs = make([]TreeDirectory, len(f.dirs))
	for d := range f.dirs {
		dir := &f.dirs[d]
		j.dirs[d] = TreeDirectory{Directory: dir.record, Tree: j.p.Trees[dir.tree], URL: dir.url, traits: &dir.dirTraits}
	}
	for t := range f.trees {
		list := make([]*TreeDirectory, len(f.trees[t].dirs))
		for k, d := range f.trees[t].dirs {
			list[k] = &j.dirs[d]
		}
		if len(list) > 0 {
			j.p.Trees[t].Directories = list
		}
	}
}

func (j *joiner) plantImages() {
	f := j.forest
	owners := make([][]*ProductLine, len(f.owners))
	for n, slugs := range f.owners {
		for _, slug := range slugs {
			owners[n] = append(owners[n], j.products[slug])
		}
	}
	j.planted = make([]TreeImage, len(f.images))
	for n := range f.images {
		i := &f.images[n]
		dir := &j.dirs[i.dir]
		j.planted[n] = TreeImage{Image: i.record, Tree: j.p.Trees[i.tree], Products: owners[i.owners], URL: dir.URL, Limit: i.limit, dir: dir}
	}
	room := make([]*TreeImage, 0, len(f.images))
	for d := range f.dirs {
		j.dirs[d].Images, room = j.pointers(f.dirs[d].images, room)
	}
}

// pointers are the images of a list, in the room that is left for such.
func (j *joiner) pointers(list []int32, room []*TreeImage) (images, left []*TreeImage) {
	if len(list) == 0 {
		return nil, room
	}
	room = slices.Grow(room, len(list))
	for _, n := range list {
		room = append(room, &j.planted[n])
	}
	return room[:len(room):len(room)], room[len(room):]
}

func (j *joiner) plantOwned() {
	f := j.forest
	j.images = make(map[productSeries][]*TreeImage, len(f.held))
	n := 0
	for _, h := range f.held {
		n += 2 * len(h.images) // here, and at its product
	}
	room := make([]*TreeImage, 0, n)
	for n := range f.held {
		h := &f.held[n]
		j.images[productSeries{j.products[h.product], h.series}], room = j.pointers(h.images, room)
	}
	for slug, list := range f.ofOwner {
		j.products[slug].Images, room = j.pointers(list, room)
	}
}

// dirAt finds a directory of a tree by its path; nil where there is none.
func (j *joiner) dirAt(key dirKey) *TreeDirectory {
	if n, ok := j.forest.at[key]; ok {
		return &j.dirs[n]
	}
	return j.extra[key]
}

// directory finds the directory of a tree by a path at which it answers. One without a
// record of its own, as after an edit by hand, is made.
func (j *joiner) directory(tree *Tree, path string, like Directory) *TreeDirectory {
	like.Path = strings.Trim(path, "/")
	key := dirKey{tree.Name, like.Path}
	if d := j.dirAt(key); d != nil {
		return d
	}
	if n, ok := j.forest.aliases[key]; ok {
		return &j.dirs[n]
	}
	traits := j.traits(&like, tree.Role, nil)
	d := &TreeDirectory{Directory: like, Tree: tree, URL: address(tree.Site, like.Path), traits: &traits}
	j.extra[key] = d
	tree.Directories = append(tree.Directories, d)
	return d
}

// address is the public address of a directory, empty where the tree has none.
func address(site, path string) string {
	if site == "" {
		return ""
	}
	if path == "" {
		return site + "/"
	}
	return site + "/" + escapePath(path) + "/"
}

type limitKey struct{ project, series, publishType, extension string }

// limit is Rules.Limit, asked once for each kind of image.
func (j *joiner) limit(key limitKey) int64 {
	n, ok := j.limits[key]
	if !ok {
		n = j.rules.Limit(key.project, key.series, key.publishType, key.extension)
		j.limits[key] = n
	}
	return n
}

func (j *joiner) imageRank(i *Image) int {
	if rank, ok := j.ranks[i.Series]; ok {
		return rank
	}
	return -1
}

func (j *joiner) typePlace(publishType string) int {
	_, i := j.rules.PublishType(publishType)
	return lastIfUnknown(i)
}

func (j *joiner) archPlace(arch string) int {
	_, i := j.rules.Architecture(arch)
	return lastIfUnknown(i)
}

func lastIfUnknown(i int) int {
	if i < 0 {
		return 1 << 30
	}
	return i
}
