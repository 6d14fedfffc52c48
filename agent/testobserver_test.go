package agent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/store"
)

// imageList is a Test Observer of which only the list answers. What is not listed is not there.
type imageList struct{ rows []string }

func (l *imageList) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/v1/artefacts":
		_, _ = w.WriteString("[" + strings.Join(l.rows, ",") + "]")
	case "/v1/test-executions/reruns":
		_, _ = w.WriteString("[]")
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.WriteString(`{"detail":"Not Found"}`)
	}
	res := w.Result()
	res.Request = r
	return res, nil
}

// TestTestObserverAnswers: half of a list, and none at all, remove nothing, however long the
// list is.
func TestTestObserverAnswers(t *testing.T) {
	t.Parallel()
	for _, images := range []int{40, 5000} {
		var rows []string
		for i := range images {
			row, err := json.Marshal(map[string]any{
				"id": i + 1, "name": fmt.Sprintf("noble-desktop-amd64+board%d.iso", i), "version": "20260826", "os": "kubuntu", "release": "noble",
				"stage": "pending", "status": "UNDECIDED", "sha256": fmt.Sprintf("%064x", i),
			})
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, string(row))
		}
		c, err := config.Default()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		c.Store = config.Store{Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")}
		c.Trackers = []config.Tracker{{Name: "tests", Kind: "test-observer", URL: "https://tests.example"}}
		c.Trees, c.Plans, c.Limits.PerMinute = nil, nil, 1_000_000
		list := &imageList{}
		a, err := New(Options{Config: c, Transport: list, Env: func(string) string { return "" }, Now: func() time.Time { return time.Date(2026, 8, 27, 9, 0, 0, 0, time.UTC) }})
		if err != nil {
			t.Fatal(err)
		}
		half := images/2 - 1
		for _, step := range []struct {
			rows   []string
			want   Outcome
			reason string
		}{
			{rows, OK, ""},
			{slices.Clone(rows), Unchanged, ""},
			{rows[:half], Held, ""},
			{nil, Held, "no images at all"},
			{rows, Unchanged, ""},
		} {
			list.rows = step.rows
			r, err := a.Once(t.Context(), OnceOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if s := r.Sources[0]; s.Outcome != step.want || !strings.Contains(fmt.Sprint(s.Held), step.reason) {
				t.Errorf("%d of %d images: %+v, want %s", len(step.rows), images, s, step.want)
			}
			stored, err := store.Load(c.Store.Data)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(stored.Source("tests").Facts.Builds); n != images {
				t.Errorf("%d of %d images: %d are stored", len(step.rows), images, n)
			}
		}
	}
}
