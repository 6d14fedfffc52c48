package agent

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// errorPage answers every request with an HTML page and status 500.
type errorPage struct {
	mu     sync.Mutex
	agents map[string]bool
}

func (e *errorPage) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.agents[r.UserAgent()] = true
	return &http.Response{
		StatusCode: 500, Status: "500 Internal Server Error", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>oops</html>")),
	}, nil
}

// TestKinds makes a source of each kind from a configuration and polls it: a local
// tree that is fine, and trackers that are not.
func TestKinds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	image := filepath.Join(dir, "tree/kubuntu/daily-live/20260401/noble-desktop-amd64.iso")
	if err := os.MkdirAll(filepath.Dir(image), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(image, []byte("image"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	c.Store = config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")}
	c.Agent.Contact = "ops@example.org"
	c.Trackers = []config.Tracker{
		{Name: "iso", Kind: "qatracker", URL: "https://iso.example/xmlrpc.php", Site: "https://iso.example/"},
		{Name: "keyless", Kind: "qatracker", URL: "https://iso.example/xmlrpc.php", KeyEnv: "NOT_SET", User: "me"},
		{Name: "tests", Kind: "test-observer", URL: "https://tests.example"},
		{Name: "later", Kind: "of-later", URL: "https://later.example"},
	}
	c.Trees = []config.Tree{{Name: "full", Role: "full", URL: "file:" + filepath.Join(dir, "tree"), Depth: 10}}
	c.Plans = []config.Plan{{Name: "plans", Path: filepath.Join(dir, "plans")}}
	network := &errorPage{agents: map[string]bool{}}
	a, err := New(Options{Config: c, Version: "1.2", Transport: network, Env: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Once(t.Context(), OnceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range r.Sources {
		got = append(got, s.Name+" "+s.Kind+" "+string(s.Outcome))
	}
	want := []string{"iso qatracker failed", "keyless qatracker failed", "tests test-observer failed", "later of-later failed", "full tree ok", "plans plan failed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s\n%v", diff, r)
	}
	for i, text := range map[int]string{
		0: "500", 1: "environment variable NOT_SET is not set",
		2: "GET https://tests.example/v1/artefacts?family=image: 500 Internal Server Error",
		3: `trackers of the kind "of-later" cannot be polled by this version`, 5: "plans is not there; write a plan with",
	} {
		if !strings.Contains(r.Sources[i].Error, text) {
			t.Errorf("%s: %s", r.Sources[i].Name, r.Sources[i].Error)
		}
	}
	if diff := cmp.Diff(map[string]bool{"shiplist/1.2 (+ops@example.org)": true}, network.agents); diff != "" {
		t.Errorf("user agents (-want +got):\n%s", diff)
	}
	checkStored(t, c.Store.Data)
}

func checkStored(t *testing.T, data string) {
	t.Helper()
	s, err := store.Load(data)
	if err != nil {
		t.Fatal(err)
	}
	iso := s.Source("iso").State
	iso.Attempt, iso.Error = time.Time{}, ""
	if diff := cmp.Diff(release.SourceState{Name: "iso", Kind: "qatracker", Address: "https://iso.example/xmlrpc.php", Site: "https://iso.example"}, iso); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	full := s.Source("full")
	if len(full.Facts.Images) != 1 || full.State.Role != "full" || !strings.HasPrefix(full.State.Address, "file:/") {
		t.Errorf("stored: %+v, %d images", full.State, len(full.Facts.Images))
	}
}

// TestFingerprints tells what makes a source another one (asks), and what only makes it
// anew (table).
func TestFingerprints(t *testing.T) {
	t.Parallel()
	env := map[string]string{"KEY": "old"}
	made := func(change func(*config.Config)) []configuredSource {
		c, err := config.Default()
		if err != nil {
			t.Fatal(err)
		}
		c.Trackers = []config.Tracker{{Name: "iso", Kind: "qatracker", URL: "https://iso.example/x", Schedule: "@daily", User: "me", KeyEnv: "KEY"}}
		c.Trees = []config.Tree{{Name: "full", Role: "full", URL: "https://full.example", Schedule: "@daily"}}
		c.Plans = []config.Plan{{Name: "plans", Path: "/plans"}}
		change(c)
		a, err := New(Options{Config: c, Env: func(name string) string { return env[name] }})
		if err != nil {
			t.Fatal(err)
		}
		return a.sources
	}
	before := made(func(*config.Config) {})
	for name, tt := range map[string]struct {
		change      func(*config.Config)
		asks, table string // which sources differ
	}{
		"nothing":        {func(*config.Config) {}, "", ""},
		"schedules":      {func(c *config.Config) { c.Trackers[0].Schedule, c.Trees[0].Schedule = "@hourly", "@hourly" }, "", ""},
		"spread":         {func(c *config.Config) { c.Agent.Spread++ }, "", ""},
		"rules":          {func(c *config.Config) { c.Rules.Projects = c.Rules.Projects[1:] }, "", "iso full plans"},
		"contact":        {func(c *config.Config) { c.Agent.Contact = "me" }, "", "iso full plans"},
		"limit":          {func(c *config.Config) { c.Limits.Entries++ }, "", "iso full plans"},
		"site, role":     {func(c *config.Config) { c.Trackers[0].Site, c.Trees[0].Site, c.Trees[0].Role = "x", "x", "old" }, "", "iso full"},
		"HEADER.html":    {func(c *config.Config) { c.Trees[0].Headers = true }, "", "full"},
		"address":        {func(c *config.Config) { c.Trackers[0].URL = "https://iso.example/y" }, "iso", "iso"},
		"kind":           {func(c *config.Config) { c.Trackers[0].Kind = "test-observer" }, "iso", "iso"},
		"host":           {func(c *config.Config) { c.Trackers[0].Host = "x.example" }, "iso", "iso"},
		"user":           {func(c *config.Config) { c.Trackers[0].User = "you" }, "iso", "iso"},
		"key's name":     {func(c *config.Config) { c.Trackers[0].KeyEnv = "KEY2" }, "iso", "iso"},
		"key":            {func(*config.Config) { env["KEY"] = "new" }, "iso", "iso"},
		"tests":          {func(c *config.Config) { c.Trackers[0].Tests = true }, "iso", "iso"},
		"keyring":        {func(c *config.Config) { c.Trees[0].Keyring = "/keys" }, "full", "full"},
		"hints and skip": {func(c *config.Config) { c.Trees[0].Hints, c.Trees[0].Skip = []string{"x"}, []string{"y"} }, "full", "full"},
		"path":           {func(c *config.Config) { c.Plans[0].Path = "/other" }, "plans", "plans"},
	} {
		env["KEY"] = "old"
		var asks, table []string
		for i, s := range made(tt.change) {
			if s.asks != before[i].asks {
				asks = append(asks, s.state.Name)
			}
			if s.table != before[i].table {
				table = append(table, s.state.Name)
			}
		}
		if strings.Join(asks, " ") != tt.asks || strings.Join(table, " ") != tt.table {
			t.Errorf("%s: ask for something else: %q, want %q; are made anew: %q, want %q", name, asks, tt.asks, table, tt.table)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://me:pw@host/a/?token=1#x": "https://host/a",
		"file:/srv/tree/":                 "file:/srv/tree",
		"https://host":                    "https://host",
		"https://me:pw@host:bad/":         "",
		"":                                "",
	} {
		if got := address(raw); got != want {
			t.Errorf("address(%q) = %q, want %q", raw, got, want)
		}
	}
}
