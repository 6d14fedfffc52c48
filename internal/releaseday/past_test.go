package releaseday

import (
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent"
	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/demo"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// stage is a network on which one past after another is at the same addresses. It has no
// sockets, which would cost more than all that is said over them.
type stage struct {
	past  *demo.Past
	hosts map[string]http.Handler
}

const trackerHost = "tracker.example"

// treeHosts are where the trees are, by name.
var treeHosts = map[string]string{"full": "full.example", "simple": "simple.example", "old": "old.example"}

// set puts a past on the network.
func (s *stage) set(past *demo.Past) {
	s.past, s.hosts = past, map[string]http.Handler{trackerHost: past.Tracker()}
	for name, host := range treeHosts {
		s.hosts[host] = past.Tree(name)
	}
}

// RoundTrip answers a request as the past does at this moment.
func (s *stage) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context()) // which a client may not see changed
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.hosts[r.URL.Host].ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// lead polls the past at some moments of it, with an agent of its own.
func (s *stage) lead(t *testing.T, moments []time.Time) *config.Config {
	t.Helper()
	sample, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	trees := map[string]string{}
	for name, host := range treeHosts {
		trees[name] = "http://" + host
	}
	if err := os.WriteFile(file, sample.Config("http://"+trackerHost, trees, dir), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := demo.WritePlans(dir); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Lead(t.Context(), s.past, moments, func(now func() time.Time) (*agent.Agent, error) {
		return agent.New(agent.Options{Config: cfg, Version: "test", Now: now, Transport: s})
	})
	if err != nil || report.Trouble() {
		t.Fatalf("%+v, %v", report, err)
	}
	return cfg
}

// TestLead holds that polls of the days before lead to the same data each time, and to what
// two polls of the sample at its last moment find. A site follows from the data alone, as other tests hold.
func TestLead(t *testing.T) {
	t.Parallel()
	s := &stage{}
	var led [2]*config.Config
	for i := range led {
		past, err := demo.NewPast()
		if err != nil {
			t.Fatal(err)
		}
		s.set(past)
		led[i] = s.lead(t, past.Moments())
	}
	first, second := files(t, led[0]), files(t, led[1])
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two pasts (-first +second):\n%.3000s", diff)
	}
	// Twice, as what a tree does not have any more counts when two polls have not found it.
	alone := s.lead(t, []time.Time{demo.Now(), demo.Now()})
	if diff := cmp.Diff(findings(t, alone), findings(t, led[1])); diff != "" {
		t.Errorf("findings of two polls, and of all (-want +got):\n%s", diff)
	}
	one := files(t, alone)
	for _, all := range []map[string]string{one, second} {
		maps.DeleteFunc(all, func(name, _ string) bool {
			return strings.HasPrefix(name, "changes/") || strings.Contains(name, "/builds/")
		})
	}
	if diff := cmp.Diff(one, second); diff != "" {
		t.Errorf("facts of two polls, and of all (-want +got):\n%.3000s", diff)
	}
	checkBuilds(t, alone, led[1])
}

// checkBuilds holds that all polls know of each build what one poll finds out. They know more:
// how builds were tested while they were the newest, and those that a list forgets.
func checkBuilds(t *testing.T, alone, led *config.Config) {
	t.Helper()
	var known [2]map[string]release.Build
	for i, c := range []*config.Config{alone, led} {
		stored, err := store.Load(c.Store.Data)
		if err != nil {
			t.Fatal(err)
		}
		known[i] = map[string]release.Build{}
		for _, s := range stored.Sources {
			for _, b := range s.Facts.Builds {
				known[i][strings.Join([]string{s.State.Name, b.Series, b.Product, b.BuildID}, " ")] = b
			}
		}
	}
	if len(known[0]) < 100 {
		t.Errorf("one poll finds %d builds", len(known[0]))
	}
	for name, want := range known[0] {
		got := known[1][name]
		if want.Tests == nil {
			got.Tests, got.Bugs = nil, nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s by one poll, and by all (-want +got):\n%s", name, diff)
		}
	}
}

// findings are the findings of a data directory, which follow from all facts.
func findings(t *testing.T, c *config.Config) []*release.Finding {
	t.Helper()
	p, err := generator.Picture(c)
	if err != nil {
		t.Fatal(err)
	}
	return p.Findings
}

// files are all files of a data directory, without the path of the sample. What happened in
// one poll is sorted: sources are settled in the order in which they answer.
func files(t *testing.T, c *config.Config) map[string]string {
	t.Helper()
	all := map[string]string{}
	below := os.DirFS(c.Store.Data)
	if err := fs.WalkDir(below, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".shiplist":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := fs.ReadFile(below, name)
		all[name] = strings.ReplaceAll(string(text), filepath.Dir(c.Store.Data), "SAMPLE")
		if strings.HasPrefix(name, "changes/") {
			events := strings.Split(strings.TrimSpace(all[name]), "\n\n")
			slices.Sort(events)
			all[name] = strings.Join(events, "\n\n")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}
