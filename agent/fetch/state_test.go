package fetch

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRestOutlivesRestart holds that a client that starts anew leaves alone who asked
// for it, and sends one probe when that is over.
func TestRestOutlivesRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				return reply(r, 503, "Retry-After", "3600"), nil
			}
			time.Sleep(time.Second)
			return reply(r, 200), nil
		})
		o := Options{Transport: w, Jitter: steady(0), StateFile: filepath.Join(t.TempDir(), "state", "hosts.json")}
		_ = post(t.Context(), New(o), "http://h/")
		time.Sleep(20 * time.Minute)
		c := New(o)
		const want = "GET http://h/: not asked: the host is left alone until 2000-01-01 01:00:00 UTC, because it answered Service Unavailable (Retry-After)"
		wantKind(t, get(t.Context(), c, "http://h/"), KindResting, want)
		time.Sleep(40*time.Minute - time.Second)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := get(t.Context(), c, "http://h/"); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(1500 * time.Millisecond)
		wantTimes(t, w, 0, time.Hour)
		all.Wait()
		// Healthy again, and that is kept, too.
		text, err := os.ReadFile(o.StateFile)
		if err != nil || string(text) != "{\n  \"hosts\": {}\n}\n" {
			t.Errorf("kept %s, %v", text, err)
		}
	})
}

// TestGrowthOutlivesRestart holds that a restart does not make a rest short again.
func TestGrowthOutlivesRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Transport: newWire(down), Jitter: steady(0), StateFile: filepath.Join(t.TempDir(), "hosts.json")}
		for want := 10 * time.Second; want < 5*time.Minute; want *= 2 {
			c := New(o)
			_ = post(t.Context(), c, "http://h/")
			until, _ := c.Rest("http://h/")
			if got := time.Until(until); got != want {
				t.Errorf("rests for %s, want %s", got, want)
			}
			time.Sleep(want)
		}
	})
}

// TestStateFile holds the form of the file.
func TestStateFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Transport: statuses(503), Jitter: steady(0), StateFile: filepath.Join(t.TempDir(), "hosts.json")}
		c := New(o)
		for _, address := range []string{"https://b.example/", "http://a.example/", "http://[::1]:8080/"} {
			_ = post(t.Context(), c, address)
		}
		entry := `": {
      "since": "2000-01-01T00:00:00Z",
      "until": "2000-01-01T00:00:10Z",
      "failures": 1,
      "reason": "it answered Service Unavailable",
      "halved": 1,
      "slowed": "2000-01-01T00:00:00Z"
    }`
		want := "{\n  \"hosts\": {\n    \"[::1]:8080" + entry + ",\n    \"a.example:80" + entry + ",\n    \"b.example:443" + entry + "\n  }\n}\n"
		got, err := os.ReadFile(o.StateFile)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestKeptRest tells what counts of a rest that was kept, whatever became of the clock
// in between.
func TestKeptRest(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for name, test := range map[string]struct {
		kept keptRest
		left time.Duration // negative: over, and a probe is next
		none bool
	}{
		"in the middle":        {keptRest{at(-time.Minute), at(time.Minute), 3, "x"}, time.Minute, false},
		"just over":            {keptRest{at(-time.Hour), at(-time.Minute), 3, "x"}, -time.Minute, false},
		"long over":            {keptRest{at(-48 * time.Hour), at(-25 * time.Hour), 3, "x"}, 0, true},
		"clock set back":       {keptRest{at(5 * time.Hour), at(6 * time.Hour), 3, "x"}, time.Hour, false},
		"clock set back a bit": {keptRest{at(time.Minute), at(2 * time.Minute), 3, "x"}, time.Minute, false},
		"clock leapt":          {keptRest{at(-9000 * time.Hour), at(-8999 * time.Hour), 3, "x"}, 0, true},
		"a wish of a week":     {keptRest{at(0), at(7 * 24 * time.Hour), 3, "x"}, 7 * 24 * time.Hour, false},
		"more than any wish":   {keptRest{at(0), at(7*24*time.Hour + 1), 3, "x"}, time.Hour, false},
		"for ever":             {keptRest{time.Time{}, at(290 * 365 * 24 * time.Hour), 3, "x"}, time.Hour, false},
		"over before it began": {keptRest{at(time.Hour), at(time.Minute), 3, "x"}, -59 * time.Minute, false},
		"no failure":           {keptRest{at(-time.Minute), at(time.Minute), 0, "x"}, 0, true},
		"negative failures":    {keptRest{at(-time.Minute), at(time.Minute), -1, "x"}, 0, true},
	} {
		r := test.kept.rest(noon, time.Hour)
		if r.healthy() != test.none {
			t.Errorf("%s: got %+v", name, r)
		}
		if left := r.until.Sub(noon); !r.healthy() && (left != test.left || r.failures != 3 || r.reason != "x") {
			t.Errorf("%s: got %+v, %s left, want %s", name, r, left, test.left)
		}
	}
	// Where a rest may grow longer than any wish, that counts.
	if r := (keptRest{noon, at(10 * 24 * time.Hour), 3, "x"}).rest(noon, 7*24*time.Hour); r.until != at(10*24*time.Hour) {
		t.Errorf("a long back-off was cut to %s", r.until.Sub(noon))
	}
	r := keptRest{noon, at(time.Minute), 1 << 60, "a\nb" + strings.Repeat("x", 1000)}.rest(noon, time.Hour)
	if r.failures != 1000 || len(r.reason) != 403 || !strings.HasPrefix(r.reason, "a b") {
		t.Errorf("not bounded: %d failures, %d bytes of reason %.5q", r.failures, len(r.reason), r.reason)
	}
}

// TestKeptSlowness tells what counts of a pace that was halved.
func TestKeptSlowness(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		halved int
		ago    time.Duration
		want   int
		since  time.Duration // ago
	}{
		"just now":         {2, time.Minute, 2, time.Minute},
		"one is back":      {2, 61 * time.Minute, 1, time.Minute},
		"all are back":     {2, 2 * time.Hour, 0, 0},
		"clock set back":   {2, -365 * 24 * time.Hour, 2, 0},
		"more than ever":   {1 << 40, 0, 5, 0},
		"fewer than none":  {-1 << 40, 0, 0, 0},
		"very long ago":    {5, 1 << 62, 0, 1<<62 - 5*time.Hour},
		"never was halved": {0, 0, 0, 0},
	} {
		got := keptHost{Halved: test.halved, Slowed: noon.Add(-test.ago)}.slowness(noon)
		if got.halved != test.want || got.since != noon.Add(-test.since) {
			t.Errorf("%s: halved %d times since %s", name, got.halved, got.since)
		}
	}
}

// TestDamagedStateFile holds that a file that cannot be read is a warning, nothing
// more, and is replaced when there is something to keep.
func TestDamagedStateFile(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	many.WriteString(`{"hosts": {"h:0": {}`)
	for i := range mostHosts {
		fmt.Fprintf(&many, `, "h:%d": {}`, i+1)
	}
	for name, test := range map[string]struct{ text, want string }{
		"empty":        {"", "hosts.json: damaged: unexpected end of JSON input"},
		"zeroes":       {"\x00\x00\x00", "damaged"},
		"cut":          {`{"hosts": {"h:80": {"until": "2000-`, "damaged"},
		"another form": {`{"hosts": ["h:80"]}`, "damaged"},
		"odd time":     {`{"hosts": {"h:80": {"until": "soon"}}}`, "damaged"},
		"too large":    {strings.Repeat(" ", mostState+1), "larger than 1 MiB"},
		"too many":     {many.String() + "}}", "damaged: 1001 hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				file := filepath.Join(t.TempDir(), "hosts.json")
				if err := os.WriteFile(file, []byte(test.text), 0o666); err != nil {
					t.Fatal(err)
				}
				c := New(Options{Transport: statuses(200, 503), StateFile: file, Logger: slog.New(slog.NewTextHandler(&log, nil))})
				if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), test.want) {
					t.Errorf("log lacks %s: %s", test.want, &log)
				}
				if err := get(t.Context(), c, "http://h/"); err != nil {
					t.Error(err)
				}
				_ = post(t.Context(), c, "http://h/")
				text, err := os.ReadFile(file)
				if err != nil || !strings.Contains(string(text), `"h:80"`) {
					t.Errorf("not replaced: %s, %v", text, err)
				}
			})
		})
	}
}

// TestStateFileNotWritten holds that requests go on where nothing can be kept, that
// this is told, and that it is made up for.
func TestStateFileNotWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(dir, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		o := Options{Transport: statuses(503), StateFile: filepath.Join(dir, "hosts.json"), Logger: slog.New(slog.NewTextHandler(&log, nil))}
		c := New(o)
		e := wantKind(t, post(t.Context(), c, "http://h/"), KindStatus)
		if e.Status != 503 || !strings.Contains(log.String(), `level=WARN msg="which hosts are left alone is not kept over a restart"`) {
			t.Errorf("got %v, log %s", e, &log)
		}
		_ = post(t.Context(), c, "http://another/")
		if n := strings.Count(log.String(), "is not kept over a restart"); n != 1 {
			t.Errorf("told %d times: %s", n, &log)
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		_ = post(t.Context(), c, "http://other/")
		text, err := os.ReadFile(o.StateFile)
		if err != nil || !strings.Contains(string(text), `"h:80"`) || !strings.Contains(string(text), `"other:80"`) {
			t.Errorf("got %s, %v", text, err)
		}
	})
}

// TestStateFileAtRest holds that requests that change nothing write nothing, and that
// many hosts at once leave a file that is whole.
func TestStateFileAtRest(t *testing.T) {
	t.Parallel()
	w := newWire(func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host == "up" {
			return reply(r, 200), nil
		}
		return nil, errDown
	})
	file := filepath.Join(t.TempDir(), "hosts.json")
	o := Options{Transport: w, StateFile: file, BackoffLeast: time.Hour}
	c := New(o)
	if err := get(t.Context(), c, "http://up/"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("written, though all is well")
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() { _ = get(t.Context(), c, fmt.Sprintf("http://h%d/", i)) })
	}
	all.Wait()
	again := New(o)
	for i := range 30 {
		if until, _ := again.Rest(fmt.Sprintf("http://h%d/", i)); until.IsZero() {
			t.Errorf("h%d is forgotten", i)
		}
	}
}

// TestStateFileReadOnly holds that a client that is to leave no trace leaves none, and
// keeps its manners.
func TestStateFileReadOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := statuses(503)
		o := Options{Transport: w, BackoffLeast: time.Hour, StateFile: filepath.Join(t.TempDir(), "hosts.json")}
		_ = get(t.Context(), New(o), "http://h/")
		before, err := os.ReadFile(o.StateFile)
		if err != nil {
			t.Fatal(err)
		}
		o.ReadOnly = true
		c := New(o)
		wantKind(t, get(t.Context(), c, "http://h/"), KindResting)
		wantKind(t, get(t.Context(), c, "http://other/"), KindStatus)
		after, err := os.ReadFile(o.StateFile)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("written: %s, %v", after, err)
		}
	})
}

func FuzzStateFile(f *testing.F) {
	f.Add([]byte(`{"hosts": {"h:80": {"since": "2026-04-23T12:00:00Z", "until": "2026-04-23T13:00:00Z", "failures": 3, "reason": "x"}}}`))
	f.Add([]byte(`{"hosts": {"h:80": {"until": "9999-12-31T23:59:59Z", "failures": 3}}}`))
	f.Add([]byte(`{"hosts": {"h:80": {"halved": 3, "slowed": "2026-04-23T11:30:00Z"}}}`))
	f.Add([]byte(`{"hosts": null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "hosts.json")
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		kept := &hostsFile{path: file, logger: slog.New(slog.DiscardHandler), hosts: make(map[string]keptHost)}
		for name, k := range kept.load(noon, time.Hour) {
			if k.healthy() && k.halved == 0 || k.halved < 0 || k.halved > mostSlow || k.until.After(noon.Add(7*24*time.Hour)) {
				t.Errorf("%q rests: %+v", name, k)
			}
		}
	})
}
