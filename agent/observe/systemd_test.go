package observe

import (
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// manager is systemd: the socket at which it listens.
func manager(t *testing.T) *net.UnixConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return conn
}

// heard is the next message, "" for none.
func heard(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 1000)
	n, err := conn.Read(message)
	if err != nil {
		return "" // datagrams to a socket of this machine are there at once or never
	}
	return string(message[:n])
}

func TestSystemd(t *testing.T) {
	conn := manager(t)
	t.Setenv("WATCHDOG_USEC", fmt.Sprint(time.Minute.Microseconds()))
	var log strings.Builder
	s := NewSystemd(slog.New(slog.NewTextHandler(&log, nil)))
	for _, tt := range []struct {
		tell func()
		want string
	}{
		{s.Ready, `READY=1`},
		{func() { s.Status("polls iso\nREADY=0") }, `STATUS=polls iso READY=0`},
		{s.Beat, `WATCHDOG=1`},
		{s.Beat, ``}, // it had one a moment ago
		{s.Reloading, `RELOADING=1\nMONOTONIC_USEC=[0-9]+\n?`},
		{func() { s.Refused(true) }, `STATUS=polls iso READY=0; ` + refusedText},
		{func() { s.Refused(true) }, ``}, // it is said
		{func() { s.Status("waits") }, `STATUS=waits; ` + refusedText},
		{func() { s.Refused(false) }, `STATUS=waits`},
		{s.Stopping, `STOPPING=1`},
	} {
		tt.tell()
		if got := heard(t, conn); !regexp.MustCompile("^" + tt.want + "$").MatchString(got) {
			t.Errorf("heard %q, want %s", got, tt.want)
		}
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
	// A manager that has gone is told of once.
	_ = conn.Close()
	s.Ready()
	s.Ready()
	if n := strings.Count(log.String(), "systemd was not told"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, &log)
	}
}

// TestWatchdog: with a sign of life every ten seconds, systemd never waits longer
// than half of its patience; without one it hears nothing.
func TestWatchdog(t *testing.T) {
	for _, patience := range []time.Duration{watchdogLeast, time.Minute, 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := &Systemd{watchdog: patience}
			last, longest := time.Now(), time.Duration(0)
			for range 1000 {
				if s.due(time.Now()) {
					longest, last = max(longest, time.Since(last)), time.Now()
				}
				time.Sleep(10 * time.Second)
			}
			if longest == 0 || longest > patience/2 {
				t.Errorf("with %s systemd waited %s", patience, longest)
			}
		})
	}
}

func TestNoSystemd(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	var log strings.Builder
	s := NewSystemd(slog.New(slog.NewTextHandler(&log, nil)))
	s.Ready()
	s.Beat()
	s.Stopping()
	t.Setenv("WATCHDOG_USEC", "1000000")
	NewSystemd(slog.New(slog.NewTextHandler(&log, nil)))
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "WatchdogSec of the unit is too short") {
		t.Errorf("logged %s", got)
	}
}
