package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestEditedLog: what a person wrote into the log stays there, and is kept aside, too;
// where it cannot be read any more, the events stay that can be.
func TestEditedLog(t *testing.T) {
	t.Parallel()
	one, two := event("a", 1), event("a", 2)
	second, err := encodeEvent(two)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		edit      func(text string) string
		loseState bool
		kept      bool
		want      []release.Event
		unread    bool // the text must not be the beginning of the file
	}{
		{"nothing", func(text string) string { return text }, false, false, []release.Event{one, two}, false},
		{"nothing, state lost", func(text string) string { return text }, true, false, []release.Event{one, two}, false},
		{"comment", func(text string) string { return "# mine\n" + text }, false, true, []release.Event{one, two}, false},
		{"comment, state lost", func(text string) string { return text + "# mine" }, true, true, []release.Event{one, two}, false},
		{"event removed", func(string) string { return "" }, false, true, []release.Event{two}, false},
		{"other value", func(text string) string { return strings.Replace(text, "kubuntu", "mine", 1) }, false, true, []release.Event{edited(one), two}, false},
		{"nonsense", func(string) string { return "nonsense" }, false, true, []release.Event{two}, true},
		{"nonsense at the end", func(text string) string { return text + "nonsense" }, false, true, []release.Event{two}, true},
		{"nonsense before", func(text string) string { return "nonsense\n" + text }, true, true, []release.Event{one, two}, true},
		{"one bad event", func(text string) string { return text + "\n[[event]]\nwhat = \"mine\"\n" }, false, true, []release.Event{one, two}, true},
		{"event of another month", func(text string) string {
			return text + "\n[[event]]\nseen = 2024-08-01T00:00:00Z\nwhat = \"x\"\nsource = \"x\"\n"
		}, false, true, []release.Event{one, two}, true},
		{"a newer form", func(text string) string { return "version = 2\n" + text }, false, true, []release.Event{one, two}, true},
		{"twice", func(text string) string { return text + "\n" + string(second) }, false, true, []release.Event{one, two, two}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, st := place(t)
			w := open(t, data, st)
			commit(t, w, sample("a", "1"), one)
			closed(t, w)
			at := filepath.Join(data, "changes/2025-08.toml")
			text := tt.edit(contents(t, data)["changes/2025-08.toml"])
			write(t, at, text)
			if tt.loseState {
				if err := os.RemoveAll(st); err != nil {
					t.Fatal(err)
				}
			}
			w = open(t, data, st)
			r := commit(t, w, sample("a", "1"), two)
			files := contents(t, data)
			copied, kept := files["changes/2025-08.toml.edited"]
			if kept != tt.kept || kept && copied != text || kept != (len(r.Edited) == 1 && r.Edited[0].Address == "changes/2025-08.toml") {
				t.Errorf("kept %v %q, told %v", kept, copied, r.Edited)
			}
			got, err := LoadEvents(data, time.Time{}, time.Time{})
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
			if strings.HasPrefix(files["changes/2025-08.toml"], text) == tt.unread {
				t.Errorf("the log is now:\n%s", files["changes/2025-08.toml"])
			}
			if r := commit(t, w, sample("a", "1"), event("a", 4)); len(r.Edited) > 0 {
				t.Errorf("told again: %v", r.Edited)
			}
		})
	}
}

func edited(e release.Event) release.Event {
	e.Product = "mine"
	return e
}

// TestNewerLog: a file of the log that this version cannot read is kept although it is
// as it was written.
func TestNewerLog(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"), event("a", 1))
	newer := strings.Replace(contents(t, data)["changes/2025-08.toml"], "source =", "colour = \"red\"\nsource =", 1)
	write(t, filepath.Join(data, "changes/2025-08.toml"), newer)
	w.written.Files["changes/2025-08.toml"] = hash([]byte(newer))
	if r := commit(t, w, sample("a", "1"), event("a", 2)); len(r.Edited) != 1 || r.Edited[0].Rule != "unreadable" {
		t.Errorf("told %v", r.Edited)
	}
}

// TestBadEvents: what could not be read again is not written, nor anything with it.
func TestBadEvents(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"), event("a", 1))
	before := contents(t, data)
	for name, e := range map[string]release.Event{
		"event build-ready of a: it does not say when it was seen": {What: release.EventBuildReady, Source: "a"},
		"event of a: it does not say what":                         {Seen: event("a", 1).Seen, Source: "a"},
		"seen in the year 10000":                                   {Seen: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), What: "x", Source: "a"},
	} {
		var unfit *FactsError
		if _, err := w.Commit(t.Context(), state("a"), sample("a", "2"), event("a", 2), e); !errors.As(err, &unfit) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if diff := cmp.Diff(before, contents(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	awkward := event("a", 2)
	awkward.To, awkward.Product = "caf\xe9\n[[event]]\n", "\x00\"'''"
	commit(t, w, sample("a", "2"), awkward)
	got, err := LoadEvents(data, time.Time{}, time.Time{})
	awkward.To = "caf\uFFFD\n[[event]]\n"
	if diff := cmp.Diff([]release.Event{event("a", 1), awkward}, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

// TestMistakesInLog: every mistake is told, with its place, and the other files are read.
func TestMistakesInLog(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"), event("a", 1), event("a", 3))
	write(t, filepath.Join(data, "changes/2025-09.toml"), "[[event]]\nsen = 2025-09-01T00:00:00Z\nwhat = \"x\"\n\n[[event]]\nseen = 2025-08-01T00:00:00Z\nwhat = \"x\"\nsource = \"a\"\n")
	write(t, filepath.Join(data, "changes/2025-10.toml"), "[[event]]\nseen = 2025-08-01T00:00:00Z\nwhat = \"x\"\nsource = \"a\"\n")
	got, err := LoadEvents(data, time.Time{}, time.Time{})
	want := data + "/changes/2025-09.toml:1:3: event[0].seen: missing\n" +
		data + "/changes/2025-09.toml:1:3: event[0].source: missing\n" +
		data + "/changes/2025-09.toml:2:1: event[0].sen: unknown key; did you mean \"seen\"?\n" +
		data + "/changes/2025-10.toml:2:1: event[0].seen: 2025-08-01T00:00:00Z, but the file is of 2025-10"
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]release.Event{event("a", 1)}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Load(data); err != nil {
		t.Errorf("the facts are fine, and yet: %v", err)
	}
}

// TestStrangersInLog: what is no file of a month is not read, nor removed.
func TestStrangersInLog(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	commit(t, w, sample("a", "1"), event("a", 1))
	strange := []string{
		"changes/2025-13.toml", "changes/2025-8.toml", "changes/2025-08.01.toml", "changes/2025-08.1.toml", "changes/2025-08.12345.toml",
		"changes/2025-08.txt", "changes/2025/x.toml", "changes/products.toml", "changes/2025-08.toml.gz",
	}
	for _, name := range append(slices.Clone(strange), "changes/2025-08.toml.edited", "changes/.x") {
		write(t, filepath.Join(data, name), "x")
	}
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.DeleteFunc(strange, func(name string) bool { return strings.Contains(name, "2025/") }), "changes/2025")
	slices.Sort(want)
	if diff := cmp.Diff(want, s.Strangers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := LoadEvents(data, time.Time{}, time.Time{}); len(got) != 1 || err != nil {
		t.Errorf("events %v, error %v", got, err)
	}
	commit(t, w, sample("a", "2"), event("a", 2))
	if len(contents(t, data)) < len(strange)+2 {
		t.Error("a stranger is gone")
	}
}

// TestLogInTheWay: what lies where the log belongs is told before anything is moved.
func TestLogInTheWay(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"changes", "changes/2025-08.toml/x"} {
		data, st := place(t)
		w := open(t, data, st)
		commit(t, w, sample("a", "1"))
		write(t, filepath.Join(data, at), "mine")
		_, err := w.Commit(t.Context(), state("a"), sample("a", "2"), event("a", 1))
		if err == nil || !strings.Contains(err.Error(), "is in the way of the data file changes/2025-08.toml; move it somewhere else") {
			t.Errorf("%s: error %v", at, err)
		}
		if s, err := Load(data); err != nil || !cmp.Equal(sample("a", "1"), s.Source("a").Facts) {
			t.Errorf("%s: loaded %v, error %v", at, s, err)
		}
	}
}
