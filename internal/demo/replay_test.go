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

func newReplay(t *testing.T) *Replay {
	t.Helper()
	r, err := NewReplay()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// passTo lets the time pass by an hour at a time, or at once.
func passTo(t *testing.T, r *Replay, end time.Time, by time.Duration) []Step {
	t.Helper()
	var all []Step
	for at := DayBegins(); at.Before(end); {
		at = at.Add(by)
		if by == 0 || at.After(end) {
			at = end
		}
		steps, err := r.Pass(at)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, steps...)
	}
	return all
}

// ask calls a method of the tracker.
func ask(h http.Handler, call string) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost/xmlrpc.php", strings.NewReader(call)))
	return w.Body.String()
}

const askBuilds = `<?xml version="1.0"?><methodCall><methodName>qatracker.builds.get_list</methodName><params><param><value><int>474</int></value></param></params></methodCall>`

// TestReplayIsTheSame holds that nothing depends on how often one looks.
func TestReplayIsTheSame(t *testing.T) {
	t.Parallel()
	a, b := newReplay(t), newReplay(t)
	once, hourly := passTo(t, a, Dusk(), 0), passTo(t, b, Dusk(), 5*time.Hour)
	words := func(all []Step) (texts []string) {
		for _, s := range all {
			s.do = nil
			texts = append(texts, s.At.Format(stamp)+" "+string(s.What)+" "+s.Milestone+" "+s.Subject+" "+s.Detail)
		}
		return texts
	}
	if diff := cmp.Diff(words(once), words(hourly)); diff != "" {
		t.Errorf("at once and by the hour (-want +got):\n%s", diff)
	}
	if len(once) != len(a.Steps()) {
		t.Errorf("%d of %d steps passed when the day is over", len(once), len(a.Steps()))
	}
	if ask(a.Tracker(), askBuilds) != ask(b.Tracker(), askBuilds) {
		t.Error("the trackers differ")
	}
	for _, at := range []string{"/ubuntu/releases/resolute/release/", "/ubuntu-mate/resolute/daily-live/", "/.manifest-daily"} {
		if x, y := get(a.Tree("full"), at).Body.String(), get(b.Tree("full"), at).Body.String(); x != y {
			t.Errorf("%s differs (-want +got):\n%s", at, cmp.Diff(x, y))
		}
	}
}

// TestReplayHasEveryKind holds that the day shows everything that happens on such days.
func TestReplayHasEveryKind(t *testing.T) {
	t.Parallel()
	steps := newReplay(t).Steps()
	for _, kind := range StepKinds() {
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.What == kind && s.At.After(Dawn()) }) {
			t.Errorf("nothing of the kind %q on the day", kind)
		}
	}
}

// TestReplayBeginsEmpty holds that what is yet to come is not there.
func TestReplayBeginsEmpty(t *testing.T) {
	t.Parallel()
	r := newReplay(t)
	if got := ask(r.Tracker(), askBuilds); strings.Contains(got, "2026082") && !strings.Contains(got, "20260821") {
		t.Errorf("builds of later days:\n%s", got)
	}
	for _, at := range []string{"/ubuntu/releases/resolute/release/SHA256SUMS", "/ubuntu/resolute/daily-live/20260827/"} {
		if got := get(r.Tree("full"), at).Body.String(); strings.Contains(got, "26.04.1") || strings.Contains(got, "20260827") && !strings.Contains(got, "404") {
			t.Errorf("%s:\n%s", at, got)
		}
	}
}

// TestReplayEndsReady holds that at the end everything that is meant to be released is
// ready, and brought out with its checksum and a signature.
func TestReplayEndsReady(t *testing.T) {
	t.Parallel()
	r := newReplay(t)
	passTo(t, r, Dusk(), 0)
	for _, i := range r.db.intents {
		for _, m := range r.db.milestones {
			if !ofDay(m) || m.series != i.series || i.status != 0 {
				continue
			}
			if e := r.standing(m, i.product); e == nil || e.status != entryReady {
				t.Errorf("%s, %s: %+v", m.title, i.product.title, e)
			}
			if m.status != 1 {
				t.Errorf("%s is not released", m.title)
			}
		}
	}
	for _, dir := range []string{"/full/ubuntu/releases/resolute/release", "/full/ubuntu-mate/releases/resolute/release", "/simple/resolute"} {
		_, rest, _ := strings.Cut(dir[1:], "/")
		tree := r.Tree(strings.Split(dir[1:], "/")[0])
		list := get(tree, "/"+rest+"/SHA256SUMS").Body.String()
		if !strings.Contains(list, "26.04.1-") || get(tree, "/"+rest+"/SHA256SUMS.gpg").Code != http.StatusOK {
			t.Errorf("%s: %s", dir, list)
		}
	}
}

// TestReplayServerIsDown holds that a server is down when the script says so.
func TestReplayServerIsDown(t *testing.T) {
	t.Parallel()
	r := newReplay(t)
	for at, want := range map[string]int{"13:00": http.StatusOK, "14:30": http.StatusServiceUnavailable, "15:30": http.StatusOK} {
		r := r
		if at != "13:00" {
			r = newReplay(t)
		}
		hour, _ := time.Parse("15:04", at)
		passTo(t, r, Dawn().Truncate(24*time.Hour).Add(hour.Sub(hour.Truncate(24*time.Hour))), 0)
		if got := get(r.Tree("full"), "/").Code; got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
		if got := get(r.Tree("simple"), "/").Code; got != http.StatusOK {
			t.Errorf("%s: the other tree answers %d", at, got)
		}
	}
}
