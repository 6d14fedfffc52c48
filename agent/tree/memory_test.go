package tree

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// clock is a clock that stands still until it is set.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC)} }

// livingTree is a sample behind a server, that may become another one, with a
// source that polls it.
type livingTree struct {
	*apache
	*clock
	source *Source
	facts  *release.Facts
	before []ask // of the last poll
}

func live(t testing.TB, s *sample, tree config.Tree) *livingTree {
	t.Helper()
	l := &livingTree{apache: newApache(s), clock: newClock()}
	tree.URL = l.start(t)
	if tree.Recheck == 0 {
		tree.Recheck = 6 * time.Hour
	}
	l.source = newSource(t, tree)
	l.source.o.Now = func() time.Time { return l.clock.now }
	return l
}

// become shows another sample from now on.
func (l *livingTree) become(s *sample) {
	other := newApache(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.s, l.children = other.s, other.children
}

// poll polls after some time, and returns the answer and how many requests came.
func (l *livingTree) poll(t testing.TB, after time.Duration) (*release.Answer, int) {
	t.Helper()
	l.now = l.now.Add(after)
	l.requests()
	answer := poll(t, l.source, l.facts)
	for at, n := range l.plain {
		if l.facts != nil && n > 1 {
			t.Errorf("%q was asked for %d times without condition", at, n)
		}
	}
	l.facts, l.before = answer.Facts, l.asked
	return answer, l.requests()
}

// full is what a poll without memory says of the same tree, with the same facts known.
func (l *livingTree) full(t testing.TB, prev *release.Facts) *release.Answer {
	t.Helper()
	tree := l.source.o.Tree
	tree.Hints = nil
	source := newSource(t, tree)
	source.o.Now = l.source.o.Now
	return poll(t, source, prev)
}

// clone copies a sample.
func (s *sample) clone() *sample {
	return &sample{maps.Clone(s.files), maps.Clone(s.links), maps.Clone(s.dirs)}
}

// changes are what the next quiet poll sees. What it costs is counted beside.
var changes = []struct {
	name     string
	change   func(s *sample)
	requests int
}{
	{"nothing", func(*sample) {}, 39},
	{"new build", func(s *sample) {
		const live = "ubuntu/stonking/daily-live"
		s.image(live+"/20260903", "stonking-desktop-amd64.iso", "stonking amd64 3")
		s.image(live+"/20260903", "stonking-desktop-arm64.iso", "stonking arm64 1")
		s.sums(live + "/20260903")
		s.link(live+"/current", "20260903")
		s.link(live+"/pending", "20260903")
	}, 42},
	{"new status", func(s *sample) {
		const beta = "ubuntu/releases/stonking/beta"
		s.image(beta, "ubuntu-26.10-beta-desktop-amd64.iso", "beta")
		s.sums(beta)
	}, 42},
	{"list of current", func(s *sample) {
		const at = "ubuntu/stonking/daily-live/20260901"
		s.image(at, "stonking-desktop-riscv64.iso", "stonking riscv64 1")
		s.sums(at)
	}, 42},
	{"list of a watched release", func(s *sample) {
		const at = "ubuntu/releases/stonking/release/snapshot-4"
		s.image(at, "ubuntu-26.10-snapshot4-desktop-arm64.iso", "snapshot arm64")
		s.sums(at)
	}, 42},
	{"single images of current", func(s *sample) {
		const at = "kubuntu/noble/daily-live"
		s.image(at+"/20260901.1", "noble-desktop-arm64.iso", "kubuntu arm64 2")
		s.sums(at + "/20260901.1")
		s.linked(at, "current", map[string]string{"noble-desktop-amd64": "20260901.1", "noble-desktop-arm64": "20260901.1"})
	}, 42},
	{"build purged", func(s *sample) {
		maps.DeleteFunc(s.files, func(at string, _ sampleFile) bool { return below(at, "foobuntu/noble/daily-live/20260901") })
	}, 42},
}

// TestQuietPoll sees with the next poll what matters, and asks for little else.
func TestQuietPoll(t *testing.T) {
	t.Parallel()
	for _, tt := range changes {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := live(t, fullSample(), config.Tree{})
			first, cost := l.poll(t, 0)
			s := fullSample()
			tt.change(s)
			l.become(s)
			answer, n := l.poll(t, time.Minute)
			if diff := cmp.Diff(l.full(t, first.Facts).Facts, answer.Facts); diff != "" {
				t.Errorf("facts (-full +quiet):\n%s", diff)
			}
			t.Logf("first poll %d requests, this one %d", cost, n)
			if n > tt.requests {
				t.Errorf("%d requests, want at most %d", n, tt.requests)
			}
			if len(answer.Problems) > 0 {
				t.Errorf("problems %v", answer.Problems)
			}
		})
	}
}

// TestEndedSeries asks nothing of a series that gets no more builds until its turn has
// come, unless it is watched; and then for a week if something has changed.
func TestEndedSeries(t *testing.T) {
	t.Parallel()
	const daily, status = "ubuntu/plucky/daily-live", "ubuntu/releases/plucky/release"
	s := fullSample()
	for _, at := range []string{daily + "/20250401", status} {
		s.image(at, "plucky-desktop-amd64.iso", "plucky 1")
		s.sums(at)
	}
	s.link(daily+"/current", "20250401")
	other := s.clone()
	other.image(daily+"/20260903", "plucky-desktop-amd64.iso", "plucky 2")
	other.sums(daily + "/20260903")
	asked := func(l *livingTree) int {
		n := 0
		for _, a := range l.before {
			if strings.Contains(a.path, "/plucky") {
				n++
			}
		}
		return n
	}
	l := live(t, s, config.Tree{Recheck: 6 * time.Hour})
	l.poll(t, 0)
	l.poll(t, time.Second)
	if n := asked(l); n > 0 {
		t.Errorf("%d requests for a series that has ended", n)
	}
	l.become(other)
	found, _ := l.poll(t, 6*time.Hour)
	if diff := cmp.Diff(l.full(t, found.Facts).Facts, found.Facts); diff != "" {
		t.Errorf("facts after its turn (-full +poll):\n%s", diff)
	}
	l.poll(t, time.Second)
	if n := asked(l); n == 0 {
		t.Error("nothing is asked of what changed a second ago")
	}
	watched := live(t, s, config.Tree{Watch: []string{"plucky"}, Recheck: 6 * time.Hour})
	watched.poll(t, 0)
	watched.poll(t, time.Second)
	if n := asked(watched); n < 4 {
		t.Errorf("%d requests for a series that is watched", n)
	}
	young := live(t, s, config.Tree{})
	young.now = time.Date(2026, 1, 15, 23, 0, 0, 0, time.UTC)
	young.poll(t, 0)
	young.poll(t, time.Second)
	if n := asked(young); n == 0 {
		t.Error("nothing is asked on the last day of its life")
	}
}

// addImage adds an image to a directory and to its list.
func addImage(s *sample, dir, name string) *sample {
	other := s.clone()
	other.image(dir, name, name)
	other.sums(dir)
	return other
}

func everything(string) bool { return true }

// isDir is for trees whose directories keep their dates, as they do when a file in them
// is written anew.
func (a *apache) isDir(path string) bool { return a.children[path] != nil }

// TestChangedInTheSameMinute sees what changed in the minute in which it was listed,
// although listings tell no seconds; and trusts dates otherwise.
func TestChangedInTheSameMinute(t *testing.T) {
	t.Parallel()
	const dir = "foobuntu/noble/daily-live/20260901"
	for _, tt := range []struct {
		name string
		at   time.Time
		seen bool
	}{
		{"same minute", time.Date(2026, 9, 1, 6, 0, 20, 0, time.UTC), true},
		{"in another zone", time.Date(2026, 9, 1, 11, 30, 20, 0, time.UTC), true},
		{"later", time.Date(2026, 9, 1, 6, 5, 0, 0, time.UTC), false},
	} {
		l := live(t, fullSample(), config.Tree{Recheck: 1000 * time.Hour})
		l.still, l.now = everything, tt.at
		first, _ := l.poll(t, 0)
		l.become(addImage(l.s, dir, "noble-desktop-riscv64.iso"))
		answer, _ := l.poll(t, 30*time.Second)
		if seen := len(answer.Facts.Images) > len(first.Facts.Images); seen != tt.seen {
			t.Errorf("%s: seen %v, want %v", tt.name, seen, tt.seen)
		}
	}
}

// TestChangedLately watches a release for a week after it has changed.
func TestChangedLately(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/noble/release"
	l := live(t, fullSample(), config.Tree{})
	l.still = everything
	l.poll(t, 0)
	for i, tt := range []struct {
		after time.Duration
		seen  bool
	}{
		{time.Minute, false}, {7 * time.Hour, true}, {time.Minute, true}, {6 * 24 * time.Hour, true}, {time.Minute, true},
	} {
		before := len(l.facts.Images)
		l.become(addImage(l.s, dir, fmt.Sprintf("ubuntu-24.04.%d-desktop-riscv64.iso", 5+i)))
		answer, _ := l.poll(t, tt.after)
		if seen := len(answer.Facts.Images) > before; seen != tt.seen {
			t.Errorf("change %d: seen %v, want %v", i, seen, tt.seen)
		}
	}
	l.poll(t, 8*24*time.Hour)
	l.poll(t, time.Minute)
	for _, a := range l.before {
		if below(a.path, dir) {
			t.Errorf("%q is asked for although it has not changed for a week", a.path)
		}
	}
}

// TestBootConfigurationChanged reads netboot directories and boot configurations again
// when their build has changed, as no date tells what was rewritten in them.
func TestBootConfigurationChanged(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu-server/noble/daily-live/20260726"
	l := live(t, fullSample(), config.Tree{Recheck: 1000 * time.Hour})
	l.still = func(path string) bool { return below(path, dir+"/netboot") }
	l.poll(t, 0)
	s := addImage(l.s, dir, "noble-live-server-riscv64.iso")
	s.text(dir+"/netboot/amd64/bootx64.efi", "another loader")
	for at, f := range l.s.files {
		if below(at, dir+"/netboot") && strings.Contains(f.text, ".iso") {
			s.text(at, strings.ReplaceAll(f.text, "cdimage.example", "elsewhere.example"))
		}
	}
	l.become(s)
	answer, _ := l.poll(t, time.Minute)
	found := 0
	for _, set := range answer.Facts.Netboot {
		if set.Dir == dir+"/netboot/amd64" && !slices.ContainsFunc(set.Boot, func(f release.File) bool { return f.Name == "bootx64.efi" }) {
			t.Errorf("%s has not the new loader", set.Dir)
		}
		if set.ISO == "" || set.Parent != dir {
			continue
		}
		if found++; !strings.Contains(set.ISO, "elsewhere.example") {
			t.Errorf("%s boots %s", set.Dir, set.ISO)
		}
	}
	if found == 0 {
		t.Error("no netboot set boots anything")
	}
}

// TestPointerToOldBuild sees with the next poll that a build to which a pointer leads
// was made again, however many are newer.
func TestPointerToOldBuild(t *testing.T) {
	t.Parallel()
	const daily = "ubuntu/stonking/daily-live"
	s := fullSample()
	for i := range 6 {
		at := fmt.Sprintf("%s/2026100%d", daily, i+1)
		s.image(at, "stonking-desktop-amd64.iso", fmt.Sprint("october ", i))
		s.sums(at)
	}
	s.link(daily+"/current", "20261001")
	l := live(t, s, config.Tree{})
	l.still = l.isDir
	first, _ := l.poll(t, 0)
	other := s.clone()
	other.image(daily+"/20261001", "stonking-desktop-amd64.iso", "october again")
	other.sums(daily + "/20261001")
	l.become(other)
	answer, _ := l.poll(t, time.Second)
	if diff := cmp.Diff(l.full(t, first.Facts).Facts, answer.Facts); diff != "" {
		t.Errorf("facts (-full +quiet):\n%s", diff)
	}
}

// TestQuietPollOfSimpleTree does so with links to a pool.
func TestQuietPollOfSimpleTree(t *testing.T) {
	t.Parallel()
	l := live(t, simpleSample(), config.Tree{Role: "simple", Head: true})
	first, _ := l.poll(t, 0)
	s := simpleSample()
	s.link("noble/ubuntu-24.04.5-desktop-amd64.iso", "../.pool/ubuntu-24.04.5-desktop-amd64.iso")
	text := s.files["noble/SHA256SUMS"].text + fakeHash("desktop 5") + " *ubuntu-24.04.5-desktop-amd64.iso\n"
	s.text("noble/SHA256SUMS", text)
	l.become(s)
	answer, n := l.poll(t, time.Minute)
	if diff := cmp.Diff(l.full(t, first.Facts).Facts, answer.Facts); diff != "" {
		t.Errorf("facts (-full +quiet):\n%s", diff)
	}
	if n > 16 { // one is for the netboot tarball in the directory that changed
		t.Errorf("%d requests", n)
	}
}

// TestRechecked changes a tree at random places, and expects of polls with a memory
// what one without would say, once everything had its turn.
func TestRechecked(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20 / stride) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 3))
			sample, role := fullSample(), "full"
			if seed%4 == 0 {
				sample, role = simpleSample(), "simple"
			}
			l := live(t, sample, config.Tree{Role: role})
			l.poll(t, 0)
			for range 3 {
				s := l.s.clone()
				for range 1 + random.IntN(4) {
					mutate(random, s)
				}
				l.become(s)
				l.poll(t, time.Minute)
			}
			prev := l.facts
			var answer *release.Answer
			for range 5 {
				answer, _ = l.poll(t, 100*time.Minute)
			}
			want := l.full(t, prev)
			if diff := cmp.Diff(want.Facts, answer.Facts); diff != "" {
				t.Errorf("facts (-full +rechecked):\n%s", diff)
			}
			if diff := cmp.Diff(want.Problems, answer.Problems); diff != "" {
				t.Errorf("problems (-full +rechecked):\n%s", diff)
			}
		})
	}
}

// mutate changes something of a tree as those who publish do, or worse.
func mutate(random *rand.Rand, s *sample) {
	var images, lists []string
	for _, at := range slices.Sorted(maps.Keys(s.files)) {
		switch {
		case s.files[at].key != "" && strings.HasSuffix(at, ".iso"):
			images = append(images, at)
		case strings.HasSuffix(at, "SHA256SUMS"):
			lists = append(lists, at)
		}
	}
	if len(images) == 0 {
		return
	}
	image := images[random.IntN(len(images))]
	dir := path.Dir(image)
	key := fmt.Sprint(random.Uint64())
	switch random.IntN(7) {
	case 0: // replaced, with its list
		s.image(dir, path.Base(image), key)
		s.sums(dir)
	case 1: // gone, with its list
		delete(s.files, image)
		s.sums(dir)
	case 2: // another beside it
		s.image(dir, strings.Replace(path.Base(image), "amd64", "riscv64", 1), key)
		s.sums(dir)
	case 3: // a new build
		at := path.Join(path.Dir(dir), "20260909")
		s.image(at, path.Base(image), key)
		s.sums(at)
	case 4: // a build purged
		maps.DeleteFunc(s.files, func(at string, _ sampleFile) bool { return below(at, dir) })
	case 5: // a list gone
		if len(lists) == 0 {
			return
		}
		delete(s.files, lists[random.IntN(len(lists))])
	case 6: // pointers moved
		for _, at := range slices.Sorted(maps.Keys(s.links)) {
			if name := path.Base(at); name == "current" {
				s.link(at, path.Base(dir))
			}
		}
	}
}
