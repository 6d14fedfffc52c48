package generator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"shiplist/generator/staged"
)

// OpenSet returns the kept set whose digest begins with prefix, as it was made: nothing is
// made anew, and to stage it does nothing. A set whose files were edited is refused.
func OpenSet(ctx context.Context, dir, prefix string) (_ *BuiltSite, err error) {
	set, err := staged.Find(dir, prefix)
	if err != nil {
		return nil, err
	}
	sets, err := staged.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sets.Close()) }()
	held, err := sets.Hold(set.Digest)
	if err != nil {
		return nil, err
	}
	site, err := keptSite(set, held)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return site, nil
}

// keptSite is the site of a set that is held.
func keptSite(set staged.Set, held *staged.Held) (*BuiltSite, error) {
	s := &BuiltSite{Record: set.Record}
	err := fs.WalkDir(held.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := held.ReadFile(name)
		if err != nil {
			return err
		}
		s.files = append(s.files, madeFile{File: File{name, digestOf(content), int64(len(content))}})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("staged set %s: %w", set.Digest, err)
	}
	slices.SortFunc(s.files, func(a, b madeFile) int { return strings.Compare(a.Path, b.Path) })
	if digestSet(s.files) != set.Digest {
		return nil, fmt.Errorf("staged set %s: its files were edited, so it is not what its digest says; remove the directory, and make it anew with 'shiplist generate'", set.Digest)
	}
	s.Result = s.resultOf(set)
	s.done = &s.Result
	s.place.Store(&shelf{set: held})
	return s, nil
}

// resultOf tells what is known of a set that is kept.
func (s *BuiltSite) resultOf(set staged.Set) Result {
	r := Result{
		Digest: set.Digest, Dir: set.Dir, AsOf: set.AsOf, Files: len(s.files),
		Blockers: set.Blockers, Warnings: set.Warnings, Notes: set.Notes, Lists: set.Lists, Idle: set.Idle,
	}
	for _, f := range s.files {
		r.Bytes += f.Bytes
		if path.Ext(f.Path) == ".html" {
			r.Pages++
		}
	}
	return r
}
