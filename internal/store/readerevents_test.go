package store

import (
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
			months, err = reader.Events(time.Time{})
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
