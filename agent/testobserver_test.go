package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shiplist/internal/config"
)

// imageList is a Test Observer with many images, of which nobody tested any.
type imageList struct {
	mu    sync.Mutex
	says  says
	asked int
}

// says is what it answers.
type says struct {
	listed []string          // the list
	alone  map[string]string // what there is when it is asked for by its id
	spaces int               // so many in front of the list
	hangs  bool
}

// set changes what it answers, and begins to count what it is asked.
func (l *imageList) set(s says) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.says, l.asked = s, 0
}

func (l *imageList) sent() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

func (l *imageList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.asked++
	now := l.says
	l.mu.Unlock()
	if now.hangs {
		<-r.Context().Done()
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	id, below, _ := strings.Cut(strings.TrimPrefix(path, "artefacts/"), "/")
	w.Header().Set("Content-Type", "application/json")
	body, found := "[]", true
	switch {
	case path == "artefacts":
		body = strings.Repeat(" ", now.spaces) + "[" + strings.Join(now.listed, ",") + "]"
	case path == "test-results":
		body = `{"count":0,"test_results":[]}`
	case below == "" && id != path:
		body, found = now.alone[id]
	}
	if !found {
		w.WriteHeader(http.StatusNotFound)
		body = `{"detail":"Not Found"}`
	}
	_, _ = w.Write([]byte(body))
}

// boards is how many products one series has at most.
const boards = 250

// images are n rows of a list, each of another product or series.
func images(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":%d,"name":"s%[2]d-desktop-amd64+board%[3]d.iso","version":"20260826","os":"kubuntu","release":"s%[2]d","stage":"pending","status":"UNDECIDED","sha256":"%064[1]x"}`,
			i+1, i/boards, i%boards)
	}
	return rows
}

// asking is an agent of one Test Observer on a socket, with a clock.
type asking struct {
	*Agent
	t     *testing.T
	list  *imageList
	url   string
	close func() // ends the service
	now   time.Time
	store config.Store
}

// testCalls is how much the agent may ask about images in one poll.
const testCalls = 20

func newAsking(t *testing.T, rows []string, change func(*config.Limits)) *asking {
	t.Helper()
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	a := &asking{t: t, list: &imageList{says: says{listed: rows}}, now: time.Date(2026, 8, 27, 9, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(a.list)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	a.url, a.close, a.store = server.URL, server.Close, config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")}
	c.Store, c.Trees, c.Plans = a.store, nil, nil
	c.Trackers = []config.Tracker{{Name: "tests", Kind: "test-observer", URL: server.URL, Tests: true, TestCalls: testCalls, Recheck: 6 * time.Hour}}
	c.Limits.PerMinute, c.Limits.BackoffLeast, c.Limits.BackoffMost = 1_000_000, time.Millisecond, time.Millisecond
	if change != nil {
		change(&c.Limits)
	}
	if a.Agent, err = New(Options{Config: c, Env: func(string) string { return "" }, Now: func() time.Time { return a.now }}); err != nil {
		t.Fatal(err)
	}
	return a
}

// once polls and tells what became of it.
func (a *asking) once() SourceReport {
	a.t.Helper()
	r, err := a.Once(a.t.Context(), OnceOptions{})
	if err != nil {
		a.t.Fatal(err)
	}
	return r.Sources[0]
}

// facts are the data files of the source.
func (a *asking) facts() map[string]string {
	a.t.Helper()
	return dataFiles(a.t, filepath.Join(a.store.Data, "tests"))
}

// TestManyImages: a long list costs few requests, and half of it, nothing, or more than fits,
// remove nothing; it is told what was wrong, and where. Package testobserver has a list that
// is longer by far, which costs the store too much to be stored here.
func TestManyImages(t *testing.T) {
	t.Parallel()
	const n = 1000
	const all = n + boards + n/boards // records: builds, products, series
	rows := images(n)
	a := newAsking(t, rows, func(l *config.Limits) { l.TrackerBytes = 2 << 20 })
	alone := map[string]string{}
	for i, row := range rows[n/2-1:] {
		alone[fmt.Sprint(n/2+i)] = row
	}
	var whole map[string]string
	for _, step := range []struct {
		name    string
		list    says
		want    Outcome
		records int // of the report
		reason  string
		most    int // requests
	}{
		{"all", says{listed: rows}, OK, all, "", 3 + testCalls},
		{"half", says{listed: rows[:n/2-1], alone: alone}, Held, all, "/v1/artefacts?family=image lacks 501 artefacts that were there; of 50 of them that were asked for, 50 are there still", 3 + testCalls + 50},
		{"nothing", says{}, Held, 0, "/v1/artefacts?family=image has no images at all", 1},
		{"more than may be", says{listed: rows, spaces: 2 << 20}, Failed, 0, "limits.tracker_bytes raises it", 1},
		{"all again", says{listed: rows}, Unchanged, all, "", 3 + testCalls},
	} {
		a.list.set(step.list)
		r := a.once()
		if r.Outcome != step.want || !strings.Contains(r.reason(), step.reason) || r.Counts.total() != step.records {
			t.Errorf("%s: %s; %d records; want %s of %d with %q", step.name, r, r.Counts.total(), step.want, step.records, step.reason)
		}
		if sent := a.list.sent(); sent > step.most || int64(sent) != r.Requests {
			t.Errorf("%s: %d requests, and %d are told, want %d at most", step.name, sent, r.Requests, step.most)
		}
		if facts := a.facts(); whole == nil {
			whole = facts
		} else if !maps.Equal(whole, facts) {
			t.Errorf("%s: other facts than before", step.name)
		}
		a.now = a.now.Add(10 * time.Minute)
	}
	builds := 0
	for _, text := range whole {
		builds += strings.Count(text, "[[build]]")
	}
	if builds != n {
		t.Errorf("%d builds are stored", builds)
	}
}

// TestFewImages: the same holds for a list from which all that are missing can be asked for.
func TestFewImages(t *testing.T) {
	t.Parallel()
	rows := images(40)
	a := newAsking(t, rows, nil)
	a.once()
	whole := a.facts()
	for _, left := range []int{19, 1} {
		a.now = a.now.Add(10 * time.Minute)
		a.list.set(says{listed: rows[:left]})
		want := fmt.Sprintf("products.toml would lose %d of 40 products", 40-left)
		if r := a.once(); r.Outcome != Held || !strings.Contains(r.reason(), want) || !maps.Equal(whole, a.facts()) {
			t.Errorf("%d of 40: %s, want %s", left, r, want)
		}
	}
}

// TestTestObserverAway: one that is down, or slow, costs no fact; the message has the address
// and what was wrong.
func TestTestObserverAway(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		now    *says // nil where nobody answers
		limits func(*config.Limits)
		want   string
	}{
		"down":             {nil, nil, "connection refused"},
		"slow":             {&says{hangs: true}, func(l *config.Limits) { l.Headers = 20 * time.Millisecond }, "no headers within 20ms"},
		"no list any more": {&says{listed: []string{"{"}}, nil, "not a list: not JSON at byte"},
	} {
		a := newAsking(t, images(3), nil)
		a.once()
		whole := a.facts()
		if tt.limits != nil {
			limits := a.o.Config.Limits
			tt.limits(&limits)
			c := *a.o.Config
			c.Limits = limits
			next, err := New(Options{Config: &c, Env: func(string) string { return "" }, Now: func() time.Time { return a.now }})
			if err != nil {
				t.Fatal(err)
			}
			a.Agent = next
		}
		if tt.now == nil {
			a.close()
		} else {
			a.list.set(*tt.now)
		}
		a.now = a.now.Add(10 * time.Minute)
		r := a.once()
		if r.Outcome != Failed || !strings.Contains(r.Error, a.url+"/v1/artefacts?family=image") || !strings.Contains(r.Error, tt.want) {
			t.Errorf("%s: %s, want %q", name, r, tt.want)
		}
		if !maps.Equal(whole, a.facts()) {
			t.Errorf("%s: other facts than before", name)
		}
	}
}

// TestOnceTooEarly: polling once, and once more, leaves a Test Observer alone as its operators
// ask for, and says so; what else there is to know of it is told, too.
func TestOnceTooEarly(t *testing.T) {
	t.Parallel()
	rows := images(3)
	a := newAsking(t, rows, nil)
	if r := a.once(); r.Outcome != OK {
		t.Fatal(r)
	}
	whole := a.facts()
	const until = "; next at 2026-08-27 09:02:00 UTC"
	for _, step := range []struct {
		after   time.Duration // after the one before
		dry     bool
		list    []string
		outcome Outcome
		text    string
		trouble bool
	}{
		{0, false, rows, Resting, "tests: resting: asked 0 seconds ago, and every 2 minutes is as often as its operators allow; what is known of it stays" + until, false},
		{40 * time.Second, false, rows, Resting, "tests: resting: asked 40 seconds ago,", false},
		{0, true, rows, Resting, "tests: resting: asked 40 seconds ago,", false},
		{79 * time.Second, false, rows, Resting, "asked 119 seconds ago, and every 2 minutes is as often as its operators allow; what is known of it stays" + until, false},
		{time.Second, true, rows, Unchanged, "", false},
		{0, false, []string{"{"}, Failed, "not a list", true},
		{time.Second, false, rows, Resting, "asked 1 second ago, and every 2 minutes is as often as its operators allow; what is known of it stays; next at 2026-08-27 09:04:00 UTC; that poll failed: GET ", true},
		{119 * time.Second, false, nil, Held, "no images at all", true},
		{time.Second, false, rows, Resting, "; its answer is held back: ", true},
		{-time.Hour, false, rows, Unchanged, "", false}, // the clock was set back
	} {
		a.now = a.now.Add(step.after)
		a.list.set(says{listed: step.list})
		r, err := a.Once(t.Context(), OnceOptions{DryRun: step.dry})
		if err != nil {
			t.Fatal(err)
		}
		s := r.Sources[0]
		if s.Outcome != step.outcome || !strings.Contains(s.String(), step.text) || r.Trouble() != step.trouble {
			t.Errorf("at %s: %s, trouble %t; want %s with %q", a.now.Format(time.TimeOnly), s, r.Trouble(), step.outcome, step.text)
		}
		if sent := a.list.sent(); (sent > 0) == (step.outcome == Resting) {
			t.Errorf("at %s: %d requests", a.now.Format(time.TimeOnly), sent)
		}
		if !maps.Equal(whole, a.facts()) {
			t.Errorf("at %s: other facts", a.now.Format(time.TimeOnly))
		}
	}
	elsewhere := newAsking(t, rows, nil) // the same name at another address
	elsewhere.o.Config.Store = a.store
	elsewhere.now = a.now
	if r := elsewhere.once(); r.Outcome == Resting {
		t.Errorf("another address: %s", r)
	}
}

// TestUnableAsksNobody: a source that could not be made was not asked, and is polled as soon as
// what was wrong with it is mended.
func TestUnableAsksNobody(t *testing.T) {
	t.Parallel()
	a := newAsking(t, images(3), nil)
	able := a.sources[0].Source
	a.sources[0].Source = unable{errors.New("its key is missing")}
	for range 2 {
		if r := a.once(); r.Outcome != Failed || !strings.Contains(r.Error, "key is missing") {
			t.Errorf("%s, want that the key is missing", r)
		}
	}
	a.sources[0].Source = able
	if r := a.once(); r.Outcome != OK {
		t.Errorf("%s, right after the key was there", r)
	}
}

// TestCutShortCounts: what was begun was asked, though nobody saw its end.
func TestCutShortCounts(t *testing.T) {
	t.Parallel()
	a := newAsking(t, images(3), nil)
	w, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := settler{agent: a.Agent, w: w}
	if due, _ := s.due(t.Context(), a.sources, make([]SourceReport, 1)); len(due) != 1 {
		t.Fatal("not due though it was never asked")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a.now = a.now.Add(time.Minute)
	if r := a.once(); r.Outcome != Resting {
		t.Errorf("%s", r)
	}
	text, err := json.Marshal(a.once())
	if err != nil || !strings.Contains(string(text), `"outcome":"resting"`) || !strings.Contains(string(text), `"next":"2026-08-27T09:02:00Z"`) {
		t.Errorf("%s %v", text, err)
	}
}
