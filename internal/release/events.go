package release

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Events tells what happened to the facts of one source between two polls: from is
// when they were last seen as before, seen when they were as after. It gives all
// kinds but those about the source itself, in one order whatever the order of the
// records, and nothing for equal facts. Nil facts are empty ones. Whoever knows the
// facts before and has the events knows who was intended, what stood where in which
// state, and which images there were, afterwards.
//
// A directory that is held keeps its facts, so nothing comes of what is not believed.
func Events(source string, before, after *Facts, from, seen time.Time) []Event {
	d := &differ{poll: Event{After: from.UTC(), Seen: seen.UTC(), Source: source}}
	before, after = inOrder(before), inOrder(after)
	d.series(before, after)
	d.milestones(before, after)
	d.intents(before, after)
	d.contacts(before, after)
	d.builds(before, after)
	d.rebuilds(before, after)
	d.images(before, after)
	d.netboot(before, after)
	d.directories(before, after)
	slices.SortFunc(d.events, compareEvents)
	return d.events
}

// inOrder makes facts with which the first of several like records is always the same.
func inOrder(f *Facts) *Facts {
	switch {
	case f == nil:
		return &Facts{}
	case f.Sorted():
		return f
	}
	f = f.Clone()
	f.Sort()
	return f
}

// differ collects the events between two polls.
type differ struct {
	poll   Event // the times and the source
	events []Event
}

func (d *differ) add(e Event) {
	e.After, e.Seen, e.Source = d.poll.After, d.poll.Seen, d.poll.Source
	d.events = append(d.events, e)
}

// words hold one word for each thing. The key is an event in which only what it
// concerns is filled in.
type words map[Event]string

// set keeps the first word of a thing.
func (w words) set(what Event, word string) {
	if _, ok := w[what]; !ok {
		w[what] = word
	}
}

// thing is what an event concerns.
func (e Event) thing() Event {
	e.What, e.From, e.To = "", "", ""
	return e
}

// compare adds an event for each thing that came, went or has another word. From and
// To are the words; kind says what happened, and may change them. What it leaves
// without a kind is no event.
func (d *differ) compare(before, after words, kind func(e *Event, had, has bool)) {
	add := func(e Event, had, has bool) {
		e.From, e.To = before[e], after[e]
		if kind(&e, had, has); e.What != "" {
			d.add(e)
		}
	}
	for what, is := range after {
		if was, had := before[what]; !had || was != is {
			add(what, had, true)
		}
	}
	for what := range before {
		if _, has := after[what]; !has {
			add(what, true, false)
		}
	}
}

// kinds are for things that need no more than one word for each case.
func kinds(came, went, other EventKind) func(e *Event, had, has bool) {
	return func(e *Event, had, has bool) {
		switch {
		case !had:
			e.What = came
		case !has:
			e.What = went
		default:
			e.What = other
		}
	}
}

// eventKinds is the order of the kinds that Events gives: what happens to one thing
// can be followed in it, as an image that leaves as a daily and comes as a release.
var eventKinds = []EventKind{
	EventSeriesAppeared, EventSeriesLeft, EventSeriesStatus,
	EventMilestoneAppeared, EventMilestoneLeft, EventMilestoneStatus,
	EventIntended, EventUnintended, EventContact,
	EventBuildAppeared, EventBuildLeft, EventBuildReady, EventBuildUnready,
	EventBuildFailed, EventBuildSuperseded, EventBuildState,
	EventBuildNote, EventBuildTests, EventBuildBugs,
	EventRebuildRequested, EventRebuildStatus, EventRebuildClosed,
	EventImageLeft, EventImageWithdrawn, EventImageAppeared, EventImagePublished,
	EventImageChecksum, EventImageFile, EventImageBuild, EventImageCurrent,
	EventNetbootWithdrawn, EventNetbootPublished, EventNetbootGone, EventNetbootBack, EventNetbootMoved,
	EventDirectoryHeld, EventDirectoryBelieved,
}

func compareEvents(a, b Event) int {
	return cmp.Or(
		cmp.Compare(slices.Index(eventKinds, a.What), slices.Index(eventKinds, b.What)),
		natural(a.Series, b.Series, a.Milestone, b.Milestone, a.Product, b.Product),
		CompareBuildIDs(a.BuildID, b.BuildID),
		natural(a.Project, b.Project, a.Dir, b.Dir, a.Image, b.Image, a.Arch, b.Arch, a.File, b.File, a.ID, b.ID),
		texts(a.From, b.From, a.To, b.To),
	)
}

// natural compares pairs of texts with numbers as numbers; it is zero for equal
// texts only.
func natural(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := cmp.Or(compareNatural(pairs[i], pairs[i+1]), strings.Compare(pairs[i], pairs[i+1])); c != 0 {
			return c
		}
	}
	return 0
}
