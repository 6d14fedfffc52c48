package preview

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"shiplist/generator"
)

// keep is how many sites are kept, so that an open page gets its own style sheet, and
// learns what is new since it was opened.
const keep = 8

// edition is what is shown at a moment. It is never changed once it is on the board.
type edition struct {
	// sites are the newest whole sites, newest first; none before the first is made.
	sites []*generator.BuiltSite
	files map[string]bool // of the newest, by path
	// styles are the files of their style sheets, by digest.
	styles map[string]string
	// mistakes are why there is no newer site; empty when there is nothing newer.
	mistakes []mistake
	since    time.Time // when the mistakes were first seen
	changes  *changes  // against what is published; nil while there is no site
	newest   string    // digest of the newest staged set; empty for none
	draft    bool      // nobody asked for the site that is shown, but this preview
}

// site is the newest whole site; nil when there is none.
func (e *edition) site() *generator.BuiltSite {
	if len(e.sites) == 0 {
		return nil
	}
	return e.sites[0]
}

// digest is that of the newest site; empty when there is none.
func (e *edition) digest() string {
	if s := e.site(); s != nil {
		return s.Result.Digest
	}
	return ""
}

// find returns a kept site by its digest; nil when it is not kept any more.
func (e *edition) find(digest string) *generator.BuiltSite {
	for _, s := range e.sites {
		if s.Result.Digest == digest {
			return s
		}
	}
	return nil
}

// with returns an edition that shows a new site.
func (e *edition) with(s *generator.BuiltSite) *edition {
	files := s.Files()
	next := &edition{sites: []*generator.BuiltSite{s}, files: make(map[string]bool, len(files)), styles: map[string]string{}}
	for _, old := range e.sites {
		if digest := old.Result.Digest; len(next.sites) < keep && digest != s.Result.Digest {
			next.sites = append(next.sites, old)
			next.styles[digest] = e.styles[digest]
		}
	}
	for _, f := range files {
		next.files[f.Path] = true
		if strings.HasPrefix(f.Path, "assets/style-") {
			next.styles[s.Result.Digest] = f.Path
		}
	}
	return next
}

// failed returns an edition that shows the same site and what is wrong.
func (e *edition) failed(mistakes []mistake, at time.Time) *edition {
	next := *e
	if len(e.mistakes) == 0 {
		next.since = at
	}
	next.mistakes = mistakes
	return &next
}

// read returns a file of the newest site. Assets have their content in their name, so
// that those of earlier sites are still the right ones for pages that ask for them.
func (e *edition) read(name string) ([]byte, error) {
	for i, s := range e.sites {
		if i > 0 && !strings.HasPrefix(name, "assets/") {
			break
		}
		if content, err := s.Read(name); err == nil {
			return content, nil
		}
	}
	return nil, fs.ErrNotExist
}

// page returns what is shown at an address below the root: the file's name and content.
// Where there is none, it is the page that says so. moved is where to go instead.
func (e *edition) page(address string) (name string, content []byte, moved bool) {
	name, moved = locate(address, func(name string) bool { return e.files[name] })
	if moved {
		return name, nil, true
	}
	content, err := e.read(name)
	if err != nil {
		name = lostPage
		content, _ = e.read(name) // a site without one answers with nothing but the status
	}
	return name, content, false
}

// locate returns the file that is meant by an address below the root of a site. moved says
// that it is a folder with a page, whose address ends in a slash.
func locate(address string, has func(string) bool) (name string, moved bool) {
	name = strings.Trim(path.Clean("/"+address), "/")
	if address == "" || strings.HasSuffix(address, "/") {
		return path.Join(name, "index.html"), false
	}
	return name, has(path.Join(name, "index.html"))
}

// lostPage is the page for what is not there.
const lostPage = "404.html"

// What an open page has to do to show the newest site.
const (
	actNothing = "nothing" // it is the same there
	actStyle   = "style"   // only the style sheet is another
	actReload  = "reload"
)

// action says what has to be done with a page of an earlier site, and the file of the
// style sheet to take.
func (e *edition) action(old *generator.BuiltSite, name string) (act, style string) {
	current := e.site()
	switch {
	case current == nil || current == old:
		return actNothing, ""
	case old == nil: // not kept any more, or of another preview
		return actReload, ""
	}
	before, err := old.Read(name)
	if err != nil {
		return actReload, ""
	}
	after, err := current.Read(name)
	if err != nil {
		return actReload, ""
	}
	if bytes.Equal(before, after) {
		return actNothing, ""
	}
	was, is := e.styles[old.Result.Digest], e.styles[e.digest()]
	if was != is && was != "" && is != "" && bytes.Equal(bytes.ReplaceAll(before, []byte(was), []byte(is)), after) {
		return actStyle, is
	}
	return actReload, ""
}

// board holds the edition that is shown.
type board struct {
	mu      sync.Mutex
	current *edition
	changed chan struct{} // closed when another one is put up
}

func newBoard() *board { return &board{current: &edition{}, changed: make(chan struct{})} }

// now returns what is shown, and what is closed when that changes.
func (b *board) now() (*edition, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.current, b.changed
}

// put shows another edition.
func (b *board) put(e *edition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = e
	close(b.changed)
	b.changed = make(chan struct{})
}
