package testobserver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/demo/observer"
)

// requestsWith are the requests of a service for whoever has a key.
func requestsWith(t *testing.T, on *service, key string) *Requests {
	t.Helper()
	s, _ := start(t, on)
	o := Options{Tracker: s.o.Tracker, Client: fetch.New(fetch.Options{PerMinute: 1_000_000})}
	if key != "" {
		var err error
		if o.Key, err = (config.Tracker{KeyEnv: "KEY"}).Key(func(string) string { return key }); err != nil {
			t.Fatal(err)
		}
	}
	return NewRequests(o)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	on := newService()
	on.Keys["builder"] = []string{"change_test", "view_rerun", "change_rerun"}
	on.Keys["reader"] = observer.Public
	for _, project := range []string{"kubuntu", "xubuntu", "lubuntu"} {
		on.Ask(on.Publish(image(project, "resolute", "20260826")))
	}
	on.Archive(3) // which is not built again
	r := requestsWith(t, on, "builder")
	if err := r.Allowed(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"1": requested, "3": requested}
	for _, step := range []struct {
		id, status string
		want       map[string]string
	}{
		{"1", "canceled", want},
		{"1", "built", want},
		{"1", "queued", map[string]string{"3": requested}},
		{"1", "queued", map[string]string{"3": requested}}, // as good as done
		{"99", "queued", map[string]string{"3": requested}},
		{"1", "requested", want}, // nothing began
		{"1", "requested", want},
		{"1", "queued", map[string]string{"3": requested}},
	} {
		if err := r.Mark(t.Context(), step.id, step.status); err != nil {
			t.Errorf("%s %s: %v", step.id, step.status, err)
		}
		open, err := r.Open(t.Context())
		if diff := cmp.Diff(step.want, open); err != nil || diff != "" {
			t.Errorf("after %s %s: %v (-want +got):\n%s", step.id, step.status, err, diff)
		}
	}
	for _, id := range []string{"", "x", "-1", "99999999999"} {
		if err := r.Mark(t.Context(), id, "queued"); err == nil || !strings.Contains(err.Error(), "tracker tests: no request") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if err := r.Mark(t.Context(), "99", requested); err == nil || !strings.Contains(err.Error(), "tracker tests: make request 99 again, which was taken off: ") {
		t.Errorf("%v", err)
	}
	for key, want := range map[string]string{
		"": "does not know the key", "unknown": "does not know the key", "reader": "takes one with the permission change_rerun",
	} {
		r := requestsWith(t, on, key)
		if err := r.Allowed(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("key %q: %v, want %q", key, err, want)
		}
		if err := r.Mark(t.Context(), "3", "queued"); err == nil || !strings.Contains(err.Error(), "Insufficient permissions") {
			t.Errorf("key %q: %v", key, err)
		}
	}
	on.refuse("test-executions/reruns", 403, "application/json", `{"detail":"Insufficient permissions"}`)
	if open, err := r.Open(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("by the other search: %v, %v", open, err)
	}
	on.refuse("test-executions", 500, "text/plain", "Internal Server Error")
	if _, err := r.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "tracker tests: ask for its requests to build again: ") {
		t.Errorf("%v", err)
	}
	on.refuse("applications", 200, "application/json", `[1,2]`)
	if err := r.Allowed(t.Context()); err == nil || !strings.Contains(err.Error(), "found array") {
		t.Errorf("%v", err)
	}
}

// TestManyRequestsByTheOtherSearch: where requests are refused, the search for test runs is
// asked page by page, and that is told.
func TestManyRequestsByTheOtherSearch(t *testing.T) {
	t.Parallel()
	on := newService()
	for i := range pageSize + 1 {
		on.Ask(on.Publish(image("kubuntu", fmt.Sprintf("s%d", i), "20260826")))
	}
	on.refuse("test-executions/reruns", 403, "application/json", `{"detail":"Insufficient permissions"}`)
	open, err := requestsWith(t, on, "").Open(t.Context())
	if err != nil || len(open) != pageSize+1 {
		t.Errorf("%d requests, want %d: %v", len(open), pageSize+1, err)
	}
	p := poller(t, on, func(o *Options) { o.Tracker.Tests = false })
	if p.poll(); p.rules() != ruleAccess || !strings.Contains(p.last.Problems[0].Text, "come from the search for test runs") {
		t.Errorf("%+v", p.last.Problems)
	}
}

// TestTooManyRequests: more requests than any service has are not read, and those that were
// known stay.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	on := newService()
	on.Ask(on.Publish(image("kubuntu", "kubuntu", "20260826")))
	p := poller(t, on, func(o *Options) { o.Tracker.Tests = false })
	p.poll()
	on.refuse("test-executions/reruns", 200, "application/json", "["+strings.Repeat("1,", mostArtefacts)+"1]")
	p.poll()
	if len(p.last.Facts.Series) != 1 || len(p.last.Facts.Series[0].Rebuilds) != 1 || !strings.Contains(fmt.Sprint(p.last.Problems), "50001 requests; the most are 50000") {
		t.Errorf("%+v\n%+v", p.last.Facts.Series, p.last.Problems)
	}
}
