package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestFileCalledChanges: a file in the place of the folder for changes hides
// nothing that comes after it.
func TestFileCalledChanges(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("iso", "1"))
	write(t, filepath.Join(data, changesDir), "mine\n")
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if source := s.Source("iso"); source == nil || len(source.Facts.Products) != 1 {
		t.Errorf("loaded %v", s.Sources)
	}
	if diff := cmp.Diff([]string{changesDir}, s.Strangers); diff != "" {
		t.Errorf("strangers (-want +got):\n%s", diff)
	}
}

// TestGateGone: a lock file that is missing beside the other one keeps nobody from
// reading.
func TestGateGone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{gateName, lockName} {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, sample("a", "1"))
		closed(t, w)
		if err := os.Remove(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
		s, err := Load(data)
		if err != nil || len(s.Sources) != 1 {
			t.Errorf("without %s: loaded %v, error %v", name, s, err)
		}
	}
}

// TestInTheWay: what lies where a data file belongs, and is none, is told before
// anything is moved; nothing is written through links, and other sources go on.
func TestInTheWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, at string
		put      func(t *testing.T, data, at string)
	}{
		{"link out of the directory", "a", func(t *testing.T, data, at string) { link(t, t.TempDir(), at) }},
		{"link to another source", "a", func(t *testing.T, data, at string) { link(t, "b", at) }},
		{"link below", "a/series", func(t *testing.T, data, at string) { link(t, "../b/series", at) }},
		{"dangling link", "a", func(t *testing.T, data, at string) { link(t, "nowhere", at) }},
		{"folder", "a/products.toml", func(t *testing.T, data, at string) { write(t, filepath.Join(at, "mine"), "x") }},
		{"file", "a", func(t *testing.T, data, at string) { write(t, at, "x") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			commit(t, w, sample("b", "1"))
			if err := os.MkdirAll(filepath.Dir(filepath.Join(data, tt.at)), 0o755); err != nil {
				t.Fatal(err)
			}
			tt.put(t, data, filepath.Join(data, tt.at))
			was := contents(t, filepath.Join(data, "b"))

			_, err := w.Commit(t.Context(), state("a"), sample("a", "2"))
			if err == nil || !strings.Contains(err.Error(), filepath.Join(data, tt.at)) {
				t.Errorf("error %v, want one that names %s", err, tt.at)
			}
			if _, err := os.Stat(filepath.Join(data, readyDir)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the commit got stuck half-way (%v)", err)
			}
			if diff := cmp.Diff(was, contents(t, filepath.Join(data, "b"))); diff != "" {
				t.Errorf("another source was changed (-want +got):\n%s", diff)
			}
			commit(t, w, sample("b", "2"))
			closed(t, w)
			closed(t, open(t, data, st))
		})
	}
}

// TestLinkedFile: a data file that is a link is replaced as such; what it points to
// stays as it is.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	outside := filepath.Join(t.TempDir(), "mine.toml")
	write(t, outside, "mine")
	at := filepath.Join(data, "a/products.toml")
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	link(t, outside, at)
	commit(t, w, sample("a", "1"))
	if text, err := os.ReadFile(outside); err != nil || string(text) != "mine" {
		t.Errorf("outside: %q, error %v", text, err)
	}
	if info, err := os.Lstat(at); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, error %v", info, err)
	}
}

// TestLongNames: the longest names that slugs give are names of files, copies of
// edited ones included.
func TestLongNames(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	long := release.Slug(strings.Repeat("ß", 3000))
	f := &release.Facts{
		Source:     "a",
		Series:     []release.Series{{Slug: long, Title: "x"}},
		Milestones: []release.Milestone{{Series: long, Slug: long, Title: "x"}},
		Images:     []release.Image{{Series: long, Project: long, Dir: "d", Name: "n"}},
	}
	commit(t, w, f)
	write(t, filepath.Join(data, "a/series", long+".toml"), "mine")
	if r := commit(t, w, f); len(r.Edited) != 1 {
		t.Errorf("reported %v", r.Edited)
	}
	if s, err := Load(data); err != nil || len(s.Source("a").Facts.Images) != 1 {
		t.Errorf("loaded %v, error %v", s, err)
	}
	f.Series[0].Slug = strings.Repeat("x", 201)
	var unfit *FactsError
	if _, err := w.Commit(t.Context(), state("a"), f); !errors.As(err, &unfit) {
		t.Errorf("error %v, want one about the name", err)
	}
}

// TestWriterComesFirst: while a writer waits for a reader to leave, no other reader
// gets in before it.
func TestWriterComesFirst(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	closed(t, open(t, data, st))
	reader, err := readLock(data)
	if err != nil {
		t.Fatal(err)
	}
	moved := make(chan error)
	go func() {
		held, err := moveLock(t.Context(), data)
		moved <- errors.Join(err, held.Close())
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for shut := false; !shut; {
		gate := flock.New(filepath.Join(data, gateName))
		open, err := gate.TryRLock()
		if err := errors.Join(err, gate.Close(), ctx.Err()); err != nil {
			t.Fatalf("the writer leaves the gate open: %v", err)
		}
		shut = !open
	}
	if err := errors.Join(reader.Close(), <-moved); err != nil {
		t.Fatal(err)
	}
}

// TestHugeFile: a file that nobody could have written is not read into memory.
func TestHugeFile(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"))
	if err := os.Truncate(filepath.Join(data, "a/products.toml"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(data); err == nil || !strings.Contains(err.Error(), "a/products.toml: 268435457 bytes are more than") {
		t.Errorf("error %v", err)
	}
}

// TestHoldUnreadable: what could not be read again is not kept aside either.
func TestHoldUnreadable(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	f := sample("a", "1")
	f.Images[0].Files = []release.File{{Type: "iso"}} // without a name
	var unfit *FactsError
	if _, err := w.Hold("a", Kept{Facts: f}); !errors.As(err, &unfit) {
		t.Errorf("error %v, want one about the facts", err)
	}
	if k, err := w.Kept("a"); k != nil || err != nil {
		t.Errorf("kept %v, error %v", k, err)
	}
}

// TestStrangeTimes: a file from the year 10000 does not keep the rest out.
func TestStrangeTimes(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	f := sample("a", "1")
	for _, at := range []time.Time{time.Unix(1<<40, 0), time.Date(1, 1, 1, 0, 0, 1, 0, time.FixedZone("", 3600)), time.Unix(1e9, 0)} {
		f.Images[0].Files = append(f.Images[0].Files, release.File{Name: at.Format(time.RFC3339), Type: "iso", Modified: at})
	}
	commit(t, w, f)
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, file := range s.Source("a").Facts.Images[0].Files {
		if !file.Modified.IsZero() {
			got = append(got, file.Modified.Format(time.RFC3339))
		}
	}
	if diff := cmp.Diff([]string{"2001-09-09T01:46:40Z"}, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func link(t testing.TB, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}
