package judge

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// server has a file with validators at every address but the listings, which end in
// a slash.
func server(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/") {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	_, _ = io.WriteString(w, "some content")
}

// client is a client that does what a test tells it.
type client struct {
	t *testing.T
	j *Judge
}

// ask sends a request and returns its status, 0 without an answer, and its header.
func (c client) ask(method, path string, header ...string) (int, http.Header) {
	return c.askWith(c.t.Context(), method, path, header...)
}

func (c client) askWith(ctx context.Context, method, path string, header ...string) (int, http.Header) {
	r, err := http.NewRequestWithContext(ctx, method, "http://files.test"+path, nil)
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.j.RoundTrip(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	_, _ = io.ReadAll(resp.Body) // a cut is one of the faults
	return resp.StatusCode, resp.Header
}

func (c client) get(path string, header ...string) { c.ask(http.MethodGet, path, header...) }

// together asks for paths at once.
func (c client) together(paths ...string) {
	done := make(chan bool)
	for _, p := range paths {
		go func() {
			c.get(p)
			done <- true
		}()
	}
	for range paths {
		<-done
	}
}

const etag = "If-None-Match"

// TestSins has a rude client of each kind, and beside it the polite one that does
// nearly the same. Faults begin an hour after the start.
func TestSins(t *testing.T) {
	t.Parallel()
	hour := func(f Fault) []Fault {
		f.From, f.Until = time.Time{}.Add(time.Hour), time.Time{}.Add(2*time.Hour)
		return []Fault{f}
	}
	for name, tt := range map[string]struct {
		faults []Fault // times count from the start
		client func(c client)
		want   map[Sin]int
	}{
		"without validators": {nil, func(c client) { c.get("/f"); c.get("/f"); c.get("/f", etag, `"1"`) }, map[Sin]int{Unconditional: 1}},
		"listing again":      {nil, func(c client) { c.get("/d/"); c.get("/d/") }, nil},
		"with validators":    {nil, func(c client) { c.get("/f"); c.get("/f", etag, `"1"`); c.get("/f", etag, `"1"`) }, nil},
		"head again": {nil, func(c client) {
			c.ask(http.MethodHead, "/f")
			c.ask(http.MethodHead, "/f")
		}, map[Sin]int{Unconditional: 1}},
		"head, then get": {nil, func(c client) { c.ask(http.MethodHead, "/f"); c.get("/f") }, nil},
		"killed":         {nil, func(c client) { c.get("/"); c.get("/f"); c.j.Killed(); c.get("/"); c.get("/f") }, nil},
		"killed later": {nil, func(c client) {
			c.get("/")
			c.get("/f")
			time.Sleep(time.Hour)
			c.get("/")
			c.j.Killed()
			c.get("/f")
		}, map[Sin]int{Unconditional: 1}},
		"forgot": {nil, func(c client) {
			c.get("/")
			c.get("/f")
			time.Sleep(time.Hour)
			c.get("/")
			c.j.Forgot()
			c.get("/f")
		}, nil},
		"too often":  {nil, func(c client) { c.get("/"); time.Sleep(50 * time.Minute); c.get("/") }, map[Sin]int{Gap: 1}},
		"on time":    {nil, func(c client) { c.get("/"); time.Sleep(time.Hour); c.get("/") }, nil},
		"a bit soon": {nil, func(c client) { c.get("/"); time.Sleep(time.Hour - 5*time.Second); c.get("/") }, nil},
		"knocking": {hour(Fault{Kind: Refused}), func(c client) {
			time.Sleep(time.Hour)
			for range 5 {
				c.get("/")
				time.Sleep(10 * time.Second)
			}
		}, map[Sin]int{Gap: 2}},
		"three at once":   {nil, func(c client) { c.together("/a", "/b", "/c") }, map[Sin]int{Burst: 1}},
		"two at once":     {nil, func(c client) { c.together("/a", "/b"); c.together("/c", "/d") }, nil},
		"over the minute": {nil, func(c client) { c.many(63, 500*time.Millisecond) }, map[Sin]int{Burst: 1}},
		"the minute":      {nil, func(c client) { c.many(200, time.Second) }, nil},
		"after restart": {nil, func(c client) {
			c.j.Killed()
			c.many(7, 10*time.Millisecond)
		}, map[Sin]int{Burst: 1}},
		"after outage": {hour(Fault{Kind: Refused}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(time.Hour)
			c.get("/a")
			c.many(8, 10*time.Millisecond)
		}, map[Sin]int{Burst: 2}},
		"slowly after outage": {hour(Fault{Kind: Unresolved}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(time.Hour)
			c.get("/a")
			c.many(20, time.Second)
		}, nil},
		"not waiting": {hour(Fault{Kind: BadGateway}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			c.get("/a")
		}, map[Sin]int{Burst: 1}},
		"two probes": {hour(Fault{Kind: Silent}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(time.Minute)
			c.together("/a", "/b")
		}, map[Sin]int{Burst: 1}},
		"one probe": {hour(Fault{Kind: Silent}), func(c client) {
			time.Sleep(time.Hour)
			c.together("/a", "/b")
			time.Sleep(time.Minute)
			c.get("/a")
		}, nil},
		"retry-after": {hour(Fault{Kind: Unavailable, RetryAfter: 30 * time.Minute}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(29 * time.Minute)
			c.get("/a")
		}, map[Sin]int{Broken: 1}},
		"retry-after as a date": {hour(Fault{Kind: TooMany, RetryAfter: 30 * time.Minute, Date: true}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(29 * time.Minute)
			c.get("/a")
			time.Sleep(31 * time.Minute)
			c.get("/a")
		}, map[Sin]int{Broken: 1}},
		"retry-after by a clock that is late": {hour(Fault{Kind: Unavailable, RetryAfter: 30 * time.Minute, Date: true, Skew: -2 * time.Hour}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(29 * time.Minute)
			c.get("/a")
		}, map[Sin]int{Broken: 1}},
		"retry-after of a month": {hour(Fault{Kind: Unavailable, RetryAfter: 30 * 24 * time.Hour}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/a")
			time.Sleep(6 * 24 * time.Hour)
			c.get("/a")
			time.Sleep(24 * time.Hour)
			c.get("/a", etag, `"1"`) // a week is enough
		}, map[Sin]int{Broken: 1}},
		"cut": {hour(Fault{Kind: Cut}), func(c client) {
			time.Sleep(time.Hour)
			c.get("/f")
			c.get("/f")
		}, nil},
		"not waited for": {hour(Fault{Kind: Silent}), func(c client) {
			time.Sleep(time.Hour)
			ctx, cancel := context.WithTimeout(c.t.Context(), time.Second)
			defer cancel()
			ctx2, cancel2 := context.WithCancel(ctx)
			time.AfterFunc(500*time.Millisecond, cancel2)
			c.askWith(ctx2, http.MethodGet, "/f")
			time.Sleep(time.Hour)
			c.get("/f")
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := client{t, New(Options{Connections: 2, PerMinute: 60, Backoff: 10 * time.Second}, filesHost(tt.faults))}
				tt.client(c)
				got := c.j.Score()
				if want := (Score{sins: sins{Counts: tt.want}}); got.Sins() != want.Sins() || !same(got.Counts, tt.want) {
					t.Errorf("got %v, want %v\n%s", got.Counts, tt.want, got)
				}
			})
		})
	}
}

func same(a, b map[Sin]int) bool {
	for _, kind := range []Sin{Unconditional, Gap, Burst, Broken} {
		if a[kind] != b[kind] {
			return false
		}
	}
	return true
}

// many asks for n different things, one after another.
func (c client) many(n int, apart time.Duration) {
	for range n {
		c.get("/d/")
		time.Sleep(apart)
	}
}

// filesHost is a host with one source, which is polled every hour at most.
func filesHost(faults []Fault) Host {
	start := time.Now()
	var shifted []Fault
	for _, f := range faults {
		f.From, f.Until = start.Add(f.From.Sub(time.Time{})), start.Add(f.Until.Sub(time.Time{}))
		shifted = append(shifted, f)
	}
	return Host{
		Name: "files.test", Handler: http.HandlerFunc(server), Latency: 50 * time.Millisecond, Faults: shifted,
		Sources: []Source{{
			Name: "files", First: func(r *http.Request) bool { return r.URL.Path == "/" },
			Next: func(t time.Time) time.Time { return t.Add(time.Hour) }, Slack: 20 * time.Second,
		}},
	}
}

// TestFaults looks at what a client sees of each.
func TestFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var faults []Fault
		for i, f := range []Fault{
			{Kind: Refused},
			{Kind: Unresolved},
			{Kind: Silent},
			{Kind: Slow, Delay: 20 * time.Second},
			{Kind: Unavailable, RetryAfter: time.Minute},
			{Kind: TooMany, RetryAfter: time.Minute, Date: true},
			{Kind: BadGateway},
			{Kind: Skewed, Skew: -time.Hour},
			{Kind: Healthy},
		} {
			f.From, f.Until = start.Add(time.Duration(i)*time.Hour), start.Add(time.Duration(i+1)*time.Hour)
			faults = append(faults, f)
		}
		h := filesHost(nil)
		h.Faults = faults
		c := client{t, New(Options{Connections: 2, PerMinute: 60}, h)}
		for i, want := range []struct {
			status int
			took   time.Duration
			retry  string
		}{
			{0, h.Latency, ""},
			{0, h.Latency, ""},
			{0, patience, ""},
			{200, 20 * time.Second, ""},
			{503, h.Latency, "60"},
			{429, h.Latency, "Sat, 01 Jan 2000 05:01:00 GMT"},
			{502, h.Latency, ""},
			{200, h.Latency, ""},
			{200, h.Latency, ""},
		} {
			time.Sleep(time.Until(start.Add(time.Duration(i) * time.Hour)))
			at := time.Now()
			status, header := c.ask(http.MethodGet, "/f")
			if status != want.status || time.Since(at) != want.took || header.Get("Retry-After") != want.retry {
				t.Errorf("%d: %d after %s, Retry-After %q; want %+v", faults[i].Kind, status, time.Since(at), header.Get("Retry-After"), want)
			}
			if faults[i].Kind == Skewed && header.Get("Date") != "Sat, 01 Jan 2000 06:00:00 GMT" {
				t.Errorf("the clock of the server shows %s", header.Get("Date"))
			}
		}
	})
}

// TestWeather holds that a seed always means the same, and that a month has every
// kind of fault.
func TestWeather(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, time.August, 27, 18, 0, 0, 0, time.UTC)
	kinds := map[FaultKind]bool{}
	for seed := range uint64(8) {
		a, b := Weather(seed, from, from.AddDate(0, 1, 0)), Weather(seed, from, from.AddDate(0, 1, 0))
		if len(a) < 5 || len(a) != len(b) {
			t.Fatalf("seed %d: %d and %d faults", seed, len(a), len(b))
		}
		for i := range a {
			kinds[a[i].Kind] = true
			if a[i] != b[i] {
				t.Errorf("seed %d: %+v and %+v", seed, a[i], b[i])
			}
		}
	}
	for kind := Refused; kind <= Skewed; kind++ {
		if !kinds[kind] {
			t.Errorf("no fault of kind %d in eight months", kind)
		}
	}
}
