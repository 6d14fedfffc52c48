package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/generator/staged"
)

// What a child process of these tests publishes, at which step it dies, and whether it
// goes back instead.
const (
	childEnv = "SHIPLIST_PUBLISH_TEST_CHILD"
	diesEnv  = "SHIPLIST_PUBLISH_TEST_DIES"
	backEnv  = "SHIPLIST_PUBLISH_TEST_BACK"
)

// died is the exit code of a child that ended at its step.
const died = 77

// TestMain lets the test binary be the process that dies.
func TestMain(m *testing.M) {
	dir := os.Getenv(childEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	o := Options{
		Site: Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 2},
		step: func(name string) error {
			if name == os.Getenv(diesEnv) {
				os.Exit(died) // no deferred call runs, as none does at a crash
			}
			return nil
		},
	}
	var err error
	if os.Getenv(backEnv) != "" {
		_, err = Rollback(context.Background(), o, 1)
	} else {
		_, err = Publish(context.Background(), o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child publishes in a process of its own, which dies at a step, and returns its exit
// code.
func child(t *testing.T, s Site, step, back string) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), childEnv+"="+filepath.Dir(s.Output), diesEnv+"="+step, backEnv+"="+back)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := c.ProcessState.ExitCode(); code == died || code == 0 {
		return code
	}
	t.Fatalf("%v\n%s", err, out)
	return 0
}

// steps are all steps of a publishing; switched tells which come after the switch.
var (
	steps    = []string{"listed", "filled", "checked", "carried", "signed", "summed", "issued", "dated", "synced", "pending", "recorded", "named", "linked", "switched", "told"}
	switched = []string{"switched", "told"}
)

// TestSteps: the list is that of the code.
func TestSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{})
	var seen []string
	if _, err := Publish(t.Context(), Options{Site: s, step: func(name string) error { seen = append(seen, name); return nil }}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, steps) {
		t.Errorf("steps %v", seen)
	}
}

// TestCrash: a crash at any step leaves the old site or the new one, and the next run
// leaves nothing behind.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Kept = 2
			stageAll(t, s, 1, 2)
			stage(t, s, version(3), staged.Record{AsOf: start.Add(9 * time.Hour)})
			if code := child(t, s, step, ""); code != died {
				t.Fatalf("exit code %d", code)
			}
			shown := 2
			if slices.Contains(switched, step) {
				shown = 3
			}
			want(t, s, shown)
			sums(t, s.Output)
			publish(t, s)
			want(t, s, 3)
			sums(t, s.Output)
			tidy(t, s, shown) // where nothing was left to publish, nothing was pruned
			told(t, s, "publish 000001, publish 000002, publish 000003")
		})
	}
}

// TestCrashOfRollback is the same for the way back.
func TestCrashOfRollback(t *testing.T) {
	t.Parallel()
	for step, shown := range map[string]int{"carried": 2, "summed": 2, "issued": 2, "pending": 2, "linked": 2, "switched": 1, "told": 1} {
		s := newSite(t)
		stageAll(t, s, 1, 2)
		if code := child(t, s, step, "yes"); code != died {
			t.Fatalf("%s: exit code %d", step, code)
		}
		want(t, s, shown)
		sums(t, s.Output)
		if shown == 2 {
			if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			want(t, s, 1)
			sums(t, s.Output)
			read(t, filepath.Join(s.Output, styleOf(2)))
		}
		stageAll(t, s, 3, 3)
		tidy(t, s, 3)
		told(t, s, "publish 000001, publish 000002, rollback 000001, publish 000003")
	}
}

// told asserts what is in the history.
func told(t *testing.T, s Site, want string) {
	t.Helper()
	all, err := History(s.Output)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, e.Action+" "+e.Set[:6])
	}
	if strings.Join(got, ", ") != want {
		t.Errorf("history %v, want %s", got, want)
	}
}

// TestErrors: so does an error at any step, and it says which of the two it is.
func TestErrors(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is on fire")
	for _, step := range steps {
		s := newSite(t)
		stageAll(t, s, 1, 1)
		stage(t, s, version(2), staged.Record{AsOf: start.Add(9 * time.Hour)})
		_, err := Publish(t.Context(), Options{Site: s, step: func(name string) error {
			if name == step {
				return fault
			}
			return nil
		}})
		shown, says := 1, "nothing was published, the site is as it was"
		if slices.Contains(switched, step) {
			shown, says = 2, "is published, but"
		}
		if !errors.Is(err, fault) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", step, err)
		}
		want(t, s, shown)
		if shown == 1 {
			tidy(t, s, 1)
		}
		publish(t, s)
		want(t, s, 2)
		tidy(t, s, 2)
	}
}

// TestHistoryCutShort: half a line, which a crash may leave, goes.
func TestHistoryCutShort(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	name := filepath.Join(SetsDir(s.Output), historyFile)
	text := read(t, name)
	if err := os.WriteFile(name, []byte(text+`{"time":"2026-`), 0o644); err != nil {
		t.Fatal(err)
	}
	told(t, s, "publish 000001, publish 000002")
	stageAll(t, s, 3, 3)
	told(t, s, "publish 000001, publish 000002, publish 000003")
	if got := read(t, name); !strings.HasPrefix(got, text) || strings.Count(got, "\n") != 3 {
		t.Errorf("history\n%s", got)
	}
}

// TestCancelled: who is told to stop stops before the switch.
func TestCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	stage(t, s, version(2), staged.Record{AsOf: start.Add(9 * time.Hour)})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Publish(ctx, Options{Site: s, step: func(name string) error {
		if name == "listed" {
			cancel()
		}
		return nil
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	want(t, s, 1)
	tidy(t, s, 1)
}
