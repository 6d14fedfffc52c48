package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiplist/agent/observe"
	"shiplist/internal/config"
	"shiplist/internal/demo"
)

// TestSystemdHears runs the whole agent under somebody who listens as systemd does:
// it is ready, alive, reads its configuration again, and stops, in that order.
func TestSystemdHears(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sample, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	tree := httptest.NewServer(sample.Tree("simple"))
	t.Cleanup(tree.Close)
	write(t, filepath.Join(dir, "config.toml"), fmt.Sprintf("[[tree]]\nname = \"simple\"\nrole = \"simple\"\nurl = %q\n", tree.URL))
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	c := exec.CommandContext(t.Context(), "shiplist", "agent")
	c.Dir = dir
	c.Env = append(os.Environ(), "NOTIFY_SOCKET="+filepath.Join(dir, "notify"), "WATCHDOG_USEC=60000000")
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, socket, "READY=1")
	waitFor(t, socket, "WATCHDOG=1")
	waitFor(t, socket, "STATUS=1 sources, ")
	send(t, c, syscall.SIGHUP)
	waitFor(t, socket, "RELOADING=1\nMONOTONIC_USEC=")
	waitFor(t, socket, "STATUS=the new configuration was taken")
	waitFor(t, socket, "READY=1")
	send(t, c, syscall.SIGTERM)
	waitFor(t, socket, "STOPPING=1")
	if err := c.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &log)
	}
}

func send(t *testing.T, c *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// waitFor reads messages until one begins as it should.
func waitFor(t *testing.T, socket *net.UnixConn, want string) {
	t.Helper()
	if err := socket.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 1000)
	for {
		n, err := socket.Read(message)
		if err != nil {
			t.Fatalf("never heard %q: %v", want, err)
		}
		if strings.HasPrefix(string(message[:n]), want) {
			return
		}
	}
}

// TestReloadWhileStopping: a reload that the end of the agent overtakes is no mistake of
// the configuration.
func TestReloadWhileStopping(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	cfg, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{log: logger, state: observe.New(observe.Options{Config: cfg}), systemd: observe.NewSystemd(logger)}
	ctx, stop := context.WithCancel(t.Context())
	s.settled(ctx, cfg, errors.New("a mistake"))
	if !strings.Contains(log.String(), "refused") {
		t.Errorf("while it runs: %q", &log)
	}
	log.Reset()
	stop()
	s.settled(ctx, cfg, errors.New("the agent does not run"))
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}
