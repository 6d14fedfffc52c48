package tree

import (
	"context"
	"fmt"
	"slices"

	"shiplist/internal/naming"
	"shiplist/internal/release"
	"shiplist/internal/signature"
)

// signatureEnds are what the name of a list's signature ends in, the usual one first.
var signatureEnds = []string{".gpg", ".asc"}

// maxSignature is how much of a signature is read: real ones have less than 1 KB.
const maxSignature = 64 << 10

// loadKeyring reads the keys of the tree, nil where none are named.
func (s *Source) loadKeyring() (*signature.Keyring, error) {
	if s.o.Tree.Keyring == "" {
		return nil, nil //nolint:nilnil // no keyring, no checking
	}
	keys, err := signature.Load(s.o.Tree.Keyring)
	if err != nil {
		return nil, fmt.Errorf("tree %s: keyring: %w", s.o.Tree.Name, err)
	}
	return keys, nil
}

// checkSignature reads the signature of the strongest list and checks it.
func (c *crawl) checkSignature(ctx context.Context, n *node, anew bool) error {
	if c.keyring == nil || n.strongest() == nil {
		return nil
	}
	var signed []byte
	for _, end := range signatureEnds {
		name := n.lists[0] + end
		if n.list.find(name) == nil {
			continue
		}
		at := join(n.path, name)
		if anew {
			c.memory.demand(at)
		}
		body, err := c.read(ctx, at, maxSignature)
		if err != nil && !isAbsent(err) {
			n.failed = at
			return err
		}
		if err == nil {
			signed = body
			break
		}
	}
	checked := c.keyring.Check(n.bodies[n.lists[0]], signed, c.now)
	n.signature = &checked
	return nil
}

// addHeld marks what is held among the facts: with the reason, and the signature if
// that is it. A directory of which nothing is known yet is there by its path alone.
func (c *crawl) addHeld(f *release.Facts) {
	for _, n := range c.nodes {
		if n.held == "" {
			continue
		}
		at := naming.Printable(n.path)
		i := slices.IndexFunc(f.Directories, func(d release.Directory) bool { return d.Path == at })
		if i < 0 {
			d := c.directory(n, nil)
			d.Checksums, d.Signed, d.Aliases = n.lists, n.signed, nil
			f.Directories = append(f.Directories, d)
			i = len(f.Directories) - 1
		}
		d := &f.Directories[i]
		d.Held = n.held
		if n.isBad() {
			d.Signature = n.signature
		}
	}
}
