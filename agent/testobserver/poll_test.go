package testobserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/demo/observer"
	"shiplist/internal/release"
)

// service is a Test Observer that people work with, and what it was asked.
type service struct {
	*observer.Server
	clock *clock

	mu    sync.Mutex
	asked []string
	keys  map[string]bool
	// instead answers by itself where it returns true.
	instead func(w http.ResponseWriter, r *http.Request) bool
}

func newService() *service {
	c := &clock{time.Date(2026, 8, 27, 9, 0, 0, 0, time.UTC)}
	s := &service{clock: c, keys: map[string]bool{}}
	s.Server = observer.New(func() time.Time { return c.now })
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1/"))
	s.keys[r.Header.Get("Authorization")] = true
	instead := s.instead
	s.mu.Unlock()
	if instead != nil && instead(w, r) {
		return
	}
	s.Server.ServeHTTP(w, r)
}

// took is what was asked since the last time.
func (s *service) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.asked
	s.asked = nil
	return list
}

// refuse answers requests whose path begins so with a status.
func (s *service) refuse(prefix string, status int, typ, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/v1/"+prefix) {
			return false
		}
		if status == 0 { // cut short
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", typ)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
}

func (s *service) obey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = nil
}

// image is one of a project in a series.
func image(project, series, version string) observer.Image {
	name := series + "-desktop-amd64.iso"
	return observer.Image{
		Name: name, Version: version, Arch: "amd64", OS: project, Release: series, Owner: project + "-release",
		SHA256: fmt.Sprintf("%064x", []byte(project+series+version))[:64],
		URL:    "https://cdimage.ubuntu.com/" + project + "/" + series + "/daily-live/" + version + "/" + name,
	}
}

// polled is a source with what it knows.
type polled struct {
	t     *testing.T
	on    *service
	s     *Source
	facts *release.Facts
	last  *release.Answer
}

func poller(t *testing.T, on *service, change ...func(*Options)) *polled {
	t.Helper()
	s, _ := start(t, on, append([]func(*Options){func(o *Options) { o.Now = func() time.Time { return on.clock.now } }}, change...)...)
	return &polled{t: t, on: on, s: s, facts: nothing()}
}

// poll polls and keeps the facts; builds are told as "series/product id state".
func (p *polled) poll() string {
	p.t.Helper()
	p.on.took()
	p.last = mustPoll(p.t, p.s, p.facts)
	p.facts = p.last.Facts
	return p.builds()
}

func (p *polled) builds() string {
	var list []string
	for _, b := range p.facts.Builds {
		list = append(list, fmt.Sprintf("%s/%s %s %s", b.Series, b.Product, b.BuildID, b.State))
	}
	return strings.Join(list, "\n")
}

func (p *polled) want(what, want string) {
	p.t.Helper()
	if diff := cmp.Diff(want, p.poll()); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	p.on.clock.move(10 * time.Minute)
}

// rules are those of the problems of the last poll.
func (p *polled) rules() string {
	var list []string
	for _, n := range p.last.Problems {
		list = append(list, n.Rule)
	}
	return strings.Join(list, " ")
}

// TestLifeOfABuild follows one product through all that the list does.
func TestLifeOfABuild(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	const k = "resolute/kubuntu-desktop-amd64 "
	first := on.Publish(image("kubuntu", "resolute", "20260826"))
	p.want("new", k+"20260826 testing")
	on.Review(first, "REJECTED", 1)
	on.Decide(first, observer.Failed, "sddm does not start")
	p.want("failed", k+"20260826 failed")
	second := on.Publish(image("kubuntu", "resolute", "20260827"))
	p.want("respun", k+"20260826 superseded\n"+k+"20260827 testing")
	on.Review(second, "APPROVED_ALL_TESTS_PASS", 2)
	on.Decide(second, observer.Approved, "")
	p.want("ready", k+"20260826 superseded\n"+k+"20260827 ready")
	if b := p.facts.Builds[0]; b.RawState != observer.Failed || b.Note != "sddm does not start" || b.Reviews.Rejected != 1 {
		t.Errorf("the older one lost what was known: %+v %+v", b, b.Reviews)
	}
	on.Promote(second, "current") // the list shows the older one again
	p.want("promoted", k+"20260826 superseded\n"+k+"20260827 ready")
	third := on.Publish(image("kubuntu", "resolute", "20260827.1"))
	p.want("both stages", k+"20260826 superseded\n"+k+"20260827 superseded\n"+k+"20260827.1 testing")
	on.Archive(third)
	p.want("archived", k+"20260826 superseded\n"+k+"20260827 ready\n"+k+"20260827.1 removed")
	if got := p.facts.Builds[2].RawState; got != wordArchived {
		t.Error(got)
	}
	if p.want("quiet", p.builds()); len(on.asked) != 3 {
		t.Errorf("%q", on.asked)
	}
	on.Archive(first)
	on.Archive(second)
	on.Publish(image("xubuntu", "resolute", "20260827"))
	p.want("all archived", k+"20260826 superseded\n"+k+"20260827 removed\n"+k+"20260827.1 removed\nresolute/xubuntu-desktop-amd64 20260827 testing")
	on.clock.move(31 * 24 * time.Hour)
	on.Publish(image("xubuntu", "resolute", "20260927"))
	p.want("long after", "resolute/xubuntu-desktop-amd64 20260827 superseded\nresolute/xubuntu-desktop-amd64 20260927 testing")
	if p.rules() != "" {
		t.Errorf("%+v", p.last.Problems)
	}
}

// TestOlderOnesAreBounded: two weeks of dailies are kept, and the newest is what counts.
func TestOlderOnesAreBounded(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	for day := range 25 {
		on.Publish(image("kubuntu", "resolute", fmt.Sprintf("202608%02d", day+1)))
		p.poll()
		on.clock.move(24 * time.Hour)
	}
	if n := len(p.facts.Builds); n != keptOlder+1 || p.facts.Builds[n-1].State != release.StateTesting || p.facts.Builds[0].BuildID != "20260811" {
		t.Errorf("%d: %s", n, p.builds())
	}
}

// TestQuietPoll: what costs nothing new asks for the list, requests and results alone.
func TestQuietPoll(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	var ids []int64
	for _, project := range []string{"kubuntu", "xubuntu", "lubuntu", "edubuntu"} {
		ids = append(ids, on.Publish(image(project, "resolute", "20260826")))
	}
	on.Report(ids[0], "Install", "PASSED")
	quiet := []string{"GET artefacts", "GET test-executions/reruns", "GET test-results"}
	p.poll()
	if len(on.asked) != 3+2*len(ids) {
		t.Errorf("the first poll asked %q", on.asked)
	}
	for range 3 {
		on.clock.move(10 * time.Minute)
		before := p.facts
		p.poll()
		if diff := cmp.Diff(quiet, on.took()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(before, p.facts); diff != "" {
			t.Errorf("facts (-before +after):\n%s", diff)
		}
	}
	on.Report(ids[2], "Install", "FAILED", "2147955")
	on.clock.move(time.Minute)
	p.poll()
	if got, want := on.took()[3:], []string{"GET artefacts/3/builds", "GET test-executions/6/test-results"}; !slices.Equal(got, want) {
		t.Errorf("for a new result %q was asked, want %q", got, want)
	}
	b := p.facts.Builds[slices.IndexFunc(p.facts.Builds, func(b release.Build) bool { return b.ID == "3" })]
	if diff := cmp.Diff(&release.Tests{Failed: 1}, b.Tests) + cmp.Diff([]release.Bug{{Number: "2147955", Count: 1}}, b.Bugs); diff != "" {
		t.Error(diff)
	}
	on.clock.move(time.Minute)
	if p.poll(); len(on.took()) != 3 {
		t.Error("a result within the overlap was news twice")
	}
	on.Report(ids[2], "Install", "PASSED") // in the place of the other: no date tells
	on.clock.move(7 * time.Hour)
	p.poll()
	b = p.facts.Builds[slices.IndexFunc(p.facts.Builds, func(b release.Build) bool { return b.ID == "3" })]
	if diff := cmp.Diff(&release.Tests{Passed: 1}, b.Tests); diff != "" {
		t.Errorf("a replaced result is not seen in a period: %s", diff)
	}
}

// TestSlowClock: results are found though the clock of the service is behind ours.
func TestSlowClock(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on, func(o *Options) { o.Now = func() time.Time { return on.clock.now.Add(overlap - time.Minute) } })
	id := on.Publish(image("kubuntu", "resolute", "20260826"))
	p.poll()
	on.clock.move(time.Second)
	on.Report(id, "Install", "PASSED")
	on.clock.move(time.Second)
	if p.poll(); p.facts.Builds[0].Tests == nil {
		t.Error("not found")
	}
}

// TestRestart: what was asked outlives the process; what was lost is asked again.
func TestRestart(t *testing.T) {
	t.Parallel()
	on := newService()
	dir := t.TempDir()
	id := on.Publish(image("kubuntu", "resolute", "20260826"))
	on.Report(id, "Install", "PASSED")
	keep := func(o *Options) { o.StateDir = dir }
	p := poller(t, on, keep)
	p.poll()
	on.clock.move(10 * time.Minute)
	again := poller(t, on, keep)
	again.facts = p.facts
	if again.poll(); len(on.took()) != 3 {
		t.Error("asked about all again")
	}
	lost := poller(t, on, keep)
	lost.facts = &release.Facts{Source: "tests", Products: p.facts.Products, Builds: slices.Clone(p.facts.Builds)}
	lost.facts.Builds[0].Tests = nil // somebody restored older data
	if lost.poll(); lost.facts.Builds[0].Tests == nil {
		t.Error("not asked again")
	}
	path := filepath.Join(dir, "tests.details.json")
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	broken := poller(t, on, keep, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	broken.facts = p.facts
	if broken.poll(); !strings.Contains(log.String(), path) || len(on.took()) < 4 {
		t.Errorf("%s", &log)
	}
	only := poller(t, on, keep, func(o *Options) { o.ReadOnly = true })
	was, _ := os.ReadFile(path)
	on.clock.move(time.Hour)
	only.poll()
	if is, _ := os.ReadFile(path); !bytes.Equal(was, is) {
		t.Error("written by one that only reads")
	}
}

// TestBudget: what one poll may ask is bounded, and each build gets its turn.
func TestBudget(t *testing.T) {
	t.Parallel()
	on := newService()
	for day := range 9 {
		project := []string{"kubuntu", "xubuntu", "lubuntu"}[day%3]
		id := on.Publish(image(project, []string{"noble", "resolute", "stonking"}[day/3], "20260826"))
		on.Report(id, "Install", "PASSED")
	}
	p := poller(t, on, func(o *Options) { o.Tracker.TestCalls = 5 })
	for round := range 5 {
		p.poll()
		if n := len(on.took()); n > 3+5+1 {
			t.Errorf("%d requests", n)
		}
		counted := 0
		for _, b := range p.facts.Builds {
			if b.Tests != nil {
				counted++
			}
		}
		if want := min(2*(round+1), 9); counted != want {
			t.Errorf("after %d polls %d builds are counted, want %d", round+1, counted, want)
		}
		on.clock.move(10 * time.Minute)
	}
	tight := poller(t, on, func(o *Options) { o.Tracker.TestCalls = 1 })
	if tight.poll(); !strings.Contains(fmt.Sprint(tight.last.Problems), "test_calls = 1") {
		t.Errorf("%+v", tight.last.Problems)
	}
}

// TestOptionalParts: what is not for us is a note, and all else is there.
func TestOptionalParts(t *testing.T) {
	t.Parallel()
	on := newService()
	id := on.Publish(image("kubuntu", "resolute", "20260826"))
	on.Publish(image("xubuntu", "resolute", "20260826"))
	on.Report(id, "Install", "PASSED")
	on.Review(id, "REJECTED", 1)
	on.Ask(id)
	whole := poller(t, on)
	whole.poll()
	rebuild := release.Rebuild{Product: "kubuntu-desktop-amd64", ID: "1", BuildID: "20260826", Status: "requested", Requested: "2026-08-27T09:00:00"}
	if diff := cmp.Diff([]release.Rebuild{rebuild}, whole.facts.Series[0].Rebuilds); diff != "" {
		t.Error(diff)
	}
	const no = `{"detail":"Insufficient permissions"}`
	for _, prefix := range []string{"test-executions/reruns", "test-executions", "test-results", "artefacts/1/environment-reviews", "artefacts/1/builds"} {
		on.refuse(prefix, 403, "application/json", no)
		for what, facts := range map[string]*release.Facts{"new": nothing(), "known": whole.facts} {
			p := poller(t, on)
			p.facts = facts
			p.poll()
			on.clock.move(10 * time.Minute)
			p.poll() // the second also asks for results
			if len(p.facts.Builds) != 2 {
				t.Fatalf("%s, %s: %s", prefix, what, p.builds())
			}
			if p.rules() == "" {
				t.Errorf("%s, %s: %+v", prefix, what, p.last.Problems)
			}
			for _, n := range p.last.Problems {
				if n.Rule != ruleAccess && n.Rule != ruleKept || !strings.Contains(n.Text, "Insufficient permissions") || !strings.Contains(n.Text, "key_env") {
					t.Errorf("%s, %s: %+v", prefix, what, n)
				}
			}
			requests := len(p.facts.Series[0].Rebuilds)
			if want := prefix != "test-executions" || what == "known"; want != (requests == 1) {
				t.Errorf("%s, %s: %d requests", prefix, what, requests)
			}
			if b := p.facts.Builds[0]; what == "known" && (b.Tests == nil || b.Reviews.Rejected != 1) {
				t.Errorf("%s: %+v lost", prefix, b)
			}
		}
		on.obey()
	}
}

// TestFailures: what the list fails with is told with what the service says and what to do.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status    int
		typ, body string
		want      []string
	}{
		"no key":     {401, "application/json", `{"detail":"Not authenticated"}`, []string{"401", "Not authenticated", "key_env"}},
		"wrong key":  {403, "application/json", `{"detail":"Insufficient permissions"}`, []string{"403", "Insufficient permissions", "key_env"}},
		"wrong url":  {404, "application/json", `{"detail":"Not Found"}`, []string{"404", "Not Found", "address of the API"}},
		"method":     {405, "application/json", `{"detail":"Method Not Allowed"}`, []string{"405", "Method Not Allowed"}},
		"list":       {422, "application/json", `{"detail":[{"loc":["query","family"],"msg":"no such thing"}]}`, []string{"422", "query.family: no such thing"}},
		"text":       {422, "application/json", `{"detail":"no such thing"}`, []string{"422", "no such thing"}},
		"crash":      {500, "text/plain; charset=utf-8", "Internal Server Error", []string{"500", "Internal Server Error"}},
		"ingress":    {502, "text/html", "<html><h1>502 Bad Gateway</h1>", []string{"502"}},
		"login page": {200, "text/html", "<html>", []string{"login page"}},
		"too large":  {200, "application/json", "[" + strings.Repeat(" ", 1<<20) + "]", []string{"larger than the limit", "limits.tracker_bytes"}},
		"half":       {200, "application/json", `[{"id":1,`, []string{"not a list", "not JSON at byte"}},
		"an object":  {200, "application/json", `{"detail":"x"}`, []string{"not a list", "found object"}},
		"null":       {200, "application/json", `null`, []string{"nothing where a list should be"}},
		"numbers":    {200, "application/json", `[1,2]`, nil},
		"no end":     {200, "application/json", strings.Repeat("[", 100_000), []string{"not JSON"}},
		"too many":   {200, "application/json", "[" + strings.Repeat("1,", mostArtefacts) + "1]", []string{"50001 artefacts; the most are 50000"}},
	} {
		on := newService()
		on.refuse("artefacts", tt.status, tt.typ, tt.body)
		s, _ := start(t, on, func(o *Options) { o.Limits.TrackerBytes = 1 << 20 })
		a, err := s.Poll(t.Context(), nothing())
		if tt.want == nil {
			if err != nil || len(a.Problems) != 2 {
				t.Errorf("%s: %v %+v", name, err, a)
			}
			continue
		}
		for _, want := range append(tt.want, "/v1/artefacts?family=image") {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v has no %q", name, err, want)
			}
		}
		if a.Facts != nil || a.Requests == 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestOneBadImage: what fails about one image is told and keeps no other from its turn; what
// may be the fault of the service ends the asking, and the others come first the next time.
func TestOneBadImage(t *testing.T) {
	t.Parallel()
	const typ = "application/json"
	for name, tt := range map[string]struct {
		status    int
		typ, body string
		ends      bool
		want      string
	}{
		"crash":      {500, "text/plain", "Internal Server Error", false, "500 Internal Server Error"},
		"refused":    {403, typ, `{"detail":"Insufficient permissions"}`, false, "Insufficient permissions"},
		"gone":       {410, typ, "{}", false, "410 Gone"},
		"unreadable": {200, typ, `{"id":1}`, false, "found object"},
		"half":       {200, typ, `[{"id":1`, false, "not JSON"},
		"too large":  {200, typ, "[" + strings.Repeat(" ", 1<<20) + "]", false, "larger than the limit"},
		"ingress":    {502, "text/html", "<html>", true, "502"},
		"too slow":   {504, "text/html", "<html>", true, "504"},
		"login page": {200, "text/html", "<html>", true, "login page"},
		"cut":        {0, "", "", true, "artefacts/1/builds"},
	} {
		on := newService()
		for _, project := range []string{"kubuntu", "lubuntu", "xubuntu"} {
			on.Report(on.Publish(image(project, "resolute", "20260826")), "Install", "PASSED")
		}
		on.refuse("artefacts/1/builds", tt.status, tt.typ, tt.body)
		p := poller(t, on, func(o *Options) { o.Limits.TrackerBytes = 1 << 20 })
		for round, want := range map[bool][]int{false: {2, 2}, true: {0, 2}}[tt.ends] {
			p.poll()
			counted := 0
			for _, b := range p.facts.Builds {
				if b.Tests != nil {
					counted++
				}
			}
			if counted != want || len(p.last.Problems) != 1 || !strings.Contains(p.last.Problems[0].Text, tt.want) {
				t.Errorf("%s, poll %d: %d builds are counted, want %d; %+v", name, round+1, counted, want, p.last.Problems)
			}
			on.clock.move(10 * time.Minute)
		}
		on.obey()
		on.clock.move(7 * time.Hour)
		if p.poll(); p.facts.Builds[0].Tests == nil || p.rules() != "" {
			t.Errorf("%s: not asked again: %+v", name, p.last.Problems)
		}
	}
}

// TestOneBadUnlisted: an artefact that left the list, and cannot be asked for, stays.
func TestOneBadUnlisted(t *testing.T) {
	t.Parallel()
	on := newService()
	gone := on.Publish(image("kubuntu", "resolute", "20260826"))
	on.Publish(image("xubuntu", "resolute", "20260826"))
	p := poller(t, on)
	whole := p.poll()
	on.Archive(gone)
	on.refuse("artefacts/1", 500, "text/plain", "Internal Server Error")
	if got := p.poll(); got != whole || !strings.Contains(fmt.Sprint(p.last.Problems), "artefact 1 is not listed, and stays as it was: ") {
		t.Errorf("%s %+v", got, p.last.Problems)
	}
	on.refuse("artefacts/1", 200, "application/json", string(body(t, on, "artefacts/2")))
	if got := p.poll(); got != whole || !strings.Contains(fmt.Sprint(p.last.Problems), "artefact 1 cannot be used, and stays as it was: the answer is artefact 2") {
		t.Errorf("%s %+v", got, p.last.Problems)
	}
}

// TestEmptyList: a list without anything is not believed, with or without facts before.
func TestEmptyList(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	if p.poll(); p.last.Suspect == "" {
		t.Error("believed")
	}
	on.Publish(image("kubuntu", "resolute", "20260826"))
	p.poll()
	on.refuse("artefacts", 200, "application/json", "[]")
	if p.poll(); !strings.Contains(p.last.Suspect, "no images at all") {
		t.Errorf("%q", p.last.Suspect)
	}
}

// TestHalfAList: artefacts that the list lacks and that are there when they are asked for
// stay; where more are missing than can be asked for, the list is suspect.
func TestHalfAList(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		images, most int
		suspect      bool
	}{"some": {40, 100, false}, "many": {200, 260, true}} {
		on := newService()
		for i := range tt.images {
			on.Publish(image("kubuntu", fmt.Sprintf("s%cx%c", 'a'+i%26, 'a'+i/26), "20260826"))
		}
		p := poller(t, on)
		p.poll()
		whole := p.builds()
		var list []json.RawMessage
		_ = json.Unmarshal(body(t, on, "artefacts?family=image"), &list)
		half, _ := json.Marshal(list[:tt.images/2])
		on.mu.Lock()
		on.instead = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/v1/artefacts" {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(half)
			return true
		}
		on.mu.Unlock()
		p.poll()
		if p.builds() != whole {
			t.Errorf("%s: builds are lost", name)
		}
		if tt.suspect != (p.last.Suspect != "") || tt.suspect && !strings.Contains(p.last.Suspect, "lacks 100 artefacts that were there; of 50 of them that were asked for, 50 are there still") {
			t.Errorf("%s: %q", name, p.last.Suspect)
		}
		if n := len(on.took()); n > tt.most {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// body asks the service for something.
func body(t *testing.T, on *service, path string) []byte {
	t.Helper()
	s, _ := start(t, on)
	c := newClient(&s.o)
	b, err := c.get(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGone: what does not exist any more leaves, and many that are archived at once do so in
// several polls.
func TestGone(t *testing.T) {
	t.Parallel()
	on := newService()
	var ids []int64
	for i := range 120 {
		ids = append(ids, on.Publish(image("kubuntu", fmt.Sprintf("s%cx%c", 'a'+i%26, 'a'+i/26), "20260826")))
	}
	p := poller(t, on)
	p.poll()
	for _, id := range ids[:110] {
		on.Archive(id)
	}
	for round, want := range []int{50, 100, 110, 110} {
		p.poll()
		if got := strings.Count(p.builds(), "removed"); got != want || p.last.Suspect != "" || len(p.facts.Builds) != 120 {
			t.Errorf("round %d: %d removed, want %d; %q", round, got, want, p.last.Suspect)
		}
		if told := strings.Contains(fmt.Sprint(p.last.Problems), "stay as they were"); told != (want < 110) {
			t.Errorf("round %d: %+v", round, p.last.Problems)
		}
	}
	// Another database: one image with the checksum of an old one, all other ids unknown.
	fresh := newService()
	fresh.clock = on.clock
	fresh.Publish(image("kubuntu", "sdxe", "20260827"))
	fresh.Publish(image("kubuntu", "spxe", "20260826"))
	next := poller(t, fresh)
	next.facts = p.facts
	next.poll()
	if b := next.builds(); !strings.Contains(b, "sdxe/kubuntu-desktop-amd64 20260827 testing") || strings.Count(b, "spxe/kubuntu-desktop-amd64 20260826 testing") != 1 {
		t.Errorf("%s", b)
	}
}

// TestOddLists: lists that are wrong in one place are used without that, and it is told where.
func TestOddLists(t *testing.T) {
	t.Parallel()
	row := func(id int, change string) string {
		b := map[string]any{
			"id": id, "name": "resolute-desktop-amd64.iso", "version": fmt.Sprintf("202608%02d", id), "os": "kubuntu", "release": "resolute", "stage": "pending",
			"status": "UNDECIDED", "sha256": fmt.Sprintf("%064x", id), "image_url": "https://cdimage.ubuntu.com/kubuntu/daily-live/20260801/resolute-desktop-amd64.iso",
		}
		for pair := range strings.FieldsSeq(change) {
			key, value, _ := strings.Cut(pair, "=")
			var v any = value
			if json.Unmarshal([]byte(value), &v) != nil {
				v = value
			}
			b[key] = v
		}
		text, _ := json.Marshal(b)
		return string(text)
	}
	const k = "resolute/kubuntu-desktop-amd64 "
	for name, tt := range map[string]struct {
		list  []string
		want  string
		rules string
		text  string
	}{
		"fine":                  {[]string{row(1, "")}, k + "20260801 testing", "", ""},
		"unknown status":        {[]string{row(1, "status=DEFERRED")}, k + "20260801 unknown", ruleUnknown, `status "DEFERRED"`},
		"no status":             {[]string{row(1, "status=null")}, k + "20260801 unknown", ruleUnknown, ""},
		"twice":                 {[]string{row(1, ""), row(1, `version="2"`)}, k + "20260801 testing", ruleDuplicate, "listed twice"},
		"one checksum twice":    {[]string{row(1, ""), row(2, fmt.Sprintf("sha256=%q", fmt.Sprintf("%064x", 1)))}, k + "20260801 superseded\n" + k + "20260802 testing", ruleDuplicate, "artefacts 2 and 1 have one checksum"},
		"one version twice":     {[]string{row(1, `version="20260802"`), row(2, "stage=current")}, k + "20260802 testing", ruleDuplicate, "artefact 1 is left out"},
		"id beyond range":       {[]string{row(1, ""), row(2, "id=1e30")}, k + "20260801 testing", ruleUnreadable, "number 2 of the list"},
		"id beyond 32 bits":     {[]string{row(1, "id=99999999999")}, k + "20260801 testing", "", ""},
		"no name":               {[]string{row(1, ""), row(2, "name=null")}, k + "20260801 testing", ruleUnreadable, "number 2 of the list"},
		"a snap":                {[]string{row(1, ""), row(2, "family=snap")}, k + "20260801 testing", "", ""},
		"a number as comment":   {[]string{row(1, "comment=5")}, k + "20260801 testing", ruleUnreadable, "a number as comment"},
		"archived all the same": {[]string{row(1, "archived=true")}, k + "20260801 removed", "", ""},
		"two os of one product": {
			[]string{
				row(1, "os=ubuntu-desktop image_url=https://cdimage.ubuntu.com/daily-live/20260801/resolute-desktop-amd64.iso"),
				row(2, "os=ubuntu image_url=https://cdimage.ubuntu.com/ubuntu/daily-live/20260801/resolute-desktop-amd64.iso"),
			},
			"resolute/ubuntu-desktop-amd64 20260801 superseded\nresolute/ubuntu-desktop-amd64 20260802 testing", "", "",
		},
	} {
		on := newService()
		on.refuse("artefacts", 200, "application/json", "["+strings.Join(tt.list, ",")+"]")
		p := poller(t, on, func(o *Options) { o.Tracker.Tests = false })
		if got := p.poll(); got != tt.want || p.rules() != tt.rules || !strings.Contains(fmt.Sprint(p.last.Problems), tt.text) {
			t.Errorf("%s: %s, %+v; want %s, %s %q", name, got, p.last.Problems, tt.want, tt.rules, tt.text)
		}
	}
}

// TestOrderDoesNotMatter: the order of the list changes nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	var list []json.RawMessage
	if err := json.Unmarshal(recording(t, "artefacts-image.json"), &list); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var first *release.Answer
	for range 5 {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		h := recordedService(t)
		text, _ := json.Marshal(list)
		h.set(listPath, text)
		s, _ := start(t, h)
		a := mustPoll(t, s, nothing())
		for i := range a.Problems {
			a.Problems[i].Address = "" // another port each time
		}
		if first == nil {
			first = a
		}
		if diff := cmp.Diff(first.Facts, a.Facts) + cmp.Diff(first.Problems, a.Problems); diff != "" {
			t.Fatalf("(-first +this):\n%s", diff)
		}
	}
}

// TestRecordedStates polls the states that were recorded one after the other.
func TestRecordedStates(t *testing.T) {
	t.Parallel()
	h := recordedService(t)
	s, _ := start(t, h)
	facts := mustPoll(t, s, nothing()).Facts
	state := func(id string) string {
		i := slices.IndexFunc(facts.Builds, func(b release.Build) bool { return b.ID == id })
		return string(facts.Builds[i].State)
	}
	h.set(listPath, recording(t, "artefacts-image-after-respin.json"))
	facts = mustPoll(t, s, facts).Facts
	if state("8") != "superseded" || state("18") != "testing" {
		t.Error("after the respin", state("8"), state("18"))
	}
	h.set(listPath, recording(t, "artefacts-image-after-promotion.json"))
	facts = mustPoll(t, s, facts).Facts
	if state("13") != "ready" || state("7") != "superseded" {
		t.Error("after the promotion", state("13"), state("7"))
	}
	h.set(listPath, recording(t, "artefacts-image-older-shape.json"))
	older, _ := start(t, h)
	a := mustPoll(t, older, nothing())
	if len(a.Facts.Builds) != 14 || len(a.Problems) != 1 {
		t.Errorf("%d builds of the older shape, %+v", len(a.Facts.Builds), a.Problems)
	}
}

// TestNobodysAddress: no address of a person reaches the facts, the state, a problem or the
// log, whatever goes wrong.
func TestNobodysAddress(t *testing.T) {
	t.Parallel()
	h := recordedService(t)
	dir := t.TempDir()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, c := start(t, h, func(o *Options) {
		o.StateDir, o.Logger = dir, logger
		o.Client = fetch.New(fetch.Options{Logger: logger, BackoffLeast: time.Millisecond, BackoffMost: time.Millisecond, PerMinute: 1_000_000})
	})
	facts := mustPoll(t, s, nothing()).Facts
	person := string(recording(t, "artefact.json"))
	for _, status := range []int{200, 403, 422, 500} {
		h.refuse("/v1/artefacts/13/builds", status, person)
		h.refuse("/v1/artefacts/13/environment-reviews", status, person)
		h.refuse(recordedReruns, status, person)
		c.move(7 * time.Hour)
		a := mustPoll(t, s, facts)
		log.WriteString(fmt.Sprintf("%+v %+v", a.Facts, a.Problems))
		h.refuse(listPath, status, person)
		if _, err := s.Poll(t.Context(), facts); err != nil {
			log.WriteString(err.Error())
		}
		h.set(listPath, recording(t, "artefacts-image.json"))
	}
	state, err := os.ReadFile(filepath.Join(dir, "tests.details.json"))
	if err != nil {
		t.Fatal(err)
	}
	if text := log.String() + string(state); strings.Contains(text, "@") || strings.Contains(text, "Ana Lopes") || !strings.Contains(text, "level=DEBUG") {
		t.Errorf("an address, or no log at all: %.2000s", text[max(0, strings.IndexByte(text, '@')-300):])
	}
}

// TestKey: the key goes to the host that was configured, as a bearer token, and nowhere
// else; nothing shows it.
func TestKey(t *testing.T) {
	t.Parallel()
	key, err := config.Tracker{Name: "tests", KeyEnv: "KEY"}.Key(func(string) string { return "to_secret" })
	if err != nil {
		t.Fatal(err)
	}
	on := newService()
	on.Public, on.Keys["to_secret"] = nil, observer.Public
	on.Publish(image("kubuntu", "resolute", "20260826"))
	var log bytes.Buffer
	withKey := func(o *Options) {
		o.Key, o.Logger = key, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Client = fetch.New(fetch.Options{Logger: o.Logger})
	}
	p := poller(t, on, withKey)
	p.want("with a key", "resolute/kubuntu-desktop-amd64 20260826 testing")
	if diff := cmp.Diff(map[string]bool{"Bearer to_secret": true}, on.keys); diff != "" {
		t.Error(diff)
	}
	other := newService()
	away, _ := start(t, other)
	on.mu.Lock()
	on.instead = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, away.o.Tracker.URL+"/v1/artefacts", http.StatusFound)
		return true
	}
	on.mu.Unlock()
	_, err = p.s.Poll(t.Context(), p.facts)
	if err == nil || !strings.Contains(err.Error(), "not followed to another host") || len(other.took()) > 0 {
		t.Errorf("redirected: %v", err)
	}
	if text := log.String() + err.Error() + fmt.Sprintf("%+v %#v", p.s.o.Key, p.s.o.Key); strings.Contains(text, "to_secret") {
		t.Error("the key is shown")
	}
}

// TestSeriesThatCount: rows of the past linger; the configuration says which count.
func TestSeriesThatCount(t *testing.T) {
	t.Parallel()
	on := newService()
	for _, series := range []string{"mantic", "noble", "resolute", "stonking", "zany"} {
		on.Ask(on.Publish(image("kubuntu", series, "20260826")))
	}
	for pattern, want := range map[string]string{
		"": "mantic noble resolute stonking zany", "noble-": "noble resolute stonking", "resolute": "resolute", "z*": "zany",
	} {
		p := poller(t, on, func(o *Options) {
			if pattern != "" {
				o.Tracker.Series = []string{pattern}
			}
		})
		p.poll()
		p.poll()
		var got []string
		for _, s := range p.facts.Series {
			got = append(got, s.Slug)
			if len(s.Rebuilds) != 1 {
				t.Errorf("%q: %+v", pattern, s)
			}
		}
		if strings.Join(got, " ") != want || len(p.facts.Builds) != len(got) {
			t.Errorf("%q: %q", pattern, got)
		}
	}
}

// TestRequestKeepsItsBuild: a request stays for the build that it was made for, when a newer
// one comes, when it is told by the search for test runs, and when it cannot be asked for.
func TestRequestKeepsItsBuild(t *testing.T) {
	t.Parallel()
	on := newService()
	on.Ask(on.Publish(image("kubuntu", "resolute", "20260826")))
	p := poller(t, on)
	want := func(when string, builds ...string) {
		t.Helper()
		p.poll()
		var got []string
		for _, q := range p.facts.Series[0].Rebuilds {
			got = append(got, q.BuildID)
		}
		if diff := cmp.Diff(builds, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		on.clock.move(10 * time.Minute)
	}
	want("asked for", "20260826")
	newer := on.Publish(image("kubuntu", "resolute", "20260827"))
	want("respun by somebody else", "20260826")
	on.refuse("test-executions/reruns", 403, "application/json", `{"detail":"Insufficient permissions"}`)
	want("by the other search", "20260826")
	on.refuse("test-executions", 403, "application/json", `{"detail":"Insufficient permissions"}`)
	want("not told", "20260826")
	on.obey()
	on.Ask(newer)
	want("asked for again", "20260826", "20260827")
	on.Take(newer)
	on.Archive(1)
	want("taken, and archived")
}

// TestPages: new results are asked for by offset, while more come in front.
func TestPages(t *testing.T) {
	t.Parallel()
	on := newService()
	ids := []int64{on.Publish(image("kubuntu", "resolute", "20260826")), on.Publish(image("xubuntu", "resolute", "20260826"))}
	p := poller(t, on)
	p.poll()
	on.clock.move(time.Second)
	on.Report(ids[1], "Install", "PASSED") // the oldest, on the last page
	for n := range 2*pageSize + 10 {
		on.Report(ids[0], fmt.Sprint("case ", n), "PASSED")
	}
	on.mu.Lock()
	on.instead = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/v1/test-results" {
			on.Report(ids[0], "during "+r.URL.Query().Get("offset"), "PASSED")
		}
		return false
	}
	on.mu.Unlock()
	p.poll()
	if pages := strings.Count(strings.Join(on.took(), " "), "GET test-results"); pages != 3 {
		t.Errorf("%d pages", pages)
	}
	for i, want := range []int{2*pageSize + 10 + 3, 1} {
		if tests := p.facts.Builds[i].Tests; tests == nil || tests.Passed != want {
			t.Errorf("%+v, want %d", tests, want)
		}
	}
}

// hide publishes two kinds of image that share one row of the list; the later hides the other.
func (p *polled) hide() {
	p.t.Helper()
	live, dangerous := image("ubuntu", "stonking", "20260826"), image("ubuntu", "stonking", "20260827")
	dangerous.URL = strings.Replace(dangerous.URL, "daily-live", "daily-dangerous", 1)
	p.on.Publish(live)
	p.poll()
	p.on.clock.move(time.Hour)
	p.on.Publish(dangerous)
}

// TestSharedRow: where two kinds of image share one row of the list, the one that the later
// hides stays, as it is there when it is asked for.
func TestSharedRow(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	p.hide()
	p.want("hidden", "stonking/ubuntu-desktop-amd64 20260826 testing\nstonking/ubuntu-desktop-amd64-daily-dangerous 20260827 testing")
	const told = "artefact 1 of Ubuntu Desktop amd64 is hidden in the list by artefact 2 of "
	if !slices.ContainsFunc(p.last.Problems, func(n release.Problem) bool { return strings.HasPrefix(n.Text, told) }) {
		t.Errorf("no problem %q: %+v", told, p.last.Problems)
	}
}

// TestManyArchivedBesideASharedRow: a row that is hidden does not make a list suspect that
// lacks many, as they were archived.
func TestManyArchivedBesideASharedRow(t *testing.T) {
	t.Parallel()
	on := newService()
	p := poller(t, on)
	var ids []int64
	for i := range 80 {
		ids = append(ids, on.Publish(image("kubuntu", fmt.Sprintf("s%cx%c", 'a'+i%26, 'a'+i/26), "20260826")))
	}
	p.hide()
	p.poll()
	for _, id := range ids[:70] {
		on.Archive(id)
	}
	for round, want := range []int{49, 70, 70} { // one of 50 is the hidden one
		p.poll()
		got := strings.Count(p.builds(), "removed")
		hidden := strings.Contains(p.builds(), "stonking/ubuntu-desktop-amd64 20260826 testing")
		if got != want || !hidden || p.last.Suspect != "" {
			t.Errorf("poll %d: %d removed, want %d; the hidden one is there: %t; %q", round, got, want, hidden, p.last.Suspect)
		}
		on.clock.move(10 * time.Minute)
	}
}

// TestCanceled: the end of a context is not a failure of the service.
func TestCanceled(t *testing.T) {
	t.Parallel()
	on := newService()
	on.Publish(image("kubuntu", "resolute", "20260826"))
	for _, at := range []string{"artefacts", "test-executions/reruns", "artefacts/1/builds"} {
		s, _ := start(t, on)
		ctx, cancel := context.WithCancel(t.Context())
		on.mu.Lock()
		on.instead = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/v1/"+at {
				cancel()
				<-r.Context().Done()
			}
			return false
		}
		on.mu.Unlock()
		if a, err := s.Poll(ctx, nothing()); err == nil || a.Facts != nil {
			t.Errorf("%s: %+v", at, a)
		}
	}
}
