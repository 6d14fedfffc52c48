package plan

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

const beta = "series = \"noble\"\nmilestone = \"Beta\"\nfrom = \"series\"\n"

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func poll(t *testing.T, path string) (*release.Answer, error) {
	t.Helper()
	return New(config.Plan{Name: "plans", Path: path}, release.Rules{}).Poll(t.Context(), &release.Facts{})
}

func TestPollReadsFileAndDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "plans")
	write(t, dir+"/beta.toml", beta)
	write(t, dir+"/beta.toml~", "[")
	write(t, dir+"/.#beta.toml", "[")
	write(t, dir+"/notes.txt", "[")
	write(t, dir+"/old/beta.toml", "[")
	for path, at := range map[string]string{dir: "plans/beta.toml:3", dir + "/beta.toml": "beta.toml:3"} {
		answer, err := poll(t, path)
		if err != nil {
			t.Fatal(err)
		}
		want := []release.Milestone{{
			Series: "noble", Slug: "beta", Title: "Noble Beta", Kind: release.KindRelease, Status: release.MilestoneTesting,
			Lists: []release.PlanList{{At: at, From: "series"}},
		}}
		if diff := cmp.Diff(want, answer.Facts.Milestones); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
		if !answer.Decided || answer.Bytes != int64(len(beta)) || answer.Requests != 0 {
			t.Errorf("%s: %+v", path, answer)
		}
	}
}

func TestPollOfNothing(t *testing.T) {
	t.Parallel()
	answer, err := poll(t, t.TempDir())
	if err != nil || len(answer.Facts.Milestones) != 0 {
		t.Errorf("an empty directory: %+v, %v", answer, err)
	}
}

// TestPollNamesSheets: a sheet among the plans is a problem, unless it has been imported.
func TestPollNamesSheets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "plans")
	for _, name := range []string{"beta.toml", "beta.yaml", "final.YML", ".final.yaml", "old/final.yaml"} {
		write(t, dir+"/"+name, beta)
	}
	answer, err := poll(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []release.Problem{{
		Rule: release.ProblemSheet, Address: "plans/final.YML",
		Text: "final.YML is a sheet, which is not read; 'shiplist plan import' makes a plan of it",
	}}
	if diff := cmp.Diff(want, answer.Problems); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := poll(t, dir+"/beta.yaml"); err == nil || !strings.HasSuffix(err.Error(), "beta.yaml is a sheet; make a plan of it with 'shiplist plan import', and name that in [[plan]]") {
		t.Error(err)
	}
}

// TestReads: a file is one of the plan where the plan is that file, or reads it.
func TestReads(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "plans")
	for _, name := range []string{"beta.toml", ".beta.toml", "beta.yaml"} {
		write(t, dir+"/"+name, beta)
	}
	source := func(path string) *Source { return New(config.Plan{Path: path}, release.Rules{}) }
	for path, want := range map[string]bool{"/beta.toml": true, "/.beta.toml": false, "/beta.yaml": false, "/final.toml": false} {
		if got := source(dir).Reads(dir + path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if !source(dir+"/beta.toml").Reads(dir+"/beta.toml") || source(dir+"/beta.toml").Reads(dir+"/final.toml") {
		t.Error("a plan that is one file reads that file")
	}
}

// TestLoadTellsAll: whoever asks on the command line has all mistakes, under the names
// that they give the files.
func TestLoadTellsAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		write(t, dir+"/"+name+".toml", beta+"x = 1")
	}
	_, err := New(config.Plan{Path: dir}, release.Rules{}).Load(filepath.Base)
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) != 5 || problems[4].File != "e.toml" || problems[4].Line != 4 {
		t.Errorf("%v", err)
	}
}

// TestPollFails: the files are believed together or not at all, and the error says where.
func TestPollFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make func(dir string)
		want string
	}{
		"not there": {func(string) {}, "plans is not there; write a plan with 'shiplist plan new', or name another path in [[plan]]"},
		"mistakes": {
			func(dir string) {
				write(t, dir+"/a.toml", beta)
				write(t, dir+"/b.toml", beta+"x = 1")
				write(t, dir+"/c.toml", "[")
			},
			"plans/b.toml:4:1: x: unknown key; known are date, except, from, kind, milestone, products, series, slug, status; plans/c.toml:1:2: not TOML",
		},
		"two that do not agree": {
			func(dir string) {
				write(t, dir+"/a.toml", beta+"date = \"2024-04-04\"")
				write(t, dir+"/b.toml", beta+"date = \"2024-04-05\"")
			},
			`plans/b.toml:4:1: date: "2024-04-05" here and "2024-04-04" in plans/a.toml:4`,
		},
		"too large":  {func(dir string) { write(t, dir+"/a.toml", strings.Repeat("#", 2<<20)) }, "plans/a.toml:1:1048577: goes on beyond 1048576 bytes"},
		"no file":    {func(dir string) { write(t, dir+"/x", ""); _ = os.Symlink("/dev/zero", dir+"/a.toml") }, "a.toml is no file; a plan is one"},
		"a dead end": {func(dir string) { write(t, dir+"/x", ""); _ = os.Symlink("nowhere", dir+"/a.toml") }, "no such file"},
		"too many": {func(dir string) {
			for i := range filesMost + 1 {
				write(t, filepath.Join(dir, strings.Repeat("a", i%200)+string(rune('a'+i/200))+".toml"), "")
			}
		}, "at most 500 are read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "plans")
			tc.make(dir)
			answer, err := poll(t, dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
			if answer != nil {
				t.Errorf("an answer beside the error: %+v", answer)
			}
		})
	}
}
