package tree

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// A directory is captured as one state. Whoever publishes replaces files, list and
// signature one after the other, while we read. So the list that was read before the
// listing must be the one that is read after it, byte for byte, and must name what
// the listing shows. Otherwise both are read again. In the end a list that does not
// stand still, a bad signature, or files that were replaced under a list that was
// not, hold the directory: what was known of it stays, with the reason. A list that
// stands still and names other files than are there is a fact.

// maxLooks is how often a directory is read in one poll.
const maxLooks = 3

var errHeld = errors.New("held")

// capture reads a directory until it is seen in one state. What is remembered was.
func (c *crawl) capture(ctx context.Context, n *node) error {
	before := c.listsBefore(ctx, n)
	due := c.memory.due(n.path)
	var last *node
	for look := 1; look <= maxLooks; look++ {
		now := &node{path: n.path, dir: n.dir}
		if err := c.lookAt(ctx, now, look > 1, due); err != nil {
			return n.failedLook(last, now, err)
		}
		good := !due && !now.isBad()
		if !good {
			good, now.held = c.judgeLook(now, last, before)
		}
		n.take(now)
		if good {
			break
		}
		before, last, due = now.bodies, now, true
		c.memory.demand(listingKey(n.path))
	}
	n.bodies = nil
	if n.held != "" {
		return errHeld
	}
	return nil
}

// lookAt reads listing, lists and signature once. A list is read again after the
// listing, unless all of it comes from memory or is as it was remembered.
func (c *crawl) lookAt(ctx context.Context, n *node, again, due bool) error {
	l, err := c.list(ctx, n.path)
	if err != nil {
		return err
	}
	n.setListing(l)
	if err := c.readLists(ctx, n, again || due && !c.isAsRemembered(n)); err != nil {
		return err
	}
	n.compare(c.grammar)
	return nil
}

// isAsRemembered reports whether a directory that was asked for, and the lists that
// were read before it, are as they were believed at the last poll.
func (c *crawl) isAsRemembered(n *node) bool {
	have, _ := c.memory.before(n.path)
	asked, changed := c.memory.wasAsked(listingKey(n.path))
	if have == nil || !asked || changed {
		return false
	}
	for _, name := range strongEnough(n.lists) {
		if asked, changed := c.memory.wasAsked(join(n.path, name)); !asked || changed {
			return false
		}
	}
	return true
}

// take takes over what a look showed.
func (n *node) take(now *node) {
	n.list, n.lists, n.signed, n.sums, n.bodies, n.bad = now.list, now.lists, now.signed, now.sums, now.bodies, now.bad
	n.signature, n.gone, n.unlisted, n.held = now.signature, now.gone, now.unlisted, now.held
}

// failedLook is the error of a look that failed. A further one that fails leaves the
// one before as it is, unless that was not whole, or the directory is gone.
func (n *node) failedLook(last, now *node, err error) error {
	if last != nil && last.held == "" && !last.torn() && !isAbsent(err) {
		return nil
	}
	n.held, n.failed, n.list = "", now.failed, now.list
	return err
}

// torn reports whether the strongest list is shown and not there.
func (n *node) torn() bool { return len(n.lists) > 0 && n.strongest() == nil }

// isBad reports whether the signature of the strongest list is bad.
func (n *node) isBad() bool {
	return n.signature != nil && n.signature.State == release.SignatureBad
}

// listsBefore reads the lists of a directory before its listing: those that are
// remembered, or the one that directories of its kind have. Where a list is watched
// and has become another, the directory is not taken from memory.
func (c *crawl) listsBefore(ctx context.Context, n *node) map[string][]byte {
	names, guessed := c.listNames(n)
	if !c.memory.due(n.path) && !c.memory.watches(n.path) && !c.listChanged(n.path, names) || guessed && !c.guesses.worth {
		return nil
	}
	lists := map[string][]byte{}
	for _, name := range names {
		at := join(n.path, name)
		c.memory.renew(at)
		body, err := c.read(ctx, at, c.limits.ListBytes)
		if err == nil {
			lists[name] = body
		}
		if guessed {
			c.guesses.count(err == nil)
		}
	}
	if len(names) > 0 && !guessed && c.keyring != nil {
		c.memory.renewSignature(join(n.path, names[0]))
	}
	if !guessed && c.listChanged(n.path, names) {
		c.memory.demand(listingKey(n.path))
	}
	return lists
}

// guesses counts how often a directory of which nothing was known had the list that
// its kind is likely to have. A right guess saves a listing, a wrong one costs a
// request.
type guesses struct {
	right, wrong atomic.Int32
	// worth says that the next one is more likely to be right than not. It is judged
	// between batches, so that what is asked for does not depend on timing.
	worth bool
}

// fewGuesses is how many are made before anything is known.
const fewGuesses = 4

func (g *guesses) judge() { g.worth = g.wrong.Load() < max(fewGuesses, g.right.Load()) }

func (g *guesses) count(right bool) {
	if right {
		g.right.Add(1)
	} else {
		g.wrong.Add(1)
	}
}

// nextBatch is how many directories are read at once: few while nothing is known of
// how good guesses are.
func (c *crawl) nextBatch(level []*node) int {
	most, guesses := min(batch, len(level)), 0
	if c.guesses.right.Load()+c.guesses.wrong.Load() >= fewGuesses {
		return most
	}
	for i, n := range level[:most] {
		if names, guessed := c.listNames(n); guessed && len(names) > 0 {
			guesses++
		}
		if guesses == fewGuesses {
			return i + 1
		}
	}
	return most
}

// listChanged reports whether this poll has read a list of a directory that is not
// what it was.
func (c *crawl) listChanged(path string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		asked, changed := c.memory.wasAsked(join(path, name))
		return asked && changed
	})
}

// listNames are the lists that a directory is known to have, or is likely to.
func (c *crawl) listNames(n *node) (names []string, guessed bool) {
	if have, _ := c.memory.before(n.path); have != nil {
		for _, a := range algorithms {
			if have.find(a.list) != nil {
				names = append(names, a.list)
			}
		}
		return strongEnough(names), false
	}
	d := n.dir
	switch d.Kind {
	case naming.Dated, naming.Current, naming.Pending, naming.Pool:
	case naming.Release:
		if d.Status == "" && c.tree.Role == "full" {
			return nil, true // it leads to the statuses
		}
	default:
		return nil, true
	}
	if d.Parent != d.Path {
		return nil, true
	}
	return []string{algorithms[0].list}, true
}

// judgeLook says whether a look showed one state, given the look before it and the
// lists before that; and why the directory is held if it was the last look.
func (c *crawl) judgeLook(n, last *node, before map[string][]byte) (good bool, held string) {
	for _, name := range strongEnough(n.lists) {
		if n.sums[name] == nil {
			continue // listed and not there
		}
		then, ok := before[name]
		if !ok || !bytes.Equal(then, n.bodies[name]) {
			return false, name + " was replaced each time the directory was read"
		}
	}
	if n.isBad() {
		return false, "the signature of " + n.lists[0] + " is bad"
	}
	if why := c.replaced(n); why != "" {
		return false, why
	}
	if len(n.gone)+len(n.unlisted) == 0 && !n.torn() || c.isKnownDisagreement(n) && !n.torn() {
		return true, ""
	}
	return last != nil && last.held == "" && last.torn() == n.torn() &&
		slices.Equal(last.gone, n.gone) && slices.Equal(last.unlisted, n.unlisted), ""
}

// isKnownDisagreement reports whether list and listing disagreed in the same way at
// the last poll.
func (c *crawl) isKnownDisagreement(n *node) bool {
	before := c.known.directories[naming.Printable(n.path)]
	return before != nil && before.Held == "" && slices.Equal(before.Gone, n.gone) && slices.Equal(before.Unlisted, n.unlisted)
}
