package mirror

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"shiplist/internal/config"
	"shiplist/internal/testenv"
)

// sshHost is a host on loopback that a key lets in.
type sshHost struct {
	user, key string // file of the private key
	port      int
	public    string // key of the host, as known_hosts has it
}

// sshd starts a host.
func sshd(t *testing.T) sshHost {
	t.Helper()
	program, dir := testenv.Program(t, "sshd"), t.TempDir()
	if os.Getuid() == 0 { // where sshd shuts itself in; its package's service makes it
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	h := sshHost{user: me.Username, key: filepath.Join(dir, "it's a key")}
	for _, key := range []string{"host", filepath.Base(h.key)} {
		newKey(t, filepath.Join(dir, key))
	}
	port := testenv.FreePort(t)
	conf := filepath.Join(dir, "conf")
	put(t, conf, fmt.Sprintf("ListenAddress 127.0.0.1\nPort %s\nHostKey %s/host\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"AuthorizedKeysFile %[2]s/authorized\nPermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n", port, dir))
	public, errKey := os.ReadFile(h.key + ".pub")
	host, errHost := os.ReadFile(filepath.Join(dir, "host.pub"))
	if errKey != nil || errHost != nil {
		t.Fatal(errKey, errHost)
	}
	put(t, filepath.Join(dir, "authorized"), string(public))
	testenv.Serve(t, port, program, "-D", "-e", "-f", conf)
	if h.port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	h.public = "[127.0.0.1]:" + port + " " + string(host)
	return h
}

// newKey makes a pair of keys.
func newKey(t *testing.T, file string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), testenv.Program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// sshAs are the variables of somebody whose own configuration of ssh knows some hosts, and
// nothing else of this machine's.
func sshAs(t *testing.T, known string) func(*Options) {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "known"), known)
	put(t, filepath.Join(dir, "conf"), fmt.Sprintf("UserKnownHostsFile %s/known\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\n", dir))
	put(t, filepath.Join(dir, "bin", "ssh"), fmt.Sprintf("#!/bin/sh\nexec %s -F %s/conf \"$@\"\n", testenv.Program(t, "ssh"), dir))
	if err := os.Chmod(filepath.Join(dir, "bin", "ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	return func(o *Options) {
		o.Getenv = environment(map[string]string{"PATH": filepath.Join(dir, "bin") + string(filepath.ListSeparator) + os.Getenv("PATH")})
	}
}

// TestSSH brings a set to a real host by ssh, with a key and a port of the target's own, in
// place and, over a line that is cut, beside.
func TestSSH(t *testing.T) {
	t.Parallel()
	testenv.Program(t, "rsync")
	h := sshd(t)
	s := newSite(t)
	show(t, s, 1)
	friend, dir := sshAs(t, h.public), t.TempDir()
	if r := one(t, s, h.target(t, dir+"/place"), friend); r.Action != Sent || r.Files != 8 {
		t.Errorf("in place: %+v", r)
	}
	same(t, s, files(t, dir+"/place"))
	target := h.target(t, dir+"/www")
	target.Switch = true
	count := 0
	if r := one(t, s, target, friend, faultAt(4, &count)); r.Action != Failed || !strings.Contains(r.Error, errFault.Error()) {
		t.Errorf("cut: %+v", r)
	}
	if _, err := os.Lstat(dir + "/www"); err == nil {
		t.Error("it was switched")
	}
	if r := one(t, s, target, friend); r.Action != Sent {
		t.Errorf("completed: %+v", r)
	}
	same(t, s, files(t, dir+"/www"))
}

// target is a directory of the host, reached with the right key.
func (h sshHost) target(t *testing.T, dir string) config.Target {
	t.Helper()
	target := address(t, h.user+"@127.0.0.1:"+dir)
	target.Port, target.KeyFile = h.port, h.key
	return target
}

// TestSSHRefused: a host that is not known, or that lets nobody in, is an error that says
// what to do, and nobody is asked anything.
func TestSSHRefused(t *testing.T) {
	t.Parallel()
	testenv.Program(t, "rsync")
	h := sshd(t)
	s := newSite(t)
	show(t, s, 1)
	dir := t.TempDir()
	stranger := filepath.Join(dir, "stranger")
	newKey(t, stranger)
	_, other, _ := strings.Cut(readAll(t, stranger+".pub"), " ")
	changed := h.public[:strings.Index(h.public, " ")] + " ssh-ed25519 " + other
	for _, tt := range []struct {
		name, known, want string
		change            func(*config.Target)
	}{
		{"unknown host", "", "connect once by hand", func(*config.Target) {}},
		{"another host", changed, "compare the fingerprint", func(*config.Target) {}},
		{"unknown key", h.public, "Permission denied", func(t *config.Target) { t.KeyFile = stranger }},
		{"other port", h.public, "reaches the host without asking anything", func(t *config.Target) { t.Port = 1 }},
		{"no directory", h.public, "the directory above is there", func(t *config.Target) { t.Remote += "/not/there" }},
	} {
		target := h.target(t, filepath.Join(dir, "www"))
		tt.change(&target)
		r := one(t, s, target, sshAs(t, tt.known))
		if r.Action != Failed || !strings.Contains(r.Error, tt.want) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "www")); err == nil {
		t.Error("something arrived")
	}
}

func readAll(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
