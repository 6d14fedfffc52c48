package tree

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// visit reads a directory and its checksum lists as one state.
func (c *crawl) visit(ctx context.Context, n *node) {
	n.err = c.capture(ctx, n)
	if n.err == nil {
		n.err = c.doubt(ctx, n)
	}
	n.absent = n.err != nil && n.list == nil && isAbsent(n.err)
}

// doubt is the error of a listing that shows nothing of what was known of the
// directory, not even a checksum list, while a list that was known there or below, or
// else a boot configuration, still answers: then the listing is what is wrong.
func (c *crawl) doubt(ctx context.Context, n *node) error {
	if len(n.lists) > 0 || !c.known.vanished(n) {
		return nil
	}
	path := naming.Printable(n.path)
	at := c.known.listBelow(path)
	list := at != ""
	if at = cmp.Or(at, c.known.configBelow(path)); at == "" {
		return nil
	}
	c.memory.renew(at)
	var err error
	if list {
		_, _, err = c.readSums(ctx, at)
	} else {
		_, err = c.read(ctx, at, maxBootConfig)
	}
	switch {
	case isAbsent(err):
		return nil
	case err != nil:
		n.failed = at
		return err
	}
	return notListing("it shows nothing of what was known, and " + at + " is still there")
}

// readLists reads the lists that a directory shows, and the signature of the
// strongest; with anew, although this poll has read them before.
func (c *crawl) readLists(ctx context.Context, n *node, anew bool) error {
	for _, name := range strongEnough(n.lists) {
		list, bad, err := c.readList(ctx, n, name, anew)
		switch {
		case isAbsent(err):
			// Listed and gone: the next look will tell.
			n.sums[name] = nil
		case err != nil:
			n.failed = join(n.path, name)
			return err
		default:
			n.sums[name] = list
			n.noteBad(c.place.address(join(n.path, name)), bad)
		}
	}
	return c.checkSignature(ctx, n, anew)
}

// strongEnough leaves out the lists that are not read: the strong one is enough.
func strongEnough(lists []string) []string {
	if len(lists) > 0 && lists[0] == algorithms[0].list {
		return lists[:1]
	}
	return lists
}

// readList reads a checksum list of a directory and keeps its bytes.
func (c *crawl) readList(ctx context.Context, n *node, name string, anew bool) (sums, badLines, error) {
	at := join(n.path, name)
	if anew {
		c.memory.demand(at)
	}
	body, err := c.read(ctx, at, c.limits.ListBytes)
	if err != nil {
		return nil, badLines{}, err
	}
	n.bodies[name] = body
	return c.parseSums(at, body)
}

// readSums reads one checksum list.
func (c *crawl) readSums(ctx context.Context, at string) (sums, badLines, error) {
	body, err := c.read(ctx, at, c.limits.ListBytes)
	if err != nil {
		return nil, badLines{}, err
	}
	return c.parseSums(at, body)
}

func (c *crawl) parseSums(at string, body []byte) (sums, badLines, error) {
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.list == path.Base(at) })
	if bytes.Count(body, []byte("\n")) > c.limits.Entries {
		return nil, badLines{}, fmt.Errorf("more than %d lines in one list", c.limits.Entries)
	}
	return parseSums(algorithms[max(i, 0)], body)
}

func (n *node) noteBad(address string, bad badLines) {
	if bad.count > 0 {
		n.bad = append(n.bad, release.Problem{
			Rule: "checksums", Address: address, Text: bad.String() + "; such lines are left out",
		})
	}
}
