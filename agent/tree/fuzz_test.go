package tree

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"shiplist/internal/naming"
)

// seedListings adds every recorded answer whose name begins with one of the prefixes.
func seedListings(f *testing.F, prefixes ...string) {
	f.Helper()
	names, err := filepath.Glob("testdata/listings/*.http")
	if err != nil || len(names) == 0 {
		f.Fatalf("no recordings: %v", err)
	}
	for _, name := range names {
		base := strings.TrimSuffix(filepath.Base(name), ".http")
		for _, prefix := range prefixes {
			if strings.HasPrefix(base, prefix) && !strings.Contains(base, "head") && !strings.Contains(base, "304") {
				_, body := recorded(f, base)
				f.Add(shorten(body))
			}
		}
	}
}

// shorten takes lines out of the middle: large seeds keep the fuzzer busy with making
// them smaller.
func shorten(body []byte) []byte {
	const head, tail = 1500, 500
	if len(body) <= head+tail {
		return body
	}
	first, last := body[:head], body[len(body)-tail:]
	if i := bytes.LastIndexByte(first, '\n'); i > 0 {
		first = first[:i+1]
	}
	if i := bytes.IndexByte(last, '\n'); i > 0 {
		last = last[i+1:]
	}
	return slices.Concat(first, last)
}

// fuzzListing holds any body to giving an error or a valid listing.
func fuzzListing(f *testing.F, contentType string) {
	base := &url.URL{Scheme: "http", Host: "x.test", Path: "/sample/"}
	f.Fuzz(func(t *testing.T, body []byte) {
		l, err := parseListing(base, contentType, body, 1000)
		if err != nil {
			return
		}
		for i, e := range l.entries {
			if !validName(e.name) {
				t.Errorf("name %q", e.name)
			}
			if i > 0 && l.entries[i-1].name >= e.name {
				t.Errorf("%q comes after %q", e.name, l.entries[i-1].name)
			}
			if e.size < -1 || e.exact && e.size < 0 || e.dir && e.size >= 0 {
				t.Errorf("%q: size %d", e.name, e.size)
			}
			if !utf8.ValidString(naming.Printable(e.name)) {
				t.Errorf("%q cannot be stored", e.name)
			}
		}
		again, err := parseListing(base, contentType, body, 1000)
		if err != nil || len(again.entries) != len(l.entries) {
			t.Error("the same body means two things")
		}
	})
}

func FuzzApache(f *testing.F) {
	seedListings(f, "apache-prod", "apache-fancy", "apache-plain", "apache-debian", "apache-pre", "apache-track-table", "apache-empty")
	fuzzListing(f, "text/html")
}

func FuzzNginx(f *testing.F) {
	seedListings(f, "nginx-html", "nginx-empty", "nginx-404")
	fuzzListing(f, "text/html")
}

func FuzzLighttpd(f *testing.F) {
	seedListings(f, "lighttpd-html", "lighttpd-empty")
	fuzzListing(f, "text/html")
}

func FuzzCaddy(f *testing.F) {
	seedListings(f, "caddy-html")
	fuzzListing(f, "text/html")
}

func FuzzPython(f *testing.F) {
	seedListings(f, "python-html", "python-empty", "python-symlink")
	fuzzListing(f, "text/html")
}

func FuzzGo(f *testing.F) {
	seedListings(f, "go-html", "go-empty", "go-symlink")
	fuzzListing(f, "text/html")
}

func FuzzJSON(f *testing.F) {
	seedListings(f, "nginx-json", "nginx-empty-json", "nginx-symlink-dir-json", "caddy-json", "caddy-empty-json", "caddy-symlink")
	fuzzListing(f, "application/json")
}

func FuzzAddressName(f *testing.F) {
	for _, link := range []string{"x.iso", "../", "%2e%2e/", "a%2fb", "/sample/x", "./a:b", "?C=N", "//h/x", "https://h/x", "%ED%B3%BF"} {
		f.Add(link)
	}
	base := &url.URL{Scheme: "http", Host: "x.test", Path: "/sample/"}
	f.Fuzz(func(t *testing.T, link string) {
		name, _, ok := addressName(base, link)
		if !ok {
			return
		}
		w := web{base: base}
		at, err := url.Parse(w.url(name))
		if err != nil {
			t.Fatalf("%q gives an address that does not parse: %v", link, err)
		}
		if at.Host != base.Host || at.Path != base.Path+name {
			t.Errorf("%q leads to %s, want one step below %s", link, at, base)
		}
	})
}

func FuzzSums(f *testing.F) {
	raw, err := os.ReadFile("testdata/listings/apache-file-get.http")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(strings.Repeat("a1", 32) + " *x.iso\n"))
	f.Add([]byte(`\` + strings.Repeat("a1", 32) + `  back\\slash` + "\r\n# comment\n"))
	f.Add([]byte(strings.Repeat("a1", 16) + "  x.iso\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, a := range algorithms {
			list, bad, err := parseSums(a, body)
			if err != nil && len(list) > 0 {
				t.Errorf("an error and %d sums", len(list))
			}
			if bad.count > 0 && bad.String() == "" {
				t.Error("bad lines without a word about them")
			}
			for name, hash := range list {
				if !validName(name) || hash != "" && (len(hash) != a.digits || hash != strings.ToLower(hash)) {
					t.Errorf("%q: %q", name, hash)
				}
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("kubuntu\tnoble\t/kubuntu/noble/daily-live/current/noble-desktop-amd64.iso\t4700000000\n"))
	f.Add([]byte("ubuntu\tnoble\t/../x\t1\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		lines, _, err := parseManifest(body)
		if err != nil && len(lines) > 0 {
			t.Error("an error and lines")
		}
		for _, line := range lines {
			if line.size < 0 || !validPath(line.path) {
				t.Errorf("%+v", line)
			}
		}
	})
}

func FuzzISO(f *testing.F) {
	f.Add([]byte("APPEND ip=dhcp iso-url=https://x/y.iso ---\n"))
	f.Add([]byte("url=\"http://x/\xff.iso\""))
	f.Fuzz(func(t *testing.T, body []byte) {
		if iso := parseISO(body); iso != "" && (!utf8.ValidString(iso) || !strings.HasPrefix(iso, "http") || len(iso) > 2048) {
			t.Errorf("%q", iso)
		}
	})
}
