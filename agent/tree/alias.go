package tree

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"shiplist/internal/naming"
)

// A directory may be reached by several addresses: noble, 24.04 and 24.04.4 are
// one, and so may be releases and ubuntu/releases. Each counts once, under the
// series' name and below its project; the others become aliases. Whether two are
// one is seen by their content: they are when a checksum list at the same place
// below both is the same. That costs one small file instead of a listing for every
// directory below.

// resolveAliases looks at everything that was put off because it may be another
// directory under a second name, and visits what is not.
func (c *crawl) resolveAliases(ctx context.Context) error {
	for len(c.candidates)+len(c.twins) > 0 {
		candidates := c.candidates
		c.candidates = nil
		if len(candidates) == 0 {
			if err := c.resolveTwins(ctx); err != nil {
				return err
			}
			continue
		}
		verdicts := make([]verdict, len(candidates))
		err := c.each(ctx, len(candidates), func(ctx context.Context, i int) {
			verdicts[i] = c.judge(ctx, candidates[i])
		})
		if err != nil {
			return err
		}
		var own []*node
		for i, candidate := range candidates {
			own = append(own, c.apply(candidate, verdicts[i])...)
		}
		if err := c.walk(ctx, own); err != nil {
			return err
		}
	}
	return nil
}

// verdict is what was found out about a candidate.
type verdict struct {
	base  string // the directory that it may be, in its own canonical spelling
	alias bool
	// lost says that it was one, and nothing can be said now.
	lost bool
	// visited is the candidate as it was listed, where that was needed.
	visited *node
}

// canonical is the spelling under which a directory was visited.
func (c *crawl) canonical(path string) string {
	for range maxAliases {
		next := c.oneStep(path)
		if next == path {
			break
		}
		path = next
	}
	return path
}

// oneStep replaces the longest part of a path that is an alias.
func (c *crawl) oneStep(path string) string {
	for at := path; at != ""; at = parent(at) {
		if to, ok := c.aliases[at]; ok {
			return to + path[len(at):]
		}
	}
	return path
}

func parent(path string) string {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)]
}

// judge finds out whether a candidate is its base.
func (c *crawl) judge(ctx context.Context, cand candidate) verdict {
	v := verdict{base: c.canonical(cand.base)}
	base := c.nodes[v.base]
	switch {
	case c.isLost(v.base):
		v.lost = c.known.isAlias(naming.Printable(cand.path))
		return v
	case !base.here():
		return v
	}
	if sample := c.sample(v.base); sample != nil {
		at := join(cand.path+sample.path[len(v.base):], sample.lists[0])
		list, _, err := c.readSums(ctx, at)
		asked, _ := c.memory.wasAsked(at)
		_, changed := c.memory.wasAsked(join(sample.path, sample.lists[0]))
		if !asked && changed && (err != nil || !list.same(sample.strongest())) {
			asked = true
			c.memory.demand(at)
			list, _, err = c.readSums(ctx, at)
		}
		if err != nil {
			v.alias = !isAbsent(err) && c.known.isAlias(naming.Printable(cand.path))
			return v
		}
		v.alias = list.same(sample.strongest()) || asked && c.isReplaced(ctx, sample, list)
		return v
	}
	if c.settled(cand.visited) {
		return v // looking alike is not enough
	}
	if v.visited = cand.visited; v.visited == nil {
		v.visited = c.child(cand.up, lastName(cand.path))
		c.visit(ctx, v.visited)
	}
	v.alias = v.visited.here() && v.visited.list.same(base.list)
	return v
}

// isReplaced reports whether the list of a directory has become another one since
// it was read: images are published while we look.
func (c *crawl) isReplaced(ctx context.Context, n *node, by sums) bool {
	at := join(n.path, n.lists[0])
	c.memory.demand(at)
	list, _, err := c.readSums(ctx, at)
	return err == nil && list.same(by)
}

// settled reports whether a directory was taken in.
func (c *crawl) settled(n *node) bool { return n != nil && c.nodes[n.path] == n }

// sample is the topmost directory at or below path that has a checksum list.
func (c *crawl) sample(path string) *node {
	var best *node
	for at, n := range c.nodes {
		if !below(at, path) || !n.here() || len(n.strongest()) == 0 {
			continue
		}
		if best == nil || depthOf(at) < depthOf(best.path) || depthOf(at) == depthOf(best.path) && at < best.path {
			best = n
		}
	}
	return best
}

// apply records an alias, or returns what is to be visited.
func (c *crawl) apply(cand candidate, v verdict) []*node {
	switch {
	case v.alias:
		c.aliases[cand.path] = v.base
		return nil
	case v.lost:
		c.skipped = append(c.skipped, cand.path)
		return nil
	case c.settled(cand.visited):
		return c.children(cand.visited)
	case cand.visited != nil:
		return c.settle(cand.visited)
	case v.visited != nil:
		return c.settle(v.visited)
	}
	return []*node{c.child(cand.up, lastName(cand.path))}
}

// resolveTwins compares a directory at the root with the one of the same name below
// the root's project: the two may be one, or share what lies below them, or have
// nothing in common.
func (c *crawl) resolveTwins(ctx context.Context) error {
	twins := c.twins
	c.twins = nil
	var own, both []*node
	var bases []string
	for _, twin := range twins {
		n := c.child(twin.up, lastName(twin.path))
		base := c.canonical(twin.base)
		switch other := c.nodes[base]; {
		case other.here():
			both, bases = append(both, n), append(bases, base)
		case c.isLost(base) && c.known.isAlias(naming.Printable(twin.path)):
			// Nothing tells now what of it is the other: all stays as it was.
			c.skipped = append(c.skipped, twin.path)
		default:
			own = append(own, n)
		}
	}
	if err := c.visitAll(ctx, both); err != nil {
		return err
	}
	for i, n := range both {
		own = append(own, c.settleTwin(n, c.nodes[bases[i]])...)
	}
	return c.walk(ctx, own)
}

// settleTwin takes in a directory that has a twin. What lies below both is looked
// at by itself, unless they hold the same names: then one look is enough.
func (c *crawl) settleTwin(n, base *node) []*node {
	if n.here() && slices.Equal(n.subdirectories(), base.subdirectories()) {
		c.candidates = append(c.candidates, candidate{base.path, n.path, n.up, n})
		return nil
	}
	if n.err != nil && !n.absent {
		c.keepAliases(n.path)
	}
	var own []*node
	for _, child := range c.settle(n) {
		name := lastName(child.path)
		if c.nodes[c.canonical(join(base.path, name))].here() {
			c.candidates = append(c.candidates, candidate{join(base.path, name), child.path, n, nil})
			continue
		}
		own = append(own, child)
	}
	return own
}

// aliasesOf are the other paths of a directory, made of the aliases of itself and
// of every directory above it.
func (c *crawl) aliasesOf(path string) []string {
	names := map[string]bool{path: true}
	work := []string{path}
	aliases := slices.Sorted(maps.Keys(c.aliases)) // so that the bound cuts the same off every time
	for len(work) > 0 && len(names) < maxAliases {
		at := work[0]
		work = work[1:]
		for _, alias := range aliases {
			to := c.aliases[alias]
			if !below(at, to) {
				continue
			}
			other := alias + at[len(to):]
			if !names[other] && len(names) < maxAliases {
				names[other] = true
				work = append(work, other)
			}
		}
	}
	delete(names, path)
	var list []string
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// maxAliases bounds the names of one directory: each second name of one above it
// doubles them.
const maxAliases = 64

// mergeEqual finds directories that are one although nothing in their names says
// so, such as a mirror of the tree inside the tree: they mean the same, hold the
// same names and have the same checksum list. The shortest path stays.
func (c *crawl) mergeEqual() {
	type meaning struct{ kind, project, series, imageType, id, status string }
	same := map[meaning][]*node{}
	for _, n := range c.nodes {
		if n.here() && n.dir.Kind != naming.Other && n.dir.Parent == n.path && len(n.strongest()) > 0 {
			d := n.dir
			m := meaning{string(d.Kind), d.Project, d.Series, d.ImageType, d.BuildID, d.Status}
			same[m] = append(same[m], n)
		}
	}
	for _, nodes := range same {
		slices.SortFunc(nodes, func(a, b *node) int {
			return cmp.Or(cmp.Compare(depthOf(a.path), depthOf(b.path)), cmp.Compare(a.path, b.path))
		})
		for i, n := range nodes {
			for _, first := range nodes[:i] {
				if c.aliases[first.path] == "" && n.strongest().same(first.strongest()) && sameNames(n, first) {
					c.aliases[n.path] = first.path
					break
				}
			}
		}
	}
}

func sameNames(a, b *node) bool {
	return slices.EqualFunc(a.list.entries, b.list.entries, func(a, b entry) bool { return a.name == b.name })
}
