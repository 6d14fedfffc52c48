package fetch

import (
	"net/http"
	"testing"
	"time"
)

// noon is when the tables of this package play.
var noon = time.Date(2026, time.April, 23, 12, 0, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * time.Hour
	for name, test := range map[string]struct {
		date   string
		values []string
		want   time.Duration
	}{
		"none":                 {"", nil, 0},
		"empty":                {"", []string{""}, 0},
		"seconds":              {"", []string{"120"}, 2 * time.Minute},
		"zero":                 {"", []string{"0"}, 0},
		"blanks":               {"", []string{" 7 "}, 7 * time.Second},
		"days":                 {"", []string{"259200"}, 72 * time.Hour},
		"a week":               {"", []string{"604800"}, week},
		"more than a week":     {"", []string{"604801"}, week},
		"more than an integer": {"", []string{"99999999999999999999999"}, week},
		"overflow of seconds":  {"", []string{"9223372037"}, week},
		"negative":             {"", []string{"-5"}, 0},
		"signed":               {"", []string{"+5"}, 0},
		"fraction":             {"", []string{"1.5"}, 0},
		"unit":                 {"", []string{"5s"}, 0},
		"hexadecimal":          {"", []string{"0x10"}, 0},
		"garbage":              {"", []string{"soon\x00"}, 0},
		"date":                 {"", []string{"Thu, 23 Apr 2026 12:05:00 GMT"}, 5 * time.Minute},
		"date, second form":    {"", []string{"Thursday, 23-Apr-26 12:05:00 GMT"}, 5 * time.Minute},
		"date, third form":     {"", []string{"Thu Apr 23 12:05:00 2026"}, 5 * time.Minute},
		"date in the past":     {"", []string{"Thu, 23 Apr 2026 11:00:00 GMT"}, 0},
		"date next year":       {"", []string{"Fri, 23 Apr 2027 12:00:00 GMT"}, week},
		"date before time":     {"", []string{"Mon, 01 Jan 0001 00:00:00 GMT"}, 0},
		"server's clock slow":  {"Thu, 23 Apr 2026 09:00:00 GMT", []string{"Thu, 23 Apr 2026 09:05:00 GMT"}, 5 * time.Minute},
		"server's clock fast":  {"Thu, 23 Apr 2026 15:00:00 GMT", []string{"Thu, 23 Apr 2026 15:05:00 GMT"}, 5 * time.Minute},
		"server's clock odd":   {"whenever", []string{"Thu, 23 Apr 2026 12:05:00 GMT"}, 5 * time.Minute},
		"clock for seconds":    {"Thu, 23 Apr 2026 09:00:00 GMT", []string{"60"}, time.Minute},
		"several":              {"", []string{"5", "never", "60", "10"}, time.Minute},
	} {
		h := http.Header{"Retry-After": test.values}
		if test.date != "" {
			h.Set("Date", test.date)
		}
		if got := retryAfter(h, noon); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "120", "-1", "18446744073709551616", "Thu, 23 Apr 2026 12:05:00 GMT", "Thu Apr 23 12:05:00 2026"} {
		f.Add(value, "Thu, 23 Apr 2026 12:00:00 GMT")
		f.Add(value, "")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		got := retryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, noon)
		if got < 0 || got > 7*24*time.Hour {
			t.Errorf("%q at %q: %s", value, date, got)
		}
	})
}
