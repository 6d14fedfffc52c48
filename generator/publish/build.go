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
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// build is a set being made. Its files are those of the staged set, and the assets of
// the sets that are kept: a page that a visitor loaded just before the switch asks for
// its style sheet just after.
type build struct {
	from   candidate
	before string   // the set that is shown; empty for none
	seen   []string // the sets that visitors may have seen, that one among them
	to     string   // the directory that is filled
	files  []file   // sorted by path
	// carried are the assets of other sets.
	carried []file
	removed int // files of the set before that are gone
	// anew are the files that were replaced in a set that was made before, or removed, in
	// the order in which that may be done.
	anew   []string
	issuer *issuer
	// released is what was issued, and signed whether with signatures.
	released issue.Release
	signed   bool
	step     func(string) error
	verbatim bool
	dress    func(name string, content []byte) []byte // nil for none
}

// file is one file of the set.
type file struct {
	path string // below the set, with slashes
	sum  string // sha256 in hex, as it is in the set that it was taken from
	here string // ... as it is in this set, where something was added to it
	size int64
	is   change
	// copied says that it is no link, so its content has to reach the disk.
	copied bool
}

// change is what became of a file against the set before.
type change int

const (
	unchanged change = iota
	added
	changed
)

// assetsDir has the files that pages ask for under names that tell their content.
const assetsDir = "assets/"

// errEdited is that a set is not what it was when it got its digest.
var errEdited = errors.New("its files are not those that it was made of")

// make makes the set: whole, and on the disk.
func (b *build) make(ctx context.Context, kept *sets) error {
	check, carry, sum := b.check, func() error { return b.carry(kept) }, b.sum
	signLists := func() error { return b.signLists(ctx, kept.dir) }
	issueInto := func() error { return b.issueInto(ctx, kept.dir) }
	if b.verbatim {
		none := func() error { return nil }
		check, carry, signLists, sum, issueInto = b.checkListed, none, none, none, b.tookIssue
	}
	for _, do := range []struct {
		step string
		run  func() error
	}{
		{"listed", b.list},
		{"filled", func() error { return b.fill(ctx) }},
		{"checked", check},
		{"carried", carry},
		{"signed", signLists},
		{"summed", sum},
		{"issued", issueInto},
		{"dated", b.date},
		{"synced", b.sync},
	} {
		if err := errors.Join(do.run(), b.step(do.step)); err != nil {
			return err
		}
	}
	return nil
}

// list lists the files that are published.
func (b *build) list() error {
	names, err := listFiles(b.from.Dir)
	for _, name := range names {
		if !b.verbatim && !b.from.owns(name) {
			continue
		}
		if !b.verbatim && (issue.Own(name) || issue.IsInline(name)) {
			return fmt.Errorf("%s: the site has a file %s of its own, which is a name of the list of checksums or of what publishing issues or signs", b.from.Dir, name)
		}
		b.files = append(b.files, file{path: name})
	}
	return err
}

// listFiles lists the files of a directory by path. Everything else but directories is
// an error: nothing that is published may lead out of its set.
func listFiles(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s: %s is no regular file", dir, name)
		}
		names = append(names, name)
		return nil
	})
	slices.Sort(names)
	return names, err
}

// fill places all files, several at once.
func (b *build) fill(ctx context.Context) error {
	for _, dir := range b.dirs() {
		if err := makeDir(filepath.Join(b.to, dir)); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range b.files {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return b.place(&b.files[i])
		})
	}
	return group.Wait()
}

// makeDir makes a directory that everybody may read, whatever the umask is.
func makeDir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// dirs are all directories of the set, each after the one in which it lies.
func (b *build) dirs() []string {
	seen := map[string]bool{".": true}
	dirs := []string{"."}
	for _, f := range slices.Concat(b.files, b.carried) {
		for dir := path.Dir(f.path); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}

// place puts one file into the set. What is the same as in the set before is the same
// file, so that servers and mirrors see that it did not change.
func (b *build) place(f *file) error {
	from, to := filepath.Join(b.from.Dir, f.path), filepath.Join(b.to, f.path)
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f.sum = sumOf(content)
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	content = b.dressed(f, content)
	f.size = int64(len(content))
	var earlier fs.FileInfo
	if earlier, f.is, err = b.compare(f.path, info, content); err != nil {
		return err
	}
	if f.is == unchanged {
		from, info = filepath.Join(b.before, f.path), earlier
	} else {
		latest, err := b.latest(f.path, info)
		if err != nil {
			return err
		}
		if !later(info, latest) {
			f.copied = true
			return write(to, content, after(latest))
		}
	}
	if (f.here == "" || f.is == unchanged) && os.Link(from, to) == nil {
		return nil
	}
	// It lies on another file system, has too many links, or is somebody else's.
	f.copied = true
	return write(to, content, info.ModTime())
}

// dressed adds to a file what is to be added to it.
func (b *build) dressed(f *file, content []byte) []byte {
	if b.dress == nil {
		return content
	}
	more := b.dress(f.path, content)
	if !bytes.Equal(more, content) {
		f.here = sumOf(more)
	}
	return more
}

// later reports whether servers and mirrors can see that a file is newer than all that
// stood in its place, of which this is the latest time; zero for none. Many look at whole
// seconds and the size only.
func later(info fs.FileInfo, latest time.Time) bool {
	return latest.IsZero() || info.ModTime().Truncate(time.Second).After(latest)
}

// after is the first moment that is later than another.
func after(latest time.Time) time.Time { return latest.Truncate(time.Second).Add(time.Second) }

// missing reports whether an error says that there is no such file.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// compare looks at the file of the same path in the set before.
func (b *build) compare(name string, info fs.FileInfo, content []byte) (fs.FileInfo, change, error) {
	if b.before == "" {
		return nil, added, nil
	}
	earlier, err := os.Lstat(filepath.Join(b.before, name))
	switch {
	case missing(err):
		return nil, added, nil
	case err != nil:
		return nil, added, err
	case !earlier.Mode().IsRegular():
		return nil, added, nil
	case b.dress == nil && os.SameFile(earlier, info):
		return earlier, unchanged, nil
	case earlier.Size() != int64(len(content)):
		return earlier, changed, nil
	}
	old, err := os.ReadFile(filepath.Join(b.before, name))
	if err != nil || !bytes.Equal(old, content) {
		return earlier, changed, err
	}
	return earlier, unchanged, nil
}

// write writes a new file with a given time; now, where it is zero.
func write(name string, content []byte, modified time.Time) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil || modified.IsZero() {
		return err
	}
	return os.Chtimes(name, modified, modified)
}

// check holds the files against the digest under which somebody looked at them.
func (b *build) check() error {
	got := staged.Digest(func(yield func(path, sum string) bool) {
		for _, f := range b.files {
			if !yield(f.path, f.sum) {
				return
			}
		}
	})
	if got != b.from.Digest {
		return fmt.Errorf("%s: %w, so it is not what anybody looked at; %s", b.from.Dir, errEdited, b.from.mend())
	}
	return nil
}

// assets are the set's own.
func (b *build) assets() []string {
	var names []string
	for _, f := range b.files {
		if strings.HasPrefix(f.path, assetsDir) {
			names = append(names, f.path)
		}
	}
	return names
}

// count is how many files something became of.
func (b *build) count(is change) int {
	n := 0
	for _, f := range b.files {
		if f.is == is {
			n++
		}
	}
	return n
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
