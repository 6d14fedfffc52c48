package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/issue"
)

// storage is a bucket, or as much of one as lies below a prefix. Keys are without it.
type storage interface {
	// List returns all objects by key.
	List(ctx context.Context) (map[string]object, error)
	// Sum returns the sha256 that was noted with an object; empty for none.
	Sum(ctx context.Context, key string) (string, error)
	// Read returns a small object; nil where there is none.
	Read(ctx context.Context, key string) ([]byte, error)
	Write(ctx context.Context, key string, body []byte, h header) error
	Remove(ctx context.Context, key string) error
}

// object is what a storage lists.
type object struct {
	size int64
	md5  string // in hex; of objects that the storage encrypts with a key of its own something else
}

// header is what servers tell with an object.
type header struct {
	contentType, cache string
	sha                string // sha256 in hex, noted with it
}

// markKey is the object that says that the others are ours.
const markKey = ".shiplist-target.json"

// mark is what is in it.
type mark struct {
	About string `json:"about"`
	// Set and Digest are what the bucket has, whole; empty while the first is sent.
	Set    string `json:"set,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Headers stand for what is told with the objects, by which each was sent.
	Headers string `json:"headers,omitempty"`
}

const markAbout = "Pages of shiplist, which removes every object of its own beside them that is not of the site any more. Each has its SHA-256 noted."

// requests is how many requests are under way at once.
const requests = 16

// bucket makes a bucket hold the set. What is there already is not sent again: the
// storage tells the MD5 of an object, or, where it encrypts, the checksum that was noted
// with it.
func (b *bringing) bucket(ctx context.Context) error {
	s, err := b.storage(ctx, b.target, b.key, b.Options)
	if err != nil {
		return err
	}
	var there map[string]object
	if err := b.do("list", "asking what is there", func() (err error) { there, err = s.List(ctx); return err }); err != nil {
		return err
	}
	m, err := b.mine(ctx, s, there)
	if err != nil {
		return err
	}
	files, err := filesOf(b.shown.Dir)
	if err != nil {
		return b.whole(err)
	}
	headers := headersOf(b.target.Cache)
	anew := m.Headers != headers
	if err := b.phases(ctx, s, order(files, there, anew)); err != nil {
		return err
	}
	if n := b.result.Left; n > 0 {
		b.Progress(b.target.Name, fmt.Sprintf("left what shiplist did not write there (%d)", n))
	}
	now := mark{markAbout, b.shown.Set, b.shown.Digest, headers}
	if m == now {
		if b.result.Files+b.result.Deleted == 0 {
			b.result.Action = Nothing
		}
		return nil
	}
	return b.do("mark", "", func() error { return writeMark(ctx, s, now) })
}

// mine makes sure that the bucket is ours before anything is written: empty, or marked.
func (b *bringing) mine(ctx context.Context, s storage, there map[string]object) (mark, error) {
	_, marked := there[markKey]
	delete(there, markKey)
	m := mark{}
	switch {
	case marked:
		text, err := s.Read(ctx, markKey)
		if err == nil && json.Unmarshal(text, &m) != nil {
			m = mark{} // it is ours all the same
		}
		return m, err
	case len(there) > 0:
		var first string
		for key := range there {
			if first == "" || key < first {
				first = key
			}
		}
		return m, fmt.Errorf("%s holds %q and no %s, so shiplist did not make it, and nothing is removed there; name an empty prefix of its own", b.target.URL, first, markKey)
	}
	m = mark{About: markAbout, Headers: headersOf(b.target.Cache)}
	return m, b.do("claim", "", func() error { return writeMark(ctx, s, m) })
}

func writeMark(ctx context.Context, s storage, m mark) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return s.Write(ctx, markKey, append(text, '\n'), header{contentType: types[".json"], cache: cacheFor(markKey, 0)})
}

// phase is what may be done at once: when one begins, those before it are done.
type phase struct {
	name, text string
	send       []file
	maybe      map[string]bool // those of send that the storage may have under another MD5
	remove     []string
}

// order says what is to be done, so that at no time a visitor who follows links from a
// page that was there before meets a file that is not there: what pages ask for first,
// then what is new, to which no page leads yet; then what changed, the pages last, as they
// lead to both, and so do indexes of simplestreams to their lists; then the list of
// checksums, and what is to go, to which nothing leads any more. anew sends also what is
// there.
func order(files []file, there map[string]object, anew bool) []phase {
	assets, fresh := phase{name: "assets", text: "what pages ask for"}, phase{name: "new", text: "new files"}
	data, pages := phase{name: "changed", text: "changed files"}, phase{name: "pages", text: "changed pages"}
	sums, gone := phase{name: "sums"}, phase{name: "remove", text: "what is to go"}
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.name] = true
		old, has := there[f.name]
		if has && !anew && old.size == f.size && old.md5 == f.md5 {
			continue
		}
		to := &pages
		switch {
		case issue.Own(f.name):
			to = &sums
		case strings.HasPrefix(f.name, assetsDir):
			to = &assets
		case issue.IsStreamsIndex(f.name):
		case !has && f.name != homePage: // which comes last, also the first time
			to = &fresh
		case !strings.HasSuffix(f.name, page):
			to = &data
		}
		to.send = append(to.send, f)
		if has && !anew && old.size == f.size {
			if to.maybe == nil {
				to.maybe = map[string]bool{}
			}
			to.maybe[f.name] = true
		}
	}
	for key := range there {
		if !wanted[key] {
			gone.remove = append(gone.remove, key)
		}
	}
	slices.Sort(gone.remove)
	return []phase{assets, fresh, data, pages, sums, gone}
}

// phases does one after the other.
func (b *bringing) phases(ctx context.Context, s storage, all []phase) error {
	for _, p := range all {
		n := len(p.send) + len(p.remove)
		if n == 0 {
			continue
		}
		text := ""
		if p.text != "" {
			text = fmt.Sprintf("%s (%d)", p.text, n)
		}
		if err := b.do(p.name, text, func() error { return b.phase(ctx, s, p) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bringing) phase(ctx context.Context, s storage, p phase) error {
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requests)
	for _, f := range p.send {
		group.Go(func() error {
			sent, err := b.send(ctx, s, f, p.maybe[f.name])
			if sent {
				mutex.Lock()
				defer mutex.Unlock()
				b.result.Files++
				b.result.Bytes += f.size
			}
			return err
		})
	}
	for _, key := range p.remove {
		group.Go(func() error {
			removed, err := b.remove(ctx, s, key)
			if err != nil {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
			if removed {
				b.result.Deleted++
			} else {
				b.result.Left++
			}
			return nil
		})
	}
	return group.Wait()
}

// remove removes an object; not one of somebody else's, which has no checksum noted, and
// says so.
func (b *bringing) remove(ctx context.Context, s storage, key string) (removed bool, err error) {
	if err := errors.Join(ctx.Err(), b.step(b.target.Name, "remove "+key)); err != nil {
		return false, err
	}
	sum, err := s.Sum(ctx, key)
	if err != nil || sum == "" {
		return false, err
	}
	return true, s.Remove(ctx, key)
}

// send sends one file; not where the storage may have it, and says so.
func (b *bringing) send(ctx context.Context, s storage, f file, maybe bool) (sent bool, err error) {
	if err := errors.Join(ctx.Err(), b.step(b.target.Name, "send "+f.name)); err != nil {
		return false, err
	}
	if maybe {
		sum, err := s.Sum(ctx, f.name)
		if err != nil || sum == f.sha {
			return false, err
		}
	}
	body, err := os.ReadFile(f.at)
	if err != nil {
		return false, err
	}
	if int64(len(body)) != f.size {
		return false, fmt.Errorf("%s changed meanwhile; publish another set", f.at)
	}
	h := header{contentType: typeOf(f.name), cache: cacheFor(f.name, b.target.Cache), sha: f.sha}
	return true, s.Write(ctx, f.name, body, h)
}
