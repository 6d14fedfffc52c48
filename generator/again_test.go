package generator

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// leaf is a place in a value that can be changed.
type leaf struct {
	path   string
	change func()
}

// places are the places of a value, of lists those of the element in the middle, and
// that there is one more or less.
func places(v reflect.Value, path string) []leaf {
	switch v.Kind() {
	case reflect.String:
		return []leaf{{path, func() { v.SetString(v.String() + "x") }}}
	case reflect.Bool:
		return []leaf{{path, func() { v.SetBool(!v.Bool()) }}}
	case reflect.Int, reflect.Int64:
		return []leaf{{path, func() { v.SetInt(v.Int() + 1) }}}
	case reflect.Pointer:
		if v.IsNil() {
			return []leaf{{path + " set", func() { v.Set(reflect.New(v.Type().Elem())) }}}
		}
		return append(places(v.Elem(), path), leaf{path + " unset", func() { v.SetZero() }})
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			return []leaf{{path, func() { *t = t.Add(26 * time.Hour) }}}
		}
		var all []leaf
		for i := range v.NumField() {
			all = append(all, places(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
		return all
	case reflect.Slice:
		return listPlaces(v, path)
	}
	panic("no change is known for " + v.Type().String())
}

func listPlaces(v reflect.Value, path string) []leaf {
	all := []leaf{{path + " longer", func() { v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem()))) }}}
	n := v.Len()
	if n == 0 {
		return all
	}
	all = append(all, leaf{path + " shorter", func() { v.Set(v.Slice(0, n-1)) }})
	return append(all, places(v.Index(n/2), fmt.Sprintf("%s[%d]", path, n/2))...)
}

// missed are the files of a site that would be others if nothing had been known of the
// site before, of which was is what was made. Where the holdings were not taken over, only
// files that were can be others.
func missed(t *testing.T, next, fresh *site, was *BuiltSite, holdings bool) []string {
	t.Helper()
	key := func(o output) fingerprint {
		d, err := o.arrange()
		if err != nil {
			t.Fatal(err)
		}
		return d.key
	}
	outputs := map[string]output{}
	for _, o := range next.outputs() {
		outputs[o.path] = o
	}
	var all []string
	for _, o := range fresh.outputs() {
		is, there := outputs[o.path]
		delete(outputs, o.path)
		before := was.file(o.path)
		taken := before != nil && is.whole.is(before.whole)
		switch {
		case !there:
			all = append(all, o.path)
		case taken && before.key != key(o), !taken && holdings && key(is) != key(o):
			all = append(all, o.path)
		}
	}
	return slices.AppendSeq(all, maps.Keys(outputs))
}

// follow arranges the next site after one. Without its holdings it knows no more of it
// than layouts and texts.
func follow(t *testing.T, o Options, before *site, p *release.Picture, log *changeLog, holdings bool) *site {
	t.Helper()
	s, err := prepareAfter(o, before)
	if err != nil {
		t.Fatal(err)
	}
	s.again, s.picture, s.logged, s.log = true, p, log, log.events
	if holdings {
		s.before = before
	}
	s.arrange()
	return s
}

// tried are which of some fields are changed: a few from all over them, as each takes a
// while, and with SHIPLIST_MEASURE=1 all.
func tried(fields, some int) []int {
	var all []int
	rng := rand.New(rand.NewPCG(1, 1))
	if os.Getenv("SHIPLIST_MEASURE") != "" {
		for n := range fields {
			all = append(all, n)
		}
		return all
	}
	for n := range some {
		from, to := n*fields/some, (n+1)*fields/some
		all = append(all, from+rng.IntN(to-from))
	}
	return all
}

// TestBuildMissesNothing changes fields of the facts, one after the other, and compares
// what the pages show with what they would show if nothing had been known of an earlier
// site. If it fails for a page that you made, the page shows something that holdingsKey
// has not; see again.go.
func TestBuildMissesNothing(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	o := Options{Config: c}
	join := func(j *release.Joiner, sources []release.SourceFacts) *release.Picture {
		return j.Join(release.Input{
			Rules: c.Rules, Sources: sources, AsOf: asOf(sources, c.Site.Freshness), Stale: c.Site.Stale, Freshness: c.Site.Freshness,
		})
	}
	b, sample := NewBuilder(o), manySources(&c.Rules)
	log := sampleLog(&c.Rules)
	b.load = func(before *changeLog) (*release.Picture, *changeLog, error) {
		return join(&release.Joiner{}, sample), newLog(months(log), time.Time{}, before), nil
	}
	last := mustBuild(t, b)
	first, kept := b.kept, map[string]int{}
	for _, n := range tried(fieldsOf(sample), 16) {
		changed, path := changedSample(c, sample, n)
		log := log
		if n%3 == 0 { // a change is in the log, or it is not
			log = log[:len(log)-1-n%len(log)]
		}
		var joiner release.Joiner
		join(&joiner, sample) // gives the same revisions each time
		p := join(&joiner, changed)
		next, fresh := follow(t, o, first, p, newLog(months(log), time.Time{}, first.logged), true), follow(t, o, first, p, newLog(months(log), time.Time{}, nil), false)
		holdings := next.key.is(first.key)
		if holdings {
			kept["holdings"]++
		}
		for _, name := range missed(t, next, fresh, last, holdings) {
			t.Errorf("%s: /%s is as it was, or another", path, name)
		}
		kept["all"]++
	}
	t.Logf("%d changes, %d of them took over the holdings", kept["all"], kept["holdings"])
	if kept["holdings"] < kept["all"]/5 || kept["holdings"] > kept["all"]*4/5 {
		t.Errorf("of %d changes %d took over the holdings", kept["all"], kept["holdings"])
	}
}

// placesOf are the fields of a source.
func placesOf(src *release.SourceFacts) []leaf {
	return append(places(reflect.ValueOf(&src.State).Elem(), "state"), places(reflect.ValueOf(src.Facts).Elem(), "facts")...)
}

func fieldsOf(sources []release.SourceFacts) (n int) {
	for i := range sources {
		n += len(placesOf(&sources[i]))
	}
	return n
}

// changedSample is the sample with its nth field changed, the sources without a change
// as they are.
func changedSample(c *config.Config, sample []release.SourceFacts, n int) ([]release.SourceFacts, string) {
	sources := slices.Clone(sample)
	for i, other := range sampleSources(&c.Rules) {
		all := placesOf(&other)
		if n < len(all) {
			all[n].change()
			other.Facts.Sort()
			sources[i] = other
			return sources, other.State.Name + " " + all[n].path
		}
		n -= len(all)
	}
	return nil, ""
}

// TestBuildTakesOverHoldings: a state that changed makes none of the publishing pages
// anew, and only the files of its milestone, its product, its family and its series.
func TestBuildTakesOverHoldings(t *testing.T) {
	t.Parallel()
	c := writeLarge(t, t.TempDir(), 3)
	b := NewBuilder(Options{Config: c})
	was := mustBuild(t, b)
	first := b.kept
	sources := largeSources(1)
	sources[0].Facts.Milestones[0].Entries[0].State = release.StateRemoved
	commit(t, c, sources[0])
	mustBuild(t, b)
	if len(first.downloads) != 3 || b.kept.downloads[0] != first.downloads[0] {
		t.Errorf("%d publishing pages are collected anew", len(first.downloads))
	}
	anew := map[string]int{}
	for _, o := range b.kept.outputs() {
		if before := was.file(o.path); before == nil || !o.whole.is(before.whole) {
			kind, _, _ := strings.Cut(o.path, "/")
			anew[kind]++
		}
	}
	if anew["products"] != 3 || anew["families"] != 1 || anew["images"] != 0 || anew["archive"] != 0 {
		t.Errorf("arranged anew: %v", anew)
	}
	same := 0
	for i, m := range first.picture.Lines[0].Milestones {
		if first.keys.milestones[m].is(b.kept.keys.milestones[b.kept.picture.Lines[0].Milestones[i]]) {
			same++
		}
	}
	if want := len(first.picture.Lines[0].Milestones); same < want-3 || same == want {
		t.Errorf("%d of %d milestones are the same", same, want)
	}
}

// months are the files of a change log.
func months(log []release.Event) []*store.Month {
	var all []*store.Month
	for _, e := range log {
		of := e.Seen.UTC().Format("2006-01")
		if n := len(all); n == 0 || all[n-1].Of != of {
			all = append(all, &store.Month{Of: of})
		}
		m := all[len(all)-1]
		m.Events = append(m.Events, e)
	}
	return all
}

// TestBuildMissesNoNews changes the log: all that there is to an event, also that it is
// one more, and how it is read in one process after the other.
func TestBuildMissesNoNews(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	o, log := Options{Config: c}, sampleLog(&c.Rules)
	var joiner release.Joiner
	in := release.Input{Rules: c.Rules, Sources: sampleSources(&c.Rules), AsOf: sampleNow, Stale: c.Site.Stale, Freshness: c.Site.Freshness}
	b := NewBuilder(o)
	b.load = func(before *changeLog) (*release.Picture, *changeLog, error) {
		return joiner.Join(in), newLog(months(log), time.Time{}, before), nil
	}
	last := mustBuild(t, b)
	first := b.kept
	more := log[len(log)-1]
	more.Product, more.What, more.Series, more.Milestone = kubuntuSlug, release.EventBuildReady, "noble", "24.04.4"
	for name, changed := range changedLogs(log, more) {
		is, alone := newLog(months(changed), time.Time{}, first.logged), newLog(months(changed), time.Time{}, nil)
		if !slices.Equal(is.events, alone.events) {
			t.Errorf("%s: another log than one that is read alone", name)
		}
		next, fresh := follow(t, o, first, joiner.Join(in), is, true), follow(t, o, first, joiner.Join(in), alone, false)
		if !next.key.is(first.key) {
			t.Errorf("%s: the holdings were not taken over", name)
		}
		for _, page := range missed(t, next, fresh, last, true) {
			t.Errorf("%s: /%s is as it was, or another", name, page)
		}
		if grown := strings.HasSuffix(name, "more"); grown != (is.grown >= 0) {
			t.Errorf("%s: the log grew by %d", name, is.grown)
		}
		taken := 0
		for _, out := range next.outputs() {
			if before := last.file(out.path); before != nil && strings.HasPrefix(out.path, changesPath+"20") && out.whole.is(before.whole) {
				taken++
			}
		}
		if taken < 5 {
			t.Errorf("%s: %d pages of days were taken over", name, taken)
		}
	}
}

// changedLogs are logs that differ from one in one thing.
func changedLogs(log []release.Event, more release.Event) map[string][]release.Event {
	later, replaced, unknown := more, more, more
	later.Seen = more.Seen.Add(time.Hour)
	later.What, later.BuildID = release.EventBuildAppeared, "20260424"
	replaced.Seen, replaced.What = later.Seen, release.EventBuildSuperseded
	unknown.Seen, unknown.Series, unknown.Product, unknown.Milestone = later.Seen, "Noble", "", "24.04.4"
	logs := map[string][]release.Event{
		"one of the same poll more":    append(slices.Clone(log), more),
		"a build in place of one more": append(slices.Clone(log), later, replaced),
		"another name more":            append(slices.Clone(log), unknown),
	}
	for _, n := range tried(len(places(reflect.ValueOf(&log).Elem(), "log")), 6) {
		other := slices.Clone(log)
		place := places(reflect.ValueOf(&other).Elem(), "log")[n]
		place.change()
		slices.SortStableFunc(other, func(a, b release.Event) int { return a.Seen.Compare(b.Seen) })
		logs[place.path] = other
	}
	return logs
}
