package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// candidate is a set that can be published: a staged one, or one that was published and
// is kept.
type candidate struct {
	staged.Set
	kept *Set // nil where it is staged
}

// owns reports whether a file is the set's own. A kept one has a list of checksums, and
// assets of others besides.
func (c *candidate) owns(name string) bool {
	if c.kept == nil {
		return true
	}
	return !issue.Own(name) && !issue.IsInline(name) && (!strings.HasPrefix(name, assetsDir) || slices.Contains(c.kept.Assets, name))
}

// mend says what to do where its files are not what they were.
func (c *candidate) mend() string {
	if c.kept != nil {
		return "publish another set"
	}
	return "remove the directory, and make it anew with 'shiplist generate'"
}

// pick finds the set that is wanted: the newest staged one that is no draft, or any
// staged or kept one by the beginning of its digest.
func pick(o Options) (candidate, error) {
	if o.Digest == "" {
		set, err := staged.Newest(o.Staged)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is nothing to publish in %s; run 'shiplist generate' first: %w", o.Staged, err)
		}
		return candidate{Set: set}, err
	}
	return find(o)
}

// find finds a set by the beginning of its digest. What lies in both places is taken
// from the staged ones.
func find(o Options) (candidate, error) {
	set, missing := staged.Find(o.Staged, o.Digest)
	found := []candidate{{Set: set}}
	switch {
	case errors.Is(missing, fs.ErrNotExist):
		found = nil
	case missing != nil:
		return candidate{}, missing
	}
	kept, err := listSets(SetsDir(o.Output))
	if err != nil {
		return candidate{}, err
	}
	for _, k := range slices.Backward(kept) {
		known := func(c candidate) bool { return c.Digest == k.Record.Digest }
		if strings.HasPrefix(k.Record.Digest, o.Digest) && !slices.ContainsFunc(found, known) {
			at := filepath.Join(SetsDir(o.Output), k.Name)
			found = append(found, candidate{staged.Set{Record: k.Record, Dir: at, Made: k.Published}, &k})
		}
	}
	switch len(found) {
	case 0:
		return candidate{}, fmt.Errorf("%w, nor is one kept that was published; 'shiplist publish --list' shows what there is", missing)
	case 1:
		return found[0], nil
	}
	return candidate{}, fmt.Errorf("%s begins several digests: %s and %s; write more of it", o.Digest, found[0].Digest, found[1].Digest)
}
