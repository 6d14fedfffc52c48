package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"shiplist/internal/release"
)

// polled is what came of polling one source.
type polled struct {
	index      int                 // of the source, among those that are polled at once
	configured release.SourceState // what the configuration says of it
	answer     *release.Answer     // with err only what it cost, or nil
	err        error
	began      time.Time // from here on its answer may be out of date
	at         time.Time // when the poll ended
	due        time.Time // when the answer after this one is due; zero when not known
	took       time.Duration
}

// pollAll polls sources and tells of each as soon as it is done. It is given the facts
// of each. The channel ends when all are done; it must be read to its end. How many run
// at once is bounded for each host, by the client, and not here: sources that hang
// would keep out those that do not.
func (a *Agent) pollAll(ctx context.Context, sources []configuredSource, before []*release.Facts) <-chan polled {
	results := make(chan polled)
	var wg sync.WaitGroup
	for i, s := range sources {
		wg.Go(func() {
			p := a.ask(ctx, s, before[i])
			p.index = i
			results <- p
		})
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	return results
}

// ask polls one source.
func (a *Agent) ask(ctx context.Context, s configuredSource, prev *release.Facts) polled {
	p := polled{configured: s.state, began: a.now()}
	start := time.Now()
	p.answer, p.err = a.answer(ctx, s, prev)
	p.at, p.took = a.now(), time.Since(start)
	p.due = s.timetable.due(p.began)
	return p
}

// faultError is a mistake of the program itself.
type faultError struct{ fault string }

func (e *faultError) Error() string {
	return "a fault in shiplist itself, please report it: " + e.fault
}

// answer asks a source. A panic is that source's error: one bad answer must not keep
// the others from being stored.
func (a *Agent) answer(ctx context.Context, s configuredSource, prev *release.Facts) (answer *release.Answer, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			a.o.Logger.ErrorContext(ctx, "panic in source", "source", s.state.Name, "err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			answer, err = nil, &faultError{fmt.Sprint(fault)}
		}
	}()
	answer, err = s.Poll(ctx, prev)
	if err == nil && (answer == nil || answer.Facts == nil) {
		err = errors.New("the source brought no answer and no error; please report it")
	}
	if err != nil && answer != nil {
		answer = &release.Answer{Requests: answer.Requests, Bytes: answer.Bytes}
	}
	return answer, err
}
