package generator

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOpenSet: a kept set is the site that was made, and one that was edited is none.
func TestOpenSet(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	p := samplePicture(c)
	made := mustBuild(t, sampleBuilder(t, c, &p))
	want, err := made.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site, err := OpenSet(t.Context(), c.Site.Staged, want.Digest[:8])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made.Files(), site.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	got, err := site.Stage(t.Context())
	want.New, want.Shared, want.Removed, want.Headers = got.New, got.Shared, got.Removed, got.Headers
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("result (-want +got):\n%s%v", diff, err)
	}
	if text, err := site.Read("index.html"); err != nil || !strings.Contains(string(text), "<main") {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if _, err := OpenSet(t.Context(), c.Site.Staged, "0000"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such set: %v", err)
	}
	if err := os.WriteFile(filepath.Join(want.Dir, "robots.txt"), []byte("edited"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSet(t.Context(), c.Site.Staged, want.Digest); err == nil || !strings.Contains(err.Error(), "were edited") {
		t.Errorf("edited: %v", err)
	}
}
