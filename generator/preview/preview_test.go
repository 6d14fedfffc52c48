package preview

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"shiplist/generator"
	"shiplist/internal/accounts"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// A desk is a preview that runs over a working directory.
type desk struct {
	t    testing.TB
	dir  string
	home string
	set  *generator.BuiltSite // to show as it is
	stop func() error         // ends it and waits
	mu   sync.Mutex
	told []Made
}

// sit unpacks the sample, changes what prepare wants, and starts a preview.
func sit(t testing.TB, prepare func(*desk)) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	sample, err := txtar.ParseFile("testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sample.Files {
		d.write(f.Name, string(f.Data))
	}
	if prepare != nil {
		prepare(d)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.home = "http://" + l.Addr().String() + "/"
	file := filepath.Join(d.dir, "config.toml")
	s := New(Options{
		File: file, Load: func() (*config.Config, error) { return config.Load(file) }, Tell: d.tell,
		Now: func() time.Time { return time.Date(2026, 4, 23, 17, 0, 0, 0, time.UTC) },
		Set: d.set, Publish: "shiplist publish --config here.toml",
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	d.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) tell(m Made) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, m)
}

// write puts a file in its place, as editors do.
func (d *desk) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		d.t.Fatal(err)
	}
}

// replace changes a file, which has to hold old.
func (d *desk) replace(name, old, now string) {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil || !strings.Contains(string(text), old) {
		d.t.Fatalf("%s does not hold %q (%v)", name, old, err)
	}
	d.write(name, strings.ReplaceAll(string(text), old, now))
}

// get asks for an address and returns status and text.
func (d *desk) get(path string) (int, string) {
	d.t.Helper()
	answer, err := http.Get(d.home + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// follow opens the events of a page, as its script does. The function returns the next
// event that is wanted.
func (d *desk) follow(query string) func(want func(event) bool) event {
	d.t.Helper()
	answer, err := http.Get(d.home + "_events?" + query)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return func(want func(event) bool) event {
		d.t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var e event
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				d.t.Fatal(err)
			}
			if want(e) {
				return e
			}
		}
		d.t.Fatalf("the events ended: %v", lines.Err())
		return event{}
	}
}

// ready waits for the first site and returns its digest.
func (d *desk) ready() string {
	d.t.Helper()
	return d.follow("own=yes")(func(e event) bool { return e.Set != "" && !strings.Contains(e.Bar, "no site yet") }).digest()
}

// digest is that of an event for a page of our own.
func (e event) digest() string {
	digest, _, _ := strings.Cut(e.Set, " ")
	return digest
}

// digest is that of what is shown now.
func (d *desk) digest() string {
	d.t.Helper()
	return d.follow("own=yes")(func(event) bool { return true }).digest()
}

// config is the configuration of the desk.
func (d *desk) config() *config.Config {
	d.t.Helper()
	c, err := config.Load(filepath.Join(d.dir, "config.toml"))
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// generate makes a staged set, as somebody does beside the preview.
func (d *desk) generate() generator.Result {
	d.t.Helper()
	res, err := generator.Generate(d.t.Context(), generator.Options{Config: d.config()})
	if err != nil {
		d.t.Fatal(err)
	}
	return res
}

const milestoneFile = "data/iso/milestones/noble/24.04.3.toml"

func TestFollow(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.ready()
	page, other := d.follow("page=/noble/24.04.3/&set="+first), d.follow("page=/mirrors/&set="+first)
	if e := page(func(event) bool { return true }); e.Do != actNothing || e.Set != first {
		t.Errorf("a page of the newest site is told %q of %s", e.Do, e.Set)
	}
	d.replace(milestoneFile, `state = "testing"`, `state = "failed"`)
	changed := page(func(e event) bool { return e.Set != first })
	if changed.Do != actReload {
		t.Errorf("a page that changed is told %q", changed.Do)
	}
	if _, text := d.get("noble/24.04.3/"); !strings.Contains(text, "failed") {
		t.Error("the page does not show the new state")
	}
	if e := other(func(e event) bool { return e.Set == changed.Set }); e.Do != actNothing || !strings.Contains(e.Bar, e.Set[:short]) {
		t.Errorf("a page that did not change is told %q, with the bar %s", e.Do, e.Bar)
	}
	// Who comes late, or from another preview, learns it, too.
	for _, set := range []string{first, strings.Repeat("0", 64), ""} {
		if e := d.follow("page=/noble/24.04.3/&set=" + set)(func(event) bool { return true }); e.Do != actReload {
			t.Errorf("a page of set %q is told %q", set, e.Do)
		}
	}
}

// A look-up of accounts beside a preview is news for its pages.
func TestFollowAccounts(t *testing.T) {
	t.Parallel()
	const launchpad = "https://api.launchpad.example/devel"
	d := sit(t, func(d *desk) {
		d.replace("config.toml", "[[tracker]]", "[contacts]\nlaunchpad = \""+launchpad+"\"\n\n[[tracker]]")
		d.replace("data/iso/series/noble.toml", `contact = "Kubuntu team"`, `contact = "~kubuntu-somebody"`)
	})
	first := d.ready()
	if _, text := d.get("noble/"); !strings.Contains(text, "not known to be a team") {
		t.Error("the page knows what nobody looked up")
	}
	page := d.follow("page=/noble/&set=" + first)
	err := accounts.Add(d.config().Store.State, launchpad, []accounts.Account{{Name: "kubuntu-somebody", Is: release.ContactPerson, At: time.Date(2026, 4, 23, 16, 0, 0, 0, time.UTC)}})
	if err != nil {
		t.Fatal(err)
	}
	if e := page(func(e event) bool { return e.Set != first }); e.Do != actReload {
		t.Errorf("told %q", e.Do)
	}
	if _, text := d.get("noble/"); !strings.Contains(text, "a person") {
		t.Error("the page does not show what was looked up")
	}
}

func TestStyleAlone(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.ready()
	page := d.follow("page=/noble/24.04.3/&set=" + first)
	_, before := d.get("noble/24.04.3/")
	d.write("layouts/assets/style.css", "h1 { color: red }")
	e := page(func(e event) bool { return e.Set != first })
	if e.Do != actStyle || !strings.HasPrefix(e.Style, "assets/style-") {
		t.Errorf("told %q %q", e.Do, e.Style)
	}
	// The page that was loaded before still finds its own style sheet.
	_, name, _ := strings.Cut(before, "assets/style-")
	name, _, _ = strings.Cut(name, `"`)
	if status, text := d.get("assets/style-" + name); status != http.StatusOK || text == "h1 { color: red }" {
		t.Errorf("the style sheet before: status %d, %d bytes", status, len(text))
	}
}

func TestMistakeComesAndGoes(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	first := d.ready()
	page := d.follow("page=/&set=" + first)
	d.write("content/about.md", "no front matter")
	e := page(func(e event) bool { return strings.Contains(e.Bar, "panel") })
	if e.Set != first || e.Do != actNothing || !strings.Contains(e.Bar, "content/about.md:1: no front matter") {
		t.Errorf("%s of %s, bar %s", e.Do, e.Set, e.Bar)
	}
	if status, text := d.get(""); status != http.StatusOK || !strings.Contains(text, "Sample releases") || !strings.Contains(text, "content/about.md:1") {
		t.Errorf("the page beside a mistake: %d\n%s", status, text)
	}
	d.write("layouts/pages/home.html", `{{define "main"}}{{.Anwser}}{{end}}`)
	d.write("content/about.md", "+++\ntitle = \"About us\"\n+++\n")
	e = page(func(e event) bool { return strings.Contains(e.Bar, "home.html:1:20") })
	for _, want := range []string{"Did you mean <code>Answer</code>?", "on page <code>/</code>", "homePage has: ", "                   ^"} {
		if !strings.Contains(e.Bar, want) {
			t.Errorf("the panel lacks %q:\n%s", want, e.Bar)
		}
	}
	if err := os.RemoveAll(filepath.Join(d.dir, "layouts")); err != nil {
		t.Fatal(err)
	}
	page(func(e event) bool { return e.Set != first && !strings.Contains(e.Bar, "panel") })
	if status, text := d.get("about/"); status != http.StatusOK || !strings.Contains(text, "About us") {
		t.Errorf("after it was mended: %d", status)
	}
}

// TestConfig: a mistake in the configuration is shown while there is no site, and later
// stays until it is mended, whatever else changes.
func TestConfig(t *testing.T) {
	t.Parallel()
	d := sit(t, func(d *desk) { d.replace("config.toml", "title =", "titel =") })
	events := d.follow("own=yes")
	events(func(e event) bool { return e.Do == actReload })
	status, text := d.get("noble/")
	if status != http.StatusServiceUnavailable || !strings.Contains(text, `unknown key; did you mean &#34;title&#34;?`) || !strings.Contains(text, "config.toml:2:1") {
		t.Errorf("without a site: %d\n%s", status, text)
	}
	d.replace("config.toml", "titel =", "title =")
	first := d.ready()
	page := d.follow("page=/&set=" + first)
	d.replace("config.toml", "distribution =", "distributor =")
	page(func(e event) bool { return strings.Contains(e.Bar, "distributor") })
	d.replace(milestoneFile, `state = "testing"`, `state = "failed"`)
	d.replace("config.toml", "distributor =", "distribution = \"New\" #")
	if e := page(func(e event) bool { return !strings.Contains(e.Bar, "distributor") }); e.Set == first {
		t.Error("the mistake went away without a new site")
	}
	if err := d.stop(); err != nil {
		t.Error(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := d.told[len(d.told)-1]; last.Err != nil || last.Result.Pages == 0 {
		t.Errorf("told at last: %+v", last)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	d.ready()
	for _, tt := range []struct {
		path   string
		status int
		bar    bool
		holds  string
	}{
		{"", 200, true, "Sample releases"},
		{"noble/24.04.3/", 200, true, "Kubuntu Desktop amd64"},
		{"noble/24.04.3", 200, true, "Kubuntu Desktop amd64"}, // sent on
		{"noble/24.04.3/manifest.json", 200, false, `"build_id"`},
		{"robots.txt", 200, false, "User-agent"},
		{"nowhere/", 404, true, "<h1"},
		{"favicon.ico", 204, false, ""},
		{"index.html/", 404, true, "<h1"},
		{"..%2f..%2fconfig.toml", 404, true, "<h1"},
		{"_old/..%2f..%2fconfig.toml", 404, false, ""},
		{"_changes/diff?page=../../config.toml", 404, false, ""},
		{"_changes/diff?page=nowhere/", 404, false, ""},
		{"_new/noble/24.04.3/", 200, false, "Kubuntu Desktop amd64"},
		{"_old/noble/24.04.3/", 404, false, ""}, // nothing is published
		{"_preview.js", 200, false, "EventSource"},
		{"_preview.css", 200, false, ".bar"},
		{"_changes", 200, true, "Nothing is published yet"},
	} {
		status, text := d.get(tt.path)
		bar := strings.Contains(text, "Preview, not published.") && strings.Contains(text, "Facts 3 hours old")
		if status != tt.status || bar != tt.bar || !strings.Contains(text, tt.holds) {
			t.Errorf("/%s: status %d, bar %t, %d bytes; want %d, %t, with %q", tt.path, status, bar, len(text), tt.status, tt.bar, tt.holds)
		}
	}
	sets, err := filepath.Glob(filepath.Join(d.dir, "staged", "*", "index.html"))
	if err != nil || len(sets) != 1 {
		t.Fatalf("staged sets %v, %v", sets, err)
	}
	if text, err := os.ReadFile(sets[0]); err != nil || strings.Contains(string(text), "shiplist-preview") {
		t.Errorf("the bar is in the staged set (%v)", err)
	}
}

// TestGuard: only who asked for this machine by name is answered.
func TestGuard(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	d.ready()
	port := strings.Trim(d.home[strings.LastIndex(d.home, ":")+1:], "/")
	for _, tt := range []struct {
		method, host string
		want         int
	}{
		{"GET", "localhost:" + port, 200},
		{"HEAD", "127.0.0.1:" + port, 200},
		{"GET", "[::1]:" + port, 200},
		{"GET", "LOCALHOST", 200},
		{"GET", "evil.example:" + port, 403},
		{"GET", "localhost.evil.example", 403},
		{"GET", "127.0.0.1.evil.example", 403},
		{"GET", "10.0.0.1:" + port, 403},
		{"POST", "localhost:" + port, 405},
		{"DELETE", "localhost", 405},
	} {
		r, err := http.NewRequest(tt.method, d.home, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != tt.want {
			t.Errorf("%s with Host %s: %s, want %d", tt.method, tt.host, answer.Status, tt.want)
		}
		if answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", tt.host)
		}
	}
}

// TestStop: a page that follows keeps nobody waiting.
func TestStop(t *testing.T) {
	t.Parallel()
	d := sit(t, nil)
	d.ready()
	answer, err := http.Get(d.home + "_events?page=/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := d.stop(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Errorf("the events were cut off: %v", err)
	}
}
