package tree

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares facts with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestFullTree polls a full tree with everything in it as a local directory. The
// golden file is read like a page: it is what the tree means.
func TestFullTree(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	fullSample().write(t, root)
	answer := poll(t, newSource(t, config.Tree{URL: "file:" + root, Head: true}), nil)
	var b strings.Builder
	dump(&b, answer.Facts)
	for _, p := range answer.Problems {
		b.WriteString("problem " + p.Rule + " " + strings.TrimPrefix(p.Address, root) + ": " + p.Text + "\n")
	}
	golden(t, "testdata/full.golden", b.String())

	again := poll(t, newSource(t, config.Tree{URL: "file:" + root, Head: true}), answer.Facts)
	if diff := cmp.Diff(answer.Facts, again.Facts); diff != "" {
		t.Errorf("a second poll of the same tree differs (-first +second):\n%s", diff)
	}
}

func TestSimpleTree(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	simpleSample().write(t, root)
	answer := poll(t, newSource(t, config.Tree{Role: "simple", URL: "file:" + root}), nil)
	var b strings.Builder
	dump(&b, answer.Facts)
	for _, p := range answer.Problems {
		b.WriteString("problem " + p.Rule + " " + strings.TrimPrefix(p.Address, root) + ": " + p.Text + "\n")
	}
	golden(t, "testdata/simple.golden", b.String())
}

// TestGoFileServer polls the same tree through Go's file server, which tells links
// to directories from files in no way.
func TestGoFileServer(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := fullSample()
	// Nothing tells that these are directories.
	delete(s.links, "up")
	delete(s.links, "kubuntu/noble/loop")
	s.write(t, root)
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	sameAsLocal(t, root, server.URL)
}
