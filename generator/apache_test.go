package generator

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiplist/internal/testenv"
)

// apache serves a directory as a mirror would that lets .htaccess do no more than it
// has to, and returns its address. What the server sets for all its directories is what
// Debian's does.
func apache(t *testing.T, root string) string {
	t.Helper()
	program, modules := testenv.Program(t, "apache2", "httpd"), ""
	for _, dir := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
		if _, err := os.Stat(filepath.Join(dir, "mod_autoindex.so")); err == nil {
			modules = dir
		}
	}
	if modules == "" {
		testenv.Missing(t, "the modules of Apache are nowhere to be found")
	}
	dir, port := readable(t), freePort(t)
	var b strings.Builder
	fmt.Fprintf(&b, "ServerRoot %q\nPidFile %q\nListen 127.0.0.1:%s\nServerName 127.0.0.1\nErrorLog %q\n", dir, dir+"/pid", port, dir+"/error.log")
	for _, m := range []string{"mpm_event", "authz_core", "autoindex", "dir", "mime", "alias"} {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%s.so\n", m, modules, m)
	}
	if os.Getuid() == 0 {
		fmt.Fprintf(&b, "User nobody\nGroup #%d\n", 65534)
	}
	fmt.Fprintf(&b, "DocumentRoot %q\nTypesConfig /dev/null\nAddEncoding x-gzip .gz\nDirectoryIndex index.html\n"+
		"IndexOptions FancyIndexing\nAddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip\nAddIconByType (TXT,/icons/text.gif) text/*\n"+
		"AddIcon /icons/back.gif ..\nAddIcon /icons/folder.gif ^^DIRECTORY^^\nDefaultIcon /icons/unknown.gif\n"+
		"<Directory />\nAllowOverride None\nRequire all denied\n</Directory>\n"+
		"<Directory %q>\nOptions Indexes FollowSymLinks\nAllowOverride Indexes FileInfo\nRequire all granted\n</Directory>\n", root, root)
	config := filepath.Join(dir, "apache.conf")
	if err := os.WriteFile(config, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-f", config, "-DFOREGROUND")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		killer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		killer.Stop()
		if text, _ := os.ReadFile(dir + "/error.log"); t.Failed() {
			t.Logf("%s", text)
		}
	})
	for range 1000 {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			_ = conn.Close()
			return "http://127.0.0.1:" + port
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("Apache does not answer")
	return ""
}

// readable is a directory that a server may read.
func readable(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func freePort(t *testing.T) string {
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

// fetch gets an address without following where it leads.
func fetch(t *testing.T, address string) (*http.Response, []byte) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}
