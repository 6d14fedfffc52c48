package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLastEvents: they are the end of what LoadEvents reads, however many there are, over
// files and months.
func TestLastEvents(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	w.most = 1000 // a few events to a file
	for n := range 20 {
		commit(t, w, sample("a", "1"), event("a", n+1))
	}
	all, err := LoadEvents(data, time.Time{}, time.Time{})
	if err != nil || len(all) != 20 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	for n := -1; n < 23; n++ {
		want := all[len(all)-max(0, min(n, len(all))):]
		got, err := LastEvents(data, n)
		if err != nil || len(got) != len(want) || len(want) > 0 && !cmp.Equal(want, got) {
			t.Errorf("the last %d, %v (-want +got):\n%s", n, err, cmp.Diff(want, got))
		}
	}
	if got, err := LastEvents(filepath.Join(data, "nowhere"), 3); err != nil || len(got) != 0 {
		t.Errorf("without data: %v, %v", got, err)
	}
}

// TestLastEventsEdited: what a person wrote is read as ever; a mistake counts where the
// file is needed, and not further back.
func TestLastEventsEdited(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	for n := range 5 {
		commit(t, w, sample("a", "1"), event("a", n+1)) // 1 2 4 5 in August, 3 in September
	}
	at := filepath.Join(data, "changes/2025-08.toml")
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	tail := "\n[[event]]\nseen = 2025-08-08T00:00:00Z\nwhat = \"build-ready\"\nsource = \"a\"\n"
	for _, tt := range []struct {
		name, text  string
		n, events   int
		wantMistake bool
	}{
		{"a text over lines", string(text) + tail + "to = \"\"\"\n[[event]]\nx\n\"\"\"\n", 4, 4, false},
		{"mistake at the end", string(text) + tail + "what = 1\n", 4, 1, true},
		{"mistake at the beginning", "x\n" + string(text), 3, 3, false},
		{"mistake not needed", "x\n", 1, 1, false},
		{"mistake in what is asked for", "x\n" + string(text), 7, 1, true},
		{"empty", "", 3, 1, false},
		{"other ends of lines", "[[event]]\r\nseen = 2025-08-08T00:00:00Z\r\nwhat = \"build-ready\"\r\nsource = \"a\"\r\n", 3, 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			write(t, at, tt.text)
			got, err := LastEvents(data, tt.n)
			if len(got) != tt.events || (err != nil) != tt.wantMistake {
				t.Errorf("%d events, %v", len(got), err)
			}
		})
	}
}

// BenchmarkLastEvents reads the end of a log that is nearly full for its file.
func BenchmarkLastEvents(b *testing.B) {
	w := fullLog(b)
	for b.Loop() {
		if got, err := LastEvents(w.Dir(), 10); err != nil || len(got) != 10 {
			b.Fatal(err)
		}
	}
}
