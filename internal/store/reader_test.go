package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// readers look at one data directory in different ways, and must see the same.
type readers struct {
	data, state string
	hashing     *Reader // all files are young, so that only their bytes count
	stamping    *Reader // all files are old
	before      []*Snapshot
	copies      [][]*release.Facts
}

func newReaders(data, state string) *readers {
	r := &readers{data: data, state: state, hashing: NewReader(data, ""), stamping: NewReader(data, "")}
	r.stamping.now = inAnHour
	return r
}

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

// keeping is a reader of another process, which keeps sources of any size.
func (r *readers) keeping(now func() time.Time) *Reader {
	k := NewReader(r.data, r.state)
	k.now, k.keep.least = now, 0
	return k
}

// look wants all readers to see what [Load] sees, and what they saw before to be as it was.
func (r *readers) look(t *testing.T, what string) *Snapshot {
	t.Helper()
	want, wantErr := Load(r.data)
	var last *Snapshot
	for name, reader := range map[string]*Reader{
		"hashing": r.hashing, "stamping": r.stamping, "another process": r.keeping(time.Now), "another process later": r.keeping(inAnHour),
	} {
		got, err := reader.Load()
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%s, %s: %v, want %v (-want +got)\n%s", what, name, err, wantErr, diff)
		}
		if name == "hashing" || name == "stamping" {
			last = got
			r.remember(got)
		}
	}
	for n, s := range r.before {
		for k := range s.Sources {
			if diff := cmp.Diff(r.copies[n][k], s.Sources[k].Facts); diff != "" {
				t.Fatalf("%s: an earlier snapshot changed (-before +after)\n%s", what, diff)
			}
		}
	}
	return last
}

func (r *readers) remember(s *Snapshot) {
	if s == nil {
		return
	}
	var copies []*release.Facts
	for _, src := range s.Sources {
		copies = append(copies, src.Facts.Clone())
	}
	const some = 6 // the newest
	r.before, r.copies = append(r.before, s), append(r.copies, copies)
	r.before, r.copies = r.before[max(0, len(r.before)-some):], r.copies[max(0, len(r.copies)-some):]
}

// dataFiles are the data files of all sources.
func dataFiles(t *testing.T, data string) []string {
	t.Helper()
	var files []string
	for name := range contents(t, data) {
		if strings.HasSuffix(name, ".toml") && name != sourcesFile && !isMonth(name) {
			files = append(files, filepath.Join(data, name))
		}
	}
	slices.Sort(files)
	return files
}

// TestReaderSeesEverything does one thing after another to a data directory.
func TestReaderSeesEverything(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	rng := rand.New(rand.NewPCG(5, 5))
	r := newReaders(data, st)
	poll := func() {
		facts := generate(rng.Uint64N(1 << 40))
		facts.Source = []string{"a", "b"}[rng.IntN(2)]
		commit(t, w, facts)
	}
	poll()
	for step := range 60 {
		var at string
		if files := dataFiles(t, data); len(files) > 0 {
			at = files[rng.IntN(len(files))]
		}
		what := []string{"a poll", "a poll", "an edit", "damage", "removal", "a stranger", "nothing", "a retired source"}[rng.IntN(8)]
		switch {
		case what == "a poll" || at == "":
			poll()
		case what == "an edit":
			text, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			write(t, at, string(text)+strings.Repeat("\n# by hand", 1+rng.IntN(3)))
		case what == "damage":
			write(t, at, "damaged = "+fmt.Sprint(step))
		case what == "removal":
			if err := os.Remove(at); err != nil {
				t.Fatal(err)
			}
		case what == "a stranger":
			write(t, filepath.Join(data, "stranger", fmt.Sprint(step)), "x")
		case what == "a retired source" && step > 30:
			if _, err := w.Retire(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
		r.look(t, fmt.Sprintf("step %d, %s", step, what))
	}
}

// TestReaderEditedAtOnce: a file that changes right after it was read, and has the
// same size and time, is seen all the same.
func TestReaderEditedAtOnce(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	commit(t, open(t, data, st), sample("a", "1"))
	r := NewReader(data, "")
	at := filepath.Join(data, "a/images/noble/kubuntu.toml")
	for n := range 20 {
		if _, err := r.Load(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("noble-desktop-%05d", n)
		text, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		was, err := os.Stat(at)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(text), `name = "`)
		old, _, _ := strings.Cut(after, `"`)
		if err := os.WriteFile(at, []byte(strings.Replace(string(text), old, name, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, was.ModTime(), was.ModTime()); err != nil {
			t.Fatal(err)
		}
		s, err := r.Load()
		if err != nil || s.Source("a").Facts.Images[0].Name != name {
			t.Fatalf("%v: the image is not %s but %+v", err, name, s)
		}
	}
}

// TestReaderCutShort reads a commit that was cut short after each of its moves, and the
// one that follows it.
func TestReaderCutShort(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := set(t)
		r := newReaders(s.data, t.TempDir())
		r.look(t, "before")
		f := (&faults{left: n, err: errCrash}).on(s.w)
		_, err := s.w.Commit(t.Context(), state("a"), after())
		r.look(t, "cut short at "+f.hit)
		s.w.disk.fault = faultless
		if err == nil {
			return
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		commit(t, s.w, after())
		r.look(t, "after the next commit")
	}
}

// TestReaderShares: facts of which no file changed are the same ones; where one changed,
// the others are the same in memory.
func TestReaderShares(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1", "alpha", "beta"))
	commit(t, w, sample("b", "1", "alpha"))
	for _, r := range []*Reader{newReaders(data, st).hashing, newReaders(data, st).stamping} {
		commit(t, w, sample("a", "1", "alpha", "beta"))
		facts := func() (a, b *release.Facts) {
			s, err := r.Load()
			if err != nil {
				t.Fatal(err)
			}
			return s.Source("a").Facts, s.Source("b").Facts
		}
		a, b := facts()
		if again, other := facts(); again != a || other != b {
			t.Error("nothing changed, and the facts are others")
		}
		next := sample("a", "1", "alpha", "beta")
		next.Milestones[1].Entries[0].State = release.StateFailed
		commit(t, w, next)
		again, other := facts()
		switch {
		case other != b:
			t.Error("the other source has other facts")
		case again == a || again.Milestones[1].Entries[0].State != release.StateFailed:
			t.Error("the change is not there")
		case &again.Images[0] != &a.Images[0] || &again.Products[0] != &a.Products[0]:
			t.Error("records of other files were copied")
		case &again.Milestones[0].Entries[0] != &a.Milestones[0].Entries[0]:
			t.Error("what is in a record of another file was copied")
		case a.Milestones[1].Entries[0].State != release.StateReady:
			t.Error("the facts from before changed")
		}
	}
}

// TestReaderDecodesWhatChanged: a file whose stamp is the same is not read again, in this
// process or in another one.
func TestReaderDecodesWhatChanged(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	commit(t, open(t, data, st), largeFacts("full"))
	load := func(r *Reader) {
		t.Helper()
		if s, err := r.Load(); err != nil || len(s.Source("full").Facts.Images) != 1000 {
			t.Fatal(err)
		}
	}
	r := NewReader(data, st)
	r.now = inAnHour
	load(r)
	first := r.sources["full"].files["full/images/noble/project0.toml"]
	at := filepath.Join(data, "full/images/noble/project1.toml")
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(at), os.WriteFile(at, text, 0o644)); err != nil {
		t.Fatal(err)
	}
	load(r)
	if r.sources["full"].files["full/images/noble/project0.toml"] != first {
		t.Error("a file that did not change was read again")
	}
	// Another process finds the facts of the file that is as it was by its stamp, and
	// those of the other by its bytes.
	other := NewReader(data, st)
	other.now = inAnHour
	load(other)
	for name, byStamp := range map[string]bool{"full/images/noble/project0.toml": true, "full/images/noble/project1.toml": false} {
		f := other.sources["full"].files[name]
		if (f.kept != nil) != byStamp {
			t.Errorf("%s: taken by its stamp: %v", name, f.kept != nil)
		}
	}
	if third := NewReader(data, st); third.keep.read("full")["full/images/noble/project1.toml"].Stamp != other.sources["full"].files["full/images/noble/project1.toml"].stamp {
		t.Error("the new stamp is not kept")
	}
}

// TestReaderWithoutState: a state directory that cannot be written to, or is none, is no
// concern of a reader.
func TestReaderWithoutState(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	commit(t, open(t, data, st), largeFacts("full"))
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	for _, state := range []string{"", file, filepath.Join(file, "below")} {
		if s, err := NewReader(data, state).Load(); err != nil || len(s.Source("full").Facts.Images) != 1000 {
			t.Errorf("state directory %q: %v", state, err)
		}
	}
	if _, err := NewReader(filepath.Join(data, "none"), st).Load(); !errors.As(err, new(*noDataError)) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without data: %v", err)
	}
}

// TestLoadSorts: facts are in their order, though that of the paths is another one, and
// somebody wrote records into a file as they came.
func TestLoadSorts(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	facts := sample("a", "1")
	facts.Series = nil
	for _, series := range []string{"noble", "noble-x"} {
		facts.Milestones = append(facts.Milestones, release.Milestone{Series: series, Slug: "beta", Title: "Beta", Kind: release.KindRelease})
	}
	commit(t, open(t, data, st), facts)
	write(t, filepath.Join(data, "a/products.toml"), "[[product]]\nslug = \"z\"\ntitle = \"Z\"\n[[product]]\nslug = \"a\"\ntitle = \"A\"\n")
	write(t, filepath.Join(data, "a/milestones/noble/beta.toml"), "series = \"noble\"\nslug = \"beta\"\ntitle = \"Beta\"\nkind = \"release\"\n"+
		"[[build]]\nproduct = \"z\"\nbuild_id = \"1\"\nstate = \"ready\"\n[[build]]\nproduct = \"a\"\nbuild_id = \"1\"\nstate = \"ready\"\n")
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Source("a").Facts; !f.Sorted() || len(f.Milestones) != 2 || len(f.Products) != 2 {
		t.Errorf("the facts are not in their order: %+v", f)
	}
}
