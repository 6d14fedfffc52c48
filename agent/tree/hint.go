package tree

import (
	"context"
	"slices"
	"time"
)

// A hint is a file that changes whenever anything else of the tree does. As long as
// it does, a quiet poll is one conditional request. It is relied on only as long as
// no recheck shows otherwise.

// distrustFor is how long the hints of a tree are left alone once they were wrong.
const distrustFor = 24 * time.Hour

// readHints asks for the hints, and finds out whether they say that nothing changed.
func (c *crawl) readHints(ctx context.Context) {
	r := c.memory
	if r == nil || len(c.tree.Hints) == 0 {
		return
	}
	if d := r.old.distrust; d != nil && d.Until.After(r.now) && d.Until.Sub(r.now) <= distrustFor {
		r.new.distrust = d
		return
	}
	quiet := true
	for _, path := range c.tree.Hints {
		quiet = c.readHint(ctx, path) && quiet
	}
	r.quiet = quiet
}

// readHint reports whether a hint was there, and is as it was.
func (c *crawl) readHint(ctx context.Context, path string) bool {
	r := c.memory
	r.demand(path)
	_, err := c.read(ctx, path, c.limits.ListBytes)
	switch {
	case isAbsent(err):
		c.problem("hint", path, "it is not there; take it out of the hints of the tree, which is polled without hints for now")
		return false
	case err != nil:
		return false
	}
	have, now := r.old.hints[text(path)], r.new.files[text(path)]
	hint := &heardHint{Hash: now.Hash, Changed: r.now}
	same := have != nil && have.Hash == now.Hash
	if same {
		hint.Changed = have.Changed
	}
	r.new.hints[text(path)] = hint
	if hint.Changed.After(r.hinted) {
		r.hinted = hint.Changed
	}
	return same
}

// judgeHints says which hints have missed a change, and leaves them alone for a time.
func (c *crawl) judgeHints() {
	r := c.memory
	if r == nil {
		return
	}
	if r.missed != "" {
		r.new.distrust = &distrust{Until: r.now.Add(distrustFor), Hint: text(c.tree.Hints[0]), Path: text(r.missed)}
	}
	d := r.new.distrust
	if d == nil || !slices.Contains(c.tree.Hints, string(d.Hint)) {
		return
	}
	for _, hint := range c.tree.Hints {
		c.problem("hint", hint, "it did not change, though "+c.place.address(string(d.Path))+
			" did; it is not relied on until "+d.Until.UTC().Format("2006-01-02 15:04")+" UTC")
	}
}
