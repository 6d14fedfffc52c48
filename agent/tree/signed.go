package tree

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

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
	at := ""
	for _, end := range signatureEnds {
		name := n.lists[0] + end
		if n.list.find(name) == nil {
			continue
		}
		at = join(n.path, name)
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
	said := c.check(at, n.bodies[n.lists[0]], signed)
	n.signature = &said
	return nil
}

// check is what a signature says of a list. What it said of the same bytes, by the
// same keys, is remembered, as checking takes longer than the rest of a quiet poll.
func (c *crawl) check(at string, list, signed []byte) release.Signature {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(c.keys), list, signed} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	of := text(h.Sum(nil))
	if v := c.memory.checked(at); v != nil && v.Of == of && !c.now.Before(v.At) && (v.Until.IsZero() || !c.now.After(v.Until)) {
		return v.Signature
	}
	said := c.keyring.Check(list, signed, c.now)
	c.memory.setChecked(at, &checked{Of: of, At: c.now, Until: c.keyring.Until(signed, c.now), Signature: said})
	return said
}

// checked is what a signature said of a list.
type checked struct {
	Of        text              `json:"of"` // digest of keys, list and signature
	At        time.Time         `json:"at"`
	Until     time.Time         `json:"until,omitzero"` // up to then it is true; zero for ever
	Signature release.Signature `json:"signature"`
}

// checked is what is remembered of a signature, nil without it.
func (r *remembering) checked(at string) *checked {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.heardFile(at); f != nil {
		return f.Checked
	}
	return nil
}

func (r *remembering) setChecked(at string, v *checked) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.new.files[text(at)]; f != nil && f.Status == 0 {
		other := *f // the memory of before may hold this one, too
		other.Checked = v
		r.new.files[text(at)] = &other
	}
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
