package agent

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// builder has the site made when what it shows has changed: not at once, because more
// may be on its way, and never twice at a time.
type builder struct {
	first, latest time.Time // of the changes that the site does not have yet; zero for none
	notBefore     time.Time // after a failure
	running       bool
	done          chan Build
	// round are the sources whose first polls the first site waits for.
	round map[string]bool
	// refused is why the last site could not be published, as it was logged.
	refused string
}

// patience is how many times as long as for the next change the site waits for the
// last of them.
const patience = 10

// retry is how long a site that could not be made is left alone, unless the wait for
// changes is longer.
const retry = 5 * time.Minute

// begin has the site made once after the start, because nobody knows which facts the
// last one has; when what is due at once has been polled.
func (b *builder) begin(s *service, now time.Time) {
	b.round = map[string]bool{}
	for _, e := range s.entries {
		if e.next.late {
			b.round[e.state.Name] = true
		}
	}
	b.wanted(now)
}

// wanted notes that the site is not what it should be any more.
func (b *builder) wanted(now time.Time) {
	if b.first.IsZero() || b.first.After(now) {
		b.first = now
	}
	b.latest = now
}

// polled notes that a source of the first round is done.
func (b *builder) polled(name string) { delete(b.round, name) }

// due is when the site is made; waits says whether that is to happen at all.
func (b *builder) due(s *service) (at time.Time, waits bool) {
	if b.first.IsZero() || b.running || !s.o.Config.Agent.Generate || s.o.Generate == nil {
		return time.Time{}, false
	}
	after := s.o.Config.Agent.GenerateAfter
	at = b.latest.Add(after)
	last := b.first.Add(patience * after)
	if len(b.round) > 0 || at.After(last) {
		at = last
	}
	if at.Before(b.notBefore) {
		at = b.notBefore
	}
	return at, true
}

// tend has the site made when that is due.
func (b *builder) tend(s *service, now time.Time) {
	at, waits := b.due(s)
	if !waits || now.Before(at) {
		return
	}
	b.running, b.first, b.latest, b.notBefore, b.round = true, time.Time{}, time.Time{}, time.Time{}, nil
	go func() {
		built := s.build(s.work)
		select {
		case b.done <- built:
		case <-s.over:
		}
	}()
}

// build makes the site. A panic is that run's error.
func (s *service) build(ctx context.Context) (b Build) {
	start := time.Now()
	defer func() {
		if fault := recover(); fault != nil {
			s.o.Logger.ErrorContext(ctx, "panic in generator", "err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			b = Build{Err: fmt.Errorf("a fault in shiplist itself, please report it: %v", fault)}
		}
		b.Duration = time.Since(start)
	}()
	b, err := s.o.Generate(ctx)
	if b.Err == nil {
		b.Err = err
	}
	return b
}

// built notes what became of the site. One that could not be made is tried again.
func (b *builder) built(s *service, built Build) {
	b.running = false
	switch {
	case s.work.Err() != nil && built.Err != nil: // it was cancelled
		return
	case built.Err != nil:
		b.again(s)
		s.o.Logger.ErrorContext(s.work, "site not made", "dur", built.Duration.Round(time.Millisecond), "err", oneLine(built.Err.Error()))
	case built.Changed:
		s.o.Logger.InfoContext(s.work, "site made", "digest", built.Digest, "count", built.Pages, "dur", built.Duration.Round(time.Millisecond))
	default:
		s.o.Logger.DebugContext(s.work, "site is as it was", "digest", built.Digest, "count", built.Pages, "dur", built.Duration.Round(time.Millisecond))
	}
	b.published(s, built.Publication)
	s.o.Observer.Built(built)
}

// again has a site made once more, after a pause.
func (b *builder) again(s *service) {
	now := s.o.Now()
	b.wanted(now)
	b.notBefore = now.Add(max(retry, patience*s.o.Config.Agent.GenerateAfter))
}

// published tells what became of publishing a site. What forbids it is told once; what
// failed is tried again, with the next site at the latest.
func (b *builder) published(s *service, p Publication) {
	if p.Err == nil {
		if p.Tried {
			b.refused = ""
		}
		if p.Set != "" {
			s.o.Logger.InfoContext(s.work, "site published", "set", p.Set)
		}
		return
	}
	if !p.Refused {
		b.again(s)
	}
	text, level := oneLine(p.Err.Error()), slog.LevelWarn
	if text == b.refused {
		level = slog.LevelDebug
	}
	b.refused = text
	s.o.Logger.Log(s.work, level, "site not published, the one before stays", "err", text)
}
