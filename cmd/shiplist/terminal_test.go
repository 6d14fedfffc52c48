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

	"shiplist/internal/terminal"
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
	text := showing(ts, uint16(width), args[1:])
	ts.Check(os.WriteFile(ts.MkAbs(screen), text, 0o600))
	ts.Logf("%s", text)
}

// widths are those of a telephone, of half a screen, and of what people have.
var widths = []uint16{40, 60, 80, 100, 160}

// onTerminals runs the program on terminals of all widths, and asserts that what it
// prints fits each: "terminals CODE ARGS...". Only a command for the build host, and a
// word that is too long, may be wider: both are to be taken up whole.
func onTerminals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: terminals CODE ARGS...")
	}
	args = slices.Insert(slices.Clone(args), 1, "NO_COLOR=1")
	for _, width := range widths {
		for line := range strings.SplitSeq(string(showing(ts, width, args)), "\n") {
			whole := strings.Contains(line, " for-project ") || len(strings.Fields(line)) == 1 || strings.HasPrefix(strings.TrimSpace(line), "see: http")
			if n := terminal.Columns(line); n > int(width) && !whole {
				ts.Fatalf("%d columns on a terminal of %d: %s", n, width, line)
			}
		}
	}
}

// showing runs the program on a terminal: "CODE [NAME=VALUE...] ARGS...".
func showing(ts *testscript.TestScript, width uint16, args []string) []byte {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	env := []string{"TERM=xterm", raceEnv + "=" + raceOptions}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	args = args[1:]
	for len(args) > 0 && strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	text, code := shown(ts, width, env, args)
	if code != want {
		ts.Fatalf("exit code %d, want %d\n%s", code, want, text)
	}
	return text
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
