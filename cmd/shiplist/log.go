package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"syscall"
)

// logger returns the log for standard error. Without --verbose it holds errors only:
// what went wrong with a source is part of the result, on standard output. That of a
// service holds what happens, too.
func (o *common) logger(e *environment) (*slog.Logger, error) {
	level := slog.LevelError
	switch {
	case o.verbose:
		level = slog.LevelDebug
	case o.service:
		level = slog.LevelInfo
	}
	switch o.logFormat {
	case "text":
		if toJournal(e.stderr, e.getenv("JOURNAL_STREAM")) {
			return slog.New(newJournal(e.stderr, level)), nil
		}
		return slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level})), nil
	case "json":
		return slog.New(slog.NewJSONHandler(e.stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: inSeconds})), nil
	}
	return nil, usagef("--log-format %q: write text or json", o.logFormat)
}

// inSeconds writes durations as numbers of seconds, as the metrics have them.
func inSeconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.Float64Value(a.Value.Duration().Seconds())
	}
	return a
}

// toJournal tells whether a writer leads to the journal of systemd: the variable names
// the file to which standard error was connected, see systemd.exec(5).
func toJournal(w io.Writer, stream string) bool {
	f, ok := w.(*os.File)
	if !ok || stream == "" {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stream == fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
}

// journal is a log in text, each line with its level in the form of sd-daemon(3), so that
// journalctl can choose by priority; it has the time already.
type journal struct {
	slog.Handler // writes to line
	to           *journalLine
}

// journalLine is the line that is being written.
type journalLine struct {
	mu   sync.Mutex
	line bytes.Buffer
	w    io.Writer
}

func newJournal(w io.Writer, level slog.Leveler) slog.Handler {
	to := &journalLine{w: w}
	return journal{slog.NewTextHandler(&to.line, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutKnown}), to}
}

// withoutKnown leaves out what the journal knows by itself.
func withoutKnown(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

// Handle writes one line.
func (j journal) Handle(ctx context.Context, r slog.Record) error {
	j.to.mu.Lock()
	defer j.to.mu.Unlock()
	j.to.line.Reset()
	fmt.Fprintf(&j.to.line, "<%d>", priority(r.Level))
	if err := j.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := j.to.w.Write(j.to.line.Bytes())
	return err
}

// WithAttrs returns a log with further facts in each line.
func (j journal) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journal{j.Handler.WithAttrs(attrs), j.to}
}

// WithGroup returns a log with further facts under a name.
func (j journal) WithGroup(name string) slog.Handler { return journal{j.Handler.WithGroup(name), j.to} }

// priority is a level in the numbers of syslog(3).
func priority(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 4
	case l >= slog.LevelInfo:
		return 6
	}
	return 7
}
