package store

import (
	or "cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

var errCrash = errors.New("crash")

// before and after are the two states between which the tests crash: files stay,
// change, come, go, and some were edited by hand.
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

// happened are the events that lead from nothing to before, and from there to after.
func happened() (first, then []release.Event) {
	return []release.Event{event("a", 1)}, []release.Event{event("a", 2), event("a", 3)}
}

// event is the nth thing that happened to a source; every third is of the next month.
func event(source string, n int) release.Event {
	at := time.Date(2025, 8, 7, 14, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
	if n%3 == 0 {
		at = at.AddDate(0, 1, 0)
	}
	return release.Event{
		After: at.Add(-time.Minute), Seen: at, What: release.EventBuildReady, Source: source,
		Series: "noble", Milestone: "beta", Product: "kubuntu", BuildID: strconv.Itoa(n), From: "testing", To: "ready",
	}
}

// byHand are the files that were edited: one of a thing that goes, one of a thing
// that changes, and the log, which goes on with what a person made of it.
var byHand = []string{"a/milestones/noble/alpha.toml", "a/milestones/noble/beta.toml", "changes/2025-08.toml"}

const mine = "# mine\n"

// edit does that, and returns what is in the files then.
func edit(t *testing.T, data string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range byHand {
		texts[name] = mine + "by hand"
		if isMonth(name) {
			texts[name] = contents(t, data)[name] + mine
		}
		write(t, filepath.Join(data, name), texts[name])
	}
	return texts
}

// faults let the disk of a writer fail at the nth change, and at all after it unless
// it fails only once.
type faults struct {
	left int
	once bool
	err  error
	hit  string // what failed first
}

func (f *faults) on(w *Writer) *faults {
	w.disk.fault = func(change, name string) error {
		if f.left--; f.left == 0 || f.left < 0 && !f.once {
			f.hit = or.Or(f.hit, change+" "+name)
			return f.err
		}
		return nil
	}
	return f
}

// scene is a directory in which before was committed, and some files edited.
type scene struct {
	data, state string
	texts       map[string]string // of the edited files
	w           *Writer
}

func set(t *testing.T) scene {
	t.Helper()
	var s scene
	s.data, s.state = place(t)
	s.w = open(t, s.data, s.state)
	first, _ := happened()
	commit(t, s.w, before(), first...)
	s.texts = edit(t, s.data)
	return s
}

// second is the state with which after is committed.
func second() release.SourceState {
	s := state("a")
	s.Error = "second"
	return s
}

// TestCrashAtEveryStep: whatever change a commit ends at, a reader sees the old state
// or the new one, the next writer the same, and nothing is lost, nor told twice.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for nth := 1; ; nth++ {
		s := set(t)
		f := (&faults{left: nth, err: errCrash}).on(s.w)
		_, then := happened()
		_, err := s.w.Commit(t.Context(), second(), after(), then...)
		if f.hit == "" && err == nil {
			break
		}
		if f.hit == "" || !errors.Is(err, errCrash) && err != nil {
			t.Fatalf("change %d (%s): error %v", nth, f.hit, err)
		}
		closed(t, s.w)
		seen[s.crashed(t, fmt.Sprintf("change %d (%s)", nth, f.hit))]++
	}
	t.Logf("ended at %d changes before it stood, and %d after", seen["old"], seen["new"])
	if seen["old"] < 20 || seen["new"] < 20 {
		t.Errorf("crashes seen: %v", seen)
	}
}

// crashed compares what is there with both states, through a reader first, then
// through a writer.
func (s *scene) crashed(t *testing.T, at string) string {
	t.Helper()
	snapshot, err := Load(s.data)
	var problems Problems
	if snapshot == nil || err != nil && !errors.As(err, &problems) {
		t.Fatalf("%s: %v", at, err)
	}
	is, want := "old", before()
	want.Milestones = want.Milestones[2:] // the edited files do not parse
	first, then := happened()
	log := first
	if snapshot.Sources[0].State.Error == "second" {
		is, want, log = "new", after(), slices.Concat(first, then)
	}
	if diff := cmp.Diff(want, snapshot.Sources[0].Facts); diff != "" {
		t.Fatalf("%s, %s (-want +got):\n%s", at, is, diff)
	}
	s.logged(t, at+", "+is, log)
	s.w = open(t, s.data, s.state)
	facts, err := s.w.Facts("a")
	if diff := cmp.Diff(want, facts); diff != "" || err != nil {
		t.Fatalf("%s, %s: the writer sees other facts (%v) (-reader +writer):\n%s", at, is, err, diff)
	}
	if got := s.w.State("a").Error; (got == "second") != (is == "new") {
		t.Fatalf("%s, %s: the writer has the state %q", at, is, got)
	}
	s.whole(t, at, is)
	return is
}

// whole commits the new state again, with what has happened since what is there:
// after that every trace of a crash is gone.
func (s *scene) whole(t *testing.T, at, is string) {
	t.Helper()
	first, then := happened()
	more := then
	if is == "new" {
		more = nil
	}
	commit(t, s.w, after(), more...)
	s.logged(t, at+", in the end", slices.Concat(first, then))
	files := contents(t, s.data)
	for _, name := range byHand {
		if got := files[name+".edited"]; got != s.texts[name] {
			t.Errorf("%s: the copy of the edited file %s holds %q", at, name, got)
		}
	}
	for name := range files {
		if strings.Contains(name, ".edited.") {
			t.Errorf("%s: %s was kept twice", at, name)
		}
	}
	snapshot, err := Load(s.data)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	if diff := cmp.Diff(after(), snapshot.Sources[0].Facts); diff != "" {
		t.Errorf("%s (-want +got):\n%s", at, diff)
	}
	for _, name := range []string{nextDir, readyDir, doneDir} {
		if _, err := os.Stat(filepath.Join(s.data, name)); err == nil {
			t.Errorf("%s: %s is still there", at, name)
		}
	}
}

// logged compares the change log.
func (s *scene) logged(t *testing.T, at string, want []release.Event) {
	t.Helper()
	got, err := LoadEvents(s.data, time.Time{}, time.Time{})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%s: the log (%v) (-want +got):\n%s", at, err, diff)
	}
}

// TestGoOnAfterError: a writer that met an error, whatever change it came at, goes on
// when the disk is well again, whether its caller commits the same once more or asks
// what is there and goes on from that.
func TestGoOnAfterError(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for nth, hit := 1, true; hit; nth++ {
		hit = false
		for _, asks := range []bool{false, true} {
			s := set(t)
			f := (&faults{left: nth, once: asks == (nth%2 == 0), err: syscall.ENOSPC}).on(s.w)
			seen[s.afterError(t, asks, f)]++
			hit = hit || f.hit != ""
		}
	}
	t.Logf("errors before and after the commit stood, and such that did not matter: %v", seen)
	if seen["old"] < 50 || seen["new"] < 50 {
		t.Errorf("errors seen: %v", seen)
	}
}

// afterError meets an error and goes on.
func (s *scene) afterError(t *testing.T, asks bool, f *faults) string {
	t.Helper()
	_, then := happened()
	_, err := s.w.Commit(t.Context(), second(), after(), then...)
	s.w.disk.fault = faultless
	at := fmt.Sprintf("error at %q, asks %v", f.hit, asks)
	if err == nil {
		s.whole(t, at, "new")
		return "no error"
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), s.data) || strings.Count(err.Error(), "make room") != 1 {
		t.Errorf("%s: %v", at, err)
	}
	facts, err := s.w.Facts("a")
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	is := "old"
	if cmp.Equal(after(), facts) {
		is = "new"
	}
	if got := s.w.State("a").Error; (got == "second") != (is == "new") {
		t.Fatalf("%s: the facts are %s, the state is %q", at, is, got)
	}
	if asks {
		s.whole(t, at, is)
	} else {
		s.whole(t, at, "old") // commits the same once more
	}
	return is
}

// TestSameEventsLater: only the commit after an error is taken for a second try.
func TestSameEventsLater(t *testing.T) {
	t.Parallel()
	s := set(t)
	first, then := happened()
	s.w.disk.fault = func(change, name string) error {
		if change == "rename" && name == readyDir {
			return errCrash
		}
		return nil
	}
	if _, err := s.w.Commit(t.Context(), second(), after(), then...); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	s.w.disk.fault = faultless
	commit(t, s.w, sample("b", "1"), event("b", 4)) // somebody else's does not count
	commit(t, s.w, after(), then[0])
	commit(t, s.w, before(), then[0])
	s.logged(t, "in the end", []release.Event{first[0], then[0], event("b", 4), then[0], then[1]})
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
