// Package jobs runs commands of the shell, some of them at once, each with its output
// in a log of its own.
//
// A command and all that it starts are one group of processes. When the work is cut
// short the groups are told to end, and what has not ended after a while is killed. So is
// what a command leaves running, some time after its own end: no process is left behind.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// Job is one command.
type Job struct {
	// Name is that of its log, without an ending.
	Name    string
	Command string // for bash
}

// Options say how jobs are run.
type Options struct {
	Bash string   // the program
	Env  []string // the environment of the jobs; that of this process when nil
	Most int      // jobs at once; at least 1
	Logs string   // directory of the logs; it is made
	// Grace is how long a job that was told to end may take, until it is killed.
	Grace time.Duration
	// Begin is asked directly before a job runs, and answers with the command that it
	// then runs; an error keeps it from running, and is its result. Ended is told after
	// it. Both are called for jobs at once, from several goroutines, and may be nil.
	Begin func(i int) (command string, err error)
	Ended func(i int, r Result)
}

// Result is what became of a job.
type Result struct {
	Log   string // path; empty where there is none
	Begun bool   // whether the command was run
	// Err is what the job failed with; ErrStopped where it was cut short, and
	// ErrNeverBegun where it did not come to it.
	Err error
}

// Why jobs did not come to their end.
var (
	ErrStopped    = errors.New("stopped before it was done")
	ErrNeverBegun = errors.New("never begun")
)

// Run runs jobs and returns the result of each, in their order. It returns when the
// last process that they started has ended, or, when ctx ends, has been ended.
func Run(ctx context.Context, list []Job, o Options) ([]Result, error) {
	if err := os.MkdirAll(o.Logs, 0o755); err != nil {
		return nil, fmt.Errorf("directory of the logs: %w", err)
	}
	if o.Begin == nil {
		o.Begin = func(i int) (string, error) { return list[i].Command, nil }
	}
	results := make([]Result, len(list))
	var group errgroup.Group // that one fails does not end the others
	group.SetLimit(max(1, o.Most))
	for i, job := range list {
		if ctx.Err() != nil {
			results[i].Err = ErrNeverBegun
			continue
		}
		group.Go(func() error {
			results[i] = one(ctx, job, o, func() (string, error) { return o.Begin(i) })
			if o.Ended != nil {
				o.Ended(i, results[i])
			}
			return nil
		})
	}
	return results, group.Wait()
}

// one runs a job, unless the work is cut short before, or begin has something against it.
func one(ctx context.Context, job Job, o Options, begin func() (string, error)) Result {
	if ctx.Err() != nil {
		return Result{Err: ErrNeverBegun}
	}
	path := filepath.Join(o.Logs, job.Name+".log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o644)
	if err != nil {
		return Result{Err: fmt.Errorf("log: %w", err)}
	}
	command, against := begin()
	if against != nil {
		_, err = fmt.Fprintf(log, "# not run: %s\n%v\n", job.Command, against)
		return Result{Log: path, Err: errors.Join(against, err, log.Close())}
	}
	if ctx.Err() != nil { // while begin was at work
		_, err = fmt.Fprintf(log, "# not run: %s\n%v\n", command, ErrNeverBegun)
		return Result{Log: path, Err: errors.Join(ErrNeverBegun, err, log.Close())}
	}
	_, err = fmt.Fprintf(log, "$ %s\n", command)
	if err == nil {
		err = run(ctx, command, log, o)
	}
	return Result{Log: path, Begun: true, Err: errors.Join(err, log.Close())}
}
