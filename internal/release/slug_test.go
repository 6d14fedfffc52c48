package release

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSlug(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"product", "Kubuntu Desktop amd64", "kubuntu-desktop-amd64"},
		{"plus", "Ubuntu Server arm64+largemem", "ubuntu-server-arm64+largemem"},
		{"dots", "24.04.3", "24.04.3"},
		{"brackets", "Ubuntu Desktop (Legacy) amd64", "ubuntu-desktop-legacy-amd64"},
		{"path", "../../x", "x"},
		{"absolute path", "/etc/passwd", "etc-passwd"},
		{"windows path", `..\..\x`, "x"},
		{"inner path", "a/../../b", "a-b"},
		{"dots only", "..", NoName},
		{"one dot", ".", NoName},
		{"empty", "", NoName},
		{"signs only", " -- / ", NoName},
		{"hidden", ".htaccess", "htaccess"},
		{"option", "--help", "help"},
		{"two dots", "a..b", "a.b"},
		{"markup", "<script>alert(1)</script>", "script-alert-1-script"},
		{"control", "a\x00b\nc", "a-b-c"},
		{"bad UTF-8", "a\xffb", "a-b"},
		{"letters of others", "Ubuntu 桌面 Ü", "ubuntu-桌面-ü"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Slug(tc.in); got != tc.want {
				t.Errorf("Slug(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestSlugLong(t *testing.T) {
	t.Parallel()
	a, b := Slug(strings.Repeat("桌", 4000)+"a"), Slug(strings.Repeat("桌", 4000)+"b")
	if a == b {
		t.Errorf("two long titles have the same slug %q", a)
	}
	if len(a) > slugMax || !utf8.ValidString(a) {
		t.Errorf("slug %q has %d bytes, or is cut inside a letter", a, len(a))
	}
}

func TestMilestoneSlug(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ series, milestone, want string }{
		{"Noble", "Noble 24.04.3", "24.04.3"},
		{"Stonking", "Stonking Final", "final"},
		{"Noble", "Noble Daily", "daily"},
		{"Resolute", "Resolute Snapshot 3", "snapshot-3"},
		{"Noble Numbat", "Noble Beta", "beta"},
		{"Noble", "Beta Noble", "beta"},
		{"Noble", "Noble", "noble"},
		{"Noble", "Nobler Beta", "nobler-beta"},
		{"", "Beta", "beta"},
		{"Noble", "Noble ../../x", "x"},
		{"Noble", "..", NoName},
	} {
		if got := MilestoneSlug(tc.series, tc.milestone); got != tc.want {
			t.Errorf("MilestoneSlug(%q, %q) = %q, want %q", tc.series, tc.milestone, got, tc.want)
		}
	}
}

func TestSeriesSlug(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ title, id, want string }{
		{"Noble", "7", "noble"},
		{"Netboot", "7", "netboot-7"},
		{"SHA256SUMS", "7", "sha256sums-7"},
		{"feed.xml", "", "feed.xml-series"},
		{"../api", "3", "api-3"},
		{"", "", "unnamed-series"},
	} {
		if got := SeriesSlug(tc.title, tc.id); got != tc.want {
			t.Errorf("SeriesSlug(%q, %q) = %q, want %q", tc.title, tc.id, got, tc.want)
		}
	}
}

func TestUniqueSlug(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{}
	for i, want := range []string{"beta", "beta-7", "beta-7.2", "beta-7.3"} {
		if got := UniqueSlug(taken, "beta", "7"); got != want {
			t.Errorf("call %d: %q, want %q", i, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range []string{"Kubuntu Desktop amd64", "../../x", "..", "", "İ ǅ ß", "a\xff", strings.Repeat("x.", 300), "arm64+raspi-24.04.1", "a--b", "a-", strings.Repeat("x", slugMax+1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		s := Slug(title)
		switch {
		case s == "", strings.HasPrefix(s, "."), strings.HasPrefix(s, "-"), strings.Contains(s, ".."),
			strings.ContainsAny(s, "/\\\x00 <>&\"'%?#"), len(s) > slugMax, !utf8.ValidString(s):
			t.Errorf("Slug(%q) = %q is not safe", title, s)
		case slugOf(title) != s:
			t.Errorf("Slug(%q) = %q, letter by letter %q", title, s, slugOf(title))
		case Slug(s) != s:
			t.Errorf("Slug(%q) = %q, of which the slug is %q", title, s, Slug(s))
		}
	})
}
