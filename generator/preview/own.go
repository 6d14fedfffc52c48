package preview

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/release"
)

// Rule of this file: the pages and parts that are the preview's own. What it is called
// and said there is in pages/, and belongs to no site.

//go:embed pages
var pagesFS embed.FS

var pages = template.Must(template.ParseFS(pagesFS, "pages/*.html"))

// short is how much of a digest people are shown.
const short = 12

func shortened(digest string) string { return digest[:min(short, len(digest))] }

// barData is what bar.html shows.
type barData struct {
	Digest   string // short; empty while there is no site
	Draft    bool   // a set that only a preview made
	Pinned   bool   // it was chosen, and follows no changes
	Newest   string // digest of the newest staged set, short; empty where it is this one
	Count    string // "12 pages differ from what is published"
	Same     bool   // as what is published
	AsOf     time.Time
	Age      string // of the facts: "3 hours"
	Mistakes []mistake
	Title    string // over the mistakes
	Since    string // when the mistakes were first seen
}

// frameData is what frame.html shows.
type frameData struct {
	Set string // the site that the page is of, or the stamp of a page of our own
	Own bool
	Bar template.HTML
	// Mistakes says that the bar has the panel of mistakes over it.
	Mistakes bool
	Now      string // what time it is, where browsers do not know
}

// frame is what is added to a page that is of a set.
func (s *Server) frame(e *edition, set string, own bool) []byte {
	// Safe: bar is the output of html/template.
	return execute("frame.html", frameData{set, own, template.HTML(s.bar(e)), e.site() != nil && len(e.mistakes) > 0, s.now()}) //nolint:gosec // see above
}

// now is the time that pages are told; empty where they know it.
func (s *Server) now() string {
	if !s.options.Shifted {
		return ""
	}
	return s.options.Now().UTC().Format(time.RFC3339)
}

// bar is the bar at the foot of the window, and the panel of mistakes over it. While there is no site
// the page itself shows the mistakes.
func (s *Server) bar(e *edition) string {
	var b barData
	if site := e.site(); site != nil {
		b = barData{
			Digest: shortened(site.Result.Digest), Draft: e.draft, Pinned: s.options.Set != nil, AsOf: site.Result.AsOf.UTC(), Mistakes: e.mistakes,
			Title: mistakesTitle(e.mistakes), Since: e.since.UTC().Format("15:04:05 UTC"),
		}
		if e.newest != e.digest() {
			b.Newest = shortened(e.newest)
		}
		if age := s.options.Now().Sub(site.Result.AsOf); !site.Result.AsOf.IsZero() && age >= 0 {
			b.Age = release.Age(age)
		}
	}
	if e.changes != nil {
		b.Count, b.Same = e.changes.count(), e.changes.public.any() && len(e.changes.files) == 0
	}
	return string(execute("bar.html", b))
}

func mistakesTitle(all []mistake) string {
	if len(all) == 1 {
		return "The site cannot be made: there is a mistake"
	}
	return fmt.Sprintf("The site cannot be made: there are %d mistakes", len(all))
}

// count says in one line how much publishing would change.
func (c *changes) count() string {
	pages := len(c.pages())
	switch {
	case !c.public.any():
		return "Nothing is published yet"
	case len(c.files) == 0:
		return "The same as published"
	case pages == 0:
		return release.Plural(len(c.files), "file that is no page differs", "files that are no pages differ") + " from what is published"
	}
	return release.Plural(pages, "page differs", "pages differ") + " from what is published"
}

// stamp is what a page of our own depends on.
func (e *edition) stamp() string {
	text := e.digest()
	if e.changes != nil {
		text += " over " + path.Base(e.changes.public.dir)
	}
	if e.site() == nil {
		for _, m := range e.mistakes {
			text += m.Place + m.Text
		}
	}
	return text
}

// execute renders one of our templates, which the tests try with all they can get.
func execute(name string, data any) []byte {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		return []byte(template.HTMLEscapeString(err.Error()))
	}
	return b.Bytes()
}

// asset answers with a file of ours.
func (s *Server) asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		content, err := fs.ReadFile(pagesFS, "pages/"+name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		answer(w, r, name, content)
	}
}

// ownPolicy is for our pages: nothing from elsewhere, and no script but ours.
const ownPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// ownPage answers with a page of ours.
func (s *Server) ownPage(w http.ResponseWriter, r *http.Request, status int, name string, e *edition, data any) {
	w.Header().Set("Content-Security-Policy", ownPolicy)
	w.Header().Set("Content-Type", contentType(".html"))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(inject(execute(name, data), s.frame(e, e.stamp(), true))) // the reader may be gone
	}
}

// noSite answers while there is nothing to show.
func (s *Server) noSite(w http.ResponseWriter, r *http.Request, e *edition) {
	s.ownPage(w, r, http.StatusServiceUnavailable, "nosite.html", e, struct {
		Title    string
		Mistakes []mistake
	}{mistakesTitle(e.mistakes), e.mistakes})
}

// changesData is what changes.html shows.
type changesData struct {
	Answer    string
	Around    string // how many pages differ only around their content
	Publish   string // the command that publishes this
	Published bool
	Trouble   string // why it cannot be told
	Forbids   []publish.Reason
	Subjects  []subject
	Groups    []group
}

// changesPage shows what publishing would change.
func (s *Server) changesPage(w http.ResponseWriter, r *http.Request) {
	e, _ := s.board.now()
	c := e.changes
	if c == nil {
		s.noSite(w, r, e)
		return
	}
	d := changesData{Answer: c.count(), Publish: s.options.Publish + " --digest " + shortened(e.digest()), Published: c.public.any()}
	var err error
	if d.Forbids, err = c.forbids(r.Context()); err != nil {
		d.Trouble = err.Error()
	}
	if c.public.err != nil {
		d.Trouble = c.public.err.Error()
	}
	if d.Published {
		d.Subjects, d.Groups, d.Around = c.words(), c.groups(), c.around().sum(len(c.pages()))
	}
	s.ownPage(w, r, http.StatusOK, "changes.html", e, d)
}

// diffData is what diff.html shows.
type diffData struct {
	comparison
	Name     string // of the page, as people know it
	OldFrame string // addresses of both; empty where there is none
	NewFrame string
	OldSize  int
	NewSize  int
}

// diffPage shows one file, old and new.
func (s *Server) diffPage(w http.ResponseWriter, r *http.Request) {
	e, _ := s.board.now()
	if e.changes == nil {
		s.noSite(w, r, e)
		return
	}
	name := r.URL.Query().Get("page")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	name = strings.TrimPrefix(name, "/")
	old, errOld := e.changes.public.read(name)
	now, errNew := e.changes.site.Read(name)
	if !fs.ValidPath(name) || errOld != nil && errNew != nil {
		http.Error(w, "There is no such page, neither in what is published nor in the preview.", http.StatusNotFound)
		return
	}
	d := diffData{Name: "/" + strings.TrimSuffix(name, "index.html"), OldSize: len(old), NewSize: len(now)}
	d.comparison = compareFile(name, old, now, errOld == nil, errNew == nil)
	escaped := (&url.URL{Path: name}).EscapedPath()
	if d.Page && d.Old {
		d.OldFrame = "/_old/" + escaped
	}
	if d.Page && d.New {
		d.NewFrame = "/_new/" + escaped
	}
	s.ownPage(w, r, http.StatusOK, "diff.html", e, d)
}

// fileOf is the file that an address of a page shows.
func (e *edition) fileOf(address string) string {
	name, _, _ := e.page(strings.TrimPrefix(address, "/"))
	return name
}
