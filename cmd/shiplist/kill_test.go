package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/demo"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// agentThen is a program of the tests: the agent, once, in the working directory, at a
// moment that thenVariable tells.
const (
	agentThen    = "agent-then"
	thenVariable = "SHIPLIST_TEST_THEN"
)

func runAgentThen() {
	then, err := time.Parse(time.RFC3339, os.Getenv(thenVariable))
	if err != nil {
		panic(err)
	}
	e := system()
	e.now = func() time.Time { return then }
	os.Exit(run(context.Background(), []string{"agent", "--once"}, e))
}

// TestKill kills the whole agent at random instants of polling and writing, while the
// world that it looks at goes on. After each kill the data parses and no event is there
// twice; and whenever the agent gets to the end, the facts and the events are those of
// an agent that nobody disturbed.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds, kills := 3, 8
	switch {
	case testing.Short():
		rounds, kills = 2, 2
	case os.Getenv("SHIPLIST_MEASURE") != "":
		rounds, kills = 20, 10
	}
	k := newKiller(t)
	k.finish(k.calm)
	k.finish(k.harried)
	for range rounds {
		k.world.Pass(k.now.Add(9 * time.Hour))
		for range kills {
			k.now = k.now.Add(7 * time.Hour) // so that everything is due to be looked at again
			k.kill()
			k.check()
		}
		k.now = k.now.Add(7 * time.Hour)
		k.finish(k.calm)
		k.finish(k.harried)
		k.compare()
	}
	t.Logf("%d kills, %d of them while writing; %d runs had ended before; a commit was cut short %d times; %d events, each once",
		k.killed, k.writing, k.late, k.cut, len(k.events(k.harried)))
	if k.killed < rounds*kills/2 || k.writing == 0 || len(k.events(k.harried)) < rounds {
		t.Errorf("%d kills, %d of them while writing, and %d events are too few to tell anything", k.killed, k.writing, len(k.events(k.harried)))
	}
}

type killer struct {
	t     *testing.T
	world *demo.World
	now   time.Time
	rand  *rand.Rand
	// calm and harried are two working directories that look at the same world.
	calm, harried string
	took          time.Duration // how long an undisturbed run takes

	killed, writing, late, cut int
}

func newKiller(t *testing.T) *killer {
	world, err := demo.NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	k := &killer{t: t, world: world, now: demo.Now(), rand: rand.New(rand.NewPCG(1, 2))}
	tracker := httptest.NewServer(world.Tracker())
	t.Cleanup(tracker.Close)
	tree := httptest.NewServer(world.Tree("simple"))
	t.Cleanup(tree.Close)
	text := fmt.Sprintf(killConfig, tracker.URL, world.Demo().Hosts()[0], tree.URL)
	for _, dir := range []*string{&k.calm, &k.harried} {
		*dir = t.TempDir()
		write(t, filepath.Join(*dir, "config.toml"), text)
	}
	return k
}

// killConfig has few sources, so that an agent can be killed often. Waiting is not what
// is tried here: nothing is held back for longer in the one directory than in the other.
const killConfig = `
[agent]
hold_for = "100000h"
[limits]
per_minute = 1000000
[[tracker]]
name = "iso"
url = "%s/xmlrpc.php"
host = "%s"
[[tree]]
name = "simple"
role = "simple"
url = "%s"
`

// start starts an agent in a directory.
func (k *killer) start(dir string) (*exec.Cmd, *bytes.Buffer) {
	k.t.Helper()
	exe, err := exec.LookPath(agentThen) // put there by TestMain
	if err != nil {
		k.t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Dir, c.Env = dir, append(os.Environ(), thenVariable+"="+k.now.Format(time.RFC3339))
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	return c, &out
}

// finish lets an agent come to its end.
func (k *killer) finish(dir string) {
	k.t.Helper()
	start := time.Now()
	c, out := k.start(dir)
	if err := c.Wait(); err != nil && c.ProcessState.ExitCode() != exitTrouble {
		k.t.Fatalf("%v\n%s", err, out)
	}
	k.took = time.Since(start)
}

// kill kills an agent: every other time at any moment, else as soon as it writes.
func (k *killer) kill() {
	k.t.Helper()
	c, out := k.start(k.harried)
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	moment := time.After(time.Duration(k.rand.Int64N(int64(k.took))))
	if k.rand.IntN(2) == 0 {
		// Where the disk is memory a commit is over in less than a millisecond.
		moment = k.whenWriting(time.Duration(k.rand.Int64N(int64(20*time.Millisecond))) * time.Duration(k.rand.IntN(2)))
	}
	select {
	case err := <-done:
		if c.ProcessState.ExitCode() != exitDone && c.ProcessState.ExitCode() != exitTrouble {
			k.t.Fatalf("%v\n%s", err, out)
		}
		k.late++
		return
	case <-moment:
	}
	if k.commitUnderWay() {
		k.writing++
	}
	_ = c.Process.Kill() // when it has just ended, Wait tells
	<-done
	k.killed++
	if k.commitUnderWay() {
		k.cut++
	}
}

// whenWriting tells when a commit is under way, and a moment more has passed.
func (k *killer) whenWriting(more time.Duration) <-chan time.Time {
	moment := make(chan time.Time)
	go func() {
		defer close(moment)
		for until := time.Now().Add(2 * k.took); time.Now().Before(until); time.Sleep(20 * time.Microsecond) {
			if k.commitUnderWay() {
				time.Sleep(more)
				return
			}
		}
	}()
	return moment
}

func (k *killer) commitUnderWay() bool {
	for _, name := range []string{"next", "ready"} {
		if _, err := os.Stat(filepath.Join(k.harried, "data", ".shiplist", name)); err == nil {
			return true
		}
	}
	return false
}

// check looks at what a killed agent left.
func (k *killer) check() {
	k.t.Helper()
	if _, err := store.Load(filepath.Join(k.harried, "data")); err != nil {
		k.t.Fatalf("after kill %d: %v", k.killed, err)
	}
	seen := map[string]bool{}
	for _, e := range k.events(k.harried) {
		if told := fmt.Sprint(e); seen[told] {
			k.t.Fatalf("after kill %d an event is there twice: %s", k.killed, told)
		} else {
			seen[told] = true
		}
	}
}

func (k *killer) events(dir string) []release.Event {
	k.t.Helper()
	events, err := store.LoadEvents(filepath.Join(dir, "data"), time.Time{}, time.Time{})
	if err != nil {
		k.t.Fatal(err)
	}
	return events
}

// compare compares the two directories: all facts, and all events but for their times.
func (k *killer) compare() {
	k.t.Helper()
	if diff := cmp.Diff(k.files(k.calm), k.files(k.harried)); diff != "" {
		k.t.Fatalf("after %d kills (-undisturbed +killed):\n%s", k.killed, diff)
	}
	if diff := cmp.Diff(k.timeless(k.calm), k.timeless(k.harried)); diff != "" {
		k.t.Fatalf("events after %d kills (-undisturbed +killed):\n%s", k.killed, diff)
	}
}

// files are the facts.
func (k *killer) files(dir string) map[string]string {
	k.t.Helper()
	all := map[string]string{}
	data := os.DirFS(filepath.Join(dir, "data"))
	err := fs.WalkDir(data, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, ".shiplist/") || strings.HasPrefix(name, "changes/") || name == "sources.toml" {
			return err
		}
		text, err := fs.ReadFile(data, name)
		all[name] = string(text)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// timeless are the events without their times, sorted: an agent that was killed has
// seen some of them earlier.
func (k *killer) timeless(dir string) []string {
	var all []string
	for _, e := range k.events(dir) {
		e.After, e.Seen = time.Time{}, time.Time{}
		all = append(all, fmt.Sprint(e))
	}
	slices.Sort(all)
	return all
}
