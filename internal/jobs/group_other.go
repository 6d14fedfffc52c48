//go:build !unix

package jobs

import (
	"context"
	"os"
	"os/exec"
	"time"
)

// run runs a command. What the command itself starts cannot be ended here.
func run(ctx context.Context, command string, log *os.File, o Options) error {
	cmd := exec.Command(o.Bash, "-c", command)
	cmd.Env = o.Env
	cmd.Stdout, cmd.Stderr = log, log
	return Group(ctx, cmd, o.Grace)
}

// Group runs a program until it ends, or until ctx does; the error is then ErrStopped.
func Group(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		_ = cmd.Process.Kill() // fails only where it has ended
		<-ended
		return ErrStopped
	}
}
