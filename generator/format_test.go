package generator

import (
	"strings"
	"testing"
	"time"

	"shiplist/internal/release"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 6_518_974_464: "6.5 GB", 2_000_000_000_000_000: "2000.0 TB",
	} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
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

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "0 min", 59 * time.Minute: "59 min", time.Hour: "1 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days"} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
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
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.example/": "", "/a": "", "file:///etc/passwd": "", "https://": "", "": "", "data/iso/products.toml": "",
	} {
		if got := webURL(in); got != want {
			t.Errorf("webURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestIPXEWordsCannotBreakOut(t *testing.T) {
	t.Parallel()
	script := ipxeScript(netbootView{
		Kernel: Link{Text: "linux", Href: fileURL("https://a.example/x\ny/", "li nux${evil}")},
		Initrd: Link{Text: "in\nitrd; reboot", Href: fileURL("https://a.example/", "in\nitrd")},
		ISO:    Link{Href: "https://a.example/${net0/mac} x.iso"},
	})
	if script != "" && (strings.Count(script, "\n") != 3 || strings.ContainsAny(script, "${};")) {
		t.Errorf("script:\n%s", script)
	}
	good := ipxeScript(netbootView{
		Kernel: Link{Text: "linux", Href: "https://a.example/linux"}, Initrd: Link{Text: "initrd", Href: "https://a.example/initrd"}, ISO: Link{Href: "https://a.example/x.iso"},
	})
	want := "#!ipxe\nkernel https://a.example/linux root=/dev/ram0 ramdisk_size=1500000 ip=dhcp iso-url=https://a.example/x.iso initrd=initrd\ninitrd https://a.example/initrd\nboot"
	if good != want {
		t.Errorf("script:\n%s\nwant:\n%s", good, want)
	}
}
