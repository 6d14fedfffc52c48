package tree

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/naming"
	"shiplist/internal/release"
	"shiplist/internal/statefile"
)

// Options are what a source needs to know and to use.
type Options struct {
	Tree   config.Tree
	Limits config.Limits
	Rules  release.Rules
	Client *fetch.Client // not needed for a local directory
	// Now is the clock by which things are looked at again; time.Now when nil.
	Now func() time.Time
	// StateDir holds what was seen at earlier polls; without it every poll is a full
	// one. ReadOnly says that nothing is to be written there.
	StateDir string
	ReadOnly bool
	Logger   *slog.Logger
}

// Source is one image tree. It may be polled again and again, one poll at a time.
type Source struct {
	o       Options
	grammar *naming.Grammar
	// unsaved is the memory of the last poll while it cannot be written.
	unsaved *memory
	// computed are the checksums that were computed of a local tree; nil before the first
	// poll. sums is where they are kept, and hashAtOnce is how many bytes one poll reads
	// for them.
	computed   computed
	sums       *statefile.File
	hashAtOnce int64
}

// The limits that hold where the configuration sets none.
const (
	defaultDepth        = 10
	defaultConnections  = 2
	defaultListingBytes = 16 << 20
	defaultListBytes    = 16 << 20
	defaultEntries      = 20_000
	defaultDirectories  = 20_000
	defaultFiles        = 500_000
)

// New returns a source for a tree.
func New(o Options) *Source {
	l := &o.Limits
	o.Tree.Depth = or(o.Tree.Depth, defaultDepth)
	l.Connections = or(l.Connections, defaultConnections)
	l.ListingBytes = or(l.ListingBytes, defaultListingBytes)
	l.ListBytes = or(l.ListBytes, defaultListBytes)
	l.Entries = or(l.Entries, defaultEntries)
	l.Directories = or(l.Directories, defaultDirectories)
	l.Files = or(l.Files, defaultFiles)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Source{o: o, grammar: naming.New(o.Rules), hashAtOnce: hashedAtOnce}
}

func or[T int | int64](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Poll visits the tree. prev is what the last poll knew: what cannot be read now is
// taken over from there. It is an error when the tree as a whole cannot be read;
// then nothing of prev is in doubt.
func (s *Source) Poll(ctx context.Context, prev *release.Facts) (*release.Answer, error) {
	start := time.Now()
	keys, err := s.loadKeyring()
	if err != nil {
		return nil, err
	}
	c := &crawl{
		grammar: s.grammar, keyring: keys, now: s.o.Now(), tree: s.o.Tree, limits: s.o.Limits, known: newKnown(prev, s.o.Rules), doubts: map[string]*doubt{},
		nodes: map[string]*node{}, shown: map[[sha256.Size]byte]*node{}, aliases: map[string]string{}, realPaths: map[string]string{}, marks: newMarks(),
	}
	if keys != nil {
		c.keys = keys.Digest()
	}
	if err := s.open(ctx, c); err != nil {
		return nil, err
	}
	if s.o.Tree.Kind() == release.KindPackages {
		return s.pollPackages(ctx, c)
	}
	c.readHints(ctx)
	facts, err := c.run(ctx)
	if err == nil {
		err = s.hashFiles(ctx, c, facts)
	}
	if err != nil {
		cost := &release.Answer{}
		if r := c.memory; r != nil {
			stats := r.session.Stats()
			cost.Requests, cost.Bytes = stats.Requests, stats.Bytes
			s.keepMemory(ctx, r.interrupted())
		}
		return cost, err
	}
	c.judgeHints()
	answer := &release.Answer{Facts: facts, Problems: c.sortedProblems()}
	if r := c.memory; r != nil {
		stats := r.session.Stats()
		answer.Requests, answer.Bytes = stats.Requests, stats.Bytes
		answer.Looks = c.looks(facts)
		s.keepMemory(ctx, r.believed(c.lost(), c.doubts))
		r.log(ctx, s.o.Logger)
	}
	if len(facts.Images) == 0 && len(c.known.facts.Images) > 0 {
		answer.Suspect = fmt.Sprintf("the tree has no image any more, and had %d", len(c.known.facts.Images))
	}
	s.o.Logger.DebugContext(ctx, "tree visited", "source", s.o.Tree.Name, "count", len(facts.Images),
		"directories", len(c.nodes), "dur", time.Since(start))
	return answer, nil
}

// open opens the tree's address for a crawl.
func (s *Source) open(ctx context.Context, c *crawl) error {
	address, err := url.Parse(s.o.Tree.URL)
	if err != nil {
		return fmt.Errorf("tree %s: the address does not parse; write it like https://host/path/ or file:/path", s.o.Tree.Name)
	}
	switch address.Scheme {
	case "file":
		p, err := newLocal(address, s.o.Limits.Entries)
		if err != nil {
			return fmt.Errorf("tree %s: %w", s.o.Tree.Name, err)
		}
		c.place = p
		return nil
	case "http", "https":
		if s.o.Client == nil {
			return fmt.Errorf("tree %s: no client for %s", s.o.Tree.Name, address.Redacted())
		}
		if address.User != nil {
			return fmt.Errorf("tree %s: the address holds a user name; trees are read without one", s.o.Tree.Name)
		}
		base := &url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path, RawPath: address.RawPath}
		if !strings.HasSuffix(base.Path, "/") {
			base = base.JoinPath("/")
		}
		w := &web{base: base, session: s.o.Client.Session(), listing: s.o.Limits.ListingBytes, entries: s.o.Limits.Entries}
		c.memory = newRemembering(w, s, s.recall(ctx, base.String()), c.now)
		c.place = c.memory
		return nil
	}
	return fmt.Errorf("tree %s: the address must begin with http://, https:// or file: to be that of a tree", s.o.Tree.Name)
}

// named puts the tree's address before an error that does not name it itself.
func (c *crawl) named(err error) error {
	var e *fetch.Error
	if errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("%s: %w", c.place.address(""), err)
}

// run visits the whole tree and makes the facts.
func (c *crawl) run(ctx context.Context) (*release.Facts, error) {
	root := &node{dir: c.grammar.Directory("")}
	c.visit(ctx, root)
	if root.err != nil {
		return nil, c.named(root.err)
	}
	if err := c.visitTree(ctx, root); err != nil {
		return nil, err
	}
	manifest := c.readManifest(ctx)
	groups := c.groups()
	facts := c.facts(groups)
	boots, err := c.readUnpacked(ctx, groups)
	if err != nil {
		return nil, err
	}
	c.holdManifest(manifest)
	if !c.tree.Head {
		c.useManifest(facts, manifest)
	}
	if err := c.fillSizes(ctx, facts); err != nil {
		return nil, err
	}
	c.addNetboot(facts, groups, boots)
	if err := c.askNetboot(ctx, facts); err != nil {
		return nil, err
	}
	c.keep(facts)
	c.addHeld(facts)
	c.dropPooled(facts) // what was kept may lie in both
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	facts.Sort()
	return facts, nil
}

// visitTree visits everything below the root, then what was put off.
func (c *crawl) visitTree(ctx context.Context, root *node) error {
	if err := c.walk(ctx, c.settle(root)); err != nil {
		return err
	}
	for len(c.candidates)+len(c.twins)+len(c.pointers) > 0 {
		if err := c.resolveAliases(ctx); err != nil {
			return err
		}
		if err := c.resolvePointers(ctx); err != nil {
			return err
		}
	}
	c.mergeEqual()
	return nil
}

// sortedProblems are the problems in an order that does not depend on timing, each
// once, and not more than anybody would read.
func (c *crawl) sortedProblems() []release.Problem {
	slices.SortStableFunc(c.problems, func(a, b release.Problem) int {
		return strings.Compare(a.Rule+"\x00"+a.Address+"\x00"+a.Text, b.Rule+"\x00"+b.Address+"\x00"+b.Text)
	})
	list := slices.Compact(c.problems)
	if more := len(list) - maxProblems; more > 0 {
		list = append(list[:maxProblems:maxProblems], release.Problem{
			Rule: "limit", Address: c.place.address(""), Text: fmt.Sprintf("there are %d problems more", more),
		})
	}
	return list
}

const maxProblems = 200

// reason is what went wrong, without the address, which problems have beside it.
func reason(err error) string {
	var e *fetch.Error
	text := ""
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		text = e.Text
	default:
		text = err.Error()
	}
	return strings.ToValidUTF8(strings.TrimSuffix(text, "."), "\ufffd")
}
