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

// plural is a number with its noun: "1 thing", "2 things"; the plural is the singular
// with an s unless it is given.
func plural(n int, one string, many ...string) string {
	return release.Plural(n, one, cmp.Or(strings.Join(many, " "), one+"s"))
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

// sentence makes a text begin like a sentence and end like one. A name for machines
// stays as it is.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if first, _, _ := strings.Cut(s, " "); strings.Trim(first, letters) == "" {
		s = capital(s)
	}
	if strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// letters are those that a plain word at the beginning of a sentence has.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,:'"

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
	if n == 0 {
		return "Nothing blocks."
	}
	return release.Plural(n, "thing blocks", "things block") + "."
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
