package tree

import (
	"slices"
	"strings"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// node is a directory that was visited, or was to be.
type node struct {
	path string
	dir  naming.Directory
	up   *node // nil for the tree itself
	// maybe says that a server did not tell whether this is a directory at all.
	maybe bool
	// asked says that no listing named it: it was asked for by name.
	asked bool

	list   *listing
	lists  []string // names of the checksum lists that are there, strongest first
	signed bool
	sums   map[string]sums // by name of the list
	bodies map[string][]byte
	bad    []release.Problem
	// signature is what checking that of the strongest list gave; nil without a keyring.
	signature *release.Signature
	// held is why what was read is not believed.
	held string

	err    error  // it could not be read
	failed string // what could not be read, where it was not the directory itself
	absent bool   // it is not there
	loop   bool   // it is one of those above it

	gone, unlisted []string // where list and listing disagree
}

// here reports whether the directory was read and is one of its own.
func (n *node) here() bool { return n != nil && n.err == nil && !n.absent && !n.loop && n.list != nil }

// strongest is what the strongest list says that is there; nil without one.
func (n *node) strongest() sums {
	if len(n.lists) == 0 {
		return nil
	}
	return n.sums[n.lists[0]]
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// below reports whether path is dir or lies below it.
func below(path, dir string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, dir) && path[len(dir)] == '/'
}

func depthOf(path string) int {
	if path == "" {
		return 0
	}
	return strings.Count(path, "/") + 1
}

// setListing takes in what the listing says: which lists there are.
func (n *node) setListing(l *listing) {
	n.list, n.lists, n.signed, n.bad, n.signature = l, nil, false, nil, nil
	n.sums, n.bodies = map[string]sums{}, map[string][]byte{}
	for _, a := range algorithms {
		if e := l.find(a.list); e != nil && !e.dir {
			n.lists = append(n.lists, a.list)
		}
	}
	if len(n.lists) > 0 {
		n.signed = l.find(n.lists[0]+".gpg") != nil || l.find(n.lists[0]+".asc") != nil
	}
}

// compare finds out where the strongest list and the listing disagree.
func (n *node) compare(g *naming.Grammar) {
	n.gone, n.unlisted = nil, nil
	list := n.strongest()
	if list == nil {
		return
	}
	for name := range list {
		if e := n.list.find(name); e == nil || e.dir {
			n.gone = append(n.gone, naming.Printable(name))
		}
	}
	for _, e := range n.list.entries {
		if _, listed := list[e.name]; listed || e.dir || naming.IsCommon(e.name) {
			continue
		}
		// Whoever makes the lists leaves out every name with this word.
		if !strings.Contains(e.name, "netboot") && g.ParseFile(n.dir, e.name).Class == naming.Main {
			n.unlisted = append(n.unlisted, e.name)
		}
	}
	slices.Sort(n.gone)
	slices.Sort(n.unlisted)
}

// files are the entries that are files, with their checksums.
func (n *node) files(isDir func(path string) bool) []release.File {
	var files []release.File
	for _, e := range n.list.entries {
		if e.dir || e.maybeDir && isDir(join(n.path, e.name)) {
			continue
		}
		f := release.File{Name: e.name, Modified: e.modified, Exact: e.exact}
		if e.size >= 0 {
			size := e.size
			f.Size = &size
		}
		f.SHA256 = n.sums["SHA256SUMS"][e.name]
		f.SHA1 = n.sums["SHA1SUMS"][e.name]
		f.MD5 = n.sums["MD5SUMS"][e.name]
		files = append(files, f)
	}
	return files
}

// subdirectories are the names of the entries that are directories.
func (n *node) subdirectories() []string {
	var names []string
	for _, e := range n.list.entries {
		if e.dir {
			names = append(names, e.name)
		}
	}
	return names
}
