package tree

import (
	"cmp"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// facts makes the facts of what was visited.
func (c *crawl) facts(groups []group) *release.Facts {
	f := &release.Facts{Source: c.tree.Name}
	for _, g := range groups {
		if g.n.dir.Netboot {
			continue
		}
		c.addGroup(f, g)
	}
	c.dropPooled(f)
	c.setBuilds(f)
	return f
}

// group is a directory with what its files are.
type group struct {
	n *node
	naming.Group
}

// groups are the directories that were read, in the order of their paths. What their
// names tell is worked out on all processors, as it takes the longest of what comes
// after the crawl.
func (c *crawl) groups() []group {
	var nodes []*node
	for _, n := range c.nodes {
		if n.here() && c.canonical(n.path) == n.path {
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.path, b.path) })
	groups := make([]group, len(nodes))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(groups, batch) {
		at := nodes[:len(part)]
		nodes = nodes[len(part):]
		work.Go(func() error {
			for i, n := range at {
				part[i] = group{n, c.grammar.Group(n.dir, n.files(c.isDir))}
			}
			return nil
		})
	}
	_ = work.Wait() // none of them fails
	return groups
}

// isDir reports whether a path turned out to be a directory.
func (c *crawl) isDir(path string) bool {
	n := c.nodes[path]
	_, aliased := c.aliases[path]
	return n.here() || aliased || n != nil && n.err != nil && !n.absent
}

// addGroup adds a directory and its images, if it is one that holds images. Of a
// pointer it adds only what is nowhere else.
func (c *crawl) addGroup(f *release.Facts, g group) {
	images, strays := g.Images, g.Strays
	left, pointer := c.marks.left[g.n.path]
	if pointer {
		images = slices.DeleteFunc(slices.Clone(images), func(i release.Image) bool {
			return !slices.ContainsFunc(i.Files, func(f release.File) bool { return f.Main && left[f.Name] })
		})
		strays = nil
		if len(images) == 0 {
			return
		}
	}
	holds := g.n.dir.Kind != naming.Other && (len(strays) > 0 || len(g.n.gone) > 0)
	if len(images) == 0 && len(g.Tarballs) == 0 && !holds {
		return
	}
	d := c.directory(g.n, images)
	if !pointer {
		d.Strays, d.Gone, d.Unlisted = strays, g.n.gone, g.n.unlisted
	}
	f.Directories = append(f.Directories, d)
	for _, image := range images {
		image.Dir = d.Path
		c.markImage(&image, g.n.path)
		if image.Kind == release.ImageDaily {
			image.BuildID = g.n.dir.BuildID
		}
		f.Images = append(f.Images, image)
	}
}

// directory describes a directory. Where its path does not tell the series, the
// images may: they are all of one but in a pool.
func (c *crawl) directory(n *node, images []release.Image) release.Directory {
	d := release.Directory{
		Series: n.dir.Series, Project: naming.ProjectSlug(n.dir.Project),
		Path: naming.Printable(n.path), Kind: n.dir.DirectoryKind(),
		BuildID: n.dir.BuildID, Status: n.dir.Status,
		Checksums: n.lists, Signed: n.signed, Signature: n.signature,
	}
	c.realPaths[d.Path] = n.path
	if _, _, known := c.grammar.SeriesOf(d.Series); !known && len(images) > 0 {
		d.Series = images[0].Series
		for _, image := range images {
			if image.Series != d.Series {
				d.Series = release.Other
			}
		}
	}
	d.Series = naming.SeriesSlug(d.Series)
	for _, alias := range c.aliasesOf(n.path) {
		d.Aliases = append(d.Aliases, naming.Printable(alias))
	}
	return d
}

// markImage tells whether current and pending point to an image. A pointer that is
// a directory of its own points to what it holds.
func (c *crawl) markImage(image *release.Image, path string) {
	kind := c.nodes[path].dir.Kind
	image.Current = kind == naming.Current || c.marks.has("current", path, image.Files) || c.wasMarked("current", path, image)
	image.Pending = kind == naming.Pending || c.marks.has("pending", path, image.Files) || c.wasMarked("pending", path, image)
}

// wasMarked tells whether an image was marked before, where the pointer could not
// be read this time.
func (c *crawl) wasMarked(pointer, path string, image *release.Image) bool {
	if !slices.Contains(c.marks.kept[pointer], parent(path)) {
		return false
	}
	for _, before := range c.known.images[image.Dir] {
		if before.Name == image.Name {
			return pointer == "current" && before.Current || pointer == "pending" && before.Pending
		}
	}
	return false
}

// dropPooled leaves out of the pools what also lies under a name that people find:
// there the files are links to the pool. A pool without anything else is left out
// as a whole.
func (c *crawl) dropPooled(f *release.Facts) {
	pools := map[string]int{}
	for _, d := range f.Directories {
		if d.Kind == release.DirectoryPool {
			pools[d.Path] = 0
		}
	}
	if len(pools) == 0 {
		return
	}
	named := map[string]bool{}
	for _, image := range f.Images {
		if _, pooled := pools[image.Dir]; !pooled {
			named[image.Name] = true
		}
	}
	f.Images = slices.DeleteFunc(f.Images, func(image release.Image) bool {
		if _, pooled := pools[image.Dir]; !pooled {
			return false
		}
		if !named[image.Name] {
			pools[image.Dir]++
		}
		return named[image.Name]
	})
	f.Directories = slices.DeleteFunc(f.Directories, func(d release.Directory) bool {
		left, pooled := pools[d.Path]
		return pooled && left == 0 && len(d.Strays) == 0
	})
}

// setBuilds gives every image the oldest build id that has, or is known to have
// had, its bytes: a build carries over what was not built again, and builds are
// purged while what was made of them stays.
func (c *crawl) setBuilds(f *release.Facts) {
	oldest := map[string]string{}
	note := func(key, id string) {
		if have, ok := oldest[key]; id != "" && (!ok || release.CompareBuildIDs(id, have) < 0) {
			oldest[key] = id
		}
	}
	for i := range f.Images {
		image := &f.Images[i]
		for _, f := range image.Files {
			if hash := checksum(f); f.Main && hash != "" {
				note(buildKey(image, hash), image.BuildID)
				note(buildKey(image, hash), c.known.builds[buildKey(image, hash)])
				note(hash, image.BuildID)
				note(hash, c.known.builds[hash])
			}
		}
	}
	for i := range f.Images {
		image := &f.Images[i]
		for _, f := range image.Files {
			hash := checksum(f)
			if !f.Main || hash == "" {
				continue
			}
			if image.Kind == release.ImageDaily {
				image.BuildID = cmp.Or(oldest[buildKey(image, hash)], image.BuildID)
			} else {
				image.BuildID = oldest[hash]
			}
			break
		}
	}
}
