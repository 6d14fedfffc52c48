package release

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSplitMoment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, name, at, problem string }{
		{"resolute/final", "resolute/final", "", ""},
		{"resolute/final@2026-04-20", "resolute/final", "2026-04-20T00:00:00Z", ""},
		{"resolute/final@2026-04-20T14:00", "resolute/final", "2026-04-20T14:00:00Z", ""},
		{"final@2026-04-20T14:00:07Z", "final", "2026-04-20T14:00:07Z", ""},
		{"final@2026-04-20T14:00+02:00", "final", "2026-04-20T12:00:00Z", ""},
		{"final@yesterday", "", "", `"yesterday" is not a time; write it like 2026-04-20 or 2026-04-20T14:00, in UTC`},
		{"final@2026-02-30", "", "", "is not a time"},
		{"final@", "", "", `"" is not a time`},
		{"@2026-04-20", "", "", "before the @"},
	} {
		name, at, err := SplitMoment(tt.text)
		if (err != nil) != (tt.problem != "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("%s: error %v, want %q", tt.text, err, tt.problem)
			continue
		}
		got := ""
		if !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if name != tt.name || got != tt.at {
			t.Errorf("%s: %q at %s", tt.text, name, got)
		}
	}
}

func FuzzSplitMoment(f *testing.F) {
	for _, text := range []string{"", "@", "noble/beta", "noble/beta@2026-04-20", "a@2026-04-20T14:00", "a@2026-04-20T14:00:05+02:00", "a@b@2026-04-20"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, at, err := SplitMoment(text)
		switch {
		case err != nil:
			if name != "" || !at.IsZero() {
				t.Errorf("%q: an error with a result", text)
			}
		case at.IsZero() && name != text:
			t.Errorf("%q: name %q", text, name)
		case !at.IsZero():
			again, same, err := SplitMoment(name + "@" + at.Format(time.RFC3339))
			if err != nil || again != name || !same.Equal(at.Truncate(time.Second)) {
				t.Errorf("%q: %q at %v, then %q at %v, %v", text, name, at, again, same, err)
			}
		}
	})
}

func TestMilestoneAt(t *testing.T) {
	t.Parallel()
	empty := &Facts{Source: "iso", Series: poll(MilestoneTesting, nil).Series}
	ab := []string{"a", "b"}
	p, log := told(empty, poll(MilestoneTesting, ab[:1], "a 1 testing"), poll(MilestoneTesting, ab, "a 1 ready", "b 1 testing"))
	for _, tt := range []struct {
		name string
		log  []Event
		at   time.Time
		want string // row texts, or the error
	}{
		{"noble/beta", log, hour(2), "noble/beta a 1 ready  true , noble/beta b 1 testing  true , noble/beta testing open=true"},
		{"beta", log, hour(1).Add(time.Minute), "noble/beta a 1 testing  true , noble/beta testing open=true"},
		{"noble/beta", log, hour(0), "noble/beta at 2026-04-20 00:00 UTC: no source had this milestone then"},
		{"noble/beta", log, hour(-1), "noble/beta at 2026-04-19 23:00 UTC: the change log tells of iso since 2026-04-20 00:00 UTC only"},
		{"noble/beta", log[len(log)-1:], hour(1), "noble/beta at 2026-04-20 01:00 UTC: the change log tells of iso since 2026-04-20 02:00 UTC only"},
		{"noble/beta", nil, hour(1), "noble/beta at 2026-04-20 01:00 UTC: the change log tells nothing of iso"},
		{"noble/beta", log, hour(3), "noble/beta at 2026-04-20 03:00 UTC: the data ends at 2026-04-20 02:00 UTC"},
		{"noble/bet", log, hour(1), `no milestone is called "noble/bet"; did you mean noble/beta?`},
	} {
		m, err := p.MilestoneAt(Rules{}, tt.log, tt.name, tt.at)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = strings.Join(rowTexts(&Picture{Lines: []*Line{{Milestones: []*Manifest{m}}}}), ", ")
		}
		if got != tt.want {
			t.Errorf("%s at %s:\n got %s\nwant %s", tt.name, tt.at, got, tt.want)
		}
	}
	var unknown *UnknownMomentError
	if _, err := p.MilestoneAt(Rules{}, log, "beta", hour(-1)); !errors.As(err, &unknown) || unknown.Source != "iso" {
		t.Errorf("the error is %#v", unknown)
	}
	// One that is gone since can be asked for still.
	p, log = told(poll(MilestoneTesting, ab, "a 1 testing"), empty)
	if m, err := p.MilestoneAt(Rules{}, log, "noble/beta", hour(0)); err != nil || len(m.Rows()) != 2 {
		t.Errorf("a milestone that is gone: %v, %v", m, err)
	}
}

func TestRetired(t *testing.T) {
	t.Parallel()
	log := []Event{{What: EventSourceRetired, Source: "old", Seen: hour(1)}, {What: EventSourceRetired, Source: "older", Seen: hour(0)}}
	if got := Retired(log, hour(0)); len(got) != 1 || got[0] != "old" {
		t.Errorf("retired: %v", got)
	}
}
