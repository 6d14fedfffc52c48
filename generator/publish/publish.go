// Package publish makes a staged set the site that visitors see, and goes back to one
// that they saw before. It never renders: what is published is what was looked at.
//
// What visitors see is what the symbolic link [Site].Output leads to. Beside it, in
// OUTPUT.sets, lie the sets that were published and are kept:
//
//	public -> public.sets/000007-3f9c1a2b4d5e
//	public.sets/000007-3f9c1a2b4d5e/       a whole site, with what package issue adds
//	public.sets/000007-3f9c1a2b4d5e.json   what is known of it, a [Set]
//	public.sets/history.jsonl              what was done, an [Entry] in each line
//	public.sets/pending.json               the entry of what is being done just now
//
// A set is made aside, as hard links to the files of the set that is shown, where they
// are the same, and to those of the staged set, where they are not; then one rename
// switches the link. Whoever is cut short before leaves the old site, whoever is cut
// short after leaves the new one, and the next run tidies up. What a rollback shows again
// under a path gets a later time than what was there meanwhile.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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
	// Digest begins that of the set to publish, which is a staged one, or one that was
	// published and is kept; empty for the newest staged one that is no draft.
	Digest string
	// Force publishes what something forbids, and writes that into the history.
	Force bool
	// By is who does it, for the history.
	By string
	// Issue says how release.json is issued.
	Issue Issue
	// Auto says that no person decides. Then a set is not published over one to which
	// a person went back.
	Auto bool
	// Mend makes what [Bring] and [Stage] find there already anew, where its files are not
	// those of its list of checksums.
	Mend bool
	// Now is the clock of the history; time.Now when nil.
	Now func() time.Time

	// verbatim takes a published set as it is, with what was issued for it.
	verbatim bool
	// dress adds to a file of a set that is to be looked at; nil where nothing is added.
	dress func(name string, content []byte) []byte
	// step is told of each step that is done, and its error is that of the step.
	step func(string) error
	// swap lets two directories change their names.
	swap func(a, b string) error
}

// Actions of a [Result] and of an [Entry].
const (
	Published  = "publish"
	RolledBack = "rollback"
	TookOver   = "take-over" // a link that was made by hand now leads to a kept set
	Refreshed  = "refresh"   // of a result only: release.json was issued anew, and nothing else changed
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
	// Bytes are those of the files that were added and changed.
	Bytes int64 `json:"bytes"`
	// Blockers are findings that its pages show. They forbid nothing.
	Blockers int `json:"blockers"`
	// Refused is why it was not published, Overridden what forbade it in vain.
	Refused    []Reason `json:"refused,omitempty"`
	Overridden []Reason `json:"overridden,omitempty"`
	// StillShown are troubles that somebody overrode before.
	StillShown []Standing `json:"still_shown,omitempty"`
	// Gone are pages that must not die and that a rollback took away.
	Gone []staged.Page `json:"gone,omitempty"`
	// Serial is that of release.json, where it was issued; Issued and Expires are what it
	// says, and Signed whether with signatures.
	Serial  int64     `json:"serial,omitempty"`
	Issued  time.Time `json:"issued,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Signed  bool      `json:"signed,omitempty"`
	// Warnings tell what is wrong with the sets that are kept.
	Warnings []string `json:"warnings,omitempty"`
}

// Publish makes a set the published one. The error is a [*Refused] where something
// forbids it; then, as with every other error, what was published stays. The result of an
// error is empty, but for a refusal and where something went wrong after the switch.
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
	if next.Digest == p.shown.Digest {
		if p.shown.Set == "" {
			return p.takeOver(ctx)
		}
		return p.refresh(ctx)
	}
	reasons := p.reasons(next.Set)
	if len(reasons) > 0 && !o.Force {
		res := p.result(Nothing, next.Record)
		res.Refused = reasons
		return res, &Refused{Digest: next.Digest, Reasons: reasons}
	}
	if _, err := p.takeOver(ctx); err != nil {
		return Result{}, err
	}
	return p.publish(ctx, Published, next, reasons)
}

// setDefaults fills in what was left out.
func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.step == nil {
		o.step = func(string) error { return nil }
	}
	if o.swap == nil {
		o.swap = swap
	}
}

// publisher is a publishing under way: it holds the directory of published sets.
type publisher struct {
	Options
	*sets
	shown Shown
	all   []Set // that are kept, oldest first
}

func begin(ctx context.Context, o Options) (*publisher, error) {
	o.setDefaults()
	if _, err := Show(o.Site); err != nil {
		return nil, err // before anything is made
	}
	held, err := hold(ctx, o.Site)
	if err != nil {
		return nil, err
	}
	p := &publisher{Options: o, sets: held}
	if err := p.look(); err != nil {
		return nil, errors.Join(err, p.end())
	}
	return p, nil
}

// look sees what is there.
func (p *publisher) look() (err error) {
	if p.shown, err = Show(p.Site); err != nil {
		return err
	}
	p.all, err = p.list()
	return err
}

// result is that of a set before anything was done with it.
func (p *publisher) result(action string, r staged.Record) Result {
	return Result{
		Action: action, Set: p.shown.Set, Digest: r.Digest, From: p.shown.Digest, AsOf: r.AsOf, Output: p.Output, Blockers: r.Blockers,
		Warnings: p.shown.warn(warnings(p.all)),
	}
}

// add counts the files.
func (r *Result) add(b *build) {
	r.Added, r.Changed, r.Removed, r.Shared = b.count(added), b.count(changed), b.removed, b.count(unchanged)
	for _, f := range b.files {
		if f.is != unchanged {
			r.Bytes += f.size
		}
	}
}

// takeOver makes a kept set of what a link shows that was made by hand, so that there
// is a way back to it. It does nothing where shiplist made the link, or where what it
// leads to is not a staged set, or not any more what that was.
func (p *publisher) takeOver(ctx context.Context) (Result, error) {
	nothing := p.result(Nothing, p.shown.Record)
	if p.shown.Set != "" || p.shown.Digest == "" {
		return nothing, nil
	}
	res, err := p.publish(ctx, TookOver, candidate{Set: staged.Set{Record: p.shown.Record, Dir: p.shown.Dir}}, nil)
	if errors.Is(err, errEdited) {
		return nothing, nil
	}
	return res, err
}

// build begins a set that is to be shown.
func (p *publisher) build(to string) *build {
	b := &build{to: to, before: p.shown.Dir, step: p.step, dress: p.dress, verbatim: p.verbatim}
	for _, set := range p.all {
		b.seen = append(b.seen, filepath.Join(p.dir, set.Name))
	}
	if p.shown.Dir != "" && p.shown.Set == "" {
		b.seen = append(b.seen, p.shown.Dir)
	}
	return b
}

// publish makes a set of a candidate and switches to it.
func (p *publisher) publish(ctx context.Context, action string, next candidate, overridden []Reason) (Result, error) {
	res := p.result(action, next.Record)
	res.Overridden, res.StillShown = overridden, p.standing(next.Record)
	name, err := p.nextName(next.Digest)
	if err != nil {
		return Result{}, stays(err)
	}
	temp, err := p.temp()
	if err != nil {
		return Result{}, stays(err)
	}
	b := p.build(temp)
	b.from, b.issuer = next, p.issuer(next.Record)
	if err := b.make(ctx, p.sets); err != nil {
		return Result{}, stays(errors.Join(err, p.sweep()))
	}
	set := Set{
		Name: name, Published: p.Now().UTC().Truncate(time.Second), By: p.By, Before: p.shown.Set,
		Overridden: overridden, Assets: b.assets(), Record: next.Record,
	}
	res.Set = set.Name
	res.add(b)
	res.issued(b.released, b.signed)
	errCommit := p.commit(temp, set, action, p.shown)
	if err := errors.Join(errCommit, p.look()); err != nil {
		if p.shown.Set != set.Name {
			return Result{}, err
		}
		return res, err
	}
	if err := p.prune(p.shown.Set, p.Kept); err != nil {
		return res, fmt.Errorf("%s is published, but old sets could not be removed: %w", set.Name, err)
	}
	return res, p.look()
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
