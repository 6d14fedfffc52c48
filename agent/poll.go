package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// atOnce is how many sources are polled side by side. Politeness towards a host is
// the client's part; this bounds memory.
const atOnce = 8

// polled is what came of polling one source.
type polled struct {
	index  int // of the source
	before tally
	answer *release.Answer // nil with err
	err    error
	at     time.Time // when the poll ended
	took   time.Duration
}

// poll polls all sources and tells of each as soon as it is done. The channel ends
// when all are; it must be read to its end.
func (a *Agent) poll(ctx context.Context, w *store.Writer) <-chan polled {
	results := make(chan polled)
	before := make([]*release.Facts, len(a.sources))
	for i, s := range a.sources {
		before[i] = &release.Facts{Source: s.state.Name}
		if stored := w.Snapshot().Source(s.state.Name); stored != nil {
			before[i] = stored.Facts
		}
	}
	broken := brokenFiles(w)
	var g errgroup.Group
	g.SetLimit(atOnce)
	go func() {
		for i, s := range a.sources {
			g.Go(func() error {
				p := polled{index: i, before: count(before[i])}
				p.before.unreadable(broken[s.state.Name])
				start := time.Now()
				p.answer, p.err = a.ask(ctx, s, before[i])
				p.at, p.took = a.now(), time.Since(start)
				results <- p
				return nil
			})
		}
		g.Wait() // no function returns an error
		close(results)
	}()
	return results
}

// ask polls one source. A panic is that source's error: one bad answer must not keep
// the others from being stored.
func (a *Agent) ask(ctx context.Context, s source, prev *release.Facts) (answer *release.Answer, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			a.o.Logger.ErrorContext(ctx, "panic in source", "source", s.state.Name, "err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			answer, err = nil, fmt.Errorf("a fault in shiplist itself, please report it: %v", fault)
		}
	}()
	answer, err = s.Poll(ctx, prev)
	if err == nil && (answer == nil || answer.Facts == nil) {
		return nil, errors.New("the source brought no answer and no error; please report it")
	}
	return answer, err
}
