//go:build !unix

package jobs

import (
	"context"
	"os"
	"os/exec"
)

// run runs a command. What the command itself starts cannot be ended here.
func run(ctx context.Context, command string, log *os.File, o Options) error {
	cmd := exec.CommandContext(ctx, o.Bash, "-c", command)
	cmd.Env = o.Env
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = log, log, o.Grace
	if err := cmd.Run(); ctx.Err() == nil {
		return err
	}
	return ErrStopped
}
