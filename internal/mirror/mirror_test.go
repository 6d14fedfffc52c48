package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/publish"
	"shiplist/generator/staged"
	"shiplist/internal/config"
	"shiplist/internal/testenv"
)

// pages are the files of a set by path.
type pages map[string]string

// start is when the tests' facts begin.
var start = time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)

// version are the pages of a small site: the home page leads to a page for each version,
// and one of the version before is gone.
func version(n int) pages {
	style := fmt.Sprintf("assets/style-%06d.css", n)
	head := `<link href="` + style + `">`
	up := `<link href="../` + style + `">`
	return pages{
		"index.html":                        fmt.Sprintf(`%s<a href="new-%d/">new</a><a href="about/">about</a><a href="facts.json">facts</a>`, head, n),
		fmt.Sprintf("new-%d/index.html", n): fmt.Sprintf(`%s<a href="../">home</a><a href="../new-%d/data.json">data</a>`, up, n),
		fmt.Sprintf("new-%d/data.json", n):  fmt.Sprintf(`{"version": %d}`, n),
		"about/index.html":                  `<a href="../">home</a>`,
		"facts.json":                        fmt.Sprintf(`{"n": %d}`, n),
		style:                               fmt.Sprintf("/* %d */", n),
	}
}

// newSite is a site in a directory of its own.
func newSite(t testing.TB) publish.Site {
	dir := t.TempDir()
	return publish.Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 3}
}

// stage makes a staged set, as the generator does.
func stage(t testing.TB, s publish.Site, n int) {
	t.Helper()
	stageFiles(t, s, n, version(n))
}

// stageFiles makes one of given files.
func stageFiles(t testing.TB, s publish.Site, n int, files pages) {
	t.Helper()
	d, err := staged.Open(t.Context(), s.Staged)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	temp, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		put(t, filepath.Join(temp, name), text)
	}
	r := staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour), Digest: staged.Digest(func(yield func(path, sum string) bool) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			sum := sha256.Sum256([]byte(files[name]))
			if !yield(name, hex.EncodeToString(sum[:])) {
				return
			}
		}
	})}
	if _, err := d.Adopt(temp, r); err != nil {
		t.Fatal(err)
	}
	if err := d.Point(r.Digest); err != nil {
		t.Fatal(err)
	}
}

// show publishes a version.
func show(t testing.TB, s publish.Site, n int) {
	t.Helper()
	stage(t, s, n)
	if _, err := publish.Publish(t.Context(), publish.Options{Site: s}); err != nil {
		t.Fatal(err)
	}
}

var put = testenv.Put

// files reads a directory by path, without what begins with a dot.
func files(t testing.TB, dir string) pages {
	t.Helper()
	all := pages{}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// same holds what a target has against what is published.
func same(t testing.TB, s publish.Site, got pages) {
	t.Helper()
	if diff := cmp.Diff(files(t, s.Output), got); diff != "" {
		t.Errorf("target (-published +has):\n%s", diff)
	}
}

var linked = regexp.MustCompile(`href="([^"]*)"`)

// dead are the links that lead to nothing, of pages that a visitor reaches from the home
// page.
func dead(site pages) []string {
	var all []string
	seen := map[string]bool{"index.html": true}
	for todo := []string{"index.html"}; len(todo) > 0; {
		from := todo[0]
		todo = todo[1:]
		for _, m := range linked.FindAllStringSubmatch(site[from], -1) {
			to := path.Join(path.Dir(from), m[1])
			if strings.HasSuffix(m[1], "/") {
				to = path.Join(to, "index.html")
			}
			if _, there := site[to]; !there {
				all = append(all, from+" -> "+to)
			} else if !seen[to] {
				seen[to] = true
				todo = append(todo, to)
			}
		}
	}
	return all
}

// one brings to one target.
func one(t testing.TB, s publish.Site, target config.Target, change ...func(*Options)) Result {
	t.Helper()
	o := Options{
		Site: s, By: "tester", Again: true, Version: "test", Getenv: func(string) string { return "" },
		Now:   func() time.Time { return start },
		Dress: func(name string, content []byte) []byte { return content },
	}
	for _, c := range change {
		c(&o)
	}
	return Bring(t.Context(), []config.Target{target}, o)[0]
}

// address makes a target of an address.
func address(t testing.TB, text string) config.Target {
	t.Helper()
	target, err := config.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// fileOf is a file with a text.
func fileOf(name, text string) file {
	sum := sha256.Sum256([]byte(text))
	return file{name: name, size: int64(len(text)), sha: hex.EncodeToString(sum[:]), md5: md5Hex([]byte(text))}
}

// errFault is what a step fails with.
var errFault = errors.New("the line is cut")

// faultAt makes the nth step fail, and counts the steps.
func faultAt(n int, count *int) func(*Options) {
	var mutex sync.Mutex
	return func(o *Options) {
		o.step = func(string, string) error {
			mutex.Lock()
			defer mutex.Unlock()
			*count++
			if *count == n {
				return errFault
			}
			return nil
		}
	}
}

// TestDirectory: a directory shows the old set or the new one, and its staging sibling
// what is not published, with what says so.
func TestDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	target := address(t, filepath.Join(t.TempDir(), "www"))
	if r := one(t, s, target); r.Action != Sent || r.Files != 8 || r.Bytes == 0 || r.Error != "" {
		t.Errorf("first: %+v", r)
	}
	same(t, s, files(t, target.Path))
	show(t, s, 2)
	if r := one(t, s, target); r.Action != Sent || r.Files != 7 || r.Deleted != 2 {
		t.Errorf("second: %+v", r)
	}
	got := files(t, target.Path)
	if links := dead(got); links != nil {
		t.Errorf("dead links %v", links)
	}
	if got["index.html"] != version(2)["index.html"] {
		t.Errorf("home page %s", got["index.html"])
	}
	if r := one(t, s, target); r.Action != Nothing || r.Error != "" {
		t.Errorf("third: %+v", r)
	}
	about := filepath.Join(target.Path, "about/index.html")
	if err := os.Remove(about); err != nil { // it is a link to what is published
		t.Fatal(err)
	}
	put(t, about, "damaged")
	if r := one(t, s, target, func(o *Options) { o.Again = false }); r.Action != Nothing {
		t.Errorf("by the notes: %+v", r)
	}
	if r := one(t, s, target); r.Action != Sent || r.Files != 1 {
		t.Errorf("damaged: %+v", r)
	}
	same(t, s, files(t, target.Path))
	stage(t, s, 3)
	target.Path, target.Staging = target.Path+"-staging", true
	r := one(t, s, target, func(o *Options) {
		o.Dress = func(name string, content []byte) []byte { return append(content, " not published"...) }
	})
	if r.Action != Sent || r.Error != "" {
		t.Errorf("staging: %+v", r)
	}
	if got := files(t, target.Path); got["index.html"] != version(3)["index.html"]+" not published" || !strings.Contains(files(t, s.Output)["index.html"], "new-2") {
		t.Errorf("staging shows %q", got["index.html"])
	}
}

// TestDirectoryTaken: a directory of somebody else's is left alone, and the other targets
// get theirs.
func TestDirectoryTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "taken", "mine.txt"), "mine")
	targets := []config.Target{address(t, filepath.Join(dir, "taken")), address(t, filepath.Join(dir, "free"))}
	got := Bring(t.Context(), targets, Options{Site: s, Getenv: os.Getenv})
	if got[0].Action != Failed || !strings.Contains(got[0].Error, "taken is a directory") || got[1].Action != Sent {
		t.Errorf("%+v", got)
	}
	if text := files(t, filepath.Join(dir, "taken")); text["mine.txt"] != "mine" {
		t.Errorf("%v", text)
	}
	all, err := Notes(s)
	if err != nil || len(all) != 2 {
		t.Fatalf("notes %+v, %v", all, err)
	}
	for _, st := range standing(all) {
		if (st.Error != "") != strings.HasSuffix(st.Target, "taken") || (st.Digest != "") == (st.Error != "") {
			t.Errorf("%+v", st)
		}
	}
}

// TestDirectoryLink: a link that somebody made by hand is taken, as that of the site is, and
// what it leads to stays as it is; one to a file is refused.
func TestDirectoryLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "theirs", "mine.txt"), "mine")
	for link, want := range map[string]string{"theirs": Sent, "nowhere": Sent, "theirs/mine.txt": Failed} {
		target := address(t, filepath.Join(dir, "www-"+path.Base(link)))
		if err := os.Symlink(link, target.Path); err != nil {
			t.Fatal(err)
		}
		if r := one(t, s, target); r.Action != want || want == Failed && !strings.Contains(r.Error, "which is not a directory") {
			t.Errorf("%s: %+v", link, r)
		}
		if want == Sent {
			same(t, s, files(t, target.Path))
		}
	}
	if text := files(t, filepath.Join(dir, "theirs")); len(text) != 1 || text["mine.txt"] != "mine" {
		t.Errorf("%v", text)
	}
}

// TestEdited: a set that somebody changed is brought nowhere.
func TestEdited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	name := filepath.Join(s.Output, "about/index.html")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	put(t, name, "edited")
	if _, err := filesOf(s.Output); err == nil || !strings.Contains(err.Error(), "about/index.html: its files are not those that it was made of") {
		t.Errorf("error %v", err)
	}
	testenv.Program(t, "rsync")
	set, err := os.Readlink(s.Output)
	if err != nil {
		t.Fatal(err)
	}
	if r := one(t, s, address(t, "rsync://127.0.0.1:1/nowhere")); !strings.HasPrefix(r.Error, "set "+filepath.Base(set)+" in ") || !strings.HasSuffix(r.Error, "; publish another set") {
		t.Errorf("%+v", r)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := filesOf(s.Output); err == nil || !strings.Contains(err.Error(), "about/index.html is gone: ") {
		t.Errorf("error %v", err)
	}
}

// TestNotes: a line that was cut short harms no other.
func TestNotes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	put(t, filepath.Join(publish.SetsDir(s.Output), notesFile), `{"time":"2026`)
	again := Note{Time: start.Add(2 * time.Hour), Result: Result{Target: "web", Address: "a", Action: Failed, Set: "2", Digest: "d2", Error: "no room"}}
	for _, n := range []Note{
		{Time: start, By: "me", Result: Result{Target: "web", Address: "a", Action: Sent, Set: "1", Digest: "d1"}},
		{Time: start.Add(time.Hour), Result: Result{Target: "web", Address: "a", Action: Failed, Set: "2", Digest: "d2", Error: "no room"}},
		{Time: start, Result: Result{Target: "other", Address: "a", Action: Sent, Set: "2", Digest: "d2"}},
		again, again, // as it was
	} {
		if err := note(s, n); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Notes(s)
	if err != nil {
		t.Fatal(err)
	}
	want := []Standing{
		{Target: "web", Address: "a", Set: "1", Digest: "d1", Since: start, By: "me", Error: "no room", Tried: start.Add(time.Hour)},
		{Target: "other", Address: "a", Set: "2", Digest: "d2", Since: start, Tried: start},
	}
	if diff := cmp.Diff(want, standing(all)); diff != "" || len(all) != 3 {
		t.Errorf("%d notes (-want +got):\n%s", len(all), diff)
	}
	again.Serial++
	if err := note(s, again); err != nil {
		t.Fatal(err)
	}
	if all, err = Notes(s); err != nil || len(all) != 4 {
		t.Errorf("of another release.json: %d notes, %v", len(all), err)
	}
}

// TestNotedLater: a target that has all, of which the notes say otherwise, is noted.
func TestNotedLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := newMemory()
	show(t, s, 1)
	for _, target := range []config.Target{address(t, "s3://bucket"), address(t, filepath.Join(t.TempDir(), "www"))} {
		r := one(t, s, target, m.use)
		for range 2 {
			n := noteOf(r, Options{Now: func() time.Time { return start }})
			n.Action, n.Error = Failed, "the line was cut at the end"
			if err := note(s, n); err != nil {
				t.Fatal(err)
			}
			if r := one(t, s, target, m.use); r.Action != Nothing || r.Error != "" {
				t.Errorf("%+v", r)
			}
			all, err := Notes(s)
			if err != nil {
				t.Fatal(err)
			}
			b := &bringing{Options: Options{Site: s}, target: target, result: &r}
			if last := all[len(all)-1]; last.Action != Sent || last.Set != r.Set {
				t.Errorf("noted %+v", last)
			}
			if last, err := b.last(); err != nil || !b.has(last) {
				t.Errorf("it stands %+v, %v", last, err)
			}
		}
	}
	if all, err := Notes(s); err != nil || len(all) != 10 {
		t.Errorf("%d notes, %v", len(all), err)
	}
}

// TestHeaders: what servers tell of each file.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"index.html": "text/html; charset=utf-8", "noble/manifest.json": "application/json", "SHA256SUMS": "text/plain; charset=utf-8",
		"assets/style-12ab.css": "text/css; charset=utf-8", "A.SVG": "image/svg+xml", "x/.htaccess": "text/plain; charset=utf-8", "boot.efi": "application/octet-stream",
		"feed.xml": "application/xml", "noble.ics": "text/calendar; charset=utf-8", "badge.svg": "image/svg+xml", "manifest.csv": "text/csv; charset=utf-8",
		"streams/v1/index.sjson": "text/plain; charset=utf-8", ".manifest": "text/plain; charset=utf-8", "x/.manifest-daily": "text/plain; charset=utf-8",
		"release.json.gpg": "application/pgp-signature", "netboot/boot.ipxe": "text/plain; charset=utf-8", "netboot/grub.cfg": "text/plain; charset=utf-8",
		"moved.map": "text/plain; charset=utf-8", "handover/checksums.yaml": "application/yaml", "assets/filter-12ab.js": "text/javascript; charset=utf-8",
	} {
		if got := typeOf(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"assets/a.css": "public, max-age=31536000, immutable", "index.html": "public, max-age=90, must-revalidate", "release.json": "no-cache", "SHA256SUMS.gpg": "no-cache",
	} {
		if got := cacheFor(name, 90*time.Second); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := cacheFor("index.html", 0); got != "no-cache" {
		t.Error(got)
	}
}

// TestTypesOfSite: every kind of file that the generator makes has a type.
func TestTypesOfSite(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../generator/testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	endings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^-- (.+) --$`).FindAllStringSubmatch(string(text), -1) {
		if typeOf(m[1]) == typeOf("x.unknown") {
			t.Errorf("%s has no type", m[1])
		}
		endings[path.Ext(m[1])] = true
	}
	if len(endings) < 10 {
		t.Errorf("only endings %v", endings)
	}
}

// TestStopped: who is told to stop stops, and says how to go on.
func TestStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	show(t, s, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{filepath.Join(t.TempDir(), "www"), "rsync://127.0.0.1:1/m", "s3://bucket/p"} {
		target := address(t, text)
		target.User, target.Endpoint = "u", "http://127.0.0.1:1"
		r := Bring(ctx, []config.Target{target}, Options{Site: s, Getenv: func(string) string { return "k" }})[0]
		if r.Action != Failed || r.Error == "" {
			t.Errorf("%+v", r)
		}
	}
}

// TestBack: what somebody went back to is brought like any other, and again by the notes.
func TestBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := newMemory()
	bucket, dir := address(t, "s3://bucket/www"), address(t, filepath.Join(t.TempDir(), "www"))
	byNotes := func(o *Options) { o.Again = false }
	for n, change := range []func(){
		func() { show(t, s, 1) },
		func() { show(t, s, 2) },
		func() {
			if _, err := publish.Rollback(t.Context(), publish.Options{Site: s}, 1); err != nil {
				t.Fatal(err)
			}
		},
		func() {
			later := func() time.Time { return time.Now().Add(48 * time.Hour) }
			if r, err := publish.Refresh(t.Context(), publish.Options{Site: s, Now: later, Issue: publish.Issue{Polled: later()}}); err != nil || r.Action != publish.Refreshed {
				t.Fatalf("%+v, %v", r, err)
			}
		},
	} {
		change()
		for _, target := range []config.Target{bucket, dir} {
			if r := one(t, s, target, m.use, byNotes); r.Action != Sent {
				t.Errorf("%d: %+v", n, r)
			}
			if r := one(t, s, target, m.use, byNotes); r.Action != Nothing {
				t.Errorf("%d: again: %+v", n, r)
			}
		}
		same(t, s, m.pages())
		same(t, s, files(t, dir.Path))
	}
}

// TestAtOnce: several runs to one target come one after the other, and leave nothing
// beside the sets.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := newMemory()
	show(t, s, 1)
	targets := []config.Target{address(t, "s3://bucket/www"), address(t, filepath.Join(t.TempDir(), "www"))}
	one := func(o *Options) {
		m.use(o)
		o.step = func(_, step string) error {
			if step != "list" {
				return nil
			}
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
			defer cancel()
			if free, err := hold(ctx, s, targets[0]); err == nil || !strings.Contains(err.Error(), "another run is sending there") {
				t.Errorf("it is not held: %v", err)
				free()
			}
			return nil
		}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			o := Options{Site: s, Again: true, Getenv: func(string) string { return "" }}
			one(&o)
			for _, r := range Bring(t.Context(), targets, o) {
				if r.Error != "" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
	group.Wait()
	same(t, s, m.pages())
	same(t, s, files(t, targets[1].Path))
	if left, err := filepath.Glob(filepath.Join(publish.SetsDir(s.Output), ".target-*[0-9a-f]")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPruned: a set that is no longer kept when it is still being sent arrives whole.
func TestPruned(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Kept = 1
	m := newMemory()
	show(t, s, 1)
	before := files(t, s.Output)
	r := one(t, s, address(t, "s3://bucket"), m.use, func(o *Options) {
		o.step = func(_, step string) error {
			if step == "pages" {
				show(t, s, 2)
				show(t, s, 3)
			}
			return nil
		}
	})
	if diff := cmp.Diff(before, m.pages()); diff != "" || r.Error != "" {
		t.Errorf("%+v (-published +has):\n%s", r, diff)
	}
}
