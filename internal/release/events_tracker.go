package release

import (
	"fmt"
	"slices"
	"strings"
)

// What happens at trackers: series and their manifests, milestones, builds, requests.

func (d *differ) series(before, after *Facts) {
	d.compare(seriesWords(before), seriesWords(after), kinds(EventSeriesAppeared, EventSeriesLeft, EventSeriesStatus))
}

func seriesWords(f *Facts) words {
	w := words{}
	for i := range f.Series {
		w.set(Event{Series: f.Series[i].Slug}, string(f.Series[i].Status))
	}
	return w
}

func (d *differ) milestones(before, after *Facts) {
	d.compare(milestoneWords(before), milestoneWords(after), kinds(EventMilestoneAppeared, EventMilestoneLeft, EventMilestoneStatus))
}

func milestoneWords(f *Facts) words {
	w := words{}
	for i := range f.Milestones {
		m := &f.Milestones[i]
		w.set(Event{Series: m.Series, Milestone: m.Slug}, string(m.Status))
	}
	return w
}

// intents compares the series manifests, and what plans mean for one milestone. What a
// milestone keeps of the manifest when it leaves testing follows from that, and is no event.
func (d *differ) intents(before, after *Facts) {
	kind := kinds(EventIntended, EventUnintended, EventContact)
	d.compare(intentWords(before), intentWords(after), kind)
	d.compare(plannedWords(before, after), plannedWords(after, before), kind)
}

// plannedWords are the contacts of what is meant for milestones of their own, while they
// are in testing, before and after.
func plannedWords(f, other *Facts) words {
	w := words{}
	own, others := inTesting(f), inTesting(other)
	for i := range f.Milestones {
		m := &f.Milestones[i]
		at := Event{Series: m.Series, Milestone: m.Slug}
		if is, there := others[at]; len(m.Intended) == 0 || !own[at] || there && !is {
			continue
		}
		for _, in := range m.Intended {
			if !in.Disabled {
				w.set(Event{Series: m.Series, Milestone: m.Slug, Product: in.Product}, in.Contact)
			}
		}
	}
	return w
}

// inTesting tells of the milestones whether they are in testing.
func inTesting(f *Facts) map[Event]bool {
	is := make(map[Event]bool, len(f.Milestones))
	for i := range f.Milestones {
		m := &f.Milestones[i]
		at := Event{Series: m.Series, Milestone: m.Slug}
		if _, twice := is[at]; !twice {
			is[at] = m.Status == MilestoneTesting
		}
	}
	return is
}

// contacts compares whom the source names for products in every series. A product that
// comes or goes has its contact with it.
func (d *differ) contacts(before, after *Facts) {
	was, is := contactWords(before), contactWords(after)
	d.compare(was, is, func(e *Event, had, has bool) {
		if had && has {
			e.What = EventContact
		}
	})
}

func contactWords(f *Facts) words {
	w := words{}
	for i := range f.Products {
		w.set(Event{Product: f.Products[i].Slug}, f.Products[i].Contact)
	}
	return w
}

func intentWords(f *Facts) words {
	w := words{}
	for i := range f.Series {
		for _, in := range f.Series[i].Manifest {
			if !in.Disabled {
				w.set(Event{Series: f.Series[i].Slug, Product: in.Product}, in.Contact)
			}
		}
	}
	return w
}

func (d *differ) rebuilds(before, after *Facts) {
	now := rebuildWords(after, func(r *Rebuild) string { return unknownWord(r.Status, r.RawStatus) })
	who := rebuildWords(after, func(r *Rebuild) string { return r.By })
	d.compare(openWords(before), openWords(after), func(e *Event, had, has bool) {
		kinds(EventRebuildRequested, EventRebuildClosed, EventRebuildStatus)(e, had, has)
		switch {
		case !had:
			e.From = who[e.thing()]
		case !has:
			e.To = now[e.thing()]
		}
	})
}

func rebuildWords(f *Facts, word func(*Rebuild) string) words {
	w := words{}
	for i := range f.Series {
		for k := range f.Series[i].Rebuilds {
			r := &f.Series[i].Rebuilds[k]
			w.set(Event{Series: f.Series[i].Slug, Milestone: r.Milestone, Product: r.Product, ID: r.ID}, word(r))
		}
	}
	return w
}

// openWords are the statuses of the requests that may still bring a build. One that
// was closed when it was first seen was never open for us.
func openWords(f *Facts) words {
	w := rebuildWords(f, func(r *Rebuild) string { return unknownWord(r.Status, r.RawStatus) })
	for key, status := range w {
		if slices.Contains([]string{"published", "canceled"}, status) {
			delete(w, key)
		}
	}
	return w
}

// unknownWord carries the source's own word where ours says nothing.
func unknownWord(word, raw string) string {
	if word == string(StateUnknown) && raw != "" {
		return word + ": " + raw
	}
	return word
}

func (d *differ) builds(before, after *Facts) {
	d.compare(stateWords(before), stateWords(after), stateKind)
	d.compare(testWords(before), testWords(after), kinds(EventBuildTests, EventBuildTests, EventBuildTests))
	d.compare(bugWords(before), bugWords(after), kinds(EventBuildBugs, EventBuildBugs, EventBuildBugs))
	there := stateWords(after)
	d.compare(noteWords(before), noteWords(after), func(e *Event, _, _ bool) {
		if _, ok := there[e.thing()]; ok { // a build that leaves takes its note along
			e.What = EventBuildNote
		}
	})
}

// stateKind names the step from one state to another by where it leads, or else by
// what was lost.
func stateKind(e *Event, had, has bool) {
	kinds(EventBuildAppeared, EventBuildLeft, EventBuildState)(e, had, has)
	if !had || !has {
		return
	}
	switch {
	case e.To == string(StateReady):
		e.What = EventBuildReady
	case e.To == string(StateFailed):
		e.What = EventBuildFailed
	case e.To == string(StateSuperseded):
		e.What = EventBuildSuperseded
	case e.From == string(StateReady):
		e.What = EventBuildUnready
	}
}

// eachEntry visits the builds on milestones.
func (f *Facts) eachEntry(do func(at Event, e *Entry)) {
	for i := range f.Milestones {
		m := &f.Milestones[i]
		for k := range m.Entries {
			e := &m.Entries[k]
			do(Event{Series: m.Series, Milestone: m.Slug, Product: e.Product, BuildID: e.BuildID}, e)
		}
	}
}

// eachBuild visits the builds themselves.
func (f *Facts) eachBuild(do func(at Event, b *Build)) {
	for i := range f.Builds {
		b := &f.Builds[i]
		do(Event{Series: b.Series, Product: b.Product, BuildID: b.BuildID}, b)
	}
}

func stateWords(f *Facts) words {
	w := words{}
	word := func(state State, raw string) string {
		state, raw = knownState(state, raw)
		return unknownWord(string(state), raw)
	}
	f.eachEntry(func(at Event, e *Entry) { w.set(at, word(e.State, e.RawState)) })
	f.eachBuild(func(at Event, b *Build) {
		if b.State != "" {
			w.set(at, word(b.State, b.RawState))
		}
	})
	return w
}

func noteWords(f *Facts) words {
	w := words{}
	f.eachEntry(func(at Event, e *Entry) { w.set(at, e.Note) })
	f.eachBuild(func(at Event, b *Build) {
		if b.State != "" {
			w.set(at, b.Note)
		}
	})
	return w.filled()
}

// filled leaves out what has no word: having none is not telling.
func (w words) filled() words {
	for key, word := range w {
		if word == "" {
			delete(w, key)
		}
	}
	return w
}

func testWords(f *Facts) words {
	w := words{}
	f.eachBuild(func(at Event, b *Build) {
		if t := b.Tests; t != nil {
			w.set(at, fmt.Sprintf("%d passed, %d failed, %d running, %d untested", t.Passed, t.Failed, t.Running, t.Untested))
		}
	})
	return w
}

func bugWords(f *Facts) words {
	w := words{}
	f.eachBuild(func(at Event, b *Build) {
		var numbers []string
		for _, bug := range b.Bugs {
			numbers = append(numbers, bug.Number)
		}
		w.set(at, strings.Join(numbers, ", "))
	})
	return w.filled()
}
