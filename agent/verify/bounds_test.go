package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/statefile"
)

// greedy is a place that notes how much of each file was asked for, and has none.
type greedy struct {
	place
	most map[string]int64
}

func (g greedy) read(_ context.Context, name string, most int64) ([]byte, error) {
	g.most[name] = most
	return nil, errLarge
}

// TestListsAreBounded: what is read into memory is bounded by us, whatever a hostile
// release.json says that the largest file has.
func TestListsAreBounded(t *testing.T) {
	t.Parallel()
	s := &statement{lines: []issue.Line{{Path: movedList, SHA: hexOf("x")}, {Path: "api/v1/images/noble.json", SHA: hexOf("x")}}}
	s.set.Sums.Largest = issue.BytesMost
	o, at := &Options{Tree: "simple"}, greedy{most: map[string]int64{}}
	o.leads(t.Context(), at, s)
	o.images(t.Context(), newReport("x"), at, s)
	for _, l := range s.lines {
		if got := at.most[l.Path]; got != listMost {
			t.Errorf("%s: %d bytes were asked for, want %d", l.Path, got, listMost)
		}
	}
}

// TestImagesAreBounded: a small list does not become large by what it repeats.
func TestImagesAreBounded(t *testing.T) {
	t.Parallel()
	var trees strings.Builder
	for i := range mostTrees + 1 {
		fmt.Fprintf(&trees, `{"tree": "t%d"},`, i)
	}
	for name, tt := range map[string]struct{ list, want string }{
		"path":  {`{"tree": "simple", "path": "` + strings.Repeat("x", mostPath) + `", "files": [{"name": "a"}, {"name": "b"}]}`, "is longer than 4096 bytes"},
		"trees": {strings.TrimSuffix(trees.String(), ","), "more than 1000 trees"},
	} {
		o := &Options{Tree: "simple"}
		err := o.add([]byte(`{"images": [`+tt.list+`]}`), map[string]expected{}, map[string]bool{})
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) || len(err.Error()) > 1000 {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// TestFirstFile: release.json is looked at as every other file: what is in its place, or
// keeps it, is a finding.
func TestFirstFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(at string) error
		want   string
	}{
		"a link":      {func(at string) error { return os.Symlink("index.html", at) }, "extra release.json"},
		"a directory": {func(at string) error { return os.Mkdir(at, 0o755) }, "extra release.json"},
	} {
		dir := published(1).dir(t)
		at := filepath.Join(dir, issue.ReleaseFile)
		if err := errors.Join(os.Remove(at), tt.change(at)); err != nil {
			t.Fatal(err)
		}
		wants(t, name, run(t, options(t, dir, 2)), tt.want)
	}
	s := published(1)
	at := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/"+issue.ReleaseFile {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
	})
	wants(t, "forbidden", run(t, options(t, at, 2)), "unseen release.json")
	o := options(t, "http://127.0.0.1:1/", 2)
	o.Client = fetch.New(fetch.Options{PerMinute: 1_000_000, BackoffLeast: time.Hour, BackoffMost: time.Hour})
	wants(t, "nobody answers", run(t, o), "unseen release.json")
}

// trickling serves a set, and of files whose names begin in some way a byte now and then.
func trickling(t *testing.T, s set, begin string) string {
	t.Helper()
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/")
		if !strings.HasPrefix(path, begin) {
			fmt.Fprint(w, s[path])
			return
		}
		for {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
				_, _ = w.Write([]byte("."))
				w.(http.Flusher).Flush()
			}
		}
	})
}

// TestSlowFirstFile: whichever of the site's own words comes too slowly, that is what is
// found, of a copy and of the site that lists images.
func TestSlowFirstFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{issue.ReleaseFile, issue.ReleaseFile + issue.Signed, issue.SumsFile, "api/v1/images/noble.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listing(true)
			o := options(t, trickling(t, s, name), 2)
			o.Within = 200 * time.Millisecond
			wants(t, "site", run(t, o), "slow")
			o.Place, o.Origin, o.Tree = mirror(t, nil), o.Place, "simple"
			wants(t, "tree", run(t, o), "slow")
		})
	}
}

// TestInterrupted: who is interrupted has not found that all is well.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := published(1)
	ctx, cancel := context.WithCancel(t.Context())
	at := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/p3/") {
			cancel()
		}
		fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
	})
	if r, err := Run(ctx, options(t, at, 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestUnlistedImages: a list of images that the site keeps to itself is a finding.
func TestUnlistedImages(t *testing.T) {
	t.Parallel()
	s := listing(true)
	o := options(t, mirror(t, nil), 2)
	o.Tree = "simple"
	o.Origin = serving(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
	})
	wants(t, "forbidden", run(t, o), "unseen api/v1/images/noble.json")
}

// TestLargeList: where nothing tells how long the list of checksums is, it is said to be
// too large, and not to differ from what nobody has seen.
func TestLargeList(t *testing.T) {
	t.Parallel()
	dir := published(1).dir(t)
	if err := errors.Join(os.Remove(filepath.Join(dir, issue.ReleaseFile)), os.Truncate(filepath.Join(dir, issue.SumsFile), issue.SumsMost+1)); err != nil {
		t.Fatal(err)
	}
	r := run(t, options(t, dir, 2))
	wants(t, "large", r, "no-release release.json", "size SHA256SUMS")
	if text := r.Findings[1].Text; text != "it is larger than 67108864 bytes" {
		t.Error(text)
	}
}

// TestTwoAtOnce: runs that end at the same time do not forget what the others saw.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	o := options(t, "", 2)
	o.Memory = filepath.Join(t.TempDir(), "new", "seen.json")
	o.setDefaults()
	const runs = 20
	var all errgroup.Group
	for i := range runs {
		all.Go(func() error {
			s := &statement{}
			s.set.Serial, s.set.Issued = issue.NextSerial(0, start), start
			r := newReport("x")
			o.remember(t.Context(), r, fmt.Sprintf("https://m%d.example.org", i), "", s)
			if len(r.Notes) > 0 {
				return errors.New(r.Notes[0])
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	known, err := statefile.Read[memory](&statefile.File{Path: o.Memory}, memoryMost)
	if err != nil || len(known.Seen) != runs {
		t.Errorf("%d of %d are remembered, %v", len(known.Seen), runs, err)
	}
}

// TestMemoryIsKept: where the memory cannot be held or written, that is noted, and what it
// has is compared nevertheless.
func TestMemoryIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options(t, published(2).dir(t), 2)
	o.Memory = filepath.Join(dir, "seen.json")
	run(t, o)
	if err := errors.Join(os.Remove(o.Memory+".lock"), os.Mkdir(o.Memory+".lock", 0o755)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	r := run(t, o)
	wants(t, "the same", r)
	if len(r.Notes) > 0 {
		t.Errorf("nothing is new, and nothing to be noted: %q", r.Notes)
	}
	at := o.Place
	o.Place = published(3).dir(t)
	r = run(t, o)
	wants(t, "new", r)
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "the serial number is not remembered, so that no rollback will be noticed: ") {
		t.Errorf("notes %q", r.Notes)
	}
	o.Place = at
	wants(t, "as before", run(t, o))
}
