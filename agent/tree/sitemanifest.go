package tree

import (
	"context"
	"fmt"
	"path"
	"strings"

	"shiplist/internal/release"
)

// siteManifest is the name of the manifest at the root of a tree with this role;
// "" where there is none.
func siteManifest(role string) string {
	switch role {
	case "full":
		return ".manifest-daily"
	case "simple":
		return ".manifest"
	}
	return ""
}

// readManifest reads the site manifest, if the tree has one that can be read.
func (c *crawl) readManifest(ctx context.Context) []manifestLine {
	name := siteManifest(c.tree.Role)
	if name == "" {
		return nil
	}
	body, err := c.read(ctx, name, c.limits.ListBytes)
	if isAbsent(err) {
		return nil
	}
	if err == nil {
		var lines []manifestLine
		var bad badLines
		if lines, bad, err = parseManifest(body); err == nil {
			if bad.count > 0 {
				c.problem("manifest", name, bad.String()+"; such lines are left out")
			}
			return lines
		}
	}
	c.problem("manifest", name, reason(err)+"; the site manifest is only a hint, nothing is missing without it")
	return nil
}

// holdManifest holds a site manifest against what was found, and never adds or takes
// away an image.
func (c *crawl) holdManifest(lines []manifestLine) {
	missing, first := 0, ""
	for _, line := range lines {
		if c.isMissing(line.path) {
			if missing++; first == "" {
				first = line.path
			}
		}
	}
	if missing > 0 {
		c.problem("manifest", siteManifest(c.tree.Role), fmt.Sprintf(
			"it is out of date: %d of its %d files are not there, such as %s; the listings are believed", missing, len(lines), first))
	}
}

// isMissing reports whether the listings show that a path leads nowhere: the nearest
// directory above it that was read does not show the next name. Pointers move every
// day, and hidden names are shown by some servers only, so they prove nothing.
func (c *crawl) isMissing(file string) bool {
	for at := file; at != ""; at = parent(at) {
		dir := c.canonical(parent(at))
		n := c.nodes[dir]
		if _, pointer := c.marks.left[dir]; pointer || n != nil && !n.here() {
			return false
		}
		if n != nil {
			name := lastName(at)
			return !strings.HasPrefix(name, ".") && n.list.find(name) == nil
		}
	}
	return false
}

// useManifest takes the exact sizes of released images from the site manifest, where
// they are not asked for: released bytes stay under their name, so a size that fits
// the listing is the file's even when the manifest is old. Dailies change under their
// names.
func (c *crawl) useManifest(f *release.Facts, lines []manifestLine) {
	sizes := map[string]int64{}
	for _, line := range lines {
		dir, name := path.Split(line.path)
		sizes[join(c.canonical(path.Clean(dir)), name)] = line.size
	}
	for i := range f.Images {
		if image := &f.Images[i]; image.Kind == release.ImageRelease {
			c.sizesFrom(sizes, image)
		}
	}
}

func (c *crawl) sizesFrom(sizes map[string]int64, image *release.Image) {
	for j := range image.Files {
		file := &image.Files[j]
		size, ok := sizes[join(c.realPath(image.Dir), file.Name)]
		shown := c.entryOf(image.Dir, file.Name)
		if ok && file.Main && !file.Exact && shown != nil && shown.size >= 0 && shown.agrees(size) {
			file.Size, file.Exact = &size, true
		}
	}
}
