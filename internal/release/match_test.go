package release

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		patterns []string
		s        string
		want     bool
	}{
		{nil, "anything", true},
		{[]string{}, "", true},
		{[]string{"desktop"}, "desktop", true},
		{[]string{"desktop"}, "desktop-legacy", false},
		{[]string{"desktop*"}, "desktop-legacy", true},
		{[]string{"*gz"}, "img.gz", true},
		{[]string{"*gz"}, "img.xz", false},
		{[]string{"release/*"}, "release/snapshot-2", true},
		{[]string{"*"}, "a/b", true},
		{[]string{"snapshot-?"}, "snapshot-3", true},
		{[]string{"snapshot-?"}, "snapshot-10", false},
		{[]string{"?"}, "ü", true},
		{[]string{"a*b*c"}, "aXbYbZc", true},
		{[]string{"a*b*c"}, "aXbYbZ", false},
		{[]string{"[a-z]"}, "b", false},
		{[]string{"[a-z]"}, "[a-z]", true},
		{[]string{"**"}, "", true},
		{[]string{"x", "y"}, "y", true},
		{[]string{""}, "y", false},
	} {
		if got := Match(tc.patterns, tc.s); got != tc.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tc.patterns, tc.s, got, tc.want)
		}
	}
}

func TestMatchIsBounded(t *testing.T) {
	t.Parallel()
	if Match([]string{strings.Repeat("*a", 200) + "b"}, strings.Repeat("a", 5000)) {
		t.Error("the pattern ends in b, the text does not")
	}
}

func TestMatchSeries(t *testing.T) {
	t.Parallel()
	r := Rules{Series: []SeriesRule{
		{Name: "bionic"},
		{Name: "focal", CoreSeries: "20"},
		{Name: "jammy", CoreSeries: "22"},
		{Name: "noble", CoreSeries: "24"},
		{Name: "oracular"},
		{Name: "core-x"},
	}}
	for _, tc := range []struct {
		patterns, series string
		want             bool
	}{
		{"", "anything", true},
		{"noble", "noble", true},
		{"noble", "jammy", false},
		{"focal-jammy", "focal", true},
		{"focal-jammy", "jammy", true},
		{"focal-jammy", "noble", false},
		{"focal-jammy", "bionic", false},
		{"noble-", "noble", true},
		{"noble-", "oracular", true},
		{"noble-", "jammy", false},
		{"-bionic", "bionic", true},
		{"-bionic", "focal", false},
		{"noble-focal", "jammy", false},
		{"noble-", "zesty", false},
		{"-", "noble", true},
		{"-", "zesty", false},
		{"unknown-", "noble", false},
		{"core-x", "core-x", true},
		{"noble-core-x", "oracular", true},
		{"*", "zesty", true},
		{"n*", "noble", true},
		{"noble-", "24", true},
		{"noble-", "22", false},
		{"bionic focal", "focal", true},
		{"noble-", "", false},
	} {
		if got := r.MatchSeries(strings.Fields(tc.patterns), tc.series); got != tc.want {
			t.Errorf("MatchSeries(%q, %q) = %v, want %v", tc.patterns, tc.series, got, tc.want)
		}
	}
}

// FuzzMatch: a pattern matches what the regular expression matches that it stands for.
func FuzzMatch(f *testing.F) {
	f.Add("k*-amd64", "kubuntu-desktop-amd64")
	f.Add("*?é?*", "aéb")
	f.Add("??", "é")
	f.Add("a*b*c?", "abbcbc")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) || len(pattern) > 200 {
			return
		}
		form := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		if got, want := Match([]string{pattern}, s), regexp.MustCompile("(?s)^"+form+"$").MatchString(s); got != want {
			t.Errorf("Match(%q, %q) = %v", pattern, s, got)
		}
	})
}
