package agent

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// betweenLookUps is how long a running agent waits after one round of looking up
// accounts until the next.
const betweenLookUps = time.Hour

// asker has accounts looked up beside the polls of a running agent: some now and then,
// and never twice at a time.
type asker struct {
	next    time.Time
	running bool
	stop    context.CancelFunc // ends the round that runs
	done    chan askedAccounts
	failing bool // the last round did, and it was told
}

// askedAccounts is what came of a round.
type askedAccounts struct {
	by  *lookUp
	got LookedUp
	err error
}

// tend begins a round when that is due. It waits until the first polls have told who the
// contacts are, and is nothing that has to be done at a certain time.
func (k *asker) tend(s *service, now time.Time) {
	if k.next.Sub(now) > betweenLookUps {
		k.next = now.Add(betweenLookUps) // the clock was set back
	}
	if k.running || now.Before(k.next) || len(s.builder.round) > 0 || len(s.polling) > 0 {
		return
	}
	k.next = now.Add(betweenLookUps)
	by := s.lookUp()
	if by == nil {
		return
	}
	ctx, stop := context.WithCancel(s.work)
	k.running, k.stop = true, stop
	go func() {
		asked := by.beside(ctx)
		select {
		case k.done <- asked:
		case <-s.over:
		}
	}()
}

// beside is a round. A panic is that round's error.
func (l *lookUp) beside(ctx context.Context) (asked askedAccounts) {
	defer func() {
		if fault := recover(); fault != nil {
			l.logger.ErrorContext(ctx, "panic in look-up", "err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			asked = askedAccounts{by: l, err: &faultError{fmt.Sprint(fault)}}
		}
	}()
	got, err := l.round(ctx, mostAccounts)
	return askedAccounts{by: l, got: got, err: err}
}

// asked notes what came of a round: pages tell what contacts are.
func (k *asker) asked(s *service, r askedAccounts) {
	k.running = false
	k.stop()
	level := slog.LevelWarn
	if k.failing {
		level = slog.LevelDebug
	}
	r.by.log(s.work, r.got, r.err, level)
	k.failing = r.err != nil || r.got.Err != nil
	if r.err == nil && r.got.Changed {
		s.builder.wanted(s.o.Now())
	}
}
