package judge_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent"
	"shiplist/internal/judge"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// checkFacts holds what is stored against what a new agent learns of the world.
func (l *life) checkFacts() {
	l.t.Helper()
	fresh := &life{t: l.t, dir: l.t.TempDir(), world: l.world, dense: l.dense, reports: reports{all: map[string]map[agent.Outcome]int{}}}
	fresh.configure()
	for i := range fresh.config.Trackers {
		fresh.config.Trackers[i].TestCalls = 5000
	}
	hosts := fresh.hosts(fair)
	network := judge.New(judge.Options{Connections: 1000, PerMinute: 1 << 30}, hosts...)
	if _, err := fresh.agent(network).Once(l.t.Context(), agent.OnceOptions{}); err != nil {
		l.t.Fatal(err)
	}
	want, err := store.Load(fresh.config.Store.Data)
	if err != nil {
		l.t.Fatal(err)
	}
	got, err := store.Load(l.config.Store.Data)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, w := range want.Sources {
		g := got.Source(w.State.Name)
		if g == nil {
			l.t.Errorf("source %s is not stored", w.State.Name)
			continue
		}
		forgetThePast(w.Facts, g.Facts)
		if diff := cmp.Diff(w.Facts, g.Facts); diff != "" {
			l.t.Errorf("source %s is not what a first poll of it finds (-want +got):\n%.2500s", w.State.Name, diff)
		}
	}
}

// forgetThePast removes from facts what nobody can learn who sees the source for the
// first time: which build a published image was, once its daily directory is purged,
// how builds were tested that are superseded, with the bugs, builds that a list has forgotten, and what
// was intended for a milestone that has left testing.
func forgetThePast(fresh, old *release.Facts) {
	builds := map[string]string{}
	for _, i := range fresh.Images {
		builds[path.Join(i.Dir, i.Name)] = i.BuildID
	}
	for n := range old.Images {
		if i := &old.Images[n]; builds[path.Join(i.Dir, i.Name)] == "" {
			i.BuildID = ""
		}
	}
	for n := range old.Netboot {
		for k := range old.Netboot[n].Answers { // how often in a row something was gone
			a := &old.Netboot[n].Answers[k]
			a.Times = min(a.Times, 1)
		}
	}
	tests := map[string]*release.Tests{}
	for _, b := range fresh.Builds {
		tests[b.ID] = b.Tests
	}
	for n := range fresh.Builds {
		if b := &fresh.Builds[n]; b.Tests == nil {
			b.Bugs = nil
		}
	}
	old.Builds = slices.DeleteFunc(old.Builds, func(b release.Build) bool {
		_, listed := tests[b.ID]
		return b.State == release.StateSuperseded && !listed
	})
	for n := range old.Builds {
		if b := &old.Builds[n]; tests[b.ID] == nil {
			b.Tests, b.Bugs = nil, nil
		}
	}
	for n := range min(len(old.Milestones), len(fresh.Milestones)) {
		if len(fresh.Milestones[n].Intended) == 0 {
			old.Milestones[n].Intended = nil
		}
	}
}

// checkEvents holds the log of changes against what happened: each thing that did is
// told once, with a time in which it lies, and nothing else of its kind is told.
func (l *life) checkEvents() {
	l.t.Helper()
	told := l.told()
	counts, wrong := map[string]int{}, 0
	complain := func(format string, args ...any) {
		if wrong++; wrong <= 20 {
			l.t.Errorf(format, args...)
		}
	}
	for _, h := range l.happened {
		if first, _, _ := strings.Cut(h.Where, "/"); slices.Contains(l.config.Trees[0].Skip, first) {
			continue
		}
		key := h.What + " " + path.Join(h.Where, h.Name)
		i := slices.IndexFunc(told[key], func(e release.Event) bool {
			return !e.After.After(h.At) && !e.Seen.Before(h.At.Truncate(time.Second))
		})
		if counts[h.What]++; i < 0 {
			complain("not told: %s at %s; of it there is %v", key, h.At.Format(time.RFC3339), intervals(told[key]))
			continue
		}
		told[key] = slices.Delete(told[key], i, i+1)
	}
	for key, more := range told {
		if len(more) > 0 {
			complain("told, and did not happen: %s, %v", key, intervals(more))
		}
	}
	l.t.Logf("looked for %v in the log of changes; %d wrong", counts, wrong)
}

// told are the events of the log of changes, by what they would be called if the world
// told of them.
func (l *life) told() map[string][]release.Event {
	l.t.Helper()
	events, err := store.LoadEvents(l.config.Store.Data, time.Time{}, time.Time{})
	if err != nil {
		l.t.Fatal(err)
	}
	data, err := store.Load(l.config.Store.Data)
	if err != nil {
		l.t.Fatal(err)
	}
	names := titles(data.Source("iso").Facts)
	told := map[string][]release.Event{}
	for _, e := range events {
		key := names.key(e)
		// The images of one directory go and become current together.
		together := e.What == release.EventImageLeft || e.What == release.EventImageCurrent
		if key != "" && !(together && slices.ContainsFunc(told[key], func(o release.Event) bool { return o.Seen.Equal(e.Seen) && o.Image != e.Image })) {
			told[key] = append(told[key], e)
		}
	}
	l.t.Logf("the log of changes has %d events", len(events))
	return told
}

func intervals(events []release.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, fmt.Sprintf("%s to %s", e.After.Format(time.RFC3339), e.Seen.Format(time.RFC3339)))
	}
	return all
}

// words are the titles of products and milestones, by slugs.
type words map[[2]string]string

func titles(f *release.Facts) words {
	w := words{}
	for _, p := range f.Products {
		w[[2]string{p.Slug}] = p.Title
	}
	for _, m := range f.Milestones {
		w[[2]string{m.Series, m.Slug}] = m.Title
	}
	return w
}

// key is what a happening of the same kind would be called, "" for events of which the
// world tells nothing.
func (w words) key(e release.Event) string {
	milestone, product := w[[2]string{e.Series, e.Milestone}], w[[2]string{e.Product}]
	switch e.Source + " " + string(e.What) {
	case "full " + string(release.EventImageAppeared):
		return "image " + path.Join(e.Dir, e.File)
	case "full " + string(release.EventImagePublished):
		return "published " + path.Join(e.Dir, e.File)
	case "full " + string(release.EventImageLeft):
		return "purged " + e.Dir
	case "full " + string(release.EventImageCurrent):
		return "current " + e.Dir
	case "iso " + string(release.EventBuildAppeared):
		return "build " + path.Join(milestone, product) + " " + e.BuildID
	case "iso " + string(release.EventBuildReady):
		return "ready " + path.Join(milestone, product)
	case "iso " + string(release.EventBuildUnready):
		return "unready " + path.Join(milestone, product)
	case "iso " + string(release.EventMilestoneStatus):
		return "milestone " + path.Join(milestone, e.To)
	}
	return ""
}

// checkReports holds that no poll failed for a reason of our own.
func (l *life) checkReports() {
	l.t.Helper()
	l.t.Log(l.reports.all)
	for _, r := range l.reports.list {
		lost := r.Outcome == agent.Failed && r.Name == "plans" // no network is in its way
		if lost || r.Outcome == agent.Held || r.ErrorKind == "fault" || r.ErrorKind == "store" {
			l.t.Errorf("%s", r)
		}
	}
}
