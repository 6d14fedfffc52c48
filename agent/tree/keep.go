package tree

import (
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// keep takes over from the last poll what lies in directories that could not be
// read this time. What could be read wins.
func (c *crawl) keep(f *release.Facts) {
	lost := c.lost()
	if len(lost) == 0 {
		return
	}
	fresh := map[string]bool{}
	for _, d := range f.Directories {
		fresh[d.Path] = true
	}
	for _, d := range c.known.facts.Directories {
		if lost.holds(d.Path) && !fresh[d.Path] {
			f.Directories = append(f.Directories, d)
		}
	}
	for _, image := range c.known.facts.Images {
		if lost.holds(image.Dir) && !fresh[image.Dir] {
			f.Images = append(f.Images, c.remark(image))
		}
	}
	c.keepNetboot(f, lost)
}

// keepNetboot keeps whole sets: half a set starts nothing.
func (c *crawl) keepNetboot(f *release.Facts, lost lostPaths) {
	for _, s := range c.known.facts.Netboot {
		if !lost.holds(s.Parent) && (s.Dir == "" || !lost.touches(s.Dir)) {
			continue
		}
		f.Netboot = slices.DeleteFunc(f.Netboot, func(other release.NetbootSet) bool {
			return netbootKey(other) == netbootKey(s)
		})
		f.Netboot = append(f.Netboot, s)
	}
}

// netbootKey tells sets apart.
func netbootKey(s release.NetbootSet) string {
	return s.Parent + "\x00" + s.Arch + "\x00" + s.Version + "\x00" + s.Milestone
}

// lostPaths are directories of which nothing was learnt.
type lostPaths []string

func (c *crawl) lost() lostPaths {
	var lost lostPaths
	for _, path := range c.skipped {
		lost = append(lost, naming.Printable(path))
	}
	for _, n := range c.nodes {
		if n.err != nil && !n.absent {
			lost = append(lost, naming.Printable(n.path))
		}
	}
	return lost
}

// isLost reports whether a directory was not read because it, or one above it,
// could not be or was not to be.
func (c *crawl) isLost(path string) bool {
	for at := path; at != ""; at = parent(at) {
		n := c.nodes[at]
		if n != nil && n.err != nil && !n.absent || slices.Contains(c.skipped, at) {
			return true
		}
	}
	return false
}

// keepAliases keeps the second names below a path that could not be read, of
// directories that could.
func (c *crawl) keepAliases(path string) {
	for alias, to := range c.known.aliases {
		if below(alias, naming.Printable(path)) && c.nodes[to].here() {
			c.aliases[alias] = to
		}
	}
}

// holds reports whether a path is, or lies below, a directory that was lost.
func (l lostPaths) holds(path string) bool {
	return slices.ContainsFunc(l, func(lost string) bool { return below(path, lost) })
}

// is reports whether a path is one of those that were lost.
func (l lostPaths) is(path string) bool { return slices.Contains(l, path) }

// touches reports whether a path lies below one that was lost, or above.
func (l lostPaths) touches(path string) bool {
	return slices.ContainsFunc(l, func(lost string) bool { return below(path, lost) || below(lost, path) })
}

// remark marks an image that was kept by the pointers of today, where those could
// be read.
func (c *crawl) remark(image release.Image) release.Image {
	up := parent(image.Dir)
	pointerRead := func(name string) bool {
		return c.nodes[up].here() && c.nodes[up].list.find(name) != nil && !slices.Contains(c.marks.kept[name], up)
	}
	if pointerRead("current") {
		image.Current = c.marks.has("current", image.Dir, image.Files)
	}
	if pointerRead("pending") {
		image.Pending = c.marks.has("pending", image.Dir, image.Files)
	}
	return image
}
