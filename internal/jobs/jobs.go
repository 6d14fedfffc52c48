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
	// Begun is told before a job runs, Ended after it, both for jobs at once from
	// several goroutines. They may be nil.
	Begun func(i int)
	Ended func(i int, r Result)
}

// Result is what became of a job.
type Result struct {
	Log string // path; empty where the job never began
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
	results := make([]Result, len(list))
	var group errgroup.Group // that one fails does not end the others
	group.SetLimit(max(1, o.Most))
	for i, job := range list {
		if ctx.Err() != nil {
			results[i].Err = ErrNeverBegun
			continue
		}
		group.Go(func() error {
			results[i] = one(ctx, job, o, func() { call(o.Begun, i) })
			if o.Ended != nil {
				o.Ended(i, results[i])
			}
			return nil
		})
	}
	return results, group.Wait()
}

func call(f func(int), i int) {
	if f != nil {
		f(i)
	}
}

// one runs a job, unless the work is cut short before.
func one(ctx context.Context, job Job, o Options, begun func()) Result {
	if ctx.Err() != nil {
		return Result{Err: ErrNeverBegun}
	}
	path := filepath.Join(o.Logs, job.Name+".log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o644)
	if err != nil {
		return Result{Err: fmt.Errorf("log: %w", err)}
	}
	begun()
	_, err = fmt.Fprintf(log, "$ %s\n", job.Command)
	if err == nil {
		err = run(ctx, job.Command, log, o)
	}
	return Result{path, errors.Join(err, log.Close())}
}
