package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist/agent/fetch"
	"shiplist/agent/qatracker"
	"shiplist/agent/testobserver"
	"shiplist/internal/config"
	"shiplist/internal/jobs"
	"shiplist/internal/release"
)

// requests are those of one tracker to build products again.
type requests interface {
	// Allowed asks whether our credentials do for Mark.
	Allowed(context.Context) error
	// Open are the requests that are open, each with how far it is, by id.
	Open(context.Context) (map[string]string, error)
	// Mark tells how far one is: queued, built or canceled, as far as the tracker has that.
	Mark(ctx context.Context, id, status string) error
}

// builder follows commands while they run, several at once, and holds what they do and
// the requests on the trackers together.
type builder struct {
	*respun
	requested bool // only what is asked for is built
	commands  config.Commands
	trackers  map[string]requests // those that have requests, by name
	marked    map[string]bool     // those on which they are marked
	mu        sync.Mutex
	out       io.Writer
}

// unwantedError says of a command that it was not run, as nobody wants what it builds.
type unwantedError struct{ why string }

func (e *unwantedError) Error() string { return "no longer wanted: " + e.why }

func (b *builder) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintf(b.out, format+"\n", args...)
}

// begin asks the trackers again before a command runs, and marks what it begins with.
// A tracker cannot be asked and told at once: who takes a request in the moment between
// is not seen.
func (b *builder) begin(ctx context.Context, i int) (string, error) {
	c := &b.Commands[i]
	if err := b.askAgain(ctx, i); err != nil {
		return "", err
	}
	b.say("%d of %d: %s", i+1, len(b.Commands), c.Command)
	for _, q := range c.group.Begun {
		b.say("attention: %s already; %s is built all the same", q.Became(q.Status), q.Product.Title)
	}
	c.queued = true
	b.mark(ctx, i, "queued")
	return c.Command, nil
}

func (b *builder) ended(ctx context.Context, i int, r jobs.Result) {
	unwanted := (*unwantedError)(nil)
	switch {
	case r.Err == nil:
		b.say("%d of %d: built; log %s", i+1, len(b.Commands), r.Log)
		b.mark(ctx, i, "built")
	case errors.As(r.Err, &unwanted):
		b.say("%d of %d: skipped, %v", i+1, len(b.Commands), unwanted)
	case !r.Begun:
		b.say("%d of %d: %v", i+1, len(b.Commands), r.Err)
		if b.Commands[i].queued { // the request is open to everyone again
			b.mark(ctx, i, "requested")
		}
	default:
		b.say("%d of %d: failed: %v; log %s", i+1, len(b.Commands), r.Err, r.Log)
		b.mark(ctx, i, "canceled")
	}
}

// trackerWithin is how long asking a tracker, or marking one request, may take; marking
// also after an interrupt.
const trackerWithin = 30 * time.Second

// askAgain makes a command smaller by what was taken by somebody else since the facts
// were polled. Where a tracker does not answer, nobody knows whether what it asked for is
// still wanted: then a command for requests alone is not begun, and any other leaves
// them as they are.
func (b *builder) askAgain(ctx context.Context, i int) error {
	c := &b.Commands[i]
	if len(c.Requests) == 0 {
		return nil
	}
	open, problems := b.open(ctx, c)
	if ctx.Err() != nil { // nothing is known of a tracker that could not be heard out
		return jobs.ErrNeverBegun
	}
	if err := errors.Join(problems...); err != nil && b.requested {
		return fmt.Errorf("%w, as the requests may be taken: %w", jobs.ErrNeverBegun, err)
	}
	for _, err := range problems {
		b.say("attention: %v; built all the same, and its requests are left as they are", err)
	}
	status := func(q release.RespinRequest) string { return open[q.Source][q.ID] }
	group, left := c.group.Now(status, b.requested)
	b.tellTaken(c, group, open)
	if len(group.Products) == 0 {
		return &unwantedError{leftWords(left)}
	}
	for _, l := range left {
		b.say("%d of %d: left out: %s: %s", i+1, len(b.Commands), l.Product.Title, l.Why)
	}
	text, err := b.commands.RespinCommand(group)
	if err != nil {
		return err
	}
	c.builds(group, text)
	c.Left = respinLefts(left)
	return nil
}

// open asks the trackers that a command has requests on for those that are open: by
// tracker and id, how far each is. A tracker that cannot be asked is a problem.
func (b *builder) open(ctx context.Context, c *respinCall) (open map[string]map[string]string, problems []error) {
	open = map[string]map[string]string{}
	for _, q := range c.Requests {
		if _, done := open[q.Source]; done {
			continue
		}
		open[q.Source] = nil
		tracker := b.trackers[q.Source]
		if tracker == nil {
			problems = append(problems, fmt.Errorf("tracker %s cannot be asked how far its requests are: it is not in the configuration", q.Source))
			continue
		}
		within, cancel := context.WithTimeout(ctx, trackerWithin)
		list, err := tracker.Open(within)
		cancel()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		open[q.Source] = list
	}
	return open, problems
}

// tellTaken notes the requests of a command that it does not fulfil any more. What is
// built all the same is told: somebody else may be building it, too.
func (b *builder) tellTaken(c *respinCall, now release.RespinGroup, open map[string]map[string]string) {
	for _, q := range c.group.Requests {
		still := slices.ContainsFunc(now.Requests, func(o release.RespinRequest) bool { return o.Source == q.Source && o.ID == q.ID })
		list := open[q.Source]
		if still || list == nil {
			continue
		}
		status := list[q.ID]
		c.Taken = append(c.Taken, respinRequestOf(q, status))
		if !b.requested {
			b.say("attention: %s; %s is built all the same, and the request is left as it is", q.Became(status), q.Product.Title)
		}
	}
}

// leftWords are the reasons for which products are left out.
func leftWords(left []release.RespinLeft) string {
	words := make([]string, len(left))
	for i, l := range left {
		words[i] = l.Why
	}
	return strings.Join(words, "; ")
}

// mark marks the requests of a command. That it could not be done does not keep the
// images from being built.
func (b *builder) mark(ctx context.Context, i int, status string) {
	for _, q := range b.Commands[i].Requests {
		if !b.marked[q.Source] {
			continue
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), trackerWithin)
		err := b.trackers[q.Source].Mark(within, q.ID, status)
		cancel()
		if err != nil {
			b.say("attention: %v", err)
		}
	}
}

// requestsOf are those of a tracker of the configuration. A QA tracker's are asked for as
// anybody where it has no user.
func requestsOf(t config.Tracker, key config.Secret, limits config.Limits, client *fetch.Client) requests {
	if t.Kind == release.KindTestObserver {
		return testobserver.NewRequests(testobserver.Options{Tracker: t, Key: key, Limits: limits, Client: client})
	}
	return qatracker.NewRequests(qatracker.Options{Tracker: t, Key: key, Limits: limits, Client: client})
}

// hasKey reports whether there are credentials of a tracker; a QA tracker's have a user.
func hasKey(t config.Tracker) bool {
	return (t.KeyEnv != "" || t.KeyFile != "") && (t.Kind == release.KindTestObserver || t.User != "")
}

// reach finds out how each tracker that a command has a request on is asked, and marked
// if we have credentials of it. One whose credentials do not do is an error: better now
// than when images are built and still look as if nobody had begun.
func (o *respinOptions) reach(ctx context.Context, e *environment, cfg *config.Config, b *builder) error {
	b.trackers, b.marked = map[string]requests{}, map[string]bool{}
	client := fetch.New(fetch.Options{
		UserAgent: "shiplist/" + programVersion(), PerHost: cfg.Limits.Connections, Connect: cfg.Limits.Connect, Headers: cfg.Limits.Headers,
		Answer: cfg.Limits.Answer, PerMinute: cfg.Limits.PerMinute,
	})
	var problems []error
	for _, t := range cfg.Trackers {
		if !b.hasRequests(t.Name) {
			continue
		}
		var key config.Secret
		var err error
		marked := !o.unmarked && hasKey(t)
		if marked || hasKey(t) && t.Kind == release.KindTestObserver { // which may want one from readers, too
			key, err = t.Key(e.getenv)
		}
		b.trackers[t.Name], b.marked[t.Name] = requestsOf(t, key, cfg.Limits, client), marked
		if err == nil && marked {
			err = b.trackers[t.Name].Allowed(ctx)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%w; with --unmarked its requests are left as they are", err))
		}
	}
	return errors.Join(problems...)
}

// hasRequests reports whether a command fulfils a request on a tracker.
func (r *respun) hasRequests(tracker string) bool {
	return slices.ContainsFunc(r.Commands, func(c respinCall) bool {
		return slices.ContainsFunc(c.Requests, func(q respinRequest) bool { return q.Source == tracker })
	})
}
