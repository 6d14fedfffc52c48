package tree

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// visit reads a directory and its checksum lists. Where the two disagree, which
// they do for moments while images are published, both are read once more, unless
// they disagreed in the same way at the last poll.
func (c *crawl) visit(ctx context.Context, n *node) {
	if n.err = c.visitOnce(ctx, n); n.err == nil {
		n.compare(c.grammar)
		c.visitAgain(ctx, n)
	}
	if n.err == nil {
		n.err = c.doubt(ctx, n)
	}
	n.absent = n.err != nil && n.list == nil && isAbsent(n.err)
}

// visitAgain takes the second look, where one is needed. A build may have been
// purged between the two; and a listing whose list was gone already, and that cannot
// be had again, is not the whole of a directory.
func (c *crawl) visitAgain(ctx context.Context, n *node) {
	torn := len(n.lists) > 0 && n.strongest() == nil
	if len(n.gone)+len(n.unlisted) == 0 && !torn {
		return
	}
	before := c.known.directories[naming.Printable(n.path)]
	if before != nil && !torn && slices.Equal(before.Gone, n.gone) && slices.Equal(before.Unlisted, n.unlisted) {
		return
	}
	again := &node{path: n.path, dir: n.dir}
	switch err := c.visitOnce(ctx, again); {
	case err == nil:
		n.list, n.lists, n.signed, n.sums, n.bad = again.list, again.lists, again.signed, again.sums, again.bad
		n.compare(c.grammar)
	case torn || isAbsent(err):
		n.err, n.failed, n.list = err, again.failed, again.list
	}
}

// doubt is the error of a listing that shows nothing of what was known of the
// directory, not even a checksum list, while a list that was known there or below
// still answers: then the listing is what is wrong.
func (c *crawl) doubt(ctx context.Context, n *node) error {
	if len(n.lists) > 0 || !c.known.vanished(n) {
		return nil
	}
	at := c.known.listBelow(naming.Printable(n.path))
	if at == "" {
		return nil
	}
	_, _, err := c.readSums(ctx, at)
	switch {
	case isAbsent(err):
		return nil
	case err != nil:
		n.failed = at
		return err
	}
	return notListing("it shows nothing of what was known, and " + at + " is still there")
}

// visitOnce reads the listing, then the lists: a list that is replaced in between
// is newer than the listing, and shows.
func (c *crawl) visitOnce(ctx context.Context, n *node) error {
	l, err := c.list(ctx, n.path)
	if err != nil {
		return err
	}
	n.setListing(l)
	for _, name := range n.lists {
		if name != n.lists[0] && n.lists[0] == algorithms[0].list {
			break // the strong list is enough
		}
		list, bad, err := c.readSums(ctx, join(n.path, name))
		switch {
		case isAbsent(err):
			// Listed and gone: the second visit will tell.
			n.sums[name] = nil
		case err != nil:
			n.failed = join(n.path, name)
			return err
		default:
			n.sums[name] = list
			n.noteBad(c.place.address(join(n.path, name)), bad)
		}
	}
	return nil
}

// readSums reads one checksum list.
func (c *crawl) readSums(ctx context.Context, at string) (sums, badLines, error) {
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.list == path.Base(at) })
	body, err := c.read(ctx, at, c.limits.ListBytes)
	if err != nil {
		return nil, badLines{}, err
	}
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
