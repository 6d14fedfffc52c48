package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist/agent/fetch"
	"shiplist/agent/qatracker"
	"shiplist/internal/config"
	"shiplist/internal/jobs"
	"shiplist/internal/release"
)

// runAll runs the commands, tells on standard error how they come on, and prints at
// last what became of them.
func (o *respinOptions) runAll(ctx context.Context, e *environment, s *seen, r *respun) error {
	ctx, end := e.lasting(ctx)
	defer end()
	if err := s.warn(e.stderr, "shiplist: "); err != nil {
		return err
	}
	free, err := jobs.Alone(s.config.Respin.Logs)
	if err != nil {
		return err
	}
	defer free()
	bash, err := exec.LookPath("bash")
	if err != nil {
		return fmt.Errorf("the commands are for bash: %w", err)
	}
	b := &builder{respun: r, out: e.stderr}
	if !o.unmarked {
		if b.marks, err = o.markers(ctx, e, s.config, r); err != nil {
			return err
		}
	}
	dir := filepath.Join(s.config.Respin.Logs, e.now().UTC().Format("20060102T150405.000"))
	results, err := jobs.Run(ctx, r.jobs(), jobs.Options{
		Bash: bash, Env: withoutKeys(os.Environ(), s.config), Most: s.config.Respin.Jobs, Logs: dir, Grace: s.config.Respin.Grace,
		Begun: func(i int) { b.begun(ctx, i) },
		Ended: func(i int, result jobs.Result) { b.ended(ctx, i, result) },
	})
	if err != nil {
		return err
	}
	r.take(results)
	if o.json {
		err = printJSON(e, r)
	} else {
		err = r.printRun(e.stdout, dir)
	}
	if err == nil && r.Failed > 0 {
		err = fmt.Errorf("%d of %s did not succeed", r.Failed, release.Plural(len(r.Commands), "command", "commands"))
	}
	return o.end(s, len(r.Refused) > 0, err)
}

// jobs are the commands with the names of their logs.
func (r *respun) jobs() []jobs.Job {
	list := make([]jobs.Job, len(r.Commands))
	for i, c := range r.Commands {
		list[i] = jobs.Job{Name: fmt.Sprintf("%02d-%s", i+1, release.Slug(c.Project+" "+c.Type)), Command: c.Command}
	}
	return list
}

// take notes what became of the commands.
func (r *respun) take(results []jobs.Result) {
	r.Run = true
	for i, result := range results {
		r.Commands[i].Log = result.Log
		if result.Err == nil {
			continue
		}
		r.Commands[i].Error = result.Err.Error()
		r.Failed++
		switch {
		case errors.Is(result.Err, jobs.ErrStopped):
			r.Stopped++
		case errors.Is(result.Err, jobs.ErrNeverBegun):
			r.NeverBegun++
		}
	}
}

// printRun says one line for each command.
func (r *respun) printRun(w io.Writer, dir string) error {
	for _, c := range r.Commands {
		state := "built"
		switch c.Error {
		case "":
		case jobs.ErrStopped.Error(), jobs.ErrNeverBegun.Error():
			state = c.Error
		default:
			state = "failed: " + c.Error
		}
		if _, err := fmt.Fprintf(w, "%s %s: %s\n", c.Project, c.Type, state); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("%d of %s succeeded", len(r.Commands)-r.Failed, release.Plural(len(r.Commands), "command", "commands"))
	for _, part := range []struct {
		n    int
		what string
	}{{r.Failed - r.Stopped - r.NeverBegun, "failed"}, {r.Stopped, "stopped"}, {r.NeverBegun, "never begun"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	_, err := fmt.Fprintf(w, "%s; logs are in %s\n", text, dir)
	return err
}

// withoutKeys is an environment without the keys of trackers: builds need none.
func withoutKeys(env []string, cfg *config.Config) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(cfg.Trackers, func(t config.Tracker) bool { return t.KeyEnv != "" && t.KeyEnv == name })
	})
}

// builder follows commands while they run, several at once.
type builder struct {
	*respun
	marks map[string]*qatracker.Requests // by tracker; of those without credentials none
	mu    sync.Mutex
	out   io.Writer
}

func (b *builder) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintf(b.out, format+"\n", args...)
}

func (b *builder) begun(ctx context.Context, i int) {
	b.say("%d of %d: %s", i+1, len(b.Commands), b.Commands[i].Command)
	b.mark(ctx, i, "queued")
}

func (b *builder) ended(ctx context.Context, i int, r jobs.Result) {
	switch {
	case r.Err == nil:
		b.say("%d of %d: built; log %s", i+1, len(b.Commands), r.Log)
		b.mark(ctx, i, "built")
	case r.Log == "": // never begun: the request is still open to everyone
		b.say("%d of %d: %v", i+1, len(b.Commands), r.Err)
	default:
		b.say("%d of %d: failed: %v; log %s", i+1, len(b.Commands), r.Err, r.Log)
		b.mark(ctx, i, "canceled")
	}
}

// markWithin is how long marking one request may take, after an interrupt, too.
const markWithin = 30 * time.Second

// mark marks the requests of a command. That it could not be done does not keep the
// images from being built.
func (b *builder) mark(ctx context.Context, i int, status string) {
	for _, q := range b.Commands[i].Requests {
		marks := b.marks[q.Source]
		if marks == nil {
			continue
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
		err := marks.Mark(within, q.ID, status)
		cancel()
		if err != nil {
			b.say("attention: %v", err)
		}
	}
}

// markers are what marks the requests, for each tracker that has some of them and that
// we have credentials of. One whose credentials do not do is an error: better now than
// when images are built and still look as if nobody had begun.
func (o *respinOptions) markers(ctx context.Context, e *environment, cfg *config.Config, r *respun) (map[string]*qatracker.Requests, error) {
	marks := map[string]*qatracker.Requests{}
	client := fetch.New(fetch.Options{
		UserAgent: "shiplist/" + programVersion(), PerHost: cfg.Limits.Connections, Connect: cfg.Limits.Connect, Headers: cfg.Limits.Headers,
		Answer: cfg.Limits.Answer, PerMinute: cfg.Limits.PerMinute,
	})
	var problems []error
	for _, t := range cfg.Trackers {
		if t.User == "" || t.KeyEnv == "" && t.KeyFile == "" || !r.requested(t.Name) {
			continue
		}
		key, err := t.Key(e.getenv)
		if err == nil {
			marks[t.Name] = qatracker.NewRequests(qatracker.Options{Tracker: t, Key: key, Limits: cfg.Limits, Client: client})
			err = marks[t.Name].Allowed(ctx)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%w; with --unmarked its requests are left as they are", err))
		}
	}
	return marks, errors.Join(problems...)
}

// requested reports whether a command fulfils a request on a tracker.
func (r *respun) requested(tracker string) bool {
	return slices.ContainsFunc(r.Commands, func(c respinCall) bool {
		return slices.ContainsFunc(c.Requests, func(q respinRequest) bool { return q.Source == tracker })
	})
}
