package release

import (
	"fmt"
	"slices"
	"strings"
)

func (c *chainer) intended() (Link, bool) {
	r := c.row
	l := Link{Name: "intended", State: LinkHolds, Source: c.believed()}
	// What a plan means for the milestone is an event of the milestone.
	here := func(e Event) bool { return e.Source == l.Source && (e.Milestone == "" || c.here(e)) }
	switch {
	case r.Intended:
		l.Text = r.Manifest.Statement() + " names it"
		l.Since = c.since(func(e Event) bool { return here(e) && (e.What == EventIntended || e.What == EventUnintended) })
	case r.Netboot:
		l.State, l.Text = LinkUnknown, "a netboot product, which no manifest names"
	case r.IntentKnown:
		l.State, l.Text = LinkBroken, r.Manifest.Statement()+" does not name it"
		l.Since = c.since(func(e Event) bool { return here(e) && e.What == EventUnintended })
	default:
		l.State, l.Text, l.Source = LinkUnknown, "nobody said what is meant to be released", ""
	}
	return l, false
}

// build ends the chain where there is none: the rest would only say so again.
func (c *chainer) build() (Link, bool) {
	r := c.row
	l := Link{Name: "build"}
	l.Source, l.URL = c.sourceURL()
	if r.State == StateMissing || r.BuildID == "" {
		l.State, l.Text = LinkBroken, "no build of it stands on "+r.Manifest.Title
		l.Since = c.since(func(e Event) bool {
			return c.here(e) && (e.What == EventBuildLeft || e.What == EventBuildSuperseded || e.What == EventBuildState)
		})
		return l, true
	}
	l.State, l.Text = LinkHolds, "build "+r.BuildID+" is posted"
	switch {
	case r.RawState == RawPlanned:
		l.State, l.Text, l.Source, l.URL = LinkBroken, "build "+r.BuildID+" is decided for at "+r.Pinned+", and nobody has it", r.StateFrom, r.Pinned
		return l, true
	case r.Pinned != "":
		l.Text = "build " + r.BuildID + " is decided for at " + r.Pinned
	case r.Assumed:
		l.Text = "build " + r.BuildID + " is the newest; no source has it on " + r.Manifest.Title
	}
	l.Since = c.since(func(e Event) bool { return c.here(e) && e.What == EventBuildAppeared && r.Is(e.BuildID) })
	return l, false
}

// here reports whether an event is about the row's milestone.
func (c *chainer) here(e Event) bool { return e.Milestone == c.row.Manifest.Slug }

func (c *chainer) files() (Link, bool) {
	l := Link{Name: "files"}
	switch r := c.row; {
	case r.Daily != nil:
		l.State, l.Text = LinkHolds, "its files are in "+r.Daily.Dir
		l.Source, l.URL = r.Daily.Tree.Name, r.Daily.URL
		l.Since = c.since(func(e Event) bool { return e.What == EventImageAppeared && tellsOf(e, r.Daily) })
	case r.Release != nil && (r.Is(r.Release.BuildID) || !r.Manifest.Open):
		l.State, l.Text = LinkHolds, "its files were published, and are in no tree of dailies any more"
		l.Source, l.URL = r.Release.Tree.Name, r.Release.URL
	case r.Identity == (Identity{}):
		l.State, l.Text = LinkUnknown, "no rule says what its files are called"
	default:
		l.State, l.Text = LinkBroken, "no tree of dailies has the files of build "+r.BuildID
	}
	return l, false
}

func (c *chainer) checksum() (Link, bool) {
	l := Link{Name: "checksum", State: LinkUnknown, Text: "no checksum of it is known"}
	for _, i := range []*TreeImage{c.row.Daily, c.row.Release} {
		if i == nil {
			continue
		}
		l.Source, l.URL = i.Tree.Name, i.URL
		if i.main().SHA256 != "" {
			l.State, l.Text = LinkHolds, "what the sources say of its checksum agrees"
			l.Since = c.since(func(e Event) bool { return slices.Contains(bytesEvents, e.What) && tellsOf(e, i) })
			return l, false
		}
	}
	return l, false
}

// bytesEvents are those by which the bytes of an image came, or its checksum was known.
var bytesEvents = []EventKind{EventImageAppeared, EventImagePublished, EventImageChecksum, EventImageFile, EventImageBuild}

func (c *chainer) tests() (Link, bool) {
	l := Link{Name: "tests"}
	r := c.row
	l.Source, l.URL = c.saidBy(r.TestsFrom)
	if r.Tests == nil {
		l.State, l.Text = LinkUnknown, "no results are known"
		return l, false
	}
	open := r.Tests.Failed + r.Tests.Running + r.Tests.Untested
	l.Text = "mandatory testcases: " + resultWords(*r.Tests)
	l.Since = c.since(func(e Event) bool {
		return (e.What == EventBuildTests || e.What == EventBuildAppeared && c.here(e)) && r.Is(e.BuildID)
	})
	switch {
	case open == 0:
		l.State = LinkHolds
	case r.State == StateReady:
		l.State, l.Text = LinkHolds, l.Text+"; it was marked ready all the same"
	default:
		l.State = LinkBroken
	}
	return l, false
}

// resultWords are counts of results; those that are zero are left out.
func resultWords(t Tests) string {
	var words []string
	for _, n := range []struct {
		n    int
		word string
	}{{t.Passed, "passed"}, {t.Failed, "failed"}, {t.Running, "running"}, {t.Untested, "untested"}} {
		if n.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n.n, n.word))
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func (c *chainer) ready() (Link, bool) {
	r := c.row
	l := Link{Name: "ready", State: LinkBroken, Text: fmt.Sprintf("build %s is not marked ready (%s)", r.BuildID, r.State)}
	switch {
	case r.State == StateReady && r.RawState == RawPinned:
		l.State, l.Text = LinkHolds, "build "+r.BuildID+" counts as ready: a plan decides for it, and nobody says otherwise"
	case r.State == StateReady:
		l.State, l.Text = LinkHolds, "build "+r.BuildID+" is marked ready"+weakened(r.Reviews)
	}
	l.Source, l.URL = c.saidBy(r.StateFrom)
	l.Since = c.since(func(e Event) bool {
		at := c.here(e) || e.Milestone == "" && e.Source == r.StateFrom // a build's own state is on no milestone
		return at && r.Is(e.BuildID) && (e.To == string(r.State) || e.What == EventBuildAppeared)
	})
	return l, false
}

// weakened says how many reviews a verdict rests on, where more were to come.
func weakened(n *Reviews) string {
	if n == nil || n.Done >= n.All {
		return ""
	}
	return fmt.Sprintf(", after %d of %d reviews", n.Done, n.All)
}

func (c *chainer) current() (Link, bool) {
	l := Link{Name: "current", State: LinkBroken, Text: "the tree does not show it as current"}
	if i := c.row.Daily; i != nil {
		l.Source, l.URL = i.Tree.Name, i.URL
		if i.Current {
			l.State, l.Text = LinkHolds, "the tree shows it as current"
			l.Since = c.since(func(e Event) bool { return e.What == EventImageCurrent && e.To == i.BuildID && e.Source == i.Tree.Name })
		}
	}
	return l, false
}

func (c *chainer) place() (Link, bool) {
	r := c.row
	l := Link{Name: "place", State: LinkBroken, Source: "configuration", Text: "where it is published is not known"}
	if r.LocationError != "" {
		l.Text += ": " + r.LocationError
	}
	if r.Location != nil {
		l.State, l.URL = LinkHolds, r.Location.URL
		l.Text = fmt.Sprintf("it goes to %s as %s (official: %s)", r.Location.Dir, r.Location.Stem, r.Location.Official)
	}
	return l, false
}

func (c *chainer) published() (Link, bool) {
	l := Link{Name: "published", State: LinkBroken, Text: c.yet("nothing lies there")}
	if i := c.row.Release; i != nil {
		l.State, l.Text = LinkHolds, i.Name+" lies there"
		l.Source, l.URL = i.Tree.Name, i.URL
		l.Since = c.since(func(e Event) bool {
			return (e.What == EventImagePublished || e.What == EventImageChecksum) && tellsOf(e, i)
		})
	}
	return l, false
}

// yet is a text of what may still come; on a closed milestone it does not.
func (c *chainer) yet(text string) string {
	if c.row.Manifest.Open {
		return text + " yet"
	}
	return text
}

// public is whether people who look at the place see the image there.
func (c *chainer) public() (Link, bool) {
	l := Link{Name: "public", State: LinkBroken, Text: c.yet("its page has no image to show")}
	i := c.row.Release
	if i == nil {
		return l, false
	}
	l.Source, l.URL = i.Tree.Name, i.URL
	switch {
	case i.dir.Kind == DirectoryPool:
		l.Text = "it lies in the pool, and its name is not published"
	case i.URL == "":
		l.State, l.Text = LinkUnknown, "the tree has no public address"
	default:
		l.State, l.Text = LinkHolds, "its directory and the page of it show "+i.Main().Name
		l.Since = c.since(func(e Event) bool { return e.What == EventImagePublished && tellsOf(e, i) })
	}
	return l, false
}
