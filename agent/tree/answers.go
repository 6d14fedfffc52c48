package tree

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"shiplist/agent/fetch"
	"shiplist/agent/recheck"
	"shiplist/internal/release"
)

// Rule of this file: what a netboot set needs is asked for, as a machine that starts
// would ask: each file, and the ISO where it should lie in this tree and is not shown. Nothing outside of it is
// asked, whatever a configuration names. Each is asked for once in a recheck period, and
// with the next poll where it was gone or could not be asked for, until two polls have said
// that it is gone. A server that fails says nothing: then the last answer stays.

// question is one file of a netboot set to be asked for.
type question struct {
	set   *release.NetbootSet
	name  string
	path  string // below the tree
	at    *web   // the server, where that is not the one of the tree
	known heardAnswer
	now   fetch.Validators
	err   error
	size  int64
	asked bool // this poll came to it
}

// heardAnswer is what the server said of a file of a netboot set.
type heardAnswer struct {
	Asked time.Time `json:"asked,omitzero"`
	// Size is -1 where there is no such file.
	Size   int64 `json:"size"`
	Status int   `json:"status,omitempty"`
	Times  int   `json:"times,omitempty"`
	// Validators are those of the file, where it is there: it is asked for again with them.
	Validators fetch.Validators `json:"validators,omitzero"`
}

// askNetboot asks for what the sets of this poll need, where that is due.
func (c *crawl) askNetboot(ctx context.Context, f *release.Facts) error {
	if !c.tree.Head {
		return nil
	}
	return c.ask(ctx, f, c.questions)
}

// ask asks questions about each set, where they are due.
func (c *crawl) ask(ctx context.Context, f *release.Facts, questions func(*release.NetbootSet) []*question) error {
	var ask []*question
	for i := range f.Netboot {
		for _, q := range questions(&f.Netboot[i]) {
			said, due := c.lastAnswer(q)
			q.known = said
			if due {
				ask = append(ask, q)
			} else {
				c.answer(q, said)
			}
		}
	}
	err := c.askAll(ctx, ask)
	failed, first := 0, &question{}
	for _, q := range ask {
		if !q.asked {
			continue // the poll was cut short; what was answered is remembered all the same
		}
		if q.err != nil && !isAbsent(q.err) && !errors.Is(q.err, errNoLength) {
			if failed++; first.err == nil && !errors.Is(q.err, errNotAsked) {
				first = q
			}
		}
		c.settleAnswer(q)
	}
	if err != nil {
		return err
	}
	if failed > 0 {
		if failed == len(ask) && c.silent == nil {
			c.silent = first.err
		}
		c.problem("netboot", first.path, release.Plural(failed, "netboot file", "netboot files")+" could not be asked for ("+reason(first.err)+"); what was known of them stays")
	}
	return nil
}

// questions are the files of a set, and the ISO where it should lie in this tree and the
// listing of its directory does not show it: a size of its own was asked for already.
func (c *crawl) questions(set *release.NetbootSet) []*question {
	var all []*question
	add := func(dir, name string) {
		if name != "" && utf8.ValidString(name) {
			all = append(all, &question{set: set, name: name, path: join(dir, name)})
		}
	}
	if set.Dir != "" {
		dir := c.realPath(set.Dir)
		add(dir, set.Kernel)
		add(dir, set.Initrd)
		for _, f := range set.Boot {
			add(dir, f.Name)
		}
	}
	if set.Tarball != nil {
		add(c.realPath(set.Parent), set.Tarball.Name)
	}
	if path := c.pathOf(set.ISO); path != "" && c.entryOf(parent(path), lastName(path)) == nil {
		all = append(all, &question{set: set, name: set.ISO, path: path})
	}
	return all
}

// pathOf is the path below the tree of an address; empty where it lies elsewhere.
func (c *crawl) pathOf(address string) string {
	for _, site := range []string{c.tree.Site, c.tree.URL} {
		rest, ok := strings.CutPrefix(address, strings.TrimSuffix(site, "/")+"/")
		if site == "" || !ok || strings.ContainsAny(rest, "?#") {
			continue
		}
		if path, err := url.PathUnescape(rest); err == nil && path != "" && validPath(path) {
			return path
		}
	}
	return ""
}

// lastAnswer is what was said of a file at an earlier poll, and whether it is to be asked
// for again. What is remembered counts before the facts, which may have been held back.
func (c *crawl) lastAnswer(q *question) (heardAnswer, bool) {
	said := heardAnswer{Size: -1}
	for i := range c.known.facts.Netboot {
		s := &c.known.facts.Netboot[i]
		if k := slices.IndexFunc(s.Answers, func(a release.NetbootAnswer) bool { return a.Name == q.name }); k >= 0 && s.Dir == q.set.Dir && s.Parent == q.set.Parent {
			said = heardAnswer{Size: sizeOr(s.Answers[k].Size, -1), Status: s.Answers[k].Status, Times: s.Answers[k].Times}
			break
		}
	}
	r := c.memory
	if r == nil {
		return said, true
	}
	if have := r.old.answers[q.key()]; have != nil {
		said = *have
	}
	dir := parent(q.path)
	changed := r.changed[listingKey(dir)] && r.old.listings[text(dir)] != nil
	again := said.Status != 0 && said.Times < release.GonePolls || changed
	return said, again || recheck.Due("netboot "+string(q.key()), said.Asked, r.now, r.tree.Recheck)
}

func sizeOr(size *int64, otherwise int64) int64 {
	if size == nil {
		return otherwise
	}
	return *size
}

// answer is what is stored of it.
func (h heardAnswer) answer(name string) release.NetbootAnswer {
	a := release.NetbootAnswer{Name: name, Status: h.Status, Times: h.Times}
	if h.Size >= 0 && h.Status == 0 {
		a.Size = &h.Size
	}
	return a
}

// askAll sends the questions: those for one path once.
func (c *crawl) askAll(ctx context.Context, ask []*question) error {
	slices.SortStableFunc(ask, func(a, b *question) int { return cmp.Compare(a.key(), b.key()) })
	byPath := slices.CompactFunc(slices.Clone(ask), func(a, b *question) bool { return a.key() == b.key() })
	var refused atomic.Int32
	err := c.each(ctx, len(byPath), func(ctx context.Context, i int) {
		q := byPath[i]
		q.asked = true
		if refused.Load() >= maxRefused {
			q.err = errNotAsked
			return
		}
		if c.askOne(ctx, q); q.err != nil && !isAbsent(q.err) && !errors.Is(q.err, errNoLength) {
			refused.Add(1) // not counted among what finds no server, as with sizes
			return
		}
		refused.Store(0)
	})
	for i, q := range ask {
		if i > 0 && ask[i-1].key() == q.key() {
			q.size, q.now, q.err, q.asked = ask[i-1].size, ask[i-1].now, ask[i-1].err, ask[i-1].asked
		}
	}
	return err
}

// askOne sends a question, with what is known of the file that was there.
func (c *crawl) askOne(ctx context.Context, q *question) {
	if c.memory == nil {
		q.size, _, q.err = c.place.size(ctx, q.path)
		return
	}
	var known fetch.Validators
	if q.known.Status == 0 && q.known.Size >= 0 {
		known = q.known.Validators
	}
	unchanged := false
	if q.size, q.now, unchanged, q.err = c.where(q).head(ctx, q.path, known); unchanged {
		q.size = q.known.Size
	}
}

// settleAnswer makes an answer of what came of a question.
func (c *crawl) settleAnswer(q *question) {
	said := heardAnswer{Asked: c.now, Size: q.size, Validators: q.now}
	switch {
	case q.err == nil:
	case errors.Is(q.err, errNoLength):
		said.Size = -1
	case isAbsent(q.err):
		said = heardAnswer{Asked: c.now, Size: -1, Status: http.StatusNotFound, Times: 1}
		var e *fetch.Error
		if errors.As(q.err, &e) {
			said.Status = e.Status
		}
		if q.known.Status != 0 {
			said.Times = min(q.known.Times+1, release.GonePolls)
		}
	default:
		said = q.known
		said.Asked = time.Time{}
	}
	c.answer(q, said)
}

// answer stores what was said of a file, and remembers it.
func (c *crawl) answer(q *question, said heardAnswer) {
	if r := c.memory; r != nil {
		r.mu.Lock()
		r.new.answers[q.key()] = &said
		r.mu.Unlock()
	}
	if said.Size >= 0 || said.Status != 0 || !said.Asked.IsZero() {
		q.set.Answers = append(q.set.Answers, said.answer(q.name))
	}
	if said.Size >= 0 && said.Status == 0 {
		q.sized(said.Size)
	}
}

// sized gives a file of the set the exact size that its tree told, which a listing may
// round.
func (q *question) sized(size int64) {
	if t := q.set.Tarball; t != nil && t.Name == q.name {
		t.Size, t.Exact = &size, true
	}
	for i := range q.set.Boot {
		if f := &q.set.Boot[i]; f.Name == q.name {
			f.Size, f.Exact = &size, true
		}
	}
}
