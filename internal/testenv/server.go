package testenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// OpenDir is a directory of the test's own that servers under another user can read.
func OpenDir(t testing.TB) string {
	t.Helper()
	open := t.TempDir()
	for dir := open; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return open
}

// FreePort is a port of 127.0.0.1 that nobody listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Serve starts a server that listens on a port of 127.0.0.1, and returns its address as
// soon as it answers. It ends when the test does; where that failed, its output is shown.
func Serve(t testing.TB, port, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		killer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		killer.Stop()
		if t.Failed() && output.Len() > 0 {
			t.Logf("%s: %s", program, output.String())
		}
	})
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			return "http://127.0.0.1:" + port
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("no server on port %s: %v", port, err)
		}
	}
}

// Apache serves a directory, which has to be an open one, with the core modules and
// those that are named, and returns its address. The configuration says the rest.
func Apache(t testing.TB, root, config string, modules ...string) string {
	t.Helper()
	program, from := Program(t, "apache2", "httpd"), apacheModules(t)
	dir, port := OpenDir(t), FreePort(t)
	var b strings.Builder
	fmt.Fprintf(&b, "ServerRoot %q\nPidFile %q\nListen 127.0.0.1:%s\nServerName 127.0.0.1\nErrorLog %q\n", dir, dir+"/pid", port, dir+"/error.log")
	for _, m := range append([]string{"mpm_event", "authz_core", "autoindex", "dir", "mime"}, modules...) {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%s.so\n", m, from, m)
	}
	if os.Getuid() == 0 {
		fmt.Fprintf(&b, "User nobody\nGroup #%d\n", 65534)
	}
	fmt.Fprintf(&b, "DocumentRoot %q\nTypesConfig /dev/null\n%s\n", root, config)
	t.Cleanup(func() { // runs when the server has ended
		if text, _ := os.ReadFile(dir + "/error.log"); t.Failed() {
			t.Logf("%s", text)
		}
	})
	return Serve(t, port, program, "-f", configFile(t, dir, b.String()), "-DFOREGROUND")
}

// apacheModules is where Apache's modules are.
func apacheModules(t testing.TB) string {
	t.Helper()
	for _, dir := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
		if _, err := os.Stat(filepath.Join(dir, "mod_autoindex.so")); err == nil {
			return dir
		}
	}
	Missing(t, "the modules of Apache are nowhere to be found")
	return ""
}

// Nginx serves a directory with directives for it, as the user who runs the test, and
// returns its address.
func Nginx(t testing.TB, root, directives string) string {
	t.Helper()
	return NginxWith(t, root, "", directives)
}

// NginxWith is Nginx with directives for all servers, too.
func NginxWith(t testing.TB, root, all, directives string) string {
	t.Helper()
	program, dir, port := Program(t, "nginx"), t.TempDir(), FreePort(t)
	var b strings.Builder
	if os.Getuid() == 0 {
		b.WriteString("user root;\n")
	}
	fmt.Fprintf(&b, "daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;\nevents {}\nhttp { access_log off;\n", dir)
	for _, temp := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "%s_temp_path %s/%s;\n", temp, dir, temp)
	}
	fmt.Fprintf(&b, "%s\nserver { listen 127.0.0.1:%s; root %s; %s } }\n", all, port, root, directives)
	return Serve(t, port, program, "-p", dir, "-c", configFile(t, dir, b.String()), "-e", dir+"/error.log")
}

// configFile writes the configuration of a server and returns its name.
func configFile(t testing.TB, dir, text string) string {
	t.Helper()
	name := filepath.Join(dir, "server.conf")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
