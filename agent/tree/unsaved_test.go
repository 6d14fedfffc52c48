package tree

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

// logged puts the log of the source from now on into a buffer.
func (l *livingTree) logged() *bytes.Buffer {
	var b bytes.Buffer
	l.source.o.Logger = slog.New(slog.NewTextHandler(&b, nil))
	return &b
}

// TestUnsavedMemory: what cannot be written is remembered by the process, with one
// warning for each time that it begins, and written as soon as it can be.
func TestUnsavedMemory(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{})
	log := l.logged()
	dir := filepath.Join(l.source.o.StateDir, "deep")
	l.source.o.StateDir = dir
	block := func() {
		t.Helper()
		if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file in its place
			t.Fatal(err)
		}
	}
	block()
	first, cost := l.poll(t, 0)
	quiet := 0
	for range 3 {
		answer, n := l.poll(t, time.Minute)
		if quiet == 0 {
			quiet = n
		}
		if n >= cost/2 || n != quiet {
			t.Errorf("%d requests, after %d at first and then %d", n, cost, quiet)
		}
		if diff := cmp.Diff(first.Facts, answer.Facts); diff != "" {
			t.Errorf("facts (-first +this):\n%s", diff)
		}
	}
	warned := func(want int) {
		t.Helper()
		text := log.String()
		if n := strings.Count(text, `level=WARN msg="memory not written`); n != want || !strings.Contains(text, "path="+l.source.memoryFile()) {
			t.Errorf("%d warnings, want %d:\n%s", n, want, text)
		}
	}
	warned(1)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	l.poll(t, time.Minute)
	if _, err := loadMemory(l.source.memoryFile(), l.source.o.Tree.URL+"/"); err != nil || l.source.unsaved != nil {
		t.Errorf("not written: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	block()
	l.poll(t, time.Minute)
	warned(2)
}
