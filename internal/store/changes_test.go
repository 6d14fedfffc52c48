package store

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const firstEvents = `# What happened, and when it was seen: kept by shiplist agent.

[[event]]
after = 2025-08-07T13:59:01Z
seen = 2025-08-07T14:00:01Z
what = "build-ready"
source = "a"
series = "noble"
milestone = "beta"
product = "kubuntu"
build_id = "1"
from = "testing"
to = "ready"

[[event]]
seen = 2025-08-07T14:00:00.5Z
what = "source-lost"
source = "b"
to = "502 \"Bad\"\nGateway"
`

// lost is an event with as little as there can be.
func lost(at time.Time) release.Event {
	return release.Event{Seen: at, What: release.EventSourceLost, Source: "b", To: "502 \"Bad\"\nGateway"}
}

// TestLog shows what is on disk, to the byte: events are added at the end, to the file
// of the month in which they were seen, in UTC.
func TestLog(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	r := commit(t, w, sample("a", "1"), event("a", 1))
	if diff := cmp.Diff([]string{"a/images/noble/kubuntu.toml", "a/products.toml", "a/series/noble.toml"}, r.Changed); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	zone := time.FixedZone("", 3*3600)
	if _, err := w.Commit(t.Context(), state("b"), nil, lost(time.Date(2025, 8, 7, 17, 0, 0, 5e8, zone))); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, data)["changes/2025-08.toml"]; got != firstEvents {
		t.Errorf("(-want +got):\n%s", cmp.Diff(firstEvents, got))
	}
	closed(t, w)
	w = open(t, data, st)
	next := time.Date(2025, 9, 1, 2, 59, 59, 0, zone)
	if _, err := w.Retire(t.Context(), "b", lost(next), lost(next.Add(time.Second))); err != nil {
		t.Fatal(err)
	}
	files := contents(t, data)
	if got := files["changes/2025-08.toml"]; !strings.HasPrefix(got, firstEvents+"\n[[event]]\nseen = 2025-08-31T23:59:59Z\n") {
		t.Errorf("not added to:\n%s", got)
	}
	if got := files["changes/2025-09.toml"]; strings.Count(got, "[[event]]") != 1 || !strings.Contains(got, "seen = 2025-09-01T00:00:00Z\n") {
		t.Errorf("the next month:\n%s", got)
	}
	for name, text := range files {
		if isMonth(name) && !canonical(name, []byte(text)) {
			t.Errorf("%s is not what writing it gives:\n%s", name, text)
		}
	}
}

// TestLoadEvents: bounds, and the order.
func TestLoadEvents(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	if got, err := LoadEvents(data, time.Time{}, time.Time{}); len(got) > 0 || err != nil {
		t.Errorf("no directory: %v, error %v", got, err)
	}
	w := open(t, data, st)
	if got, err := LoadEvents(data, time.Time{}, time.Time{}); len(got) > 0 || err != nil {
		t.Errorf("no log: %v, error %v", got, err)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2025, month, day, 0, 0, 0, 0, time.UTC) }
	commit(t, w, sample("a", "1"), lost(day(9, 1)), lost(day(8, 31)), lost(day(8, 1)))
	commit(t, w, sample("a", "2"), lost(day(11, 30)), lost(day(8, 1)))
	for _, tt := range []struct {
		name        string
		from, until time.Time
		want        []time.Time
	}{
		{"all", time.Time{}, time.Time{}, []time.Time{day(8, 31), day(8, 1), day(8, 1), day(9, 1), day(11, 30)}},
		{"from", day(9, 1), time.Time{}, []time.Time{day(9, 1), day(11, 30)}},
		{"until", time.Time{}, day(8, 31), []time.Time{day(8, 1), day(8, 1)}},
		{"between", day(8, 2), day(11, 30), []time.Time{day(8, 31), day(9, 1)}},
		{"in another zone", day(8, 31).In(time.FixedZone("", -3600)), day(9, 1).In(time.FixedZone("", 3600)), []time.Time{day(8, 31)}},
		{"none", day(10, 1), day(11, 1), nil},
	} {
		events, err := LoadEvents(data, tt.from, tt.until)
		var got []time.Time
		for _, e := range events {
			got = append(got, e.Seen)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s, error %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

// TestLargeMonth: a file that has become large is followed by another.
func TestLargeMonth(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	w.most = 1000
	var want []release.Event
	for n := range 9 {
		var events []release.Event
		for i := range n {
			events = append(events, lost(event("a", 1).Seen.Add(time.Duration(10*n+i)*time.Second)))
		}
		commit(t, w, sample("a", "1"), events...)
		want = append(want, events...)
	}
	got, err := LoadEvents(data, time.Time{}, time.Time{})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	sizes := map[string]int{}
	for name, text := range contents(t, data) {
		if isMonth(name) {
			sizes[name] = len(text)
		}
	}
	if len(sizes) != 4 {
		t.Errorf("files: %v", sizes)
	}
	for name, size := range sizes {
		if size >= 1200 || size < 1000 && name != "changes/2025-08.4.toml" {
			t.Errorf("%s has %d bytes", name, size)
		}
	}
	// Tenth follows ninth, and what is too large by itself is not even read.
	w.most = 1
	for range 7 {
		commit(t, w, sample("a", "1"), lost(event("a", 1).Seen))
	}
	if err := os.Truncate(filepath.Join(data, "changes/2025-08.11.toml"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	w.most = maxMonth
	commit(t, w, sample("a", "1"), lost(event("a", 1).Seen))
	if _, err := os.Stat(filepath.Join(data, "changes/2025-08.12.toml")); err != nil {
		t.Error(err)
	}
	if _, err := LoadEvents(data, time.Time{}, time.Time{}); err == nil || !strings.Contains(err.Error(), "2025-08.11.toml: 268435457 bytes are more than") {
		t.Errorf("error %v", err)
	}
}

// TestLogRoundTrip: what is read is what was written, and adding events one by one
// gives the same bytes as writing them at once.
func TestLogRoundTrip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		g := generated{rand.New(rand.NewPCG(seed, 3))}
		text := []byte(changeHead + "\n")
		var want []release.Event
		for range 1 + g.IntN(5) {
			e := g.event()
			e.Seen = time.Date(2025, 8, 1+g.IntN(31), 0, 0, 0, g.IntN(2)*5e8, time.UTC)
			block, err := encodeEvent(e)
			if err != nil {
				t.Fatal(err)
			}
			want, text = append(want, e), appendBlock(text, block)
		}
		got, problems := decodeEvents("x", "changes/2025-08.toml", text)
		if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
			t.Fatalf("seed %d, %v (-want +got):\n%s", seed, problems, diff)
		}
		if again, err := encodeMonth(got); err != nil || string(again) != string(text) {
			t.Errorf("seed %d: added, and at once (%v):\n%s", seed, err, cmp.Diff(string(text), string(again)))
		}
		if saved := salvage("changes/2025-08.toml", text); string(saved) != string(text) {
			t.Errorf("seed %d: salvaged from what is whole:\n%s", seed, cmp.Diff(string(text), string(saved)))
		}
	}
}
