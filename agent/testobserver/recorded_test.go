package testobserver

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

var update = flag.Bool("update", false, "rewrite golden files")

// recorded are the answers of a real service, by path and query.
type recorded struct {
	answers map[string]answer

	mu       sync.Mutex
	requests []string // with the query, in order
	keys     []string // of each
}

type answer struct {
	status int
	typ    string
	body   []byte
}

// recording reads one recorded body.
func recording(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata/recordings", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// entry is one recorded exchange.
type entry struct {
	File, Method, Path, Instance string
	Auth                         *string
	Status                       int
	Headers                      map[string]string `json:"response_headers"`
}

func entries(t testing.TB) []entry {
	t.Helper()
	var index struct{ Entries []entry }
	if err := json.Unmarshal(recording(t, "index.json"), &index); err != nil {
		t.Fatal(err)
	}
	return index.Entries
}

// loadRecorded has the answers to everybody; those of later states, which have the
// path of an earlier one, are left out.
func loadRecorded(t testing.TB) *recorded {
	t.Helper()
	s := &recorded{answers: map[string]answer{}}
	for _, e := range entries(t) {
		if e.Method != http.MethodGet || e.Auth != nil || e.Instance != "public-read" || s.answers[e.Path].body != nil {
			continue
		}
		s.answers[e.Path] = answer{e.Status, e.Headers["content-type"], recording(t, e.File)}
	}
	return s
}

// set replaces an answer.
func (s *recorded) set(path string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = answer{http.StatusOK, "application/json", body}
}

func (s *recorded) refuse(path string, status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = answer{status, "application/json", []byte(body)}
}

func (s *recorded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.Path
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	s.requests = append(s.requests, path)
	s.keys = append(s.keys, r.Header.Get("Authorization"))
	a, known := s.answers[path]
	if !known && r.URL.Path != path { // whatever is searched for
		a, known = s.answers[r.URL.Path+"?"]
	}
	if !known {
		a = answer{http.StatusNotFound, "application/json", []byte(`{"detail":"Not Found"}`)}
	}
	w.Header().Set("Content-Type", a.typ)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// asked are the requests since the last time.
func (s *recorded) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.requests
	s.requests = nil
	return list
}

const (
	listPath       = "/v1/artefacts?family=image"
	recordedReruns = "/v1/test-executions/reruns?environment=cdimage.ubuntu.com&family=image"
	runsPath       = "/v1/test-executions?environments=cdimage.ubuntu.com&execution_is_latest=true&families=image&limit=1000&offset=0&rerun_is_requested=true"
	newsPath       = "/v1/test-results?" // with any query
)

// recordedService answers as the recordings do. Queries are in the order of the client.
func recordedService(t testing.TB) *recorded {
	s := loadRecorded(t)
	s.set(recordedReruns, recording(t, "reruns-image-cdimage.json"))
	s.set(runsPath, recording(t, "test-executions-search-rerun.json"))
	s.set(newsPath, []byte(`{"count":0,"limit":1000,"offset":0,"test_results":[]}`))
	return s
}

// rules are the real ones.
func rules(t testing.TB) release.Rules {
	t.Helper()
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	return c.Rules
}

// clock is that of the tests.
type clock struct{ now time.Time }

func (c *clock) move(d time.Duration) { c.now = c.now.Add(d) }

// start makes a source of a server on a socket.
func start(t testing.TB, h http.Handler, change ...func(*Options)) (*Source, *clock) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c := &clock{time.Date(2026, 7, 13, 12, 0, 0, 0, time.UTC)}
	o := Options{
		Tracker: config.Tracker{Name: "tests", Kind: "test-observer", URL: server.URL, Tests: true, TestCalls: 200, Recheck: 6 * time.Hour},
		Rules:   rules(t), Now: func() time.Time { return c.now }, StateDir: t.TempDir(),
		Client: fetch.New(fetch.Options{BackoffLeast: time.Millisecond, BackoffMost: time.Millisecond, PerMinute: 1_000_000}),
	}
	for _, do := range change {
		do(&o)
	}
	return New(o), c
}

func mustPoll(t testing.TB, s *Source, prev *release.Facts) *release.Answer {
	t.Helper()
	a, err := s.Poll(t.Context(), prev)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func nothing() *release.Facts { return &release.Facts{Source: "tests"} }

func compareGolden(t *testing.T, path string, f *release.Facts) {
	t.Helper()
	var b bytes.Buffer
	e := toml.NewEncoder(&b)
	e.Indent = ""
	if err := e.Encode(f); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestPollRecorded polls what was recorded, over a socket.
func TestPollRecorded(t *testing.T) {
	t.Parallel()
	h := recordedService(t)
	s, _ := start(t, h)
	a := mustPoll(t, s, nothing())
	compareGolden(t, "testdata/recorded.golden.toml", a.Facts)
	if a.Suspect != "" {
		t.Error(a.Suspect)
	}
	if len(a.Problems) != 1 || a.Problems[0].Rule != ruleUnruled || !strings.Contains(a.Problems[0].Text, "dangerous-resolute-desktop-amd64.iso") {
		t.Errorf("%+v", a.Problems)
	}
	if want := int64(len(h.asked())); a.Requests != want {
		t.Errorf("%d requests are told, there were %d", a.Requests, want)
	}
}

// TestEveryRecordedAnswer: no recorded answer, whatever it is of, makes a parser panic or
// give what cannot be.
func TestEveryRecordedAnswer(t *testing.T) {
	t.Parallel()
	for _, e := range entries(t) {
		exercise(t, recording(t, e.File))
	}
}

// TestEveryRecordedList: what is made of a list can be stored, and is the same once more.
func TestEveryRecordedList(t *testing.T) {
	t.Parallel()
	n := newNamer("tests", rules(t))
	for _, e := range entries(t) {
		listTwice(t, n, recording(t, e.File))
	}
}

// exercise gives a body to all parsers.
func exercise(t *testing.T, body []byte) {
	t.Helper()
	if texts, err := elements(body); err == nil {
		for _, text := range texts {
			if a, err := readArtefact(text); err == nil && (a.id <= 0 || a.name == "" || a.version == "" || a.os == "" || a.release == "") {
				t.Errorf("an artefact that is none: %+v", a)
			}
			_, _ = readRerun(text)
			_, _ = readNews(text)
		}
	}
	_, _, _ = readExecutions(body)
	_, _, _ = readResults(body)
	_, _ = readRejected(body)
	_, _ = readPage(body, "test_results")
	if detail := detailOf(body); strings.ContainsAny(detail, "\n\x1b") || len(detail) > 3000 {
		t.Errorf("detail %q", detail)
	}
}
