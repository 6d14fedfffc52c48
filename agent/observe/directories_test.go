package observe

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiplist/agent"
	"shiplist/internal/release"
)

// mirror is a tree of which as many directories are held back.
func mirror(held int) (release.SourceState, *release.Facts) {
	f := &release.Facts{Source: "full", Directories: []release.Directory{{Series: "noble", Project: "kubuntu", Path: "good", Kind: release.DirectoryDated}}}
	for i := range held {
		path := "bad" + string(rune('a'+i))
		f.Directories = append(f.Directories, release.Directory{Series: "noble", Project: "kubuntu", Path: path, Kind: release.DirectoryDated, Held: "it moved."})
	}
	f.Sort()
	return release.SourceState{Name: "full", Kind: "tree", Success: time.Date(2026, 8, 20, 12, 0, 0, 0, time.UTC)}, f
}

func wantHeld(t *testing.T, s *State, value string) {
	t.Helper()
	text := "# HELP shiplist_source_held_directories Directories of a tree of which what they show is not believed.\n" +
		"# TYPE shiplist_source_held_directories gauge\n" + `shiplist_source_held_directories{source="full"} ` + value + "\n"
	if value == "" {
		text = ""
	}
	wantMetrics(t, s, text, "shiplist_source_held_directories")
}

// TestHeldDirectories: they are counted when the data of a tree has changed, and only
// then.
func TestHeldDirectories(t *testing.T) {
	t.Parallel()
	c := settings(t)
	stored(t, c, tracker(), noble(1))
	s := stateOf(t, c)
	s.Configured([]string{"iso", "full"})
	wantHeld(t, s, "")
	s.Ready()
	wantHeld(t, s, "") // nothing of the tree yet
	state, facts := mirror(2)
	stored(t, c, state, facts)
	wantHeld(t, s, "") // nobody said that it changed
	s.Polled(agent.SourceReport{Name: "full", Outcome: agent.OK, Changed: []string{"images/noble/kubuntu.toml"}})
	wantHeld(t, s, "2")
	s.Polled(agent.SourceReport{Name: "iso", Outcome: agent.OK, Changed: []string{"products.toml"}})

	// While the data cannot be read, what was known stays.
	file := filepath.Join(c.Store.Data, "full", "images", "noble", "kubuntu.toml")
	good := read(t, file)
	write(t, file, []byte("nonsense"))
	wantHeld(t, s, "2") // it was not read for the change of another
	s.Polled(agent.SourceReport{Name: "full", Outcome: agent.OK, Changed: []string{"images/noble/kubuntu.toml"}})
	wantHeld(t, s, "2")
	write(t, file, []byte(good))
	stored(t, c, state, &release.Facts{Source: "full"})
	wantHeld(t, s, "0")
}

// TestNoValueYet: what has never been is not there, which is not the same as zero.
func TestNoValueYet(t *testing.T) {
	t.Parallel()
	s := stateOf(t, settings(t))
	s.Configured([]string{"iso", "full"})
	s.Ready()
	s.Polled(agent.SourceReport{Name: "full", Outcome: agent.Resting})
	_, page := get(s, "/metrics")
	for _, name := range []string{"source_poll_duration_seconds", "site_pages", "site_build_failed", "site_build_duration_seconds", "site_made_timestamp_seconds", "source_age_seconds"} {
		if strings.Contains(page, "\nshiplist_"+name) {
			t.Errorf("before anything was done there is %s", name)
		}
	}
	s.Built(agent.Build{Duration: time.Second, Err: errors.New("no layout")})
	_, page = get(s, "/metrics")
	if strings.Contains(page, "\nshiplist_site_pages") || strings.Contains(page, "\nshiplist_site_made") || !strings.Contains(page, "\nshiplist_site_build_failed 1\n") {
		t.Errorf("after a first run that failed:\n%s", ours(page))
	}
}
