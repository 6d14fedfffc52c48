package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shiplist/internal/demo"
	"shiplist/internal/testenv"
)

// TestMain makes the program itself a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"shiplist": main,
		agentThen:  runAgentThen,
	})
}

// A program with the race detector sleeps a second before it exits, so that its other
// goroutines may still be caught. Of the hundreds that the scripts run, none needs as
// long: what they started has ended, or is in the tests of their packages.
const raceEnv, raceOptions = "GORACE", "atexit_sleep_ms=20"

// TestScripts runs every script against one sample tracker and one set of sample
// trees on loopback; scripts do not change them.
func TestScripts(t *testing.T) {
	servers, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = servers.Close() })
	polled := sync.OnceValue(func() string { return polledSample(t, servers) })
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("SHIPLIST_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv(raceEnv, raceOptions)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "race":
				return raced, nil
			case "qemu":
				return testenv.Installed(qemu), nil
			}
			return false, fmt.Errorf("condition %q is not known", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":     await,
			"boots":     func(ts *testscript.TestScript, neg bool, args []string) { boots(ts, servers, neg, args) },
			"exits":     exits,
			"page":      page,
			"serve":     serve,
			"replace":   replace,
			"teams":     teams,
			"terminal":  onTerminal,
			"terminals": onTerminals,
			"sample":    func(ts *testscript.TestScript, neg bool, args []string) { sample(ts, servers, polled, neg, args) },
		},
	})
}

// exits runs a program and asserts its exit code: "exits 3 shiplist agent --once".
// The script engine's own "! exec" only tells zero from the rest, and our codes
// are part of the interface.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// await waits until a file holds a line that matches: "await FILE REGEXP". The test's
// own limit ends a wait in vain.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE REGEXP")
	}
	want, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	deadline := time.Now().Add(time.Minute)
	for {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && want.Match(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never held %s; it holds:\n%s", args[0], args[1], text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// page asks a running agent or preview for a page: "page LOG STATUS PATH REGEXP". LOG tells the
// address.
func page(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: page LOG STATUS PATH REGEXP")
	}
	urls := regexp.MustCompile(`(?:url=|    )(http://\S+)`).FindAllStringSubmatch(ts.ReadFile(args[0]), -1)
	if urls == nil {
		ts.Fatalf("no address in %s", args[0])
	}
	answer, err := http.Get(urls[len(urls)-1][1] + args[2])
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if strconv.Itoa(answer.StatusCode) != args[1] || !regexp.MustCompile("(?m)"+args[3]).Match(text) {
		ts.Fatalf("%s: %s\n%s", args[2], answer.Status, text)
	}
}

// polledSample is a working directory of which every source was polled once.
func polledSample(t *testing.T, servers *demo.Running) string {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	write(t, file, string(servers.Config("")))
	if err := demo.WritePlans(dir); err != nil {
		t.Fatal(err)
	}
	e := system()
	var out bytes.Buffer
	e.stdout, e.stderr = &out, &out
	if code := run(t.Context(), []string{"agent", "--once", "--config", file}, e); code != exitDone {
		t.Errorf("poll of the sample: exit code %d\n%s", code, &out)
	}
	return dir
}

// sample makes a working directory whose config.toml names the sample's servers:
// "sample DIR [polled]"; polled has the data of one poll already, which takes much less
// time than to poll.
func sample(ts *testscript.TestScript, servers *demo.Running, polled func() string, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || len(args) == 2 && args[1] != "polled" {
		ts.Fatalf("usage: sample DIR [polled]")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(os.WriteFile(filepath.Join(dir, "config.toml"), servers.Config(""), 0o644))
	ts.Check(demo.WritePlans(dir))
	if len(args) == 2 {
		for _, name := range []string{"data", "state"} {
			ts.Check(os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(polled(), name))))
		}
	}
}

// teams starts a stand-in for Launchpad's API: "teams VAR NAME=true|false...". VAR gets
// its address; accounts are teams or persons, all others do not exist.
func teams(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: teams VAR NAME=true|false...")
	}
	is := map[string]string{}
	for _, arg := range args[1:] {
		name, team, _ := strings.Cut(arg, "=")
		is[name] = team
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		name := strings.TrimPrefix(r.URL.Path, "/devel/~")
		switch {
		case r.URL.Path == "/devel/":
			fmt.Fprint(w, `{"resource_type_link": "https://api.example.org/devel/#service-root"}`)
		case is[name] == "":
			http.NotFound(w, r)
		default:
			fmt.Fprintf(w, `{"name": %q, "is_team": %s}`, name, is[name])
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL+"/devel")
}

// serve shows a directory at an address of its own, which is in a variable then: "serve
// VAR DIR".
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve VAR DIR")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[1]))))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

// replace changes a file: "replace FILE OLD NEW". OLD has to be there.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	if !strings.Contains(string(text), args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(string(text), args[1], args[2])), 0o644))
}
