package config

import (
	"strings"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 22, 11, 7, 30, 0, time.UTC)
	for spec, want := range map[string]string{
		"*/10 * * * *":      "2026-11-22T11:10:00Z",
		"20 4 * * *":        "2026-11-23T04:20:00Z",
		"0 0 29 2 *":        "2028-02-29T00:00:00Z",
		"0 9 * * mon-fri":   "2026-11-23T09:00:00Z",
		"5,35 8-10/2 ? * *": "2026-11-23T08:05:00Z",
		"  0  12 * * *  ":   "2026-11-22T12:00:00Z",
		"@hourly":           "2026-11-22T12:00:00Z",
		"@daily":            "2026-11-23T00:00:00Z",
		"@yearly":           "2027-01-01T00:00:00Z",
		"@every 10m":        "2026-11-22T11:17:30Z",
	} {
		s, err := Schedule(spec, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if got := s.Next(now).Format(time.RFC3339); got != want {
			t.Errorf("%s: next %s, want %s", spec, got, want)
		}
	}
}

func TestBadSchedule(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"":                           "is not a schedule",
		"every hour":                 "is not a schedule",
		"* * * *":                    "is not a schedule",
		"* * * * * *":                "is not a schedule",
		"60 * * * *":                 "is not a schedule: end of range (60) above maximum (59): 60",
		"*/0 * * * *":                "is not a schedule: step of range should be a positive number: */0",
		", * * * *":                  "is not a schedule",
		"1,,2 * * * *":               "is not a schedule",
		"* * * foo *":                "is not a schedule: failed to parse int from foo",
		"0 0 31 2 *":                 "never comes",
		"0 0 30 feb *":               "never comes",
		"0 0 31 4,6,9,11 *":          "never comes",
		"TZ=":                        "names a time zone",
		"TZ=Europe/Berlin 0 0 * * *": "names a time zone",
		"CRON_TZ=UTC 0 0 * * *":      "names a time zone",
		"@every":                     "is not a schedule: unrecognized descriptor",
		"@every 0s":                  "is less than 10s apart",
		"@every -5m":                 "is less than 10s apart",
		"@every 10":                  "is not a schedule",
		"@every 9000h":               "is more than a year apart",
		"@reboot":                    "is not a schedule: unrecognized descriptor: @reboot",
	} {
		_, err := Schedule(spec, time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), scheduleForm) {
			t.Errorf("%q: got %v, want %s", spec, err, want)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestScheduleInZone: fields are read by the clock of the zone, also around the hours
// that come twice or never.
func TestScheduleInZone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, spec, zone, after, want string }{
		{"summer", "0 9 * * *", "Europe/London", "2026-07-01T00:00:00Z", "2026-07-01T08:00:00Z 2026-07-02T08:00:00Z"},
		{"winter", "0 9 * * *", "Europe/London", "2026-12-01T00:00:00Z", "2026-12-01T09:00:00Z 2026-12-02T09:00:00Z"},
		{"no such hour", "*/30 * * * *", "Europe/London", "2026-03-29T00:29:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z"},
		{"hour that comes twice", "*/30 * * * *", "Europe/London", "2026-10-24T23:59:00Z", "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z"},
		{"day in a zone", "@daily", "America/New_York", "2026-04-01T00:00:00Z", "2026-04-01T04:00:00Z"},
		{"no zone in durations", "@every 1h", "America/New_York", "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z 2026-03-08T08:30:00Z"},
	} {
		s, err := Schedule(tt.spec, zone(t, tt.zone))
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.after)
		if err != nil {
			t.Fatal(err)
		}
		for want := range strings.FieldsSeq(tt.want) {
			at = s.Next(at)
			if got := at.UTC().Format(time.RFC3339); got != want {
				t.Errorf("%s: %s, want %s", tt.name, got, want)
			}
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]time.Duration{
		"* * * * *": time.Minute, "*/2 * * * *": 2 * time.Minute, "0,59 * * * *": time.Minute, "3,4 7 * * *": time.Minute,
		"@every 30s": 30 * time.Second, "@hourly": 2 * time.Minute,
	} {
		s, err := Schedule(spec, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := gap(s); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}

// FuzzSchedule holds that what is accepted comes again and again, never twice at
// one time, and at least ten seconds apart, wherever clocks are changed.
func FuzzSchedule(f *testing.F) {
	for _, spec := range []string{
		"*/10 * * * *", "0 0 29 2 *", "@every 10m", "TZ=", "CRON_TZ= ", "@every 0s", "0 0 31 2 *", ",,, * * * *", "1-2/3,mon * * jan sun",
		"99 99 99 99 99", "@every 1e9h", "? ? ? ? ?", "@every 10s500ms",
	} {
		f.Add(spec, uint8(0), int64(0))
		f.Add(spec, uint8(1), int64(8*30*86400))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/London"), zone(f, "Australia/Lord_Howe"), zone(f, "Africa/Cairo"), zone(f, "Pacific/Apia")}
	f.Fuzz(func(t *testing.T, spec string, in uint8, later int64) {
		s, err := Schedule(spec, zones[int(in)%len(zones)])
		if err != nil {
			return
		}
		at := time.Date(2026, time.March, 22, 11, 7, 30, 0, time.UTC).Add(time.Duration(later%(400*86400)) * time.Second)
		for range 3 {
			next := s.Next(at)
			if next.Sub(at) < time.Second {
				t.Fatalf("%q: %s after %s", spec, next, at)
			}
			at = next
		}
		if second := s.Next(at); second.Sub(at) < everyLeast {
			t.Errorf("%q comes %s apart", spec, second.Sub(at))
		}
	})
}
