//go:build unix

package jobs

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shiplist/internal/testenv"
)

func options(t *testing.T, most int) Options {
	return Options{Bash: testenv.Program(t, "bash"), Most: most, Logs: filepath.Join(t.TempDir(), "logs"), Grace: 10 * time.Second}
}

func TestRun(t *testing.T) {
	t.Parallel()
	o := options(t, 2)
	results, err := Run(t.Context(), []Job{
		{"first", "echo out; echo err >&2"},
		{"second", "exit 7"},
		{"third", "cat; echo done"}, // its input is empty
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ log, err string }{
		{"$ echo out; echo err >&2\nout\nerr\n", ""},
		{"$ exit 7\n", "exit status 7"},
		{"$ cat; echo done\ndone\n", ""},
	} {
		text, err := os.ReadFile(results[i].Log)
		if err != nil || string(text) != want.log {
			t.Errorf("log %d: %q, %v, want %q", i, text, err, want.log)
		}
		got := ""
		if results[i].Err != nil {
			got = results[i].Err.Error()
		}
		if got != want.err {
			t.Errorf("error %d: %q, want %q", i, got, want.err)
		}
	}
}

// What a command leaves running belongs to it: it may come to its end, and what does not
// come to one is ended.
func TestRunAwaitsWhatIsLeft(t *testing.T) {
	t.Parallel()
	sleep := testenv.Program(t, "sleep")
	o := options(t, 2)
	o.Grace = time.Minute
	results, err := Run(t.Context(), []Job{{"ends", "{ " + sleep + " 0.2; echo later; } &"}}, o)
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results[0].Err)
	}
	if text, err := os.ReadFile(results[0].Log); err != nil || !strings.HasSuffix(string(text), "\nlater\n") {
		t.Errorf("log %q, %v", text, err)
	}
}

// What does not end is ended; all that a command started holds the end of a pipe.
func TestRunEndsWhatIsLeft(t *testing.T) {
	t.Parallel()
	sleep := testenv.Program(t, "sleep")
	o := options(t, 1)
	o.Grace = 50 * time.Millisecond
	fifo := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() {
		_, err := os.ReadFile(fifo)
		gone <- err
	}()
	results, err := Run(t.Context(), []Job{{"it", "exec 3>" + strconv.Quote(fifo) + "; (trap '' TERM; " + sleep + " 600; " + sleep + " 600) & true"}}, o)
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results[0].Err)
	}
	if text, err := os.ReadFile(results[0].Log); err != nil || !strings.HasSuffix(string(text), "\n"+leftRunning+"\n") {
		t.Errorf("log %q, %v", text, err)
	}
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

// Two jobs that wait for each other end only when they run at once; a third that
// begins with them would be counted.
func TestRunAtOnce(t *testing.T) {
	t.Parallel()
	o := options(t, 2)
	var now, most atomic.Int32
	dir := t.TempDir()
	a, b := strconv.Quote(filepath.Join(dir, "a")), strconv.Quote(filepath.Join(dir, "b"))
	list := []Job{
		{"1", "echo x >" + a + "; read -r y <" + b},
		{"2", "read -r y <" + a + "; echo x >" + b},
		{"3", "true"},
		{"4", "true"},
	}
	o.Begin = func(i int) (string, error) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		return list[i].Command, nil
	}
	o.Ended = func(int, Result) { now.Add(-1) }
	for _, fifo := range []string{"a", "b"} {
		if err := syscall.Mkfifo(filepath.Join(dir, fifo), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	results, err := Run(t.Context(), list, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Errorf("job %d: %v", i, r.Err)
		}
	}
	if most.Load() != 2 {
		t.Errorf("%d at once, want 2", most.Load())
	}
}

// TestInterrupt cuts short a job whose child does not listen, and sees that every
// process that it started is gone: they all hold the end of a pipe.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	sleep := testenv.Program(t, "sleep")
	for _, tc := range []struct {
		name, command string
		grace         time.Duration
	}{
		{"told to end", sleep + " 600 & " + sleep + " 600", time.Minute},
		{"killed", "trap '' TERM; " + sleep + " 600 & wait; wait; " + sleep + " 600", 50 * time.Millisecond},
		{"first ends, the child does not", "(trap '' TERM; " + sleep + " 600; " + sleep + " 600) & " + sleep + " 600", 50 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := options(t, 1)
			o.Grace = tc.grace
			fifo := filepath.Join(t.TempDir(), "alive")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan []Result, 1)
			go func() {
				results, err := Run(ctx, []Job{{"it", "exec 3>" + strconv.Quote(fifo) + "; echo on >&3; " + tc.command}, {"after", "true"}}, o)
				if err != nil {
					t.Error(err)
				}
				ended <- results
			}()
			pipe, err := os.Open(fifo) // waits for the job
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			if _, err := io.ReadFull(pipe, make([]byte, len("on\n"))); err != nil {
				t.Fatal(err)
			}
			cancel()
			results := <-ended
			if rest, err := io.ReadAll(pipe); err != nil || len(rest) > 0 {
				t.Errorf("%q, %v", rest, err)
			}
			if !errors.Is(results[0].Err, ErrStopped) || !errors.Is(results[1].Err, ErrNeverBegun) {
				t.Errorf("results %v", results)
			}
		})
	}
}

// What is known only when a job's turn comes may change its command, or keep it from
// running; its log tells either.
func TestRunAsksBefore(t *testing.T) {
	t.Parallel()
	o := options(t, 1)
	against := errors.New("taken by somebody else")
	o.Begin = func(i int) (string, error) { return "echo less", []error{nil, against}[i] }
	results, err := Run(t.Context(), []Job{{"first", "echo more"}, {"second", "echo never"}}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		begun bool
		err   error
		log   string
	}{
		{true, nil, "$ echo less\nless\n"},
		{false, against, "# not run: echo never\ntaken by somebody else\n"},
	} {
		text, err := os.ReadFile(results[i].Log)
		if err != nil || string(text) != want.log || results[i].Begun != want.begun || !errors.Is(results[i].Err, want.err) {
			t.Errorf("job %d: %+v, log %q, %v", i, results[i], text, err)
		}
	}
}

// An interrupt while it is asked whether a job may begin keeps it from beginning.
func TestInterruptBeforeTheCommand(t *testing.T) {
	t.Parallel()
	o := options(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ran := filepath.Join(t.TempDir(), "ran")
	list := []Job{{"it", "touch " + strconv.Quote(ran)}}
	o.Begin = func(int) (string, error) {
		cancel()
		return list[0].Command, nil
	}
	results, err := Run(ctx, list, o)
	if err != nil || results[0].Begun || !errors.Is(results[0].Err, ErrNeverBegun) {
		t.Errorf("%v, %+v", err, results)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the command ran")
	}
	if text, err := os.ReadFile(results[0].Log); err != nil || string(text) != "# not run: "+list[0].Command+"\nnever begun\n" {
		t.Errorf("log %q, %v", text, err)
	}
}

func TestRunWithoutBash(t *testing.T) {
	t.Parallel()
	o := options(t, 1)
	o.Bash = filepath.Join(t.TempDir(), "none")
	results, err := Run(t.Context(), []Job{{"it", "true"}}, o)
	if err != nil || !errors.Is(results[0].Err, os.ErrNotExist) && !errors.Is(results[0].Err, exec.ErrNotFound) {
		t.Errorf("%v, %v", results, err)
	}
}
