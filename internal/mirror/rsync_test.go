package mirror

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/testenv"
)

// daemon starts an rsync daemon on loopback, with a module for each text, and returns its
// address and the directory of each module.
func daemon(t *testing.T, modules ...string) (address string, dirs []string) {
	t.Helper()
	program := testenv.Program(t, "rsync")
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	conf := fmt.Sprintf("pid file = %s/pid\nlog file = %[1]s/log\naddress = 127.0.0.1\nport = %d\nuse chroot = no\nreverse lookup = no\n", dir, port)
	if os.Getuid() == 0 {
		conf += "uid = 0\ngid = 0\n"
	}
	for i, text := range modules {
		at := filepath.Join(dir, fmt.Sprint("m", i))
		put(t, filepath.Join(at, "x"), "")
		if err := os.Remove(filepath.Join(at, "x")); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, at)
		conf += fmt.Sprintf("[m%d]\npath = %s\nread only = no\n%s\n", i, at, text)
	}
	put(t, filepath.Join(dir, "conf"), conf)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--daemon", "--no-detach", "--config="+filepath.Join(dir, "conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	address = fmt.Sprintf("127.0.0.1:%d", port)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address, dirs
		}
		if time.Now().After(deadline) {
			t.Fatal("the daemon does not listen")
		}
	}
}

// TestRsync brings sets to a daemon in place, cuts each step short, and completes it.
func TestRsync(t *testing.T) {
	t.Parallel()
	at, dirs := daemon(t, "")
	s := newSite(t)
	target := address(t, "rsync://"+at+"/m0/www")
	show(t, s, 1)
	if r := one(t, s, target); r.Action != Sent || r.Error != "" || r.Files != 8 || r.Bytes == 0 {
		t.Fatalf("first: %+v", r)
	}
	www := filepath.Join(dirs[0], "www")
	same(t, s, files(t, www))
	steps := 0
	for n := 1; ; n++ {
		show(t, s, n+1)
		count := 0
		r := one(t, s, target, faultAt(n, &count))
		if links := dead(files(t, www)); links != nil {
			t.Errorf("step %d: dead links %v", n, links)
		}
		if r.Action != Failed {
			steps = count
			break
		}
		if !strings.Contains(r.Error, errFault.Error()) {
			t.Fatalf("step %d: %s", n, r.Error)
		}
		if n%2 == 0 { // an even one is followed by yet another set
			continue
		}
		if r := one(t, s, target); r.Action != Sent {
			t.Errorf("step %d again: %+v", n, r)
		}
		same(t, s, files(t, www))
	}
	if steps != 5 {
		t.Errorf("%d steps", steps)
	}
	same(t, s, files(t, www))
	if r := one(t, s, target); r.Action != Nothing {
		t.Errorf("again: %+v", r)
	}
	about := filepath.Join(www, "about/index.html")
	info, err := os.Stat(about)
	if err != nil {
		t.Fatal(err)
	}
	put(t, about, strings.Repeat("x", int(info.Size())))
	if err := os.Chtimes(about, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if r := one(t, s, target); r.Files != 1 {
		t.Errorf("damaged: %+v", r)
	}
	same(t, s, files(t, www))
	put(t, filepath.Join(www, "stray.html"), "stray")
	if r := one(t, s, target); r.Deleted != 1 {
		t.Errorf("stray: %+v", r)
	}
	if r := one(t, s, target, func(o *Options) { o.Again = false }); r.Action != Nothing || r.Files != 0 {
		t.Errorf("known: %+v", r)
	}
}

// TestRsyncSwitch: sets lie beside each other, and visitors see the old one or the new one
// at every step.
func TestRsyncSwitch(t *testing.T) {
	t.Parallel()
	at, dirs := daemon(t, "munge symlinks = no", "munge symlinks = yes")
	s := newSite(t)
	target := address(t, "rsync://"+at+"/m0/www")
	target.Switch = true
	show(t, s, 1)
	if r := one(t, s, target); r.Action != Sent || r.Error != "" {
		t.Fatalf("first: %+v", r)
	}
	www := filepath.Join(dirs[0], "www")
	same(t, s, files(t, www))
	steps := 0
	for n := 1; ; n++ {
		before := files(t, www)
		show(t, s, n+1)
		count := 0
		r := one(t, s, target, faultAt(n, &count))
		if got := files(t, www); !gocmp.Equal(got, before) && !gocmp.Equal(got, files(t, s.Output)) {
			t.Errorf("step %d: a mixture %v", n, got)
		}
		if r.Action != Failed {
			steps = count
			break
		}
		if n%2 == 0 { // an even one is followed by yet another set
			continue
		}
		if r := one(t, s, target); r.Error != "" {
			t.Errorf("step %d again: %+v", n, r)
		}
		same(t, s, files(t, www))
	}
	if steps != 6 {
		t.Errorf("%d steps", steps)
	}
	kept, err := filepath.Glob(www + ".sets/0*")
	if err != nil || len(kept) != s.Kept {
		t.Errorf("%v are kept, %v", kept, err)
	}
	first, errOne := os.Stat(filepath.Join(kept[0], "about/index.html"))
	other, errOther := os.Stat(filepath.Join(kept[1], "about/index.html"))
	if errOne != nil || errOther != nil || !os.SameFile(first, other) {
		t.Errorf("what did not change was sent again: %v %v", errOne, errOther)
	}
	target = address(t, "rsync://"+at+"/m1/www")
	target.Switch = true
	r := one(t, s, target)
	if r.Action != Failed || !strings.Contains(r.Error, "munge symlinks = no") {
		t.Errorf("a daemon that rewrites links: %+v", r)
	}
	if _, err := os.Lstat(filepath.Join(dirs[1], "www")); err == nil {
		t.Error("it was switched to a link that leads nowhere")
	}
}

// TestRsyncKey: a daemon that wants a password gets it, and nobody else sees it.
func TestRsyncKey(t *testing.T) {
	t.Parallel()
	const secret = "correct-horse"
	file := filepath.Join(t.TempDir(), "secrets")
	put(t, file, "web:"+secret+"\n")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	at, dirs := daemon(t, "auth users = web\nsecrets file = "+file, "")
	s := newSite(t)
	show(t, s, 1)
	target := address(t, "rsync://"+at+"/m0/www")
	target.User, target.KeyEnv = "web", "WEB_KEY"
	key := func(text string) func(*Options) {
		return func(o *Options) { o.Getenv = environment(map[string]string{"WEB_KEY": text}) }
	}
	if r := one(t, s, target, key(secret)); r.Action != Sent {
		t.Errorf("right key: %+v", r)
	}
	same(t, s, files(t, filepath.Join(dirs[0], "www")))
	r := one(t, s, target, key("wrong-"+secret))
	if r.Action != Failed || !strings.Contains(r.Error, "user and key are those of the daemon") || strings.Contains(r.Error, secret) {
		t.Errorf("wrong key: %+v", r)
	}
	if r := one(t, s, target); !strings.Contains(r.Error, "environment variable WEB_KEY is not set") {
		t.Errorf("no key: %+v", r)
	}
	put(t, filepath.Join(dirs[1], "www", "mine.txt"), "mine")
	r = one(t, s, address(t, "rsync://"+at+"/m1/www"))
	if r.Action != Failed || !strings.Contains(r.Error, `holds "mine.txt" and no .shiplist-target`) || files(t, filepath.Join(dirs[1], "www"))["mine.txt"] != "mine" {
		t.Errorf("somebody else's: %+v", r)
	}
	r = one(t, s, address(t, "rsync://127.0.0.1:1/m0"))
	if r.Action != Failed || !strings.Contains(r.Error, "the daemon runs") {
		t.Errorf("no daemon: %+v", r)
	}
}

// TestRsyncInterrupt: who interrupts leaves no process behind, and the next run completes.
func TestRsyncInterrupt(t *testing.T) {
	t.Parallel()
	testenv.Program(t, "rsync")
	dir := t.TempDir()
	s := newSite(t)
	show(t, s, 1)
	target := address(t, "web.example:"+dir+"/www")
	// The host is reached, until it answers nothing more.
	shell := func(text string) func(*Options) {
		at := filepath.Join(t.TempDir(), "ssh")
		put(t, at, "#!/bin/sh\nshift\n"+text+"\n")
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
		return func(o *Options) { o.Getenv = environment(map[string]string{"RSYNC_RSH": at}) }
	}
	pids := filepath.Join(dir, "pids")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	o := Options{Site: s, Again: true, step: func(_, step string) error {
		if step == "pages" {
			once.Do(func() { go cancelWhen(t, pids, cancel) })
			put(t, filepath.Join(dir, "hang"), "")
		}
		return nil
	}}
	shell("[ -e " + dir + "/hang ] || exec \"$@\"\nsleep 300 &\necho $PPID $$ $! >" + pids + ".new\nmv " + pids + ".new " + pids + "\nwait")(&o)
	r := Bring(ctx, []config.Target{target}, o)[0]
	if r.Action != Failed || !strings.Contains(r.Error, "run it again, and it goes on") {
		t.Errorf("%+v", r)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Fields(string(text)); len(all) != 3 || slices.ContainsFunc(all, alive) {
		t.Errorf("of the processes %v some are alive", all)
	}
	if r := one(t, s, target, shell(`exec "$@"`)); r.Action != Sent {
		t.Errorf("%+v", r)
	}
	same(t, s, files(t, filepath.Join(dir, "www")))
}

// cancelWhen interrupts when a file is there.
func cancelWhen(t *testing.T, file string, cancel func()) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			cancel()
			return
		}
	}
	t.Error("the program never waited")
	cancel()
}

// alive reports whether a process is there, and not only its end for somebody to hear of.
func alive(pid string) bool {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(state, "Z")
}

// environment are variables beside PATH.
func environment(all map[string]string) func(string) string {
	return func(name string) string { return cmp.Or(all[name], map[string]string{"PATH": os.Getenv("PATH")}[name]) }
}

// TestRsyncEnvironment: programs get what they need, and no key that is not theirs.
func TestRsyncEnvironment(t *testing.T) {
	t.Parallel()
	getenv := environment(map[string]string{"HOME": "/home/me", "TRACKER_KEY": "secret", "RSYNC_PASSWORD": "of the person", "AWS_SECRET_ACCESS_KEY": "secret"})
	path := "PATH=" + os.Getenv("PATH")
	for _, tt := range []struct {
		address, key string
		want         []string
	}{
		{"rsync://host/m", "", []string{"LC_ALL=C", "HOME=/home/me", path, "RSYNC_PASSWORD=of the person"}},
		{"rsync://host/m", "own", []string{"LC_ALL=C", "HOME=/home/me", path, "RSYNC_PASSWORD=own"}},
		{"host:/srv", "", []string{"LC_ALL=C", "HOME=/home/me", path}},
	} {
		target := address(t, tt.address)
		target.KeyEnv = "OWN"
		b := &bringing{Options: Options{Getenv: getenv}, target: target}
		if tt.key != "" {
			var err error
			if b.key, err = target.Key(func(string) string { return tt.key }); err != nil {
				t.Fatal(err)
			}
		}
		if diff := gocmp.Diff(tt.want, (&rsync{bringing: b}).environment()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.address, diff)
		}
	}
}

// TestRsyncAdvice: each way to fail says what to do.
func TestRsyncAdvice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address string
		code    int
		said    string
		want    string
	}{
		{"host:/srv", 3, "", "the directory above is there"},
		{"host:/srv", 11, "", "the disk has room"},
		{"host:/srv", 23, "", "the user may write there"},
		{"host:/srv", 127, "", "rsync is installed there"},
		{"host:/srv", 255, "Permission denied", "'ssh -oBatchMode=yes' reaches the host"},
		{"host:/srv", 255, "Host key verification failed.", "compare the fingerprint"},
		{"rsync://host/m", 5, "", "user and key are those of the daemon"},
		{"rsync://host/m", 10, "", "the daemon runs"},
		{"rsync://host/m", 30, "", "run it again, and it goes on"},
		{"rsync://host/m", 12, "", "goes on where it stopped"},
	} {
		err := &rsyncError{address(t, tt.address), tt.code, tt.said}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d: %v, want %q", tt.code, err, tt.want)
		}
	}
}

// TestReadList: what rsync lists, with what a hostile server may say.
func TestReadList(t *testing.T) {
	t.Parallel()
	got := readList("Welcome!\ndrwxr-xr-x          4,096 2026/04/23 14:00:00 .\nlrwxrwxrwx             32 2026/04/23 14:00:00 www -> www.sets/000001-0123456789ab\n" +
		"-rw-r--r--              0 2026/04/23 14:00:00 a -> b\n-rw-r--r-- x\n")
	want := []entry{{name: "."}, {"www", "www.sets/000001-0123456789ab"}, {name: "a -> b"}}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(entry{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzRsyncOutput reads anything as what rsync says.
func FuzzRsyncOutput(f *testing.F) {
	f.Add("drwxr-xr-x          4,096 2026/04/23 14:00:00 .\n\nNumber of regular files transferred: 3\nTotal transferred file size: 12345 bytes\nNumber of deleted files: 2 (reg: 2)\n")
	f.Add("lrwxrwxrwx 32 2026/04/23 14:00:00 www -> \n")
	f.Add("Number of deleted files: 999999999999999999999\n")
	f.Fuzz(func(t *testing.T, out string) {
		for _, e := range readList(out) {
			if e.name == "" && e.link == "" || strings.ContainsAny(e.name+e.link, "\n") {
				t.Errorf("entry %+v", e)
			}
		}
		if s := readStats(out); s.files < 0 || s.bytes < 0 || s.deleted < 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestRsyncBySSH: rsync starts itself on the other side, where it is told by a program in
// the place of ssh.
func TestRsyncBySSH(t *testing.T) {
	t.Parallel()
	testenv.Program(t, "rsync")
	dir := t.TempDir()
	shell := filepath.Join(dir, "ssh")
	put(t, shell, "#!/bin/sh\n[ \"$1\" = web.example ] || exit 255\nshift\nexec \"$@\"\n")
	if err := os.Chmod(shell, 0o755); err != nil {
		t.Fatal(err)
	}
	use := func(o *Options) { o.Getenv = environment(map[string]string{"RSYNC_RSH": shell}) }
	s := newSite(t)
	show(t, s, 1)
	target := address(t, "web.example:"+dir+"/www")
	target.Switch = true
	if r := one(t, s, target, use); r.Action != Sent || r.Error != "" {
		t.Errorf("%+v", r)
	}
	same(t, s, files(t, filepath.Join(dir, "www")))
	r := one(t, s, address(t, "nobody.example:"+dir+"/www"), use)
	if r.Action != Failed || !strings.Contains(r.Error, "reaches the host without asking anything") {
		t.Errorf("%+v", r)
	}
}
