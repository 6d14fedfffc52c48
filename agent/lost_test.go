package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// TestSourcesLost: when sources.toml is gone or damaged, the facts are still what
// answers are held against, and what sources take over from.
func TestSourcesLost(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "nonsense", "[[source]]\nname = \"b\"\nkind = 7\n"} {
		b := newBench(t)
		b.a.facts = products(numbered(20)...)
		b.once()
		file := filepath.Join(b.data, "sources.toml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.a.facts = products(numbered(3)...)
		if r := b.once(); r.Outcome != Held || b.facts() != 20 {
			t.Errorf("%q: %s, %d facts", text, r, b.facts())
		}
		if prev := b.a.prev[len(b.a.prev)-1]; len(prev.Products) != 20 {
			t.Errorf("%q: the source was given %d products from before", text, len(prev.Products))
		}
		if kept, err := os.ReadFile(file + ".edited"); text != "" && (err != nil || string(kept) != text) {
			t.Errorf("%q: kept %q, error %v", text, kept, err)
		}
	}
}

// TestFolderWithoutEntry: a damaged file is told and guarded when the entry of its
// source is lost, too.
func TestFolderWithoutEntry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	if err := errors.Join(os.Remove(filepath.Join(b.data, "sources.toml")),
		os.WriteFile(filepath.Join(b.data, "a", "products.toml"), []byte("nonsense"), 0o644)); err != nil {
		t.Fatal(err)
	}
	b.a.facts = series("team", "p")
	if r := b.once(); r.Outcome != Held || !strings.Contains(r.Held.Reason, "products.toml cannot be read") {
		t.Errorf("%s", r)
	}
	if !strings.Contains(b.log.String(), "products.toml:1:8: not TOML") {
		t.Errorf("the log does not name the mistake:\n%s", b.log)
	}
}

// TestClockSetBack: an answer that is held since a time that is yet to come is held
// since now, and not for years.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(5)...)
	b.clock = start.AddDate(10, 0, 0)
	b.once()
	b.clock = start
	if r := b.once(); r.Outcome != Held || !r.Held.Since.Equal(utc(start)) {
		t.Errorf("%s, since %s", r, r.Held.Since)
	}
	b.clock = start.Add(time.Hour)
	b.once()
	b.clock = start.Add(24 * time.Hour)
	if r := b.once(); r.Outcome != OK {
		t.Errorf("%s", r)
	}
}

// TestClockSetForward: two polls of which one comes before a leap of the clock are no
// day of the same answers.
func TestClockSetForward(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(5)...)
	for i, want := range []Outcome{Held, Held, OK} {
		if i > 0 {
			b.clock = start.AddDate(1, 0, i)
		}
		if r := b.once(); r.Outcome != want {
			t.Errorf("poll %d: %s, want %s", i, r, want)
		}
	}
}

// TestSuspectThenNot: the time for which an answer was suspect does not count.
func TestSuspectThenNot(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts, b.a.answer.Suspect = products(numbered(5)...), "another site"
	b.once()
	b.a.answer.Suspect = ""
	b.clock = start.Add(48 * time.Hour)
	if r := b.once(); r.Outcome != Held || r.Held.Never || !r.Held.Since.Equal(utc(b.clock)) {
		t.Errorf("%s, held %+v", r, r.Held)
	}
}

// TestKeptTampered: time does not let in what follows an answer that is not kept as
// it was.
func TestKeptTampered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(5)...)
	r := b.once()
	file := filepath.Join(b.o.Config.Store.State, "held", "a", "products.toml")
	text, err := os.ReadFile(file)
	if err != nil || r.Outcome != Held {
		t.Fatalf("%s, error %v", r, err)
	}
	if err := os.WriteFile(file, append(text, "# mine\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	b.clock = start.Add(48 * time.Hour)
	if r := b.once(); r.Outcome != Held || !r.Held.Since.Equal(utc(b.clock)) {
		t.Errorf("%s, held %+v", r, r.Held)
	}
}

// TestRetiredWhileHeld: what is kept aside of a source goes with it.
func TestRetiredWhileHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = &release.Facts{}
	b.once()
	kept(t, b, true)
	b.sources = b.sources[1:]
	if _, err := b.Once(t.Context(), OnceOptions{}); err != nil {
		t.Fatal(err)
	}
	kept(t, b, false)
}

// TestAcceptAfterNews: what was held back cannot be accepted any more when a good
// answer came, and its facts stay.
func TestAcceptAfterNews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(1)...)
	b.once()
	b.a.facts = products(numbered(21)...)
	b.once()
	_, err := b.Accept(t.Context(), "a")
	if want := `nothing of a source "a" is held back, nor of any other`; err == nil || err.Error() != want || b.facts() != 21 {
		t.Errorf("error %v, want %s; %d facts", err, want, b.facts())
	}
}

// TestFirstPollWithProblems: what could be learnt is stored, with what could not.
func TestFirstPollWithProblems(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	long := "https://a.example/" + strings.Repeat("x", 9000) + "\n\xff"
	b.a.answer.Problems = []release.Problem{{Rule: "unreadable", Address: long, Text: "500"}}
	if r := b.once(); r.Outcome != OK || b.facts() != 1 {
		t.Errorf("%s, %d facts", r, b.facts())
	}
	problems := b.state().Problems
	if len(problems) != 1 || len(problems[0].Address) > 600 || cmp.Diff("500", problems[0].Text) != "" {
		t.Errorf("problems %v", problems)
	}
}

// TestInTheWay: a source whose folder cannot be written to keeps no other from
// being stored, now and at the next poll.
func TestInTheWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	if err := errors.Join(os.RemoveAll(filepath.Join(b.data, "a")), os.Symlink("b", filepath.Join(b.data, "a"))); err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{{"q", "r"}, {"q", "r", "s"}} {
		b.b.facts = products(names...)
		r, err := b.Once(t.Context(), OnceOptions{})
		if err == nil || !strings.Contains(err.Error(), "is in the way") || r.Sources[0].Outcome != Failed || r.Sources[1].Outcome != OK {
			t.Errorf("report %v, error %v", r, err)
		}
		if n := len(b.load().Source("b").Facts.Products); n != len(names) {
			t.Errorf("%d products of the other source, want %d", n, len(names))
		}
	}
}

func TestTwoAgents(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w, err := store.Open(t.Context(), b.data, b.o.Config.Store.State)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Once(t.Context(), OnceOptions{})
	if want := fmt.Sprintf("in use by another agent (process %d)", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b.once()
}

// TestManyProblems: sources.toml cannot be filled from outside.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 1000 {
		b.a.answer.Problems = append(b.a.answer.Problems, release.Problem{Rule: "x", Text: strings.Repeat("long ", 1000)})
	}
	b.once()
	problems := b.state().Problems
	if len(problems) != 201 || problems[200].Text != "800 more problems are not listed" || len([]rune(problems[0].Text)) != 500 {
		t.Errorf("%d problems, the last is %v", len(problems), problems[len(problems)-1])
	}
}
