package generator

import (
	"strings"
	"testing"

	"shiplist/internal/release"
)

func TestPlural(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{plural(1, "image"), "1 image"},
		{plural(0, "image"), "0 images"},
		{plural(2, "directory", "directories"), "2 directories"},
		{blocking(0), "Nothing blocks."},
		{blocking(1), "1 thing blocks."},
		{blocking(2), "2 things block."},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 6_518_974_464: "6,518,974,464", -1234: "-1,234", -123: "-123"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	tests := []struct {
		totals release.Totals
		want   string
	}{
		{release.Totals{}, "Nothing is on it yet."},
		{release.Totals{Rows: 50, Intended: 48, Ready: 41, Blockers: 3}, "41 of 48 ready. 3 things block."},
		{release.Totals{Rows: 2, Intended: 2, Ready: 2, Blockers: 1}, "2 of 2 ready. 1 thing blocks."},
		{release.Totals{Rows: 7, Ready: 2}, "2 of 7 ready. Nothing blocks."},
	}
	for _, test := range tests {
		if got := readiness(test.totals); got != test.want {
			t.Errorf("readiness(%+v) = %q, want %q", test.totals, got, test.want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"noble-desktop-amd64.iso": "noble-desktop-amd64.iso", "": "''", "a b": "'a b'", "a'b": `'a'\''b'`, "-rf": "'./-rf'", "~x": "'~x'", "$(id)": "'$(id)'",
	} {
		if got := shellQuote(in); got != want {
			t.Errorf("shellQuote(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestComponent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 300)
	for in, want := range map[string]string{
		"24.04.4": "24.04.4", "arm64+raspi": "arm64+raspi", "a b~c": "a b~c", "..": "%2E.", ".": "%2E", ".pool": "%2Epool", "": "%00",
		"a/b": "a%2Fb", `a\b`: "a%5Cb", "index.html": "index%2Ehtml", "%2e": "%252e", "a\x00\n": "a%00%0A", "\xff": "%FF", "C:": "C%3A",
	} {
		if got := component(in); got != want {
			t.Errorf("component(%q) = %q, want %q", in, got, want)
		}
	}
	if got := component(long); len(got) > longest || got == component(long+"x") {
		t.Errorf("component of a long name: %d bytes, %q", len(got), got)
	}
}

func FuzzComponent(f *testing.F) {
	for _, seed := range []string{"..", "a/../b", "index.html", "%2e%2e", "\xff\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := component(in)
		if got == "" || got[0] == '.' || strings.ContainsAny(got, "/\\\x00") || len(got) > longest || got == "index.html" {
			t.Errorf("component(%q) = %q", in, got)
		}
		if isPlain(in) && escaped(in) != in {
			t.Errorf("escaped(%q) = %q, and it is taken for plain", in, escaped(in))
		}
	})
}

func TestHref(t *testing.T) {
	t.Parallel()
	tests := []struct{ root, target, want string }{
		{"./", "", "./"},
		{"../../", "", "../../"},
		{"../", "images/full/a b+c~d/", "../images/full/a%20b+c~d/"},
		{"./", "images/%2E./", "./images/%252E./"},
		{"./", "a?b#c/", "./a%3Fb%23c/"},
	}
	for _, test := range tests {
		if got := href(test.root, test.target); got != test.want {
			t.Errorf("href(%q, %q) = %q, want %q", test.root, test.target, got, test.want)
		}
	}
}

func TestWebURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example/b": "https://a.example/b", "http://u:p@a.example/": "http://a.example/",
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.example/": "", "/a": "", "file:///etc/passwd": "", "https://": "", "https:///a": "", "": "", "https://u@a.example/b": "https://a.example/b", "https://a.example": "https://a.example",
		"https://a.example/b c": "https://a.example/b%20c", "data/iso/products.toml": "",
	} {
		if got := webURL(in); got != want {
			t.Errorf("webURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "no build of it": "No build of it.", "Done!": "Done!",
		"noble-desktop-amd64, build 1, is large": "noble-desktop-amd64, build 1, is large.", "a/b holds files.": "a/b holds files.",
	} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}
