package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
	"shiplist/internal/accounts"
	"shiplist/internal/config"
)

// later is when the times of all files are old enough to be trusted.
const later = time.Hour

// basisSite is a small site with everything that a site can be made of.
func basisSite(t *testing.T) Options {
	t.Helper()
	c := writeSmall(t, t.TempDir())
	dir := filepath.Dir(c.File)
	c.Site.Logo = dir + "/logo.svg"
	c.Rules.Contacts.Launchpad = "https://launchpad.example/devel"
	write(t, c.Site.Logo, "<svg/>")
	write(t, c.Site.Content+"/about.md", "+++\ntitle = \"Mine\"\n+++\nMine.\n")
	write(t, c.Site.Layouts+"/partials/zz.html", `{{define "mine"}}{{end}}`)
	return Options{Config: c}
}

// writeSmall is the large site with a few products and milestones, for tests that make
// it again and again.
func writeSmall(t *testing.T, dir string) *config.Config {
	t.Helper()
	c := writeLarge(t, dir, 0)
	sources := largeSources(2)
	tracker := sources[0].Facts
	tracker.Products, tracker.Milestones = tracker.Products[:12], tracker.Milestones[:2]
	tracker.Series[0].Manifest = tracker.Series[0].Manifest[:12]
	for i := range tracker.Milestones {
		tracker.Milestones[i].Entries = tracker.Milestones[i].Entries[:12]
	}
	commit(t, c, sources...)
	return c
}

// generatedAt generates at a moment and reports whether the site was made or answered for.
func generatedAt(t *testing.T, o Options, now time.Time) (Result, bool) {
	t.Helper()
	_, answered := newBasis(o, now).answer(o)
	res, err := generateAt(t.Context(), o, now)
	if err != nil {
		t.Fatal(err)
	}
	return res, !answered
}

// TestNothingChangedIsAnswered with what making it again would give.
func TestNothingChangedIsAnswered(t *testing.T) {
	t.Parallel()
	o := basisSite(t)
	now := time.Now()
	first, made := generatedAt(t, o, now)
	if !made || !first.New {
		t.Fatalf("first %+v, made %t", first, made)
	}
	for _, at := range []time.Time{now, now.Add(later), now.Add(2 * later)} {
		again, made := generatedAt(t, o, at)
		if made {
			t.Errorf("%v later the site is made again", at.Sub(now))
		}
		site, err := NewBuilder(o).build(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		want, err := site.Stage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("the answer differs from that of making it (-want +got):\n%s", diff)
		}
	}
}

// TestEveryChangeIsSeen, whatever its time.
func TestEveryChangeIsSeen(t *testing.T) {
	t.Parallel()
	rewrite := func(name string) func(*testing.T, *config.Config) {
		return func(t *testing.T, c *config.Config) {
			t.Helper()
			name := filepath.Join(c.Store.Data, name)
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			// In place, of the same size, and with the time that it had.
			info, _ := os.Stat(name)
			changed := strings.Replace(string(text), "noble", "elbon", 1)
			if changed == string(text) {
				t.Fatal("nothing to change in", name)
			}
			write(t, name, changed)
			if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, change := range map[string]func(*testing.T, *config.Config){
		"a data file": rewrite("iso/series/noble.toml"),
		"a new data file": func(t *testing.T, c *config.Config) {
			t.Helper()
			write(t, c.Store.Data+"/iso/series/elbon.toml", "")
		},
		"a data file gone": func(t *testing.T, c *config.Config) {
			t.Helper()
			if err := os.Remove(c.Store.Data + "/iso/products.toml"); err != nil {
				t.Fatal(err)
			}
		},
		"a commit cut short": func(t *testing.T, c *config.Config) {
			t.Helper()
			write(t, c.Store.Data+"/.shiplist/ready/journal.toml", "")
		},
		"a text":            func(t *testing.T, c *config.Config) { t.Helper(); write(t, c.Site.Content+"/about.md", "new") },
		"a layout":          func(t *testing.T, c *config.Config) { t.Helper(); write(t, c.Site.Layouts+"/base.html", "new") },
		"the logo":          func(t *testing.T, c *config.Config) { t.Helper(); write(t, c.Site.Logo, "new") },
		"the configuration": func(_ *testing.T, c *config.Config) { c.Rules.Series[0].LTS = !c.Rules.Series[0].LTS },
		"a source":          func(_ *testing.T, c *config.Config) { c.Trees[0].Role = "simple" },
		"the set gone": func(t *testing.T, c *config.Config) {
			t.Helper()
			set, err := staged.Newest(c.Site.Staged)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(set.Dir); err != nil {
				t.Fatal(err)
			}
		},
		"another set": func(t *testing.T, c *config.Config) { t.Helper(); stageText(t, c.Site.Staged, "", "a", "b") },
		"an account": func(t *testing.T, c *config.Config) {
			t.Helper()
			if err := accounts.Add(c.Store.State, c.Rules.Contacts.Launchpad, []accounts.Account{{Name: "jane", Is: "person", At: time.Now()}}); err != nil {
				t.Fatal(err)
			}
		},
		"a damaged file": func(t *testing.T, c *config.Config) {
			t.Helper()
			write(t, c.Store.State+"/"+basisFile, `{"made":`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := basisSite(t)
			for _, at := range []time.Time{time.Now(), time.Now().Add(later)} {
				if _, err := generateAt(t.Context(), o, at); err != nil {
					t.Fatal(err)
				}
			}
			change(t, o.Config)
			for _, at := range []time.Time{time.Now(), time.Now().Add(later)} {
				if res, answered := newBasis(o, at).answer(o); answered {
					t.Errorf("answered for, %+v", res)
				}
			}
		})
	}
}

// TestBasisIsNoNeed: a state directory that cannot be written to changes nothing.
func TestBasisIsNoNeed(t *testing.T) {
	t.Parallel()
	o := basisSite(t)
	o.Config.Store.State += "/not/there"
	for range 2 {
		if _, made := generatedAt(t, o, time.Now()); !made {
			t.Error("answered for")
		}
	}
}

// TestYoungFilesAreCompared: of a file that was young nobody knows from its times
// whether it changed.
func TestYoungFilesAreCompared(t *testing.T) {
	t.Parallel()
	name := t.TempDir() + "/a"
	write(t, name, "now")
	now, _ := sumFile(name)
	for _, tt := range []struct {
		what    string
		is, was dataFile
		same    bool
	}{
		{"old, the same", dataFile{name, "1", ""}, dataFile{name, "1", ""}, true},
		{"old, touched", dataFile{name, "2", ""}, dataFile{name, "1", ""}, false},
		{"was young, the same", dataFile{name, "1", ""}, dataFile{name, "1", now}, true},
		{"was young, changed since", dataFile{name, "1", ""}, dataFile{name, "1", "other"}, false},
		{"still young, changed", dataFile{name, "1", now}, dataFile{name, "1", "other"}, false},
		{"another", dataFile{name + "b", "1", ""}, dataFile{name, "1", ""}, false},
	} {
		if got := tt.is.same(tt.was); got != tt.same {
			t.Errorf("%s: same %t, want %t", tt.what, got, tt.same)
		}
	}
	files, err := dataFiles(filepath.Dir(name), time.Now())
	if err != nil || len(files) != 1 || files[0].Sum != now {
		t.Errorf("a file just written: %v, error %v, want the sum %s", files, err, now)
	}
}

// TestBasisSweeps what runs left that were cut short, and nothing that is being written.
func TestBasisSweeps(t *testing.T) {
	t.Parallel()
	o := basisSite(t)
	state := o.Config.Store.State
	old := time.Now().Add(-2 * abandoned)
	for name, at := range map[string]time.Time{basisFile + ".1": old, basisFile + ".2": time.Now(), "other.1": old} {
		write(t, filepath.Join(state, name), "x")
		if err := os.Chtimes(filepath.Join(state, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := generateAt(t.Context(), o, time.Now()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{basisFile: true, basisFile + ".1": false, basisFile + ".2": true, "other.1": true} {
		if _, err := os.Stat(filepath.Join(state, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
