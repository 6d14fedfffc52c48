package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"syscall"
	"time"

	"shiplist/agent/fetch"
)

// log writes the one line for a source and poll.
func (a *Agent) log(ctx context.Context, r SourceReport) {
	a.logAt(ctx, r, slog.LevelInfo, slog.LevelWarn)
}

// logAt does the same with a level for what went well and one for what did not.
func (a *Agent) logAt(ctx context.Context, r SourceReport, well, trouble slog.Level) {
	level, message := well, "source polled"
	switch r.Outcome {
	case Failed:
		level, message = trouble, "source failed"
	case Held:
		level, message = trouble, "answer held back"
	case Retired:
		message = "source retired"
	case Resting:
		message = "source not polled"
	}
	facts := []slog.Attr{
		slog.String("source", r.Name), slog.String("status", string(r.Outcome)), slog.Duration("dur", r.Duration.Round(time.Millisecond)),
		slog.Int("count", r.Counts.total()), slog.Int("changed", len(r.Changed)), slog.Int64("requests", r.Requests), slog.Int64("bytes", r.Bytes),
	}
	if reason := r.reason(); reason != "" {
		key := "note"
		if r.Outcome == Failed || r.Outcome == Held {
			key = "err"
		}
		facts = append(facts, slog.String(key, reason))
	}
	a.o.Logger.LogAttrs(ctx, level, message, facts...)
}

// logQuietly logs a poll of a running agent: what brought nothing new, and trouble that
// was told already, only at debug; and that trouble is over.
func (s *service) logQuietly(ctx context.Context, e *entry, r SourceReport, cause error) {
	well, trouble := slog.LevelInfo, slog.LevelWarn
	said := troubleOf(r, cause)
	// That its host rests follows from what was told before.
	if r.Outcome == Failed && r.ErrorKind == kindResting && e.said != "" {
		said = e.said
	}
	if r.Outcome == Unchanged {
		well = slog.LevelDebug
	}
	switch {
	case said == e.said:
		trouble = slog.LevelDebug
	case said == "":
		well = slog.LevelInfo
		s.o.Logger.InfoContext(ctx, "source is well again", "source", r.Name)
	}
	e.said = said
	s.logAt(ctx, r, well, trouble)
}

// troubleOf tells one trouble of a source from another; it is empty for none. Which of
// several requests fails first is chance: failures of one kind and host are the same. So
// are those of the data directory, whichever of its files they name: a full disk is one.
func troubleOf(r SourceReport, cause error) string {
	var request *fetch.Error
	var number syscall.Errno
	switch {
	case r.Outcome == Held:
		return r.Held.Reason
	case r.Outcome != Failed:
		return ""
	case r.ErrorKind == kindStore && errors.As(cause, &number):
		return kindStore + " " + number.Error()
	case !errors.As(cause, &request) || string(request.Kind) != r.ErrorKind:
		return r.Error
	}
	host := request.URL
	if u, err := url.Parse(request.URL); err == nil {
		host = u.Host
	}
	return r.ErrorKind + " " + host
}

// clock is a moment for people.
func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// tell says what the agent does, when that is something else than before.
func (s *service) tell(now time.Time) {
	var next *entry
	troubled := 0
	for _, e := range s.entries {
		if e.said != "" {
			troubled++
		}
		if !s.polling[e.state.Name] && (next == nil || e.next.at.Before(next.next.at)) {
			next = e
		}
	}
	text := fmt.Sprintf("%d sources, %d being polled, %d in trouble", len(s.entries), len(s.polling), troubled)
	if next != nil && next.next.at.After(now) {
		text += fmt.Sprintf("; next %s at %s", next.state.Name, clock(next.next.at))
	}
	if text != s.said {
		s.said = text
		s.o.Observer.Status(text)
	}
}
