package qatracker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

func nothing() *release.Facts { return &release.Facts{} }

func someMilestone() release.Milestone {
	return release.Milestone{Series: "noble", Slug: "beta", Title: "Noble Beta", ID: "1", Status: release.MilestoneTesting}
}

// TestPollBadAnswers holds what a tracker that answers nonsense ends in.
func TestPollBadAnswers(t *testing.T) {
	t.Parallel()
	outage, err := os.ReadFile("testdata/recordings/outage_database_down.response.http")
	if err != nil {
		t.Fatal(err)
	}
	xmlType := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = io.WriteString(w, body)
		}
	}
	whole := string(answerXML("<array><data></data></array>"))
	for name, test := range map[string]struct {
		h    http.HandlerFunc
		want []string
	}{
		"500 with HTML": {func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = c.Write(outage)
				_ = c.Close()
			}
		}, []string{"500 Service unavailable (with message)", "text/html"}},
		"login page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<!DOCTYPE html><title>Log in</title>")
		}, []string{`the answer is "text/html"`, "a login page"}},
		"login page as XML":    {xmlType("<!DOCTYPE html><title>Log in</title>"), []string{`an HTML page ("log in")`}},
		"fault":                {xmlType("<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>-32700</int></value></member></struct></value></fault></methodResponse>"), []string{"qatracker.get_access", "fault -32700"}},
		"cut XML":              {xmlType(whole[:len(whole)-30]), []string{"not a whole XML-RPC answer", "line"}},
		"empty":                {xmlType(""), []string{"ends too early"}},
		"text":                 {xmlType("<methodResponse><params><param><value>hello</value></param></params></methodResponse>"), []string{"0 answers to 5 calls"}},
		"too few answers":      {xmlType(whole), []string{"0 answers to 5 calls"}},
		"answers of bad form":  {xmlType(string(answerXML("<array><data>" + strings.Repeat("<value>x</value>", 5) + "</data></array>"))), []string{"qatracker.get_access", "where the answer of a multicall should be"}},
		"text where a list":    {xmlType(string(answerXML("<array><data>" + strings.Repeat("<value><array><data><value>x</value></data></array></value>", 5) + "</data></array>"))), []string{"qatracker.series.get_list", `("x") where a list should be`}},
		"lists of text":        {xmlType(string(answerXML("<array><data>" + strings.Repeat("<value><array><data><value><array><data><value>x</value></data></array></value></data></array></value>", 5) + "</data></array>"))), []string{"where record 1 of a list should be"}},
		"bomb":                 {xmlType(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><methodResponse/>`), []string{"document type"}},
		"redirect of the POST": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }, []string{"302 Found to", "/login"}},
		"one gigabyte": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "1073741824")
			for block := []byte(strings.Repeat(" ", 1<<16)); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, []string{"limit of 1 MiB", "limits.tracker_bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.h)
			t.Cleanup(server.Close)
			answer, err := source(server.URL+"/xmlrpc.php", func(o *Options) { o.Limits.TrackerBytes = 1 << 20 }).Poll(t.Context(), nothing())
			if err == nil {
				t.Fatalf("got %+v", answer)
			}
			for _, want := range append(test.want, "POST "+server.URL+"/xmlrpc.php") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

func TestPollDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &inMemory{down: func(int) error { return &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED} }}
		_, err := slow(m, newClock(), nil).Poll(t.Context(), nothing())
		var failed *fetch.Error
		if !errors.As(err, &failed) || failed.Kind != fetch.KindNetwork || !strings.Contains(err.Error(), "POST http://tracker.example.org/xmlrpc.php") {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := slow(m, newClock(), nil).Poll(ctx, nothing()); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: got %v", err)
		}
	})
}

// TestPollDetailsRefused holds which calls may fail by themselves.
func TestPollDetailsRefused(t *testing.T) {
	t.Parallel()
	base := func() made {
		return made{
			"series.get_list":     {{"id", "1", "title", "Noble", "status", "0"}},
			"milestones.get_list": {{"id", "7", "title", "Noble Beta", "status", "0", "series", "1"}},
			"products.get_list":   {{"id", "3", "title", "Kubuntu Desktop amd64", "status", "0"}},
		}
	}
	for _, method := range []string{"get_access", "series.get_list", "milestones.get_list", "products.get_list", "series.get_manifest 1", "builds.get_list 7"} {
		m := base()
		m[method] = []entry{{"fault", "not allowed"}}
		_, err := source(start(t, &tracker{methods: m}), nil).Poll(t.Context(), nothing())
		name, _, _ := strings.Cut(method, " ")
		if err == nil || !strings.Contains(err.Error(), "qatracker."+name+": POST http://") || !strings.Contains(err.Error(), "fault -1: not allowed") {
			t.Errorf("%s: got %v", method, err)
		}
	}
	m := base()
	m["bugs.get_list 7"], m["rebuilds.get_list"] = []entry{{"fault", "not allowed"}}, []entry{{"fault", "not allowed"}}
	prev := nothing()
	prev.Series = []release.Series{{Slug: "noble", ID: "1", Rebuilds: []release.Rebuild{{Product: "kubuntu-desktop-amd64", ID: "5", Status: "queued"}}}}
	prev.Milestones = []release.Milestone{{Series: "noble", Slug: "beta", ID: "7", Bugs: []release.Bug{{Number: "1172001", Count: 2}}}}
	answer := pollMade(t, m, prev)
	if diff := cmp.Diff(prev.Series[0].Rebuilds, answer.Facts.Series[0].Rebuilds); diff != "" {
		t.Errorf("rebuilds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(prev.Milestones[0].Bugs, answer.Facts.Milestones[0].Bugs); diff != "" {
		t.Errorf("bugs (-want +got):\n%s", diff)
	}
	wantProblems(t, answer, "kept: requests for rebuilds stay as they were", "kept: bugs of Noble Beta stay as they were: qatracker.bugs.get_list: POST")
}

// wantProblems asserts the problems, each as the beginning of RULE: TEXT.
func wantProblems(t *testing.T, answer *release.Answer, want ...string) {
	t.Helper()
	for i, p := range answer.Problems {
		if got := p.Rule + ": " + p.Text; i >= len(want) || !strings.HasPrefix(got, want[i]) || p.Address == "" {
			t.Errorf("problem %d: got %q at %q, want one of %q", i, got, p.Address, want)
		}
	}
	if len(answer.Problems) != len(want) {
		t.Errorf("got %d problems, want %d", len(answer.Problems), len(want))
	}
}

func TestPollEverythingEmpty(t *testing.T) {
	t.Parallel()
	answer := pollMade(t, made{}, nil)
	if !strings.Contains(answer.Suspect, "no series, milestones or products at all") {
		t.Errorf("suspect: %q", answer.Suspect)
	}
	// One product alone may be a tracker that has just been set up.
	answer = pollMade(t, made{"products.get_list": {{"id", "3", "title", "A", "status", "0"}}}, nil)
	if answer.Suspect != "" || len(answer.Facts.Products) != 1 {
		t.Errorf("suspect: %q, facts %+v", answer.Suspect, answer.Facts)
	}
}

func TestPollTooMuch(t *testing.T) {
	t.Parallel()
	var m []entry
	for i := range maxMilestones + 1 {
		m = append(m, entry{"id", fmt.Sprint(i), "title", fmt.Sprintf("Noble %d", i), "status", "0", "series", "1"})
	}
	s := &tracker{methods: made{"milestones.get_list": m, "series.get_list": {{"id", "1", "title", "Noble", "status", "0"}}}}
	_, err := source(start(t, s), nil).Poll(t.Context(), nothing())
	if err == nil || !strings.Contains(err.Error(), "5001 milestones") || s.requests != 1 {
		t.Errorf("got %v after %d requests", err, s.requests)
	}
}

// TestPollControlCharacters holds that one such note does not hide everything else.
func TestPollControlCharacters(t *testing.T) {
	t.Parallel()
	_, body := readRecording(t, "testdata/recordings/builds_get_list_control_characters.response.http")
	text, _ := readable(body, "text/xml;charset=UTF-8")
	v, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	list, err := records(v, readBuild)
	if err != nil || len(list) != 1 || list[0].note != "Rebuilt [1mnow[0m!" {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestPollWrongCharset(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: made{
		"products.get_list": {{"id", "3", "title", "x", "family", "<value>Caf\xe9</value>", "status", "0"}},
	}}
	answer, err := source(start(t, s), nil).Poll(t.Context(), nothing())
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Facts.Products[0].Family; got != "Caf\ufffd" {
		t.Errorf("got family %q", got)
	}
	wantProblems(t, answer, "text: an answer holds bytes that are not UTF-8")
}

func TestPollKey(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/key"
	if err := os.WriteFile(path, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for access, problems := range map[string][]string{"admin": nil, "public": {`access: the tracker does not accept the key of user "ana"`}} {
		s := &tracker{methods: made{
			"get_access":        {{"text", access}},
			"products.get_list": {{"id", "3", "title", "A", "status", "0"}},
		}}
		answer, err := source(start(t, s), func(o *Options) {
			o.Tracker.User, o.Tracker.KeyFile = "ana", path
			key, err := o.Tracker.Key(os.Getenv)
			if err != nil {
				t.Fatal(err)
			}
			o.Key = key
		}).Poll(t.Context(), nothing())
		if err != nil {
			t.Fatal(err)
		}
		wantProblems(t, answer, problems...)
		if diff := cmp.Diff([]string{"ana"}, s.users); diff != "" {
			t.Errorf("users (-want +got):\n%s", diff)
		}
		if strings.Contains(fmt.Sprintf("%+v", *answer), "sesame") {
			t.Error("the key is in the answer")
		}
	}
}
