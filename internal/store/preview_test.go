package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestPreview: it tells what the commit does then, writes nothing, and waits for no
// other writer.
func TestPreview(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	first := sample("a", "1", "alpha", "beta", "same")
	changed, err := Preview(data, "a", first)
	if _, e := os.Stat(data); err != nil || len(changed) != 6 || !errors.Is(e, os.ErrNotExist) {
		t.Errorf("no directory: %v, error %v, %v", changed, err, e)
	}
	w := open(t, data, st)
	commit(t, w, sample("b", "1"), event("b", 1))
	for _, facts := range []*release.Facts{first, sample("a", "1", "beta", "final", "same"), sample("a", "2", "same"), sample("a", "2", "same"), {Source: "a"}} {
		before := contents(t, data)
		old := time.Unix(1e9, 0)
		if err := os.Chtimes(filepath.Join(data, ownDir), old, old); err != nil {
			t.Fatal(err)
		}
		got, err := Preview(data, "a", facts)
		if diff := cmp.Diff(before, contents(t, data)); diff != "" || err != nil {
			t.Errorf("something was written, error %v (-before +after):\n%s", err, diff)
		}
		if info, err := os.Stat(filepath.Join(data, ownDir)); err != nil || !info.ModTime().Equal(old) {
			t.Errorf("something was written aside: %v", err)
		}
		if diff := cmp.Diff(commit(t, w, facts).Changed, got); diff != "" {
			t.Errorf("(-commit +preview):\n%s", diff)
		}
	}
}

// TestPreviewRefuses: facts and names that could not be stored.
func TestPreviewRefuses(t *testing.T) {
	t.Parallel()
	data, _ := place(t)
	var unfit *FactsError
	for _, facts := range []*release.Facts{{Products: []release.Product{{Title: "x"}}}, {Series: []release.Series{{Slug: "../x"}}}} {
		if _, err := Preview(data, "a", facts); !errors.As(err, &unfit) {
			t.Errorf("error %v", err)
		}
	}
	if _, err := Preview(data, "../a", &release.Facts{}); err == nil || !strings.Contains(err.Error(), "cannot be the name of a source") {
		t.Errorf("error %v", err)
	}
	write(t, data, "mine")
	if _, err := Preview(data, "a", sample("a", "1")); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("error %v", err)
	}
}
