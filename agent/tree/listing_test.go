package tree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorded reads a recorded answer: status line, headers and body as they were sent.
func recorded(t testing.TB, name string) (contentType string, body []byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "listings", name+".http"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return res.Header.Get("Content-Type"), body
}

// truth is one line of sample-tree.tsv: what really was in the tree.
type truth struct {
	name, kind string
	size       int64
}

// truths returns what was directly in a directory of the sample tree.
func truths(t testing.TB, dir string) []truth {
	t.Helper()
	raw, err := os.ReadFile("testdata/listings/sample-tree.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []truth
	for _, line := range strings.Split(string(raw), "\n")[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) < 5 {
			continue
		}
		path := unescape(fields[0])
		name, ok := strings.CutPrefix(path, dir+"/")
		if !ok || strings.Contains(name, "/") {
			continue
		}
		size, _ := strconv.ParseInt(fields[2], 10, 64)
		list = append(list, truth{name, fields[1], size})
	}
	slices.SortFunc(list, func(a, b truth) int { return strings.Compare(a.name, b.name) })
	return list
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// The names that servers leave out by their own configuration.
var (
	hideNothing  = func(truth) bool { return false }
	hideDots     = func(f truth) bool { return hidden(f.name) }
	hideDangling = func(f truth) bool { return f.kind == "dangling-link" || f.name == ".htaccess" }
	hideDotsAnd  = func(f truth) bool { return hidden(f.name) || f.kind == "dangling-link" }
	hideDebian   = func(f truth) bool { return hideDotsAnd(f) || strings.HasSuffix(f.name, "~") }
	// The production options leave out what they show as a part of the page.
	hidePage = func(f truth) bool { return hideDotsAnd(f) || f.name == "HEADER.html" || f.name == "FOOTER.html" }
	hideProd = func(f truth) bool { return hidePage(f) || hideDebian(f) }
)

// TestRecordedListings holds the parsers to the truth of the sample tree: every
// name that a server shows, nothing else, each as what it is, with sizes as good as
// the server tells them.
func TestRecordedListings(t *testing.T) {
	t.Parallel()
	const unsized = "none"
	tests := []struct {
		name  string
		dir   string
		form  string
		sizes string // none, rounded, exact
		hides func(truth) bool
	}{
		{"apache-plain-ul", "sample", "ul", unsized, hideDangling},
		{"apache-f0", "sample", "ul", unsized, hideDebian},
		{"apache-fancy-pre", "sample", "apache-pre", "rounded", hideDangling},
		{"apache-pre-header", "sample", "apache-pre", "rounded", hidePage},
		{"apache-f1", "sample", "apache-pre", "rounded", hideProd},
		{"apache-f2", "sample", "table", "rounded", hideDangling},
		{"apache-debian-table", "sample", "table", "rounded", hideDebian},
		{"apache-prod-table", "sample", "table", "rounded", hideProd},
		{"apache-prod-adddescription-prefix", "sample", "table", "rounded", hideProd},
		{"apache-track-table", "sample", "table", "rounded", hideDebian},
		{"apache-sort-size-desc", "sample", "table", "rounded", hideDebian},
		{"apache-sort-amp", "sample", "table", "rounded", hideDebian},
		{"apache-daily", "daily", "table", "rounded", hideDebian},
		{"apache-daily-links", "daily", "apache-pre", "rounded", hideDebian},
		{"apache-tz-newyork", "daily/20260901", "table", "rounded", hideDebian},
		{"apache-symlink-dir", "daily/20260901", "table", "rounded", hideDebian},
		{"apache-empty", "empty", "table", "rounded", hideDebian},
		{"apache-hidden-pool", "sample/.pool", "table", "rounded", hideDebian},
		{"nginx-html", "sample", "nginx", "exact", hideDots},
		{"nginx-html-human", "sample", "nginx", "rounded", hideDots},
		{"nginx-symlink-dir", "daily", "nginx", "exact", hideDots},
		{"nginx-empty", "empty", "nginx", "exact", hideDots},
		{"nginx-hidden-pool", "sample/.pool", "nginx", "exact", hideDots},
		{"nginx-json", "sample", "json", "exact", hideDotsAnd},
		{"nginx-symlink-dir-json", "daily", "json", "exact", hideDotsAnd},
		{"nginx-empty-json", "empty", "json", "exact", hideDots},
		{"lighttpd-html", "sample", "table", "rounded", hideDotsAnd},
		{"lighttpd-cache", "sample", "table", "rounded", hideDotsAnd},
		{"lighttpd-symlink-dir", "daily", "table", "rounded", hideDotsAnd},
		{"lighttpd-empty", "empty", "table", "rounded", hideDotsAnd},
		{"python-html", "sample", "ul", unsized, hideNothing},
		{"python-symlink-dir", "daily", "ul", unsized, hideNothing},
		{"python-empty", "empty", "ul", unsized, hideNothing},
		{"go-html", "sample", "go", unsized, hideNothing},
		{"go-symlink-dir", "daily", "go", unsized, hideNothing},
		{"go-empty", "empty", "go", unsized, hideNothing},
		{"caddy-html", "sample", "table", "exact", hideNothing},
		{"caddy-json", "sample", "json", "exact", hideNothing},
		{"caddy-symlink-dir-json", "daily", "json", "exact", hideNothing},
		{"caddy-empty-json", "empty", "json", "exact", hideNothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			contentType, body := recorded(t, tt.name)
			base := &url.URL{Scheme: "http", Host: "x.test", Path: "/" + tt.dir + "/"}
			l, err := parseListing(base, contentType, body, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if l.form != tt.form {
				t.Errorf("form %q, want %q", l.form, tt.form)
			}
			var want, got []string
			for _, f := range truths(t, tt.dir) {
				if !tt.hides(f) {
					want = append(want, describe(f, l.form))
				}
			}
			for _, e := range l.entries {
				got = append(got, describeEntry(e))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			for _, f := range truths(t, tt.dir) {
				if e := l.find(f.name); e != nil && !tt.hides(f) && !strings.HasSuffix(f.kind, "dir") {
					checkSize(t, tt.sizes, f, e)
				}
			}
		})
	}
}

// describe is a name with its kind, as a form of listing can tell it.
func describe(f truth, form string) string {
	dir := strings.HasSuffix(f.kind, "dir")
	if form == "go" && f.kind == "link-to-dir" {
		dir = false // it does not tell
	}
	return fmt.Sprintf("%q dir=%v", f.name, dir)
}

func describeEntry(e entry) string { return fmt.Sprintf("%q dir=%v", e.name, e.dir) }

func checkSize(t *testing.T, sizes string, f truth, e *entry) {
	t.Helper()
	switch {
	case f.kind == "dangling-link":
	case sizes == "none":
		if e.size != -1 {
			t.Errorf("%q: size %d from nowhere", f.name, e.size)
		}
	case sizes == "exact":
		if !e.exact || e.size != f.size {
			t.Errorf("%q: size %d exact=%v, want %d", f.name, e.size, e.exact, f.size)
		}
	default:
		if e.size < 0 || !e.agrees(f.size) {
			t.Errorf("%q: size %d within %d, want %d", f.name, e.size, e.step, f.size)
		}
		if !e.exact && e.agrees(f.size*3) && f.size > 10_000 {
			t.Errorf("%q: size %d within %d agrees with three times the size", f.name, e.size, e.step)
		}
	}
}

// TestJSONTimes takes times only from where they come with a zone and are the file's.
func TestJSONTimes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nginx-json", "caddy-json", "nginx-html", "apache-fancy-pre", "caddy-html"} {
		contentType, body := recorded(t, name)
		l, err := parseListing(&url.URL{Path: "/sample/"}, contentType, body, 1000)
		if err != nil {
			t.Fatal(err)
		}
		got := l.find("stonking-desktop-amd64.iso").modified.String()
		want := "2026-09-01 06:41:07 +0000 UTC"
		if !strings.HasSuffix(name, "json") {
			want = "0001-01-01 00:00:00 +0000 UTC"
		}
		if got != want {
			t.Errorf("%s: modified %s, want %s", name, got, want)
		}
		if link := l.find("link-to-file.iso"); name == "caddy-json" && !link.modified.IsZero() {
			t.Errorf("%s: the time of a link was taken for that of its file", name)
		}
	}
}

// TestNoListing holds back everything that is no whole listing.
func TestNoListing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"apache-404", "apache-403", "nginx-404", "lighttpd-404", "python-404", "go-404", "caddy-404", "nginx-jsonp", "nginx-xml"} {
		contentType, body := recorded(t, name)
		if l, err := parseListing(&url.URL{Path: "/sample/"}, contentType, body, 1000); err == nil {
			t.Errorf("%s: believed as %s with %d names", name, l.form, len(l.entries))
		}
	}
	tests := map[string]string{
		"empty":              "",
		"words":              "Service temporarily unavailable",
		"login page":         `<html><head><title>Log in</title></head><body><h1>Log in</h1><ul><li><a href="help">help</a></li></ul><form><table><tr><td><input name="user"></td></tr></table></form></body></html>`,
		"table of a page":    `<html><body><table><tr><th>Product</th><th>Price</th></tr><tr><td><a href="x.iso">x.iso</a></td><td>1</td></tr></table></body></html>`,
		"preformatted text":  `<html><body><h1>Oops</h1><pre><a href="trace">trace</a></pre></body></html>`,
		"JSON object":        `{"error":"not found"}`,
		"JSON of numbers":    `[1,2,3]`,
		"JSON without types": `[{"name":"x"}]`,
		"JSON null":          `null`,
	}
	for name, body := range tests {
		for _, contentType := range []string{"text/html", "application/json", ""} {
			if l, err := parseListing(&url.URL{Path: "/"}, contentType, []byte(body), 1000); err == nil {
				t.Errorf("%s as %q: believed as %s with %d names", name, contentType, l.form, len(l.entries))
			} else if !errors.Is(err, errNotListing) {
				t.Errorf("%s as %q: %v", name, contentType, err)
			}
		}
	}
}

// TestCutListing cuts every kind of listing at every kind of place: it is believed
// only when the part with the names is whole.
func TestCutListing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"apache-plain-ul", "apache-fancy-pre", "apache-prod-table", "nginx-html", "nginx-json", "lighttpd-html", "python-html", "go-html", "caddy-html", "caddy-json"} {
		contentType, body := recorded(t, name)
		base := &url.URL{Path: "/sample/"}
		whole, err := parseListing(base, contentType, body, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 0; cut < len(body); cut += 97 {
			l, err := parseListing(base, contentType, body[:cut], 1000)
			if err == nil && len(l.entries) != len(whole.entries) {
				t.Errorf("%s cut at %d of %d: believed with %d of %d names", name, cut, len(body), len(l.entries), len(whole.entries))
				break
			}
		}
	}
}

func TestAddressName(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "host.test", Path: "/pub/dir with space/"}
	tests := []struct {
		href, name string
		dir, ok    bool
	}{
		{"plain.iso", "plain.iso", false, true},
		{"dir/", "dir", true, true},
		{"./colon:name.json", "colon:name.json", false, true},
		{"colon%3Aname.json", "colon:name.json", false, true},
		{"a+b~c", "a+b~c", false, true},
		{"a%2Bb", "a+b", false, true},
		{"%e6%96%87.txt", "文.txt", false, true},
		{"bad%FF", "bad\xff", false, true},
		{"bad%ED%B3%BF", "bad\xff", false, true},
		{"percent%2541", "percent%41", false, true},
		{"100%", "100%", false, true},
		{"/pub/dir%20with%20space/x.iso", "x.iso", false, true},
		{"/pub/dir%20with%20space/sub/", "sub", true, true},
		{"%252e%252e/", "%2e%2e", true, true}, // a directory that really bears this name

		{"", "", false, false},
		{"?C=N;O=D", "", false, false},
		{"x?C=N", "", false, false},
		{"#top", "", false, false},
		{"../", "", false, false},
		{"..", "", false, false},
		{".", "", false, false},
		{"./", "", false, false},
		{"%2e%2e/", "", false, false},
		{"%2E%2E", "", false, false},
		{".%2e/", "", false, false},
		{"a%2fb", "", false, false},
		{"..%2f..%2fetc", "", false, false},
		{"a/b", "", false, false},
		{"a//", "", false, false},
		{"nul%00", "", false, false},
		{"/", "", false, false},
		{"/pub/", "", false, false},
		{"/pub/other", "", false, false},
		{"/pub/dir%20with%20space/", "", false, false},
		{"/pub/dir%20with%20space/../x", "", false, false},
		{"/pub/dir%20with%20space/a%2fb", "", false, false},
		{"//evil.test/x", "", false, false},
		{"https://evil.test/x", "", false, false},
		{"https://host.test/pub/dir%20with%20space/x", "", false, false},
		{"javascript:alert(1)", "", false, false},
		{"mailto:x", "", false, false},
		{strings.Repeat("x", 256), "", false, false},
	}
	for _, tt := range tests {
		name, dir, ok := addressName(base, tt.href)
		if name != tt.name || dir != tt.dir || ok != tt.ok {
			t.Errorf("addressName(%q) = %q, %v, %v, want %q, %v, %v", tt.href, name, dir, ok, tt.name, tt.dir, tt.ok)
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		size  int64
		exact bool
		ok    bool
	}{
		{"93", 93, true, true},
		{" 93 ", 93, true, true},
		{"0", 0, true, true},
		{"6278520832", 6278520832, true, true},
		{"5.8G", 6227702579, false, true},
		{"10K", 10240, false, true},
		{"0.1K", 102, false, true},
		{"1.0T", 1 << 40, false, true},
		{"6G", 6 << 30, false, true},
		{"1024 MiB", 1 << 30, false, true},
		{"5.8 GiB", 6227702579, false, true},
		{"3 B", 3, true, true},
		{"-", 0, false, false},
		{"", 0, false, false},
		{"—", 0, false, false},
		{"1.2.3K", 0, false, false},
		{"G", 0, false, false},
		{"-5", 0, false, false},
		{"1e9", 0, false, false},
		{"99999999999999999999", 0, false, false},
		{"9999999999E", 0, false, false},
	}
	for _, tt := range tests {
		size, exact, _, ok := parseSize(tt.text)
		if ok != tt.ok || ok && (size != tt.size || exact != tt.exact) {
			t.Errorf("parseSize(%q) = %d, %v, %v, want %d, %v, %v", tt.text, size, exact, ok, tt.size, tt.exact, tt.ok)
		}
	}
}

// TestTooManyNames refuses a directory with more names than are taken in.
func TestTooManyNames(t *testing.T) {
	t.Parallel()
	var html, json strings.Builder
	html.WriteString("<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\n")
	json.WriteString("[")
	for i := range 100_000 {
		fmt.Fprintf(&html, "<a href=\"f%d\">f%d</a>\n", i, i)
		fmt.Fprintf(&json, "{\"name\":\"f%d\",\"type\":\"file\"},\n", i)
	}
	html.WriteString("</pre><hr></body></html>")
	json.WriteString("{\"name\":\"z\",\"type\":\"file\"}]")
	for _, body := range []string{html.String(), json.String()} {
		_, err := parseListing(&url.URL{Path: "/"}, "", []byte(body), 20_000)
		if err == nil || !strings.Contains(err.Error(), "more than 20000 names") {
			t.Errorf("error %v, want one that tells the limit", err)
		}
		l, err := parseListing(&url.URL{Path: "/"}, "", []byte(body), 200_000)
		if err != nil || len(l.entries) < 100_000 {
			t.Errorf("within the limit: %v", err)
		}
	}
}

func BenchmarkParseListing(b *testing.B) {
	for _, name := range []string{"apache-prod-table", "apache-fancy-pre", "nginx-html", "nginx-json", "lighttpd-html", "caddy-html"} {
		contentType, body := recorded(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parseListing(&url.URL{Path: "/sample/"}, contentType, body, 1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
