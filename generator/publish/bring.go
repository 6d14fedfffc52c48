package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// Bring makes what one output shows the published set of another, with the same promises
// as [Publish]: o.Output shows its old set or the new one. What forbids a set was decided
// where it came from, so nothing forbids it here.
//
// The set is taken as it is, with the assets of others and what was issued for it, so that
// release.json and its signature are those of from. Where only they are new, they are
// replaced in one step, and nothing else changes.
func Bring(ctx context.Context, from Site, o Options) (Result, error) {
	o.verbatim = true
	held := func() (func() error, error) {
		d, err := hold(ctx, from)
		if err != nil {
			return nil, err
		}
		return d.end, nil
	}
	return brought(ctx, o, held, func() (candidate, error) { return shownSet(from) })
}

// shownSet is the set that an output shows.
func shownSet(from Site) (candidate, error) {
	shown, err := Show(from)
	if err != nil {
		return candidate{}, err
	}
	if shown.Set == "" {
		return candidate{}, fmt.Errorf("%s shows no set that shiplist published; run 'shiplist publish' first", from.Output)
	}
	kept, err := listSets(SetsDir(from.Output))
	if err != nil {
		return candidate{}, err
	}
	i := slices.IndexFunc(kept, func(s Set) bool { return s.Name == shown.Set })
	if i < 0 {
		return candidate{}, fmt.Errorf("%s: %s: %w", from.Output, shown.Set, fs.ErrNotExist)
	}
	return candidate{staged.Set{Record: kept[i].Record, Dir: filepath.Join(SetsDir(from.Output), shown.Set)}, &kept[i]}, nil
}

// Stage makes a set that [Publish] would take the published set of another output, where
// people look at it who know that it is not published: every file goes through dress,
// which adds to pages what says so. It changes nothing for visitors of from.
func Stage(ctx context.Context, from Site, o Options, dress func(name string, content []byte) []byte) (Result, error) {
	o.dress = dress
	held := func() (func() error, error) {
		d, err := staged.Open(ctx, from.Staged)
		if err != nil {
			return nil, err
		}
		return d.Close, nil
	}
	return brought(ctx, o, held, func() (candidate, error) {
		return pick(Options{Site: from, Digest: o.Digest})
	})
}

// brought publishes a set from elsewhere. It is looked for when its place is held, as a
// newer one may have come meanwhile; and copied, so that who makes or publishes sets there
// does not wait until all of it has arrived, and may issue release.json anew or remove it.
func brought(ctx context.Context, o Options, held func() (func() error, error), find func() (candidate, error)) (res Result, err error) {
	first, err := find()
	if err != nil {
		return Result{}, err // before anything is made
	}
	p, err := begin(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	sum := sha256.Sum256([]byte(o.Output))
	aside := filepath.Join(filepath.Dir(first.Dir), ".bring-"+hex.EncodeToString(sum[:6]))
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	next, err := takeSet(held, find, aside)
	if err != nil {
		return Result{}, err
	}
	if next.Digest != p.shown.Digest || p.shown.Set == "" || o.Mend && Listed(p.shown.Dir, nil) != nil {
		return p.publish(ctx, Published, next, nil)
	}
	if !p.verbatim {
		return p.result(Nothing, p.shown.Record), nil
	}
	return p.renewIssue(ctx, next)
}

// takeSet finds a set while its place is held, and copies it as [Take] does.
func takeSet(held func() (func() error, error), find func() (candidate, error), to string) (c candidate, err error) {
	free, err := held()
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, free()) }()
	if c, err = find(); err != nil {
		return c, err
	}
	if err := errors.Join(os.RemoveAll(to), copyLinks(c.Dir, to)); err != nil {
		return c, fmt.Errorf("copy of %s: %w", c.Dir, err)
	}
	c.Dir = to
	return c, nil
}

// renewIssue takes what was issued anew for the set that is shown already.
func (p *publisher) renewIssue(ctx context.Context, next candidate) (Result, error) {
	files, n, err := differing(next.Dir, p.shown.Dir)
	res := p.result(Nothing, p.shown.Record)
	switch {
	case err != nil || n == 0:
		return res, err
	case files == nil: // other assets
		return p.publish(ctx, Published, next, nil)
	}
	temp, err := p.temp()
	if err != nil {
		return Result{}, stays(err)
	}
	b := p.build(temp)
	b.from, b.verbatim = next, false
	put := func() error { return errors.Join(b.putIssued(p.dir, files), b.tookIssue()) }
	if err := p.reissue(b, put); err != nil {
		return Result{}, stays(fmt.Errorf("take the new %s: %w", issue.ReleaseFile, errors.Join(err, p.sweep())))
	}
	res.Action, res.Changed = Refreshed, n
	res.issued(b.released, b.signed)
	return res, p.sweep()
}

// issuedNames are the files that are issued beside the list of checksums.
var issuedNames = []string{sumsFile + issue.Signed, issue.ReleaseFile + issue.Signed, issue.ReleaseFile}

// differing returns what was issued for a set, and how many files of it another one has
// otherwise; no files where their lists of checksums differ.
func differing(from, other string) (files []issuedFile, n int, err error) {
	read := func(dir, name string) ([]byte, error) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return text, err
	}
	for _, name := range append([]string{sumsFile}, issuedNames...) {
		text, err := read(from, name)
		old, errOld := read(other, name)
		if err := errors.Join(err, errOld); err != nil {
			return nil, 0, err
		}
		if !bytes.Equal(text, old) {
			if name == sumsFile {
				return nil, 1, nil
			}
			n++
		}
		if name != sumsFile {
			files = append(files, issuedFile{name, text})
		}
	}
	return files, n, nil
}

// tookIssue notes what was issued for the set that was taken as it is.
func (b *build) tookIssue() error {
	var err error
	if b.released, err = readRelease(b.from.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil // it was published before there was one
	}
	_, missing := os.Stat(filepath.Join(b.from.Dir, issue.ReleaseFile+issue.Signed))
	b.signed = missing == nil
	return err
}

// checkListed holds the files of a set that is taken as it is against its list of
// checksums.
func (b *build) checkListed() error {
	sums, err := readSums(b.from.Dir)
	if err != nil {
		return err
	}
	l := &checklist{b.from.Dir, sums}
	for _, f := range b.files {
		if err := l.hold(f.path, f.sum); err != nil {
			return fmt.Errorf("%w; %s", err, b.from.mend())
		}
	}
	if err := l.end(); err != nil {
		return fmt.Errorf("%w; %s", err, b.from.mend())
	}
	return nil
}
