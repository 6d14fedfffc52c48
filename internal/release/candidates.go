package release

import (
	"slices"
	"strings"
)

// rowMemo is what rows ask of a forest and of the rules again and again, kept with the
// forest from the first time on.
type rowMemo struct {
	candidates map[candidateKey]*candidates
	located    map[locateKey]located
	placed     map[placeKey]treePlace
}

func newRowMemo() rowMemo {
	return rowMemo{map[candidateKey]*candidates{}, map[locateKey]located{}, map[placeKey]treePlace{}}
}

type candidateKey struct {
	product, series string
	identity        Identity
}

// candidates are the images that are what a product is in a series, in the order of
// the facts, and by what ties them to a build: see joiner.nearness.
type candidates struct {
	images []int32
	byID   map[string][]int32 // by their build id, and by that of their directory
	bySum  map[string][]int32 // by the SHA-256 of their main file
}

// candidates are the images that are what the row's product is in its series.
func (j *joiner) candidates(r *Row) *candidates {
	f := j.forest
	key := candidateKey{r.Product.Slug, j.seriesKey(r.Manifest.Line.Slug), r.Identity}
	if c := f.memo.candidates[key]; c != nil {
		return c
	}
	c := &candidates{byID: map[string][]int32{}, bySum: map[string][]int32{}}
	if at, ok := f.heldAt[[2]string{key.product, key.series}]; ok {
		for _, n := range f.held[at].images {
			if j.holds(key.identity, f.images[n].record) {
				c.add(f, n)
			}
		}
	}
	f.memo.candidates[key] = c
	return c
}

func (c *candidates) add(f *forest, n int32) {
	c.images = append(c.images, n)
	i := f.images[n].record
	if i.BuildID != "" {
		c.byID[i.BuildID] = append(c.byID[i.BuildID], n)
	}
	// Where the tree calls the directory by another name its id may be that of another build.
	d := &f.dirs[f.images[n].dir].record
	if d.BuildID != "" && d.BuildID != i.BuildID && d.Path == strings.Trim(i.Dir, "/") {
		c.byID[d.BuildID] = append(c.byID[d.BuildID], n)
	}
	if sum := i.main().SHA256; sum != "" {
		c.bySum[sum] = append(c.bySum[sum], n)
	}
}

// near are the candidates of a row that are its build, as far as anything tells.
func (j *joiner) near(r *Row) []int32 {
	c := j.candidates(r)
	list := c.byID[r.BuildID]
	for _, b := range j.buildsOf(r) {
		if more := c.bySum[b.b.SHA256]; len(more) > 0 {
			list = append(slices.Clip(list), more...)
			slices.Sort(list)
			list = slices.Compact(list)
		}
	}
	return list
}

type locateKey struct {
	identity     Identity
	series, slug string
}

type located struct {
	place *Location
	err   string
}

// locateIdentity is Rules.Locate, asked once for each question.
func (j *joiner) locateIdentity(id Identity, series, slug string) (*Location, string) {
	key := locateKey{id, series, slug}
	known, ok := j.forest.memo.located[key]
	if !ok {
		place, err := j.rules.Locate(id, series, slug)
		if known.place = place; err != nil {
			known.err = err.Error()
		}
		j.forest.memo.located[key] = known
	}
	return clonePointer(known.place), known.err
}

type placeKey struct{ role, dir, line string }

// treePlace is a tree by its name and a directory in it by its number; -1 for none.
type treePlace struct {
	tree string
	dir  int32
}

// treeDirectory finds the tree of a location and the directory in it, which may be
// spelled in another way there. Where no tree has the directory the first tree of
// the role is named.
func (j *joiner) treeDirectory(l *Location, m *Manifest) (string, *TreeDirectory) {
	key := placeKey{l.Role, l.Dir, m.Line.Slug}
	place, ok := j.forest.memo.placed[key]
	if !ok {
		place = j.forest.place(l, m.Line, j.rules.Projects)
		j.forest.memo.placed[key] = place
	}
	if place.dir < 0 {
		return place.tree, nil
	}
	return place.tree, &j.dirs[place.dir]
}

func (f *forest) place(l *Location, line *Line, projects []Project) treePlace {
	first := ""
	for t := range f.trees {
		if f.trees[t].Role != l.Role {
			continue
		}
		for _, path := range spellings(l.Dir, line, projects) {
			if n, ok := f.lookup(dirKey{f.trees[t].Name, path}); ok {
				return treePlace{f.trees[t].Name, n}
			}
		}
		if first == "" {
			first = f.trees[t].Name
		}
	}
	return treePlace{first, -1}
}
