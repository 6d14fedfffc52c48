// Package staged is the directory of staged sets: whole sites that were made and
// wait to be looked at and published. Each lies under its digest, which is the sha256
// of its paths and contents, with a record beside it that tells what it was made
// from; the file "latest" names the newest. What only a preview made is a draft: it is kept
// besides, and is never the newest. The generator writes here, preview by it; publish
// reads.
package staged

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"shiplist/generator/owned"
)

// Names in the directory of staged sets. Everything else in it is a set, under
// its digest, or not ours.
const (
	markerFile = ".shiplist-staged"
	latestFile = "latest"
)

// markerText tells whoever looks what the directory is. Below it the digests of
// the kept sets follow, oldest first: the list of what may be deleted.
const markerText = `# Staged sets of a site, written by shiplist. Each directory is one whole set, named
# by its digest. The sets below are removed when newer ones come, oldest first.
`

// Keep is how many sets are kept, and how many drafts besides.
const Keep = 10

// kind is what a directory of staged sets is.
var kind = owned.Kind{
	Name: "staged sets", Marker: markerFile, Text: markerText,
	Else: "name another directory with [site] staged or --staged, or empty this one",
}

// Dir is the directory of staged sets, held by this process.
type Dir struct {
	dir  string
	sets []string // digests, oldest first
	lock *flock.Flock
}

var digestName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open takes hold of the directory, making it when it is not there. One
// that is not empty and was not made by us is refused.
func Open(ctx context.Context, dir string) (*Dir, error) {
	lock, err := kind.Hold(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &Dir{dir: dir, lock: lock}
	if err := errors.Join(s.read(), owned.Sweep(dir)); err != nil {
		return nil, errors.Join(fmt.Errorf("staged sets: %w", err), s.Close())
	}
	return s, nil
}

// read reads the recorded list, leaving out what is gone.
func (s *Dir) read() error {
	f, err := os.Open(filepath.Join(s.dir, markerFile))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		digest := strings.TrimSpace(lines.Text())
		if !digestName.MatchString(digest) || slices.Contains(s.sets, digest) {
			continue
		}
		if info, err := os.Lstat(filepath.Join(s.dir, digest)); err == nil && info.IsDir() {
			s.sets = append(s.sets, digest)
		}
	}
	return lines.Err()
}

// Newest is the digest of the newest set that is no draft; empty when there is none.
func (s *Dir) Newest() string {
	for _, digest := range slices.Backward(s.sets) {
		if !s.describe(digest).Draft {
			return digest
		}
	}
	return ""
}

// Path is where the sets lie.
func (s *Dir) Path() string { return s.dir }

// Temp makes the directory in which a set is written.
func (s *Dir) Temp() (string, error) {
	dir, err := os.MkdirTemp(s.dir, owned.TempPrefix)
	if err != nil {
		return "", fmt.Errorf("staged sets: %w", err)
	}
	return dir, os.Chmod(dir, 0o755)
}

// Adopt moves a finished set, which lies in temp, to the digest of its record; where
// one with the same digest is there already, that one stays untouched and only the
// record is written. A set that is no draft stays none. It reports whether the set is
// new.
func (s *Dir) Adopt(temp string, r Record) (bool, error) {
	there := s.Has(r.Digest)
	r.Draft = r.Draft && (!there || s.describe(r.Digest).Draft)
	if err := s.writeRecord(r); err != nil {
		return false, err
	}
	// Recorded before it is there: a name without a set does no harm, a set
	// without a name would never be removed.
	if !there || r.Draft {
		if err := s.record(r.Digest); err != nil {
			return false, err
		}
	}
	if there {
		return false, os.RemoveAll(temp)
	}
	if err := os.Rename(temp, filepath.Join(s.dir, r.Digest)); err != nil {
		return false, fmt.Errorf("staged sets: %w", err)
	}
	return true, syncDir(s.dir)
}

// record writes the list with digest as the last.
func (s *Dir) record(digest string) error {
	s.sets = slices.DeleteFunc(s.sets, func(d string) bool { return d == digest })
	s.sets = append(s.sets, digest)
	return s.save()
}

func (s *Dir) save() error {
	text := markerText
	for _, d := range s.sets {
		text += d + "\n"
	}
	if err := renameio.WriteFile(filepath.Join(s.dir, markerFile), []byte(text), 0o644); err != nil {
		return fmt.Errorf("staged sets: %w", err)
	}
	return nil
}

// Point makes digest the newest, for whoever reads the file "latest".
func (s *Dir) Point(digest string) error {
	if err := s.record(digest); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(s.dir, latestFile), []byte(digest+"\n"), 0o644); err != nil {
		return fmt.Errorf("staged sets: %w", err)
	}
	return nil
}

// Prune removes the oldest sets above the number to keep, and likewise the drafts; never
// one that is held, nor one to which the output leads, as a link made by hand does.
func (s *Dir) Prune(output string) (int, error) {
	published, _ := filepath.EvalSymlinks(output)
	count := map[bool]int{} // by whether they are drafts
	drafts := make([]bool, len(s.sets))
	for i, digest := range s.sets {
		drafts[i] = s.describe(digest).Draft
		count[drafts[i]]++
	}
	var kept []string
	removed := 0
	for i, digest := range s.sets {
		dir := filepath.Join(s.dir, digest)
		if real, err := filepath.EvalSymlinks(dir); count[drafts[i]] <= Keep || err == nil && real == published || isHeld(dir) {
			kept = append(kept, digest)
			continue
		}
		if err := s.remove(digest); err != nil {
			return removed, fmt.Errorf("staged sets: remove old set: %w", err)
		}
		count[drafts[i]]--
		removed++
	}
	if s.sets = kept; removed == 0 {
		return 0, nil
	}
	return removed, s.save()
}

// remove removes a set with its record.
func (s *Dir) remove(digest string) error {
	if err := discard(s.dir, filepath.Join(s.dir, digest)); err != nil {
		return err
	}
	if err := os.Remove(recordFile(s.dir, digest)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// discard removes a set: renamed first, so that nobody finds half of one.
func discard(parent, dir string) error {
	aside := filepath.Join(parent, owned.TempPrefix+"old-"+filepath.Base(dir))
	if err := os.Rename(dir, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(aside)
}

// Close lets go of the directory.
func (s *Dir) Close() error { return s.lock.Close() }

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
