package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

var errCrash = errors.New("crash")

// before and after are the two states between which the tests crash: files stay,
// change, come, go, and two were edited by hand.
func before() *release.Facts {
	f := sample("a", "1", "alpha", "beta", "same")
	f.Builds = []release.Build{{Series: "noble", Product: "gone", BuildID: "1"}}
	return f
}

func after() *release.Facts {
	f := sample("a", "2", "beta", "final")
	f.Milestones = append(f.Milestones, before().Milestones[2])
	f.Sort()
	return f
}

// byHand are the files that were edited: one of a thing that goes, one of a thing
// that changes.
var byHand = []string{"a/milestones/noble/alpha.toml", "a/milestones/noble/beta.toml"}

// crashAt commits after over before, ends at the nth step, and reports whether
// there were that many.
func crashAt(t *testing.T, data, st string, nth int) (reached bool) {
	t.Helper()
	w := open(t, data, st)
	commit(t, w, before())
	for _, name := range byHand {
		write(t, filepath.Join(data, name), "by hand")
	}
	w.step = func(string) error {
		if nth--; nth == 0 {
			reached = true
			return errCrash
		}
		return nil
	}
	s := state("a")
	s.Error = "second"
	_, err := w.Commit(t.Context(), s, after())
	if reached != errors.Is(err, errCrash) {
		t.Fatalf("error %v", err)
	}
	closed(t, w)
	return reached
}

// TestCrashAtEveryStep: whatever step a commit ends at, a reader sees the old state
// or the new one, the next writer the same, and nothing is lost.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for nth := 1; ; nth++ {
		data, st := place(t)
		if !crashAt(t, data, st, nth) {
			break
		}
		seen[checkCrash(t, data, st, nth)]++
	}
	if seen["old"] < 2 || seen["new"] < 8 {
		t.Errorf("crashes seen: %v", seen)
	}
}

// checkCrash compares what is there with both states, through a reader first, then
// through a writer.
func checkCrash(t *testing.T, data, st string, nth int) string {
	t.Helper()
	is := "old"
	s, err := Load(data)
	var problems Problems
	if s == nil || err != nil && !errors.As(err, &problems) {
		t.Fatalf("step %d: %v", nth, err)
	}
	want := before()
	want.Milestones = want.Milestones[2:] // the edited files do not parse
	if s.Sources[0].State.Error == "second" {
		is, want = "new", after()
	}
	if diff := cmp.Diff(want, s.Sources[0].Facts); diff != "" {
		t.Fatalf("step %d, %s (-want +got):\n%s", nth, is, diff)
	}
	w := open(t, data, st)
	if diff := cmp.Diff(s, w.Snapshot()); diff != "" {
		t.Fatalf("step %d, %s: reader and writer differ (-reader +writer):\n%s", nth, is, diff)
	}
	checkWhole(t, w, data, nth)
	return is
}

// checkWhole commits the new state again: after that every trace of a crash is gone.
func checkWhole(t *testing.T, w *Writer, data string, nth int) {
	t.Helper()
	commit(t, w, after())
	files := contents(t, data)
	for _, name := range byHand {
		if got := files[name+".edited"]; got != "by hand" {
			t.Errorf("step %d: the copy of the edited file %s holds %q", nth, name, got)
		}
	}
	for name := range files {
		if strings.Contains(name, ".edited.") {
			t.Errorf("step %d: %s was kept twice", nth, name)
		}
	}
	s, err := Load(data)
	if err != nil {
		t.Fatalf("step %d: %v", nth, err)
	}
	if diff := cmp.Diff(after(), s.Sources[0].Facts); diff != "" {
		t.Errorf("step %d (-want +got):\n%s", nth, diff)
	}
	for _, name := range []string{nextDir, readyDir, doneDir} {
		if _, err := os.Stat(filepath.Join(data, name)); err == nil {
			t.Errorf("step %d: %s is still there", nth, name)
		}
	}
}

// TestGoOnAfterError: a writer that met an error finishes that commit with the next.
func TestGoOnAfterError(t *testing.T) {
	t.Parallel()
	for nth := 1; nth <= 11; nth++ {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, before())
		left := nth
		w.step = func(string) error {
			if left--; left == 0 {
				return errCrash
			}
			return nil
		}
		if _, err := w.Commit(t.Context(), state("a"), after()); !errors.Is(err, errCrash) {
			t.Fatalf("step %d: error %v", nth, err)
		}
		commit(t, w, sample("b", "1"))
		checkWhole2(t, data, nth)
	}
}

func checkWhole2(t *testing.T, data string, nth int) {
	t.Helper()
	s, err := Load(data)
	if err != nil || len(s.Sources) != 2 {
		t.Fatalf("step %d: %v", nth, err)
	}
	if cmp.Diff(before(), s.Sources[0].Facts) != "" && cmp.Diff(after(), s.Sources[0].Facts) != "" {
		t.Errorf("step %d: neither the old nor the new state: %+v", nth, s.Sources[0].Facts)
	}
}

// TestDamagedJournal: there is no guessing.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	closed(t, open(t, data, st))
	write(t, filepath.Join(data, readyDir, journalName), "nonsense")
	_, err := Open(t.Context(), data, st)
	if err == nil || !strings.Contains(err.Error(), "restore the data directory from a copy") {
		t.Errorf("error %v", err)
	}
	if _, err := Load(data); err == nil || !strings.Contains(err.Error(), journalName) {
		t.Errorf("error %v", err)
	}
}

const childEnv = "SHIPLIST_STORE_TEST_CHILD"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

// child commits two states in turn until it is killed, and tells of each commit.
func child(dir string) int {
	w, err := Open(context.Background(), filepath.Join(dir, "data"), filepath.Join(dir, "state"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		for _, facts := range []*release.Facts{before(), after()} {
			if _, err := w.Commit(context.Background(), state("a"), facts); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			fmt.Println("committed")
		}
	}
}

// TestKill kills a real process in the middle of its commits.
func TestKill(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 30 {
		c := exec.CommandContext(t.Context(), program)
		c.Env = append(os.Environ(), childEnv+"="+dir)
		killAfter(t, c, r.IntN(2)+1, time.Duration(r.IntN(4000))*time.Microsecond)
		s, err := Load(filepath.Join(dir, "data"))
		if err != nil {
			t.Fatalf("kill %d: %v", n, err)
		}
		got := s.Sources[0].Facts
		if cmp.Diff(before(), got) != "" && cmp.Diff(after(), got) != "" {
			t.Fatalf("kill %d: neither state:\n%s", n, cmp.Diff(before(), got))
		}
		if len(s.Strangers) > 0 {
			t.Errorf("kill %d: left %v", n, s.Strangers)
		}
	}
	closed(t, open(t, filepath.Join(dir, "data"), filepath.Join(dir, "state")))
	for name := range contents(t, filepath.Join(dir, "data")) {
		if strings.Contains(name, ".edited") {
			t.Errorf("%s: our own file was taken for an edited one", name)
		}
	}
}

// killAfter starts a process and kills it a moment after it has told of n commits.
func killAfter(t *testing.T, c *exec.Cmd, n int, moment time.Duration) {
	t.Helper()
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range n {
		if !lines.Scan() {
			t.Fatalf("the process ended by itself: %v", c.Wait())
		}
	}
	timer := time.AfterFunc(moment, func() { c.Process.Kill() })
	defer timer.Stop()
	if _, err := io.Copy(io.Discard, out); err != nil && !errors.Is(err, os.ErrClosed) {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}
}

// TestReadersSeeWholeStates reads while a writer commits.
func TestReadersSeeWholeStates(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, before())
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() { readUntil(t, data, done) })
	}
	for range 8 {
		commit(t, w, after())
		commit(t, w, before())
	}
	close(done)
	readers.Wait()
}

func readUntil(t *testing.T, data string, done chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
		}
		s, err := Load(data)
		if err != nil {
			t.Error(err)
			return
		}
		got := s.Sources[0].Facts
		if cmp.Diff(before(), got) != "" && cmp.Diff(after(), got) != "" {
			t.Errorf("a mixed state:\n%s", cmp.Diff(before(), got))
			return
		}
	}
}
