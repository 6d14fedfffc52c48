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

// before are the facts that are stored, by source.
func (a *Agent) before(w *store.Writer) ([]*release.Facts, error) {
	facts := make([]*release.Facts, len(a.sources))
	for i, s := range a.sources {
		var err error
		if facts[i], err = w.Facts(s.state.Name); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// poll polls all sources and tells of each as soon as it is done. It is given their
// facts and, by name, their files that cannot be read. The channel ends when all are
// done; it must be read to its end.
func (a *Agent) poll(ctx context.Context, before []*release.Facts, broken map[string][]string) <-chan polled {
	results := make(chan polled)
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
