package demo

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// PollBefore is how often the sources are looked at on the days before the release day.
const PollBefore = 6 * time.Hour

// Past is the sample with the days before it: until [Now] it is the [Replay], and from
// then on the sample as its tables have it. Whoever polls it at its Moments has facts
// with a history. It is safe for use by several goroutines.
type Past struct {
	replay *Replay
	sample *Demo
	over   atomic.Bool // the days have passed
}

// NewPast returns the sample as the replay begins it. An error is a mistake in the
// tables and names file and line.
func NewPast() (*Past, error) {
	sample, err := New()
	if err != nil {
		return nil, err
	}
	replay, err := NewReplay()
	if err != nil {
		return nil, err
	}
	return &Past{replay: replay, sample: sample}, nil
}

// Moments are when the sources are looked at, in order: first when there was nothing of
// the release yet, more often on its day, and last [Now].
func (p *Past) Moments() []time.Time {
	const pollOnDay = 2 * time.Hour
	var all []time.Time
	at := DayBegins().Add(3 * PollBefore)
	for ; Now().Sub(at) > PollBefore; at = at.Add(PollBefore) {
		all = append(all, at)
	}
	for ; !at.After(Now()); at = at.Add(pollOnDay) {
		all = append(all, at)
	}
	return all
}

// Pass lets the time up to now pass.
func (p *Past) Pass(now time.Time) error {
	if !now.Before(Now()) {
		p.over.Store(true)
		return nil
	}
	_, err := p.replay.Pass(now)
	return err
}

// Tracker is [Demo.Tracker] as it is at each request.
func (p *Past) Tracker() http.Handler { return p.either(p.replay.Tracker(), p.sample.Tracker()) }

// Tree is [Demo.Tree] as it is at each request.
func (p *Past) Tree(name string) http.Handler {
	return p.either(p.replay.Tree(name), p.sample.Tree(name))
}

func (p *Past) either(before, after http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.over.Load() {
			after.ServeHTTP(w, r)
			return
		}
		before.ServeHTTP(w, r)
	})
}

// Start serves it as [Start] does.
func (p *Past) Start(ctx context.Context) (*Running, error) { return start(ctx, p.sample, p) }
