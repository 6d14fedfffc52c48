package demo

import (
	"encoding/csv"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recordedTree is the tree behind the recorded listings.
func recordedTree(t *testing.T) *fsTree {
	t.Helper()
	f, err := os.Open("testdata/listings/sample-tree.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tree := newTree()
	times := make(map[string]time.Time)
	for _, row := range rows[1:] {
		p, err := url.PathUnescape(row[0])
		if err != nil {
			t.Fatal(err)
		}
		when, err := time.Parse(time.RFC3339, row[3])
		if err != nil {
			t.Fatal(err)
		}
		switch row[1] {
		case "dir":
			tree.dir(p)
			times[p] = when
		case "file":
			size, err := strconv.ParseInt(row[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			tree.file(p, size, when)
		default:
			tree.link(p, row[4], when)
		}
	}
	for p, when := range times {
		tree.dir(p).modified = when
	}
	return tree
}

func recordedBody(t *testing.T, name string) string {
	t.Helper()
	answer := readAnswer(t, "testdata/listings/"+name+".http", http.MethodGet)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// withoutHidden drops the lines of names that the trees' servers hide and the
// recorded one did not.
func withoutHidden(body string) string {
	var kept []string
	for line := range strings.Lines(body) {
		if strings.Contains(line, `<a href=".`) && !strings.Contains(line, `"./`) || strings.Contains(line, ">FOOTER.html<") ||
			strings.Contains(line, ">HEADER.html<") || strings.Contains(line, `~">`) {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "")
}

func TestFancyListingAsRecorded(t *testing.T) {
	t.Parallel()
	tree := recordedTree(t)
	got := fancy("sample", tree.entries("sample"), "fancy.test:80")
	if diff := cmp.Diff(withoutHidden(recordedBody(t, "apache-fancy-pre")), got); diff != "" {
		t.Errorf("(-recorded +got):\n%s", diff)
	}
}

func TestTableListingAsRecorded(t *testing.T) {
	t.Parallel()
	want := recordedBody(t, "apache-prod-table")
	header, rest, ok := strings.Cut(want, "  <table>\n")
	if !ok {
		t.Fatal("the recording has no table")
	}
	_, footer, _ := strings.Cut(rest, "</table>\n")
	describe := func(name string) string {
		_, row, _ := strings.Cut(want, ">"+name+"</a>")
		row, _, _ = strings.Cut(row, "</td></tr>")
		return row[strings.LastIndex(row, "<td>")+len("<td>"):]
	}
	known := func(name string) string {
		if strings.HasPrefix(name, "stonking-") {
			return describe(name)
		}
		return ""
	}
	got := tableListing("sample", recordedTree(t).entries("sample"), header, footer, known)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-recorded +got):\n%s", diff)
	}
}

func TestApachePagesAsRecorded(t *testing.T) {
	t.Parallel()
	h := &treeHandler{recordedTree(t)}
	for name, target := range map[string]string{
		"apache-404": "/sample/nope/", "apache-403": "/sample/.htaccess", "apache-noslash": "/sample",
	} {
		w := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, target, nil)
		request.Host = "prod.test"
		h.ServeHTTP(w, request)
		want := readAnswer(t, "testdata/listings/"+name+".http", http.MethodGet)
		if w.Code != want.StatusCode || w.Header().Get("Location") != want.Header.Get("Location") || w.Header().Get("Content-Type") != want.Header.Get("Content-Type") {
			t.Errorf("%s: %d %v, recorded %s %v", name, w.Code, w.Header(), want.Status, want.Header)
		}
		if diff := cmp.Diff(recordedBody(t, name), w.Body.String()); diff != "" {
			t.Errorf("%s (-recorded +got):\n%s", name, diff)
		}
	}
}

func TestFileHeadersAsRecorded(t *testing.T) {
	t.Parallel()
	h := &treeHandler{recordedTree(t)}
	tests := []struct {
		name, method, target, since string
	}{
		{"apache-file-head", http.MethodHead, "/sample/stonking-desktop-amd64.iso", ""},
		{"apache-file-ims", http.MethodGet, "/sample/SHA256SUMS", "Tue, 01 Sep 2026 07:05:00 GMT"},
	}
	for _, test := range tests {
		request := httptest.NewRequest(test.method, test.target, nil)
		if test.since != "" {
			request.Header.Set("If-Modified-Since", test.since)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		want := readAnswer(t, "testdata/listings/"+test.name+".http", test.method)
		if w.Code != want.StatusCode {
			t.Errorf("%s: status %d, recorded %d", test.name, w.Code, want.StatusCode)
		}
		for _, header := range []string{"Last-Modified", "ETag", "Accept-Ranges", "Content-Length", "Content-Type"} {
			if w.Header().Get(header) != want.Header.Get(header) {
				t.Errorf("%s: %s is %q, recorded %q", test.name, header, w.Header().Get(header), want.Header.Get(header))
			}
		}
	}
}

func TestShownSize(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]string{
		0: "  0 ", 972: "972 ", 973: "1.0K", 1025: "1.0K", 10239: " 10K", 10240: " 10K", 1500000: "1.4M",
		1048575: "1.0M", 6278520832: "5.8G", 1099511627776: "1.0T", 102400: "100K", 997000: "1.0M", 996351: "973K", 1 << 62: "4.0E",
	} {
		if got := shownSize(size); got != want {
			t.Errorf("%d is shown as %q, want %q", size, got, want)
		}
	}
}

func TestLookupFollowsLinks(t *testing.T) {
	t.Parallel()
	tree := newTree()
	when := Now()
	tree.text("a/b/file", "x", when)
	tree.link("short", "a/b", when)
	tree.link("a/b/again", "../../short", when)
	tree.link("a/up", "../../../../a/b/file", when)
	tree.link("loop", "pool", when)
	tree.link("pool", "loop", when)
	tree.link("dangling", "nowhere", when)
	for p, want := range map[string]bool{
		"short/file": true, "short/again/again/file": true, "a/up": true, "": true, "loop": false, "loop/x": false,
		"dangling": false, "a/b/file/x": false, "a/none": false,
	} {
		if got := tree.lookup(p) != nil; got != want {
			t.Errorf("%q leads somewhere: %v, want %v", p, got, want)
		}
	}
	for _, e := range tree.entries("") {
		if e.name == "loop" || e.name == "dangling" {
			t.Errorf("%s is listed, but leads nowhere", e.name)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"noble", ".pool/x.iso", "../.pool/x.iso"}, {"releases/questing", "releases/.pool/x.iso", "../.pool/x.iso"}, {"a/b", "a/b/x", "x"},
	} {
		if got := relative(test[0], test[1]); got != test[2] {
			t.Errorf("from %s to %s: %s, want %s", test[0], test[1], got, test[2])
		}
	}
}
