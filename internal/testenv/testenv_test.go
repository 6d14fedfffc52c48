package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder stands in for a test and keeps how it was ended. Like a real one it
// does not return from Fatalf and Skipf.
type recorder struct {
	testing.TB
	end, text string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.end, r.text = "failed", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.end, r.text = "skipped", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f with a recorder, in a goroutine that f may end.
func run(t *testing.T, f func(testing.TB)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func TestProgramMissing(t *testing.T) {
	for _, tt := range []struct{ require, want string }{
		{"", "skipped"},
		{"0", "skipped"},
		{"1", "failed"},
	} {
		t.Setenv(RequireVariable, tt.require)
		r := run(t, func(tb testing.TB) { Program(tb, "no-such-server", "nor-this") })
		if r.end != tt.want {
			t.Errorf("with %s=%q the test %s (%s), want %s", RequireVariable, tt.require, r.end, r.text, tt.want)
		}
		if !strings.Contains(r.text, "no-such-server or nor-this is not installed") {
			t.Errorf("with %s=%q the text is %q, which does not name the programs", RequireVariable, tt.require, r.text)
		}
	}
}

func TestProgramTakesTheFirstThatIsThere(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "second", 0o755)
	write(t, folder, "third", 0o755)
	t.Setenv("PATH", folder)
	if got, want := Program(t, "first", "second", "third"), filepath.Join(folder, "second"); got != want {
		t.Errorf("Program = %q, want %q", got, want)
	}
}

func TestInstalled(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "there", 0o755)
	t.Setenv("PATH", folder)
	for _, tt := range []struct {
		require, name string
		want          bool
	}{
		{"", "there", true},
		{"", "absent", false},
		{"0", "absent", false},
		{"1", "absent", true},
	} {
		t.Setenv(RequireVariable, tt.require)
		if got := Installed(tt.name); got != tt.want {
			t.Errorf("with %s=%q, %s: %t", RequireVariable, tt.require, tt.name, got)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	empty, full := t.TempDir(), t.TempDir()
	write(t, full, "server", 0o755)
	write(t, full, "text", 0o644)
	path := strings.Join([]string{"", empty, full}, string(os.PathListSeparator))
	for _, tt := range []struct{ name, want string }{
		{"server", filepath.Join(full, "server")},
		{"text", ""}, // cannot be run
		{"absent-from-every-folder", ""},
	} {
		if got := locate(tt.name, path); got != tt.want {
			t.Errorf("locate(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func write(t *testing.T, folder, name string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"), mode); err != nil {
		t.Fatal(err)
	}
}
