package agent

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"shiplist/internal/config"
)

// table makes a timetable; each rush is written "FROM UNTIL SCHEDULE", with times after
// midnight.
func table(t *testing.T, kind, schedule string, spread time.Duration, rushes ...string) timetable {
	t.Helper()
	c := &config.Config{Agent: config.Agent{Spread: spread}}
	for _, text := range rushes {
		part := strings.SplitN(text, " ", 3)
		from, err1 := time.ParseDuration(part[0])
		until, err2 := time.ParseDuration(part[1])
		if err1 != nil || err2 != nil {
			t.Fatal(text)
		}
		c.Rushes = append(c.Rushes, config.Rush{From: midnight.Add(from), Until: midnight.Add(until), Schedule: part[2], Sources: []string{"a*"}})
	}
	tt, err := newTimetable(c, "abc", kind, schedule)
	if err != nil {
		t.Fatal(err)
	}
	return tt
}

// TestTimetable follows a source for some turns: each poll begins when it is due, and
// takes some time.
func TestTimetable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		table    timetable
		takes    string
		want     string
		lastLate bool
	}{
		{name: "fields", table: table(t, "tree", "*/15 * * * *", 0), want: "15m 30m 45m 1h"},
		{name: "every", table: table(t, "tree", "@every 7m", 0), want: "7m 14m 21m"},
		{name: "longer than the gap", table: table(t, "tree", "*/15 * * * *", 0), takes: "20m", want: "30m 1h"},
		{name: "every, longer than the gap", table: table(t, "tree", "@every 15m", 0), takes: "20m", want: "30m 1h"},
		{name: "rush", table: table(t, "tree", "0 * * * *", 0, "90m 93m @every 1m"), want: "1h 1h30m 1h31m 1h32m 2h 3h"},
		{name: "rush begins at once", table: table(t, "tree", "0 * * * *", 0, "93m 107m @every 7m"), want: "1h 1h33m 1h40m 2h"},
		{name: "rush of fields", table: table(t, "tree", "@every 1h", 0, "90m 93m * * * * *"), want: "1h 1h30m 1h31m 1h32m 2h32m"},
		{name: "first rush counts", table: table(t, "tree", "@hourly", 0, "90m 100m @every 5m", "80m 110m @every 10m"), want: "1h 1h20m 1h30m 1h35m 1h45m 2h"},
		{name: "slower in a rush", table: table(t, "tree", "*/10 * * * *", 0, "15m 65m @every 30m"), want: "10m 40m 1h10m"},
		{name: "nothing in a rush", table: table(t, "tree", "*/10 * * * *", 0, "15m 35m @daily"), want: "10m 40m"},
		{name: "rush of others", table: table(t, "tree", "@hourly", 0), want: "1h 2h"},
		{name: "too often", table: table(t, "test-observer", "*/10 * * * *", 0, "11m 15m @every 10s"), want: "10m 12m 14m 20m"},
		{name: "too often by fields", table: table(t, "test-observer", "* * * * *", 0), want: "2m 4m 6m"},
		{name: "after a late one", table: table(t, "tree", "*/15 * * * *", 0), lastLate: true, takes: "1m", want: "15m 30m"},
		{name: "after a late one, soon", table: table(t, "tree", "5,20,35,50 * * * *", 0), lastLate: true, want: "20m 35m"},
		{name: "uneven", table: table(t, "tree", "0,1,30 * * * *", 0), want: "1m 30m 1h 1h1m"},
	} {
		var takes time.Duration
		if tt.takes != "" {
			takes, _ = time.ParseDuration(tt.takes)
		}
		last := turn{at: midnight, late: tt.lastLate}
		var got []string
		for range strings.Fields(tt.want) {
			last = tt.table.next(last, last.at.Add(takes))
			said := strings.TrimSuffix(last.at.Sub(midnight).String(), "0s")
			got = append(got, strings.Replace(said, "h0m", "h", 1))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, strings.Join(got, " "), tt.want)
		}
	}
}

// TestResume: at a start a source is polled now when a turn of it was missed, once, and
// else when it is due.
func TestResume(t *testing.T) {
	t.Parallel()
	quarter := table(t, "tree", "*/15 * * * *", 0)
	now := midnight.Add(10 * time.Hour)
	for _, tt := range []struct {
		name string
		last time.Duration // ago
		want time.Duration // from now
	}{
		{"never", 0, 0},
		{"just now", time.Second, 15 * time.Minute},
		{"in the slot before", 15 * time.Minute, 0},
		{"missed by a little", 16 * time.Minute, 0},
		{"years ago", 10 * 365 * 24 * time.Hour, 0},
		{"late before the slot", 2 * time.Minute, 15 * time.Minute},
	} {
		last := turn{late: true}
		if tt.last > 0 {
			last.at = now.Add(-tt.last)
		}
		got := quarter.resume(last, now)
		if got.at.Sub(now) != tt.want || got.late != (tt.want == 0) {
			t.Errorf("%s: in %s, late %t; want %s", tt.name, got.at.Sub(now), got.late, tt.want)
		}
	}
}

// TestSlower: while its host is slowed down a source is polled at the first slot after a
// gap that is twice as long for each time, and never later than it was, or than a day.
func TestSlower(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		table  timetable
		halved int
		want   time.Duration
	}{
		"not":                {table(t, "tree", "*/15 * * * *", 0), 0, 15 * time.Minute},
		"once":               {table(t, "tree", "*/15 * * * *", 0), 1, 30 * time.Minute},
		"twice":              {table(t, "tree", "*/15 * * * *", 0), 2, time.Hour},
		"as often as can be": {table(t, "tree", "*/15 * * * *", 0), 5, 8 * time.Hour},
		"every":              {table(t, "tree", "@every 7m", 0), 3, 56 * time.Minute},
		"spread":             {table(t, "tree", "*/15 * * * *", 10*time.Minute), 1, 30 * time.Minute},
		"no more than a day": {table(t, "tree", "0 */6 * * *", 0), 5, 24 * time.Hour},
		"a day at least":     {table(t, "tree", "0 0 * * 6", 0), 5, 7 * 24 * time.Hour},
		"a week, every":      {table(t, "tree", "@every 168h", 0), 5, 7 * 24 * time.Hour},
		"in a rush":          {table(t, "tree", "@hourly", 0, "0m 10m * * * * *"), 2, 4 * time.Minute},
		"a rush ends":        {table(t, "tree", "@hourly", 0, "0m 3m * * * * *"), 2, 4 * time.Hour},
		"a rush begins":      {table(t, "tree", "@hourly", 0, "30m 90m * * * * *"), 1, 30 * time.Minute},
	} {
		slow := tt.table
		slow.halved = tt.halved
		last := turn{at: midnight}
		if tt.table.spread > 0 {
			last = tt.table.next(last, midnight)
		}
		for _, late := range []time.Duration{0, 20 * time.Millisecond, time.Second} {
			from := turn{at: last.at.Add(late)}
			if _, every := tt.table.plain.(cron.ConstantDelaySchedule); every {
				from = last
			}
			next := slow.next(from, from.at)
			if got := next.at.Sub(last.at); got != tt.want {
				t.Errorf("%s: %s after one that was %s late, want %s", name, got, late, tt.want)
			}
			// The same at a restart, unless it was missed meanwhile.
			if got := slow.resume(from, next.at.Add(-time.Second)); got != next {
				t.Errorf("%s: %v after a restart, want %v", name, got, next)
			}
			if got := slow.resume(from, next.at.Add(time.Second)); !got.late {
				t.Errorf("%s: %v though it was missed", name, got)
			}
		}
	}
}

// TestAgain: a source that is to be asked anew comes soon, but not before half of its
// gap is over, nor later than it was to come anyway.
func TestAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind, schedule string
		now            time.Duration // after ten o'clock
		last, want     time.Duration // ago, and from now
		halved         int
		regular        bool // it is the turn that was planned
	}{
		"just polled":              {schedule: "*/15 * * * *", now: time.Second, last: time.Second, want: 7*time.Minute + 29*time.Second},
		"a while ago":              {schedule: "*/15 * * * *", now: 8 * time.Minute, last: 8 * time.Minute, want: 0},
		"late, a moment ago":       {schedule: "*/15 * * * *", now: 8 * time.Minute, last: time.Minute, want: 6*time.Minute + 30*time.Second},
		"long ago":                 {schedule: "*/15 * * * *", now: time.Second, last: 100 * time.Hour, want: 0},
		"never":                    {schedule: "*/15 * * * *", want: 0},
		"every":                    {schedule: "@every 40m", last: 5 * time.Minute, want: 15 * time.Minute},
		"every, soon":              {schedule: "@every 10s", last: 2 * time.Second, want: 8 * time.Second, regular: true},
		"daily":                    {schedule: "0 0 * * *", last: 10 * time.Hour, want: 2 * time.Hour},
		"uneven, in the long gap":  {schedule: "0 9,10 * * *", now: 30 * time.Minute, last: 30 * time.Minute, want: 11 * time.Hour},
		"uneven, in the short gap": {schedule: "30 9,10 * * *", last: 30 * time.Minute, want: 30 * time.Minute, regular: true},
		"kind's own least":         {kind: "test-observer", schedule: "* * * * *", last: 30 * time.Second, want: 90 * time.Second, regular: true},
		"kind's least is more":     {kind: "test-observer", schedule: "*/3 * * * *", now: time.Second, last: time.Second, want: 119 * time.Second},
		"hardly ever":              {schedule: "0 0 29 2 *", last: time.Hour, want: 59*24*time.Hour - 10*time.Hour, regular: true},
		"host slowed down":         {schedule: "*/15 * * * *", now: 8 * time.Minute, last: 8 * time.Minute, halved: 1, want: 22 * time.Minute, regular: true},
	} {
		kind := cmp.Or(tt.kind, "tree")
		table := table(t, kind, tt.schedule, 0)
		table.halved = tt.halved
		now := midnight.Add(10*time.Hour + tt.now)
		last := turn{}
		if tt.last > 0 {
			last.at = now.Add(-tt.last)
		}
		got := table.again(last, now)
		if got.at.Sub(now) != tt.want || got.late == tt.regular {
			t.Errorf("%s: in %s, late %t; want in %s", name, got.at.Sub(now), got.late, tt.want)
		}
	}
	// Those that may come now come one after the other.
	seen := map[time.Time]bool{}
	for i := range 50 {
		c := &config.Config{Agent: config.Agent{Spread: 10 * time.Minute}}
		tt, err := newTimetable(c, fmt.Sprint("source", i), "tree", "@hourly")
		if err != nil {
			t.Fatal(err)
		}
		now := midnight.Add(40 * time.Minute)
		at := tt.again(turn{at: midnight}, now).at
		if at.Before(now) || at.Sub(now) >= 10*time.Minute {
			t.Errorf("in %s", at.Sub(now))
		}
		seen[at] = true
	}
	if len(seen) < 45 {
		t.Errorf("only %d different moments", len(seen))
	}
}

// TestSpread: sources whose slots are the same begin at moments of their own, always
// the same, within the spread and the first half of the gap.
func TestSpread(t *testing.T) {
	t.Parallel()
	for spec, most := range map[string]time.Duration{"*/15 * * * *": 10 * time.Minute * 3 / 4, "* * * * *": 30 * time.Second, "@daily": 10 * time.Minute} {
		seen := map[time.Duration]bool{}
		for i := range 100 {
			c := &config.Config{Agent: config.Agent{Spread: 10 * time.Minute}}
			tt, err := newTimetable(c, fmt.Sprint("source", i), "tree", spec)
			if err != nil {
				t.Fatal(err)
			}
			slot := midnight.Add(24 * time.Hour)
			first := tt.next(turn{at: slot.Add(-time.Hour)}, slot.Add(-time.Second))
			off := first.at.Sub(slot)
			if off < 0 || off >= most {
				t.Errorf("%s: %s after the slot", spec, off)
			}
			if again := tt.next(first, first.at); again.at.Sub(first.at) != tt.gap(slot) {
				t.Errorf("%s: %s to the next one", spec, again.at.Sub(first.at))
			}
			if start := tt.resume(turn{}, slot.Add(time.Second)); start.at.Sub(slot) >= most+time.Second {
				t.Errorf("%s: begins %s after the start", spec, start.at.Sub(slot))
			}
			seen[off] = true
		}
		if len(seen) < 90 {
			t.Errorf("%s: only %d different moments", spec, len(seen))
		}
	}
}

// TestTurnsKeepApart: whatever the schedules, rushes and times, turns lie in the
// future, and no two are nearer to each other than is allowed.
func TestTurnsKeepApart(t *testing.T) {
	t.Parallel()
	specs := []string{"* * * * *", "*/2 * * * *", "*/15 * * * *", "0,1 * * * *", "7 */3 * * *", "@hourly", "@daily", "@every 10s", "@every 90s", "@every 47m", "0 0 29 2 *"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		kind := []string{"tree", "test-observer"}[r.IntN(2)]
		var rushes []string
		for range r.IntN(3) {
			from := r.IntN(300)
			rushes = append(rushes, fmt.Sprintf("%dm %dm %s", from, from+1+r.IntN(100), specs[r.IntN(len(specs))]))
		}
		tt := table(t, kind, specs[r.IntN(len(specs))], time.Duration(r.IntN(3))*time.Minute, rushes...)
		last, now := turn{}, midnight.Add(time.Duration(r.IntN(100))*time.Minute)
		for range 10 {
			var next turn
			tt.halved = max(0, r.IntN(12)-6)
			if n := r.IntN(10); n < 2 {
				next = tt.resume(last, now)
			} else if n == 3 {
				next = tt.again(last, now)
			} else if !last.at.IsZero() {
				next = tt.next(last, now)
				if !next.at.After(now) {
					t.Fatalf("%+v: %s is not after %s", tt, next.at, now)
				}
			} else {
				continue
			}
			if next.at.Before(now) || !last.at.IsZero() && next.at.Sub(last.at) < tt.least {
				t.Fatalf("%+v: %+v after %+v, at %s", tt, next, last, now)
			}
			last, now = next, next.at.Add(time.Duration(r.IntN(200))*time.Second)
		}
	}
}

func TestBadSchedule(t *testing.T) {
	t.Parallel()
	c := &config.Config{Trees: []config.Tree{{Name: "full", URL: "https://full.example", Schedule: "TZ="}}}
	if _, err := New(Options{Config: c}); err == nil || !strings.HasPrefix(err.Error(), `source full: "TZ=" names a time zone`) {
		t.Errorf("error %v", err)
	}
}
