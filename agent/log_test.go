package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

// TestTrouble: failures of requests are the same when kind and host are, others when
// their words are.
func TestTrouble(t *testing.T) {
	t.Parallel()
	request := func(kind fetch.Kind, url, text string) error {
		return fmt.Errorf("tree full: %w", &fetch.Error{Method: "GET", URL: url, Kind: kind, Text: text})
	}
	reset := request(fetch.KindNetwork, "https://h.example/a", "connection reset by peer")
	for name, tt := range map[string]struct {
		a, b error
		same bool
	}{
		"the same":        {reset, reset, true},
		"another address": {reset, request(fetch.KindNetwork, "https://h.example/b?c", "connection reset by peer"), true},
		"other words":     {reset, request(fetch.KindNetwork, "https://h.example/a", "unexpected EOF"), true},
		"another kind":    {reset, request(fetch.KindTimeout, "https://h.example/a", "no headers within 30s"), false},
		"another host":    {reset, request(fetch.KindNetwork, "https://g.example/a", "connection reset by peer"), false},
		"another port":    {reset, request(fetch.KindNetwork, "https://h.example:8443/a", "connection reset by peer"), false},
		"other trouble":   {reset, errors.New("no site"), false},
		"words":           {errors.New("no site"), errors.New("no site"), true},
		"different words": {errors.New("no site"), errors.New("no series"), false},
	} {
		said := func(err error) string {
			return troubleOf(SourceReport{Outcome: Failed, Error: err.Error(), ErrorKind: kindOf(err)}, err)
		}
		if a, b := said(tt.a), said(tt.b); a == "" || b == "" || (a == b) != tt.same {
			t.Errorf("%s: %q and %q", name, a, b)
		}
	}
	full := func(path string, number syscall.Errno) string {
		err := fmt.Errorf("source a: %w", &fs.PathError{Op: "write", Path: path, Err: number})
		return troubleOf(SourceReport{Outcome: Failed, Error: err.Error(), ErrorKind: kindStore}, err)
	}
	if a, b := full("data/a", syscall.ENOSPC), full("data/b", syscall.ENOSPC); a == "" || a != b || a == full("data/a", syscall.EACCES) {
		t.Errorf("a full disk: %q and %q", a, b)
	}
	// What cannot be written is another trouble than what could not be asked before.
	if got := troubleOf(SourceReport{Outcome: Failed, Error: "disk full", ErrorKind: kindStore}, reset); got != "disk full" {
		t.Errorf("trouble %q", got)
	}
	if got := troubleOf(SourceReport{Outcome: Held, Held: &release.Held{Reason: "less"}}, nil); got != "less" {
		t.Errorf("trouble %q", got)
	}
	for _, outcome := range []Outcome{OK, Unchanged, Resting, Retired} {
		if got := troubleOf(SourceReport{Outcome: outcome, Note: "x"}, nil); got != "" {
			t.Errorf("%s: trouble %q", outcome, got)
		}
	}
}

// TestToldOnce: with several connections now this request fails first and now that one;
// that is told once.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		stop := s.run()
		for i := range 10 {
			s.fakes["a"].set(func(f *timed) {
				f.err = &fetch.Error{Method: "GET", URL: fmt.Sprintf("https://a.example/%d", i), Kind: fetch.KindNetwork, Text: "connection reset by peer"}
			})
			time.Sleep(15 * time.Minute)
		}
		stop()
		if got := strings.Count(s.log.String(), "level=WARN"); got != 1 {
			t.Errorf("%d warnings:\n%s", got, s.log)
		}
	})
}

// TestLoggedReason: only what went wrong is an error.
func TestLoggedReason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		report SourceReport
		want   string
	}{
		{SourceReport{Outcome: OK, Note: "let in"}, `note="let in"`},
		{SourceReport{Outcome: Unchanged, Note: "let in"}, `note="let in"`},
		{SourceReport{Outcome: Failed, Error: "disk full", Note: "let in"}, `err="disk full"`},
		{SourceReport{Outcome: Held, Held: &release.Held{Reason: "7 less", Digest: "0123"}}, `err="7 less; if that is right`},
		{SourceReport{Outcome: OK}, ""},
	} {
		b := newBench(t)
		b.Agent.log(t.Context(), tt.report)
		_, got, _ := strings.Cut(b.log.String(), " bytes=0")
		if got = strings.TrimSpace(got); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%+v: logged %q, want %q", tt.report, got, tt.want)
		}
	}
}
