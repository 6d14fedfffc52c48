package staged

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// adopt stages a set of a given number, as the generator does.
func adopt(t *testing.T, dir string, n int, draft bool) string {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	temp, err := s.Temp()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(temp, "index.html"), fmt.Append(nil, n), 0o644); err != nil {
		t.Fatal(err)
	}
	digest := fmt.Sprintf("%04x%060x", n, n)
	if _, err := s.Adopt(temp, Record{Digest: digest, Draft: draft, Pages: n}); err != nil {
		t.Fatal(err)
	}
	if !draft {
		if err := s.Point(digest); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Prune(""); err != nil {
		t.Fatal(err)
	}
	return digest
}

// listed are the numbers of the kept sets, with a mark at drafts.
func listed(t *testing.T, dir string) string {
	t.Helper()
	all, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		name := fmt.Sprint(s.Pages)
		if s.Draft {
			name += "d"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// TestDrafts: a draft is never the newest, stands behind the others, becomes one of them
// when somebody asks for the same bytes, and never again a draft.
func TestDrafts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	adopt(t, dir, 1, true)
	if _, err := Newest(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a draft is the newest set: %v", err)
	}
	two := adopt(t, dir, 2, false)
	three := adopt(t, dir, 3, true)
	adopt(t, dir, 4, true)
	if set, err := Newest(dir); err != nil || set.Digest != two {
		t.Errorf("newest %s, %v", set.Digest, err)
	}
	if set, err := Find(dir, three[:8]); err != nil || set.Digest != three || !set.Draft {
		t.Errorf("found %+v, %v", set, err)
	}
	for _, step := range []struct {
		n     int
		draft bool
		want  string
	}{
		{1, true, "2 1d 4d 3d"},
		{2, true, "2 1d 4d 3d"},
		{3, false, "3 2 1d 4d"},
		{3, true, "3 2 1d 4d"},
		{2, false, "2 3 1d 4d"},
	} {
		adopt(t, dir, step.n, step.draft)
		if got := listed(t, dir); got != step.want {
			t.Errorf("after set %d, draft %t: %s, want %s", step.n, step.draft, got, step.want)
		}
	}
}

// TestDraftsPushOutDrafts: however often somebody saves, what was reviewed stays.
func TestDraftsPushOutDrafts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	adopt(t, dir, 100, false)
	for n := range Keep + 5 {
		adopt(t, dir, n, true)
	}
	if got, want := listed(t, dir), "100 14d 13d 12d 11d 10d 9d 8d 7d 6d 5d"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	for n := range Keep + 1 {
		adopt(t, dir, 200+n, false)
	}
	if got, want := listed(t, dir), "210 209 208 207 206 205 204 203 202 201 14d 13d 12d 11d 10d 9d 8d 7d 6d 5d"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

// TestFindSaysWhatIsWrong with a beginning of a digest.
func TestFindSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	digest := adopt(t, dir, 6, false)
	for prefix, want := range map[string]string{
		"006":              `"006" is too short for a digest; write at least 4 characters of it`,
		"":                 `"" is too short`,
		"0007":             "has no set 0007",
		digest + "0":       "has no set",
		"../" + markerFile: "has no set",
	} {
		if _, err := Find(dir, prefix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", prefix, err, want)
		}
	}
}
