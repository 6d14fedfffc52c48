package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"shiplist/internal/release"
)

// The parser of robfig/cron takes more than can be run: it panics at "TZ=", makes
// one second of "@every 0s", lets fields of commas only and days that never come
// pass. So a schedule is checked here before it gets there.

// LeastGap is how far apart the polls of a kind of source are at least, whatever its
// schedule says.
func LeastGap(kind string) time.Duration { return max(everyLeast, AskedGap(kind)) }

// AskedGap is how far apart the operators of a kind of source ask polls to be, whoever begins
// them; zero where they ask for nothing.
func AskedGap(kind string) time.Duration {
	if kind == release.KindTestObserver {
		return 2 * time.Minute
	}
	return 0
}

// gap is how near each other a schedule's times may come, or less.
func gap(s cron.Schedule) time.Duration {
	switch s := s.(type) {
	case cron.ConstantDelaySchedule:
		return s.Delay
	case *cron.SpecSchedule:
		for minute := range 60 {
			if s.Minute>>minute&1 == 1 && s.Minute>>((minute+1)%60)&1 == 1 {
				return time.Minute
			}
		}
	}
	return 2 * time.Minute
}

const (
	everyLeast = 10 * time.Second
	everyMost  = 366 * 24 * time.Hour
	// scheduleForm is what a schedule may look like.
	scheduleForm = `write five fields like "*/10 * * * *", @hourly, @daily, @weekly, @monthly, @yearly, or like "@every 10m"`
)

// cronFields matches five fields of numbers or names, each a list of ranges.
var cronFields = regexp.MustCompile(`^(?:` + cronField + ` ){4}` + cronField + `$`)

const (
	cronRange = `(?:\*|\?|[0-9]{1,2}|[A-Za-z]{3})(?:-(?:[0-9]{1,2}|[A-Za-z]{3}))?(?:/[0-9]{1,2})?`
	cronField = cronRange + `(?:,` + cronRange + `)*`
)

// Schedule reads when a source is to be asked, by the clock of a zone. The error says
// what is accepted.
func Schedule(spec string, zone *time.Location) (cron.Schedule, error) {
	spec = strings.Join(strings.Fields(spec), " ")
	s, err := schedule(spec, zone)
	if err != nil {
		return nil, fmt.Errorf("%q %w; %s", spec, err, scheduleForm)
	}
	return s, nil
}

func schedule(spec string, zone *time.Location) (cron.Schedule, error) {
	switch {
	case strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ="):
		return nil, errors.New("names a time zone, which belongs into [agent] timezone")
	case strings.HasPrefix(spec, "@every "):
		return every(strings.TrimPrefix(spec, "@every "))
	case strings.HasPrefix(spec, "@"):
	case !cronFields.MatchString(spec):
		return nil, errors.New("is not a schedule")
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, errors.New("is not a schedule: " + err.Error())
	}
	if fields, ok := s.(*cron.SpecSchedule); ok {
		fields.Location = zone
	}
	// Next gives up after five years. The search begins before a 29 February.
	if s.Next(time.Date(2028, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, errors.New("never comes")
	}
	return s, nil
}

func every(text string) (cron.Schedule, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return nil, errors.New("is not a schedule")
	case d < everyLeast:
		return nil, fmt.Errorf("is less than %s apart", everyLeast)
	case d > everyMost:
		return nil, errors.New("is more than a year apart")
	}
	return cron.Every(d), nil
}
