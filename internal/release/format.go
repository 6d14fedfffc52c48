package release

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes for people, in powers of ten as download pages have
// them: 973 bytes, 96.3 MB, 6.52 GB. Three figures are shown.
func Size(n int64) string {
	if n > -1000 && n < 1000 {
		return Plural(int(n), "byte", "bytes")
	}
	v := float64(n)
	unit := ""
	for _, unit = range []string{"kB", "MB", "GB", "TB", "PB", "EB"} {
		v /= 1000
		if v < 999.5 && v > -999.5 {
			break
		}
	}
	digits := 2
	for limit := 9.995; digits > 0 && (v >= limit || v <= -limit); limit *= 10 {
		digits--
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + unit
}

// Plural is a number with its noun: 1 image, 2 images.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Age is a duration for people, in its largest unit, rounded down: 5 minutes,
// 3 hours, 2 days.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return Plural(int(d/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return Plural(int(d/time.Hour), "hour", "hours")
	}
	return Plural(int(d/(24*time.Hour)), "day", "days")
}

// joinWords writes a list in a sentence: a, b or c.
func joinWords(words []string, last string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// haveWord is "has" or "have", between one name or several and what they have.
func haveWord(names []string) string {
	if len(names) > 1 {
		return " have "
	}
	return " has "
}

// listWords is joinWords with "and", cut after a few.
func listWords(words []string) string {
	const shown = 5
	if len(words) <= shown+1 {
		return joinWords(words, "and")
	}
	return strings.Join(words[:shown], ", ") + " and " + strconv.Itoa(len(words)-shown) + " more"
}

// trimStop takes away the stop at the end of a text from outside, so that it can
// stand inside a sentence.
func trimStop(s string) string {
	return strings.TrimRight(strings.TrimSpace(s), ".")
}

// unescape undoes the escapes of an address; one that has bad ones stays as it is.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// escapePath escapes a path for an address.
func escapePath(path string) string {
	return (&url.URL{Path: path}).EscapedPath()
}
