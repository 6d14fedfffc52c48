package generator

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"
)

// TestFolders makes more directories than may stay open, from several goroutines, and
// then a file in each.
func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/set", 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := openFolders(root, "set")
	if err != nil {
		t.Fatal(err)
	}
	var group errgroup.Group
	for i := range 2 * mostFolders {
		for _, name := range []string{".", "a", fmt.Sprintf("a/b%d/c/d", i), fmt.Sprintf("a/b%d", i/2), "e/f"} {
			group.Go(func() error { return f.make(name) })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(f.open) != mostFolders {
		t.Errorf("%d directories are open", len(f.open))
	}
	for i := range 2 * mostFolders {
		name := fmt.Sprintf("a/b%d/c/d/x", i)
		root, rest := f.way(name)
		if err := root.WriteFile(rest, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "set", name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
}

// TestFoldersStayInside: neither a name nor a link leads out of the set.
func TestFoldersStayInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"/set", "/other"} {
		if err := os.Mkdir(dir+name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../other", dir+"/set/link"); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := openFolders(root, "set")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for _, name := range []string{"link/x", "../other/x", "a/../../other/x", "/x"} {
		if err := f.make(name); err == nil {
			t.Errorf("%s was made", name)
		}
	}
	if inside, err := os.ReadDir(dir + "/other"); err != nil || len(inside) > 0 {
		t.Errorf("%v in the other directory, %v", inside, err)
	}
}
