package browser

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the top of the module, seen from this folder.
const root = "../.."

// prefix is where the site is served: under a path, so that an address that
// begins with "/" shows as a missing file.
const prefix = "/any/path/"

// A page is one address of the site that stands for all of its kind.
type page struct {
	kind string
	path string // below the site, as in an address; ends in a slash or .html
	size int64
	// rules is what axe-core is asked for, instead of every rule.
	rules string
}

// kinds are the pages that the demo's site must have.
var kinds = []string{
	"home", "series", "milestone", "family", "product", "images", "directory", "netboot", "netboot-series", "archive", "changes", "changes-day", "checks", "about", "trees", "handover",
}

// site returns the folder of a site, and whether it is the demo's.
func site(t *testing.T) (string, bool) {
	t.Helper()
	if dir := os.Getenv("SHIPLIST_TEST_SITE"); dir != "" {
		return dir, false
	}
	_, dir := demo(t)
	return stagedSet(t, dir), true
}

// demo builds the program and lets it make the demo's working directory, which is copied
// for each test, with the paths in it: most of the time goes into making it.
func demo(t *testing.T) (program, dir string) {
	t.Helper()
	noteSources(t)
	work, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "demo")
	first := filepath.Join(work, "demo")
	if err := os.CopyFS(dir, os.DirFS(first)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.toml", "data/sources.toml"} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte(first)) {
			t.Errorf("%s does not name the directory of the demo", name)
		}
		put(t, name, strings.ReplaceAll(string(text), first, dir))
	}
	// It tells of the first one's files.
	if err := os.Remove(filepath.Join(dir, "state", "site.basis")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(work, "shiplist"), dir
}

// made has the program and the demo's directory; TestMain removes it.
var made = sync.OnceValues(func() (work string, err error) {
	if work, err = os.MkdirTemp("", "shiplist-browser"); err != nil {
		return "", err
	}
	leave = work
	program := filepath.Join(work, "shiplist")
	for _, args := range [][]string{{root, "go", "build", "-trimpath", "-o", program, "./cmd/shiplist"}, {work, program, "demo", "--once", "--keep", "demo"}} {
		c := exec.Command(args[1], args[2:]...)
		c.Dir = args[0]
		c.Env = append(os.Environ(), "CGO_ENABLED=0") // as `make build`, which has compiled all
		if out, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(args[1:], " "), err, out)
		}
	}
	return work, nil
})

// leave is what made left.
var leave string

func TestMain(m *testing.M) {
	code := m.Run()
	if leave != "" {
		_ = os.RemoveAll(leave)
	}
	os.Exit(code)
}

// stagedSet is the one staged set of a demo.
func stagedSet(t *testing.T, dir string) string {
	t.Helper()
	sets, err := filepath.Glob(filepath.Join(dir, "staged", "*", "index.html"))
	if err != nil || len(sets) != 1 {
		t.Fatalf("the demo left %d staged sets (%v), want one", len(sets), err)
	}
	return filepath.Dir(sets[0])
}

// command runs a program to its end in a folder.
func command(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
}

// noteSources looks at every file that the program is built from. The go command
// remembers the result of a test together with the files at which it looked, and
// cannot see what the build above read: without this it would repeat an old result
// for new code.
func noteSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && skipped(name, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		_, err = os.Stat(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// skipped tells the folders that no build reads. What the make targets leave at
// the top is among them.
func skipped(name, base string) bool {
	top := filepath.Dir(name) == root
	switch base {
	case "testdata", "node_modules":
		return true
	case "bin", "docs", "screenshots", "data", "state", "staged", "public", "headers":
		return top
	}
	return strings.HasPrefix(base, ".")
}

// pages chooses the largest page of every kind: the one that is hardest to fit.
func pages(t *testing.T, dir string) []page {
	t.Helper()
	best := map[string]page{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		below := strings.TrimSuffix(filepath.ToSlash(rel), "index.html")
		if exists(dir, below, ".htaccess") {
			return nil // it leads on at once; see testMoved
		}
		p := page{kind: kind(dir, below), path: (&url.URL{Path: below}).EscapedPath(), size: info.Size()}
		if old, ok := best[p.kind]; !ok || p.size > old.size {
			best[p.kind] = p
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []page
	for _, p := range best {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b page) int { return cmp.Compare(a.kind, b.kind) })
	return all
}

// kind tells what kind of page a name below the site is, after the address book in
// docs/design.md. Texts, and whatever it does not know, are kinds of their own, so
// that they are looked at, too.
func kind(dir, name string) string {
	name = strings.TrimSuffix(name, "/")
	first, _, deeper := strings.Cut(name, "/")
	below := map[string]string{"images": "directory", "netboot": "netboot-series", "changes": "changes-day", "families": "family", "products": "product"}
	switch {
	case name == "":
		return "home"
	case deeper && below[first] != "":
		return below[first]
	case deeper && exists(dir, name, "manifest.json"):
		return "milestone"
	case deeper || reserved(name):
		return strings.ReplaceAll(name, "/", "-")
	}
	return "series"
}

// reserved tells the names at the root of a site that are no series.
func reserved(name string) bool {
	switch name {
	case "images", "netboot", "changes", "archive", "checks", "trees", "handover", "404.html":
		return true
	}
	return exists(root, "content", name+".md")
}

func exists(parts ...string) bool {
	_, err := os.Stat(filepath.Join(parts...))
	return err == nil
}

// serve serves a site and returns the address of its home page.
func serve(t *testing.T, dir string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(prefix, http.StripPrefix(prefix, http.FileServer(http.Dir(dir))))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + prefix
}
