package release

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// BuildID is a build id of the build host in its parts: the day in UTC and the
// number of the build on that day, zero for the first.
type BuildID struct {
	Date   time.Time
	Number int
}

// ParseBuildID reads 20240424 and 20240424.1. Other ids, such as the version of an
// installer package, are valid build ids but have no parts: ok is false.
func ParseBuildID(id string) (b BuildID, ok bool) {
	day, number, counted := strings.Cut(id, ".")
	if len(day) != len("20060102") {
		return BuildID{}, false
	}
	date, err := time.Parse("20060102", day)
	if err != nil {
		return BuildID{}, false
	}
	if !counted {
		return BuildID{Date: date}, true
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || strconv.Itoa(n) != number {
		return BuildID{}, false
	}
	return BuildID{Date: date, Number: n}, true
}

// CompareBuildIDs orders build ids from old to new, by the rules for Debian
// versions: runs of digits count as numbers, so that .10 follows .9, letters come
// before signs, and "~" before the end. It is zero for equal texts only.
func CompareBuildIDs(a, b string) int {
	if a == b {
		return 0
	}
	if c := compareParts(cutCommon(a, b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// cutCommon cuts off what two texts begin with alike and what tells nothing of their
// order: all before the first difference, and before the number that this is in.
func cutCommon(a, b string) (restA, restB string) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && isDigit(a[n-1]) {
		n--
	}
	return a[n:], b[n:]
}

func compareParts(a, b string) int {
	for a != "" || b != "" {
		var c int
		if a, b, c = compareText(a, b); c != 0 {
			return c
		}
		if a, b, c = compareDigits(a, b); c != 0 {
			return c
		}
	}
	return 0
}

// compareText compares what stands before the next digits and cuts it off.
func compareText(a, b string) (restA, restB string, c int) {
	for a != "" && !isDigit(a[0]) || b != "" && !isDigit(b[0]) {
		if c := cmp.Compare(rank(a), rank(b)); c != 0 {
			return a, b, c
		}
		a, b = a[1:], b[1:]
	}
	return a, b, 0
}

// rank is the order of the first byte: ~, the end or a digit, letters, the rest.
func rank(s string) int {
	switch {
	case s == "" || isDigit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z':
		return int(s[0])
	}
	return int(s[0]) + 256
}

// compareDigits compares the numbers that a and b begin with and cuts them off.
func compareDigits(a, b string) (restA, restB string, c int) {
	numberA, restA := cutDigits(a)
	numberB, restB := cutDigits(b)
	if c := cmp.Compare(len(numberA), len(numberB)); c != 0 {
		return restA, restB, c
	}
	return restA, restB, strings.Compare(numberA, numberB)
}

// cutDigits splits s after its leading digits and drops leading zeros, so that
// numbers of any length compare without overflow.
func cutDigits(s string) (number, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func itoa(n int) string { return strconv.Itoa(n) }
