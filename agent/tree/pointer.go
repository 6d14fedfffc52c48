package tree

import (
	"context"
	"errors"
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// marks is where current and pending of the tree point.
type marks struct {
	// files are the marked ones, by pointer, directory and name.
	files map[string]map[string]map[string]bool
	// whole are the directories to which a pointer leads as a link.
	whole map[string]map[string]bool
	// left are the pointers that hold something of their own: the names of which
	// it is not so.
	left map[string]map[string]bool
	// kept are the directories above pointers that could not be read: what was
	// known of them stays.
	kept map[string][]string
}

func newMarks() *marks {
	return &marks{
		files: map[string]map[string]map[string]bool{}, whole: map[string]map[string]bool{},
		left: map[string]map[string]bool{}, kept: map[string][]string{},
	}
}

func (m *marks) addFile(pointer, dir, name string) {
	if m.files[pointer] == nil {
		m.files[pointer] = map[string]map[string]bool{}
	}
	if m.files[pointer][dir] == nil {
		m.files[pointer][dir] = map[string]bool{}
	}
	m.files[pointer][dir][name] = true
}

func (m *marks) addWhole(pointer, dir string) {
	if m.whole[pointer] == nil {
		m.whole[pointer] = map[string]bool{}
	}
	m.whole[pointer][dir] = true
}

// has reports whether a pointer leads to an image with these files.
func (m *marks) has(pointer, dir string, files []release.File) bool {
	if m.whole[pointer][dir] {
		return true
	}
	marked := m.files[pointer][dir]
	return slices.ContainsFunc(files, func(f release.File) bool { return f.Main && marked[f.Name] })
}

// dated is a build beside a pointer: what its checksum list says, freshly read or,
// where it could not be read, as it was known.
type dated struct {
	path, id string
	sums     sums
	list     *listing // nil where it could not be read
}

// resolvePointers finds out where current and pending lead. It comes last, when all
// builds are known.
//
// The checksum list of the pointer is compared with those of the builds beside it.
// When it is the same as one, the pointer is a link, or as good as one, and needs
// no listing. Otherwise it is a directory of links to single images, which are
// found again by name and checksum, each in the newest build that has it. Only
// what is found nowhere makes the pointer a directory of its own.
func (c *crawl) resolvePointers(ctx context.Context) error {
	pointers := c.pointers
	c.pointers = nil
	looks := make([]look, len(pointers))
	err := c.each(ctx, len(pointers), func(ctx context.Context, i int) {
		looks[i] = c.look(ctx, pointers[i])
	})
	if err != nil {
		return err
	}
	if err := c.lookAgain(ctx, looks); err != nil {
		return err
	}
	var level []*node
	for i, p := range pointers {
		if n := c.point(p.name, looks[i]); n != nil {
			level = append(level, n)
		}
	}
	if err := c.walk(ctx, level); err != nil {
		return err
	}
	for _, n := range level {
		c.markOwn(n)
	}
	return nil
}

// look is what was learnt of a pointer without listing it.
type look struct {
	n      *node
	builds []dated
	at     string // the list that was read, "" where no build has one
	list   sums
	err    error
}

func (c *crawl) look(ctx context.Context, p pointer) look {
	l := look{n: c.child(p.up, p.name), builds: c.builds(p.up)}
	if name := c.listOf(l.builds); name != "" {
		l.at = join(l.n.path, name)
		l.list, _, l.err = c.readSums(ctx, l.at)
	}
	return l
}

// point marks what a pointer leads to. It returns the pointer as a directory that
// has to be visited, or nil.
func (c *crawl) point(name string, l look) *node {
	switch {
	case l.at == "" || isAbsent(l.err):
		return l.n // no list: the listing has to do
	case l.err != nil:
		c.keepPointer(l)
		return nil
	}
	for _, b := range l.builds {
		if l.list.same(b.sums) {
			c.aliases[l.n.path] = b.path
			c.marks.addWhole(name, b.path)
			return nil
		}
	}
	whole := len(l.list) > 0
	for file, hash := range l.list {
		whole = c.markSum(name, l.builds, file, hash) && whole
	}
	if whole {
		return nil
	}
	return l.n
}

// listOf is the name of the strongest checksum list of the newest build that has one,
// "" where none has. Of those that could not be read it is likely.
func (c *crawl) listOf(builds []dated) string {
	name := ""
	for _, b := range builds {
		switch n := c.nodes[b.path]; {
		case !n.here():
			name = algorithms[0].list
		case len(n.lists) > 0:
			return n.lists[0]
		}
	}
	return name
}

// builds are the builds below a directory, newest first.
func (c *crawl) builds(up *node) []dated {
	var builds []dated
	for _, e := range up.list.entries {
		if !naming.IsBuildID(e.name) {
			continue
		}
		n := c.nodes[join(up.path, e.name)]
		switch {
		case n.here():
			builds = append(builds, dated{n.path, e.name, n.strongest(), n.list})
		case n != nil && n.err != nil && !n.absent:
			builds = append(builds, dated{n.path, e.name, c.known.sums(naming.Printable(n.path)), nil})
		}
	}
	slices.SortFunc(builds, func(a, b dated) int { return release.CompareBuildIDs(b.id, a.id) })
	return builds
}

// markSum marks a file by name and checksum in the newest build that has it.
func (c *crawl) markSum(pointer string, builds []dated, name, hash string) bool {
	for _, b := range builds {
		if hash != "" && b.sums[name] == hash {
			c.marks.addFile(pointer, b.path, name)
			return true
		}
	}
	return false
}

// keepPointer keeps what was known of a pointer that could not be read.
func (c *crawl) keepPointer(l look) {
	c.problem("unreadable", l.at, reason(l.err)+"; what it pointed to before is kept")
	n, name := l.n, lastName(l.n.path)
	if to, ok := c.known.aliases[naming.Printable(n.path)]; ok && c.nodes[to].here() {
		c.aliases[n.path] = to
		c.marks.addWhole(name, to)
		return
	}
	c.marks.kept[name] = append(c.marks.kept[name], n.up.path)
	n.err = errNotRead
	c.nodes[n.path] = n
}

var errNotRead = errors.New("not read")

// markOwn compares a pointer that was visited as a directory with the builds beside
// it, and remembers what it has that none of them has.
func (c *crawl) markOwn(n *node) {
	if !n.here() {
		if n.err != nil && !n.absent {
			c.marks.kept[lastName(n.path)] = append(c.marks.kept[lastName(n.path)], n.up.path)
		}
		return
	}
	pointer := lastName(n.path)
	builds := c.builds(n.up)
	left := map[string]bool{}
	for _, b := range builds {
		if b.list.same(n.list) {
			c.aliases[n.path] = b.path
			c.marks.addWhole(pointer, b.path)
			c.marks.left[n.path] = left
			return
		}
	}
	for _, e := range n.list.entries {
		if !e.dir && !c.markEntry(pointer, n, builds, e) {
			left[e.name] = true
		}
	}
	c.marks.left[n.path] = left
}

// markEntry marks a file by its checksum, or, where no list has one, by being shown
// with the same size and date.
func (c *crawl) markEntry(pointer string, n *node, builds []dated, e entry) bool {
	if hash := n.strongest()[e.name]; hash != "" {
		return c.markSum(pointer, builds, e.name, hash)
	}
	for _, b := range builds {
		if b.list == nil {
			continue
		}
		other := b.list.find(e.name)
		if other != nil && other.size == e.size && other.stamp == e.stamp && other.modified.Equal(e.modified) && e.size >= 0 {
			c.marks.addFile(pointer, b.path, e.name)
			return true
		}
	}
	return false
}
