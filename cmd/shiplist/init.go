package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"shiplist/internal/config"
)

func initCommand() command {
	return command{
		name:    "init",
		args:    "DIR",
		short:   "make a working directory with a commented config.toml",
		example: "shiplist init releases && cd releases && shiplist agent --dry-run",
		setup: func(*flag.FlagSet) action {
			return runInit
		},
	}
}

func runInit(_ context.Context, e *environment, args []string) error {
	if len(args) != 1 {
		return usagef("name one directory")
	}
	dir := args[0]
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "config.toml")
	err := writeNew(path, config.InitText())
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already and is left as it is; move it away to start anew", path)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, initText, path, dir)
	return err
}

const initText = `wrote %s
next: set the contact and the sources in it, then run in %s
  shiplist agent --dry-run  to ask each source once and write nothing
  shiplist agent --once     to write what they say
  shiplist generate         to make the site
  shiplist agent            to do both by a schedule, until it is told to stop
`

// writeNew writes a file that must not exist yet, so that no work of a person is
// ever overwritten.
func writeNew(path string, text []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(text)
	return err
}
