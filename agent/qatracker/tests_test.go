package qatracker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
	"shiplist/internal/statefile"
)

// withTests is a tracker with n builds in testing, each with three testcases of
// which two are mandatory.
func withTests(n int) made {
	m := noble(func(m made) {
		m["products.get_list"], m["builds.get_list 7"] = nil, nil
		for i := range n {
			product, build := fmt.Sprint(i+1), fmt.Sprint(i+101)
			m["products.get_list"] = append(m["products.get_list"], entry{"id", product, "title", "P" + product, "status", "0"})
			m["builds.get_list 7"] = append(m["builds.get_list 7"], entry{"id", build, "productid", product, "version", "1", "status", "0"})
			m["testcases.get_list "+product+",1"] = []entry{
				{"id", "1303", "status", "2"}, {"id", "1301", "status", "0"}, {"id", "1302", "status", "0"}, {"id", "1302", "status", "1"}, {"id", "1301", "status", "0"},
			}
			m["results.get_list "+build+",1301"] = []entry{{"id", "1", "result", "1", "status", "0"}}
		}
	})
	return m
}

func pollTests(t *testing.T, s *Source, prev *release.Facts) *release.Answer {
	t.Helper()
	answer, err := s.Poll(t.Context(), prev)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// counted are the builds whose tests are known.
func counted(f *release.Facts) []string {
	var ids []string
	for _, b := range f.Builds {
		if b.Tests != nil {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

func TestTally(t *testing.T) {
	t.Parallel()
	r := func(result string, bugs ...string) resultRecord {
		return resultRecord{result: result, status: "0", bugs: bugs}
	}
	deleted := resultRecord{result: "0", status: "1", bugs: []string{"9"}}
	for name, test := range map[string]struct {
		results [][]resultRecord
		tests   *release.Tests
		bugs    []release.Bug
	}{
		"no testcases": {nil, nil, nil},
		"each by its worst": {
			[][]resultRecord{{r("1"), r("0"), r("2")}, {r("2"), r("1")}, {r("2")}, {}, {r("7")}, {deleted}},
			&release.Tests{Failed: 1, Passed: 1, Running: 1, Untested: 3}, nil,
		},
		"bugs": {
			[][]resultRecord{{r("0", "2", "1"), r("1", "1"), deleted}, {r("7", "1")}},
			&release.Tests{Failed: 1, Untested: 1},
			[]release.Bug{{Number: "1", Count: 3}, {Number: "2", Count: 1}},
		},
	} {
		tests, bugs := tally(test.results)
		slices.SortFunc(bugs, func(a, b release.Bug) int { return strings.Compare(a.Number, b.Number) })
		if diff := cmp.Diff(test.tests, tests); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(test.bugs, bugs); diff != "" {
			t.Errorf("%s: bugs (-want +got):\n%s", name, diff)
		}
	}
}

// TestTestsRecorded holds the counts of the one recorded build that has results,
// bugs both as a struct and as an empty array.
func TestTestsRecorded(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: loadRecorded(t)}
	answer := pollTests(t, source(start(t, s), func(o *Options) { o.Tracker.Tests, o.Tracker.TestCalls = true, 1000 }), nothing())
	i := slices.IndexFunc(answer.Facts.Builds, func(b release.Build) bool { return b.ID == "41087" })
	want := release.Build{
		Series: "raring", Product: "ubuntu-desktop-amd64", BuildID: answer.Facts.Builds[i].BuildID, ID: "41087",
		Tests: &release.Tests{Failed: 1, Untested: 2},
		Bugs:  []release.Bug{{Number: "1171234", Count: 1}, {Number: "1172001", Count: 1}},
	}
	if diff := cmp.Diff(want, answer.Facts.Builds[i]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, call := range s.calls {
		// Quantal is a disabled series: its milestone in testing is not open.
		if strings.HasPrefix(call, "qatracker.testcases.get_list") && strings.Contains(call, ",21,") {
			t.Errorf("call %s", call)
		}
	}
}

func TestTestsOff(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: withTests(2)}
	prev := pollTests(t, source(start(t, s), func(o *Options) { o.Tracker.Tests = true }), nothing()).Facts
	if diff := cmp.Diff([]string{"101", "102"}, counted(prev)); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	if want := (&release.Tests{Passed: 1, Untested: 1}); *prev.Builds[0].Tests != *want {
		t.Errorf("got %+v, want %+v", prev.Builds[0].Tests, want)
	}
	s.calls = nil
	answer := pollTests(t, source(start(t, s), nil), prev)
	if got := counted(answer.Facts); got != nil || strings.Contains(strings.Join(s.calls, " "), "testcases") {
		t.Errorf("counted %q with calls %q", got, s.calls)
	}
}

// TestTestsOpenOnly holds that calls are spent on what stands on a milestone in testing.
func TestTestsOpenOnly(t *testing.T) {
	t.Parallel()
	m := withTests(1)
	m["milestones.get_list"] = append(m["milestones.get_list"], entry{"id", "8", "title", "Noble Alpha", "status", "1", "series", "1"})
	m["builds.get_list 7"] = append(m["builds.get_list 7"], entry{"id", "90", "productid", "1", "version", "0", "status", "3"})
	m["builds.get_list 8"] = []entry{{"id", "80", "productid", "1", "version", "0.1", "status", "4"}}
	s := &tracker{methods: m}
	pollTests(t, source(start(t, s), func(o *Options) { o.Tracker.Tests = true }), nothing())
	asked := slices.DeleteFunc(s.calls, func(call string) bool { return !strings.HasPrefix(call, "qatracker.results.get_list(") })
	slices.Sort(asked)
	want := []string{"qatracker.results.get_list(101,1301,[0])", "qatracker.results.get_list(101,1302,[0])"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTestsTurns holds that a small budget reaches every build, over several polls
// and a restart, and that counts stay until they are renewed.
func TestTestsTurns(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"running": false, "restarted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tracker{methods: withTests(5)}
			url, dir := start(t, s), t.TempDir()
			fresh := func() *Source {
				return source(url, func(o *Options) {
					// A build costs three calls: one for its testcases, two for results.
					o.Tracker.Tests, o.Tracker.TestCalls, o.StateDir = true, 7, filepath.Join(dir, "state")
				})
			}
			src, prev := fresh(), nothing()
			var got [][]string
			for range 4 {
				if restart {
					src = fresh()
				}
				s.calls = nil
				prev = pollTests(t, src, prev).Facts
				var asked []string
				for _, call := range s.calls {
					if id, ok := strings.CutPrefix(call, "qatracker.results.get_list("); ok {
						asked = append(asked, id[:3])
					}
				}
				slices.Sort(asked)
				got = append(got, slices.Compact(asked), counted(prev))
			}
			want := [][]string{
				{"101", "102"},
				{"101", "102"},
				{"103", "104"},
				{"101", "102", "103", "104"},
				{"101", "105"},
				{"101", "102", "103", "104", "105"},
				{"102", "103"},
				{"101", "102", "103", "104", "105"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("asked and counted, by turns (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTestsBeyondBudget holds that a build which needs more than the whole budget
// does not stand in the way of others.
func TestTestsBeyondBudget(t *testing.T) {
	t.Parallel()
	m := withTests(2)
	m["testcases.get_list 1,1"] = nil
	for i := range 10 {
		m["testcases.get_list 1,1"] = append(m["testcases.get_list 1,1"], entry{"id", fmt.Sprint(2000 + i), "status", "0"})
	}
	answer := pollTests(t, source(start(t, &tracker{methods: m}), func(o *Options) { o.Tracker.Tests, o.Tracker.TestCalls = true, 10 }), nothing())
	if diff := cmp.Diff([]string{"102"}, counted(answer.Facts)); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	wantProblems(t, answer, "limit: the tests of build 101 need 11 calls and are not counted; test_calls allows 10 for one poll")
}

// TestTestsRefused holds that everything else is reported all the same, and counts
// stay.
func TestTestsRefused(t *testing.T) {
	t.Parallel()
	m := withTests(2)
	m["results.get_list 102,1302"] = []entry{{"fault", "no"}}
	prev := nothing()
	prev.Builds = []release.Build{
		{Series: "noble", Product: "p2", BuildID: "1", ID: "102", Tests: &release.Tests{Passed: 2}, Bugs: []release.Bug{{Number: "5", Count: 1}}},
		{Series: "noble", Product: "p1", BuildID: "1", ID: "99", Tests: &release.Tests{Failed: 2}},
	}
	answer := pollTests(t, source(start(t, &tracker{methods: m}), func(o *Options) { o.Tracker.Tests = true }), prev)
	want := []release.Build{
		{Series: "noble", Product: "p1", BuildID: "1", ID: "101", Tests: &release.Tests{Passed: 1, Untested: 1}},
		prev.Builds[0],
	}
	if diff := cmp.Diff(want, answer.Facts.Builds); diff != "" {
		t.Errorf("builds (-want +got):\n%s", diff)
	}
	wantProblems(t, answer, "kept: test counts of 1 of 2 builds stay as they were: qatracker.results.get_list: POST http://")
}

// TestTestsOfOneRefused holds that a build which the tracker does not tell about, or
// about which it fails, does not stand in the way of all others.
func TestTestsOfOneRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(made, *tracker)
		want   [][]string // counted after each poll
	}{
		"results": {func(m made, _ *tracker) {
			m["results.get_list 101,1302"] = []entry{{"fault", "no"}}
		}, [][]string{{"102", "103"}, {"102", "103"}}},
		"testcases": {func(m made, _ *tracker) {
			m["testcases.get_list 1,1"] = []entry{{"fault", "no"}}
		}, [][]string{{"102", "103"}, {"102", "103"}}},
		// Requests: the lists, the milestone, the testcases of the first build.
		"a page in between": {func(_ made, s *tracker) {
			s.intercept = failAt(3, func(w http.ResponseWriter) { http.Error(w, "unexpected", http.StatusInternalServerError) })
		}, [][]string{nil, {"101", "102", "103"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := withTests(3)
			s := &tracker{methods: m}
			test.change(m, s)
			src := source(start(t, s), func(o *Options) { o.Tracker.Tests = true })
			prev := nothing()
			for i, want := range test.want {
				prev = pollTests(t, src, prev).Facts
				if diff := cmp.Diff(want, counted(prev)); diff != "" {
					t.Errorf("poll %d counted (-want +got):\n%s", i+1, diff)
				}
			}
		})
	}
	m := withTests(3)
	m["results.get_list 101,1302"] = []entry{{"fault", "no"}}
	answer := pollTests(t, source(start(t, &tracker{methods: m}), func(o *Options) { o.Tracker.Tests = true }), nothing())
	wantProblems(t, answer, "kept: test counts of 1 of 3 builds stay as they were: qatracker.results.get_list: POST http://")
}

// TestTestsPoisonedTurn holds that a build at which the counting always ends is not
// first again.
func TestTestsPoisonedTurn(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: poisoned{withTests(3)}}
	src := source(start(t, s), func(o *Options) { o.Tracker.Tests = true })
	prev := nothing()
	for range 2 {
		prev = pollTests(t, src, prev).Facts
	}
	if diff := cmp.Diff([]string{"102", "103"}, counted(prev)); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

// poisoned answers nonsense to what is asked of the build 101.
type poisoned struct{ methods }

func (p poisoned) answer(host, method string, args []node) (string, *fault) {
	if method == "qatracker.results.get_list" && args[0].form() == "101" {
		return "<string>unexpected</string>", nil
	}
	return p.methods.answer(host, method, args)
}

// TestTestsCanceled holds that a poll which is told to end is no answer.
func TestTestsCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &tracker{methods: withTests(3)}
	s.intercept = func(_ http.ResponseWriter, n int) bool {
		if n == 4 {
			cancel()
		}
		return n >= 4
	}
	answer, err := source(start(t, s), func(o *Options) { o.Tracker.Tests = true }).Poll(ctx, nothing())
	if answer.Facts != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", answer, err)
	}
	if answer.Requests < 4 || answer.Bytes < 1000 {
		t.Errorf("it cost %d requests and %d bytes", answer.Requests, answer.Bytes)
	}
}

func TestTurnsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iso.turns.json")
	for _, content := range []string{"", "{", `{"order": 7}`, "\x00"} {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		list := []candidate{{id: "2", build: 2}, {id: "1", build: 1}}
		s := &turns{file: statefile.File{Path: path}}
		if err := s.load(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: error %v", content, err)
		}
		s.sort(list)
		if list[0].id != "1" {
			t.Errorf("%q: got %+v", content, list)
		}
		if err := s.took([]string{"1"}, list); err != nil {
			t.Fatal(err)
		}
		again := &turns{file: statefile.File{Path: path}}
		if err := again.load(); err != nil {
			t.Fatal(err)
		}
		again.sort(list)
		if list[0].id != "2" || list[1].id != "1" {
			t.Errorf("%q: got %+v after a turn", content, list)
		}
	}
}
