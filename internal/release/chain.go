package release

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// LinkState says whether a link of a [Chain] holds.
type LinkState string

// The states of a link.
const (
	LinkHolds   LinkState = "holds"
	LinkBroken  LinkState = "broken"  // what keeps the product from being out
	LinkWaits   LinkState = "waits"   // does not hold, and comes after a broken one
	LinkUnknown LinkState = "unknown" // nobody tells; it breaks nothing
)

// Link is one step from the intent to release a product to its file in public.
type Link struct {
	Name  string // intended, build, files, checksum, tests, ready, place, published, public; current for dailies
	State LinkState
	Text  string    // what is so, in a sentence without its end
	Since time.Time // since when it was seen to be so; zero where the log does not tell
	// Before is where the log of the source begins, by which time it was so already; zero
	// where Since is known, or where a log cannot tell.
	Before time.Time
	// Source is who says so; URL an address, or empty.
	Source, URL string
}

// Chain is why a product is out on a milestone, or is not.
type Chain struct {
	Product  *ProductLine
	Manifest *Manifest
	BuildID  string // empty where no build stands
	Links    []Link
	// Broken is the index of the first broken link, -1 where there is none.
	Broken int
	// Why is one sentence that says it; Advice what to do, and Actor and Who by whom, where a
	// link is broken and the milestone open.
	Why, Advice string
	Actor       Actor
	Who         string
}

// WhyOut tells of a product on a milestone, link by link. The events are those of the
// change log, as far back as they were read.
func WhyOut(p *Picture, log []Event, product *ProductLine, m *Manifest) *Chain {
	i := slices.IndexFunc(product.Rows, func(r *Row) bool { return r.Manifest == m })
	row := &Row{Manifest: m, Product: product, State: StateMissing, IntentKnown: m.Totals.Intended > 0}
	if i >= 0 {
		row = product.Rows[i]
	}
	c := &chainer{p: p, row: row, log: eventsOf(log, row), begins: Beginnings(log, nil)}
	chain := &Chain{Product: product, Manifest: m, BuildID: row.BuildID, Broken: -1}
	for _, step := range c.steps() {
		link, end := step()
		link = c.found(c.dated(link))
		if link.State == LinkBroken {
			if chain.Broken >= 0 {
				link.State = LinkWaits
			} else {
				chain.Broken = len(chain.Links)
			}
		}
		chain.Links = append(chain.Links, link)
		if end {
			break
		}
	}
	c.explain(chain)
	return chain
}

// WhyMilestones are the milestones of a product on which it is asked about where nobody
// names one: the open ones, newest series first, else the newest of all.
func WhyMilestones(product *ProductLine) []*Manifest {
	var open []*Manifest
	for _, r := range product.Rows {
		if r.Manifest.Open {
			open = append(open, r.Manifest)
		}
	}
	if len(open) == 0 && len(product.Rows) > 0 {
		return []*Manifest{product.Rows[0].Manifest}
	}
	return open
}

// chainer makes the links of one row.
type chainer struct {
	p   *Picture
	row *Row
	log []Event // of the row's product and series, and of the directories of its images
	// begins is when the first event of each source was seen that was read.
	begins map[string]time.Time
}

// Beginnings are the times of the first events of sources, with those that are known of the
// log before. What was there at the first answer of a source is no event, so that it was
// there before that time.
func Beginnings(log []Event, before map[string]time.Time) map[string]time.Time {
	begins := maps.Clone(before)
	if begins == nil {
		begins = map[string]time.Time{}
	}
	for i := range log {
		e := &log[i]
		if first, ok := begins[e.Source]; !ok || e.Seen.Before(first) {
			begins[e.Source] = e.Seen
		}
	}
	return begins
}

// dated is a link that holds with the time before which it did, where no event tells.
func (c *chainer) dated(l Link) Link {
	begin := c.begins[l.Source]
	b, ofDay := ParseBuildID(c.row.BuildID)
	if younger := ofDay && b.Date.After(begin) && l.Name != "intended"; l.State == LinkHolds && l.Since.IsZero() && !younger {
		l.Before = begin
	}
	return l
}

// eventsOf are the events that may tell of a row, oldest first.
func eventsOf(log []Event, r *Row) []Event {
	var some []Event
	for _, e := range byTime(log) {
		if e.Product == r.Product.Slug && e.Series == r.Manifest.Line.Slug || e.Dir != "" && (tellsOf(e, r.Daily) || tellsOf(e, r.Release)) {
			some = append(some, e)
		}
	}
	return some
}

// tellsOf reports whether an event is about an image.
func tellsOf(e Event, i *TreeImage) bool {
	return i != nil && e.Source == i.Tree.Name && e.Dir == i.Dir && (e.Image == "" || e.Image == i.Name)
}

// since is when the last event that fits was seen.
func (c *chainer) since(fits func(Event) bool) time.Time {
	for _, e := range slices.Backward(c.log) {
		if fits(e) {
			return e.Seen
		}
	}
	return time.Time{}
}

// steps are the links of a row in order; one may end the chain.
func (c *chainer) steps() []func() (Link, bool) {
	before := []func() (Link, bool){c.intended, c.build}
	switch {
	case !c.row.publishable():
		return append(before, c.ready)
	case c.row.Manifest.Kind == KindDaily:
		return append(before, c.files, c.checksum, c.current) // nobody has to mark a daily as ready
	}
	return append(before, c.files, c.checksum, c.tests, c.ready, c.place, c.published, c.public)
}

// linkRules are the findings that break a link.
var linkRules = map[string][]string{
	"build":     {"missing-build", "disagree-build"},
	"files":     {"no-files"},
	"checksum":  {"disagree-checksum", "checksum-gone", "bad-signature"},
	"ready":     {"build-failed", "disagree-state"},
	"place":     {"no-location", "same-location"},
	"published": {"published-not-ready"},
	"public":    {"directory-held"},
}

// finding is the blocker of the row that breaks a link, or nil.
func (c *chainer) finding(name string) *Finding {
	for _, f := range c.row.Findings {
		if f.Severity == Blocker && slices.Contains(linkRules[name], f.Rule) {
			return f
		}
	}
	return nil
}

// found is a link, broken where a finding says so.
func (c *chainer) found(l Link) Link {
	if f := c.finding(l.Name); f != nil {
		l.State, l.Text, l.Since, l.Before = LinkBroken, firstSentence(f.Text), time.Time{}, time.Time{}
		if len(f.Evidence) > 0 {
			l.Source, l.URL = f.Evidence[0].Source, f.Evidence[0].URL
		}
	}
	return l
}

// firstSentence is the first sentence of a finding without its full stop. Numbers and names
// of files have no space behind theirs.
func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}

// afterColon is a sentence as it goes on behind a colon: what is no name begins small.
func afterColon(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if slices.Contains([]string{"Build", "Sources", "The", "What", "Where"}, first) {
		return strings.ToLower(first) + text[len(first):]
	}
	return text
}

// explain says in a sentence why the product is out or not, and who can act.
func (c *chainer) explain(chain *Chain) {
	what := c.row.name()
	if chain.Broken < 0 {
		chain.Why = what + " is out."
		switch {
		case !c.row.publishable():
			chain.Why = what + " is ready; it has no image of its own."
		case c.row.Manifest.Kind == KindDaily:
			chain.Why = what + " is the current daily."
		}
		return
	}
	broken := chain.Links[chain.Broken]
	switch {
	case strings.HasPrefix(broken.Text, c.row.Product.Title):
		chain.Why = broken.Text
	case c.row.Manifest.Kind == KindDaily:
		chain.Why = fmt.Sprintf("%s is not the current daily: %s", what, afterColon(broken.Text))
	default:
		chain.Why = fmt.Sprintf("%s is not out: %s", what, afterColon(broken.Text))
	}
	if !c.row.Manifest.Open {
		chain.Why += ", and the milestone is closed."
		return // there is nothing to be done any more
	}
	chain.Why += "."
	chain.Actor, chain.Who, chain.Advice = ActorRelease, c.row.Contact, ""
	if c.row.Contact != "" {
		chain.Actor = ActorContact
	}
	if f := c.finding(broken.Name); f != nil {
		chain.Actor, chain.Who, chain.Advice = f.Actor, f.Who, f.Advice
		return
	}
	c.advise(chain, broken.Name)
}

// advise says what to do about a link that no finding is about.
func (c *chainer) advise(chain *Chain, name string) {
	advice := map[string]string{
		"intended":  "Add it to " + c.row.Manifest.Statement() + ", if it is to be released.",
		"build":     "Have it built, and posted on the tracker.",
		"files":     "Look whether the build reached the tree.",
		"tests":     "Test it, and report the results on the tracker.",
		"ready":     "Mark the build as ready when its tests are done.",
		"place":     "Add a [[publish]] rule to the configuration.",
		"published": "Publish the ready build; 'shiplist publish-set' tells the command.",
		"public":    "Publish its name, too: it lies in the pool only.",
		"current":   "Look why the tree does not show this build as current.",
	}
	chain.Advice = advice[name]
	actors := map[string]Actor{
		"intended": ActorRelease, "published": ActorRelease, "public": ActorRelease,
		"place": ActorConfig, "files": ActorTree, "current": ActorTree,
	}
	if actor, ok := actors[name]; ok {
		chain.Actor, chain.Who = actor, ""
	}
}

// sourceURL is the first place at which people see a build.
func (c *chainer) sourceURL() (source, url string) {
	if len(c.row.Refs) > 0 {
		return c.row.Refs[0].Source, c.row.Refs[0].URL
	}
	if len(c.row.Manifest.Refs) > 0 {
		return c.row.Manifest.Refs[0].Source, c.row.Manifest.Refs[0].URL
	}
	return "", ""
}

// saidBy is a source, and where people see the build there; the first place where it is not
// known.
func (c *chainer) saidBy(source string) (name, url string) {
	for _, ref := range c.row.Refs {
		if ref.Source == source {
			return ref.Source, ref.URL
		}
	}
	return c.sourceURL()
}

// believed is whose intent counts.
func (c *chainer) believed() string {
	if c.row.IntentFrom != "" {
		return c.row.IntentFrom
	}
	if by := c.row.Manifest.MeantBy; len(by) > 0 {
		return by[0]
	}
	source, _ := c.sourceURL()
	return source
}
