package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// fake is a source in memory: it answers as it is told.
type fake struct {
	mu     sync.Mutex
	facts  *release.Facts
	answer release.Answer // without facts
	err    error
	fault  string // to panic with
	none   bool   // to answer nothing at all
	while  func() // what happens while it answers
	prev   []*release.Facts
}

func (f *fake) Poll(_ context.Context, prev *release.Facts) (*release.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prev = append(f.prev, prev)
	switch {
	case f.fault != "":
		panic(f.fault)
	case f.none:
		return nil, nil
	case f.err != nil:
		failed := f.answer
		return &failed, f.err
	}
	answer := f.answer
	answer.Facts = both(f.facts)
	if f.while != nil {
		f.while()
	}
	return &answer, nil
}

// bench is an agent with fake sources and a clock that tests set.
type bench struct {
	*Agent
	t     *testing.T
	clock time.Time
	a, b  *fake
	log   *strings.Builder
	data  string
}

// start is the time at which each test begins; half seconds are not stored.
var start = time.Date(2026, 4, 1, 12, 0, 0, 5e8, time.FixedZone("", 3600))

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, clock: start, a: &fake{facts: products("p")}, b: &fake{facts: products("q")}, log: &strings.Builder{}, data: filepath.Join(dir, "data")}
	c := &config.Config{
		Store: config.Store{Data: b.data, State: filepath.Join(dir, "state")},
		Agent: config.Agent{HoldShare: 0.5, HoldLeast: 5, HoldFor: 24 * time.Hour},
	}
	var err error
	b.Agent, err = New(Options{Config: c, Now: func() time.Time { return b.clock }, Logger: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	b.sources = []configuredSource{
		{state: release.SourceState{Name: "a", Kind: "qatracker", Address: "https://a.example"}, Source: b.a},
		{state: release.SourceState{Name: "b", Kind: "tree", Role: "full", Address: "https://b.example", Site: "https://b.example"}, Source: b.b},
	}
	return b
}

// once polls and returns the entry of the first source.
func (b *bench) once() SourceReport {
	b.t.Helper()
	r, err := b.Once(b.t.Context(), OnceOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Sources[0]
}

func (b *bench) load() *store.Snapshot {
	b.t.Helper()
	s, err := store.Load(b.data)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) state() release.SourceState { return b.load().Source("a").State }

// facts are those of the first source, by the number of their products.
func (b *bench) facts() int { return len(b.load().Source("a").Facts.Products) }

func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func TestOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.answer = release.Answer{Problems: []release.Problem{{Rule: "x", Text: "two\nlines"}}, Requests: 3, Bytes: 2500}
	r, err := b.Once(t.Context(), OnceOptions{})
	if err != nil || r.Trouble() {
		t.Fatalf("report %v, error %v", r, err)
	}
	for i := range r.Sources {
		r.Sources[i].Duration = 1500 * time.Microsecond
	}
	want := []string{
		"a: ok, 1 product, 1 file changed, in 2ms with 3 requests, 2.50 kB; 1 problem",
		"b: ok, 1 product, 1 file changed, in 2ms",
	}
	if diff := cmp.Diff(want, []string{r.Sources[0].String(), r.Sources[1].String()}); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	at := time.Date(2026, 4, 1, 11, 0, 0, 0, time.UTC)
	wantSources := []release.SourceFacts{
		{
			State: release.SourceState{Name: "a", Kind: "qatracker", Address: "https://a.example", Attempt: at, Success: at, Problems: []release.Problem{{Rule: "x", Text: "two lines"}}},
			Facts: &release.Facts{Source: "a", Products: products("p").Products},
		},
		{
			State: release.SourceState{Name: "b", Kind: "tree", Role: "full", Address: "https://b.example", Site: "https://b.example", Attempt: at, Success: at},
			Facts: &release.Facts{Source: "b", Products: products("q").Products},
		},
	}
	if diff := cmp.Diff(wantSources, b.load().Sources); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if got := b.a.prev[0]; got == nil || got.Source != "a" || len(got.Products) > 0 {
		t.Errorf("the first poll was given %v", got)
	}

	b.clock = b.clock.Add(time.Hour)
	if again := b.once(); again.Outcome != Unchanged {
		t.Errorf("second poll: %s", again)
	}
	if len(b.a.prev[1].Products) != 1 {
		t.Errorf("the second poll was given %v", b.a.prev[1])
	}
	if s := b.state(); !s.Success.Equal(at.Add(time.Hour)) {
		t.Errorf("success %s", s.Success)
	}
}

// TestFailures: whatever goes wrong with one source, its facts stay, its state says
// why, and the other source is stored.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(*fake)
		want string
	}{
		{"error", func(f *fake) { f.err = errors.New("502\nBad Gateway") }, "502 Bad Gateway"},
		{"panic", func(f *fake) { f.fault = "index out of range" }, "a fault in shiplist itself, please report it: index out of range"},
		{"nothing", func(f *fake) { f.none = true }, "the source brought no answer and no error; please report it"},
		{"path", func(f *fake) {
			f.facts = both(products("p"), &release.Facts{Series: []release.Series{{Slug: "../../x"}}})
		}, `facts that cannot be stored: series: "../../x" cannot be the name of a file`},
		{"no id", func(f *fake) { f.facts = both(products("p", ""), f.facts) }, "facts that cannot be stored: a/products.toml:3:3: product[0].slug: missing"},
		{"long", func(f *fake) { f.err = errors.New(strings.Repeat("é", 600)) }, strings.Repeat("é", 499) + "…"},
	} {
		b := newBench(t)
		b.once()
		tt.set(b.a)
		b.b.facts = products("q", "r")
		b.clock = b.clock.Add(time.Hour)
		r, err := b.Once(t.Context(), OnceOptions{})
		if err != nil || !r.Trouble() {
			t.Errorf("%s: error %v, trouble %t", tt.name, err, r.Trouble())
			continue
		}
		if got := r.Sources[0]; got.Outcome != Failed || !strings.HasPrefix(got.Error, tt.want) {
			t.Errorf("%s: %s", tt.name, got)
		}
		s := b.state()
		if s.Error != r.Sources[0].Error || !s.Attempt.Equal(utc(b.clock)) || !s.Success.Equal(utc(start)) {
			t.Errorf("%s: state %+v", tt.name, s)
		}
		if b.facts() != 1 || len(b.load().Source("b").Facts.Products) != 2 {
			t.Errorf("%s: facts were lost", tt.name)
		}
		*b.a = fake{facts: products("p")}
		if r := b.once(); r.Outcome != Unchanged || b.state().Error != "" {
			t.Errorf("%s: afterwards %s, error %q", tt.name, r, b.state().Error)
		}
	}
}

// TestHoldBack follows an answer that is held until it is let in by itself.
func TestHoldBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	poll := func(after time.Duration, n int, want Outcome) SourceReport {
		t.Helper()
		b.clock = start.Add(after)
		b.a.facts = products(numbered(n)...)
		r := b.once()
		if r.Outcome != want {
			t.Fatalf("after %s: %s", after, r)
		}
		return r
	}
	held := func(since time.Duration) {
		t.Helper()
		s := b.state()
		if s.Held == nil || !s.Held.Since.Equal(utc(start.Add(since))) || s.Held.Never || b.facts() != 20 {
			t.Fatalf("%d facts, held %+v, want since %s", b.facts(), s.Held, since)
		}
	}
	r := poll(time.Hour, 9, Held)
	if want := "a: held, in 0s: products.toml would lose 11 of 20 products; if that is right, run `shiplist agent --accept a@" + r.Held.Digest[:8] + "`"; strings.Replace(r.String(), r.Duration.Round(time.Millisecond).String(), "0s", 1) != want {
		t.Errorf("%s", r)
	}
	held(time.Hour)
	if s := b.state(); !s.Success.Equal(utc(start)) || !s.Attempt.Equal(utc(start.Add(time.Hour))) {
		t.Errorf("state %+v", s)
	}
	poll(2*time.Hour, 9, Held) // the same: the clock goes on
	held(time.Hour)
	poll(3*time.Hour, 8, Held) // something else: the clock starts again
	held(3 * time.Hour)
	poll(26*time.Hour, 8, Held)
	held(3 * time.Hour)

	b.a.err = errors.New("down") // a failure leaves it waiting
	poll(27*time.Hour-time.Minute, 8, Failed)
	held(3 * time.Hour)
	b.a.err = nil

	r = poll(27*time.Hour, 8, OK)
	if want := "let in after it was held back since 2026-04-01T14:00:00Z: products.toml would lose 12 of 20 products"; r.Note != want {
		t.Errorf("note %q", r.Note)
	}
	if s := b.state(); s.Held != nil || b.facts() != 8 || !s.Success.Equal(utc(b.clock)) {
		t.Errorf("%d facts, state %+v", b.facts(), s)
	}
	kept(t, b, false)
}

// kept checks whether something is kept aside of the first source.
func kept(t *testing.T, b *bench, want bool) {
	t.Helper()
	_, err := os.Stat(filepath.Join(b.o.Config.Store.State, "held", "a"))
	if errors.Is(err, fs.ErrNotExist) == want {
		t.Errorf("kept aside: %v, want %t", err, want)
	}
}

// TestHoldBackAmidNews: news beside the loss do not start the clock again, or a
// busy source would be held for ever.
func TestHoldBackAmidNews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = both(products(numbered(20)...), builds("1", "p"))
	b.once()
	for hour := 1; hour <= 24; hour++ {
		b.clock = start.Add(time.Duration(hour) * time.Hour)
		b.a.facts = both(products(numbered(5)...), builds(fmt.Sprint(hour), "p"))
		if r := b.once(); r.Outcome != Held {
			t.Fatalf("hour %d: %s", hour, r)
		}
	}
	b.clock = start.Add(25 * time.Hour)
	if r := b.once(); r.Outcome != OK || b.facts() != 5 {
		t.Errorf("%s, %d facts", r, b.facts())
	}
}

// TestFineAgain: an answer that is fine clears what was held back.
func TestFineAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts = products(numbered(1)...)
	b.once()
	kept(t, b, true)
	b.a.facts = products(numbered(21)...)
	if r := b.once(); r.Outcome != OK || b.state().Held != nil || b.facts() != 21 {
		t.Errorf("%s, %d facts, state %+v", r, b.facts(), b.state())
	}
	kept(t, b, false)
}

// TestNeverByItself: emptiness and suspicion wait for a person.
func TestNeverByItself(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*fake){
		"empty":   func(f *fake) { f.facts = &release.Facts{} },
		"suspect": func(f *fake) { f.facts, f.answer.Suspect = products("other"), "the tracker has no site \"x\"" },
	} {
		b := newBench(t)
		b.a.facts = products(numbered(3)...)
		b.once()
		set(b.a)
		for day := range 10 {
			b.clock = start.Add(time.Duration(day) * 24 * time.Hour)
			if r := b.once(); r.Outcome != Held || !b.state().Held.Never || b.facts() != 3 {
				t.Errorf("%s, day %d: %s", name, day, r)
			}
		}
		if !b.state().Held.Since.Equal(utc(start)) {
			t.Errorf("%s: held since %s", name, b.state().Held.Since)
		}
		if r, err := b.Accept(t.Context(), "a"); err != nil || r.Sources[0].Outcome != OK || b.facts() > 1 {
			t.Errorf("%s: report %v, error %v, %d facts", name, r, err, b.facts())
		}
	}
}

// TestSuspectFromTheFirst: there is nothing to lose, and still nothing is believed.
func TestSuspectFromTheFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts, b.a.answer.Suspect = &release.Facts{}, "everything is empty"
	if r := b.once(); r.Outcome != Held || r.Held.Reason != "everything is empty" {
		t.Errorf("%s", r)
	}
	if s := b.state(); !s.Success.IsZero() || s.Held == nil {
		t.Errorf("state %+v", s)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.a.facts = products(numbered(20)...)
	b.once()
	b.a.facts, b.a.answer.Problems = products(numbered(2)...), []release.Problem{{Rule: "x", Text: "kept, too"}}
	b.clock = start.Add(time.Hour)
	b.once()
	b.a.err = errors.New("down")
	b.clock = start.Add(2 * time.Hour)
	b.once()
	polls := len(b.a.prev)
	r, err := b.Accept(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Sources[0]; got.Outcome != OK || got.Note != "accepted, although products.toml would lose 18 of 20 products" || len(b.a.prev) != polls {
		t.Errorf("%s", got)
	}
	s := b.state()
	if b.facts() != 2 || s.Held != nil || !s.Success.Equal(utc(start.Add(time.Hour))) || s.Error != "down" || len(s.Problems) != 1 {
		t.Errorf("%d facts, state %+v", b.facts(), s)
	}
	kept(t, b, false)
	_, err = b.Accept(t.Context(), "a")
	if want := `nothing of a source "a" is held back, nor of any other`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestAcceptRefuses(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]func(b *bench, dir string) error{
		"gone":    func(_ *bench, dir string) error { return os.RemoveAll(dir) },
		"changed": func(_ *bench, dir string) error { return os.WriteFile(filepath.Join(dir, "products.toml"), nil, 0o644) },
		"broken": func(_ *bench, dir string) error {
			return os.WriteFile(filepath.Join(dir, "products.toml"), []byte("x"), 0o644)
		},
	} {
		b := newBench(t)
		b.a.facts = products(numbered(20)...)
		b.once()
		b.a.facts = products(numbered(2)...)
		b.once()
		if err := tamper(b, filepath.Join(b.o.Config.Store.State, "held", "a")); err != nil {
			t.Fatal(err)
		}
		_, err := b.Accept(t.Context(), "a")
		if err == nil || !strings.Contains(err.Error(), "poll again with `shiplist agent --once`") || b.facts() != 20 {
			t.Errorf("%s: error %v, %d facts", name, err, b.facts())
		}
		_, err = b.Accept(t.Context(), "b")
		if want := `nothing of a source "b" is held back; held back: a`; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if r := b.once(); r.Outcome != Held {
			t.Errorf("%s: afterwards %s", name, r)
		}
		if _, err := b.Accept(t.Context(), "a"); err != nil || b.facts() != 2 {
			t.Errorf("%s: error %v, %d facts", name, err, b.facts())
		}
	}
}

// TestRetired: a source that is not configured any more goes, with all that is
// known of it.
func TestRetired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	b.sources = b.sources[1:]
	r, err := b.Once(t.Context(), OnceOptions{})
	if err != nil || r.Trouble() || len(r.Sources) != 2 {
		t.Fatalf("report %v, error %v", r, err)
	}
	got := r.Sources[1]
	got.Duration = 0
	if want := "a: retired, 1 file changed, in 0s: the configuration does not name it any more"; got.String() != want {
		t.Errorf("%s", got)
	}
	if s := b.load(); len(s.Sources) != 1 || s.Source("a") != nil {
		t.Errorf("stored: %+v", s.Sources)
	}
	if _, err := os.Stat(filepath.Join(b.data, "a")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// TestInterrupted: what fails because the agent was told to stop is nobody's fault,
// and nothing is written.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	before := b.load()
	ctx, cancel := context.WithCancel(t.Context())
	b.sources[0].Source = stopped{cancel}
	_, err := b.Once(ctx, OnceOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(before.Source("a"), b.load().Source("a")); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

type stopped struct{ cancel func() }

func (s stopped) Poll(ctx context.Context, _ *release.Facts) (*release.Answer, error) {
	s.cancel()
	return nil, ctx.Err()
}

// TestEditedByHand: nonsense in a data file is kept, told and replaced.
func TestEditedByHand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	file := filepath.Join(b.data, "a", "products.toml")
	if err := os.WriteFile(file, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := b.once()
	if r.Outcome != OK || len(r.Problems) != 1 || r.Problems[0].Rule != "edited" || b.facts() != 1 {
		t.Errorf("%s: %v", r, r.Problems)
	}
	if text, err := os.ReadFile(file + ".edited"); err != nil || string(text) != "nonsense" {
		t.Errorf("kept %q, error %v", text, err)
	}
	if !strings.Contains(b.log.String(), "products.toml:1:8: not TOML") {
		t.Errorf("the log does not name the mistake:\n%s", b.log)
	}

	// Where the answer does not bring the file again, nobody knows what would go.
	if err := os.WriteFile(file, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.a.facts = series("team", "p")
	r = b.once()
	if want := "products.toml cannot be read, and the answer would remove it"; r.Outcome != Held || r.Held.Reason != want {
		t.Errorf("%s", r)
	}
}

func TestNotOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := os.MkdirAll(filepath.Join(b.data, "photos"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Once(t.Context(), OnceOptions{}); err == nil || !strings.Contains(err.Error(), "so it is not a data directory, and nothing in it was touched") {
		t.Errorf("error %v", err)
	}
	if len(b.a.prev) > 0 {
		t.Error("a source was polled for nothing")
	}
}
