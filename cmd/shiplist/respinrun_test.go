//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/demo/observer"
	"shiplist/internal/jobs"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// markServer is a tracker that notes which requests are marked, as "ID=STATUS". All of
// 1 to 9 are requested, until somebody takes them.
type markServer struct {
	url    string
	access string
	during func(body []byte) // told of what is asked, before the answer
	mu     sync.Mutex
	noted  []string
	status [10]string // the number of each request's status; empty where it is not open
}

func newMarkServer(t *testing.T, access string) *markServer {
	t.Helper()
	m := &markServer{access: access}
	for id := range m.status {
		m.status[id] = "0"
	}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

var wireNumbers = regexp.MustCompile(`<int>(\d+)</int>`)

func (m *markServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if m.during != nil {
		m.during(body)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	answer := "<string>" + m.access + "</string>"
	switch n := wireNumbers.FindAllSubmatch(body, -1); {
	case bytes.Contains(body, []byte("update_status")):
		m.noted = append(m.noted, fmt.Sprintf("%s=%s", n[0][1], n[1][1]))
		answer = "<boolean>1</boolean>"
	case bytes.Contains(body, []byte("rebuilds.get_list")):
		answer = m.open()
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, "<?xml version=\"1.0\"?><methodResponse><params><param><value>%s</value></param></params></methodResponse>", answer)
}

// open is the list of requests that are open; none where the server is out of order.
func (m *markServer) open() string {
	if m.access == "broken" {
		return "<string>closed for today</string>"
	}
	var b strings.Builder
	for id, status := range m.status {
		if status != "" {
			fmt.Fprintf(&b, "<value><struct><member><name>id</name><value>%d</value></member><member><name>status</name><value>%s</value></member></struct></value>", id, status)
		}
	}
	return "<array><data>" + b.String() + "</data></array>"
}

// take is somebody else at work on a request.
func (m *markServer) take(id int, status string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status[id] = status
}

func (m *markServer) marks() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.noted, " ")
}

// respinRig is a run of commands against a tracker.
type respinRig struct {
	respinOptions
	env      *environment
	seen     *seen
	respun   *respun
	out, err bytes.Buffer
}

// respinRun is a run of commands, each of which fulfils the request of its number.
func respinRun(t *testing.T, url string, commands ...string) *respinRig {
	t.Helper()
	var builds []release.RespinRule
	for i, text := range commands {
		builds = append(builds, release.RespinRule{Command: text, Arch: []string{fmt.Sprintf("arch%d", i+1)}})
	}
	return respinRunOf(t, url, builds)
}

// respinRunOf is a run of what rules build, one product for each architecture that a
// rule names, for each of which there is a request, numbered from 1.
func respinRunOf(t *testing.T, url string, rules []release.RespinRule) *respinRig {
	t.Helper()
	testenv.Program(t, "bash")
	cfg := &config.Config{
		Respin:   config.Respin{Jobs: 1, Logs: filepath.Join(t.TempDir(), "logs"), Grace: time.Minute},
		Trackers: []config.Tracker{{Name: "iso", Kind: "qatracker", URL: url, User: "cdimage", KeyEnv: "KEY"}},
	}
	series := release.Series{Slug: "noble", Status: release.SeriesActive}
	facts := &release.Facts{Source: "iso"}
	for i := range rules {
		rules[i].DailyOnly = true // so that nothing has to say where it is published
		for _, arch := range rules[i].Arch {
			n := len(facts.Products) + 1
			p := release.Product{Slug: fmt.Sprintf("image-%d", n), Title: fmt.Sprintf("Image %d", n), ID: fmt.Sprint(n)}
			facts.Products = append(facts.Products, p)
			cfg.Rules.Products = append(cfg.Rules.Products, release.ProductRule{
				Title: p.Title, Project: "kubuntu", ImageType: "daily", PublishType: "desktop", Arch: arch,
			})
			series.Manifest = append(series.Manifest, release.Intent{Product: p.Slug})
			series.Rebuilds = append(series.Rebuilds, release.Rebuild{Product: p.Slug, ID: p.ID, Status: "requested"})
		}
	}
	facts.Series = []release.Series{series}
	cfg.Rules.Respin.Rules = rules
	rig := &respinRig{seen: &seen{config: cfg}}
	rig.seen.Picture = release.Join(release.Input{Rules: cfg.Rules, Sources: []release.SourceFacts{{State: release.SourceState{Name: "iso", Kind: "qatracker"}, Facts: facts}}})
	set, err := cfg.Rules.RespinSet(rig.seen.Picture, rig.seen.Picture.Lines[0], release.RespinOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if rig.respun, err = respunOf(rig.seen, set); err != nil || len(rig.respun.Commands) != len(rules) {
		t.Fatal(err, rig.respun)
	}
	rig.env = &environment{stdout: &rig.out, stderr: &rig.err, now: time.Now, getenv: func(string) string { return "secret" }, lasting: untilHangup}
	return rig
}

func (r *respinRig) run(ctx context.Context) error { return r.runAll(ctx, r.env, r.seen, r.respun) }

func TestRespinRunMarksRequests(t *testing.T) {
	t.Parallel()
	tracker := newMarkServer(t, "admin")
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	rig := respinRun(t, tracker.url, "true", "exit 3", "echo on >'"+fifo+"'; sleep 600", "true")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = os.ReadFile(fifo) // the third runs
		cancel()
	}()
	err := rig.run(ctx)
	if err == nil || err.Error() != "3 of 4 commands did not succeed" {
		t.Errorf("error %v", err)
	}
	// Queued is 1, built 3, canceled 5. What never began stays requested.
	if got, want := tracker.marks(), "1=1 1=3 2=1 2=5 3=1 3=5"; got != want {
		t.Errorf("marked %s, want %s", got, want)
	}
	for _, want := range []string{
		"kubuntu daily: built\n", "kubuntu daily: failed: exit status 3\n", "kubuntu daily: stopped before it was done\n",
		"kubuntu daily: never begun\n", "1 of 4 commands succeeded, 1 failed, 1 stopped, 1 never begun; logs are in ",
	} {
		if !strings.Contains(rig.out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, &rig.out)
		}
	}
}

// Two runs at once would build the same images twice.
func TestRespinRunAlone(t *testing.T) {
	t.Parallel()
	tracker := newMarkServer(t, "admin")
	rig := respinRun(t, tracker.url, "true")
	free, err := jobs.Alone(rig.seen.config.Respin.Logs)
	if err != nil {
		t.Fatal(err)
	}
	if err := rig.run(t.Context()); err == nil || !strings.Contains(err.Error(), "another run is at work") || tracker.marks() != "" {
		t.Errorf("error %v, marked %s", err, tracker.marks())
	}
	free()
	if err := rig.run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRespinRunRefusesBadCredentials(t *testing.T) {
	t.Parallel()
	tracker := newMarkServer(t, "public")
	ran := filepath.Join(t.TempDir(), "ran")
	rig := respinRun(t, tracker.url, "touch '"+ran+"'")
	err := rig.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `user "cdimage" may not mark requests`) || !strings.Contains(err.Error(), "--unmarked") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(ran); err == nil || tracker.marks() != "" {
		t.Errorf("built all the same; marked %s", tracker.marks())
	}
	rig.unmarked = true
	if err := rig.run(t.Context()); err != nil || tracker.marks() != "" {
		t.Errorf("unmarked: %v, marked %s", err, tracker.marks())
	}
	if _, err := os.Stat(ran); err != nil {
		t.Error(err)
	}
}

// Somebody else takes requests while others are built: what nobody asks for any more is
// not built, and what was taken is not marked.
func TestRespinRunRequestedAsksAgain(t *testing.T) {
	t.Parallel()
	tracker := newMarkServer(t, "admin")
	rig := respinRunOf(t, tracker.url, []release.RespinRule{
		{Command: "echo {{.Arches}}", Arch: []string{"a", "b", "c"}},
		{Command: "exit 4", Arch: []string{"d", "e"}},
		{Command: "true", Arch: []string{"f"}},
	})
	rig.wanted.Requested, rig.json = true, true
	tracker.take(2, "2") // building
	tracker.take(4, "")  // canceled
	tracker.take(5, "1") // queued
	if err := rig.run(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := tracker.marks(), "1=1 3=1 1=3 3=3 6=1 6=3"; got != want {
		t.Errorf("marked %s, want %s", got, want)
	}
	for _, want := range []string{
		`1 of 3: left out: Image 2: request 2 on iso is building`,
		"1 of 3: echo 'a c'",
		"2 of 3: skipped, no longer wanted: request 4 on iso is no longer open; request 5 on iso is queued",
		"3 of 3: built",
	} {
		if !strings.Contains(rig.err.String(), want) {
			t.Errorf("standard error lacks %q:\n%s", want, &rig.err)
		}
	}
	var got respun
	if err := json.Unmarshal(rig.out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Failed != 0 || got.Skipped != 1 || len(got.Commands) != 3 {
		t.Fatalf("result %+v", got)
	}
	first, second := got.Commands[0], got.Commands[1]
	if len(first.Products) != 2 || len(first.Left) != 1 || first.Cost.Images != 2 || len(first.Taken) != 1 || first.Taken[0].Status != "building" {
		t.Errorf("first %+v", first)
	}
	if second.Error != "" || second.Skipped != "request 4 on iso is no longer open; request 5 on iso is queued" || len(second.Taken) != 2 {
		t.Errorf("second %+v", second)
	}
	log, err := os.ReadFile(second.Log)
	if want := "# not run: exit 4\nno longer wanted: " + second.Skipped + "\n"; err != nil || string(log) != want {
		t.Errorf("log %q, %v, want %q", log, err, want)
	}
	var text strings.Builder
	if err := got.printRun(&text, "logs"); err != nil || !strings.HasSuffix(text.String(), "\n2 of 3 commands succeeded, 1 skipped; logs are in logs\n") ||
		!strings.HasPrefix(text.String(), "kubuntu daily: built; without Image 2\nkubuntu daily: skipped: request 4 ") {
		t.Errorf("text %s", &text)
	}
}

// What is built for other reasons than a request is built all the same; a request that
// is somebody else's by then stays theirs.
func TestRespinRunLeavesWhatWasTaken(t *testing.T) {
	t.Parallel()
	tracker := newMarkServer(t, "admin")
	rig := respinRun(t, tracker.url, "true", "true")
	tracker.take(1, "5")
	if err := rig.run(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := tracker.marks(), "2=1 2=3"; got != want {
		t.Errorf("marked %s, want %s", got, want)
	}
	const want = "attention: request 1 on iso is canceled; Image 1 is built all the same, and the request is left as it is\n"
	if !strings.Contains(rig.err.String(), want) {
		t.Errorf("standard error lacks %q:\n%s", want, &rig.err)
	}
}

// TestRespinRunTestObserver: a request is taken off when building begins, with a key alone.
func TestRespinRunTestObserver(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		keys     map[string][]string
		key      string // of the configuration; empty for none
		unmarked bool
		taken    bool // by somebody else
		open     int  // requests that are left
		err, out string
	}{
		"key":            {map[string][]string{"to_key": {"view_rerun", "change_rerun"}}, "to_key", false, false, 0, "", "1 of 1: built"},
		"no key":         {nil, "", false, false, 1, "", "1 of 1: built"},
		"unmarked":       {map[string][]string{"to_key": {"view_rerun", "change_rerun"}}, "to_key", true, false, 1, "", "1 of 1: built"},
		"weak key":       {map[string][]string{"to_key": {"view_rerun"}}, "to_key", false, false, 1, "the key may not take requests to build again off; it takes one with the permission change_rerun; with --unmarked", ""},
		"unknown key":    {nil, "to_key", false, false, 1, "tracker iso does not know the key", ""},
		"somebody began": {map[string][]string{"to_key": {"view_rerun", "change_rerun"}}, "to_key", false, true, 0, "", "1 of 1: skipped, no longer wanted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := observer.New(time.Now)
			for key, permissions := range tt.keys {
				service.Keys[key] = permissions
			}
			id := service.Publish(observer.Image{Name: "x.iso", Version: "20260827", Arch: "amd64", OS: "kubuntu", Release: "noble", SHA256: "1"})
			if service.Ask(id); tt.taken {
				service.Take(id)
			}
			server := httptest.NewServer(service)
			t.Cleanup(server.Close)
			rig := respinRun(t, server.URL, "true")
			rig.wanted.Requested, rig.unmarked = true, tt.unmarked
			rig.seen.config.Trackers[0] = config.Tracker{Name: "iso", Kind: "test-observer", URL: server.URL}
			if tt.key != "" {
				rig.seen.config.Trackers[0].KeyEnv = "KEY"
				rig.env.getenv = func(string) string { return tt.key }
			}
			err := rig.run(t.Context())
			if got := fmt.Sprint(err); tt.err == "" && err != nil || !strings.Contains(got, tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if text := rig.err.String(); !strings.Contains(text, tt.out) || strings.Contains(text, "attention") || strings.Contains(text, "to_key") {
				t.Errorf("standard error, which is to have %q:\n%s", tt.out, text)
			}
			if service.Open() != tt.open {
				t.Errorf("%d requests are open, want %d", service.Open(), tt.open)
			}
		})
	}
}

// TestRespinRunTestObserverInterrupted: a request that was taken off for a command that then
// never began is made again.
func TestRespinRunTestObserverInterrupted(t *testing.T) {
	t.Parallel()
	service := observer.New(time.Now)
	service.Keys["to_key"] = []string{"view_rerun", "change_rerun"}
	service.Ask(service.Publish(observer.Image{Name: "x.iso", Version: "20260827", Arch: "amd64", OS: "kubuntu", Release: "noble", SHA256: "1"}))
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var changes []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			mu.Lock()
			changes = append(changes, r.Method)
			mu.Unlock()
			cancel()
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	rig := respinRun(t, server.URL, "true")
	rig.wanted.Requested = true
	rig.seen.config.Trackers[0] = config.Tracker{Name: "iso", Kind: "test-observer", URL: server.URL, KeyEnv: "KEY"}
	rig.env.getenv = func(string) string { return "to_key" }
	if err := rig.run(ctx); err == nil || rig.respun.NeverBegun != 1 {
		t.Errorf("error %v, never begun %d", err, rig.respun.NeverBegun)
	}
	mu.Lock()
	defer mu.Unlock()
	if service.Open() != 1 || strings.Join(changes, " ") != "DELETE POST" || strings.Contains(rig.err.String(), "attention") {
		t.Errorf("%d requests are open after %q\n%s", service.Open(), changes, &rig.err)
	}
}

// Of a tracker that does not answer nobody knows what is still wanted.
func TestRespinRunTrackerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name              string
		requested, public bool // public is without credentials
		gone              bool // the tracker is not in the configuration any more
		want, err         string
	}{
		{"requested", true, false, false, "1 of 1: never begun, as the requests may be taken: tracker iso: ask for its requests to build again: ", "1 of 1 command did not succeed"},
		{"not marked either", true, true, false, "1 of 1: never begun, as the requests may be taken: ", "1 of 1 command did not succeed"},
		{"not in the configuration", true, true, true, "never begun, as the requests may be taken: tracker iso cannot be asked how far its requests are: it is not in the configuration", "1 of 1 command did not succeed"},
		{"all the same", false, true, false, "; built all the same, and its requests are left as they are\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tracker := newMarkServer(t, "admin")
			rig := respinRun(t, tracker.url, "true")
			rig.wanted.Requested, rig.unmarked = tc.requested, tc.public
			if tc.gone {
				rig.seen.config.Trackers = nil
			}
			if rig.unmarked {
				tracker.access = "broken"
			} else {
				rig.env.now = func() time.Time { // asked once, when the credentials are found good
					tracker.mu.Lock()
					defer tracker.mu.Unlock()
					tracker.access = "broken"
					return time.Now()
				}
			}
			err := rig.run(t.Context())
			if got := fmt.Sprint(err); tc.err == "" && err != nil || tc.err != "" && got != tc.err {
				t.Errorf("error %v, want %q", err, tc.err)
			}
			if !strings.Contains(rig.err.String(), tc.want) || tracker.marks() != "" {
				t.Errorf("marked %q; standard error lacks %q:\n%s", tracker.marks(), tc.want, &rig.err)
			}
			if tc.err != "" && (rig.respun.NeverBegun != 1 || rig.respun.Failed != 1) {
				t.Errorf("counts %+v", rig.respun)
			}
		})
	}
}

// An interrupt while a tracker is asked, or told, keeps a command from beginning, and its
// request stays open to everyone.
func TestRespinRunInterruptedBeforeTheCommand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, during string
		requested    bool
		marks        string
	}{
		{"asked", "rebuilds.get_list", false, ""},
		{"asked for requests alone", "rebuilds.get_list", true, ""},
		{"told", "update_status", false, "1=1 1=0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ran := filepath.Join(t.TempDir(), "ran")
			tracker := newMarkServer(t, "admin")
			rig := respinRun(t, tracker.url, "touch '"+ran+"'", "touch '"+ran+"'")
			rig.wanted.Requested = tc.requested
			ctx, cancel := context.WithCancel(t.Context())
			tracker.during = func(body []byte) {
				if bytes.Contains(body, []byte(tc.during)) {
					cancel()
				}
			}
			if err := rig.run(ctx); err == nil || err.Error() != "2 of 2 commands did not succeed" {
				t.Errorf("error %v", err)
			}
			if _, err := os.Stat(ran); err == nil {
				t.Error("a command ran")
			}
			if tracker.marks() != tc.marks || rig.respun.NeverBegun != 2 || strings.Contains(rig.err.String(), "all the same") {
				t.Errorf("marked %q, want %q; never begun %d\n%s", tracker.marks(), tc.marks, rig.respun.NeverBegun, &rig.err)
			}
			if want := "kubuntu daily: never begun\nkubuntu daily: never begun\n"; !strings.HasPrefix(rig.out.String(), want) {
				t.Errorf("output %s", &rig.out)
			}
		})
	}
}

func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Trackers: []config.Tracker{{KeyEnv: "KEY"}, {}}}
	got := withoutKeys([]string{"PATH=/bin", "KEY=secret", "KEYS=1", "=x"}, cfg)
	if want := "PATH=/bin KEYS=1 =x"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}
