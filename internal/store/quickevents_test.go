package store

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestQuickEvents: what the agent writes is read without the decoder, anything else is
// left to it.
func TestQuickEvents(t *testing.T) {
	t.Parallel()
	const event = "[[event]]\nseen = 2025-08-07T13:00:12Z\nwhat = \"build-note\"\nsource = \"iso\"\n"
	for _, tt := range []struct {
		name, text string
		quick      bool
	}{
		{"nothing", "", true},
		{"a comment", changeHead + "\n", true},
		{"an event", event, true},
		{"escapes", event + `to = "a \"b\" \\ \n \u00e9"` + "\n", true},
		{"no line break at the end", event + `to = "x"`, true},
		{"a key twice", event + "to = \"x\"\nto = \"y\"\n", false},
		{"an unknown key", event + "why = \"x\"\n", false},
		{"a key before any event", "to = \"x\"\n" + event, false},
		{"an event without a source", "[[event]]\nseen = 2025-08-07T13:00:12Z\nwhat = \"x\"\n" + event, false},
		{"a text that is empty", event + "to = \"\"\n", false},
		{"a text between other quotes", event + "to = 'x'\n", false},
		{"a text over lines", event + "to = \"\"\"x\"\"\"\n", false},
		{"an escape that TOML does not have", event + `to = "\x41"` + "\n", false},
		{"half a character", event + `to = "\ud800"` + "\n", false},
		{"a time with a zone", "[[event]]\nseen = 2025-08-07T13:00:12+02:00\nwhat = \"x\"\nsource = \"y\"\n", false},
		{"a comment behind", event + "to = \"x\" # y\n", false},
		{"spaces otherwise", event + "to=\"x\"\n", false},
		{"line breaks of another system", "[[event]]\r\n", false},
		{"bytes that are no text", event + "to = \"\xff\"\n", false},
	} {
		if _, quick := quickEvents([]byte(tt.text)); quick != tt.quick {
			t.Errorf("%s: quick is %t, want %t", tt.name, quick, tt.quick)
		}
	}
}

// FuzzQuickEvents: what is read quickly, the decoder reads just so.
func FuzzQuickEvents(f *testing.F) {
	golden, err := os.ReadFile(filepath.Join(goldenDir, "changes", "2025-08.toml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add([]byte("[[event]]\nafter = 2025-08-07T12:00:12Z\nseen = 2025-08-31T23:59:59Z\nwhat = \"x\"\nsource = \"y\"\nto = \"a \\\"b\\\" \\u00e9\"\n# c\n"))
	f.Add([]byte("[[event]]\nseen = 2025-08-31T23:59:59Z\nwhat = \"x\"\nsource = \"y\"\nbuild_id = \"1\"\nid = \"\\b\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		quick, ok := quickEvents(text)
		if !ok {
			return
		}
		r := fileDecoder{file: "x", text: text}
		want := read[eventsDoc](&r).Events
		if len(r.problems) > 0 {
			t.Fatalf("read quickly, but %v", r.problems)
		}
		if diff := cmp.Diff(want, quick); diff != "" && len(want)+len(quick) > 0 {
			t.Errorf("(-decoded +quick):\n%s", diff)
		}
	})
}

// TestGoldenIsQuick: the form that the agent writes has not left the quick way.
func TestGoldenIsQuick(t *testing.T) {
	t.Parallel()
	var w release.Event // every field of it
	for i, v := 0, reflect.ValueOf(&w).Elem(); i < v.NumField(); i++ {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(fmt.Sprintf("%d é\\\"\n\t", i))
		case reflect.Struct:
			f.Set(reflect.ValueOf(time.Date(2025, 8, 7, 13, i, 0, 0, time.UTC)))
		default:
			t.Fatalf("%s: no value is known for %s", v.Type().Field(i).Name, f.Type())
		}
	}
	text, err := encodeMonth([]release.Event{w, w})
	if err != nil {
		t.Fatal(err)
	}
	got, quick := quickEvents(text)
	if diff := cmp.Diff([]release.Event{w, w}, got); diff != "" || !quick {
		t.Errorf("quick is %t (-want +got):\n%s", quick, diff)
	}
}

// BenchmarkReadEvents reads a month of the log in the form that the agent writes, and by
// the decoder of TOML.
func BenchmarkReadEvents(b *testing.B) {
	var events []release.Event
	for n := range 1000 {
		events = append(events, release.Event{
			Seen: time.Date(2025, 8, 7, 13, 0, n, 0, time.UTC), After: time.Date(2025, 8, 7, 12, 0, n, 0, time.UTC), What: "build-ready", Source: "iso",
			Series: "noble", Milestone: "24.04.3", Product: fmt.Sprintf("product-%d", n), BuildID: "20250807", From: "testing", To: "ready",
		})
	}
	text, err := encodeMonth(events)
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func() []release.Event{
		"quick":   func() []release.Event { all, _ := quickEvents(text); return all },
		"decoder": func() []release.Event { return read[eventsDoc](&fileDecoder{file: "x", text: text}).Events },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if got := read(); len(got) != len(events) {
					b.Fatalf("%d events", len(got))
				}
			}
		})
	}
}
