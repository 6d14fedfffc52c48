// Package verify looks whether a copy of a site is whole, fresh and by whom it says: by
// release.json, the list of checksums that this names, and the signatures of both. It
// looks at trees in the same way, by the images that a site lists. It needs no
// configuration, and stores nothing but the last serial number of each site.
//
// What it reads is not believed before it is checked, and is bounded: by the sizes that
// release.json tells, by time, and by number. The attacks are those that the
// specification of The Update Framework names; verify_test.go has a test for each.
package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/release"
	"shiplist/internal/signature"
)

// Options say what is looked at, and how closely.
type Options struct {
	Place   string // directory, or http:// or https:// address, of the copy
	Origin  string // the same of where it was copied from; empty for none
	Tree    string // name of the tree that Place is a copy of; empty where it is one of the site itself
	Dailies bool   // with Tree: also the images that come and go
	Keyring *signature.Keyring
	Full    bool          // hash all files, and not a sample
	Sample  int           // how many files are hashed otherwise; 200 when zero
	MaxLag  time.Duration // how far behind the origin is right; 24 h when zero
	Within  time.Duration // how long it may take; 30 min when zero
	Memory  string        // file of the serial numbers that were seen; empty for none
	Client  *fetch.Client
	Now     func() time.Time // time.Now when nil

	pause time.Duration        // before what does not fit together is read again; 2 s when zero
	pick  func(n, k int) []int // k of n numbers; by chance when nil
}

// How much is looked at, and how long, when nobody says.
const (
	DefaultSample = 200
	DefaultLag    = 24 * time.Hour
	DefaultWithin = 30 * time.Minute
)

func (o *Options) setDefaults() {
	if o.Sample <= 0 {
		o.Sample = DefaultSample
	}
	if o.MaxLag <= 0 {
		o.MaxLag = DefaultLag
	}
	if o.Within <= 0 {
		o.Within = DefaultWithin
	}
	if o.Client == nil {
		o.Client = fetch.New(fetch.Options{})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.pause <= 0 {
		o.pause = 2 * time.Second
	}
	if o.pick == nil {
		o.pick = func(n, k int) []int { return rand.Perm(n)[:min(n, k)] }
	}
}

// Run looks at a copy. The error is that there is nothing to look at, as when there is no
// such directory or the site lists no such tree, or that ctx ended; everything else is a
// finding, also that a server does not answer.
func Run(ctx context.Context, o Options) (*Report, error) {
	o.setDefaults()
	ctx, cancel := context.WithTimeoutCause(ctx, o.Within, errTime)
	defer cancel()
	at, err := openPlace(o.Place, o.Client)
	if err != nil {
		return nil, err
	}
	defer at.close()
	r := newReport(o.Place)
	if o.Tree != "" {
		err = o.tree(ctx, r, at)
	} else {
		o.site(ctx, r, at)
	}
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, errTime) {
		return nil, fmt.Errorf("%s was not looked at to the end: %w", o.Place, cause)
	}
	return r, err
}

// errTime is that the time is over.
var errTime = errors.New("the time is over")

// rounds is how often a copy is looked at that changes meanwhile.
const rounds = 3

// site looks at a copy of the site. One that was changed while it was looked at is
// looked at once more.
func (o *Options) site(ctx context.Context, r *Report, at place) {
	for n := 1; ; n++ {
		r.clear()
		own := o.whole(ctx, r, at)
		again, changed := o.changed(ctx, at, own)
		if !changed {
			break
		}
		if n == rounds {
			r.find(RuleMixed, issue.ReleaseFile, "it changed while it was looked at, %d times in a row: serial %d, then %d", n, own.set.Serial, again.Serial)
			break
		}
	}
}

// changed reads release.json once more.
func (o *Options) changed(ctx context.Context, at place, own *statement) (issue.Release, bool) {
	if own.set.Serial == 0 || ctx.Err() != nil {
		return issue.Release{}, false
	}
	text, err := at.read(ctx, issue.ReleaseFile, issue.ReleaseMost)
	if err != nil {
		return issue.Release{}, false
	}
	set, err := issue.Parse(text)
	return set, err == nil && set.Serial != own.set.Serial
}

// whole looks at all of a copy of the site, once.
func (o *Options) whole(ctx context.Context, r *Report, at place) *statement {
	own := o.settled(ctx, at)
	r.say(own, &r.Set, "")
	o.tellTime(r, own)
	var origin *statement
	if o.Origin != "" {
		origin = o.origin(ctx, r)
	}
	if origin != nil {
		o.compare(r, own, origin)
	}
	o.remember(ctx, r, o.Place, "", own)
	if own.lines != nil {
		o.files(ctx, r, at, own.expected(), own, origin)
		o.extras(ctx, r, at, own, origin)
	}
	r.end(ctx, o)
	return own
}

// settled reads what a copy says of itself. Where that does not fit together it is read
// again, as a new set may just have taken the place of the one before.
func (o *Options) settled(ctx context.Context, at place) *statement {
	for n := 1; ; n++ {
		s := o.readStatement(ctx, at)
		if s.fits() || n == rounds {
			return s
		}
		select {
		case <-ctx.Done():
			return s
		case <-time.After(o.pause):
		}
	}
}

// origin reads what the origin says of itself; nil where that cannot be believed.
func (o *Options) origin(ctx context.Context, r *Report) *statement {
	at, err := openPlace(o.Origin, o.Client)
	if err != nil {
		r.find(RuleUnseen, "", "the origin cannot be looked at: %v", err)
		return nil
	}
	defer at.close()
	s := o.settled(ctx, at)
	before := r.count()
	r.say(s, &r.Origin, "origin: ")
	o.remember(ctx, r, o.Origin, "origin: ", s)
	if r.count() > before || s.set.Serial == 0 {
		return nil
	}
	return s
}

// clockSlack is how far the clocks of two machines may be apart.
const clockSlack = time.Hour

// tellTime tells of a copy that nobody keeps.
func (o *Options) tellTime(r *Report, s *statement) {
	now := o.Now().UTC()
	switch {
	case s.set.Serial == 0:
	case now.After(s.set.Expires):
		r.find(RuleExpired, issue.ReleaseFile, "it was to be believed until %s, %s ago; it was issued at %s", moment(s.set.Expires), span(now.Sub(s.set.Expires)), moment(s.set.Issued))
	case s.set.Issued.After(now.Add(clockSlack)):
		r.find(RuleClock, issue.ReleaseFile, "it was issued at %s, and the clock here says %s", moment(s.set.Issued), moment(now))
	}
}

// compare compares what a copy says of itself with what its origin says.
func (o *Options) compare(r *Report, own, origin *statement) {
	if o.Keyring == nil && own.text != nil && len(own.beside) == 0 {
		for _, name := range origin.beside {
			r.find(RuleMissing, name+issue.Signed, "it is not there, and the origin has it")
		}
	}
	switch lag := origin.set.Issued.Sub(own.set.Issued); {
	case own.set.Serial == 0:
	case own.set.Serial > origin.set.Serial:
		r.find(RuleRollback, "", "the origin has serial %d, which is older than %d of the copy", origin.set.Serial, own.set.Serial)
	case own.set.Serial == origin.set.Serial && string(own.text) != string(origin.text):
		r.find(RuleConflict, issue.ReleaseFile, "the origin says something else under the same serial %d", own.set.Serial)
	case own.set.Serial < origin.set.Serial && lag > o.MaxLag:
		r.find(RuleBehind, issue.ReleaseFile, "it is %s behind the origin (serial %d, there %d), and %s is right", span(lag), own.set.Serial, origin.set.Serial, span(o.MaxLag))
	case own.set.Serial < origin.set.Serial:
		r.note("the copy is %s behind the origin (serial %d, there %d)", span(lag), own.set.Serial, origin.set.Serial)
	}
}

func moment(t time.Time) string { return t.UTC().Format(issue.TimeForm) }

// span words a duration for people, so that two that differ by minutes can be told apart.
func span(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d >= 48*time.Hour:
		return release.Age(d)
	case d >= time.Minute:
		d = d.Round(time.Minute)
	}
	return fetch.Brief(d)
}
