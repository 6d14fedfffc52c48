package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hashTree is a local tree of two builds whose list lacks an image and the companions.
type hashTree struct {
	t     *testing.T
	root  string
	state string
}

const hashDir = "kubuntu/noble/daily-live/20260401/"

func newHashTree(t *testing.T) *hashTree {
	t.Helper()
	h := &hashTree{t, t.TempDir(), t.TempDir()}
	h.write(hashDir+"noble-desktop-amd64.iso", "amd64", -time.Hour)
	h.write(hashDir+"noble-desktop-amd64.manifest", "bash 5.2", -time.Hour)
	h.write(hashDir+"noble-desktop-arm64.iso", "arm64", -time.Hour)
	h.write(hashDir+"SHA256SUMS", strings.Repeat("ab", 32)+" *noble-desktop-amd64.iso\n", -time.Hour)
	return h
}

func (h *hashTree) write(name, text string, age time.Duration) {
	h.t.Helper()
	at := filepath.Join(h.root, name)
	err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644), os.Chtimes(at, time.Time{}, time.Now().Add(age)))
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hashTree) source() *Source {
	s := newSource(h.t, config.Tree{Name: "full", Role: release.RoleFull, URL: "file:" + h.root, Hash: true})
	s.o.StateDir, s.o.Now = h.state, time.Now
	return s
}

// sumsOf are the checksums of a poll, by the name of the file.
func sumsOf(a *release.Answer) map[string]string {
	all := map[string]string{}
	for _, img := range a.Facts.Images {
		for _, f := range img.Files {
			all[strings.TrimPrefix(img.Dir+"/", "kubuntu/noble/daily-live/")+f.Name] = f.SHA256
		}
	}
	return all
}

// TestHashWhatNoListHas wants the checksums of the files themselves, and those of the
// list where there are some: what a list says is what was published.
func TestHashWhatNoListHas(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	if err := os.MkdirAll(filepath.Join(h.root, "kubuntu/noble/daily-live/20260402"), 0o755); err != nil {
		t.Fatal(err)
	}
	// A build that carries over an image: a hard link.
	if err := os.Link(filepath.Join(h.root, hashDir, "noble-desktop-arm64.iso"), filepath.Join(h.root, "kubuntu/noble/daily-live/20260402/noble-desktop-arm64.iso")); err != nil {
		t.Fatal(err)
	}
	s := h.source()
	a := poll(t, s, nil)
	want := map[string]string{
		"20260401/noble-desktop-amd64.iso": strings.Repeat("ab", 32), "20260401/noble-desktop-amd64.manifest": sumOf("bash 5.2"),
		"20260401/noble-desktop-arm64.iso": sumOf("arm64"), "20260402/noble-desktop-arm64.iso": sumOf("arm64"),
	}
	if diff := cmp.Diff(want, sumsOf(a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(s.computed) != 2 {
		t.Errorf("%d files were read, want 2, as one has two names", len(s.computed))
	}
	for _, img := range a.Facts.Images {
		if img.Arch == "arm64" && img.BuildID != "20260401" {
			t.Errorf("the image of %s is of build %s, want the oldest with these bytes", img.Dir, img.BuildID)
		}
	}
}

// TestHashOnlyWhatChanged: a file is read again when its size or time changed, by another
// program run, too.
func TestHashOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	first := poll(t, h.source(), nil)
	at := filepath.Join(h.root, hashDir, "noble-desktop-arm64.iso")
	info, err := os.Stat(at)
	if err != nil {
		t.Fatal(err)
	}
	// Other bytes of the same size and time show whether the file was read.
	if err := errors.Join(os.WriteFile(at, []byte("ARM64"), 0o644), os.Chtimes(at, time.Time{}, info.ModTime())); err != nil {
		t.Fatal(err)
	}
	second := poll(t, h.source(), first.Facts)
	if got := sumsOf(second)["20260401/noble-desktop-arm64.iso"]; got != sumOf("arm64") {
		t.Errorf("a file of the same size and time was read again: %s", got)
	}
	h.write(hashDir+"noble-desktop-arm64.iso", "ARM64", -time.Minute)
	third := poll(t, h.source(), second.Facts)
	if got := sumsOf(third)["20260401/noble-desktop-arm64.iso"]; got != sumOf("ARM64") {
		t.Errorf("a file of another time was not read again: %s", got)
	}
}

// TestHashYoungFilesAgain: the checksum of a file that was changed just now is told and
// not remembered.
func TestHashYoungFilesAgain(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	h.write(hashDir+"noble-desktop-arm64.iso", "arm64", 0)
	s := h.source()
	if got := sumsOf(poll(t, s, nil))["20260401/noble-desktop-arm64.iso"]; got != sumOf("arm64") || len(s.computed) != 1 {
		t.Errorf("checksum %s, and %d remembered, want that of the other file", got, len(s.computed))
	}
}

// TestHashWithinBounds: one poll reads so much and says so; the next goes on.
func TestHashWithinBounds(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	s := h.source()
	s.hashAtOnce = 1
	var facts *release.Facts
	for n := range 3 {
		a := poll(t, s, facts)
		facts = a.Facts
		var told []string
		for _, p := range a.Problems {
			told = append(told, p.Text)
		}
		want := []string{"no list has the checksum of 1 file more, which the next polls compute; one poll reads 1 byte for checksums"}
		if n > 0 {
			want = nil
		}
		if diff := cmp.Diff(want, told); diff != "" || len(s.computed) != min(n+1, 2) {
			t.Errorf("poll %d: %d read, problems (-want +got):\n%s", n, len(s.computed), diff)
		}
	}
}

// TestHashStarvesNobody: a file whose checksum cannot be remembered yet is read after the
// others, and one that cannot be read takes the place of none.
func TestHashStarvesNobody(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	h.write(hashDir+"noble-desktop-amd64.manifest", "bash 5.2", time.Hour) // of the future
	s := h.source()
	s.hashAtOnce = 1
	if got := sumsOf(poll(t, s, nil)); got["20260401/noble-desktop-arm64.iso"] != sumOf("arm64") {
		t.Errorf("a file dated into the future was read first: %v", got)
	}
	file := func(path string, young bool) *unhashed { return &unhashed{path: path, size: 2, young: young} }
	opens := func(path string) error {
		if path == "broken" {
			return os.ErrPermission
		}
		return nil
	}
	now, later := within([]*unhashed{file("young", true), file("broken", false), file("a", false), file("b", false)}, 3, opens)
	var names []string
	for _, u := range now {
		names = append(names, u.path)
	}
	if diff := cmp.Diff([]string{"broken", "a"}, names); diff != "" || later != 2 {
		t.Errorf("%d later, read now (-want +got):\n%s", later, diff)
	}
}

// TestHashOfTheFuture: what is dated into the future is remembered as soon as the system says
// that it rests.
func TestHashOfTheFuture(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	h.write(hashDir+"noble-desktop-arm64.iso", "arm64", time.Hour)
	s := h.source()
	for _, tt := range []struct {
		after time.Duration
		want  int // checksums that are remembered
	}{{0, 1}, {time.Minute, 2}} {
		s.o.Now = func() time.Time { return time.Now().Add(tt.after) }
		if poll(t, s, nil); len(s.computed) != tt.want {
			t.Errorf("after %s: %d checksums are remembered, want %d", tt.after, len(s.computed), tt.want)
		}
	}
}

// TestHashHeld: what is held back is not read, and keeps what is remembered of it.
func TestHashHeld(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	s := h.source()
	a := poll(t, s, nil)
	for i := range a.Facts.Directories {
		a.Facts.Directories[i].Held = "unsettled"
	}
	for i := range a.Facts.Images {
		for j := range a.Facts.Images[i].Files {
			a.Facts.Images[i].Files[j].SHA256 = ""
		}
	}
	h.write(hashDir+"noble-desktop-amd64.manifest", "bash 5.3", -time.Minute)
	if err := s.hashFiles(t.Context(), h.crawl(s), a.Facts); err != nil {
		t.Fatal(err)
	}
	for name, sum := range sumsOf(a) {
		if sum != "" {
			t.Errorf("%s has a checksum", name)
		}
	}
	if len(s.computed) != 1 {
		t.Errorf("%d checksums are remembered, want the one of the file that is as it was", len(s.computed))
	}
}

// TestHashWritesNews: the file of checksums is replaced only by other ones.
func TestHashWritesNews(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	s := h.source()
	a := poll(t, s, nil)
	at := filepath.Join(h.state, "full.sums.json")
	before, err := os.Stat(at)
	if err != nil {
		t.Fatal(err)
	}
	poll(t, s, a.Facts)
	after, err := os.Stat(at)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced though nothing changed (%v)", err)
	}
}

// crawl is one that is past its listings.
func (h *hashTree) crawl(s *Source) *crawl {
	return &crawl{place: &local{root: h.root, entries: 100}, now: time.Now(), known: newKnown(nil, s.o.Rules), limits: s.o.Limits}
}

// TestHashInterrupted: who is told to stop does, and keeps what was read.
func TestHashInterrupted(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	s := h.source()
	a := poll(t, s, nil)
	h.write(hashDir+"noble-desktop-arm64.iso", "again", -time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range a.Facts.Images {
		for j := range a.Facts.Images[i].Files {
			a.Facts.Images[i].Files[j].SHA256 = ""
		}
	}
	if err := s.hashFiles(ctx, h.crawl(s), a.Facts); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := s.computed; len(got) != 1 {
		t.Errorf("%d checksums are left, want the one of the file that is as it was", len(got))
	}
}

// TestHashStateThatIsNoGood: everything is read again, and that is told.
func TestHashStateThatIsNoGood(t *testing.T) {
	t.Parallel()
	h := newHashTree(t)
	if err := os.WriteFile(filepath.Join(h.state, "full.sums.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	a := poll(t, h.source(), nil)
	if got := sumsOf(a)["20260401/noble-desktop-arm64.iso"]; got != sumOf("arm64") || len(a.Problems) != 1 || !strings.Contains(a.Problems[0].Text, "computed again") {
		t.Errorf("checksum %q, problems %v", got, a.Problems)
	}
}
