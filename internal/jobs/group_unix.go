//go:build unix

package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// leftRunning is what a log says of a command that left processes behind.
const leftRunning = "# what the command left running was ended"

// run runs a command in a group of its own. What it leaves running when it is done may
// come to its end for a while: the last lines of a pipe are written then.
func run(ctx context.Context, command string, log *os.File, o Options) error {
	cmd := exec.Command(o.Bash, "-c", command) // ended below, with all that it started
	cmd.Env = o.Env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	left, err := group(ctx, cmd, o.Grace)
	if left {
		_, noteErr := fmt.Fprintln(log, leftRunning)
		err = errors.Join(err, noteErr)
	}
	return err
}

// Group runs a program with all that it starts, without a terminal at which it could ask
// somebody. When ctx ends, all of it is told to end, and killed after grace; the error is
// then ErrStopped. Where the system can, it is told to end as well when this process is
// killed.
func Group(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	defer withParent(cmd.SysProcAttr)()
	cmd.WaitDelay = grace
	_, err := group(ctx, cmd, grace)
	return err
}

// group runs a command that leads a group. It reports whether the command left something
// running, which was ended.
func group(ctx context.Context, cmd *exec.Cmd, grace time.Duration) (left bool, err error) {
	if err := cmd.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if left = !empties(ctx, cmd.Process.Pid, grace); left {
			ended <- nil
			stop(cmd.Process.Pid, ended, grace)
		}
		return left, err
	case <-ctx.Done():
	}
	stop(cmd.Process.Pid, ended, grace)
	return false, ErrStopped
}

// look is how often is looked whether a group has ended.
const look = 20 * time.Millisecond

// empties reports whether the rest of a group ends by itself, within a time and before
// the work is cut short.
func empties(ctx context.Context, group int, within time.Duration) bool {
	patience := time.NewTimer(within)
	defer patience.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for syscall.Kill(-group, 0) == nil {
		select {
		case <-tick.C:
		case <-patience.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// stop ends a group of processes: first it tells them, then it kills them. The
// first of them is waited for in any case.
func stop(group int, ended <-chan error, grace time.Duration) {
	_ = syscall.Kill(-group, syscall.SIGTERM) // fails only where none is left
	patience := time.NewTimer(grace)
	defer patience.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	first := true // of the group is still there
	for {
		select {
		case <-ended:
			first = false
		case <-tick.C:
			if !first && syscall.Kill(-group, 0) != nil {
				return
			}
		case <-patience.C:
			_ = syscall.Kill(-group, syscall.SIGKILL)
			if first {
				<-ended
			}
			return
		}
	}
}
