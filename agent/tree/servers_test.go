package tree

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
	root := testenv.OpenDir(t)
	fullSample().write(t, root)
	for name, options := range indexes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameAsLocal(t, root, startApache(t, root, options))
		})
	}
}

// startApache serves a directory with options for its listings.
func startApache(t testing.TB, root, options string) string {
	t.Helper()
	return testenv.Apache(t, root, fmt.Sprintf("AddType text/html .html\nAddOutputFilterByType DEFLATE text/html\nDirectoryIndex disabled\n"+
		"<Directory %q>\nOptions Indexes FollowSymLinks\nRequire all granted\n%s\n</Directory>", root, options), "deflate", "filter")
}

func TestNginx(t *testing.T) {
	t.Parallel()
	root := testenv.OpenDir(t)
	fullSample().write(t, root)
	for name, options := range map[string]string{
		"exact": "autoindex on;",
		"human": "autoindex on; autoindex_exact_size off; autoindex_localtime on;",
		"json":  "autoindex on; autoindex_format json;",
		"gzip":  "autoindex on; gzip on; gzip_min_length 1;",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameAsLocal(t, root, testenv.Nginx(t, root, "index none; location / { "+options+" }"))
		})
	}
}

func TestLighttpd(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "lighttpd")
	root := testenv.OpenDir(t)
	fullSample().write(t, root)
	dir, port := testenv.OpenDir(t), testenv.FreePort(t)
	conf := fmt.Sprintf("server.document-root = %q\nserver.bind = \"127.0.0.1\"\nserver.port = %s\n"+
		"server.modules = (\"mod_dirlisting\")\ndir-listing.activate = \"enable\"\nindex-file.names = ()\n"+
		"server.errorlog = %q\n", root, port, dir+"/error.log")
	config := filepath.Join(dir, "lighttpd.conf")
	if err := os.WriteFile(config, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	sameAsLocal(t, root, testenv.Serve(t, port, program, "-D", "-f", config))
}

func TestPython(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "python3")
	root := testenv.OpenDir(t)
	fullSample().write(t, root)
	port := testenv.FreePort(t)
	sameAsLocal(t, root, testenv.Serve(t, port, program, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", root))
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
