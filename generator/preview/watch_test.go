package preview

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWatch: what happens to files, and whether it counts.
func TestWatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(dir string) error
		want topic
	}{
		{"text", func(dir string) error { return os.WriteFile(filepath.Join(dir, "site", "a.md"), []byte("new"), 0o644) }, aboutSite},
		{"rename over it", func(dir string) error {
			aside := filepath.Join(dir, "site", "a.md.tmp")
			if err := os.WriteFile(aside, []byte("other"), 0o644); err != nil {
				return err
			}
			return os.Rename(aside, filepath.Join(dir, "site", "a.md"))
		}, aboutSite},
		{"removed", func(dir string) error { return os.Remove(filepath.Join(dir, "site", "a.md")) }, aboutSite},
		{"whole folder removed", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "site")) }, aboutSite},
		{"folder of folders", func(dir string) error {
			deep := filepath.Join(dir, "site", "b", "c")
			if err := os.MkdirAll(deep, 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(deep, "d.md"), nil, 0o644)
		}, aboutSite},
		{"folder that was not there", func(dir string) error {
			if err := os.MkdirAll(filepath.Join(dir, "later", "pages"), 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "later", "pages", "x.html"), nil, 0o644)
		}, aboutSite},
		{"data renamed into its place", func(dir string) error {
			aside := filepath.Join(dir, "aside")
			if err := os.WriteFile(aside, []byte("new"), 0o644); err != nil {
				return err
			}
			return os.Rename(aside, filepath.Join(dir, "data", "a.toml"))
		}, aboutHaste},
		{"configuration", func(dir string) error { return os.WriteFile(filepath.Join(dir, "config.toml"), []byte("x"), 0o644) }, aboutConfig},
		{"link", func(dir string) error {
			if err := os.Symlink("set2", filepath.Join(dir, "aside")); err != nil {
				return err
			}
			return os.Rename(filepath.Join(dir, "aside"), filepath.Join(dir, "public"))
		}, aboutPublished},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, w := watched(t)
			if err := tt.do(dir); err != nil {
				t.Fatal(err)
			}
			if got := w.wait(nil); got != tt.want {
				t.Errorf("changed %b, want %b", got, tt.want)
			}
		})
	}
}

// watched is a folder that is watched.
func watched(t *testing.T) (string, *watcher) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"site", "data", "set1", "set2"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"site/a.md", "config.toml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("first"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("set1", filepath.Join(dir, "public")); err != nil {
		t.Fatal(err)
	}
	w := newWatcher(slog.New(slog.DiscardHandler))
	t.Cleanup(w.Close)
	w.follow([]place{
		{path: filepath.Join(dir, "config.toml"), about: aboutConfig},
		{path: filepath.Join(dir, "site"), about: aboutSite},
		{path: filepath.Join(dir, "later"), about: aboutSite},
		{path: filepath.Join(dir, "data"), about: aboutData},
		{path: filepath.Join(dir, "public"), about: aboutPublished, link: true},
	})
	return dir, w
}

// TestWatchesRunOut: that not everything can be watched is told, and once.
func TestWatchesRunOut(t *testing.T) {
	t.Parallel()
	_, w := watched(t)
	var told bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&told, nil))
	if err := w.notes.Close(); err != nil { // it has none to give from now on
		t.Fatal(err)
	}
	w.changed(aboutAny)
	w.changed(aboutAny)
	if n := strings.Count(told.String(), "cannot be watched"); n != 1 {
		t.Errorf("told %d times: %s", n, told.String())
	}
}

// TestPassing: what editors and locks leave is no change.
func TestPassing(t *testing.T) {
	t.Parallel()
	dir, w := watched(t)
	for _, name := range []string{"site/.a.md.swp", "site/a.md~", "site/#a.md#", "site/4913", "site/.shiplist", "other.txt", "set1/x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.changed(aboutAny); got != 0 {
		t.Errorf("changed %b", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "site", "new.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := w.changed(aboutAny); got != aboutSite {
		t.Errorf("changed %b for a new file", got)
	}
}

// TestHaste: data that is looked at while it is written, and was not right, is looked at
// again when it is quiet; texts are looked at only then.
func TestHaste(t *testing.T) {
	t.Parallel()
	dir, w := watched(t)
	for _, name := range []string{"site/b.md", "data/a.toml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.wait(nil); got != aboutHaste {
		t.Fatalf("changed %b, want %b", got, aboutHaste)
	}
	w.doubt(aboutData)
	if got, want := w.wait(nil), aboutData|aboutSite; got != want {
		t.Errorf("when it is quiet changed %b, want %b", got, want)
	}
}
