package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/release"
)

// expected is a file that has to be there.
type expected struct {
	path string
	sha  string // SHA-256 in hex; empty where nobody told
	size int64  // -1 where nobody told
}

// workers are how many files are looked at at once: as many as there are processors in a
// directory; a server is asked no more at once than the client lets.
func workers() int { return max(runtime.GOMAXPROCS(0), 4) }

// unknownMost is how many bytes are read of a file of which nobody told how long it is.
const unknownMost = 1 << 30

// files looks at the files that have to be there: in a directory at all of them, and into
// a sample; on a server at the sample. own, what the copy says of itself, bounds them; nil
// where each has its own size.
func (o *Options) files(ctx context.Context, r *Report, at place, all []expected, own, origin *statement) {
	r.Listed = len(all)
	check := o.check(ctx, r, at, own, origin)
	defer check.unseen()
	hash := map[int]bool{}
	if o.Full || len(all) <= o.Sample {
		o.each(ctx, len(all), func(ctx context.Context, i int) { check.content(ctx, all[i]) })
		return
	}
	for _, i := range o.pick(len(all), o.Sample) {
		hash[i] = true
	}
	o.each(ctx, len(all), func(ctx context.Context, i int) {
		switch {
		case hash[i]:
			check.content(ctx, all[i])
		case !check.remote || all[i].size >= 0:
			check.presence(ctx, all[i])
		default:
			check.skipped.Add(1)
		}
	})
	r.note("the content of %d of %d files was looked at, which were chosen by chance; --full looks at all", r.Hashed, len(all))
	if sums := check.sums; sums.SHA256 != "" && !check.remote && check.bytes.Load() != sums.Bytes && !r.has(RuleMissing, RuleSize, RuleChecksum, RuleMixed) && ctx.Err() == nil {
		// Some file that is not in the sample is not what it should be.
		r.note("the files have %d bytes together where %d are listed, so the content of all of them was looked at", check.bytes.Load(), sums.Bytes)
		o.each(ctx, len(all), func(ctx context.Context, i int) {
			if !hash[i] {
				check.content(ctx, all[i])
			}
		})
	}
}

// check begins to look at the files of a place.
func (o *Options) check(ctx context.Context, r *Report, at place, own, origin *statement) *check {
	c := &check{o: o, r: r, at: at, largest: unknownMost, others: origin.sums()}
	_, c.remote = at.(*server)
	if own == nil {
		return c
	}
	if c.sums = own.set.Sums; c.sums.SHA256 != "" {
		c.largest = c.sums.Largest
	}
	if c.remote {
		c.leads = o.leads(ctx, at, own)
	}
	return c
}

// each does something for each of n files, some at once, until the time is over or the
// place cannot be reached any more.
func (o *Options) each(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers())
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if ctx.Err() == nil {
				do(ctx, i)
			}
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in the report
}

// check looks at files.
type check struct {
	o       *Options
	r       *Report
	at      place
	largest int64
	others  map[string]string // the checksums that the origin's files have, by path
	bytes   atomic.Int64
	silent  atomic.Bool // the server does not answer any more
	remote  bool
	sums    issue.Sums // of the copy; zero where nobody tells
	leads   leading
	hidden  atomic.Int64 // files that the server keeps to itself
	skipped atomic.Int64 // files that were not asked for
}

// unseen notes what was not looked at, and why that is nothing wrong.
func (c *check) unseen() {
	if n := int(c.hidden.Load()); n > 0 {
		c.r.note("%s not handed out, as is usual for .htaccess; whoever has the directory can look at it there", release.Plural(n, "file whose name begins with a dot was", "files whose names begin with a dot were"))
	}
	if n := int(c.skipped.Load()); n > 0 {
		c.r.note("%s not asked for, so one of them may be missing; --full asks for all", release.Plural(n, "file was", "files were"))
	}
}

// presence looks whether a file is there, with its size.
func (c *check) presence(ctx context.Context, f expected) {
	if c.silent.Load() {
		return
	}
	size, err := c.at.size(ctx, f.path)
	c.r.looked()
	switch {
	case err != nil:
		c.fault(ctx, f, err)
	case f.size >= 0 && size >= 0 && size != f.size:
		c.r.find(RuleSize, f.path, "it has %d bytes, and has to have %d", size, f.size)
	case size > c.largest:
		c.r.find(RuleSize, f.path, "it has %d bytes, and no file of the site has more than %d", size, c.largest)
	}
	c.bytes.Add(max(size, 0))
}

// content looks at all of a file.
func (c *check) content(ctx context.Context, f expected) {
	if f.sha == "" {
		c.presence(ctx, f)
		return
	}
	if c.silent.Load() {
		return
	}
	most := c.largest
	if f.size >= 0 {
		most = f.size
	}
	h := sha256.New()
	n, err := c.at.hash(ctx, f.path, most, h)
	if ctx.Err() != nil {
		return
	}
	c.r.looked()
	switch {
	case errors.Is(err, errLarge) && f.size >= 0:
		c.r.find(RuleSize, f.path, "it has more than %d bytes, which is what it has to have", f.size)
		return
	case errors.Is(err, errLarge):
		c.r.find(RuleSize, f.path, "it has more than %d bytes, and no file of the site has more", most)
		return
	case err != nil:
		c.fault(ctx, f, err)
		return
	}
	c.bytes.Add(n)
	c.r.hashed(n)
	switch got := hex.EncodeToString(h.Sum(nil)); {
	case got == f.sha && c.o.Keyring != nil && c.o.Tree == "" && issue.IsInline(f.path):
		c.inline(ctx, f)
	case got == f.sha || c.leads.follows(f.path, got):
	case f.size >= 0 && n != f.size:
		c.r.find(RuleSize, f.path, "it has %d bytes, and has to have %d", n, f.size)
	case c.others[f.path] == got:
		c.r.find(RuleMixed, f.path, "it is the one of the origin's set, and not of the copy's")
	default:
		c.r.find(RuleChecksum, f.path, "its SHA-256 is %s, and has to be %s", got, f.sha)
	}
}

// fault tells why a file could not be looked at.
func (c *check) fault(ctx context.Context, f expected, err error) {
	var failed *fetch.Error
	switch {
	case ctx.Err() != nil:
	case c.leads.leaves(f.path, err):
	case c.hides(f, err):
		c.hidden.Add(1)
	case errors.As(err, &failed) && failed.Kind == fetch.KindResting:
		if !c.silent.Swap(true) {
			c.r.find(RuleUnseen, f.path, "the server is left alone after it failed: %s; nothing else was asked for", failed.Text)
		}
	default:
		rule, text := faultOf(err)
		c.r.find(rule, f.path, "%s", text)
	}
}

// faultOf is the finding that a file is that could not be read: its rule and its text.
func faultOf(err error) (rule, text string) {
	var failed *fetch.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return RuleMissing, "it is not there"
	case errors.Is(err, errOdd):
		return RuleExtra, "it is a link or something else where a file has to be"
	case errors.Is(err, errLarge):
		return RuleSize, "it is larger than it may be"
	case errors.As(err, &failed):
		return RuleUnseen, failed.Text
	}
	return RuleUnseen, err.Error()
}

// hides reports whether a server keeps a file to itself that it reads itself, or that it
// takes for a secret, as Apache does with .htaccess, and many do with all names that begin
// with a dot. A good copy on such a server is good.
func (c *check) hides(f expected, err error) bool {
	if !c.remote || !strings.HasPrefix(path.Base(f.path), ".") {
		return false
	}
	var failed *fetch.Error
	return errors.Is(err, fs.ErrNotExist) || errors.As(err, &failed) && failed.Status == http.StatusForbidden
}

// extras tells of files that nobody lists.
func (o *Options) extras(ctx context.Context, r *Report, at place, own, origin *statement) {
	listed, others := own.sums(), origin.sums()
	could, err := at.walk(ctx, func(name string, d fs.DirEntry) {
		switch {
		case issue.Own(name) || listed[name] != "" && d.Type().IsRegular():
		case name == issue.TargetMark && d.Type().IsRegular(): // how the copy is kept
		case listed[name] != "": // it was told already
		case others[name] != "":
			r.find(RuleMixed, name, "it is of the origin's set, and not of the copy's")
		default:
			r.find(RuleExtra, name, "nothing lists it")
		}
	})
	switch {
	case err != nil && ctx.Err() == nil:
		r.find(RuleUnseen, "", "not all directories could be looked at: %v", err)
	case !could:
		r.note("over HTTP nobody sees files that nothing lists")
	}
}
