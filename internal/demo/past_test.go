package demo

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPast holds that it begins before the release, with things yet to come, and ends as
// the sample.
func TestPast(t *testing.T) {
	t.Parallel()
	p, err := NewPast()
	if err != nil {
		t.Fatal(err)
	}
	sample, err := New()
	if err != nil {
		t.Fatal(err)
	}
	tracker, tree := p.Tracker(), p.Tree("full") // as a server has them: once
	const dir = "/ubuntu-server/resolute/daily-live/current/SHA256SUMS"
	moments := p.Moments()
	if len(moments) != 14 || !moments[13].Equal(Now()) || moments[0].Before(DayBegins()) {
		t.Errorf("moments %v", moments)
	}
	want := [2]string{ask(sample.Tracker(), askBuilds), get(sample.Tree("full"), dir).Body.String()}
	tags := map[string]string{} // content of the list by its tag
	for i, at := range moments {
		if err := p.Pass(at); err != nil {
			t.Fatal(err)
		}
		list := get(tree, dir)
		if tag := list.Header().Get("ETag"); list.Code == http.StatusOK && tags[tag] != "" && tags[tag] != list.Body.String() {
			t.Errorf("%s: other contents with the same tag", at)
		} else {
			tags[tag] = list.Body.String()
		}
		got := [2]string{ask(tracker, askBuilds), list.Body.String()}
		if is := got == want; is != (i == len(moments)-1) {
			t.Errorf("%s: it is as the sample: %v\n%s", at, is, got[1])
		}
	}
}

// TestPastIsServed holds that the servers answer for the moment to which the time has
// passed, with the sample's own configuration.
func TestPastIsServed(t *testing.T) {
	t.Parallel()
	p, err := NewPast()
	if err != nil {
		t.Fatal(err)
	}
	servers, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = servers.Close() })
	if text := string(servers.Config("")); strings.Contains(text, "stale") {
		t.Errorf("a moment that stands still grows stale:\n%s", text)
	}
	released := func() bool {
		w := httptest.NewRecorder()
		servers.servers[1].Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ubuntu/releases/resolute/release/SHA256SUMS", nil))
		return strings.Contains(w.Body.String(), "26.04.1")
	}
	if err := p.Pass(DayBegins()); err != nil || released() {
		t.Errorf("%v; released at first: %v", err, released())
	}
	if err := p.Pass(Now()); err != nil || !released() {
		t.Errorf("%v; images of the release at last: %v", err, released())
	}
}
