package tree

import (
	"context"
	"slices"
)

// newest is how many builds are looked at again for a pointer that leads nowhere.
const newest = 3

// lookAgain reads the builds that were taken from memory although a pointer has come
// to lead to them; and the newest ones where it has come to lead to none.
func (c *crawl) lookAgain(ctx context.Context, looks []look) error {
	var again []*node
	for _, l := range looks {
		if _, changed := c.memory.wasAsked(l.at); c.memory == nil || l.err != nil || !changed {
			continue
		}
		for _, b := range l.candidates() {
			n := c.nodes[b.path]
			if asked, _ := c.memory.wasAsked(listingKey(b.path)); !asked && n.here() && !slices.Contains(again, n) {
				again = append(again, n)
			}
		}
	}
	if err := c.revisit(ctx, again); err != nil || len(again) == 0 {
		return err
	}
	for i := range looks {
		looks[i].builds = c.builds(looks[i].n.up)
	}
	return nil
}

// candidates are the builds to which a pointer may lead: the one with its list, or
// the newest unless all that it has is found.
func (l look) candidates() []dated {
	for i, b := range l.builds {
		if l.list.same(b.sums) {
			return l.builds[i : i+1]
		}
	}
	for name, hash := range l.list {
		if !slices.ContainsFunc(l.builds, func(b dated) bool { return hash != "" && b.sums[name] == hash }) {
			return l.builds[:min(newest, len(l.builds))]
		}
	}
	return nil
}

// revisit reads directories that were taken from memory, and what is new below them.
func (c *crawl) revisit(ctx context.Context, nodes []*node) error {
	for _, n := range nodes {
		c.memory.demand(listingKey(n.path))
	}
	if err := c.visitAll(ctx, nodes); err != nil {
		return err
	}
	var level []*node
	for _, n := range nodes {
		if n.err != nil {
			c.report(n)
			continue
		}
		c.problems = append(c.problems, n.bad...)
		level = append(level, slices.DeleteFunc(c.children(n), func(child *node) bool { return c.nodes[child.path] != nil })...)
	}
	return c.walk(ctx, level)
}
