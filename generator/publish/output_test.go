package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiplist/generator/owned"
	"shiplist/generator/staged"
	"shiplist/internal/testenv"
)

// TestOccupied: what is not a link of ours to switch stays as it is.
func TestOccupied(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(s Site) error
		want string // nothing where it is no hindrance
	}{
		{"a directory", func(s Site) error { return os.Mkdir(s.Output, 0o755) }, "is a directory; shiplist puts a symbolic link there"},
		{"a file", func(s Site) error { return os.WriteFile(s.Output, nil, 0o644) }, "is a file; shiplist puts a symbolic link there"},
		{"a link to a file", func(s Site) error { return os.Symlink("/etc/passwd", s.Output) }, "leads to /etc/passwd, which is not a directory"},
		{"a link to nowhere", func(s Site) error { return os.Symlink("staged/gone", s.Output) }, ""},
		{"a foreign directory of sets", func(s Site) error { return os.MkdirAll(SetsDir(s.Output)+"/thesis", 0o755) }, "is not empty (thesis) and was not made by shiplist"},
	} {
		s := newSite(t)
		stage(t, s, version(1), staged.Record{})
		if err := tt.make(s); err != nil {
			t.Fatal(err)
		}
		_, err := Publish(t.Context(), Options{Site: s, Force: true})
		switch {
		case tt.want == "":
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			want(t, s, 1)
		case err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), s.Output):
			t.Errorf("%s: %v", tt.name, err)
		case !strings.Contains(tt.want, "sets"):
			if _, err := os.Stat(SetsDir(s.Output)); tt.name != "a foreign directory of sets" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: something was made for nothing: %v", tt.name, err)
			}
		}
	}
}

// TestTakeOver: what a link shows that was made by hand counts as published before, and
// there is a way back to it.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := stage(t, s, version(1), staged.Record{AsOf: start})
	if err := os.Symlink("staged/"+one, s.Output); err != nil {
		t.Fatal(err)
	}
	stage(t, s, version(2), staged.Record{AsOf: start.Add(-time.Hour)})
	var refused *Refused
	if _, err := Publish(t.Context(), Options{Site: s}); !errors.As(err, &refused) {
		t.Errorf("older facts: %v", err)
	}
	stage(t, s, version(3), staged.Record{AsOf: start})
	if res := publish(t, s); res.From != one || res.Shared != 1 || res.Set[:6] != "000002" {
		t.Errorf("result %+v", res)
	}
	want(t, s, 3)
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
		t.Fatal(err)
	}
	want(t, s, 1)
	tidy(t, s, 2)
}

// TestTakeOverTheSame: so it is where there is nothing newer.
func TestTakeOverTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := stage(t, s, version(1), staged.Record{})
	if err := os.Symlink(filepath.Join(s.Staged, one), s.Output); err != nil {
		t.Fatal(err)
	}
	if res := publish(t, s); res.Action != TookOver || res.Shared != 5 {
		t.Errorf("result %+v", res)
	}
	if link, err := os.Readlink(s.Output); err != nil || link != "public.sets/000001-"+Short(one) {
		t.Errorf("link to %s, %v", link, err)
	}
	want(t, s, 1)
}

// TestForeignSite: a link to any other directory is switched, too; what is the same
// there is shared, and its assets stay reachable.
func TestForeignSite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := filepath.Join(filepath.Dir(s.Output), "old")
	for name, text := range version(1) {
		put(t, filepath.Join(old, name), text)
	}
	if err := os.Symlink("old", s.Output); err != nil {
		t.Fatal(err)
	}
	stage(t, s, version(2), staged.Record{})
	if res := publish(t, s); res.Shared != 1 || res.From != "" {
		t.Errorf("result %+v", res)
	}
	want(t, s, 2)
	read(t, filepath.Join(s.Output, styleOf(1)))
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err == nil {
		t.Error("went back to what is not kept")
	}
}

// TestMoved: the whole tree can be moved.
func TestMoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	dir := t.TempDir()
	for _, name := range []string{"staged", "public", "public.sets"} {
		if err := os.Rename(filepath.Join(filepath.Dir(s.Output), name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s = Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 10}
	want(t, s, 1)
	stageAll(t, s, 2, 2)
	want(t, s, 2)
}

// TestAlone: two publishers wait for each other, and for the generator.
func TestAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{})
	short := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	held, err := hold(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(short(), Options{Site: s}); err == nil || !strings.Contains(err.Error(), "another run is writing there") {
		t.Errorf("beside a publisher: %v", err)
	}
	if err := held.end(); err != nil {
		t.Fatal(err)
	}
	sets, err := staged.Open(t.Context(), s.Staged)
	if err != nil {
		t.Fatal(err)
	}
	defer sets.Close()
	if _, err := Publish(short(), Options{Site: s}); err == nil || !strings.Contains(err.Error(), "another run is writing") {
		t.Errorf("beside a generator: %v", err)
	}
}

// TestNotWritable: who may not publish hears where and what to do, and the site stays.
func TestNotWritable(t *testing.T) {
	if os.Getuid() == 0 { // whom modes do not keep from anything
		testenv.RunAsNobody(t)
		return
	}
	for name, mode := range map[string]fs.FileMode{".": 0o555, "public.sets": 0o555, "public.sets/" + owned.LockFile: 0o111} {
		s := newSite(t)
		stageAll(t, s, 1, 1)
		stage(t, s, version(2), staged.Record{AsOf: start.Add(9 * time.Hour)})
		at := filepath.Join(filepath.Dir(s.Output), name)
		if err := os.Chmod(at, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(at, 0o755) })
		_, err := Publish(t.Context(), Options{Site: s})
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "run it as the user to whom the published sets belong") {
			t.Errorf("%s: %v", name, err)
		}
		want(t, s, 1)
		if _, err := List(s); err != nil {
			t.Errorf("%s: list: %v", name, err)
		}
	}
}

// TestReader: who holds a directory open goes on to see the set of that moment for as long
// as it is kept, and after that nothing, never pages of another.
func TestReader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Kept = 3
	stageAll(t, s, 1, 1)
	root, err := os.OpenRoot(s.Output)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for n := 2; n < 6; n++ {
		stageAll(t, s, n, n)
		for name, text := range version(1) {
			got, err := root.ReadFile(name)
			if pruned := n > s.Kept; pruned && errors.Is(err, fs.ErrNotExist) {
				continue
			} else if pruned || err != nil || string(got) != text {
				t.Fatalf("after set %d: %s is %q, %v", n, name, got, err)
			}
		}
	}
}

// TestPatternName: a directory whose name looks like a pattern is one like any other.
func TestPatternName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b")
	s := Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 10}
	for n := 1; n <= 3; n++ {
		stage(t, s, version(n), staged.Record{AsOf: start})
		if n > 1 {
			put(t, filepath.Join(SetsDir(s.Output), owned.TempPrefix+"cut-short/index.html"), "half a set")
		}
		if res := publish(t, s); numberOf(res.Set) != n {
			t.Errorf("set %d is called %s", n, res.Set)
		}
		want(t, s, n)
	}
	tidy(t, s, 3)
}
