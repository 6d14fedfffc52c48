package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// Rollback goes back by n publishings: to the set that visitors saw before the one that
// they see now, and so on. The set is shown as it was; only the assets of the others
// are added to it, and what differs from what visitors see now gets a later time. What a rollback left behind, the next one does not come back to. A set
// whose files somebody changed is refused.
func Rollback(ctx context.Context, o Options, n int) (res Result, err error) {
	p, err := begin(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	set, err := p.earlier(n)
	if err != nil {
		return Result{}, err
	}
	b := p.build(filepath.Join(p.dir, set.Name))
	if err := errors.Join(b.differ(), b.untouched(set)); err != nil {
		return Result{}, stays(fmt.Errorf("%w; go further back (--rollback %d), or publish another set (--digest)", err, n+1))
	}
	// A visitor without a style sheet is the lesser evil.
	errAssets := p.complete(b)
	errTimes := p.renew(b)
	b.issuer = p.issuer(set.Record)
	errIssue := errors.Join(b.resignLists(ctx, p.dir), b.issueInto(ctx, p.dir), syncFile(b.to), p.step("issued"))
	entry := Entry{
		Time: p.Now().UTC().Truncate(time.Second), Action: RolledBack, Set: set.Name, Digest: set.Record.Digest,
		From: p.shown.Digest, FromSet: p.shown.Set, By: p.By,
	}
	if err := errors.Join(p.begun(entry), p.step("pending")); err != nil {
		return Result{}, stays(errors.Join(err, p.recover()))
	}
	if err := p.switchTo(entry); err != nil {
		return Result{}, err
	}
	res = p.result(RolledBack, set.Record)
	res.Set = set.Name
	res.add(b)
	res.issued(b.released, b.signed)
	res.Gone = slices.DeleteFunc(slices.Clone(p.shown.Lasting), func(page staged.Page) bool { return has(b.to, page.Path) })
	if errAssets != nil {
		errAssets = fmt.Errorf("%s is shown again, but pages that were loaded before may miss their style sheet: %w", set.Name, errAssets)
	}
	if errTimes != nil {
		errTimes = fmt.Errorf("%s is shown again, but browsers and mirrors that go by time alone may keep pages that they have: %w", set.Name, errTimes)
	}
	if errIssue != nil {
		errIssue = fmt.Errorf("%s is shown again, but with an older %s, so that who checks a copy is told of a rollback; run 'shiplist publish --digest %s' when this is mended: %w",
			set.Name, issue.ReleaseFile, Short(set.Record.Digest), errIssue)
	}
	return res, errors.Join(errAssets, errTimes, errIssue)
}

// earlier finds the set n publishings ago.
func (p *publisher) earlier(n int) (Set, error) {
	if p.shown.Set == "" {
		return Set{}, fmt.Errorf("nothing to go back to: %s does not show a set that shiplist published", p.Output)
	}
	names := chain(p.all, p.shown.Set)
	if n < 1 || n >= len(names) {
		return Set{}, fmt.Errorf("nothing to go back to: %s; 'shiplist publish --list' shows what is kept, and --digest publishes any of it",
			onlyBefore(p.shown.Set, len(names)-1))
	}
	return p.all[slices.IndexFunc(p.all, func(s Set) bool { return s.Name == names[n] })], nil
}

func onlyBefore(shown string, n int) string {
	if n < 1 {
		return "no set from before " + shown + " is kept"
	}
	return fmt.Sprintf("%d of the sets from before %s are kept", n, shown)
}

// differ compares a kept set with the one that is shown.
func (b *build) differ() error {
	names, err := listFiles(b.to)
	if err != nil {
		return err
	}
	for _, name := range names {
		if issue.Own(name) {
			continue
		}
		at := filepath.Join(b.to, name)
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		f := file{path: name, sum: sumOf(content), size: info.Size()}
		if _, f.is, err = b.compare(name, info, content); err != nil {
			return err
		}
		b.files = append(b.files, f)
	}
	b.removed, err = gone(b.before, b.to)
	return err
}

// untouched holds the files of a kept set against its list of checksums. Assets of other
// sets that are not in the list were left by a run that was cut short, and inline-signed
// lists may have been signed anew by one: they are looked at when they are shown.
func (b *build) untouched(set Set) error {
	listed, err := readSums(b.to)
	if err != nil {
		return err
	}
	var odd []string
	for _, f := range b.files {
		sum, ok := listed[f.path]
		left := !ok && strings.HasPrefix(f.path, assetsDir) && (set.Lost != nil || !slices.Contains(set.Assets, f.path))
		if sum != f.sum && !left && !issue.IsInline(f.path) {
			odd = append(odd, f.path)
		}
		delete(listed, f.path)
	}
	for name := range listed {
		if !issue.IsInline(name) {
			odd = append(odd, name)
		}
	}
	slices.Sort(odd)
	switch len(odd) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%s: %s is not as it was published", b.to, odd[0])
	}
	return fmt.Errorf("%s: %s and %d more are not as they were published", b.to, odd[0], len(odd)-1)
}

// complete adds the assets of all kept sets to one that is about to be shown again, and
// their lines to its list of checksums. What the list does not have was left by a run
// that was cut short, and may be half of a file; not so inline-signed lists, which are
// looked at later.
func (p *publisher) complete(b *build) error {
	listed, err := readSums(b.to)
	if err != nil {
		return err
	}
	for _, f := range b.files {
		if listed[f.path] == "" && !issue.IsInline(f.path) {
			if err := os.Remove(filepath.Join(b.to, f.path)); err != nil {
				return err
			}
		}
	}
	b.carried, err = p.carry(b.to, p.shown.Dir, func(name string) bool { return listed[name] != "" })
	if err = errors.Join(err, p.step("carried")); err != nil || len(b.carried) == 0 {
		return err
	}
	var lines []issue.Line
	for name, sum := range listed {
		lines = append(lines, issue.Line{Path: name, SHA: sum})
	}
	for _, f := range b.carried {
		lines = append(lines, issue.Line{Path: f.path, SHA: f.sum})
	}
	if err := b.putIssued(p.dir, []issuedFile{{sumsFile, issue.SumsText(lines)}}); err != nil {
		return err
	}
	return errors.Join(b.sync(), p.step("summed"))
}
