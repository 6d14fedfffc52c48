//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/jobs"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// markServer is a tracker that notes which requests are marked, as "ID=STATUS".
func markServer(t *testing.T, access string) (url string, marks func() string) {
	t.Helper()
	var mu sync.Mutex
	var noted []string
	numbers := regexp.MustCompile(`<int>(\d+)</int>`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := "<string>" + access + "</string>"
		if n := numbers.FindAllSubmatch(body, -1); len(n) == 2 {
			mu.Lock()
			noted = append(noted, fmt.Sprintf("%s=%s", n[0][1], n[1][1]))
			mu.Unlock()
			answer = "<boolean>1</boolean>"
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<?xml version=\"1.0\"?><methodResponse><params><param><value>%s</value></param></params></methodResponse>", answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(noted, " ")
	}
}

// respinRun is a run of commands, each of which fulfils the request of its number.
func respinRun(t *testing.T, url string, commands ...string) (*respinOptions, *environment, *seen, *respun, *bytes.Buffer) {
	t.Helper()
	testenv.Program(t, "bash")
	cfg := &config.Config{
		Respin:   config.Respin{Jobs: 1, Logs: filepath.Join(t.TempDir(), "logs"), Grace: time.Minute},
		Trackers: []config.Tracker{{Name: "iso", URL: url, User: "cdimage", KeyEnv: "KEY"}},
	}
	r := &respun{}
	for i, text := range commands {
		r.Commands = append(r.Commands, respinCall{
			Command: text, Project: "kubuntu", Type: "daily", Requests: []respinRequest{{Source: "iso", ID: fmt.Sprint(i + 1)}},
		})
	}
	var out bytes.Buffer
	e := &environment{stdout: &out, stderr: io.Discard, now: time.Now, getenv: func(string) string { return "secret" }, lasting: untilHangup}
	return &respinOptions{}, e, &seen{Picture: &release.Picture{}, config: cfg}, r, &out
}

func TestRespinRunMarksRequests(t *testing.T) {
	t.Parallel()
	url, marks := markServer(t, "admin")
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	o, e, s, r, out := respinRun(t, url, "true", "exit 3", "echo on >'"+fifo+"'; sleep 600", "true")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = os.ReadFile(fifo) // the third runs
		cancel()
	}()
	err := o.runAll(ctx, e, s, r)
	if err == nil || err.Error() != "3 of 4 commands did not succeed" {
		t.Errorf("error %v", err)
	}
	// Queued is 1, built 3, canceled 5. What never began stays requested.
	if got, want := marks(), "1=1 1=3 2=1 2=5 3=1 3=5"; got != want {
		t.Errorf("marked %s, want %s", got, want)
	}
	for _, want := range []string{
		"kubuntu daily: built\n", "kubuntu daily: failed: exit status 3\n", "kubuntu daily: stopped before it was done\n",
		"kubuntu daily: never begun\n", "1 of 4 commands succeeded, 1 failed, 1 stopped, 1 never begun; logs are in ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
}

// Two runs at once would build the same images twice.
func TestRespinRunAlone(t *testing.T) {
	t.Parallel()
	url, marks := markServer(t, "admin")
	o, e, s, r, _ := respinRun(t, url, "true")
	free, err := jobs.Alone(s.config.Respin.Logs)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.runAll(t.Context(), e, s, r); err == nil || !strings.Contains(err.Error(), "another run is at work") || marks() != "" {
		t.Errorf("error %v, marked %s", err, marks())
	}
	free()
	if err := o.runAll(t.Context(), e, s, r); err != nil {
		t.Error(err)
	}
}

func TestRespinRunRefusesBadCredentials(t *testing.T) {
	t.Parallel()
	url, marks := markServer(t, "public")
	ran := filepath.Join(t.TempDir(), "ran")
	o, e, s, r, _ := respinRun(t, url, "touch '"+ran+"'")
	err := o.runAll(t.Context(), e, s, r)
	if err == nil || !strings.Contains(err.Error(), `user "cdimage" may not mark requests`) || !strings.Contains(err.Error(), "--unmarked") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(ran); err == nil || marks() != "" {
		t.Errorf("built all the same; marked %s", marks())
	}
	o.unmarked = true
	if err := o.runAll(t.Context(), e, s, r); err != nil || marks() != "" {
		t.Errorf("unmarked: %v, marked %s", err, marks())
	}
	if _, err := os.Stat(ran); err != nil {
		t.Error(err)
	}
}

func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Trackers: []config.Tracker{{KeyEnv: "KEY"}, {}}}
	got := withoutKeys([]string{"PATH=/bin", "KEY=secret", "KEYS=1", "=x"}, cfg)
	if want := "PATH=/bin KEYS=1 =x"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}
