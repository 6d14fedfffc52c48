package release

import (
	"cmp"
	"slices"
	"strings"
)

// FileKind says how the files of an image differ.
type FileKind string

// The kinds of difference between files.
const (
	FileNew      FileKind = "new"
	FileGone     FileKind = "gone"
	FileResized  FileKind = "resized"
	FileReplaced FileKind = "replaced" // other bytes, and the same size or none that is known
)

// FileChange is an image that differs: the sum of the sizes of its main files in bytes,
// where every one is known exactly on both sides.
type FileChange struct {
	Kind         FileKind
	Tree, Dir    string
	Name         string // of the image
	Series       string
	BuildID      string // as the later side has it
	Published    bool   // a release, as opposed to a daily
	From, To     int64
	SizesAreSaid bool
}

// imageAt is where an image lies.
type imageAt struct{ tree, dir, name string }

func lyingAt(i *TreeImage) imageAt { return imageAt{i.Tree.Name, i.Dir, i.Name} }

// CompareImages tells how what lies in the trees of two pictures differs: all that came,
// went, or has other bytes. Links such as current are no images of their own.
func CompareImages(from, to *Picture) []FileChange {
	return compareLying(allImages(from), allImages(to))
}

func allImages(p *Picture) map[imageAt]*TreeImage {
	images := map[imageAt]*TreeImage{}
	for _, t := range p.Trees {
		for _, d := range t.Directories {
			if d.Kind == DirectoryCurrent || d.Kind == DirectoryPending {
				continue
			}
			for _, i := range d.Images {
				images[lyingAt(i)] = i
			}
		}
	}
	return images
}

func compareLying(was, is map[imageAt]*TreeImage) []FileChange {
	var changes []FileChange
	for at, i := range is {
		if c, ok := changeOfFile(was[at], i); ok {
			changes = append(changes, c)
		}
	}
	for at, old := range was {
		if is[at] == nil {
			c := fileChangeOf(FileGone, old)
			c.From, c.SizesAreSaid = exactSize(old)
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b FileChange) int {
		return cmp.Or(strings.Compare(a.Tree, b.Tree), natural(a.Dir, b.Dir, a.Name, b.Name))
	})
	return changes
}

// changeOfFile compares an image with what was in its place, which may be nil.
func changeOfFile(old, i *TreeImage) (FileChange, bool) {
	c := fileChangeOf(FileNew, i)
	if old == nil {
		c.To, c.SizesAreSaid = exactSize(i)
		return c, true
	}
	from, knownBefore := exactSize(old)
	to, knownAfter := exactSize(i)
	if knownBefore && knownAfter {
		c.From, c.To, c.SizesAreSaid = from, to, true
	}
	switch {
	case c.SizesAreSaid && from != to:
		c.Kind = FileResized
	case otherSums(old.sums(), i.sums()):
		c.Kind = FileReplaced
	default:
		return c, false
	}
	return c, true
}

// otherSums reports whether a main file came or went, or has another checksum of the same
// algorithm: one that is not listed any more says nothing of the bytes.
func otherSums(was, is map[string]string) bool {
	for name, sum := range is {
		old, both := was[name]
		if !both || old != sum && len(old) == len(sum) {
			return true
		}
	}
	return len(was) > len(is)
}

func fileChangeOf(kind FileKind, i *TreeImage) FileChange {
	return FileChange{
		Kind: kind, Tree: i.Tree.Name, Dir: i.Dir, Name: i.Name, Series: i.Series, BuildID: i.BuildID, Published: i.Kind == ImageRelease,
	}
}

// exactSize is the size of the main files together.
func exactSize(i *TreeImage) (size int64, known bool) {
	for k := range i.Files {
		f := &i.Files[k]
		if !f.Main {
			continue
		}
		if f.Size == nil || !f.Exact {
			return 0, false
		}
		size, known = size+*f.Size, true
	}
	return size, known
}
