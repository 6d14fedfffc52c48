package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// screen is the file in which a script finds what onTerminal showed.
const screen = "screen"

// onTerminal runs the program on a terminal of a width, asserts its exit code, and keeps
// what it printed: "terminal WIDTH CODE [NAME=VALUE...] ARGS...". The script engine's own
// terminal sometimes ends before all of the output was read.
func onTerminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: terminal WIDTH CODE [NAME=VALUE...] ARGS...")
	}
	width, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	env := []string{"TERM=xterm"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	args = args[2:]
	for len(args) > 0 && strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	text, code := shown(ts, uint16(width), env, args)
	ts.Check(os.WriteFile(ts.MkAbs(screen), text, 0o600))
	ts.Logf("%s", text)
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// shown is all that the program printed on a terminal, and its exit code.
func shown(ts *testscript.TestScript, width uint16, env, args []string) ([]byte, int) {
	cmd := exec.Command(programIn(ts), args...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: width, Rows: 50})
	ts.Check(err)
	defer func() { _ = tty.Close() }()
	var text bytes.Buffer
	// On Linux a terminal that nobody holds open any more reads as an error, after all
	// that was written to it.
	if _, err := text.ReadFrom(tty); err != nil && !errors.Is(err, syscall.EIO) {
		ts.Fatalf("%v", err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	return bytes.ReplaceAll(text.Bytes(), []byte("\r\n"), []byte("\n")), cmd.ProcessState.ExitCode()
}

// programIn is the file behind the scripts' command.
func programIn(ts *testscript.TestScript) string {
	dirs := filepath.SplitList(ts.Getenv("PATH"))
	n := slices.IndexFunc(dirs, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "shiplist"))
		return err == nil
	})
	if n < 0 {
		ts.Fatalf("no shiplist in PATH")
	}
	return filepath.Join(dirs[n], "shiplist")
}
