package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/internal/filestamp"
	"shiplist/internal/release"
	"shiplist/internal/statefile"
)

// Rule of this file: with hash = true a local tree has the SHA-256 of every file of an
// image that no list has. A file is read once, and again when its size or its time
// changed; hard links to one file are one file. What was computed is remembered in the
// state directory, where it costs reading all again when it is lost. One poll reads so
// many bytes at most, so that the first ones of a large tree end; the next go on.

// hashedAtOnce is how many bytes one poll reads for checksums.
const hashedAtOnce = 256 << 30

// mostSums is how long the file of what was computed may be.
const mostSums = 256 << 20

// computed are the checksums that were computed, by what the system tells of their files.
type computed map[string]string

// sumsFile is where they are kept.
func (s *Source) sumsFile() *statefile.File {
	f := &statefile.File{ReadOnly: s.o.ReadOnly}
	if s.o.StateDir != "" {
		f.Path = filepath.Join(s.o.StateDir, s.o.Tree.Name+".sums.json")
	}
	return f
}

// unhashed is a file whose checksum has to be computed, with every name that it has.
type unhashed struct {
	path  string // below the tree
	size  int64
	key   string
	files []*release.File
	young bool // it may change again without another time
	sum   string
	err   error // of opening or reading it
}

// hashFiles computes the checksums that no list has. Interrupted, it keeps those that
// it has computed.
func (s *Source) hashFiles(ctx context.Context, c *crawl, f *release.Facts) error {
	p, local := c.place.(*local)
	if !s.o.Tree.Hash || !local {
		return nil
	}
	if s.computed == nil {
		s.sums = s.sumsFile()
		before, err := statefile.Read[computed](s.sums, mostSums)
		if err != nil {
			c.problem("unreadable", "", reason(err)+"; all checksums are computed again")
		}
		s.computed = before
	}
	still := computed{}
	now, later := within(c.unhashed(p, f, s.computed, still), s.hashAtOnce, p.opens)
	err := c.each(ctx, len(now), func(ctx context.Context, i int) { now[i].read(ctx, p) })
	for _, u := range now {
		switch {
		case u.sum != "":
			if u.tell(); !u.young {
				still[u.key] = u.sum
			}
		case u.err != nil && ctx.Err() == nil && !isAbsent(u.err):
			c.problem("unreadable", u.path, reason(u.err)+"; it has no checksum")
		}
	}
	if later > 0 {
		c.problem("limit", "", fmt.Sprintf("no list has the checksum of %s more, which the next polls compute; one poll reads %s for checksums", release.Plural(later, "file", "files"), release.Size(s.hashAtOnce)))
	}
	news := s.computed == nil || s.sums.Unsaved() || !maps.Equal(s.computed, still)
	s.computed = still
	if failed := s.keepSums(news); failed != nil {
		c.problem("unwritable", "", reason(failed)+"; the checksums are computed again when the agent starts anew")
	}
	c.setBuilds(f)
	f.Sort()
	return err
}

// keepSums writes down what was computed, if there is something new to write.
func (s *Source) keepSums(news bool) error {
	if !news {
		return nil
	}
	return statefile.Write(s.sums, s.computed)
}

// tell gives all names of a file its checksum.
func (u *unhashed) tell() {
	for _, f := range u.files {
		f.SHA256 = u.sum
	}
}

// unhashed are the files that no list has and that were not read as they are now. The
// others get the checksum that is remembered, which goes into still. What is held back keeps
// what is remembered of it and is not read: what is known of it is of another time.
func (c *crawl) unhashed(p *local, f *release.Facts, before, still computed) []*unhashed {
	var todo []*unhashed
	byKey, held := map[string]*unhashed{}, map[string]bool{}
	for i := range f.Directories {
		held[f.Directories[i].Path] = f.Directories[i].Held != ""
	}
	for i := range f.Images {
		image := &f.Images[i]
		for j := range image.Files {
			file := &image.Files[j]
			if file.SHA256 != "" {
				continue
			}
			path := join(c.realPath(image.Dir), file.Name)
			info, err := os.Stat(p.address(path))
			if err != nil || !info.Mode().IsRegular() {
				continue // gone since it was listed
			}
			key := fileKey(path, info)
			sum, known := before[key]
			if known {
				still[key] = sum
			}
			switch {
			case held[image.Dir]:
				continue
			case known:
				file.SHA256 = sum
				continue
			case byKey[key] == nil:
				byKey[key] = &unhashed{path: path, size: info.Size(), key: key, young: !settled(info, c.now)}
				todo = append(todo, byKey[key])
			}
			byKey[key].files = append(byKey[key].files, file)
		}
	}
	return todo
}

// fileKey tells a file, with its size and time, from all others: its time of change
// is left out, as another hard link to it changes that.
func fileKey(path string, info os.FileInfo) string {
	if stamp, ok := filestamp.Of(info); ok {
		stamp.Changed = 0
		return stamp.String()
	}
	return fmt.Sprint(path, info.Size(), info.ModTime().UnixNano())
}

// settled reports whether a file that changes again will have another time. Whoever dates one
// into the future says nothing of when it changed: then the time of change counts, which the
// system sets.
func settled(info os.FileInfo, now time.Time) bool {
	stamp := filestamp.Stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if changed, ok := filestamp.Of(info); ok && info.ModTime().After(now) {
		stamp.Modified = changed.Changed
	}
	return stamp.Settled(now)
}

// within are the files that one poll reads, at least one, and how many are left. Those whose
// checksum cannot be remembered yet come last, and what cannot be read costs nothing: else
// the next polls would begin with the same ones and never come to the others.
func within(todo []*unhashed, most int64, opens func(path string) error) (now []*unhashed, later int) {
	slices.SortStableFunc(todo, func(a, b *unhashed) int {
		switch {
		case a.young == b.young:
			return 0
		case b.young:
			return -1
		}
		return 1
	})
	sum := int64(0)
	for _, u := range todo {
		if sum > 0 && sum+u.size > most {
			later++
			continue
		}
		if u.err = opens(u.path); u.err == nil {
			sum += u.size
		}
		now = append(now, u)
	}
	return now, later
}

// opens reports why a file cannot be read, before anything of it is.
func (p *local) opens(name string) error {
	f, err := p.open(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// open opens a file of the tree.
func (p *local) open(name string) (*os.File, error) {
	at, err := p.inside(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(at)
	return f, absent(err)
}

// read finds the checksum, unless it is known already that the file cannot be read.
func (u *unhashed) read(ctx context.Context, p *local) {
	if u.err == nil {
		u.sum, u.err = p.hash(ctx, u)
	}
}

// hash reads a file. No checksum, and no error, where the file changed meanwhile: then
// the next poll reads it.
func (p *local) hash(ctx context.Context, u *unhashed) (string, error) {
	f, err := p.open(u.path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(untilDone{ctx, f}, u.size+1)); err != nil {
		return "", err
	}
	info, err := f.Stat()
	if err != nil || fileKey(u.path, info) != u.key {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// untilDone reads until nobody waits for it any more.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}
