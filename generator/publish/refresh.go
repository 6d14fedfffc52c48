package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/internal/issue"
)

// Refresh issues release.json of the shown set anew, where it is time for that, or where
// it is not as it should be: unsigned although there is a key, signed with another one,
// or lost. Visitors see the same pages before and after. It does nothing, and makes
// nothing, where no set is shown that shiplist published.
func Refresh(ctx context.Context, o Options) (res Result, err error) {
	shown, err := Show(o.Site)
	if err != nil || shown.Set == "" {
		return Result{Action: Nothing, Output: o.Output}, err
	}
	glance := &publisher{Options: o, sets: &sets{dir: SetsDir(o.Output), output: o.Output}, shown: shown}
	glance.setDefaults()
	if glance.all, err = glance.list(); err != nil {
		return Result{}, err
	}
	if glance.due() == "" {
		return glance.result(Nothing, shown.Record), nil
	}
	p, err := begin(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	return p.refresh(ctx)
}

// refresh issues anew what is due.
func (p *publisher) refresh(ctx context.Context) (Result, error) {
	res := p.result(Nothing, p.shown.Record)
	if p.shown.Set == "" || p.due() == "" {
		return res, nil
	}
	temp, err := p.temp()
	if err != nil {
		return Result{}, stays(err)
	}
	b := p.build(temp)
	b.issuer = p.issuer(p.shown.Record)
	put := func() error {
		if err := b.resignLists(ctx, p.dir); err != nil {
			return err
		}
		return b.issueInto(ctx, p.dir)
	}
	if err := p.reissue(b, put); err != nil {
		return Result{}, stays(fmt.Errorf("issue %s anew: %w", issue.ReleaseFile, errors.Join(err, p.sweep())))
	}
	res.Action = Refreshed
	res.issued(b.released, b.signed)
	return res, p.sweep()
}

// reissue makes a copy of the shown set of hard links, with release.json issued anew, and
// lets the two change their names in one step: release.json and its signature are new
// together.
func (p *publisher) reissue(b *build, put func() error) error {
	for _, do := range []struct {
		step string
		run  func() error
	}{
		{"cloned", func() error { return b.clone(p.shown.Dir) }},
		{"reissued", put},
		{"dated", func() error { return b.redate(p.shown.Dir) }},
		{"synced", b.sync},
		{"exchanged", func() error { return p.exchange(b) }},
	} {
		if err := errors.Join(do.run(), p.step(do.step)); err != nil {
			return err
		}
	}
	return nil
}

// clone links all files of a set into a new one.
func (b *build) clone(from string) error {
	names, err := listFiles(from)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name != issue.ReleaseFile && issue.Own(name) && name != sumsFile {
			continue
		}
		f := file{path: name}
		if err := f.takeFrom(from, b.to); err != nil {
			return err
		}
		b.files = append(b.files, f)
	}
	return nil
}

// redate gives the directories the modes and times that they had, but for the one in
// which names came or went.
func (b *build) redate(from string) error {
	for _, dir := range b.dirs() {
		at, earlier := filepath.Join(b.to, dir), filepath.Join(from, dir)
		info, err := os.Stat(earlier)
		if err != nil {
			return err
		}
		if err := os.Chmod(at, info.Mode().Perm()); err != nil {
			return err
		}
		if !sameNames(at, earlier) {
			continue
		}
		if err := os.Chtimes(at, info.ModTime(), info.ModTime()); err != nil {
			return err
		}
	}
	return nil
}

// exchange puts the copy in the place of the shown set. Where the system cannot let two
// directories change their names, the files are replaced one after another: who reads
// between them sees a signature that does not fit, and asks again.
func (p *publisher) exchange(b *build) error {
	shown := filepath.Join(p.dir, p.shown.Set)
	err := p.swap(b.to, shown)
	if err == nil {
		return syncFile(p.dir)
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	for _, name := range slices.Concat(b.anew, issuedNames) {
		err := os.Rename(filepath.Join(b.to, name), filepath.Join(shown, name))
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.Remove(filepath.Join(shown, name)); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	for _, name := range b.anew {
		if err := syncFile(filepath.Dir(filepath.Join(shown, filepath.FromSlash(name)))); err != nil {
			return err
		}
	}
	return syncFile(shown)
}

// due tells why release.json of the shown set is to be issued anew; empty where it is not.
func (p *publisher) due() string {
	r, text, err := p.said()
	if err != nil {
		return err.Error()
	}
	i := p.issuer(p.shown.Record)
	list, err := os.ReadFile(filepath.Join(p.shown.Dir, sumsFile))
	switch {
	case err != nil || sumOf(list) != r.Sums.SHA256:
		return "it is not about the list of checksums"
	case r.Site != i.Address || !r.Expires.Equal(r.Issued.Add(i.valid()).Truncate(time.Second)) || r.Serial < i.before.Serial:
		return "the configuration says otherwise"
	case !p.signed(sumsFile, list) || !p.signed(issue.ReleaseFile, text):
		return "it is not signed as it should be"
	case !p.inlined(list):
		return "lists of simplestreams are not signed as they should be"
	case !i.issued().Before(r.Issued.Add(i.refresh())):
		return "it is time"
	}
	return ""
}

// said is release.json of the shown set.
func (p *publisher) said() (issue.Release, []byte, error) {
	text, err := os.ReadFile(filepath.Join(p.shown.Dir, issue.ReleaseFile))
	if err != nil {
		return issue.Release{}, nil, err
	}
	r, err := issue.Parse(text)
	return r, text, err
}

// signed reports whether a file is signed as it would be today, or not at all where there
// is no key.
func (p *publisher) signed(name string, text []byte) bool {
	made, err := os.ReadFile(filepath.Join(p.shown.Dir, name+issue.Signed))
	if p.Issue.Signer == nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && p.Issue.Signer.Made(text, made)
}
