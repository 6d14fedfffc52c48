package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
)

// stageAll stages and publishes sets up to a number.
func stageAll(t *testing.T, s Site, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
		publish(t, s)
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 4)
	back := func(n, want1 int) {
		t.Helper()
		res, err := Rollback(t.Context(), Options{Site: s, By: "anna"}, n)
		if err != nil {
			t.Fatal(err)
		}
		if res.Action != RolledBack || res.Digest != digest(version(want1)) || res.Changed != 3 || res.Shared < 1 {
			t.Errorf("result %+v", res)
		}
		want(t, s, want1)
		sums(t, s.Output)
	}
	back(1, 3)
	back(1, 2) // further back, never to what was left behind
	stageAll(t, s, 5, 5)
	back(1, 2) // to what was there before, not to what was made before
	back(1, 1)
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err == nil || !strings.Contains(err.Error(), "no set from before 000001-") {
		t.Errorf("error %v", err)
	}
	stageAll(t, s, 6, 8)
	back(3, 1)
	if _, err := Rollback(t.Context(), Options{Site: s}, 0); err == nil {
		t.Error("went back by none")
	}
	// Every visitor who loaded a page before has a style sheet.
	for n := range 8 {
		if n > 0 {
			read(t, filepath.Join(s.Output, styleOf(n)))
		}
	}
	tidy(t, s, 8)
	history, err := History(s.Output)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range history {
		told = append(told, e.Action+" "+e.Set[:6]+" from "+e.FromSet[:min(6, len(e.FromSet))])
	}
	wanted := []string{
		"publish 000001 from ", "publish 000002 from 000001", "publish 000003 from 000002", "publish 000004 from 000003",
		"rollback 000003 from 000004", "rollback 000002 from 000003", "publish 000005 from 000002", "rollback 000002 from 000005",
		"rollback 000001 from 000002", "publish 000006 from 000001", "publish 000007 from 000006", "publish 000008 from 000007",
		"rollback 000001 from 000008",
	}
	if diff := cmp.Diff(wanted, told); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// TestWentBack: what goes back by hand does not come again by itself.
func TestWentBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
		t.Fatal(err)
	}
	stage(t, s, version(3), staged.Record{AsOf: start.Add(9 * time.Hour)})
	if _, err := Publish(t.Context(), Options{Site: s, Auto: true}); err == nil || !strings.Contains(err.Error(), RuleWentBack) {
		t.Errorf("error %v", err)
	}
	want(t, s, 1)
	publish(t, s)
	stage(t, s, version(4), staged.Record{AsOf: start.Add(10 * time.Hour)})
	if _, err := Publish(t.Context(), Options{Site: s, Auto: true}); err != nil {
		t.Error(err)
	}
	want(t, s, 4)
}

// TestKept: the last sets are kept, with the one that is shown and the one before it.
func TestKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Kept = 3
	stageAll(t, s, 1, 6)
	tidy(t, s, 3)
	if _, err := Rollback(t.Context(), Options{Site: s}, 3); err == nil || !strings.Contains(err.Error(), "2 of the sets from before 000006-") {
		t.Errorf("error %v", err)
	}
	if _, err := Rollback(t.Context(), Options{Site: s}, 2); err != nil {
		t.Fatal(err)
	}
	want(t, s, 4)
	stageAll(t, s, 7, 7)
	l, err := List(s)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, set := range l.Published {
		names = append(names, set.Set[:6])
	}
	if diff := cmp.Diff([]string{"000007", "000006", "000004"}, names); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	s.Kept = 1
	stageAll(t, s, 8, 8)
	tidy(t, s, 1)
	read(t, filepath.Join(s.Output, styleOf(7))) // somebody has just loaded a page of it
	stageAll(t, s, 9, 9)
	if _, err := os.Stat(filepath.Join(s.Output, styleOf(7))); err == nil {
		t.Error("the assets of a set that is not kept are carried for ever")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, err := List(s)
	if err != nil || len(l.Published) != 0 || len(l.Staged) != 0 {
		t.Errorf("nothing there: %+v, %v", l, err)
	}
	stageAll(t, s, 1, 1)
	two := stage(t, s, version(2), staged.Record{AsOf: start, Blockers: 2, Pages: 4})
	if _, err := Publish(t.Context(), Options{Site: s, Force: true, By: "anna", Now: func() time.Time { return start }}); err != nil {
		t.Fatal(err)
	}
	three := stage(t, s, version(3), staged.Record{AsOf: start.Add(-time.Hour), Troubles: []staged.Trouble{{Rule: "checksum-gone"}, {Rule: "bad-signature"}}})
	if l, err = List(s); err != nil || len(l.Published) != 2 || len(l.Staged) != 3 {
		t.Fatalf("%+v, %v", l, err)
	}
	wanted := ListedSet{
		Set: "000002-" + Short(two), Shown: true, Published: start, By: "anna", Forced: true,
		Facts: Facts{Digest: two, AsOf: start, Pages: 4, Blockers: 2},
	}
	if diff := cmp.Diff(wanted, l.Published[0]); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	l.Staged[0].Made = time.Time{}
	if diff := cmp.Diff(StagedSet{Facts: Facts{Digest: three, AsOf: start.Add(-time.Hour)}, Forbids: map[string]int{RuleTrouble: 2, RuleOlderFacts: 1}}, l.Staged[0]); diff != "" {
		t.Errorf("staged (-want +got):\n%s", diff)
	}
	if !l.Staged[1].Shown || l.Staged[2].Shown {
		t.Errorf("staged sets that are shown: %+v", l.Staged)
	}
	if _, err := Rollback(t.Context(), Options{Site: s, By: "bert"}, 1); err != nil {
		t.Fatal(err)
	}
	if l, err = List(s); err != nil || l.Since == nil || l.Since.Action != RolledBack || l.Since.By != "bert" || l.Since.FromSet[:6] != "000002" {
		t.Errorf("since %+v, %v", l.Since, err)
	}
}
