package tree

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSums(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	tests := []struct {
		name, text string
		want       sums
		bad        int
		err        string
	}{
		{"binary and text form", a + " *x.iso\n" + b + "  y.iso\n", sums{"x.iso": a, "y.iso": b}, 0, ""},
		{"capital digits", strings.ToUpper(a) + " *x.iso\n", sums{"x.iso": a}, 0, ""},
		{"no line feed at the end", a + " *x.iso", sums{"x.iso": a}, 0, ""},
		{"line ends of another system", a + " *x.iso\r\n" + b + " *y.iso\r\n", sums{"x.iso": a, "y.iso": b}, 0, ""},
		{"byte order mark", "\ufeff" + a + " *x.iso\n", sums{"x.iso": a}, 0, ""},
		{"comments and blank lines", "# made by hand\n\n" + a + " *x.iso\n  \n", sums{"x.iso": a}, 0, ""},
		{"one blank", a + " x.iso\n", sums{"x.iso": a}, 0, ""},
		{"many blanks", a + "   \t x.iso\n", sums{"x.iso": a}, 0, ""},
		{"tab", a + "\tx.iso\n", sums{"x.iso": a}, 0, ""},
		{"name with blanks", a + " *two  words.iso\n", sums{"two  words.iso": a}, 0, ""},
		{"name that begins with a star", a + " **x\n", sums{"*x": a}, 0, ""},
		{"escaped", `\` + a + ` *back\\slash\nfeed` + "\n", sums{"back\\slash\nfeed": a}, 0, ""},
		{"backslash that escapes nothing", a + ` *back\slash` + "\n", sums{`back\slash`: a}, 0, ""},
		{"this directory", a + " *./x.iso\n", sums{"x.iso": a}, 0, ""},
		{"same line twice", a + " *x.iso\n" + a + " *x.iso\n", sums{"x.iso": a}, 0, ""},
		{"contradiction", a + " *x.iso\n" + b + " *x.iso\n", sums{"x.iso": ""}, 1, ""},
		{"bad lines among good ones", "nonsense\n" + a + " *x.iso\n" + a[1:] + " *y.iso\n" + a + "\n" + a + " *\n", sums{"x.iso": a}, 4, ""},
		{"paths", a + " *dir/x.iso\n" + a + " *../x.iso\n" + a + " */etc/passwd\n" + a + " *..\n" + b + " *y\n", sums{"y": b}, 4, ""},
		{"no hex", strings.Repeat("zz", 32) + " *x.iso\n" + a + " *y\n", sums{"y": a}, 1, ""},
		{"empty", "", sums{}, 0, ""},
		{"a page", "<html><body>404</body></html>\n", nil, 1, "not a list of checksums: line 1"},
		{"list of another kind", strings.Repeat("a1", 16) + " *x.iso\n", nil, 1, "64 hex digits"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, bad, err := parseSums(algorithms[0], []byte(tt.text))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if bad.count != tt.bad {
				t.Errorf("%d bad lines, want %d: %s", bad.count, tt.bad, bad)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestOlderLists(t *testing.T) {
	t.Parallel()
	for _, a := range algorithms {
		hash := strings.Repeat("c", a.digits)
		got, bad, err := parseSums(a, []byte(hash+"  x.iso\n"))
		if err != nil || bad.count != 0 || got["x.iso"] != hash {
			t.Errorf("%s: %v, %v, %v", a.list, got, bad, err)
		}
	}
}

func TestParseManifest(t *testing.T) {
	t.Parallel()
	text := "kubuntu\tnoble\t/kubuntu/noble/daily-live/current/noble-desktop-amd64.iso\t4700000000\n" +
		"ubuntu\tnoble\tnoble/no-slash.iso\t1\n" +
		"ubuntu\tnoble\t/../../etc/passwd\t1\n" +
		"ubuntu\tnoble\t/a//b\t1\n" +
		"ubuntu\tnoble\t/x.iso\t-1\n" +
		"ubuntu\tnoble\t/x.iso\t5.8G\n" +
		"ubuntu\tnoble\t/x.iso\t99999999999999999999\n" +
		"ubuntu noble /x.iso 1\n" +
		"\tnoble\t/x.iso\t1\n" +
		"ubuntu\tnoble\t/x.iso\t1\textra\n" +
		"\n" +
		"ubuntu\tnoble\t/noble/name with blanks.iso\t0"
	got, bad, err := parseManifest([]byte(text))
	want := []manifestLine{
		{"kubuntu", "noble", "kubuntu/noble/daily-live/current/noble-desktop-amd64.iso", 4700000000},
		{"ubuntu", "noble", "noble/name with blanks.iso", 0},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(manifestLine{})); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if bad.count != 10 || bad.line != 2 {
		t.Errorf("bad lines: %d, first %d, want 10 and 2", bad.count, bad.line)
	}
	if _, _, err := parseManifest([]byte("<html></html>\n")); err == nil {
		t.Error("a page counts as a manifest")
	}
}

func TestParseISO(t *testing.T) {
	t.Parallel()
	const want = "https://releases.example/24.04.4/ubuntu-24.04.4-live-server-amd64.iso"
	for _, config := range []string{
		"DEFAULT install\nLABEL install\n  KERNEL linux\n  INITRD initrd\n  APPEND root=/dev/ram0 ramdisk_size=1500000 cloud-config-url=/dev/null ip=dhcp iso-url=" + want + " ---\n",
		"menuentry \"Install Ubuntu Server\" {\n\tset gfxpayload=keep\n\tlinux\tlinux iso-url=" + want + " ip=dhcp ---\n\tinitrd\tinitrd\n}\n",
		"ip=dhcp url=" + want + "\n",
		"cmdline='url=" + want + "'",
		"url=\"" + want + "\"",
	} {
		if got := parseISO([]byte(config)); got != want {
			t.Errorf("%q: %q, want %q", config, got, want)
		}
	}
	for _, config := range []string{"", "iso-url=", "iso-url=file:///x.iso", "url=javascript:x", "preseed-url=https://x/y", "# no address", "iso-url=#ISOURL#"} {
		if got := parseISO([]byte(config)); got != "" {
			t.Errorf("%q: %q, want nothing", config, got)
		}
	}
}
