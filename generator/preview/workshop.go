package preview

import (
	"context"
	"log/slog"
	"path/filepath"
	"reflect"
	"time"

	"shiplist/generator"
	"shiplist/generator/publish"
	"shiplist/generator/staged"
	"shiplist/internal/accounts"
	"shiplist/internal/config"
)

// Made tells what became of a change.
type Made struct {
	Result generator.Result
	// Err says why there is no new site; the one before stays.
	Err      error
	Duration time.Duration
	// Published says that something is; Differ is how many pages differ from it.
	Published bool
	Differ    int
}

// workshop makes the site whenever something changed.
type workshop struct {
	options Options
	log     *slog.Logger
	board   *board
	watch   *watcher
	config  *config.Config // the last good one; nil before
	refused error          // why the newest configuration is not taken
	builder *generator.Builder
	public  *published
}

// run makes the site, and again after each change, until ctx ends.
func (w *workshop) run(ctx context.Context) {
	w.watch.follow(w.places())
	for what := aboutAny &^ aboutStaged; what != 0; what = w.watch.wait(ctx.Done()) {
		w.make(ctx, what)
	}
}

// places are what the site is made from, as far as that is known.
func (w *workshop) places() []place {
	all := []place{{path: absolute(w.options.File), about: aboutConfig}}
	c := w.config
	if c == nil {
		return all
	}
	sets := []place{
		{path: filepath.Join(c.Site.Staged, "latest"), about: aboutStaged},
		{path: c.Site.Output, about: aboutPublished, link: true},
	}
	if w.options.Set != nil {
		return sets
	}
	for _, list := range c.Lists {
		all = append(all, place{path: list, about: aboutConfig})
	}
	all = append(all, place{path: c.Store.Data, about: aboutData}, place{path: filepath.Join(c.Store.State, accounts.File), about: aboutData})
	for _, path := range []string{c.Site.Layouts, c.Site.Content, c.Site.Logo} {
		if path != "" {
			all = append(all, place{path: path, about: aboutSite})
		}
	}
	return append(all, sets...)
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// make does what a change asks for. Its result is on the board before anything is
// written to the disk.
func (w *workshop) make(ctx context.Context, what topic) {
	start := time.Now()
	before, _ := w.board.now()
	next, err := w.next(ctx, before, what)
	switch {
	case ctx.Err() != nil || next == before && err == nil:
	case err != nil && what == aboutHaste:
		// It may be half written; when it is quiet this is known.
		w.watch.doubt(aboutData)
	case err != nil:
		w.board.put(before.failed(mistakes(err), start))
		w.options.Tell(Made{Err: err})
	default:
		w.board.put(next)
		w.tell(before, next, time.Since(start))
		w.stage(ctx, next.site())
	}
}

// next returns the edition to show after a change, which may be the one before.
func (w *workshop) next(ctx context.Context, before *edition, what topic) (*edition, error) {
	if what&aboutConfig != 0 || w.refused != nil {
		if w.configure() {
			what |= aboutSite
		}
	}
	if w.refused != nil {
		return before, w.refused
	}
	next := before
	if s := w.options.Set; s != nil {
		if before.site() == nil {
			next = before.with(s)
		}
	} else if what&(aboutData|aboutHaste|aboutSite) != 0 || len(before.mistakes) > 0 || what&aboutStaged != 0 && w.another(before) {
		var err error
		if next, err = w.build(ctx, before); err != nil {
			return before, err
		}
	}
	return w.stand(w.compare(next)), nil
}

// stand adds how the site stands to the staged sets, unless it is known. What is not
// staged yet will be a draft, unless somebody else made it.
func (w *workshop) stand(e *edition) *edition {
	if e.site() == nil {
		return e
	}
	next := *e
	dir := w.config.Site.Staged
	next.newest, next.draft = "", true
	if set, err := staged.Newest(dir); err == nil {
		next.newest = set.Digest
	}
	if set, err := staged.Find(dir, e.digest()); err == nil {
		next.draft = set.Draft
	}
	if next.newest == e.newest && next.draft == e.draft {
		return e
	}
	return &next
}

// another tells whether the newest staged set is none that was made here.
func (w *workshop) another(e *edition) bool {
	set, err := staged.Newest(w.config.Site.Staged)
	return err == nil && e.find(set.Digest) == nil
}

// configure reads the configuration and reports whether another one holds now.
func (w *workshop) configure() bool {
	c, err := w.options.Load()
	w.refused = err
	if err != nil || reflect.DeepEqual(c, w.config) {
		return false
	}
	w.config, w.builder = c, generator.NewBuilder(generator.Options{Config: c, Logger: w.log, Draft: true})
	w.watch.follow(w.places())
	return true
}

// build makes the site. The edition stays the same where the site does.
func (w *workshop) build(ctx context.Context, before *edition) (*edition, error) {
	s, err := w.builder.Build(ctx)
	if err != nil {
		return nil, err
	}
	if len(before.mistakes) == 0 && s.Result.Digest == before.digest() {
		return before, nil
	}
	return before.with(s), nil
}

// compare adds what publishing would change, unless it is known.
func (w *workshop) compare(e *edition) *edition {
	s := e.site()
	if s == nil {
		return e
	}
	c := w.config.Site
	if from := (publish.Site{Staged: c.Staged, Output: c.Output, Kept: c.Kept}); !w.public.is(from) {
		w.public = openPublished(from)
	} else if e.changes != nil {
		return e
	}
	next := *e
	next.changes = compareSites(w.public, s)
	return &next
}

// tell says what is new. A site that is shown again after a mistake is.
func (w *workshop) tell(before, next *edition, took time.Duration) {
	s := next.site()
	if s == nil {
		return
	}
	m := Made{Result: s.Result, Duration: took}
	if c := next.changes; c != nil {
		m.Published, m.Differ = c.public.any(), len(c.pages())
	}
	w.options.Tell(m)
}

// stage keeps what is looked at as a draft, so that it can be published by its digest.
func (w *workshop) stage(ctx context.Context, s *generator.BuiltSite) {
	if s == nil {
		return
	}
	if _, err := s.Stage(ctx); err != nil && ctx.Err() == nil {
		e, _ := w.board.now()
		w.board.put(e.failed(mistakes(err), time.Now()))
		w.options.Tell(Made{Err: err})
	}
}
