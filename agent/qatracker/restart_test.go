package qatracker

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// before and after are one tracker before and after it was set back to an older
// state: a milestone, a build and a product are gone.
func before() made { return past() }

func after() made {
	m := past()
	m["milestones.get_list"] = m["milestones.get_list"][:2]
	m["products.get_list"] = m["products.get_list"][:1]
	m["builds.get_list 7"] = []entry{{"id", "40", "productid", "3", "version", "20240409", "status", "0"}}
	m["builds.get_list 8"], m["builds.get_list 9"] = nil, nil
	m["series.get_manifest 1"] = nil
	return m
}

// switched is a tracker that another one takes the place of.
type switched struct {
	methods
	then methods
	at   func() bool
}

func (s switched) answer(host, method string, args []node) (string, *fault) {
	if s.at() {
		return s.then.answer(host, method, args)
	}
	return s.methods.answer(host, method, args)
}

// outages are what may lie between two requests; n counts the requests since.
var outages = map[string]func(n int) error{
	"none": func(int) error { return nil },
	"for a moment": func(n int) error {
		if n == 1 {
			return &net.OpError{Op: "read", Err: syscall.ECONNRESET}
		}
		return nil
	},
	"for ever": func(int) error { return &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED} },
}

// TestOneStateOrNone restarts the tracker before each of the requests of a poll: with
// and without an outage, and as it was or set back to an older state. The poll fails
// or tells one of the two states.
func TestOneStateOrNone(t *testing.T) {
	t.Parallel()
	failed, told := 0, 0
	for name, outage := range outages {
		for _, then := range []made{before(), after()} {
			for _, prev := range []bool{false, true} {
				for k := range 5 {
					synctest.Test(t, func(t *testing.T) {
						what := fmt.Sprintf("outage %s before request %d, %d milestones afterwards, known before: %t", name, k+1, len(then["milestones.get_list"]), prev)
						got, either := restartedAt(t, k, then, outage, prev)
						switch {
						case got == nil:
							failed++
						case !slices.ContainsFunc(either, func(f *release.Facts) bool { return cmp.Equal(f, got) }):
							t.Errorf("%s: facts are of neither state (-before +got):\n%s", what, cmp.Diff(either[0], got))
						default:
							told++
						}
					})
				}
			}
		}
	}
	t.Logf("%d polls failed, %d told one state", failed, told)
	if failed == 0 || told == 0 {
		t.Error("one of the two never happens")
	}
}

// restartedAt polls a tracker that is restarted after k requests, and what a poll of
// each state alone tells.
func restartedAt(t *testing.T, k int, then made, outage func(int) error, known bool) (got *release.Facts, either []*release.Facts) {
	t.Helper()
	c, prev := newClock(), nothing()
	alone := func(m methods) *release.Facts {
		answer, err := slow(&inMemory{tracker: &tracker{methods: m}}, c, nil).Poll(t.Context(), prev)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Facts
	}
	if known {
		prev = alone(before())
	}
	m := &inMemory{}
	m.tracker = &tracker{methods: switched{before(), then, func() bool { return int(m.sent.Load()) > k }}}
	m.down = func(n int) error {
		if n <= k {
			return nil
		}
		return outage(n - k)
	}
	answer, err := slow(m, c, nil).Poll(t.Context(), prev)
	if err != nil {
		return nil, nil
	}
	return answer.Facts, []*release.Facts{alone(before()), alone(then)}
}

// TestChangedMeanwhile changes each list between the first request and the last.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for method, change := range map[string]func(m made){
		"qatracker.milestones.get_list": func(m made) { m["milestones.get_list"] = m["milestones.get_list"][1:] },
		"qatracker.series.get_list":     func(m made) { m["series.get_list"][1] = entry{"id", "2", "title", "Mantic", "status", "0"} },
		"qatracker.products.get_list":   func(m made) { m["products.get_list"] = m["products.get_list"][:1] },
		"qatracker.get_access":          func(m made) { m["get_access"] = []entry{{"text", "invalid"}} },
	} {
		then := past()
		change(then)
		m := &inMemory{}
		m.tracker = &tracker{methods: switched{past(), then, func() bool { return m.sent.Load() > 1 }}}
		_, err := slow(m, newClock(), nil).Poll(t.Context(), nothing())
		if err == nil || !strings.Contains(err.Error(), "http://tracker.example.org/xmlrpc.php: its answer to "+method+" changed while") {
			t.Errorf("%s: got %v", method, err)
		}
	}
	// So they are when the builds of a milestone were asked for once more.
	then := past()
	then["milestones.get_list"] = nil
	m := &inMemory{tracker: &tracker{methods: past()}}
	answer, _ := mustPoll(t, slow(m, newClock(), nil), nothing())
	posting := past()
	posting["builds.get_list 7"] = nil
	m = &inMemory{}
	m.tracker = &tracker{methods: switched{posting, then, func() bool { return m.sent.Load() > 4 }}}
	if _, err := slow(m, newClock(), nil).Poll(t.Context(), answer.Facts); err == nil || m.sent.Load() != 5 || !strings.Contains(err.Error(), " changed while") {
		t.Errorf("at the fifth request: got %v after %d", err, m.sent.Load())
	}
	// In another order they are the same.
	m = &inMemory{}
	m.tracker = &tracker{methods: switched{past(), turned{past(), true}, func() bool { return m.sent.Load() > 1 }}}
	mustPoll(t, slow(m, newClock(), nil), nothing())
}

// TestLookedAtLast holds that the lists are asked again after everything else, in a
// request that is made anyway.
func TestLookedAtLast(t *testing.T) {
	t.Parallel()
	m := &inMemory{tracker: &tracker{methods: loadRecorded(t)}}
	mustPoll(t, slow(m, newClock(), nil), nothing())
	last := m.calls[len(m.calls)-4:]
	want := []string{"qatracker.get_access()", "qatracker.series.get_list([0,1])", "qatracker.milestones.get_list([0,1,2])", "qatracker.products.get_list([0,1])"}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("last calls (-want +got):\n%s", diff)
	}
	// A tracker of which nothing is to be asked changed in no way in between.
	quiet := &inMemory{tracker: &tracker{methods: made{"products.get_list": {{"id", "3", "title", "A", "status", "0"}}}}}
	if _, requests := mustPoll(t, slow(quiet, newClock(), nil), nothing()); requests != 1 {
		t.Errorf("%d requests, want 1", requests)
	}
}

// TestBusyForAMoment holds that a tracker that asks to be left alone for a moment is
// asked again, as all calls only read, and not before.
func TestBusyForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &inMemory{tracker: &tracker{methods: past()}}
		var busy, again time.Time
		m.intercept = func(w http.ResponseWriter, n int) bool {
			switch n {
			case 2:
				busy = time.Now()
				w.Header().Set("Retry-After", "10")
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = io.WriteString(w, "restarting")
			case 3:
				again = time.Now()
			}
			return n == 2
		}
		if _, requests := mustPoll(t, slow(m, newClock(), nil), nothing()); requests != 1+3+1 {
			t.Errorf("%d requests, want 5", requests)
		}
		if waited := again.Sub(busy); waited < 10*time.Second {
			t.Errorf("asked again after %s", waited)
		}
	})
}
