package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestJournal: what systemd reads has a priority and neither time nor level, and one
// line is one write.
func TestJournal(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := slog.New(newJournal(&b, slog.LevelInfo))
	log.Debug("not there")
	log.Info("source polled", "source", "iso", "dur", time.Second)
	log.With("source", "full").Warn("source failed", "err", "two\nlines")
	log.WithGroup("a").Error("gone", "level", 1)
	want := `<6>msg="source polled" source=iso dur=1s
<4>msg="source failed" source=full err="two\nlines"
<3>msg=gone a.level=1
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestToJournal: only the file that systemd has named is its journal.
func TestToJournal(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	name := fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
	if !toJournal(f, name) {
		t.Error("the journal is not known")
	}
	if toJournal(f, "") || toJournal(f, name+"0") || toJournal(new(bytes.Buffer), name) {
		t.Error("something else is taken for the journal")
	}
}

// TestJSONLog: durations are seconds, as in the metrics.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	o := common{logFormat: "json", service: true}
	log, err := o.logger(&environment{stderr: &b, getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("source polled", "dur", 1500*time.Millisecond)
	if !bytes.Contains(b.Bytes(), []byte(`"dur":1.5`)) {
		t.Errorf("logged %s", &b)
	}
}
