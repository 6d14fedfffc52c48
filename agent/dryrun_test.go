package agent

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// disk tells everything that lies below a folder.
func disk(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[path] = fmt.Sprint(info.Mode(), info.ModTime())
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			all[path] += fmt.Sprintf(" %x", sha256.Sum256(text))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDryRun: it tells what a poll would do, and writes nothing, beside a running agent
// as well.
func TestDryRun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.make = func(a *Agent, readOnly bool) ([]configuredSource, error) {
		if !readOnly {
			t.Error("the sources may write")
		}
		return b.sources, nil
	}
	dir := filepath.Dir(b.data)
	empty := disk(t, dir)
	first, err := b.Once(t.Context(), OnceOptions{DryRun: true})
	if err != nil || !first.DryRun || first.Sources[0].Outcome != OK || first.Sources[0].Changed[0] != "a/products.toml" {
		t.Errorf("report %+v, error %v", first, err)
	}
	if diff := cmp.Diff(empty, disk(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	b.once()
	w, err := b.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	before := disk(t, dir)
	b.a.facts = both(products("p"), builds("1", "p"))
	b.b.facts = &release.Facts{}
	r, err := b.Once(t.Context(), OnceOptions{DryRun: true})
	if err != nil || r.Sources[0].Outcome != OK || r.Sources[1].Outcome != Held {
		t.Fatalf("report %+v, error %v", r, err)
	}
	if got := strings.Join(r.Sources[0].Changed, " "); got != "a/builds/noble.toml" {
		t.Errorf("would change %s", got)
	}
	if got := r.Sources[1].Events; len(got) != 1 || got[0].What != release.EventSourceHeld {
		t.Errorf("events %+v", got)
	}
	b.make = func(*Agent, bool) ([]configuredSource, error) { return b.sources[1:], nil }
	r, err = b.Once(t.Context(), OnceOptions{DryRun: true})
	if err != nil || len(r.Sources) != 2 || r.Sources[1].Outcome != Retired || len(r.Sources[1].Changed) != 1 {
		t.Errorf("report %+v, error %v", r, err)
	}
	if diff := cmp.Diff(before, disk(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestChosen: only some sources are polled, and then none is retired.
func TestChosen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.once()
	polls := len(b.a.prev)
	b.sources[0].state.Name = "c"
	r, err := b.Once(t.Context(), OnceOptions{Sources: []string{"b"}})
	if err != nil || len(r.Sources) != 1 || r.Sources[0].Name != "b" || len(b.a.prev) != polls || b.load().Source("a") == nil {
		t.Errorf("report %+v, error %v", r, err)
	}
	for _, dry := range []bool{false, true} {
		b.make = func(*Agent, bool) ([]configuredSource, error) { return b.sources, nil }
		_, err = b.Once(t.Context(), OnceOptions{Sources: []string{"b", "nobody"}, DryRun: dry})
		if want := `no source is called "nobody"; the configuration names c, b`; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
