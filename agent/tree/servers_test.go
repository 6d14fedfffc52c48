package tree

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// sameAsLocal holds a tree behind a server to the same tree as a local directory:
// what no listing tells, times and the sizes of companions, is the only difference.
func sameAsLocal(t *testing.T, root, address string) {
	t.Helper()
	want := poll(t, newSource(t, config.Tree{URL: "file:" + root, Head: true}), nil)
	got := poll(t, newSource(t, config.Tree{URL: address, Head: true}), nil)
	if diff := cmp.Diff(untimed(want.Facts), untimed(got.Facts)); diff != "" {
		t.Errorf("%s (-local +server):\n%s", address, diff)
	}
	for _, p := range got.Problems {
		t.Errorf("%s: problem %s: %s: %s", address, p.Rule, p.Address, p.Text)
	}
}

// untimed is a copy of facts without what listings cannot tell.
func untimed(f *release.Facts) *release.Facts {
	c := *f
	c.Images = nil
	for _, i := range f.Images {
		files := i.Files
		i.Files = nil
		for _, file := range files {
			i.Files = append(i.Files, bare(file, file.Main))
		}
		c.Images = append(c.Images, i)
	}
	c.Netboot = nil
	for _, n := range f.Netboot {
		boot := n.Boot
		n.Boot = nil
		for _, file := range boot {
			n.Boot = append(n.Boot, bare(file, false))
		}
		if n.Tarball != nil {
			tarball := bare(*n.Tarball, false)
			n.Tarball = &tarball
		}
		c.Netboot = append(c.Netboot, n)
	}
	return &c
}

func bare(f release.File, sized bool) release.File {
	f.Modified = time.Time{}
	if !sized {
		f.Size, f.Exact = nil, false
	}
	return f
}

// indexes are the ways in which Apache can be told to list directories.
var indexes = map[string]string{
	"plain": "",
	"fancy": "IndexOptions FancyIndexing",
	"debian": "IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8\n" +
		"IndexIgnore .??* *~ *# RCS CVS *,v *,t\nReadmeName README.html\nHeaderName HEADER.html",
	"production": "IndexOptions NameWidth=* DescriptionWidth=* SuppressHTMLPreamble FancyIndexing IconHeight=22 IconWidth=22 HTMLTable\n" +
		"IndexIgnore .htaccess HEADER.html FOOTER.html\nHeaderName HEADER.html\nReadmeName FOOTER.html\n" +
		"AddIcon /cdicons/iso.png .iso\nAddDescription \"64-bit <a href='x'>PC</a> image\" .iso",
	"production pre": "IndexOptions NameWidth=* SuppressHTMLPreamble FancyIndexing IconHeight=22 IconWidth=22\nHeaderName HEADER.html\nReadmeName FOOTER.html\n" +
		"AddDescription \"64-bit <a href='x'>PC</a> image\" .iso",
	"tracked XHTML":    "IndexOptions FancyIndexing HTMLTable XHTML TrackModified FoldersFirst IgnoreCase UseOldDateFormat IconsAreLinks\nHeaderName none",
	"without dates":    "IndexOptions FancyIndexing SuppressLastModified SuppressDescription SuppressIcon NameWidth=*",
	"without sizes":    "IndexOptions FancyIndexing HTMLTable SuppressSize SuppressColumnSorting",
	"icons are links":  "IndexOptions FancyIndexing IconsAreLinks",
	"without anything": "IndexOptions FancyIndexing SuppressLastModified SuppressSize SuppressDescription SuppressColumnSorting",
}

func TestApache(t *testing.T) {
	t.Parallel()
	program, modules := apacheHere(t)
	root := openRoot(t)
	fullSample().write(t, root)
	for name, options := range indexes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameAsLocal(t, root, startApache(t, program, modules, root, options))
		})
	}
}

// apacheHere finds Apache and its modules.
func apacheHere(t testing.TB) (program, modules string) {
	t.Helper()
	program = testenv.Program(t, "apache2", "httpd")
	for _, dir := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
		if _, err := os.Stat(filepath.Join(dir, "mod_autoindex.so")); err == nil {
			return program, dir
		}
	}
	testenv.Missing(t, "the modules of Apache are nowhere to be found")
	return "", ""
}

// startApache serves a directory with options for its listings.
func startApache(t testing.TB, program, modules, root, options string) string {
	t.Helper()
	dir, port := openRoot(t), freePort(t)
	var b strings.Builder
	fmt.Fprintf(&b, "ServerRoot %q\nPidFile %q\nListen 127.0.0.1:%s\nServerName 127.0.0.1\nErrorLog %q\n",
		dir, dir+"/pid", port, dir+"/error.log")
	for _, m := range []string{"mpm_event", "authz_core", "autoindex", "dir", "mime", "deflate", "filter"} {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%s.so\n", m, modules, m)
	}
	if os.Getuid() == 0 {
		fmt.Fprintf(&b, "User nobody\nGroup #%d\n", 65534)
	}
	fmt.Fprintf(&b, "DocumentRoot %q\nTypesConfig /dev/null\nAddType text/html .html\nAddOutputFilterByType DEFLATE text/html\nDirectoryIndex disabled\n", root)
	fmt.Fprintf(&b, "<Directory %q>\nOptions Indexes FollowSymLinks\nRequire all granted\n%s\n</Directory>\n", root, options)
	config := filepath.Join(dir, "apache.conf")
	if err := os.WriteFile(config, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, program, "-f", config, "-DFOREGROUND")
	return reached(t, port)
}

func TestNginx(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "nginx")
	root := openRoot(t)
	fullSample().write(t, root)
	for name, options := range map[string]string{
		"exact": "autoindex on;",
		"human": "autoindex on; autoindex_exact_size off; autoindex_localtime on;",
		"json":  "autoindex on; autoindex_format json;",
		"gzip":  "autoindex on; gzip on; gzip_min_length 1;",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, port := openRoot(t), freePort(t)
			user := ""
			if os.Getuid() == 0 {
				user = "user nobody nogroup;\n"
			}
			conf := user + "daemon off; worker_processes 1; pid " + dir + "/pid; error_log " + dir + "/error.log;\nevents {}\n" +
				"http { access_log off; client_body_temp_path " + dir + "/b; proxy_temp_path " + dir + "/p; fastcgi_temp_path " + dir +
				"/f; uwsgi_temp_path " + dir + "/u; scgi_temp_path " + dir + "/s;\n" +
				"server { listen 127.0.0.1:" + port + "; root " + root + "; index none; location / { " + options + " } } }\n"
			config := filepath.Join(dir, "nginx.conf")
			if err := os.WriteFile(config, []byte(conf), 0o644); err != nil {
				t.Fatal(err)
			}
			run(t, program, "-p", dir, "-c", config, "-e", dir+"/error.log")
			sameAsLocal(t, root, reached(t, port))
		})
	}
}

func TestLighttpd(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "lighttpd")
	root := openRoot(t)
	fullSample().write(t, root)
	dir, port := openRoot(t), freePort(t)
	conf := fmt.Sprintf("server.document-root = %q\nserver.bind = \"127.0.0.1\"\nserver.port = %s\n"+
		"server.modules = (\"mod_dirlisting\")\ndir-listing.activate = \"enable\"\nindex-file.names = ()\n"+
		"server.errorlog = %q\n", root, port, dir+"/error.log")
	config := filepath.Join(dir, "lighttpd.conf")
	if err := os.WriteFile(config, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, program, "-D", "-f", config)
	sameAsLocal(t, root, reached(t, port))
}

func TestPython(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "python3")
	root := openRoot(t)
	fullSample().write(t, root)
	port := freePort(t)
	run(t, program, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", root)
	sameAsLocal(t, root, reached(t, port))
}

// TestCaddy serves the tree as Caddy does: JSON to whoever accepts it, a page to
// others, with the recorded answers' fields.
func TestCaddy(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	fullSample().write(t, root)
	files := http.FileServer(http.Dir(root))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/") {
			files.ServeHTTP(w, r)
			return
		}
		if !strings.Contains(r.Header.Get("Accept"), "application/json") {
			t.Errorf("%s: asked without accepting JSON", r.URL.Path)
		}
		serveCaddy(w, filepath.Join(root, filepath.FromSlash(r.URL.Path)))
	}))
	t.Cleanup(server.Close)
	sameAsLocal(t, root, server.URL)
}

// caddyEntry has the fields of a recorded answer, in their order.
type caddyEntry struct {
	Name      string    `json:"name"`
	Size      int64     `json:"size"`
	URL       string    `json:"url"`
	ModTime   time.Time `json:"mod_time"`
	Mode      uint32    `json:"mode"`
	IsDir     bool      `json:"is_dir"`
	IsSymlink bool      `json:"is_symlink"`
}

func serveCaddy(w http.ResponseWriter, dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	list := []caddyEntry{}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		name := e.Name()
		if info.IsDir() {
			name += "/"
		}
		u := url.URL{Path: name}
		list = append(list, caddyEntry{
			Name: name, Size: info.Size(), URL: "./" + strings.TrimPrefix(u.EscapedPath(), "./"), ModTime: info.ModTime(),
			IsDir: info.IsDir(), IsSymlink: e.Type()&os.ModeSymlink != 0,
		})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(list)
}

// run starts a server and ends it, by its own process, when the test does.
func run(t testing.TB, program string, args ...string) {
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
}

func freePort(t testing.TB) string {
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

// reached waits until a server answers on a port.
func reached(t testing.TB, port string) string {
	t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			return "http://127.0.0.1:" + port
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("no server on port %s: %v", port, err)
		}
	}
}
