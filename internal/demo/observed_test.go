package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// askObserver asks the Test Observer beside a tracker for something.
func askObserver[T any](t *testing.T, h http.Handler, path string) T {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/"+path, nil))
	var answer T
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d %v: %.200s", path, w.Code, err, w.Body)
	}
	return answer
}

type observedImage struct {
	ID                                                              int
	Name, Version, OS, Release, Owner, Status, Comment, SHA256, URL string
	Reviews                                                         int `json:"all_environment_reviews_count"`
	Done                                                            int `json:"completed_environment_reviews_count"`
}

// verdicts are those of a project's images of one series, by version.
func verdicts(t *testing.T, h http.Handler, os, series, name string) string {
	t.Helper()
	said := ""
	for _, a := range askObserver[[]observedImage](t, h, "artefacts?family=image") {
		if a.OS == os && a.Release == series && strings.Contains(a.Name, name) {
			said += fmt.Sprintf("%s %s by %s, %d of %d\n", a.Version, a.Status, a.Owner, a.Done, a.Reviews)
		}
	}
	return said
}

// TestObserved: the Test Observer has what the tracker has, but for what is told.
func TestObserved(t *testing.T) {
	t.Parallel()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	h := d.Tracker()
	for _, tt := range []struct{ os, series, name, want string }{
		{"edubuntu", "resolute", "desktop-amd64", "20260826 APPROVED by edubuntu-release, 2 of 2\n"},
		{"lubuntu", "resolute", "desktop-amd64", "20260827.1 UNDECIDED by lubuntu-iso-managers, 0 of 2\n"}, // its owner is told
		{"kubuntu", "resolute", "desktop-amd64", "20260826.1 APPROVED by kubuntu-council, 2 of 2\n"},
		{"ubuntu-server", "stonking", "live-server-amd64", "20260827 MARKED_AS_FAILED by Ubuntu Server team, 1 of 2\n"}, // its verdict
		{"edubuntu", "stonking", "desktop-amd64", "20260825 UNDECIDED by edubuntu-release, 0 of 2\n"},                   // it has another id
		{"xubuntu", "stonking", "minimal-amd64", "20260827 UNDECIDED by xubuntu-release, 0 of 2\n"},                     // it is newer
		{"ubuntu-base", "resolute", "base-armhf", "20260826 APPROVED by Ubuntu Foundations team, 2 of 3\n"},             // one review came late
	} {
		if diff := cmp.Diff(tt.want, verdicts(t, h, tt.os, tt.series, tt.name)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt, diff)
		}
	}
	if n := len(askObserver[[]struct{}](t, h, "test-executions/reruns?family=image")); n != 1 {
		t.Errorf("%d requests, want the one that nobody has begun", n)
	}
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequest("GET", "/tests/", nil))
	if text := page.Body.String(); page.Code != 200 || !strings.Contains(text, "resolute-live-server-s390x.iso") || !strings.Contains(text, "MARKED_AS_FAILED") {
		t.Errorf("page: %d %.300s", page.Code, text)
	}
}

// TestObservedChecksums: what the trees have has the checksum that they have.
func TestObservedChecksums(t *testing.T) {
	t.Parallel()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	images, err := readImages("images.tsv")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]bool{}
	for _, m := range images {
		sums[m.hash] = true
	}
	agree := 0
	seen := map[string]int{}
	for _, a := range askObserver[[]observedImage](t, d.Tracker(), "artefacts?family=image") {
		if sums[a.SHA256] {
			agree++
		}
		if other := seen[a.SHA256]; other != 0 {
			t.Errorf("%d and %d have one checksum", other, a.ID)
		}
		seen[a.SHA256] = a.ID
	}
	if agree < len(seen)*3/4 {
		t.Errorf("%d of %d images have a checksum of the trees", agree, len(seen))
	}
}

// TestObservedDay: the day passes in it, too, however often one looks.
func TestObservedDay(t *testing.T) {
	t.Parallel()
	r := newReplay(t)
	if got := verdicts(t, r.Tracker(), "ubuntu-wsl", "resolute", "wsl-amd64"); strings.Contains(got, "APPROVED") {
		t.Errorf("ready before it was built: %s", got)
	}
	requests := 0
	for at := DayBegins(); at.Before(Dusk()); {
		at = at.Add(time.Hour)
		if _, err := r.Pass(at); err != nil {
			t.Fatal(err)
		}
		requests = max(requests, len(askObserver[[]struct{}](t, r.Tracker(), "test-executions/reruns?family=image")))
	}
	if got := verdicts(t, r.Tracker(), "ubuntu-wsl", "resolute", "wsl-amd64"); !strings.Contains(got, "APPROVED") {
		t.Errorf("not ready at last: %s", got)
	}
	if left := len(askObserver[[]struct{}](t, r.Tracker(), "test-executions/reruns?family=image")); requests == 0 || left != 0 {
		t.Errorf("at most %d requests, %d at last", requests, left)
	}
	late := newReplay(t)
	passTo(t, late, Dusk(), 0)
	if diff := cmp.Diff(len(askObserver[[]observedImage](t, r.Tracker(), "artefacts?family=image")), len(askObserver[[]observedImage](t, late.Tracker(), "artefacts?family=image"))); diff != "" {
		t.Errorf("images (-looked at often +looked at once):\n%s", diff)
	}
}
