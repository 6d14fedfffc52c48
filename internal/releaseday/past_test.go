package releaseday

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent"
	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/demo"
	"shiplist/internal/release"
)

// stage serves one past after another at the same addresses.
type stage struct {
	past    atomic.Pointer[demo.Past]
	tracker string
	trees   map[string]string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{trees: map[string]string{}}
	serve := func(h func(p *demo.Past) http.Handler) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(s.past.Load()).ServeHTTP(w, r) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	s.tracker = serve((*demo.Past).Tracker)
	for _, name := range []string{"full", "simple", "old"} {
		s.trees[name] = serve(func(p *demo.Past) http.Handler { return p.Tree(name) })
	}
	return s
}

// lead polls the past at some moments of it, and makes the site.
func (s *stage) lead(t *testing.T, moments []time.Time) (*config.Config, agent.Report, generator.Result) {
	t.Helper()
	sample, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, sample.Config(s.tracker, s.trees, dir), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := demo.WritePlans(dir); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Lead(t.Context(), s.past.Load(), moments, func(now func() time.Time) (*agent.Agent, error) {
		return agent.New(agent.Options{Config: cfg, Version: "test", Now: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := generator.Generate(t.Context(), generator.Options{Config: cfg})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, report, result
}

// TestLead holds that polls of the days before lead to the same site each time, and to
// what one poll of the sample finds.
func TestLead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var made [2]generator.Result
	var led *config.Config
	for i := range made {
		past, err := demo.NewPast()
		if err != nil {
			t.Fatal(err)
		}
		s.past.Store(past)
		var report agent.Report
		if led, report, made[i] = s.lead(t, past.Moments()); report.Trouble() {
			t.Errorf("%+v", report)
		}
	}
	if made[0].Digest != made[1].Digest {
		t.Errorf("two sites: %s, %s", made[0].Digest, made[1].Digest)
	}
	alone, _, _ := s.lead(t, []time.Time{demo.Now()})
	if diff := cmp.Diff(findings(t, alone), findings(t, led)); diff != "" {
		t.Errorf("findings of one poll, and of all (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(files(t, alone), files(t, led)); diff != "" {
		t.Errorf("facts of one poll, and of all (-want +got):\n%s", diff)
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

// files are the facts of a data directory as they are stored, but what was found out
// about tests of builds while they were the newest, and what tells of the past.
func files(t *testing.T, c *config.Config) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, part := range []string{"full", "simple", "old", "iso/milestones", "iso/series", "localized-iso/milestones"} {
		below := os.DirFS(filepath.Join(c.Store.Data, filepath.FromSlash(part)))
		if err := fs.WalkDir(below, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(below, name)
			all[path.Join(part, name)] = string(text)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
