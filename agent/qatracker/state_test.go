package qatracker

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStateFilesTold: a file that cannot be read, or written, is told once, with its
// path and what it costs.
func TestStateFilesTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	dir, c := t.TempDir(), newClock()
	s := slow(&inMemory{tracker: &tracker{methods: past()}}, c, func(o *Options) {
		o.StateDir, o.Tracker.Tests, o.Logger = dir, true, slog.New(slog.NewTextHandler(&log, nil))
	})
	files := []string{filepath.Join(dir, "iso.asked.json"), filepath.Join(dir, "iso.turns.json")}
	for _, path := range files {
		if err := os.MkdirAll(filepath.Join(path, "x"), 0o777); err != nil { // neither to be read nor replaced
			t.Fatal(err)
		}
	}
	prev := nothing()
	for range 3 {
		answer, _ := mustPoll(t, s, prev)
		prev = answer.Facts
		c.move(period)
	}
	for _, path := range files {
		for _, what := range []string{"not readable, so ", "not saved, so "} {
			n := 0
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, "level=WARN") && strings.Contains(line, what) && strings.Contains(line, path) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s: %d warnings that it is %q, want 1:\n%s", path, n, what, &log)
			}
		}
	}
	for _, path := range files {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	mustPoll(t, s, prev) // nothing has changed since
	for _, path := range files {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("not written when it could be: %v", err)
		}
	}
}
