package tree

import (
	"context"
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
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
		for _, b := range c.suspects(l) {
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

// suspects are the builds to which a pointer may lead: the one with its list; or,
// unless all that it has is found, the newest and those to which it led before.
func (c *crawl) suspects(l look) []dated {
	for i, b := range l.builds {
		if l.list.same(b.sums) {
			return l.builds[i : i+1]
		}
	}
	for name, hash := range l.list {
		if slices.ContainsFunc(l.builds, func(b dated) bool { return hash != "" && b.sums[name] == hash }) {
			continue
		}
		list := l.builds[:min(newest, len(l.builds))]
		for _, b := range l.builds[len(list):] {
			if c.wasLed(lastName(l.n.path), b.path) {
				list = append(slices.Clip(list), b)
			}
		}
		return list
	}
	return nil
}

// wasLed reports whether a pointer led to something of a build at the last poll.
func (c *crawl) wasLed(pointer, build string) bool {
	return slices.ContainsFunc(c.known.images[naming.Printable(build)], func(image *release.Image) bool {
		return pointer == "current" && image.Current || pointer == "pending" && image.Pending
	})
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
