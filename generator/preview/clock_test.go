package preview

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestShifted holds that pages are told the time where it is not that of those who
// look, and not touched otherwise.
func TestShifted(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 4, 23, 17, 0, 0, 0, time.UTC) }
	for _, shifted := range []bool{true, false} {
		s := New(Options{Now: now, Shifted: shifted})
		frame := string(s.frame(&edition{}, "x", false))
		for _, want := range []string{`data-now="2026-04-23T17:00:00Z"`, `<script src="/_clock.js"></script>`} {
			if strings.Contains(frame, want) != shifted {
				t.Errorf("shifted %v: %s", shifted, frame)
			}
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/_clock.js", nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Date.now = ") {
			t.Errorf("the clock: %d %s", w.Code, w.Body)
		}
	}
}
