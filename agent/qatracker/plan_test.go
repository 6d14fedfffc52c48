package qatracker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestQuietPolls counts the requests of polls of the recorded tracker. It has 18 milestones, of which 8 are in testing, and 4 series, of which 3 are active.
func TestQuietPolls(t *testing.T) {
	t.Parallel()
	m, c := &inMemory{tracker: &tracker{methods: loadRecorded(t)}}, newClock()
	s := slow(m, c, func(o *Options) { o.Rules = rules })
	first, requests := mustPoll(t, s, nothing())
	compareGolden(t, "testdata/iso.golden.toml", encode(t, first.Facts))
	if requests != 1+18 {
		t.Errorf("the first poll takes %d requests, want 19", requests)
	}
	prev, least, extra := first.Facts, 100, 0
	for range 12 {
		c.move(period / 12)
		answer, requests := mustPoll(t, s, prev)
		least, extra = min(least, requests), extra+requests-(1+8)
		prev = answer.Facts
	}
	compareGolden(t, "testdata/iso.golden.toml", encode(t, prev))
	if least != 1+8 {
		t.Errorf("a quiet poll takes %d requests, want 9", least)
	}
	// Ten milestones, each once; the one series that is not active rides along.
	if extra != 10 {
		t.Errorf("a period has %d requests for what is not in testing, want 10", extra)
	}
}

// calls are those about milestones and series that were made since the last time.
func (m *inMemory) since(from int) []string {
	var list []string
	for _, k := range m.calls[from:] {
		if strings.HasPrefix(k, "qatracker.builds.get_list") || strings.HasPrefix(k, "qatracker.series.get_manifest") {
			list = append(list, strings.TrimPrefix(k, "qatracker."))
		}
	}
	slices.Sort(list)
	return list
}

// past is a tracker with one milestone in testing and two that are not, in a series
// that is active and one that is not.
func past() made {
	return made{
		"series.get_list": {
			{"id", "1", "title", "Noble", "status", "0"},
			{"id", "2", "title", "Mantic", "status", "1"},
		},
		"milestones.get_list": {
			{"id", "7", "title", "Noble Final", "status", "0", "series", "1"},
			{"id", "8", "title", "Noble Beta", "status", "1", "series", "1"},
			{"id", "9", "title", "Final", "status", "2", "series", "2"},
		},
		"products.get_list": {
			{"id", "3", "title", "Kubuntu Desktop amd64", "status", "0"},
			{"id", "4", "title", "Xubuntu Desktop amd64", "status", "0"},
		},
		"series.get_manifest 1": {{"id", "1", "productid", "3", "product_title", "Kubuntu Desktop amd64", "contact", "ana", "status", "0"}},
		"series.get_manifest 2": {
			{"id", "2", "productid", "5", "product_title", "Gone Desktop", "contact", "bea", "status", "0"},
			{"id", "3", "productid", "5", "product_title", "Gone Desktop", "contact", "eve", "status", "0"},
		},
		"builds.get_list 7": {{"id", "42", "productid", "3", "version", "20240424", "status", "0"}},
		"builds.get_list 8": {
			{"id", "41", "productid", "3", "version", "20240410", "status", "4", "note", "good"},
			{"id", "41", "productid", "3", "version", "20240410", "status", "4"},
		},
		"builds.get_list 9": {
			{"id", "30", "productid", "4", "version", "20231010", "status", "4"},
			{"id", "31", "productid", "5", "version", "20231010", "status", "4"},
		},
		"bugs.get_list 8": {{"bugnumber", "1172001", "count", "2"}},
	}
}

const (
	ask7, ask8, ask9 = "builds.get_list(7,[0,1,2,3,4])", "builds.get_list(8,[0,1,2,3,4])", "builds.get_list(9,[0,1,2,3,4])"
	manifest1        = "series.get_manifest(1,[0,1])"
	manifest2        = "series.get_manifest(2,[0,1])"
)

// TestAskedAgain changes one thing after a poll and looks at what the next one asks
// besides what is in testing. What it says is what a source says that asks everything.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	later := func(made, *release.Facts, *clock) {}
	for name, tt := range map[string]struct {
		change func(m made, prev *release.Facts, c *clock)
		want   []string // besides
	}{
		"nothing": {later, nil},
		"a title": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"][1] = entry{"id", "8", "title", "Noble Beta 1", "status", "1", "series", "1"}
		}, []string{ask8}},
		"a title of the same slug": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"][1] = entry{"id", "8", "title", "Noble Beta!", "status", "1", "series", "1"}
		}, []string{ask8}},
		"a status": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"][1] = entry{"id", "8", "title", "Noble Beta", "status", "2", "series", "1"}
		}, []string{ask8}},
		"a status that nobody knows": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"][1] = entry{"id", "8", "title", "Noble Beta", "status", "5", "series", "1"}
		}, []string{ask8}},
		"the series of a milestone": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"][1] = entry{"id", "8", "title", "Noble Beta", "status", "1", "series", "2"}
		}, []string{ask8}},
		"the title of a series": {func(m made, _ *release.Facts, _ *clock) {
			m["series.get_list"][1] = entry{"id", "2", "title", "Minotaur", "status", "1"}
		}, []string{ask9, manifest2}},
		"a milestone more": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"] = append(m["milestones.get_list"], entry{"id", "10", "title", "Noble Alpha", "status", "2", "series", "1"})
		}, []string{"builds.get_list(10,[0,1,2,3,4])"}},
		"a milestone less": {func(m made, _ *release.Facts, _ *clock) {
			m["milestones.get_list"] = m["milestones.get_list"][:2]
		}, nil},
		"the title of a product": {func(m made, _ *release.Facts, _ *clock) {
			m["products.get_list"][1] = entry{"id", "4", "title", "Xubuntu Live", "status", "0"}
		}, nil},
		"a product not listed any more": {func(m made, _ *release.Facts, _ *clock) {
			m["products.get_list"] = m["products.get_list"][1:]
		}, nil},
		"a product listed now": {func(m made, _ *release.Facts, _ *clock) {
			m["products.get_list"] = append(m["products.get_list"], entry{"id", "5", "title", "Gone Desktop", "status", "1"})
		}, nil},
		"a build forgotten": {func(_ made, prev *release.Facts, _ *clock) {
			milestoneOf(prev, "8").Entries = nil
		}, []string{ask8}},
		"a state edited": {func(_ made, prev *release.Facts, _ *clock) {
			milestoneOf(prev, "8").Entries[0].State = release.StateRemoved
		}, []string{ask8}},
		"a bug edited": {func(_ made, prev *release.Facts, _ *clock) {
			milestoneOf(prev, "8").Bugs[0].Count = 7
		}, []string{ask8}},
		"a line of a manifest edited": {func(_ made, prev *release.Facts, _ *clock) {
			prev.Series[0].Manifest[0].Contact = "eve"
		}, []string{manifest2}},
		"builds forgotten":     {func(_ made, prev *release.Facts, _ *clock) { prev.Builds = nil }, []string{ask8, ask9}},
		"products forgotten":   {func(_ made, prev *release.Facts, _ *clock) { prev.Products = nil }, []string{ask8, ask9, manifest2}},
		"milestones forgotten": {func(_ made, prev *release.Facts, _ *clock) { prev.Milestones = nil }, []string{ask8, ask9}},
		"everything forgotten": {func(_ made, prev *release.Facts, _ *clock) { *prev = release.Facts{} }, []string{ask8, ask9, manifest2}},
		"time":                 {func(_ made, _ *release.Facts, c *clock) { c.move(period) }, []string{ask8, ask9, manifest2}},
		"time back":            {func(_ made, _ *release.Facts, c *clock) { c.move(-period) }, []string{ask8, ask9, manifest2}},
		"years":                {func(_ made, _ *release.Facts, c *clock) { c.move(5 * 365 * 24 * time.Hour) }, []string{ask8, ask9, manifest2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, c := past(), newClock()
			m := &inMemory{tracker: &tracker{methods: made}}
			s := slow(m, c, nil)
			first, _ := mustPoll(t, s, nothing())
			prev := first.Facts
			tt.change(made, prev, c)
			from := len(m.calls)
			answer, _ := mustPoll(t, s, prev)
			want := slices.Sorted(slices.Values(append([]string{ask7, manifest1}, tt.want...)))
			if diff := cmp.Diff(want, m.since(from)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			all, _ := mustPoll(t, slow(m, c, nil), prev)
			if diff := cmp.Diff(all.Facts, answer.Facts); diff != "" {
				t.Errorf("facts (-all asked +kept):\n%s", diff)
			}
			if diff := cmp.Diff(all.Problems, answer.Problems); diff != "" {
				t.Errorf("problems (-all asked +kept):\n%s", diff)
			}
		})
	}
}

func milestoneOf(f *release.Facts, id string) *release.Milestone {
	return &f.Milestones[slices.IndexFunc(f.Milestones, func(m release.Milestone) bool { return m.ID == id })]
}

// TestAskedUntilStored holds that what was learned and not stored is asked for with
// every poll: else an answer that is held back would not stay the same.
func TestAskedUntilStored(t *testing.T) {
	t.Parallel()
	made, c := past(), newClock()
	m := &inMemory{tracker: &tracker{methods: made}}
	s := slow(m, c, nil)
	first, _ := mustPoll(t, s, nothing())
	delete(made, "builds.get_list 8")
	c.move(period)
	held, _ := mustPoll(t, s, first.Facts)
	if n := len(milestoneOf(held.Facts, "8").Entries); n != 0 {
		t.Fatalf("%d builds", n)
	}
	for range 3 {
		c.move(time.Minute)
		again, _ := mustPoll(t, s, first.Facts)
		if diff := cmp.Diff(held.Facts, again.Facts); diff != "" {
			t.Fatalf("the answer changed while it was held back (-before +now):\n%s", diff)
		}
	}
	from := len(m.calls)
	mustPoll(t, s, held.Facts)
	if diff := cmp.Diff([]string{ask7, manifest1}, m.since(from)); diff != "" {
		t.Errorf("calls once it is stored (-want +got):\n%s", diff)
	}
}
