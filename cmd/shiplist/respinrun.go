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

	"shiplist/internal/config"
	"shiplist/internal/jobs"
	"shiplist/internal/release"
)

// runAll runs the commands, tells on standard error how they come on, and prints at
// last what became of them.
func (o *respinOptions) runAll(ctx context.Context, e *environment, s *seen, r *respun) error {
	ctx, end := e.lasting(ctx)
	defer end()
	if err := s.warnAside(e); err != nil {
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
	b := &builder{respun: r, requested: o.wanted.Requested, commands: s.config.Commands, out: e.stderr}
	if err := o.reach(ctx, e, s.config, b); err != nil {
		return err
	}
	dir := filepath.Join(s.config.Respin.Logs, e.now().UTC().Format("20060102T150405.000"))
	results, err := jobs.Run(ctx, r.jobs(), jobs.Options{
		Bash: bash, Env: withoutKeys(os.Environ(), s.config), Most: s.config.Respin.Jobs, Logs: dir, Grace: s.config.Respin.Grace,
		Begin: func(i int) (string, error) { return b.begin(ctx, i) },
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
		if unwanted := (*unwantedError)(nil); errors.As(result.Err, &unwanted) {
			r.Commands[i].Skipped = unwanted.why
			r.Skipped++
			continue
		}
		r.Commands[i].Error = result.Err.Error()
		r.Failed++
		r.Commands[i].unfinished = errors.Is(result.Err, jobs.ErrStopped) || errors.Is(result.Err, jobs.ErrNeverBegun)
		switch {
		case errors.Is(result.Err, jobs.ErrStopped):
			r.Stopped++
		case !result.Begun:
			r.NeverBegun++
		}
	}
}

// printRun says one line for each command.
func (r *respun) printRun(w io.Writer, dir string) error {
	for _, c := range r.Commands {
		if _, err := fmt.Fprintf(w, "%s %s: %s\n", c.Project, c.Type, c.became()); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("%d of %s succeeded", len(r.Commands)-r.Failed-r.Skipped, release.Plural(len(r.Commands), "command", "commands"))
	for _, part := range []struct {
		n    int
		what string
	}{{r.Failed - r.Stopped - r.NeverBegun, "failed"}, {r.Stopped, "stopped"}, {r.NeverBegun, "never begun"}, {r.Skipped, "skipped"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	_, err := fmt.Fprintf(w, "%s; logs are in %s\n", text, dir)
	return err
}

// became says in words what became of a command.
func (c *respinCall) became() string {
	switch {
	case c.Skipped != "":
		return "skipped: " + c.Skipped
	case c.unfinished:
		return c.Error
	case c.Error != "":
		return "failed: " + c.Error
	}
	text := "built"
	for i, l := range c.Left {
		text += []string{"; without ", ", "}[min(i, 1)] + l.Title
	}
	return text
}

// withoutKeys is an environment without the keys of trackers: builds need none.
func withoutKeys(env []string, cfg *config.Config) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(cfg.Trackers, func(t config.Tracker) bool { return t.KeyEnv != "" && t.KeyEnv == name })
	})
}
