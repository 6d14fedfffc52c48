// Package publish makes a staged set the site that visitors see, and goes back to one
// that they saw before. It never renders: what is published is what was looked at.
//
// What visitors see is what the symbolic link [Site].Output leads to. Beside it, in
// OUTPUT.sets, lie the sets that were published and are kept:
//
//	public -> public.sets/000007-3f9c1a2b4d5e
//	public.sets/000007-3f9c1a2b4d5e/       a whole site, with SHA256SUMS
//	public.sets/000007-3f9c1a2b4d5e.json   what is known of it, a [Set]
//	public.sets/history.jsonl              what was done, an [Entry] in each line
//	public.sets/pending.json               the entry of what is being done just now
//
// A set is made aside, as hard links to the files of the set that is shown, where they
// are the same, and to those of the staged set, where they are not; then one rename
// switches the link. Whoever is cut short before leaves the old site, whoever is cut
// short after leaves the new one, and the next run tidies up.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"shiplist/generator/staged"
)

// Site is where a site lies.
type Site struct {
	Staged string // directory of the staged sets
	Output string // the symbolic link to the published set
	Kept   int    // how many published sets are kept, the shown one among them; at least 1
}

// SetsDir is where the published sets of an output lie.
func SetsDir(output string) string { return output + ".sets" }

// Options are what is to be published, and by whom.
type Options struct {
	Site
	// Digest begins that of the staged set to publish; empty for the newest.
	Digest string
	// Force publishes what something forbids, and writes that into the history.
	Force bool
	// By is who does it, for the history.
	By string
	// Auto says that no person decides. Then a set is not published over one to which
	// a person went back.
	Auto bool
	// Now is the clock of the history; time.Now when nil.
	Now func() time.Time

	// step is told of each step that is done, and its error is that of the step.
	step func(string) error
}

// Actions of a [Result] and of an [Entry].
const (
	Published  = "publish"
	RolledBack = "rollback"
	TookOver   = "take-over" // a link that was made by hand now leads to a kept set
	Nothing    = "nothing"   // of a result only: it is published already, or refused
)

// Result tells what was done.
type Result struct {
	Action string    `json:"action"`
	Set    string    `json:"set,omitempty"`  // name of the kept set that is shown now
	Digest string    `json:"digest"`         // of the set that was to be published
	From   string    `json:"from,omitempty"` // digest of the set that was shown before
	AsOf   time.Time `json:"as_of"`
	Output string    `json:"output"`
	// Added, Changed, Removed and Shared count files against the set that was shown
	// before; those that are shared are the same file.
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
	Shared  int `json:"shared"`
	// Blockers are findings that its pages show. They forbid nothing.
	Blockers int `json:"blockers"`
	// Refused is why it was not published, Overridden what forbade it in vain.
	Refused    []Reason `json:"refused,omitempty"`
	Overridden []Reason `json:"overridden,omitempty"`
}

// Publish makes a staged set the published one. The error is a [*Refused] where
// something forbids it; then, as with every other error, what was published stays.
func Publish(ctx context.Context, o Options) (res Result, err error) {
	if _, err := pick(o); err != nil {
		return Result{}, err // before anything is made
	}
	p, err := begin(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	held, err := staged.Open(ctx, o.Staged)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	next, err := pick(o)
	if err != nil {
		return Result{}, err
	}
	res = p.result(Nothing, next.Record)
	if next.Digest == p.shown.Digest {
		err = p.takeOver(ctx, &res)
		return res, err
	}
	reasons := p.reasons(next)
	if len(reasons) > 0 && !o.Force {
		res.Refused = reasons
		return res, &Refused{Digest: next.Digest, Reasons: reasons}
	}
	if err := p.takeOver(ctx, nil); err != nil {
		return res, err
	}
	err = p.publish(ctx, next, reasons, &res)
	return res, err
}

// pick finds the staged set that is wanted.
func pick(o Options) (staged.Set, error) {
	if o.Digest != "" {
		set, err := staged.Find(o.Staged, o.Digest)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; 'shiplist publish --list' shows those that are kept", err)
		}
		return set, err
	}
	set, err := staged.Newest(o.Staged)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is nothing to publish in %s; run 'shiplist generate' first: %w", o.Staged, err)
	}
	return set, err
}

// publisher is a publishing under way: it holds the directory of published sets.
type publisher struct {
	Options
	*sets
	shown Shown
}

func begin(ctx context.Context, o Options) (*publisher, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.step == nil {
		o.step = func(string) error { return nil }
	}
	if _, err := Show(o.Site); err != nil {
		return nil, err // before anything is made
	}
	held, err := hold(ctx, o.Site)
	if err != nil {
		return nil, err
	}
	p := &publisher{Options: o, sets: held}
	if p.shown, err = Show(o.Site); err != nil {
		return nil, errors.Join(err, p.end())
	}
	return p, nil
}

func (p *publisher) result(action string, r staged.Record) Result {
	return Result{
		Action: action, Set: p.shown.Set, Digest: r.Digest, From: p.shown.Digest, AsOf: r.AsOf, Output: p.Output, Blockers: r.Blockers,
	}
}

// takeOver makes a kept set of what a link shows that was made by hand, so that there
// is a way back to it. It does nothing where shiplist made the link, or where what it
// leads to is not a staged set, or not any more what that was.
func (p *publisher) takeOver(ctx context.Context, res *Result) error {
	if p.shown.Set != "" || p.shown.Digest == "" {
		return nil
	}
	own := p.result(TookOver, p.shown.Record)
	err := p.publish(ctx, staged.Set{Record: p.shown.Record, Dir: p.shown.Dir}, nil, &own)
	if errors.Is(err, errEdited) {
		return nil
	}
	if res != nil {
		*res = own
	}
	return err
}

// publish makes a set of a staged one and switches to it.
func (p *publisher) publish(ctx context.Context, next staged.Set, overridden []Reason, res *Result) error {
	if res.Action == Nothing {
		res.Action = Published
	}
	res.Overridden = overridden
	temp, err := p.temp()
	if err != nil {
		return stays(err)
	}
	b := &build{from: next.Dir, to: temp, before: p.shown.Dir, step: p.step}
	if err := b.make(ctx, next.Digest, p.sets); err != nil {
		return stays(errors.Join(err, p.sweep()))
	}
	set := Set{
		Name: p.nextName(next.Digest), Published: p.Now().UTC().Truncate(time.Second), By: p.By, Before: p.shown.Set,
		Overridden: overridden, Assets: b.assets(), Record: next.Record,
	}
	if err := p.commit(temp, set, res.Action, p.shown); err != nil {
		return err
	}
	res.Set = set.Name
	res.Added, res.Changed, res.Removed, res.Shared = b.count(added), b.count(changed), b.removed, b.count(unchanged)
	if p.shown, err = Show(p.Site); err != nil {
		return err
	}
	if err := p.prune(p.shown.Set, p.Kept); err != nil {
		return fmt.Errorf("%s is published, but old sets could not be removed: %w", set.Name, err)
	}
	return nil
}

// commit gives a finished set its name and switches to it.
func (p *publisher) commit(temp string, set Set, action string, from Shown) error {
	entry := Entry{
		Time: set.Published, Action: action, Set: set.Name, Digest: set.Record.Digest, From: from.Digest, FromSet: from.Set,
		By: set.By, Overridden: set.Overridden,
	}
	if err := p.adopt(temp, set, entry); err != nil {
		return stays(errors.Join(err, p.recover(), p.sweep()))
	}
	return p.switchTo(entry)
}

// adopt moves a finished set to its name.
func (p *publisher) adopt(temp string, set Set, entry Entry) error {
	for _, do := range []struct {
		step string
		run  func() error
	}{
		{"pending", func() error { return p.begun(entry) }},
		{"recorded", func() error { return p.record(set) }},
		{"named", func() error { return p.name(temp, set.Name) }},
	} {
		if err := errors.Join(do.run(), p.step(do.step)); err != nil {
			return err
		}
	}
	return nil
}

// switchTo makes the link lead to the set of an entry that is begun.
func (p *publisher) switchTo(entry Entry) error {
	err := errors.Join(p.point(entry.Set, func() error { return p.step("linked") }), p.step("switched"))
	if err == nil {
		if err = errors.Join(p.told(entry), p.step("told")); err != nil {
			return fmt.Errorf("%s is published, but the history could not be written: %w", entry.Set, err)
		}
		return nil
	}
	if shown, e := Show(p.Site); e == nil && shown.Set == entry.Set {
		return fmt.Errorf("%s is published, but may not be after a crash: %w", entry.Set, err)
	}
	return stays(errors.Join(err, p.recover()))
}

// stays says of an error that it changed nothing for visitors.
func stays(err error) error {
	hint := ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "; make room on the disk and publish again"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		hint = "; run it as the user to whom the published sets belong"
	}
	return fmt.Errorf("nothing was published, the site is as it was: %w%s", err, hint)
}
