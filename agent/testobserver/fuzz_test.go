package testobserver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/problems"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// The seeds are short: where one is long, the fuzzer spends its time in making it shorter.
// Whatever was recorded goes through the same checks in tests.

// mostSeed is how long a recording may be to be a seed.
const mostSeed = 800

func FuzzAnswers(f *testing.F) {
	for _, e := range entries(f) {
		if body := recording(f, e.File); len(body) <= mostSeed {
			f.Add(body)
		}
	}
	for _, seed := range []string{
		`[{"id":1e30,"name":[],"version":null}]`,
		`{"detail":[{"loc":["query",1],"msg":"x"},{}]}`,
		`[{"id":7,"name":"n.iso","version":"1","os":"o","release":"r","sha256":"x","image_url":"https://h/x","created_at":"2026-04-13T15:27:48.3"}]`,
		`[{"test_execution_id":5,"id":6,"created_at":"x","artefact":{"id":7,"name":"n","version":"1","os":"o","release":"r"}}]`,
		`[{"test_executions":[{"id":3,"test_plan":"Manual Testing"},{"id":-1}]},5]`,
		`[{"id":4,"name":"Install","status":"FAILED","issues":[{"issue":{"source":"launchpad","key":"2147955"}}]}]`,
		`[{"review_decision":["REJECTED"]},{"review_decision":[]}]`,
		`{"count":2,"limit":1,"offset":0,"test_results":[{"test_result":{"id":1},"artefact":{"id":2}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) { exercise(t, body) })
}

// FuzzList reads a list that is anything: see listTwice.
func FuzzList(f *testing.F) {
	const k = `"name":"r-desktop-amd64.iso","os":"kubuntu","release":"r"`
	for _, seed := range []string{
		`[]`,
		`[{"id":1,"version":"1",` + k + `,"status":"APPROVED","stage":"pending","owner":"~k"}]`,
		`[{"id":1,"version":"1",` + k + `,"stage":"current"},{"id":2,"version":"1.1",` + k + `,"stage":"pending","archived":true}]`,
		`[{"id":1,"version":"1",` + k + `},{"id":1,"version":"2",` + k + `},{"id":3,"version":"1",` + k + `}]`,
		`[{"id":4,"name":"dangerous-r-desktop-amd64.iso","version":"1","os":"ubuntu-desktop","release":"r","image_url":"https://h/daily-dangerous/1/r-desktop-amd64.iso"}]`,
		`[{"id":5,"name":"ubuntu-core-26-amd64.img.xz","version":"1","os":"ubuntu-core","release":"26","all_environment_reviews_count":2,"completed_environment_reviews_count":3}]`,
		`[{"id":6,"name":"\u0000","version":"..","os":"/","release":"../..","comment":"\n\u2028","family":"snap"},7]`,
	} {
		f.Add([]byte(seed))
	}
	n := newNamer("tests", rules(f))
	f.Fuzz(func(t *testing.T, body []byte) { listTwice(t, n, body) })
}

// listTwice makes facts of a list, twice: they can be stored, and the second time they are
// the same, with nothing that has to be asked for.
func listTwice(t *testing.T, n *namer, body []byte) {
	t.Helper()
	first, missing, ok := listed(n, body, nothing())
	if !ok {
		return
	}
	if missing > 0 {
		t.Errorf("%d builds are missing that were never there", missing)
	}
	if _, err := store.Split(first); err != nil {
		t.Errorf("not to be stored: %v", err)
	}
	second, missing, _ := listed(n, body, first)
	if diff := cmp.Diff(first, second); diff != "" || missing > 0 {
		t.Errorf("%d missing; (-first +second):\n%s", missing, diff)
	}
	for _, b := range first.Builds {
		if b.Series == "" || b.Product == "" || b.BuildID == "" || strings.ContainsAny(b.Note, "\x00\x1b") {
			t.Errorf("a build that is none: %+v", b)
		}
	}
}

// listed are the facts that follow from a list, and how many builds of those before it
// would have to be asked for; it is not ok where the list is none.
func listed(n *namer, body []byte, prev *release.Facts) (facts *release.Facts, missing int, ok bool) {
	o := &Options{Tracker: config.Tracker{Name: "tests", URL: "https://tests.example", Tests: true}, Rules: n.rules}
	p := &poll{o: o, c: &client{tracker: o.Tracker}, namer: n, notes: &problems.List{}, named: map[string]bool{}}
	p.remember(prev)
	rows, _, err := p.rows(body)
	if err != nil {
		return nil, 0, false
	}
	a := newAssembler(p, rows)
	missing = len(a.missing())
	a.settle()
	a.facts.Sort()
	return a.facts, missing, true
}
