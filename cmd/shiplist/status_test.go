package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		event release.Event
		want  string
	}{
		{release.Event{}, ""},
		{release.Event{Series: "noble", Milestone: "beta", Product: "kubuntu-desktop-amd64", BuildID: "20240424", From: "testing", To: "ready"}, "noble beta kubuntu-desktop-amd64 20240424 testing -> ready"},
		{
			release.Event{Series: "noble", Project: "kubuntu", Dir: "kubuntu/releases/noble", Image: "kubuntu-24.04", File: "kubuntu-24.04.iso", To: sum},
			"noble kubuntu/releases/noble/kubuntu-24.04.iso (0123456789ab…)",
		},
		{release.Event{Dir: "noble", Image: "kubuntu-24.04"}, "noble/kubuntu-24.04"},
		{release.Event{Dir: "noble", File: "https://cd.example/a.iso", To: "404"}, "https://cd.example/a.iso (404)"},
		{release.Event{From: strings.Repeat("x", 61)}, "(" + strings.Repeat("x", 59) + "…)"},
	} {
		if got := about(tt.event); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.event, got, tt.want)
		}
	}
}

// TestStateOfSource: the word for how it stands with a source.
func TestStateOfSource(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 20, 12, 0, 0, 0, time.UTC)
	cfg := &config.Config{Site: config.Site{Stale: 6 * time.Hour}, Agent: config.Agent{HoldFor: 24 * time.Hour}}
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, tt := range []struct {
		state release.SourceState
		want  string
	}{
		{release.SourceState{}, "new"},
		{release.SourceState{Began: ago(time.Minute)}, "new"}, // it runs, or was cut short
		{release.SourceState{Attempt: ago(time.Minute), Error: "no"}, "failed"},
		{release.SourceState{Success: ago(time.Minute)}, "ok"},
		{release.SourceState{Success: ago(6 * time.Hour)}, "stale"},
		{release.SourceState{Success: ago(20 * time.Hour), Due: now.Add(4 * time.Hour)}, "ok"}, // once a day
		{release.SourceState{Success: ago(20 * time.Hour), Lost: true, Error: "no"}, "lost"},
		{release.SourceState{Success: ago(time.Hour), Held: &release.Held{Reason: "empty", Since: ago(time.Hour)}}, "held"},
	} {
		if got := sourceStatusOf(tt.state, now, cfg).State; got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.state, got, tt.want)
		}
	}
}

// printing is an environment for what only prints.
func printing(w io.Writer) *environment { return &environment{stdout: w, now: time.Now} }

// TestAcceptCommand: what is suggested works where status was asked.
func TestAcceptCommand(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"config.toml":               "'shiplist agent --accept iso@0123' lets",
		"/etc/shiplist/config.toml": "'shiplist agent --accept iso@0123 --config /etc/shiplist/config.toml' lets",
	} {
		since := time.Date(2026, 8, 20, 12, 0, 0, 0, time.UTC)
		st := status{Sources: []sourceStatus{{
			Name: "iso", State: "held", Held: "it is empty", Accept: "iso@0123", HeldSince: &since,
			Problems: []release.Problem{{Address: "iso/products.toml", Text: "somebody changed this file"}, {Text: "no address"}},
		}}}
		var b bytes.Buffer
		if err := st.print(printing(&b), file); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{want, "\n  iso/products.toml: somebody changed this file\n", "\n  no address\n"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", file, want, &b)
			}
		}
	}
}

// TestHeldDirectories: what a tree shows and is not believed is told, a few in full.
func TestHeldDirectories(t *testing.T) {
	t.Parallel()
	cfg, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	facts := &release.Facts{Directories: []release.Directory{{Path: "good"}}}
	for i := range 7 {
		facts.Directories = append(facts.Directories, release.Directory{Path: fmt.Sprint("noble/", i), Held: "the signature of SHA256SUMS is bad."})
	}
	var st status
	st.addSources(cfg, &store.Snapshot{Sources: []release.SourceFacts{{State: release.SourceState{Name: "full", Kind: "tree"}, Facts: facts}}}, time.Now())
	var text, js bytes.Buffer
	if err := errors.Join(st.print(printing(&text), configFile), printJSON(printing(&js), st)); err != nil {
		t.Fatal(err)
	}
	want := "\nfull: 7 directories held back, as last believed until the tree mends it\n  noble/0: the signature of SHA256SUMS is bad.\n"
	if got := text.String(); !strings.Contains(got, want) || !strings.Contains(got, "  noble/4: the signature") || strings.Contains(got, "noble/5") || !strings.Contains(got, "\n  and 2 more; --json lists all\n") {
		t.Errorf("printed\n%s", got)
	}
	if !strings.Contains(js.String(), `"path": "noble/6"`) || !strings.Contains(js.String(), `"why": "the signature`) || strings.Contains(js.String(), `"path": "good"`) {
		t.Errorf("JSON\n%s", &js)
	}
}
