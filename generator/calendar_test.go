package generator

import (
	"bytes"
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	goical "github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// readCalendar reads a calendar with a parser of other people than who wrote the writer.
func readCalendar(t *testing.T, name string, content []byte) []goical.Event {
	t.Helper()
	c, err := goical.NewDecoder(bytes.NewReader(content)).Decode()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(content), "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%s: the line %q has %d bytes", name, line, len(line))
		}
	}
	// The encoder refuses what a calendar must have and this one has not.
	if err := goical.NewEncoder(&bytes.Buffer{}).Encode(c); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return c.Events()
}

func TestCalendarsAreRead(t *testing.T) {
	t.Parallel()
	site, got, ids := sampleSite(t), map[string]string{}, map[string]bool{}
	for name, content := range site {
		if path.Base(name) != calendarFile {
			continue
		}
		for _, e := range readCalendar(t, name, content) {
			summary, errText := e.Props.Text(goical.PropSummary)
			begin, errBegin := e.DateTimeStart(time.UTC)
			end, errEnd := e.DateTimeEnd(time.UTC)
			id, errID := e.Props.Text(goical.PropUID)
			if errText != nil || errBegin != nil || errEnd != nil || errID != nil || ids[id] || end.Sub(begin) != oneDay {
				t.Errorf("%s: %q from %s to %s, id %q", name, summary, begin, end, id)
			}
			ids[id] = true
			got[summary] = begin.Format(time.DateOnly)
		}
	}
	for summary, want := range map[string]string{
		"Noble 24.04.4": "2026-04-30", "Noble Numbat 24.04 LTS: release": "2024-04-25", "Stonking Stingray 26.10: end of standard support": "2027-07-15",
	} {
		if got[summary] != want {
			t.Errorf("%s is on %q, want %s", summary, got[summary], want)
		}
	}
	if len(ids) < 8 {
		t.Errorf("only %d days", len(ids))
	}
}

// TestCalendarsAreSafe: no name ends a line or a value, and nothing follows from the clock.
func TestCalendarsAreSafe(t *testing.T) {
	t.Parallel()
	title := "Odd; a, b\\ \r\nDTEND:20000101\n\x00 \u202e\u2028" + strings.Repeat("é", 60)
	l := &release.Line{Slug: "odd", Title: "Odd\r\nEND:VCALENDAR"}
	l.Milestones = []*release.Manifest{
		{Line: l, Slug: "one", Title: title, Date: "2026-02-03"}, {Line: l, Slug: "two", Title: "Two", Date: "soon"}, {Line: l, Slug: "three", Title: "Three"},
	}
	s := &site{picture: &release.Picture{Lines: []*release.Line{l}}, seriesDirs: map[string]string{"odd": "odd"}}
	s.config.BaseURL = "https://releases.example.org/a;b,c/"
	var b, again bytes.Buffer
	for _, to := range []*bytes.Buffer{&b, &again} {
		out, ok := s.calendarOutput(l)
		if d, err := out.arrange(); err != nil || !ok || d.render(to) != nil {
			t.Fatal("no calendar")
		}
	}
	if diff := cmp.Diff(b.String(), again.String()); diff != "" {
		t.Error(diff)
	}
	events := readCalendar(t, "odd", b.Bytes())
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	summary, err := events[0].Props.Text(goical.PropSummary)
	if want := "Odd; a, b\\ DTEND:20000101 " + strings.Repeat("é", 60); err != nil || summary != want {
		t.Errorf("summary %q (%v), want %q", summary, err, want)
	}
	if u, err := events[0].Props.URI(goical.PropURL); err != nil || !strings.HasSuffix(u.Path, "/odd/one/") {
		t.Errorf("address %v (%v)", u, err)
	}
	if _, ok := s.calendarOutput(&release.Line{Slug: "empty"}); ok {
		t.Error("a series without days has a calendar")
	}
}
