package tree

import (
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// lookAt returns when a look says that a directory was listed last; false where there is
// no look.
func lookAt(a *release.Answer, dir string) (time.Time, bool) {
	for _, l := range a.Looks {
		if l.Dir == dir {
			return l.At, true
		}
	}
	return time.Time{}, false
}

// TestLooks: what differs in a directory that is looked at every few hours happened
// since it was looked at last, however many polls came between; so it is with one that
// could not be read meanwhile.
func TestLooks(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Name: "full", Role: "full"})
	start := l.now
	const gap = 15 * time.Minute
	if a, _ := l.poll(t, 0); len(a.Looks) > 0 {
		t.Errorf("looks of the first poll: %v", a.Looks)
	}
	looked := map[string]time.Time{}
	for _, d := range l.facts.Directories {
		looked[d.Path] = start
	}
	wide := 0
	for range 30 {
		a, _ := l.poll(t, gap)
		for _, d := range a.Facts.Directories {
			at, ok := lookAt(a, d.Path)
			if !ok {
				continue
			}
			if !at.Equal(looked[d.Path]) {
				t.Errorf("%s was looked at last at %s, not %s", d.Path, looked[d.Path], at)
			}
			if l.now.Sub(at) > gap {
				wide++
			}
			looked[d.Path] = l.now
		}
	}
	for dir, at := range looked {
		if l.now.Sub(at) > 6*time.Hour+gap {
			t.Errorf("%s was not looked at since %s", dir, at)
		}
	}
	if wide == 0 {
		t.Error("nothing was looked at after a while only")
	}
}

// TestLooksOfWhatWasNotRead: what cannot be read stays as it was, and what differs when
// it can be happened at any time since it could be.
func TestLooksOfWhatWasNotRead(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Name: "full", Role: "full"})
	const dir = "kubuntu/noble/daily-live/20260901"
	start := l.now
	l.poll(t, 0)
	l.faults[dir] = status(403)
	l.poll(t, 7*time.Hour)
	a, _ := l.poll(t, time.Hour)
	if len(a.Problems) == 0 {
		t.Fatal("the directory could be read")
	}
	delete(l.faults, dir)
	a, _ = l.poll(t, time.Hour)
	if at, ok := lookAt(a, dir); !ok || !at.Equal(start) {
		t.Errorf("it was looked at last at %s, want %s", at, start)
	}
	a, _ = l.poll(t, 7*time.Hour)
	if at, ok := lookAt(a, dir); !ok || !at.Equal(start.Add(9*time.Hour)) {
		t.Errorf("then it was looked at last at %s, want %s", at, start.Add(9*time.Hour))
	}
}

// TestLooksOfNewAndGone: a new directory was not there when the one above it was looked
// at last, and of one that is gone nothing is known since it was.
func TestLooksOfNewAndGone(t *testing.T) {
	t.Parallel()
	s := fullSample()
	l := live(t, s, config.Tree{Name: "full", Role: "full"})
	start := l.now
	l.poll(t, 0)
	l.poll(t, 15*time.Minute)
	next := s.clone()
	const added, gone = "ubuntu/stonking/daily-live/20260903", "ubuntu/stonking/daily-live/20260901"
	next.image(added, "stonking-desktop-amd64.iso", "stonking amd64 3")
	next.sums(added)
	for name := range next.files {
		if below(name, gone) {
			delete(next.files, name)
		}
	}
	l.become(next)
	a, _ := l.poll(t, 15*time.Minute)
	if at, ok := lookAt(a, added); !ok || !at.Equal(start.Add(15*time.Minute)) {
		t.Errorf("the new one is said not to have been there at %s", at)
	}
	if at, ok := lookAt(a, gone); !ok || at.Before(start) || at.After(start.Add(15*time.Minute)) {
		t.Errorf("the one that is gone is said to have been there at %s", at)
	}
}
