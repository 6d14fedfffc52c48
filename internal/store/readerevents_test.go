package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestReaderEvents: whatever is done to the log, a reader that goes on sees what LoadEvents
// sees; months that did not change are the same in memory.
func TestReaderEvents(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	day := func(month time.Month, day int) time.Time { return time.Date(2025, month, day, 0, 0, 0, 0, time.UTC) }
	r, stamping := NewReader(data, ""), NewReader(data, "")
	stamping.now = inAnHour
	look := func(what string) []*Month {
		t.Helper()
		want, wantErr := LoadEvents(data, time.Time{}, time.Time{})
		var months []*Month
		for _, reader := range []*Reader{r, stamping} {
			var err error
			_, months, err = reader.LoadWithEvents(func(*Snapshot) time.Time { return time.Time{} })
			var got []release.Event
			for _, m := range months {
				got = append(got, m.Events...)
			}
			if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s: %v, want %v (-want +got)\n%s", what, err, wantErr, diff)
			}
		}
		return months
	}
	commit(t, w, sample("a", "1"))
	look("no log")
	commit(t, w, sample("a", "1"), lost(day(8, 1)), lost(day(9, 1)))
	first := look("two months")
	commit(t, w, sample("a", "2"), lost(day(9, 2)))
	second := look("one more")
	if len(first) != 2 || len(second) != 2 || first[0] != second[0] || len(first[1].Events) != 1 || len(second[1].Events) != 2 {
		t.Errorf("months %v, then %v", first, second)
	}
	august := filepath.Join(data, "changes/2025-08.toml")
	text, err := os.ReadFile(august)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{
		"\n", "# a word\n", "to = \"more of the last event\"\n", "\n[[event]]\nseen = 2025-08-02T00:00:00Z\nwhat = 'odd'\nsource = \"a\"\n",
		"\n[[event]]\nseen = 2025-09-02T00:00:00Z\nwhat = \"late\"\nsource = \"a\"\n", "\n[[event]]\nwhy = 1\n", "",
	} {
		write(t, august, string(slices.Concat(text, []byte(end))))
		look("edited: " + end)
	}
	if err := os.Remove(august); err != nil {
		t.Fatal(err)
	}
	if months := look("removed"); len(months) != 1 {
		t.Errorf("months %v", months)
	}
}

// TestLoadWithEvents: no commit comes between the facts and the log, which are those of
// Load and Events.
func TestLoadWithEvents(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	day := time.Date(2025, 8, 7, 13, 0, 0, 0, time.UTC)
	commit(t, w, sample("a", "1"), lost(day))
	r := NewReader(data, "")
	var kept error
	s, months, err := r.LoadWithEvents(func(s *Snapshot) time.Time {
		if len(s.Sources) != 1 {
			t.Errorf("asked with %d sources", len(s.Sources))
		}
		short, cancel := context.WithTimeout(t.Context(), 20*lockRetry)
		defer cancel()
		_, kept = w.Commit(short, state("a"), sample("a", "2"), lost(day.Add(time.Hour)))
		return day
	})
	if !errors.Is(kept, context.DeadlineExceeded) || err != nil {
		t.Errorf("the commit in between: %v; the reader: %v", kept, err)
	}
	if len(months) != 1 || len(months[0].Events) != 1 || s.Source("a").Facts.Images[0].Dir != "d/1" {
		t.Errorf("facts %+v with the log %+v", s.Source("a").Facts.Images, months)
	}
	commit(t, w, sample("a", "2"), lost(day.Add(time.Hour)))
	s, months, err = r.LoadWithEvents(func(*Snapshot) time.Time { return day })
	if err != nil || len(months) != 1 || len(months[0].Events) != 2 || s.Source("a").Facts.Images[0].Dir != "d/2" {
		t.Errorf("%v: facts %+v with the log %+v", err, s, months)
	}
	write(t, filepath.Join(data, "changes/2025-08.toml"), "damaged = 1\n")
	if _, _, err := r.LoadWithEvents(func(*Snapshot) time.Time { return day }); !errors.As(err, new(Problems)) {
		t.Errorf("a damaged log: %v", err)
	}
}
