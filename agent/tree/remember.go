package tree

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/naming"
)

// remembering is a tree behind a web server that answers from memory what need not
// be asked for again: see due.go. A crawl over it gives what one without a memory
// would, as long as the memory is right.
type remembering struct {
	*web
	grammar *naming.Grammar
	tree    config.Tree
	now     time.Time
	// ended are the series that get no more builds, developed those that get releases.
	ended, developed map[string]bool
	// quiet says that the hints can be relied on and did not change.
	quiet  bool
	hinted time.Time // when a hint changed last
	first  bool      // nothing was remembered

	old *memory // as it was before this poll; not changed

	mu  sync.Mutex
	new *memory // what this poll asked for, or took over from the old one
	// asked are the paths for which this poll asked; force those that are not to be
	// taken from memory, changed the directories and files that became others.
	asked, force, changed map[string]bool
	failed                map[string]bool // could not be asked for
	listings, files       tally
	missed                string // the first path that changed though no hint did
}

// tally counts answers.
type tally struct{ asked, unchanged, remembered int }

func newRemembering(w *web, s *Source, old *memory, now time.Time) *remembering {
	return &remembering{
		web: w, grammar: s.grammar, tree: s.o.Tree, now: now, ended: endedSeries(s.o.Rules, now), developed: developedSeries(s.o.Rules, now),
		old: old, new: newMemory(old.tree), first: len(old.listings) == 0,
		asked: map[string]bool{}, force: map[string]bool{}, changed: map[string]bool{}, failed: map[string]bool{},
	}
}

// listingKey keeps listings apart from files of the same path.
func listingKey(path string) string { return path + "/" }

func isListingKey(key string) bool { return strings.HasSuffix(key, "/") }

// list answers with the listing of a directory.
func (r *remembering) list(ctx context.Context, path string) (*listing, error) {
	key := listingKey(path)
	r.mu.Lock()
	have := r.heardListing(path)
	if !r.listingDue(path, have) {
		r.new.listings[text(path)] = have
		r.listings.remembered++
		r.mu.Unlock()
		if have.Status != 0 {
			return nil, r.statusError(path, have.heard)
		}
		return have.list, nil
	}
	delete(r.force, key)
	r.mu.Unlock()

	a, err := r.getListing(ctx, path, validators(have))
	var l *listing
	if err == nil && !a.unchanged {
		l, err = r.take(path, have, a)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listings.asked++
	if err != nil {
		return nil, r.notHeard(path, key, err)
	}
	now := &heardListing{heard: r.hear(a), list: l, stamp: r.stampNow(path)}
	if l == nil { // the same again
		now.list, now.Hash = have.list, have.Hash
		r.listings.unchanged++
	} else {
		now.Hash = text(digest(a))
	}
	r.note(key, path, have != nil && have.Status == 0 && have.Hash == now.Hash, have.was(), &now.heard)
	if have != nil {
		now.doubt = have.doubt
	}
	r.new.listings[text(path)] = now
	return now.list, nil
}

// take reads a listing, unless it is byte for byte the one that is remembered.
func (r *remembering) take(path string, have *heardListing, a answered) (*listing, error) {
	if have != nil && have.Status == 0 && have.Hash == text(digest(a)) {
		return nil, nil //nolint:nilnil // nil is the one that is remembered
	}
	return r.parse(path, a)
}

// read answers with a file.
func (r *remembering) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	r.mu.Lock()
	have := r.heardFile(path)
	if !r.fileDue(path, have) {
		r.new.files[text(path)] = have
		r.files.remembered++
		r.mu.Unlock()
		if have.Status != 0 {
			return nil, r.statusError(path, have.heard)
		}
		return []byte(have.Body), nil
	}
	delete(r.force, path)
	r.mu.Unlock()

	var v fetch.Validators
	if have != nil && have.Status == 0 {
		v = have.Validators
	}
	a, err := r.getFile(ctx, path, limit, v)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files.asked++
	if err != nil {
		return nil, r.notHeard(path, path, err)
	}
	now := &heardFile{heard: r.hear(a), Body: text(a.body)}
	if have != nil {
		now.Checked = have.Checked
	}
	if a.unchanged {
		now.Body, now.Hash = have.Body, have.Hash
		r.files.unchanged++
	} else {
		now.Hash = text(digest(answered{body: a.body}))
	}
	r.note(path, path, have != nil && have.Status == 0 && have.Hash == now.Hash, have.was(), &now.heard)
	r.new.files[text(path)] = now
	return []byte(now.Body), nil
}

// heardListing is the newest answer for a listing, nil when there was none.
func (r *remembering) heardListing(path string) *heardListing {
	if h := r.new.listings[text(path)]; h != nil {
		return h
	}
	return r.old.listings[text(path)]
}

func (r *remembering) heardFile(path string) *heardFile {
	if h := r.new.files[text(path)]; h != nil {
		return h
	}
	return r.old.files[text(path)]
}

// was is what is known of an answer, nil without one.
func (h *heardListing) was() *heard {
	if h == nil {
		return nil
	}
	return &h.heard
}

func (f *heardFile) was() *heard {
	if f == nil {
		return nil
	}
	return &f.heard
}

func validators(h *heardListing) fetch.Validators {
	if h == nil || h.Status != 0 {
		return fetch.Validators{}
	}
	return h.Validators
}

func (r *remembering) hear(a answered) heard { return heard{Asked: r.now, Validators: a.validators} }

// note records that a path was asked for, and whether it is as it was.
func (r *remembering) note(key, path string, same bool, before, now *heard) {
	delete(r.failed, key)
	r.asked[key] = true
	switch {
	case same:
		now.Changed = before.Changed
		return
	case !r.first:
		now.Changed = r.now
	}
	r.changed[key] = true
	// The hints are wrong where something that was there has become another thing,
	// and no hint has changed since it was looked at.
	if r.quiet && before != nil && !before.Asked.IsZero() && !r.hinted.After(before.Asked) && (r.missed == "" || path < r.missed) {
		r.missed = path
	}
}

// notHeard records a failure. What the server says of a path, that it is not there
// or not for us, is an answer; anything else leaves what was known.
func (r *remembering) notHeard(path, key string, err error) error {
	var e *fetch.Error
	if !errors.As(err, &e) || !isAbsent(err) && !isForbidden(err) {
		r.failed[key] = true
		return err
	}
	said := heard{Asked: r.now, Status: e.Status, Text: text(e.Text[:min(len(e.Text), maxStatusText)])}
	if isListingKey(key) {
		before := r.heardListing(path).was()
		now := &heardListing{heard: said, stamp: r.stampNow(path)}
		r.note(key, path, before != nil && before.Status == said.Status, before, &now.heard)
		r.new.listings[text(path)] = now
		return err
	}
	before := r.heardFile(path).was()
	now := &heardFile{heard: said}
	r.note(key, path, before != nil && before.Status == said.Status, before, &now.heard)
	r.new.files[text(path)] = now
	return err
}

// statusError is the error that the server answered with.
func (r *remembering) statusError(path string, h heard) error {
	return &fetch.Error{Method: http.MethodGet, URL: r.address(path), Kind: fetch.KindStatus, Status: h.Status, Text: string(h.Text)}
}

// log says how many answers came from where.
func (r *remembering) log(ctx context.Context, logger *slog.Logger) {
	logger.DebugContext(ctx, "tree remembered", "source", r.tree.Name, "hinted", r.quiet,
		slog.Group("listings", "asked", r.listings.asked, "unchanged", r.listings.unchanged, "remembered", r.listings.remembered),
		slog.Group("files", "asked", r.files.asked, "unchanged", r.files.unchanged, "remembered", r.files.remembered))
}

// digest tells answers apart: a listing also by where it was found and its type.
func digest(a answered) string {
	h := sha256.New()
	for _, s := range []string{a.url, a.media} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(a.body)
	return string(h.Sum(nil)[:16])
}
