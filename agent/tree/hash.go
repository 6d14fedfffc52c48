package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	err   error
}

// hashFiles computes the checksums that no list has. Interrupted, it keeps those that
// it has computed.
func (s *Source) hashFiles(ctx context.Context, c *crawl, f *release.Facts) error {
	p, local := c.place.(*local)
	if !s.o.Tree.Hash || !local {
		return nil
	}
	file := s.sumsFile()
	if s.computed == nil {
		before, err := statefile.Read[computed](file, mostSums)
		if err != nil {
			c.problem("unreadable", "", reason(err)+"; all checksums are computed again")
		}
		s.computed = before
	}
	still := computed{}
	todo := c.unhashed(p, f, s.computed, still)
	now, later := within(todo, s.hashAtOnce)
	err := c.each(ctx, len(now), func(ctx context.Context, i int) { now[i].sum, now[i].err = p.hash(ctx, now[i]) })
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
	s.computed = still
	if failed := statefile.Write(file, still); failed != nil {
		c.problem("unwritable", "", reason(failed)+"; the checksums are computed again when the agent starts anew")
	}
	c.setBuilds(f)
	f.Sort()
	return err
}

// tell gives all names of a file its checksum.
func (u *unhashed) tell() {
	for _, f := range u.files {
		f.SHA256 = u.sum
	}
}

// unhashed are the files that no list has and that were not read as they are now. The
// others get the checksum that is remembered, which goes into still.
func (c *crawl) unhashed(p *local, f *release.Facts, before, still computed) []*unhashed {
	var todo []*unhashed
	byKey, held := map[string]*unhashed{}, map[string]bool{}
	for i := range f.Directories {
		held[f.Directories[i].Path] = f.Directories[i].Held != ""
	}
	for i := range f.Images {
		image := &f.Images[i]
		if held[image.Dir] {
			continue // what is known of it is of another time
		}
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
			if sum, ok := before[key]; ok {
				still[key], file.SHA256 = sum, sum
				continue
			}
			if byKey[key] == nil {
				byKey[key] = &unhashed{path: path, size: info.Size(), key: key, young: c.now.Sub(info.ModTime()) < settling}
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

// within are the files that one poll reads, at least one, and how many are left.
func within(todo []*unhashed, most int64) (now []*unhashed, later int) {
	sum := int64(0)
	for i, u := range todo {
		if sum += u.size; sum > most && i > 0 {
			return todo[:i], len(todo) - i
		}
	}
	return todo, 0
}

// settling is how old the time of a file has to be for its checksum to be remembered: one
// that was changed just now may change again without another time.
const settling = 2 * time.Second

// hash reads a file. No checksum, and no error, where the file changed meanwhile: then
// the next poll reads it.
func (p *local) hash(ctx context.Context, u *unhashed) (string, error) {
	at, err := p.inside(u.path)
	if err != nil {
		return "", err
	}
	f, err := os.Open(at)
	if err != nil {
		return "", absent(err)
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
