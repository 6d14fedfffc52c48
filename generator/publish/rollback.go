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

	"github.com/google/renameio/v2"
)

// Rollback goes back by n publishings: to the set that visitors saw before the one that
// they see now, and so on. The set is shown as it was; only the assets of the others
// are added to it. What a rollback left behind, the next one does not come back to.
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
	dir := filepath.Join(p.dir, set.Name)
	b := &build{from: dir, before: p.shown.Dir}
	if err := b.differ(); err != nil {
		return Result{}, stays(err)
	}
	// A visitor without a style sheet is the lesser evil.
	errAssets := p.complete(dir)
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
	res.Set, res.From = set.Name, p.shown.Digest
	res.Added, res.Changed, res.Removed, res.Shared = b.count(added), b.count(changed), b.removed, b.count(unchanged)
	if errAssets != nil {
		return res, fmt.Errorf("%s is shown again, but pages that were loaded before may miss their style sheet: %w", set.Name, errAssets)
	}
	return res, nil
}

// earlier finds the set n publishings ago.
func (p *publisher) earlier(n int) (Set, error) {
	all, err := p.list()
	if err != nil {
		return Set{}, err
	}
	if p.shown.Set == "" {
		return Set{}, fmt.Errorf("nothing to go back to: %s does not show a set that shiplist published", p.Output)
	}
	names := chain(all, p.shown.Set)
	if n < 1 || n >= len(names) {
		return Set{}, fmt.Errorf("nothing to go back to: %s; 'shiplist publish --list' shows what is kept, and --digest publishes any staged set",
			onlyBefore(p.shown.Set, len(names)-1))
	}
	return all[slices.IndexFunc(all, func(s Set) bool { return s.Name == names[n] })], nil
}

func onlyBefore(shown string, n int) string {
	if n < 1 {
		return "no set from before " + shown + " is kept"
	}
	return fmt.Sprintf("%d of the sets from before %s are kept", n, shown)
}

// differ compares a kept set with the one that is shown.
func (b *build) differ() error {
	names, err := listFiles(b.from)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == sumsFile {
			continue
		}
		from := filepath.Join(b.from, name)
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		f := file{path: name}
		if _, f.is, err = b.compare(name, info, content); err != nil {
			return err
		}
		b.files = append(b.files, f)
	}
	b.removed, err = gone(b.before, b.from)
	return err
}

// complete adds the assets of all kept sets to one that is about to be shown again, and
// their lines to its list of checksums.
func (p *publisher) complete(dir string) error {
	added, err := p.carry(dir, p.shown.Dir, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
	if err != nil || len(added) == 0 {
		return err
	}
	list := filepath.Join(dir, sumsFile)
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, f := range added {
		lines = append(lines, sumLine(f))
	}
	return renameio.WriteFile(list, sumsText(lines), 0o644, renameio.IgnoreUmask())
}
