package demo

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newWorld(t *testing.T) *World {
	t.Helper()
	w, err := NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestWorldIsTheSame holds that nothing depends on how often one looks.
func TestWorldIsTheSame(t *testing.T) {
	t.Parallel()
	a, b := newWorld(t), newWorld(t)
	all := a.Pass(Now().Add(20 * 24 * time.Hour))
	var parts []Happening
	for hours := range 20 * 24 {
		parts = append(parts, b.Pass(Now().Add(time.Duration(hours+1)*time.Hour))...)
	}
	if diff := cmp.Diff(all, parts); diff != "" {
		t.Errorf("at once and by the hour (-want +got):\n%s", diff)
	}
	for _, what := range []string{"image", "current", "purged", "published", "build", "ready", "unready", "milestone"} {
		if !slices.ContainsFunc(all, func(h Happening) bool { return h.What == what }) {
			t.Errorf("nothing of the kind %q in three weeks", what)
		}
	}
	if page := func(w *World) string { return get(w.Tree("full"), "/.manifest-daily").Body.String() }; page(a) != page(b) {
		t.Error("the site manifests differ")
	}
}

// TestWorldShowsIt holds that what happened in the trees can be seen there.
func TestWorldShowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := w.Tree("full")
	head := func(p string) int {
		r := httptest.NewRecorder()
		full.ServeHTTP(r, httptest.NewRequest(http.MethodHead, "/"+p, nil))
		return r.Code
	}
	for day := range 16 {
		for _, h := range w.Pass(Now().Add(time.Duration(day) * 24 * time.Hour)) {
			at := h.Where + "/" + h.Name
			switch h.What {
			case "image", "published":
				if sums := get(full, "/"+h.Where+"/SHA256SUMS").Body.String(); head(at) != http.StatusOK || !strings.Contains(sums, "*"+h.Name+"\n") {
					t.Errorf("%+v: %d, list %q", h, head(at), sums)
				}
			case "current":
				if a, b := get(full, "/"+h.Where+"/current/SHA256SUMS"), get(full, "/"+at+"/SHA256SUMS"); a.Code != http.StatusOK || a.Body.String() != b.Body.String() {
					t.Errorf("%+v: %d and %d", h, a.Code, b.Code)
				}
			case "purged":
				if got := head(at); got != http.StatusNotFound {
					t.Errorf("%+v: %d", h, got)
				}
			}
		}
	}
}

// TestWorldKeepsItsSize holds that a year fills neither tree nor tracker.
func TestWorldKeepsItsSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	size := func() [4]int {
		return [4]int{len(w.forest.images), len(w.forest.lists["full"]), len(w.db.builds), len(w.db.entries)}
	}
	w.Pass(Now().AddDate(0, 0, 115))
	before := size()
	w.Pass(Now().AddDate(0, 0, 180))
	for i, n := range size() {
		if n > before[i]+before[i]/5 {
			t.Errorf("%d: %d after 115 days, %d after 180", i, before[i], n)
		}
	}
}
