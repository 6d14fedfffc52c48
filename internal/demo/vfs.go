package demo

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
)

// fsNode is a file, directory or symbolic link of a virtual file system.
type fsNode struct {
	name     string
	modified time.Time
	target   string             // of a link, relative to its directory
	children map[string]*fsNode // of a directory, else nil
	size     int64              // of a file
	// content is what a GET of a file gives; nil where the sample knows the file's
	// size only. "{self}" in it becomes the address at which the tree is served.
	content []byte
	// indexed marks a directory whose listing stands between HEADER.html and
	// FOOTER.html.
	indexed bool
}

func (n *fsNode) isDir() bool  { return n.children != nil }
func (n *fsNode) isLink() bool { return n.target != "" }

// fsTree is a virtual file system. Paths in it are slash separated and have no
// slash at either end.
type fsTree struct{ root *fsNode }

func newTree() *fsTree { return &fsTree{newDir("")} }

func newDir(name string) *fsNode {
	return &fsNode{name: name, children: make(map[string]*fsNode)}
}

// dir returns the directory at a path and makes what is missing of it.
func (t *fsTree) dir(p string) *fsNode {
	n := t.root
	for _, name := range strings.Split(p, "/") {
		if name == "" || name == "." {
			continue
		}
		next := n.children[name]
		if next == nil || !next.isDir() {
			next = newDir(name)
			n.children[name] = next
		}
		n = next
	}
	return n
}

func (t *fsTree) add(p string, n *fsNode) {
	n.name = path.Base(p)
	t.dir(path.Dir(p)).children[n.name] = n
}

// file adds a file of which only size and time are known.
func (t *fsTree) file(p string, size int64, modified time.Time) {
	t.add(p, &fsNode{size: size, modified: modified})
}

// text adds a file with contents.
func (t *fsTree) text(p, content string, modified time.Time) {
	t.add(p, &fsNode{size: int64(len(content)), content: []byte(content), modified: modified})
}

// link adds a symbolic link.
func (t *fsTree) link(p, target string, modified time.Time) {
	t.add(p, &fsNode{target: target, modified: modified})
}

// maxLinks bounds how many links one path may go through, as kernels do.
const maxLinks = 16

// lookup returns what a path leads to, links followed; nil if nothing.
func (t *fsTree) lookup(p string) *fsNode {
	n, _ := t.walk(p, maxLinks)
	return n
}

// walk returns the node and its path without links.
func (t *fsTree) walk(p string, links int) (*fsNode, string) {
	n, real := t.root, ""
	names := strings.Split(p, "/")
	for i, name := range names {
		if name == "" {
			continue
		}
		n = n.children[name]
		if n == nil {
			return nil, ""
		}
		if !n.isLink() {
			real = path.Join(real, name)
			continue
		}
		if links == 0 {
			return nil, ""
		}
		rest := path.Join(append([]string{"/", real, n.target}, names[i+1:]...)...)
		return t.walk(strings.Trim(rest, "/"), links-1)
	}
	return n, real
}

// names returns the names in a directory, in the order of bytes.
func (n *fsNode) names() []string {
	all := make([]string, 0, len(n.children))
	for name := range n.children {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// entries returns what a listing of the directory at a path shows: links are shown
// as what they lead to, and links that lead nowhere are left out.
func (t *fsTree) entries(p string) []listed {
	_, real := t.walk(p, maxLinks)
	var all []listed
	for name := range t.lookup(p).children {
		n := t.lookup(path.Join(real, name))
		if n == nil {
			continue
		}
		e := listed{name: name, size: n.size, modified: n.modified, dir: n.isDir()}
		if e.dir {
			e.name += "/"
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b listed) int { return cmp.Compare(a.name, b.name) })
	return all
}

// listed is a line of a listing.
type listed struct {
	name     string // with a slash at the end for a directory
	size     int64
	modified time.Time
	dir      bool
}

// settle gives every directory the time of the newest thing in it.
func (n *fsNode) settle() time.Time {
	newest := n.modified
	for _, child := range n.children {
		if t := child.settle(); t.After(newest) {
			newest = t
		}
	}
	if n.isDir() {
		n.modified = newest
	}
	return newest
}
