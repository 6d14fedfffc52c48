package generator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiplist/internal/release"
)

// Rule of this file: how facts read. It knows no page and no template.

// plural is "1 thing", "2 things": the singular with an s unless the plural is given.
func plural(n int, one string, many ...string) string {
	word := one + "s"
	if len(many) > 0 {
		word = many[0]
	}
	if n == 1 {
		word = one
	}
	return strconv.Itoa(n) + " " + word
}

// size is a size in the units that people buy storage in: powers of ten.
func size(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	v := float64(n)
	unit := ""
	for _, u := range units {
		v /= 1000
		unit = u
		if v < 999.95 {
			break
		}
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + unit
}

// grouped is a number with its thousands apart: "6,518,974,464".
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// stamp is a moment for machines, empty when there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// moment is a moment for people.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

// day is a date as configuration and sources write it, for people; what is not a
// date is shown as it is.
func day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("2 January 2006")
}

// span is an age in the largest unit that fits: "35 min", "3 h", "12 days".
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	}
	return plural(int(d.Hours()/24), "day")
}

// sentence makes a text begin like a sentence and end like one.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	s = capital(s)
	if strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// capital sets the first letter of an ASCII word large.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// readiness is the answer of a manifest in one line.
func readiness(t release.Totals) string {
	of, ready := t.Intended, t.Ready
	if of == 0 {
		of = t.Rows
	}
	if of == 0 {
		return "Nothing is on it yet."
	}
	return fmt.Sprintf("%d of %d ready. %s", ready, of, blocking(t.Blockers))
}

// blocking says in a sentence how many things block.
func blocking(n int) string {
	switch n {
	case 0:
		return "Nothing blocks."
	case 1:
		return "1 thing blocks."
	}
	return strconv.Itoa(n) + " things block."
}

// compareTitles orders titles as people do: without regard to case.
func compareTitles(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

// sorted sorts in place and returns its argument.
func sorted(words []string) []string {
	slices.Sort(words)
	return words
}

// fingerprint is the beginning of a checksum, enough to tell two apart by eye.
func fingerprint(sum string) string {
	if len(sum) <= 12 {
		return sum
	}
	return sum[:12]
}

// shellQuote makes a name from outside one word of a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._+-~/:%@=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 && s[0] != '-' && s[0] != '~' {
		return s
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
