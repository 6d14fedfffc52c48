package fetch

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// mostRetryAfter bounds what a host may ask for.
const mostRetryAfter = 7 * 24 * time.Hour

// retryAfter is for how long an answer asks to be left alone: the longest of its
// Retry-After headers, each in seconds or as a date. What cannot be read is no wish. A
// date is measured by the server's own clock where the answer tells it, since one of
// the two clocks may be wrong.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	var longest time.Duration
	for _, value := range h.Values("Retry-After") {
		longest = max(longest, retryAfterValue(strings.TrimSpace(value), now))
	}
	return min(longest, mostRetryAfter)
}

func retryAfterValue(value string, now time.Time) time.Duration {
	seconds, err := strconv.ParseUint(value, 10, 64)
	if errors.Is(err, strconv.ErrRange) || err == nil && seconds > uint64(mostRetryAfter/time.Second) {
		return mostRetryAfter
	}
	if err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now)
	}
	return 0
}
