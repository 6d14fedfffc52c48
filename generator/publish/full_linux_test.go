package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiplist/generator/staged"
	"shiplist/internal/testenv"
)

// TestDiskFull publishes with less and less room on the disk, from sets that lie there
// and from sets that lie elsewhere, which cannot be linked: the old site stays, and
// there is a new one as soon as there is room.
func TestDiskFull(t *testing.T) {
	if !testenv.WithMounts() {
		t.Parallel()
		testenv.RunWithMounts(t)
		return
	}
	for name, elsewhere := range map[string]bool{"one file system": false, "two file systems": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			disk := filepath.Join(filepath.Dir(s.Output), "disk")
			testenv.SmallDisk(t, disk)
			s.Output = filepath.Join(disk, "public")
			if !elsewhere {
				s.Staged = filepath.Join(disk, "staged")
			}
			failed := tighten(t, s, filepath.Join(disk, "ballast"))
			if failed < 3 {
				t.Errorf("only %d publishings met a full disk", failed)
			}
			if info, err := os.Stat(filepath.Join(s.Output, "about/index.html")); err != nil || !info.ModTime().Equal(start) {
				t.Errorf("what did not change has the time %v, %v", info.ModTime(), err)
			}
		})
	}
}

// tighten publishes ever new sets, with so many pages free, and counts what failed.
func tighten(t *testing.T, s Site, ballast string) (failed int) {
	t.Helper()
	shown := 0
	for pages := range 16 {
		n := pages + 1
		digest := stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
		if n == 1 {
			if err := os.Chtimes(filepath.Join(s.Staged, digest, "about/index.html"), start, start); err != nil {
				t.Fatal(err)
			}
			publish(t, s)
			shown = n
			continue
		}
		testenv.FillUp(t, ballast, pages)
		_, err := Publish(t.Context(), Options{Site: s})
		switch {
		case err == nil:
			shown = n
		case !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room on the disk") && !strings.Contains(err.Error(), "is published, but"):
			t.Fatalf("%d pages free: %v", pages, err)
		default:
			failed++
			if strings.Contains(err.Error(), "is published, but") {
				shown = n
			}
		}
		want(t, s, shown)
		sums(t, s.Output)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		publish(t, s)
		want(t, s, n)
		shown = n
	}
	return failed
}
