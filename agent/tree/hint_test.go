package tree

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

// TestHints is quiet as long as the hints are, and leaves them alone once a recheck
// has found what they did not tell.
func TestHints(t *testing.T) {
	t.Parallel()
	const hint = ".trace/host"
	traced := func(text string) *sample {
		s := fullSample()
		s.text(hint, text)
		return s
	}
	l := live(t, traced("1"), config.Tree{Hints: []string{hint}, Recheck: 10 * 365 * 24 * time.Hour})
	first, _ := l.poll(t, 0)
	quiet, n := l.poll(t, time.Minute)
	if n != 1 {
		t.Errorf("%d requests for a hint that did not change, want 1", n)
	}
	if diff := cmp.Diff(first.Facts, quiet.Facts); diff != "" {
		t.Errorf("facts (-first +quiet):\n%s", diff)
	}

	const live = "ubuntu/stonking/daily-live"
	build := func(s *sample) *sample {
		s.image(live+"/20260903", "stonking-desktop-amd64.iso", "stonking amd64 3")
		s.sums(live + "/20260903")
		s.link(live+"/current", "20260903")
		return s
	}
	l.become(build(traced("2")))
	told, _ := l.poll(t, time.Minute)
	if diff := cmp.Diff(l.full(t, first.Facts).Facts, told.Facts); diff != "" {
		t.Errorf("facts when the hint changed (-full +poll):\n%s", diff)
	}
	if _, n := l.poll(t, time.Minute); n != 1 {
		t.Errorf("%d requests after that, want 1", n)
	}

	// A change that the hint does not tell is found by the recheck.
	s := build(traced("2"))
	s.image(live+"/20260904", "stonking-desktop-amd64.iso", "stonking amd64 4")
	s.sums(live + "/20260904")
	l.become(s)
	if _, n := l.poll(t, time.Minute); n != 1 {
		t.Errorf("%d requests before the recheck, want 1", n)
	}
	l.source.o.Tree.Recheck = time.Minute
	missed, _ := l.poll(t, time.Hour)
	if len(missed.Problems) != 1 || missed.Problems[0].Rule != "hint" || !strings.HasSuffix(missed.Problems[0].Address, hint) ||
		!strings.Contains(missed.Problems[0].Text, "did not change, though") {
		t.Errorf("problems %v", missed.Problems)
	}
	l.source.o.Tree.Recheck = 10 * 365 * 24 * time.Hour
	distrusted, n := l.poll(t, 23*time.Hour)
	if n < 20 || len(distrusted.Problems) != 1 {
		t.Errorf("%d requests while the hint is left alone, problems %v", n, distrusted.Problems)
	}
	if again, _ := l.poll(t, 2*time.Hour); len(again.Problems) > 0 {
		t.Errorf("problems after a day: %v", again.Problems)
	}
	if _, n := l.poll(t, time.Minute); n != 1 {
		t.Errorf("%d requests after a day, want 1", n)
	}
}

// TestHintToldBefore blames no hint for a change that a recheck finds, if the hint
// changed after what became another was looked at last.
func TestHintToldBefore(t *testing.T) {
	t.Parallel()
	s := fullSample()
	s.text("a", "1")
	l := live(t, s, config.Tree{Hints: []string{"a"}})
	l.still = everything
	first, _ := l.poll(t, 0)
	other := addImage(s, "foobuntu/noble/daily-live/20260901", "noble-desktop-riscv64.iso")
	other.text("a", "2")
	l.become(other)
	if told, _ := l.poll(t, time.Minute); len(told.Facts.Images) != len(first.Facts.Images) {
		t.Fatal("the change is seen before its turn")
	}
	found, _ := l.poll(t, 7*time.Hour)
	if len(found.Facts.Images) != len(first.Facts.Images)+1 || len(found.Problems) > 0 {
		t.Errorf("%d images, had %d; problems %v", len(found.Facts.Images), len(first.Facts.Images), found.Problems)
	}
}

// TestHintsMissing relies on none that is not there or does not answer, and on none
// whose change a failed poll saw first.
func TestHintsMissing(t *testing.T) {
	t.Parallel()
	s := fullSample()
	s.text("a", "1")
	s.text("b", "1")
	l := live(t, s, config.Tree{Hints: []string{"a", "b"}, Recheck: 10 * 365 * 24 * time.Hour})
	l.poll(t, 0)
	l.faults["b"] = status(500)
	if answer, n := l.poll(t, time.Minute); n < 20 || len(answer.Problems) > 0 {
		t.Errorf("%d requests, problems %v", n, answer.Problems)
	}
	delete(l.faults, "b")
	l.poll(t, time.Minute)
	if !slices.Contains(l.before, ask{http.MethodGet, "b", false, http.StatusNotModified}) {
		t.Errorf("a hint that failed is asked for without condition afterwards: %v", l.before)
	}
	l.faults["b"] = status(404)
	if answer, n := l.poll(t, time.Minute); n < 20 || len(answer.Problems) != 1 || answer.Problems[0].Rule != "hint" {
		t.Errorf("%d requests, problems %v", n, answer.Problems)
	}
	delete(l.faults, "b")
	l.poll(t, time.Minute)
	if _, n := l.poll(t, time.Minute); n != 2 {
		t.Errorf("%d requests for two hints, want 2", n)
	}
	other := s.clone()
	other.text("a", "2")
	other.image("foobuntu/noble/daily-live/20260902", "noble-desktop-amd64.iso", "foo 2")
	other.sums("foobuntu/noble/daily-live/20260902")
	l.become(other)
	l.faults[""] = status(500)
	if _, err := l.source.Poll(t.Context(), l.facts); err == nil {
		t.Fatal("no error without a front page")
	}
	delete(l.faults, "")
	before := l.facts
	answer, _ := l.poll(t, time.Minute)
	if diff := cmp.Diff(l.full(t, before).Facts, answer.Facts); diff != "" {
		t.Errorf("facts after a failed poll (-full +poll):\n%s", diff)
	}
}
