package store

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const childEnv = "SHIPLIST_STORE_TEST_CHILD"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// counted are the facts of the nth commit of a child: random ones, and the number.
func counted(n int) *release.Facts {
	f := generate(uint64(n % 60))
	f.Source = "a"
	f.Products = append(f.Products, release.Product{Slug: "counter", Title: strconv.Itoa(n)})
	f.Sort()
	return f
}

// count reads the number.
func count(f *release.Facts) int {
	for _, p := range f.Products {
		if p.Slug == "counter" {
			n, _ := strconv.Atoi(p.Title)
			return n
		}
	}
	return 0
}

// eventsOf are the events of the nth commit, at most three.
func eventsOf(n int) []release.Event {
	var events []release.Event
	for i := range n % 4 {
		events = append(events, event("a", 4*n+i))
	}
	return events
}

// eventsUpTo is the log after the nth commit.
func eventsUpTo(n int) []release.Event {
	var events []release.Event
	for i := range n + 1 {
		events = append(events, eventsOf(i)...)
	}
	slices.SortStableFunc(events, func(a, b release.Event) int { return cmp.Compare(monthOf(a.Seen), monthOf(b.Seen)) })
	return events
}

// smallMonth makes files of the change log full soon.
const smallMonth = 3000

// child commits one state after the other until it is killed, and tells of each. Like
// an agent it goes on from what is there.
func child(dir string) error {
	fmt.Println(0)
	w, err := Open(context.Background(), filepath.Join(dir, "data"), filepath.Join(dir, "state"))
	if err != nil {
		return err
	}
	w.most = smallMonth
	facts, err := w.Facts("a")
	if err != nil {
		return err
	}
	for n := count(facts) + 1; ; n++ {
		fmt.Println(n - 1)
		if _, err := w.Commit(context.Background(), state("a"), counted(n), eventsOf(n)...); err != nil {
			return err
		}
	}
}

// TestKill kills a real process at random instants, most of them in the middle of a
// commit, some while it opens the directory and finishes what the one before left.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 100
	if testing.Short() {
		kills = 10
	}
	for seed := range uint64(2) {
		t.Run(strconv.Itoa(int(seed)), func(t *testing.T) {
			t.Parallel()
			k := killer{dir: t.TempDir(), rand: rand.New(rand.NewPCG(seed, 2)), left: map[string]int{}}
			w := open(t, filepath.Join(k.dir, "data"), filepath.Join(k.dir, "state"))
			commit(t, w, counted(1), eventsOf(1)...)
			closed(t, w)
			k.n = 1
			for range kills {
				k.kill(t)
				k.check(t)
			}
			t.Logf("%d kills, %d commits, %d events; left behind: %v", kills, k.n, k.events, k.left)
			k.tidy(t)
		})
	}
}

type killer struct {
	dir       string
	rand      *rand.Rand
	n, events int            // of the last commit
	left      map[string]int // what kills left behind
}

// kill starts a process and ends it a moment after it began, or after it has told of
// some commits.
func (k *killer) kill(t *testing.T) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program)
	c.Env, c.Stderr = append(os.Environ(), childEnv+"="+k.dir), os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for range 1 + k.rand.IntN(4) {
		k.told(t, lines)
	}
	timer := time.AfterFunc(time.Duration(k.rand.IntN(40_000))*time.Microsecond, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	for k.told(t, lines) {
	}
	if err := c.Wait(); err == nil || c.ProcessState.Exited() {
		t.Fatalf("the process ended by itself: %v", err)
	}
}

// told reads the number of a commit that is done, 0 when the process has just begun,
// and reports whether there was one.
func (k *killer) told(t *testing.T, lines *bufio.Reader) bool {
	t.Helper()
	line, err := lines.ReadString('\n')
	if err != nil {
		if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
			t.Fatal(err)
		}
		return false
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || n != 0 && n < k.n {
		t.Fatalf("the process tells of commit %q after %d (%v)", line, k.n, err)
	}
	k.n = max(k.n, n)
	return true
}

// check reads what is there: the last commit that was told of, or the one after it,
// whole, and each event up to there once.
func (k *killer) check(t *testing.T) {
	t.Helper()
	data := filepath.Join(k.dir, "data")
	for _, dir := range []string{nextDir, readyDir, doneDir} {
		if _, err := os.Stat(filepath.Join(data, dir)); err == nil {
			k.left[dir]++
		}
	}
	s, err := Load(data)
	if err != nil || len(s.Strangers) > 0 {
		t.Fatalf("after commit %d: strangers %v, error %v", k.n, s.Strangers, err)
	}
	got := s.Sources[0].Facts
	if n := count(got); n != k.n && n != k.n+1 {
		t.Fatalf("after commit %d: the facts are of commit %d", k.n, n)
	}
	k.n = count(got)
	if diff := gocmp.Diff(counted(k.n), got); diff != "" {
		t.Fatalf("commit %d (-want +got):\n%s", k.n, diff)
	}
	k.logged(t)
}

func (k *killer) logged(t *testing.T) {
	t.Helper()
	want := eventsUpTo(k.n)
	got, err := LoadEvents(filepath.Join(k.dir, "data"), time.Time{}, time.Time{})
	if err != nil || !slices.Equal(want, got) {
		t.Fatalf("commit %d: the log (%v) (-want +got):\n%s", k.n, err, gocmp.Diff(want, got))
	}
	k.events = len(got)
}

// tidy opens the directory once more: nothing is left of all the kills.
func (k *killer) tidy(t *testing.T) {
	t.Helper()
	data := filepath.Join(k.dir, "data")
	w := open(t, data, filepath.Join(k.dir, "state"))
	commit(t, w, counted(k.n))
	k.check(t)
	for _, dir := range []string{nextDir, readyDir, doneDir} {
		if _, err := os.Stat(filepath.Join(data, dir)); err == nil {
			t.Errorf("%s is still there", dir)
		}
	}
	parts := 0
	for name := range contents(t, data) {
		if strings.Contains(name, ".edited") {
			t.Errorf("%s: our own file was taken for an edited one", name)
		}
		if m, ok := parseMonth(name); ok && m.number > 1 {
			parts++
		}
	}
	if !testing.Short() && (parts < 2 || len(k.left) == 0) {
		t.Errorf("%d further files of months; left behind %v: was nothing killed in a commit?", parts, k.left)
	}
}
