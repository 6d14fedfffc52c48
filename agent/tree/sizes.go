package tree

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"shiplist/internal/release"
)

// maxRefused is how many requests for a size may fail in a row until no more are
// sent: a server that does not answer HEAD will not answer the next one.
const maxRefused = 5

// wanted is a download whose exact size is not known yet, with every place where
// the same bytes lie under the same name.
type wanted struct {
	key   string // see sizeKey
	path  string
	files []*release.File
	entry *entry // as the listing shows it
	size  int64
	at    time.Time
	err   error
}

// fillSizes sets the exact sizes of downloads: those that are remembered, and the
// rest by asking, once for each name and checksum.
func (c *crawl) fillSizes(ctx context.Context, f *release.Facts) error {
	var ask []*wanted
	asked := map[string]*wanted{}
	for i := range f.Images {
		image := &f.Images[i]
		for j := range image.Files {
			file := &image.Files[j]
			if !file.Main {
				continue
			}
			key, entry := sizeKey(image.Dir, *file), c.entryOf(image.Dir, file.Name)
			if c.remember(key, file, entry) || file.Exact {
				continue
			}
			if w := asked[key]; w != nil {
				w.files = append(w.files, file)
				continue
			}
			w := &wanted{key: key, path: join(c.realPath(image.Dir), file.Name), files: []*release.File{file}, entry: entry}
			asked[key] = w
			ask = append(ask, w)
		}
	}
	if !c.tree.Head || len(ask) == 0 {
		return nil
	}
	return c.askSizes(ctx, ask)
}

// realPath is the path of a directory as the server has it: facts hold printable
// ones.
func (c *crawl) realPath(dir string) string {
	if real, ok := c.realPaths[dir]; ok {
		return real
	}
	return dir
}

// entryOf is a file as the listing shows it, nil where there is none.
func (c *crawl) entryOf(dir, name string) *entry {
	if n := c.nodes[c.realPath(dir)]; n.here() {
		return n.list.find(name)
	}
	return nil
}

// remember sets what is known of a file with this name and checksum, or, without a
// checksum, of the file at this place. What does not fit the listing is another file.
func (c *crawl) remember(key string, file *release.File, shown *entry) bool {
	if before, ok := c.known.sizes[key]; ok && shown.agrees(*before.Size) {
		take(file, *before.Size, before.Modified)
		return true
	}
	if heard := c.memory.heardSize(key); heard != nil && shown.agrees(heard.Size) {
		c.memory.keepSize(key, *heard)
		take(file, heard.Size, heard.Modified)
		return true
	}
	return false
}

// take sets the size of a file, and its time, where the listing does not tell them.
func take(file *release.File, size int64, modified time.Time) {
	if !file.Exact {
		file.Size, file.Exact = &size, true
	}
	if file.Modified.IsZero() {
		file.Modified = modified
	}
}

// heardSize is what the server said to HEAD at an earlier poll, nil where it was not
// asked.
func (r *remembering) heardSize(key string) *heardSize {
	if r == nil {
		return nil
	}
	return r.old.sizes[text(key)]
}

// keepSize remembers what the server said to HEAD.
func (r *remembering) keepSize(key string, said heardSize) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.new.sizes[text(key)] = &said
}

// askSizes sends the requests. An answer that cannot be what the listing shows is
// not believed: it is a page about the file, or the file has just been replaced.
func (c *crawl) askSizes(ctx context.Context, ask []*wanted) error {
	var refused atomic.Int32
	err := c.each(ctx, len(ask), func(ctx context.Context, i int) {
		w := ask[i]
		if refused.Load() >= maxRefused {
			w.err = errNotAsked
			return
		}
		w.size, w.at, w.err = c.place.size(ctx, w.path)
		// Not counted among what finds no server: nothing but sizes is left to ask for.
		if w.err != nil && !isAbsent(w.err) {
			refused.Add(1)
			return
		}
		refused.Store(0)
		if w.err == nil && w.entry.agrees(w.size) {
			c.memory.keepSize(w.key, heardSize{w.size, w.at})
		}
	})
	if err != nil {
		return err
	}
	c.takeSizes(ask)
	return nil
}

var errNotAsked = errors.New("not asked")

func (c *crawl) takeSizes(ask []*wanted) {
	failed, first := 0, ""
	for _, w := range ask {
		switch {
		case isAbsent(w.err):
			c.problem("size", w.path, "it is listed and not there; its size stays as the listing has it")
		case w.err != nil:
			if failed++; first == "" && w.err != errNotAsked {
				first = reason(w.err)
			}
		case !w.entry.agrees(w.size):
			c.problem("size", w.path, fmt.Sprintf("the server says %d bytes, the listing %d; the listing's is kept", w.size, w.entry.size))
		default:
			for _, file := range w.files {
				take(file, w.size, w.at)
			}
		}
	}
	if failed > 0 {
		c.problem("size", "", fmt.Sprintf("the exact size of %d files could not be asked for (%s); they stay as the listing has them", failed, first))
	}
}
