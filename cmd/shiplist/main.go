// Command shiplist tells what ships in a distribution's release: it polls trackers
// and image trees, writes what they say as TOML, and generates static pages from
// it. This package parses flags, wires the parts and chooses exit codes; it has no
// rules of its own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(program()) }

// program runs the command line until it is done or told to stop.
func program() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], system())
}
