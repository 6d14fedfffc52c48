package qatracker

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/problems"
	"shiplist/internal/release"
)

// TestAskedFile holds that a new process knows what the last one asked, and what a
// file that is damaged, lost or not to be written costs.
func TestAskedFile(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	path := filepath.Join(dir, "state", "iso.asked.json")
	m := &inMemory{tracker: &tracker{methods: past()}}
	restarted := func(readOnly bool) *Source {
		return slow(m, c, func(o *Options) { o.StateDir, o.ReadOnly = filepath.Dir(path), readOnly })
	}
	first, _ := mustPoll(t, restarted(true), nothing())
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("something is written though it must not be: %v", err)
	}
	const all, quiet = 1 + 3, 1 + 1
	polls := func(what string, want int) {
		t.Helper()
		if _, requests := mustPoll(t, restarted(false), first.Facts); requests != want {
			t.Errorf("%s: %d requests, want %d", what, requests, want)
		}
	}
	polls("no file", all)
	polls("a file", quiet)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	polls("a file", quiet)
	if same, err := os.Stat(path); err != nil || !same.ModTime().Equal(info.ModTime()) || !os.SameFile(info, same) {
		t.Errorf("a file in which nothing changes is written again: %v", err)
	}
	for _, content := range []string{"", "{", "[]", `{"milestones": {"8": 7}}`, "\x00", `{"milestones": {"8": {"at": "today"}}}`, strings.Repeat(" ", maxAsked) + "{}"} {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		polls("damaged: "+content[:min(len(content), 20)], all)
		polls("mended", quiet)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	polls("removed", all)
	polls("made anew", quiet)
	// A folder in the place of the file cannot be written to, and the poll goes on.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	polls("not a file", all)
}

// TestMemoryIsNotTheRule holds that what is in testing is asked for, whatever the
// memory says of it.
func TestMemoryIsNotTheRule(t *testing.T) {
	t.Parallel()
	m, c := &inMemory{tracker: &tracker{methods: past()}}, newClock()
	s := slow(m, c, nil)
	first, _ := mustPoll(t, s, nothing())
	k := index(first.Facts)
	series, _ := k.digestSeries(k.series["1"])
	milestone, _ := k.digestMilestone(k.milestones["7"])
	s.asked.last.Series["1"] = asking{At: c.now, Digest: series}
	s.asked.last.Milestones["7"] = asking{At: c.now, Digest: milestone}
	from := len(m.calls)
	mustPoll(t, s, first.Facts)
	if diff := cmp.Diff([]string{ask7, manifest1}, m.since(from)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestDigest holds that no two answers are alike.
func TestDigest(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range []release.Entry{
		{Note: "ab", Date: "c"},
		{Note: "a", Date: "bc"},
		{Note: "a\nb", Date: "c"},
		{RawState: "ab", Date: "c"},
		{State: "ab", Date: "c"},
		{Note: "x", Date: "y0:"},
		{Note: "x0:y"},
	} {
		e.Product, e.BuildID = "x", "1"
		digest, whole := index(&release.Facts{
			Products: []release.Product{{Slug: "x", ID: "1"}}, Builds: []release.Build{{Series: "noble", Product: "x", BuildID: "1", ID: "2"}},
		}).digestMilestone(&release.Milestone{Series: "noble", Entries: []release.Entry{e}})
		if seen[digest] || !whole {
			t.Errorf("%+v has the digest %q of another, whole %t", e, digest, whole)
		}
		seen[digest] = true
	}
}

// TestAskedForgets holds that the memory has what the tracker has, and of its notes
// no more than one poll tells.
func TestAskedForgets(t *testing.T) {
	t.Parallel()
	made, c := past(), newClock()
	many := func(list string) {
		for range 3 * problems.Most {
			made[list] = append(made[list], made[list][0])
		}
	}
	many("builds.get_list 9")
	s := slow(&inMemory{tracker: &tracker{methods: made}}, c, nil)
	first, _ := mustPoll(t, s, nothing())
	if got := slices.Sorted(maps.Keys(s.asked.last.Milestones)); !slices.Equal(got, []string{"8", "9"}) {
		t.Errorf("milestones %q", got)
	}
	many("builds.get_list 8")
	made["milestones.get_list"][1].set("title", "Noble Beta 1")
	second, _ := mustPoll(t, s, first.Facts)
	notes := 0
	for _, one := range s.asked.last.Milestones {
		notes += len(one.Notes)
	}
	if notes == 0 || notes > problems.Most {
		t.Errorf("%d notes", notes)
	}
	made["milestones.get_list"] = made["milestones.get_list"][:2]
	mustPoll(t, s, second.Facts)
	if got := slices.Sorted(maps.Keys(s.asked.last.Milestones)); !slices.Equal(got, []string{"8"}) {
		t.Errorf("milestones %q", got)
	}
}

// TestLooks holds that a poll tells when what it asked again had been asked last.
func TestLooks(t *testing.T) {
	t.Parallel()
	m, c := &inMemory{tracker: &tracker{methods: past()}}, newClock()
	s := slow(m, c, nil)
	start := c.now
	answer, _ := mustPoll(t, s, nothing())
	if len(answer.Looks) > 0 {
		t.Errorf("looks of the first poll: %v", answer.Looks)
	}
	c.now = start.Add(time.Second)
	if answer, _ = mustPoll(t, s, answer.Facts); len(answer.Looks) > 0 {
		t.Errorf("looks of a quiet poll: %v", answer.Looks)
	}
	c.now = start.Add(period + time.Second)
	answer, _ = mustPoll(t, s, answer.Facts)
	want := []release.Look{
		{Series: "mantic", At: start},
		{Series: "noble", Milestone: "beta", At: start},
		{Series: "mantic", Milestone: "final", At: start},
	}
	if diff := cmp.Diff(want, answer.Looks); diff != "" {
		t.Errorf("looks (-want +got):\n%s", diff)
	}
}
