package observe

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"shiplist/agent"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// settings are those of a site with a tracker and a tree.
func settings(t testing.TB) *config.Config {
	t.Helper()
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c.Store = config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")}
	c.Trackers = []config.Tracker{{Name: "iso", Kind: "qatracker"}}
	c.Trees = []config.Tree{{Name: "full", Role: "full"}}
	return c
}

func stateOf(t testing.TB, c *config.Config) *State {
	return New(Options{Config: c, Version: "v1.2.3", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

func get(s *State, path string) (int, string) {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func wantPage(t *testing.T, s *State, path string, status int, text string) {
	t.Helper()
	if code, body := get(s, path); code != status || body != text {
		t.Errorf("GET %s: %d\n%s\nwant %d\n%s", path, code, body, status, text)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := stateOf(t, settings(t))
		wantPage(t, s, "/healthz", 503, "alive: failed, it has not begun yet\n")
		s.Beat()
		s.Status("waits")
		time.Sleep(time.Minute)
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 1m0s ago\nstatus: waits\n")
		time.Sleep(time.Second)
		wantPage(t, s, "/healthz", 503, "alive: failed, last sign of life 1m1s ago\nstatus: waits\n")
		s.Beat()
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\n")
		s.Reloaded(nil)
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\nconfiguration: "+refusedText+"\n")
		s.Reloaded(settings(t))
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\n")
		s.Built(agent.Build{Publication: agent.Publication{Tried: true, Err: errors.New("an address would die")}})
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\nsite: "+unpublishedText+"\n")
		s.Built(agent.Build{Publication: agent.Publication{Tried: true}})
		s.Targets([]Target{{Name: "web"}, {Name: "cdn", Behind: true}})
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\ntarget cdn: "+behindText+"\n")
		s.Targets([]Target{{Name: "web"}, {Name: "cdn"}})
		wantPage(t, s, "/healthz", 200, "alive: ok, last sign of life 0s ago\nstatus: waits\n")
	})
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := settings(t)
		s := stateOf(t, c)
		s.Configured([]string{"iso", "full"})
		wantPage(t, s, "/readyz", 503, "data: failed, "+c.Store.Data+" is not open yet\nsource iso: failed, not polled yet\nsource full: failed, not polled yet\n")
		s.Ready()
		s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.OK})
		time.Sleep(3 * time.Minute)
		wantPage(t, s, "/readyz", 503, "data: ok, "+c.Store.Data+" is open\nsource iso: ok, polled 3 minutes ago\nsource full: failed, not polled yet\n")
		s.Polled(agent.SourceReport{Name: "full", Outcome: agent.Failed, ErrorKind: "network"})
		wantPage(t, s, "/readyz", 200, "data: ok, "+c.Store.Data+" is open\nsource iso: ok, polled 3 minutes ago\nsource full: ok, polled less than a minute ago\n")
		s.Stopping()
		if code, body := get(s, "/readyz"); code != 503 || !strings.Contains(body, "told to stop") {
			t.Errorf("while it stops: %d, %s", code, body)
		}
	})
}

// TestReadyAfterRestart: a source that is not due for a while was polled by the agent
// before this one, and its age goes on.
func TestReadyAfterRestart(t *testing.T) {
	t.Parallel()
	c := settings(t)
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	stored(t, c, release.SourceState{Name: "full", Kind: "tree", Attempt: at, Success: at, Lost: true}, nil)
	s := stateOf(t, c)
	s.Configured([]string{"full"})
	s.Ready()
	wantPage(t, s, "/readyz", 200, "data: ok, "+c.Store.Data+" is open\nsource full: ok, polled 1 hour ago\n")
	wantMetrics(t, s, `
		# HELP shiplist_source_last_success_timestamp_seconds When the last answer came that was stored.
		# TYPE shiplist_source_last_success_timestamp_seconds gauge
		shiplist_source_last_success_timestamp_seconds{source="full"} `+strconv.FormatFloat(float64(at.Unix()), 'g', -1, 64)+`
		# HELP shiplist_source_lost 1 while the source is lost.
		# TYPE shiplist_source_lost gauge
		shiplist_source_lost{source="full"} 1
		`, "shiplist_source_last_success_timestamp_seconds", "shiplist_source_lost")
}

// TestNotReadyAfterCut: a poll that began and was cut short with its agent is none.
func TestNotReadyAfterCut(t *testing.T) {
	t.Parallel()
	c := settings(t)
	stored(t, c, release.SourceState{Name: "full", Kind: "tree", Attempt: time.Now()}, nil)
	s := stateOf(t, c)
	s.Configured([]string{"full"})
	s.Ready()
	wantPage(t, s, "/readyz", 503, "data: ok, "+c.Store.Data+" is open\nsource full: failed, not polled yet\n")
}

// stored commits facts of a source.
func stored(t testing.TB, c *config.Config, state release.SourceState, facts *release.Facts) {
	t.Helper()
	w, err := store.Open(t.Context(), c.Store.Data, c.Store.State)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Commit(t.Context(), state, facts)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
}

func wantMetrics(t *testing.T, s *State, text string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(s.registry(), strings.NewReader(text), names...); err != nil {
		t.Error(err)
	}
}

// TestMetrics: what an agent tells is what one reads.
func TestMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := settings(t)
		s := stateOf(t, c)
		busy(s)
		time.Sleep(30 * time.Second)
		code, body := get(s, "/metrics")
		if code != 200 {
			t.Fatalf("status %d: %s", code, body)
		}
		for _, line := range []string{
			`shiplist_info{version="v1.2.3"} 1`,
			`shiplist_config_reload_failed 1`,
			`shiplist_events_total{what="source-lost"} 1`,
			`shiplist_site_builds_total{outcome="failed"} 1`,
			`shiplist_site_builds_total{outcome="ok"} 2`,
			`shiplist_site_publish_failed 1`,
			`shiplist_site_published_timestamp_seconds 9.466848e+08`,
			`shiplist_site_build_failed 1`,
			`shiplist_source_polls_total{outcome="held",source="iso"} 0`,
			`shiplist_site_build_duration_seconds 3`,
			`shiplist_site_pages 700`,
			`shiplist_source_age_seconds{source="iso"} 90`,
			`shiplist_source_polls_total{outcome="ok",source="iso"} 1`,
			`shiplist_source_polls_total{outcome="failed",source="iso"} 2`,
			`shiplist_source_errors_total{kind="network",source="iso"} 1`,
			`shiplist_source_errors_total{kind="timeout",source="iso"} 1`,
			`shiplist_source_records{kind="builds",source="iso"} 7`,
			`shiplist_source_requests_total{source="iso"} 12`,
			`shiplist_source_received_bytes_total{source="iso"} 1200`,
			`shiplist_source_poll_duration_seconds{source="iso"} 0.5`,
			`shiplist_source_held{source="full"} 1`,
			`shiplist_source_held{source="iso"} 0`,
			`shiplist_source_lost{source="iso"} 1`,
			`shiplist_source_resting{source="iso"} 1`,
			`shiplist_source_resting{source="full"} 0`,
			`shiplist_target_behind{target="cdn"} 1`,
			`shiplist_target_behind{target="web"} 0`,
			`shiplist_target_brought_timestamp_seconds{target="web"} 9.466848e+08`,
		} {
			if !strings.Contains(body, "\n"+line+"\n") {
				t.Errorf("not there: %s", line)
			}
		}
		if t.Failed() {
			t.Log(ours(body))
		}
		time.Sleep(time.Minute)
		if _, body := get(s, "/metrics"); !strings.Contains(body, `shiplist_source_resting{source="iso"} 0`) {
			t.Error("the rest does not end")
		}
	})
}

// busy is an agent that has seen a bit of everything.
func busy(s *State) {
	s.Configured([]string{"iso", "full"})
	s.Targets([]Target{{Name: "web", Since: time.Now()}, {Name: "cdn", Behind: true}})
	s.Ready()
	now := time.Now()
	s.Polled(agent.SourceReport{
		Name: "iso", Outcome: agent.OK, Success: now.Add(-time.Minute), Requests: 10, Bytes: 1000,
		Counts: agent.Counts{Products: 1, Series: 1, Milestones: 1, Builds: 7, Directories: 1, Images: 1, Netboot: 1},
	})
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.Failed, ErrorKind: "network", Success: now.Add(-time.Minute), Requests: 1, Bytes: 100})
	s.Polled(agent.SourceReport{
		Name: "iso", Outcome: agent.Failed, ErrorKind: "timeout", Requests: 1, Bytes: 100, Duration: time.Second / 2,
		Next: now.Add(time.Hour), Resting: now.Add(time.Minute), Lost: true, Events: []release.Event{{What: release.EventSourceLost}},
	})
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.Resting, Next: now.Add(time.Hour), Resting: now.Add(time.Minute), Lost: true})
	s.Polled(agent.SourceReport{Name: "full", Outcome: agent.Held, Held: &release.Held{Reason: "too little"}})
	s.Built(agent.Build{Pages: 600, Duration: time.Second, Publication: agent.Publication{Tried: true}})
	s.Built(agent.Build{Pages: 700, Duration: time.Second, Publication: agent.Publication{Tried: true, Refused: true, Err: errors.New("an address would die")}})
	s.Built(agent.Build{Duration: 3 * time.Second, Err: errors.New("no layout")})
	s.Reloaded(nil)
}

// ours are the lines of a page of metrics that are about the agent.
func ours(page string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "shiplist_") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestSourcesLeave: what the configuration does not name any more has no metrics, and
// what it names again begins anew.
func TestSourcesLeave(t *testing.T) {
	t.Parallel()
	s := stateOf(t, settings(t))
	busy(s)
	s.Configured([]string{"full"})
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.Retired})
	if _, body := get(s, "/metrics"); strings.Contains(body, `"iso"`) {
		t.Errorf("iso has left:\n%s", ours(body))
	}
	s.Configured([]string{"full", "iso"})
	wantMetrics(t, s, `
		# HELP shiplist_source_requests_total Requests that were sent.
		# TYPE shiplist_source_requests_total counter
		shiplist_source_requests_total{source="full"} 0
		shiplist_source_requests_total{source="iso"} 0
		`, "shiplist_source_requests_total")
}

// TestBack: a source that answers again is not lost.
func TestBack(t *testing.T) {
	t.Parallel()
	s := stateOf(t, settings(t))
	busy(s)
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.Unchanged, Success: time.Now(), Counts: agent.Counts{Builds: 8}})
	s.Polled(agent.SourceReport{Name: "full", Outcome: agent.Unchanged})
	_, body := get(s, "/metrics")
	for _, line := range []string{
		`shiplist_source_lost{source="iso"} 0`, `shiplist_source_resting{source="iso"} 0`, `shiplist_source_held{source="full"} 0`,
		`shiplist_source_records{kind="builds",source="iso"} 8`,
	} {
		if !strings.Contains(body, line) {
			t.Errorf("not there: %s\n%s", line, ours(body))
		}
	}
}

// TestWordsAreBounded: words that are counted may come from elsewhere.
func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	var c counts
	for i := range 1000 {
		c.add(fmt.Sprint("word", i))
	}
	if len(c.of) != wordsMost+1 || c.of["other"] != 1000-wordsMost || c.of["word0"] != 1 {
		t.Errorf("%d words, other = %d; want %d and %d", len(c.of), c.of["other"], wordsMost+1, 1000-wordsMost)
	}
}

// TestAll: each observer hears everything.
func TestAll(t *testing.T) {
	t.Parallel()
	one, two := &recorder{}, &recorder{}
	a := All{one, two}
	a.Configured(nil)
	a.Ready()
	a.Beat()
	a.Status("")
	a.Polled(agent.SourceReport{})
	a.Built(agent.Build{})
	a.Stopping()
	want := recorder{"configured", "ready", "beat", "status", "polled", "built", "stopping"}
	if !slices.Equal(*one, want) || !slices.Equal(*two, want) {
		t.Errorf("heard %v and %v, want %v", *one, *two, want)
	}
}

type recorder []string

func (r *recorder) Configured([]string)       { *r = append(*r, "configured") }
func (r *recorder) Ready()                    { *r = append(*r, "ready") }
func (r *recorder) Beat()                     { *r = append(*r, "beat") }
func (r *recorder) Status(string)             { *r = append(*r, "status") }
func (r *recorder) Polled(agent.SourceReport) { *r = append(*r, "polled") }
func (r *recorder) Built(agent.Build)         { *r = append(*r, "built") }
func (r *recorder) Stopping()                 { *r = append(*r, "stopping") }
