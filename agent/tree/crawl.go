package tree

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/config"
	"shiplist/internal/naming"
	"shiplist/internal/release"
	"shiplist/internal/signature"
)

// crawl is one visit of a tree.
type crawl struct {
	place   place
	memory  *remembering // the place, where it is one; nil for a local directory
	grammar *naming.Grammar
	keyring *signature.Keyring // nil where no signature is checked
	keys    string             // digest of the keyring
	now     time.Time
	tree    config.Tree
	limits  config.Limits
	known   *known

	nodes    map[string]*node // by path, those that were visited
	files    int
	problems []release.Problem
	// skipped are directories that a limit kept from being visited.
	skipped []string

	shown      map[[sha256.Size]byte]*node // directories above others, by what they show
	candidates []candidate
	twins      []candidate
	pointers   []pointer
	aliases    map[string]string // path of a directory: the one that it is
	marks      *marks
	realPaths  map[string]string // printable path of a directory: the real one

	doubtsMu sync.Mutex
	doubts   map[string]*doubt // by path: what time may settle

	guesses   guesses
	unreached atomic.Int32 // requests in a row that found no server
	lastError atomic.Pointer[error]
	// silent is why no netboot file could be asked for, where some were due.
	silent error
}

// candidate is a directory that may be another one under a second name.
type candidate struct {
	base, path string
	up         *node
	// visited is set where it was listed already, and shows what the base shows.
	visited *node
}

// pointer is a directory that stands for one build or several.
type pointer struct {
	up   *node
	name string
}

// maxUnreached is how many requests in a row may find no server until the tree
// counts as down: waiting for each of a thousand directories would take hours.
const maxUnreached = 8

// visitAll reads directories, several at once. What it finds goes into the nodes;
// the only errors are those that end the whole crawl.
func (c *crawl) visitAll(ctx context.Context, nodes []*node) error {
	c.guesses.judge()
	return c.each(ctx, len(nodes), func(ctx context.Context, i int) { c.visit(ctx, nodes[i]) })
}

// each runs n tasks, several at once, and stops when the server is gone.
func (c *crawl) each(ctx context.Context, n int, task func(ctx context.Context, i int)) error {
	group, ctx := errgroup.WithContext(ctx)
	// Twice as many as connections, so that one can be read while another waits.
	group.SetLimit(2 * max(c.limits.Connections, 1))
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			task(ctx, i)
			if c.unreached.Load() >= maxUnreached {
				return fmt.Errorf("the server stopped answering: %w", *c.lastError.Load())
			}
			return nil
		})
	}
	return group.Wait()
}

// saw counts how often in a row the server was not reached.
func (c *crawl) saw(err error) error {
	if err != nil && isUnreached(err) {
		c.unreached.Add(1)
		c.lastError.Store(&err)
	} else {
		c.unreached.Store(0)
	}
	return err
}

func (c *crawl) list(ctx context.Context, path string) (*listing, error) {
	l, err := c.place.list(ctx, path)
	return l, c.saw(err)
}

func (c *crawl) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	body, err := c.place.read(ctx, path, limit)
	return body, c.saw(err)
}

// walk visits directories and all below them, level by level: the order in which
// things are found, and so the outcome, does not depend on timing.
func (c *crawl) walk(ctx context.Context, level []*node) error {
	for len(level) > 0 {
		var err error
		if level, err = c.visitLevel(ctx, c.bound(level)); err != nil {
			return err
		}
		// Of two that turn out to be one, the one whose name means something stays.
		slices.SortStableFunc(level, func(a, b *node) int { return cmp.Compare(c.rank(a), c.rank(b)) })
		var next []*node
		for _, n := range level {
			next = append(next, c.settle(n)...)
		}
		level = next
	}
	return nil
}

// batch is how many directories are read before what they hold is counted: it
// bounds what is held of a tree with more files than are taken in.
const batch = 128

// visitLevel reads the directories of a level, and stops where they hold too much.
func (c *crawl) visitLevel(ctx context.Context, level []*node) ([]*node, error) {
	files := c.files
	for from, to := 0, 0; from < len(level); from = to {
		to = from + c.nextBatch(level[from:])
		if err := c.visitAll(ctx, level[from:to]); err != nil {
			return nil, err
		}
		for _, n := range level[from:to] {
			if n.list != nil {
				files += len(n.list.entries)
			}
		}
		if files > c.limits.Files && to < len(level) {
			c.skip(level[to:])
			c.tooManyFiles()
			return level[:to], nil
		}
	}
	return level, nil
}

func (c *crawl) skip(level []*node) {
	for _, n := range level {
		c.skipped = append(c.skipped, n.path)
	}
}

func (c *crawl) tooManyFiles() {
	c.problem("limit", "", fmt.Sprintf("the tree has more than %d files; the rest was not visited, and what was known of it is kept", c.limits.Files))
}

func (c *crawl) rank(n *node) int {
	if n.up == nil || c.grammar.IsDirectoryName(n.up.dir, lastName(n.path)) {
		return 0
	}
	return 1
}

// bound drops what would be more directories than may be visited.
func (c *crawl) bound(level []*node) []*node {
	room := max(c.limits.Directories-len(c.nodes), 0)
	if len(level) <= room {
		return level
	}
	c.problem("limit", "", fmt.Sprintf("the tree has more than %d directories; the rest was not visited, and what was known of it is kept", c.limits.Directories))
	c.skip(level[room:])
	return level[:room]
}

// noteTorn records a directory whose strongest list is shown and not there.
func (c *crawl) noteTorn(n *node) {
	if len(n.lists) > 0 && n.sums[n.lists[0]] == nil {
		c.problem("checksums", join(n.path, n.lists[0]), "it is listed and not there; the files have no checksums")
	}
}

// settle takes in a visited directory and returns what is to be visited below it.
func (c *crawl) settle(n *node) []*node {
	c.nodes[n.path] = n
	if n.err != nil {
		c.report(n)
		return nil
	}
	c.problems = append(c.problems, n.bad...)
	c.noteTorn(n)
	for up := n.up; up != nil; up = up.up {
		if len(n.list.entries) > 1 && n.list.same(up.list) && len(n.subdirectories()) > 0 {
			n.loop = true
			return nil
		}
	}
	if first := c.firstShown(n); first != n {
		c.candidates = append(c.candidates, candidate{first.path, n.path, n.up, n})
		return nil
	}
	if c.files += len(n.list.entries); c.files > c.limits.Files {
		c.tooManyFiles()
		n.err = errors.New("too many files")
		return nil
	}
	return c.children(n)
}

// firstShown returns the first directory that shows the same names, sizes and dates
// as n, which may be n under another name. Of directories without others below
// them, and of those with one name, too many look alike.
func (c *crawl) firstShown(n *node) *node {
	if len(n.list.entries) < 2 || len(n.subdirectories()) == 0 {
		return n
	}
	digest := n.list.digest()
	if c.shown[digest] == nil {
		c.shown[digest] = n
	}
	return c.shown[digest]
}

// report records a directory that could not be read. One that is gone since it was
// listed is no problem where builds are purged, nor is one that nobody listed.
func (c *crawl) report(n *node) {
	at := naming.Printable(n.path)
	known := c.known.has(at) || c.known.isAlias(at)
	switch {
	case n.held != "":
		return // the facts say so
	case n.maybe && (n.absent || !known):
		n.absent = true // it was a file
		return
	case n.asked && (n.absent || isForbidden(n.err) && !known):
		n.absent = true
		return
	case n.absent && n.dir.Kind == naming.Dated:
		return
	}
	n.absent = false
	rule := "unreadable"
	if errors.Is(n.err, errNotListing) {
		rule = "listing"
	}
	kept := "; nothing was known of it before"
	if known {
		kept = "; what was known of it before is kept"
	}
	c.problem(rule, cmp.Or(n.failed, n.path), reason(n.err)+kept)
}

func (c *crawl) problem(rule, path, text string) {
	c.problems = append(c.problems, release.Problem{Rule: rule, Address: c.place.address(path), Text: text})
}

// children are the directories below n that are to be visited now. Those that may
// be others under a second name, and those that stand for builds, are put off.
func (c *crawl) children(n *node) []*node {
	names := c.visitable(n)
	second := c.secondNames(n, names)
	var next []*node
	for _, name := range names {
		child := c.child(n, name)
		switch {
		case child.dir.Kind == naming.Manual:
		case (name == "current" || name == "pending") && (child.dir.Kind == naming.Current || child.dir.Kind == naming.Pending):
			c.pointers = append(c.pointers, pointer{n, name})
		case second[name] != "":
			c.candidates = append(c.candidates, candidate{join(n.path, second[name]), child.path, n, nil})
		case c.isTwin(n, name, names):
			c.twins = append(c.twins, candidate{join(c.grammar.Root(), name), child.path, n, nil})
		default:
			next = append(next, child)
		}
	}
	return next
}

func (c *crawl) child(n *node, name string) *node {
	at := join(n.path, name)
	child := &node{path: at, dir: c.grammar.Directory(at), up: n}
	e := n.list.find(name)
	child.asked = e == nil
	child.maybe = e != nil && e.maybeDir
	return child
}

// visitable are the names of the directories below n that may be visited at all.
func (c *crawl) visitable(n *node) []string {
	if depthOf(n.path) >= c.tree.Depth {
		return nil
	}
	var names []string
	series := false
	for _, e := range n.list.entries {
		at := join(n.path, e.name)
		if !e.dir && (!e.maybeDir || !c.grammar.IsDirectoryName(n.dir, e.name)) || c.isIdle(at, e.name) {
			continue
		}
		names = append(names, e.name)
		_, _, ok := c.grammar.SeriesOf(e.name)
		series = series || ok
	}
	// Servers hide the pool; it answers when asked for.
	if series && c.tree.Role != "full" && !slices.Contains(names, naming.PoolName) &&
		!c.isIdle(join(n.path, naming.PoolName), naming.PoolName) {
		names = append(names, naming.PoolName)
	}
	return names
}

// idleNames are directories of every tree that hold no images: icons, parts of
// pages, and lists for other programs.
var idleNames = []string{"cdicons", "icons", "include", "streams", "lost+found"}

// isIdle reports whether a directory is left out: hidden ones but the pool, those
// that hold no images, and those that the configuration names. A pattern without a
// slash is held against the name, any other against the whole path.
func (c *crawl) isIdle(at, name string) bool {
	if strings.HasPrefix(name, ".") && name != naming.PoolName || slices.Contains(idleNames, name) {
		return true
	}
	return slices.ContainsFunc(c.tree.Skip, func(pattern string) bool {
		pattern = strings.Trim(pattern, "/")
		if strings.Contains(pattern, "/") {
			return release.Match([]string{pattern}, at)
		}
		return release.Match([]string{pattern}, name)
	})
}

// secondNames finds the directories of one series under several names: those with
// a version beside the one with the series' name, or beside the shortest version.
func (c *crawl) secondNames(n *node, names []string) map[string]string {
	bySeries := map[string][]string{}
	for _, name := range names {
		if series, _, ok := c.grammar.SeriesOf(name); ok {
			bySeries[series] = append(bySeries[series], name)
		}
	}
	second := map[string]string{}
	for series, group := range bySeries {
		first := slices.MinFunc(group, func(a, b string) int { return rankSeriesName(series, a, b) })
		for _, name := range group {
			if name != first {
				second[name] = first
			}
		}
	}
	return second
}

// rankSeriesName puts the series' own name first, then short versions.
func rankSeriesName(series, a, b string) int {
	if (a == series) != (b == series) {
		if a == series {
			return -1
		}
		return 1
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// isTwin reports whether a directory at the root of the tree may be the one of the
// same name below the root's project: releases and ubuntu/releases.
func (c *crawl) isTwin(n *node, name string, names []string) bool {
	root := c.grammar.Root()
	return n.path == "" && name != root && root != "" && slices.Contains(names, root) &&
		c.grammar.IsDirectoryName(n.dir, name) && !c.grammar.IsProject(name)
}
