package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version may be set at link time; without it the build information tells.
var version string

func versionCommand() command {
	return command{
		name:    "version",
		short:   "print the version",
		example: "shiplist version",
		setup: func(*flag.FlagSet) action {
			return func(_ context.Context, e *environment, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				_, err := fmt.Fprintf(e.stdout, "shiplist %s %s %s/%s\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			}
		},
	}
}

// programVersion returns the version set at link time, else the module's version
// with the commit it was built from, else "unknown".
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
