// Package testenv tells tests which of the programs they would like to use are
// installed, and has what tests of several packages do alike. It holds nothing that the
// program itself needs.
//
// A test that wants a web server or a browser is skipped where there is none, so
// that the tests pass on a machine that has only Go. Where everything is said to be
// installed, [RequireVariable] turns each such skip into a failure, so that a
// missing program cannot hide that nothing was tested.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// RequireVariable names the environment variable that, set to anything but "" and
// "0", makes [Program] and [Missing] fail a test instead of skipping it.
const RequireVariable = "SHIPLIST_TEST_REQUIRE"

// Program returns the path of the first of the named programs that is installed,
// and ends the test when none is. It also looks where servers are kept, which is
// not always in PATH for ordinary users.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	path := os.Getenv("PATH")
	for _, name := range names {
		if found := locate(name, path); found != "" {
			return found
		}
	}
	Missing(t, strings.Join(names, " or ")+" is not installed")
	return ""
}

// Missing ends a test that cannot run for the reason given: as skipped, or as
// failed where [RequireVariable] is set.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if required() {
		t.Fatalf("%s, and %s=%s does not allow to skip", reason, RequireVariable, os.Getenv(RequireVariable))
	}
	t.Skipf("%s", reason)
}

// Installed reports whether a program is installed, for what is not a [testing.TB] and
// cannot be ended by [Program]. Where everything is said to be installed it is, and what
// then starts it fails if that is wrong.
func Installed(name string) bool { return locate(name, os.Getenv("PATH")) != "" || required() }

// required reports whether everything is said to be installed.
func required() bool {
	v := os.Getenv(RequireVariable)
	return v != "" && v != "0"
}

// locate returns the absolute path of a program, or "".
func locate(name, path string) string {
	folders := append(filepath.SplitList(path), "/usr/local/sbin", "/usr/sbin", "/sbin")
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		full, err := filepath.Abs(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		if _, err := exec.LookPath(full); err == nil {
			return full
		}
	}
	return ""
}

// Put writes a file, and makes the directories that it is in.
func Put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
